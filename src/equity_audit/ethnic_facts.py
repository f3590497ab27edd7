"""What the ethnicity audit found in plain numbers, for outputs: counts only, so that disclosure control can release each.

Shares, scores and intervals are worked out from released counts, with the functions named here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from equity_audit.decode.ethnicity import CLASSES, VODIM
from equity_audit.decode.grouping import HIGH
from equity_audit.decode.patients import method_counts
from equity_audit.examine import Examined
from equity_audit.model import Dictionary

AGREEMENTS = ("none", "one", "agree", "conflict")


def standards_of(ethnicity: Dictionary) -> dict[str, dict[str, int]]:
    """Count records by the two national standards of validity, side by side.

    Returns
    -------
        ``standards``: ``exact`` (the value as it is stands in the national list, Z and 99 allowed), ``first_character``
        (valid, other or default by MHSDS VODIM) and ``decoded`` (read here as valid, not stated or not known).
        ``vodim``: valid, other (Z), default (99), invalid, missing.
    """
    frame = ethnicity.frame
    vodim = _counts(frame, "vodim", VODIM)
    classes = _counts(frame, "ethnic_class", CLASSES)
    return {
        "standards": {
            "exact": int(frame.loc[frame["exact"] == "yes", "records"].sum()),
            "first_character": vodim["valid"] + vodim["other"] + vodim["default"],
            "decoded": classes["valid"] + classes["not_stated"] + classes["not_known"],
        },
        "vodim": vodim,
    }


def dqmi_score(vodim: Mapping[str, int], threshold: float) -> float | None:
    """Give the DQMI item score, 0 to 100; None below 25 records, which are not published.

    (Valid and complete − defaults in excess) ÷ records × 100, where defaults in excess are those above ``threshold`` ×
    records. Source: NHS Digital, Data Quality Maturity Index methodology (`domain.md` §4.1). Give it released counts.
    """
    records = sum(vodim.values())
    if records < 25:
        return None
    complete = vodim["valid"] + vodim["other"] + vodim["default"]
    excess = max(0.0, vodim["default"] - threshold * records)
    return 100 * (complete - excess) / records


def patient_facts(patients: pd.DataFrame | None) -> dict[str, int]:
    """Count patients by how their usable records agree."""
    if patients is None:
        return {}
    by_group = _counts(patients, "group_agreement", AGREEMENTS)
    by_code = _counts(patients, "code_agreement", AGREEMENTS)
    return {
        "none_usable": by_group["none"],
        "one_usable": by_group["one"],
        "several_agree": by_code["agree"],
        "several_conflict_in_code": by_code["conflict"],
        "several_conflict_in_group": by_group["conflict"],
        "group_depends_on_method": int(patients.loc[patients["methods_agree"] == "no", "records"].sum()),
    }


def details_of(
    examined: Examined, ethnicity: Dictionary, sites: Sequence[str], grouping: str, threshold: float
) -> dict[str, Any]:
    """Lay out everything that outputs may show, exact; ``sites`` are the labels of the site axis."""
    details: dict[str, Any] = {**standards_of(ethnicity), "dqmi_default_threshold": threshold}
    if examined.patients is not None:
        details["methods"] = method_counts(examined.patients, grouping)
    if examined.recoverable is not None:
        details["recoverable"] = _recoverable(examined.recoverable, ethnicity, sites)
    details["spread"] = _rows(
        examined.levels,
        ["dimension", "level", "numerator", "denominator", "share", "lower", "upper", "difference", "ratio", "p",
         "p_adjusted", "tests", "cramers_v", "asked", "uneven"],
    )  # fmt: skip
    details["units"] = _rows(examined.units, list(examined.units.columns))
    for name, frame in (("sites_filled", examined.sites), ("months", examined.months), ("residual", examined.residual)):
        if frame is not None:
            # A site is named only where the site axis names it: rarer ones, and anything else in that column, are not.
            named = frame[frame["site"].isin(["", *sites])] if "site" in frame else frame
            details[name] = _rows(named, list(named.columns))
    if examined.together is not None:
        details["together"] = _crossed(examined.together)
    return details


def _recoverable(frame: pd.DataFrame, ethnicity: Dictionary, sites: Sequence[str]) -> dict[str, Any]:
    """Count what could be filled in: the usable records now, those reached, and the gain by group and by site."""
    found = frame[frame["recoverable"] == "yes"]
    usable = _counts(ethnicity.frame, "ethnic_class", CLASSES)["valid"]
    gain = int(found["records"].sum())
    by_site = found.groupby("site_code")["records"].sum()
    return {
        "unknown_with_key": int(frame.loc[frame["unknown_with_key"] == "yes", "records"].sum()),
        "recoverable": gain,
        "usable_now": usable,
        "usable_reached": usable + gain,
        "by_class": _counts(found, "ethnic_class", CLASSES[1:]),
        "by_group": _counts(found, "filled_group", HIGH),
        "by_site": {label: int(by_site.get(code, 0)) for code, label in enumerate(sites)},
    }


def _counts(frame: pd.DataFrame, column: str, names: Sequence[str]) -> dict[str, int]:
    counts = frame.groupby(column)["records"].sum()
    return {name: int(counts.get(name, 0)) for name in names}


def _crossed(frame: pd.DataFrame) -> dict[str, dict[str, int]]:
    made: dict[str, dict[str, int]] = {}
    for row in frame.to_dict("records"):
        made.setdefault(str(row["ethnic_class"]), {})[str(row["level"])] = int(row["records"])
    return made


def _rows(frame: pd.DataFrame, columns: list[str]) -> list[dict[str, Any]]:
    """Rows as plain values; None where there is none."""
    plain = frame[columns].astype(object)
    return [
        {str(key): value for key, value in row.items()} for row in plain.where(plain.notna(), None).to_dict("records")
    ]
