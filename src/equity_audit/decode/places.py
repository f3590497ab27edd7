"""What one location value is, by its form alone: LSOA codes, postcodes, supplied IMD values.

Sources: `domain.md` §3.3 to 3.5 (LSOA code forms, NHS pseudo postcodes, IMD labels of HES and NHS England).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd

from equity_audit.codelists import label_key, missing_tokens, rows_of

_SPACES = re.compile(r"[\s\u00a0\u200b\ufeff]+")
_PLACEHOLDER = re.compile(r"[A-Z]9{8}")
_ENGLAND = re.compile(r"E01\d{6}")
_OUTSIDE = {
    "Wales": re.compile(r"W01\d{6}"),
    "Scotland": re.compile(r"S01\d{6}"),
    "Northern Ireland": re.compile(r"95[A-Z]{2}\d{2}[SW]\d|N2[01]\d{6}"),
}
_POSTCODE = re.compile(r"(GIR0AA|[A-Z]{1,2}\d[A-Z\d]?\d[ABD-HJLNP-UW-Z]{2})")
_OVERSEAS = re.compile(r"ZZ99\d[A-Z]Z")


def tidy(raw: object) -> str:
    """NFKC, upper case, all white space removed; missing tokens become empty."""
    if raw is None or raw != raw:
        return ""
    text = _SPACES.sub("", unicodedata.normalize("NFKC", str(raw))).upper().strip("\"'")
    return "" if text in missing_tokens() else text


def lsoa_form(code: str) -> tuple[str, str]:
    """Form of a tidied LSOA code (missing, england, outside_england, malformed) and its nation."""
    if code == "" or _PLACEHOLDER.fullmatch(code):
        return "missing", ""
    if _ENGLAND.fullmatch(code):
        return "england", "England"
    nation = next((name for name, pattern in _OUTSIDE.items() if pattern.fullmatch(code)), None)
    return ("outside_england", nation) if nation else ("malformed", "")


def postcode_form(code: str) -> tuple[str, str, str]:
    """Form of a tidied postcode (missing, pseudo, well_formed, malformed); a pseudo one's link class and nation."""
    if code == "":
        return "missing", "", ""
    if code.startswith("ZZ99"):
        for row in rows_of("pseudo_postcodes"):
            if row["postcode"] == code:
                return "pseudo", row["link_class"], row["nation"]
        return "pseudo", "overseas" if _OVERSEAS.fullmatch(code) else "address_unknown", ""
    return ("well_formed" if _POSTCODE.fullmatch(code) else "malformed"), "", ""


def supplied_value(raw: object, scale: str) -> float | None:
    """A supplied rank, decile or quintile as a number: None where blank, NaN where it cannot be read."""
    text = "" if raw is None or raw != raw else unicodedata.normalize("NFKC", str(raw)).strip()
    # NHS England writes UNKNOWN where no decile could be looked up.
    if text.upper() in missing_tokens() or text.upper() == "UNKNOWN":
        return None
    highest = {"rank": 10**6, "decile": 10, "quintile": 5}[scale]
    number = re.fullmatch(r"0*(\d{1,6})(\.0+)?", text.replace(",", ""))
    if number:
        value = int(number[1])
        return float(value) if 1 <= value <= highest else float("nan")
    return _labels(scale).get(label_key(text), float("nan"))


def _labels(scale: str) -> dict[str, float]:
    return {row["label"]: float(row["value"]) for row in rows_of("imd_labels") if row["scale"] == scale}


def by_distinct(column: pd.Series[Any], reading: Any) -> pd.Series[Any]:
    """Apply a slow reading once to each distinct value of a column."""
    codes, distinct = pd.factorize(column, use_na_sentinel=False)
    # As plain Python values first: one by one, each would be made from Arrow's memory.
    results = pd.Series([reading(value) for value in distinct.to_numpy(dtype=object)], dtype=object)
    return pd.Series(results.to_numpy()[codes], index=column.index)


def by_distinct_rows(
    frame: pd.DataFrame, columns: Sequence[str], reading: Callable[[pd.DataFrame], pd.DataFrame]
) -> pd.DataFrame:
    """Apply a reading that looks at some columns only, row by row, once to each distinct combination of them."""
    there = [name for name in columns if name in frame]
    if not there:
        return reading(frame)
    codes = frame.groupby(there, dropna=False, sort=False).ngroup().to_numpy()
    # Groups are numbered as they first come, so the first row of each stands at its number.
    distinct = frame.loc[~pd.Series(codes, frame.index).duplicated(), there].reset_index(drop=True)
    return reading(distinct).take(codes).set_axis(frame.index)
