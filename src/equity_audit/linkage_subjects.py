"""What the rules on vintage, scales, postcodes and the spread of linkage are judged on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from equity_audit.breakdowns import Axis
from equity_audit.cube import Grouping
from equity_audit.decode.geography import LINK_STATES, ROUTES
from equity_audit.decode.supplied import FEWEST_COMPARED
from equity_audit.fields import LSOA_FIELDS
from equity_audit.linkage import Linkage
from equity_audit.model import Extract
from equity_audit.rules import Subject
from equity_audit.spread import uneven_levels
from equity_audit.subjects import NOT_LINKABLE

LINK_COLUMN = "link_code"
SPREAD_OVER = ("ethnic_group", "site", "month")
_NO_LOCATION, _NO_IMD = "the extract has no location column", "no IMD edition is installed"
_NO_KEY, _NO_DATE = "the extract has no patient key", "the extract has no activity date"


def linkage_groupings(axes: Sequence[Axis]) -> list[Grouping]:
    """List the group-bys that the spread of linkage needs: link state by ethnic group, site and month."""
    return [Grouping(columns=(LINK_COLUMN, axis.column)) for axis in axes if axis.name in SPREAD_OVER]


def linkage_levels(axes: Sequence[Axis], cubes: Mapping[Grouping, pd.DataFrame]) -> pd.DataFrame:
    """Count records not linked, of those that could be, at each level of ethnic group, site and month.

    Returns
    -------
        ``dimension``, ``level``, ``numerator`` (not linked), ``denominator`` (linkable), and records by route.
    """
    parts = [
        pd.DataFrame(
            {"dimension": [], "level": [], "numerator": [], "denominator": [], **{name: [] for name in ROUTES}}
        )
    ]
    for axis in axes:
        counts = cubes.get(Grouping(columns=(LINK_COLUMN, axis.column)))
        if counts is None or axis.name not in SPREAD_OVER:
            continue
        state = counts[LINK_COLUMN].map(dict(enumerate(LINK_STATES)))
        by_state = counts["records"].groupby([counts[axis.column], state]).sum().unstack(fill_value=0)
        by_state = by_state.reindex(columns=list(LINK_STATES), fill_value=0)
        linkable = by_state.drop(columns=list(NOT_LINKABLE)).sum(axis=1)
        part = by_state[list(ROUTES)].assign(
            dimension=axis.name,
            level=[axis.labels[int(code)] for code in by_state.index],
            numerator=linkable - by_state[list(ROUTES)].sum(axis=1),
            denominator=linkable,
        )
        parts.append(part[part["denominator"] > 0].reset_index(drop=True))
    return pd.concat(parts[1:] or parts, ignore_index=True)


def linkage_subjects(linkage: Linkage, extract: Extract, levels: pd.DataFrame, patients: int) -> dict[str, Subject]:
    """Give every subject of the linkage, by name; each says why it cannot be judged where it cannot."""
    subjects = [
        _vintage(linkage, extract),
        *_scales(linkage, extract),
        _ended(linkage, extract),
        _spread(linkage, levels),
        _crowded(linkage, extract),
        _coincidences(linkage, extract, patients),
    ]
    return {subject.name: subject for subject in subjects}


def _missing(name: str, why: str, total: int = 1) -> Subject:
    return Subject(name=name, frame=None, total=total, missing=why)


def _vintage(linkage: Linkage, extract: Extract) -> Subject:
    name, verdict = "lsoa_vintage", linkage.vintage
    if not extract.fields & set(LSOA_FIELDS):
        return _missing(name, "the extract has no LSOA column")
    if verdict is None:
        return _missing(name, _NO_IMD)
    row = {
        "english_records": verdict.records, "other_vintage_share": verdict.share,
        "vintage_verdict": "contradicts" if verdict.contradicts else "agrees", "records": 1,
    }  # fmt: skip
    return Subject(name=name, frame=pd.DataFrame([row]), total=1)


def _scales(linkage: Linkage, extract: Extract) -> list[Subject]:
    names = ("imd_direction", "imd_scale")
    if linkage.choice.edition is None:
        return [_missing(name, f"{_NO_IMD}: the scale is taken as declared, not checked") for name in names]
    if not linkage.scales:
        return [_missing(name, "the extract has no IMD rank, decile or quintile column") for name in names]
    if all(test.compared < FEWEST_COMPARED for test in linkage.scales):
        why = f"fewer than {FEWEST_COMPARED} records can be compared: the scale is taken as declared, not checked"
        return [_missing(name, why, len(linkage.scales)) for name in names]
    rows = [
        {"compared": test.compared, "direction": test.direction, "agreement": test.agreement, "spearman": test.spearman,
         "records": 1}
        for test in linkage.scales
    ]  # fmt: skip
    return [Subject(name=name, frame=pd.DataFrame(rows), total=len(rows)) for name in names]


def _ended(linkage: Linkage, extract: Extract) -> Subject:
    name, audited = "postcode_end", extract.intake.records_audited
    if "postcode" not in extract.fields:
        return _missing(name, "the extract has no postcode column", audited)
    if linkage.ended is None:
        return _missing(name, "no postcode directory is installed", audited)
    if "activity_date" not in extract.filled:
        return _missing(name, _NO_DATE, audited)
    return Subject(name=name, frame=linkage.ended, total=audited)


def _spread(linkage: Linkage, levels: pd.DataFrame) -> Subject:
    name = "linkage_spread"
    if linkage.dictionary is None:
        return _missing(name, _NO_LOCATION)
    if not len(levels):
        return _missing(name, "the extract has neither ethnicity nor site nor dates, or nothing could be linked")
    judged = uneven_levels(levels[["dimension", "level", "numerator", "denominator"]])
    return Subject(name=name, frame=judged[["dimension", "uneven"]].assign(records=1), total=len(judged))


def _crowded(linkage: Linkage, extract: Extract) -> Subject:
    name = "postcode_patients"
    if linkage.crowded is None:
        missing = "the extract has no postcode column" if "postcode" not in extract.filled else _NO_KEY
        return _missing(name, missing)
    return Subject(name=name, frame=linkage.crowded, total=len(linkage.crowded))


def _coincidences(linkage: Linkage, extract: Extract, patients: int) -> Subject:
    name = "patient_quintiles"
    if linkage.dictionary is None:
        return _missing(name, _NO_LOCATION, patients)
    if linkage.coincidences is None:
        return _missing(name, _NO_KEY if extract.patient_key is None else _NO_DATE, patients)
    found = linkage.coincidences
    several = int(found["patients"].sum())
    conflict = int(found.loc[found["different"] > 0, "patients"].sum())
    rows = [("agree", several - conflict), ("conflict", conflict), ("one", patients - several)]
    return Subject(name=name, frame=pd.DataFrame(rows, columns=["quintile_agreement", "records"]), total=patients)
