"""Patterns of patients → who agrees with whom, one ethnicity a patient by four methods, and what could be filled in.

Methods and their sources (`domain.md` §4.4):

- *most recent* usable category; on one day the commoner, then the commoner of the country (NCL; the default here).
- *most frequent* usable category; of equals the more recent, then the commoner of the country (as OHID orders them).
- *ohid*: as most frequent, but Any other ethnic group (S) only where the patient has no other (OHID, CHIME tool).
- *asset*: most recent usable; dropped where the records of that day differ (NHSDigital/Ethnic-Category-Coverage).

The last two rank data sets as well; one extract is one data set. Records without a readable date count as the oldest.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd

from equity_audit.decode.ethnicity import CLASSES, NO_PLACE, PLACES
from equity_audit.decode.grouping import GROUPS, HIGH, UNUSABLE, high_group
from equity_audit.model import Dictionary

METHODS = ("most_recent", "most_frequent", "ohid", "asset")
# Commonest in England first (census of 2011, as OHID's published method lists them), then answers without a national
# code, then S, which OHID takes last of all.
ORDER = (*"ACHJNLMBKDRFGPE", "T", "W", *HIGH, "S")
RANKS = {PLACES.index(name): len(ORDER) - 1 - position for position, name in enumerate(ORDER)}
LOWEST = RANKS[PLACES.index("S")]
_PLACE_OF_RANK = {rank: place for place, rank in RANKS.items()}


def with_ranks(ethnicity: Dictionary) -> Dictionary:
    """Add ``ethnic_rank``: the place of a usable answer in `ORDER` from its end, -1 where it is not usable."""
    rank = ethnicity.frame["ethnic_place"].map(RANKS).fillna(-1).astype("int64")
    return replace(ethnicity, frame=ethnicity.frame.assign(ethnic_rank=rank))


def describe_patients(patterns: pd.DataFrame, patients: int, grouping: str) -> pd.DataFrame:
    """Say of each pattern how its patients' records agree.

    Parameters
    ----------
    patterns
        As `patients.count_patients` gives them.
    patients
        All patients of the extract, with a usable record or without.
    grouping
        Place of Chinese, as everywhere.

    Returns
    -------
        A row a pattern, and one of patients without a usable record: ``records`` (how many patients: rules weigh by
        it), ``usable_records`` (none, one, several), ``code_agreement`` and ``group_agreement`` (none, one, agree,
        conflict), ``method_agreement`` (most recent group against most frequent: same, differs, none), a column a
        method with the position in `PLACES` it chooses, and ``methods_agree`` (yes, no: the group is the same by all
        methods that choose one).
    """
    several = patterns["several"] == 1
    same_group = patterns["recent_group"] == patterns["frequent_group"]
    same_day = patterns["asset"] == patterns["asset_again"]
    made = pd.DataFrame(
        {
            "records": patterns["patients"],
            "usable_records": several.map({True: "several", False: "one"}),
            "code_agreement": _agreement(several, patterns["codes"]),
            "group_agreement": _agreement(several, patterns["groups"]),
            "method_agreement": same_group.map({True: "same", False: "differs"}),
            "most_recent": patterns["recent"].map(_PLACE_OF_RANK),
            "most_frequent": patterns["frequent"].map(_PLACE_OF_RANK),
            "ohid": patterns["ohid"].map(_PLACE_OF_RANK),
            "asset": patterns["asset"].map(_PLACE_OF_RANK).where(same_day, NO_PLACE),
        }
    )
    groups = made[list(METHODS)].apply(lambda column: column.map(lambda place: group_of_place(place, grouping)))
    chosen = groups.where(groups != NO_PLACE)
    made["methods_agree"] = (chosen.nunique(axis=1) <= 1).map({True: "yes", False: "no"})
    rest = patients - int(made["records"].sum())
    none = dict.fromkeys(METHODS, NO_PLACE) | {"records": rest, "methods_agree": "yes"}
    words = ("usable_records", "code_agreement", "group_agreement", "method_agreement")
    return pd.concat([made, pd.DataFrame([none | dict.fromkeys(words, "none")])], ignore_index=True)


def _agreement(several: pd.Series[bool], different: pd.Series[Any]) -> pd.Series[Any]:
    return (different > 1).map({True: "conflict", False: "agree"}).where(several, "one")


def group_of_place(place: int, grouping: str) -> int:
    """Give the position in `GROUPS` of a usable place; `NO_PLACE` for none."""
    if place == NO_PLACE:
        return NO_PLACE
    name = PLACES[place]
    return GROUPS.index(name if name in HIGH else high_group(name, grouping))


def describe_recoverable(unknown: pd.DataFrame, records: int) -> pd.DataFrame:
    """Say of each kind of unknown record whether the patient's other records would fill it (rule ETH018).

    Returns
    -------
        ``records``, ``unknown_with_key`` (yes, no), ``recoverable`` (yes, no), ``filled_group`` (label, blank where
        not recoverable), ``ethnic_class``, ``site_code``; the last row holds all other records.
    """
    made = pd.DataFrame(
        {
            "records": unknown["records"],
            "unknown_with_key": "yes",
            "recoverable": (unknown["filling_group"] >= 0).map({True: "yes", False: "no"}),
            "filled_group": unknown["filling_group"].map(lambda group: GROUPS[group] if group >= 0 else ""),
            "ethnic_class": unknown["ethnic_class_code"].map(dict(enumerate(CLASSES))),
            "site_code": unknown["site_code"],
        }
    )
    rest: dict[str, Any] = {
        "records": records - int(made["records"].sum()), "unknown_with_key": "no", "recoverable": "no",
        "filled_group": "", "ethnic_class": "", "site_code": -1,
    }  # fmt: skip
    return pd.concat([made, pd.DataFrame([rest])], ignore_index=True)


def method_counts(described: pd.DataFrame, grouping: str) -> dict[str, dict[str, int]]:
    """Patients by group for each method; those for whom it chooses none are last, under Not known."""
    labels = (*HIGH, UNUSABLE[1])
    found = {}
    for method in METHODS:
        group = described[method].map(lambda place: group_of_place(place, grouping))
        counts = described["records"].groupby(group.where(group != NO_PLACE, len(HIGH))).sum()
        found[method] = {label: int(counts.get(position, 0)) for position, label in enumerate(labels)}
    return found
