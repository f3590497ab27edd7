"""The small frames that rules are judged on, and why one cannot be judged where its column or lookup is missing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from equity_audit.fields import LOCATION_FIELDS, LSOA_FIELDS
from equity_audit.model import Dictionary, Extract
from equity_audit.reference.imd import ImdTable
from equity_audit.rules import Subject

# Addresses that no directory could turn into an English area are not linkage that failed.
NOT_LINKABLE = ("outside_england", "overseas", "no_fixed_abode", "withheld", "no_reference")
_NO_IMD = "no IMD edition is installed"


def subjects_of(
    extract: Extract,
    ethnicity: Dictionary | None,
    schemes: pd.DataFrame | None,
    geography: Dictionary | None,
    tables: tuple[ImdTable, ...],
) -> dict[str, Subject]:
    """Every subject of this audit, by name."""
    audited = extract.intake.records_audited
    subjects = [
        _frame_or("ethnicity", ethnicity.frame if ethnicity else None, audited, "the extract has no ethnicity column"),
        _frame_or("ethnicity_schemes", schemes, 1, "the extract has no ethnicity column"),
        _frame_or(
            "ethnicity_summary",
            ethnicity_summary(ethnicity) if ethnicity else None,
            1,
            "the extract has no ethnicity column",
        ),
        _geography(extract, geography, tables, audited),
        _frame_or(
            "linkage_summary",
            linkage_summary(geography) if geography else None,
            1,
            "the extract has no location column",
        ),
        _frame_or("reference", _references(tables) if tables else None, 1, _NO_IMD),
        _frame_or("mapping", _mapping(extract), 2, ""),
        _frame_or("intake", _intake(extract), extract.intake.records_read, ""),
    ]
    return {subject.name: subject for subject in subjects}


def _frame_or(name: str, frame: pd.DataFrame | None, total: int, missing: str) -> Subject:
    return Subject(name=name, frame=frame, total=total, missing=missing if frame is None else None)


def class_counts(frame: pd.DataFrame, column: str) -> dict[str, int]:
    """Records by value of a decoded column."""
    return {str(name): int(number) for name, number in frame.groupby(column)["records"].sum().items()}


def ethnicity_summary(ethnicity: Dictionary) -> pd.DataFrame:
    """One row: shares populated, valid or stated, and usable, of all records."""
    counts = class_counts(ethnicity.frame, "ethnic_class")
    records = sum(counts.values())
    valid, stated = counts.get("valid", 0), counts.get("not_stated", 0)
    return pd.DataFrame(
        {
            "records": [records],
            "populated_share": [1 - counts.get("missing", 0) / records],
            "valid_or_stated_share": [(valid + stated) / records],
            "usable_share": [valid / records],
        }
    )


def linkage_summary(geography: Dictionary) -> pd.DataFrame:
    """One row: linked as a share of what could be linked (NaN where nothing could), and with no fixed abode too."""
    counts = class_counts(geography.frame, "link_class")
    linked = counts.get("linked", 0)
    linkable = sum(number for name, number in counts.items() if name not in NOT_LINKABLE)
    with_homeless = linkable + counts.get("no_fixed_abode", 0)
    return pd.DataFrame(
        {
            "records": [sum(counts.values())],
            "linkage_rate": [linked / linkable if linkable else float("nan")],
            "linkage_rate_with_no_fixed_abode": [linked / with_homeless if with_homeless else float("nan")],
        }
    )


def _geography(extract: Extract, geography: Dictionary | None, tables: tuple[ImdTable, ...], audited: int) -> Subject:
    if geography is None:
        return Subject(name="geography", frame=None, total=audited, missing="the extract has no location column")
    absent: dict[str, str] = {}
    if "postcode" not in extract.fields:
        reason = "the extract has no postcode column"
        absent |= {"postcode_form": reason, "directory_lookup": reason, "lsoa_postcode_agreement": reason}
    elif (geography.frame["directory_lookup"] == "no_directory").any():
        reason = "no postcode directory is installed"
        absent |= {"directory_lookup": reason, "lsoa_postcode_agreement": reason}
    if not extract.fields & set(LSOA_FIELDS):
        reason = "the extract has no LSOA column"
        absent |= dict.fromkeys(("lsoa_form", "lsoa_lookup", "lsoa_postcode_agreement", "supplied_agreement"), reason)
    elif not tables:
        absent |= {"lsoa_lookup": _NO_IMD, "supplied_agreement": _NO_IMD}
    if not extract.fields & {"imd_decile", "imd_quintile"}:
        reason = "the extract has no IMD decile or quintile column"
        absent |= {"imd_label_form": reason, "supplied_agreement": reason}
    frame = geography.frame.drop(columns=list(absent))
    return Subject(name="geography", frame=frame, total=audited, absent=absent)


def _references(tables: tuple[ImdTable, ...]) -> pd.DataFrame:
    rows = [
        {"edition": table.edition, "reference_fault": fault, "records": 1}
        for table in tables
        for fault in (table.faults or ("none",))
    ]
    return pd.DataFrame(rows)


def _mapping(extract: Extract) -> pd.DataFrame:
    present: Mapping[str, bool] = {
        "ethnicity": "ethnicity" in extract.fields,
        "location": any(field in extract.fields for field in LOCATION_FIELDS),
    }
    rows: list[dict[str, Any]] = [
        {"subject": name, "subject_mapped": "yes" if mapped else "no", "records": 1} for name, mapped in present.items()
    ]
    return pd.DataFrame(rows)


def _intake(extract: Extract) -> pd.DataFrame:
    intake = extract.intake
    rows = [("audited", intake.records_audited), ("rejected", intake.records_rejected)]
    return pd.DataFrame(rows, columns=["record_outcome", "records"])
