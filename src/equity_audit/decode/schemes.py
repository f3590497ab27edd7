"""Which code scheme does a site's ethnicity column use? Decided before any first character is read.

Police A1 is Indian; read by its first character it would become White British. Source: `rules.md` (Foreign scheme).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pandas as pd

from equity_audit.codelists import column_of

PROOF_RECORDS = 20
POLICE = re.compile(r"[WMABO][1-9]|NS")
_POLICE_PROOF = re.compile(r"[WO][1-9]|NS")
_POLICE_LOOKALIKE = re.compile(r"[ABM]\d")
_GSS_PROOF = re.compile(r"1\d")
_GSS = re.compile(r"1?\d")
_SNOMED = re.compile(r"\d{6,18}")
_SOCIAL_CARE = re.compile(r"[A-Z]\.[A-Z]\d")


def scheme_of_value(value: str) -> str | None:
    """Give the foreign scheme that a normalised value by itself could prove, else None."""
    if _POLICE_PROOF.fullmatch(value):
        return "police"
    if _GSS_PROOF.fullmatch(value):
        return "gss_2021"
    if _SNOMED.fullmatch(value):
        return "snomed"
    if _SOCIAL_CARE.fullmatch(value):
        return "social_care"
    if value in column_of("school_census_codes", "code", "label"):
        return "school_census"
    if _POLICE_LOOKALIKE.fullmatch(value) and value not in column_of("ethnic_subcodes", "code", "label"):
        return "police_lookalike"
    return None


def belongs_to(value: str, scheme: str) -> bool:
    """Whether a normalised value is one of a scheme's, once that scheme is proved (or ambiguous) at its site."""
    if scheme == "police":
        return POLICE.fullmatch(value) is not None
    if scheme == "ambiguous":
        return scheme_of_value(value) == "police_lookalike"
    if scheme == "gss_2021":
        return _GSS.fullmatch(value) is not None and value != "0"
    return scheme_of_value(value) == scheme


def find_schemes(values: pd.DataFrame, declared: Callable[[str], bool] | None = None) -> pd.DataFrame:
    """Decide the schemes of each site.

    Parameters
    ----------
    values
        ``site``, ``normalised`` (text) and ``records``.
    declared
        Which normalised values the user has said how to read: they prove nothing.

    Returns
    -------
        A row a site: ``site``, ``records``, ``schemes`` (tuple of scheme names), ``scheme_status``
        (``none``, ``proved``, ``ambiguous``).
    """
    told = {v for v in values["normalised"].unique() if declared and declared(v)}
    proof = {v: None if v in told else scheme_of_value(v) for v in values["normalised"].unique()}
    proofs = values.assign(scheme=values["normalised"].map(proof))
    counts = proofs.dropna(subset="scheme").groupby(["site", "scheme"])["records"].sum()
    rows: list[dict[str, Any]] = []
    for site, records in values.groupby("site", sort=True)["records"].sum().items():
        here = counts.index.get_level_values("site") == site
        found = counts[here].droplevel("site")
        proved = [str(name) for name, number in found.items() if number >= PROOF_RECORDS and name != "police_lookalike"]
        ambiguous = found.get("police_lookalike", 0) >= PROOF_RECORDS and not _police_proved(found)
        if ambiguous:
            proved = [*(name for name in proved if name != "police"), "ambiguous"]
        status = "ambiguous" if proved == ["ambiguous"] else "proved" if proved else "none"
        rows.append({"site": site, "records": int(records), "schemes": tuple(proved), "scheme_status": status})
    return pd.DataFrame(rows, columns=["site", "records", "schemes", "scheme_status"])


def _police_proved(found: pd.Series[Any]) -> bool:
    """≥ 20 records of W or O + digit or NS, together with A, B or M + digit."""
    return bool(found.get("police", 0) >= PROOF_RECORDS and found.get("police_lookalike", 0) > 0)
