"""Raw ethnic category → class, code and form of recording: exactly one class for every record.

Source: `rules.md` (Ethnic class), which follows the NHS Data Dictionary element ETHNIC CATEGORY: the national code
stands in the first character. First match wins, in the order of `_read`.
"""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

import pandas as pd

from equity_audit.codelists import column_of, label_key, rows_of
from equity_audit.decode.schemes import belongs_to, find_schemes
from equity_audit.model import Dictionary

CLASSES = ("valid", "not_stated", "not_known", "invalid", "missing")
CODES = tuple("ABCDEFGHJKLMNPRS")
GROUPS = ("White", "Mixed", "Asian", "Black", "Other", "Not stated", "Not known", "Invalid", "Missing")
_STRIPPED = " \t\r\n\v\f\u00a0\u200b\u200c\u200d\u2060\ufeff\"'“”‘’`."
_FIRST = {**dict.fromkeys(CODES, "valid"), "Z": "not_stated", "9": "not_known"}
_GROUP_OF_CLASS = {"not_stated": "Not stated", "not_known": "Not known", "invalid": "Invalid", "missing": "Missing"}
_GP_ONLY = {"T": "White", "W": "Other"}


class Reading(NamedTuple):
    """What one normalised value means."""

    ethnic_class: str
    code: str | None
    form: str
    group: str | None = None


def normalise(raw: str) -> str:
    """NFKC, trimmed (also of no-break spaces, BOM, quotes, full stops), upper case, trailing asterisks off."""
    text = unicodedata.normalize("NFKC", raw).strip(_STRIPPED).upper()
    return text.rstrip("*").strip(_STRIPPED)


def decode_ethnicity(tally: pd.DataFrame, *, grouping: str = "2001") -> tuple[Dictionary, pd.DataFrame]:
    """Give each distinct (ethnicity, site) its meaning.

    Parameters
    ----------
    tally
        ``ethnicity`` (raw text or missing), ``site`` (where the extract has one), ``records``.
    grouping
        Place of Chinese (R): ``2001`` in Other, ``2021`` in Asian.

    Returns
    -------
        The dictionary: ``ethnic_class``, ``ethnic_code`` (A–S, T, W, Z, 99 or None), ``ethnic_form``,
        ``needed_cleaning`` (yes, no), ``ethnic_group`` (position in `GROUPS`). And the schemes of each site.
    """
    keys = tuple(name for name in ("ethnicity", "site") if name in tally)
    raw = tally["ethnicity"].astype(object).where(tally["ethnicity"].notna(), "")
    site = tally["site"].astype(object).where(tally["site"].notna(), "") if "site" in tally else ""
    values = pd.DataFrame({"site": site, "normalised": raw.map({value: normalise(value) for value in raw.unique()})})
    schemes = find_schemes(values.assign(records=tally["records"]))
    foreign = dict(zip(schemes["site"], schemes["schemes"], strict=True))
    plain = {value: _read(value, ()) for value in values["normalised"].unique()}
    readings = [
        plain[value] if not foreign[where] else _read(value, foreign[where])
        for where, value in zip(values["site"], values["normalised"], strict=True)
    ]
    frame = tally.assign(
        ethnic_class=[reading.ethnic_class for reading in readings],
        ethnic_code=pd.Series([reading.code for reading in readings], index=tally.index, dtype=object),
        ethnic_form=[reading.form for reading in readings],
        needed_cleaning=[
            "yes" if _cleaned(before, after, reading) else "no"
            for before, after, reading in zip(raw, values["normalised"], readings, strict=True)
        ],
        ethnic_group=[GROUPS.index(_group(reading, grouping)) for reading in readings],
    )
    return Dictionary(subject="ethnicity", keys=keys, frame=frame), schemes


def _read(value: str, schemes: tuple[str, ...]) -> Reading:
    if value == "" or value in column_of("missing_tokens", "token", "token"):
        return Reading("missing", None, "missing_token")
    if any(belongs_to(value, scheme) for scheme in schemes):
        return Reading("invalid", None, "foreign_scheme")
    label = _labels().get(value) or _labels().get(label_key(value))
    if label:
        return label
    if value in CODES:
        return Reading("valid", value, "national_code")
    if value in ("Z", "99"):
        return Reading("not_stated" if value == "Z" else "not_known", value, "national_code")
    if value in ("9", "X"):
        return Reading("not_known", "99", "legacy_default")
    if value in _GP_ONLY:
        return Reading("valid", value, "gp_only", _GP_ONLY[value])
    if value in column_of("ethnic_subcodes", "code", "national_code"):
        return Reading("valid", column_of("ethnic_subcodes", "code", "national_code")[value], "listed_subcode")
    if re.fullmatch(r"[A-HJ-NPRSZ9][A-Z0-9]", value):
        return Reading(_FIRST[value[0]], "99" if value[0] == "9" else value[0], "unlisted_subcode")
    if re.fullmatch(r"[0-8]", value):
        return Reading("invalid", None, "census_1991")
    return Reading("invalid", None, "unreadable")


_LABELS: dict[str, Reading] = {}


def _labels() -> dict[str, Reading]:
    if not _LABELS:
        default = {"not_stated": "Z", "not_known": "99"}
        for row in rows_of("ethnic_labels"):
            code = row["national_code"] or default.get(row["ethnic_class"])
            _LABELS[row["label"]] = Reading(row["ethnic_class"], code, row["kind"], row["group"] or None)
    return _LABELS


def _cleaned(before: str, after: str, reading: Reading) -> bool:
    if reading.ethnic_class == "missing":
        return False
    # The letter case of words is no fault; that of a code is.
    words = reading.form == "label" or (reading.form == "unreadable" and len(after) > 2)
    return (before.upper() if words else before) != after


def _group(reading: Reading, grouping: str) -> str:
    if reading.ethnic_class != "valid":
        return _GROUP_OF_CLASS[reading.ethnic_class]
    if reading.group:
        return reading.group
    return column_of("ethnic_category_2001", "code", f"group_{grouping}")[reading.code or ""]
