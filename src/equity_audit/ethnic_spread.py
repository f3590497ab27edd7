"""How unknown ethnicity is spread: the counts that `spread` and `standouts` judge, taken out of the cube."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from equity_audit import engine
from equity_audit.breakdowns import Axis
from equity_audit.cube import Grouping
from equity_audit.decode.dimensions import FEWEST_PATIENTS, Dimension, label_dimension
from equity_audit.decode.ethnicity import CLASSES, PLACES
from equity_audit.decode.geography import LINK_CLASSES
from equity_audit.decode.outcomes import NUMERATOR
from equity_audit.decode.routes import route_dimension
from equity_audit.model import Dictionary, Extract, OutcomeFacts
from equity_audit.spread import uneven_levels
from equity_audit.standouts import abrupt_months, one_value_sites, outlying_units

CLASS_COLUMN = "ethnic_class_code"
VALID = CLASSES.index("valid")
# ETH016 asks one question of these; sites, specialties and months have rules of their own.
EVEN_OVER = ("imd_quintile", "age_band", "sex", "admission_route")
UNITS = ("site", "specialty")
_NOT_UNITS = ("other", "not recorded")


def spread_groupings(axes: Sequence[Axis], outcomes: Iterable[OutcomeFacts]) -> list[Grouping]:
    """List the group-bys that the spread needs: each dimension and each outcome by ethnic class."""
    columns = [axis.column for axis in axes if axis.name != "ethnic_group"] + [facts.name for facts in outcomes]
    return [Grouping(columns=(CLASS_COLUMN, column)) for column in columns]


def spread_levels(
    axes: Sequence[Axis], outcomes: Sequence[OutcomeFacts], cubes: Mapping[Grouping, pd.DataFrame]
) -> pd.DataFrame:
    """Count unknown and all records of each level: ``dimension``, ``level``, ``numerator``, ``denominator``."""
    empty = pd.DataFrame({"dimension": [], "level": [], "numerator": [], "denominator": []}).astype(
        {"dimension": "str", "level": "str", "numerator": "int64", "denominator": "int64"}
    )
    found = [
        _by_level(cubes, axis.column, axis.name, dict(enumerate(axis.labels)))
        for axis in axes
        if axis.name != "ethnic_group"
    ]
    for facts in outcomes:
        # Records outside an outcome's figure have no level of it.
        labels = {NUMERATOR: facts.label, NUMERATOR - 1: f"not: {facts.label}"}
        found.append(_by_level(cubes, facts.name, f"outcome: {facts.name}", labels))
    return pd.concat(found, ignore_index=True) if found else empty


def _by_level(
    cubes: Mapping[Grouping, pd.DataFrame], column: str, dimension: str, labels: Mapping[int, str]
) -> pd.DataFrame:
    counts = cubes[Grouping(columns=(CLASS_COLUMN, column))]
    unknown = counts["records"].where(counts[CLASS_COLUMN] != VALID, 0)
    summed = (
        counts.assign(numerator=unknown, denominator=counts["records"])
        .groupby(column)[["numerator", "denominator"]]
        .sum()
    )
    summed = summed[summed.index.isin(list(labels)) & (summed["denominator"] > 0)]
    level = [labels[int(code)] for code in summed.index]
    return summed.reset_index(drop=True).assign(dimension=dimension, level=level)


def examine_spread(levels: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame | None]:
    """Judge the levels of every dimension, the funnels of sites and specialties, and the months."""
    asked = levels["dimension"].isin(EVEN_OVER) | levels["dimension"].str.startswith("outcome: ")
    parts = [part.reset_index(drop=True) for _, part in levels.assign(asked=asked).groupby("asked", sort=False)]
    judged = pd.concat([uneven_levels(part) for part in parts or [levels.assign(asked=asked)]], ignore_index=True)
    units = []
    for name in UNITS:
        part = levels[(levels["dimension"] == name) & ~levels["level"].isin(_NOT_UNITS)].reset_index(drop=True)
        if len(part):
            counts = part.rename(columns={"level": "unit"})[["dimension", "unit", "numerator", "denominator"]]
            units.append(outlying_units(counts))
    months = levels[(levels["dimension"] == "month") & levels["level"].str.fullmatch(r"\d{4}-\d{2}")]
    usable = months["denominator"] - months["numerator"]
    chart = None
    if (levels["dimension"] == "month").any():
        chart = abrupt_months(
            pd.DataFrame({"month": months["level"], "numerator": usable, "denominator": months["denominator"]})
        )
    empty = pd.DataFrame(columns=["dimension", "unit", "share", "outside"])
    return judged, pd.concat(units, ignore_index=True) if units else empty, chart


def code_by_site(ethnicity: Dictionary, *, usable: bool = False) -> pd.DataFrame:
    """Count records by ``site`` (tidied; blank without one) and ``code`` (A to S and Z, None where none is read)."""
    frame = ethnicity.frame
    if usable:
        frame = frame[frame["ethnic_class"] == "valid"]
    code = frame["ethnic_code"].where(frame["ethnic_code"].isin((*PLACES[:16], "Z")))
    site = (
        ""
        if "site" not in frame
        else frame["site"].astype("str").where(frame["site"].notna(), "").str.strip().str.upper()
    )
    made = pd.DataFrame({"site": site, "code": code, "records": frame["records"]}, index=frame.index)
    return made.groupby(["site", "code"], dropna=False)["records"].sum().reset_index()


def site_fills(ethnicity: Dictionary) -> pd.DataFrame | None:
    """Find sites that one value fills; None where the extract tells no sites apart."""
    if "site" not in ethnicity.frame:
        return None
    counts = code_by_site(ethnicity)
    return one_value_sites(counts[counts["site"] != ""])


def faults_together(cubes: Mapping[Grouping, pd.DataFrame], axis: Axis) -> pd.DataFrame:
    """Count records by ethnic class and level of one dimension: which faults stand in the same record."""
    counts = cubes[Grouping(columns=(CLASS_COLUMN, axis.column))]
    made: dict[str, Any] = {
        "ethnic_class": counts[CLASS_COLUMN].map(dict(enumerate(CLASSES))),
        "level": counts[axis.column].map(dict(enumerate(axis.labels))),
        "records": counts["records"],
    }
    return pd.DataFrame(made)


def spread_dimensions(
    extract: Extract, people: engine.People | None, finer: Iterable[Dictionary] = ()
) -> list[Dimension]:
    """Find the dimensions that only the spread needs: specialty and admission route."""
    found = []
    if "specialty" in extract.filled:
        tally = engine.tally_shared(extract.table, "specialty", people, FEWEST_PATIENTS, finer)
        found.append(label_dimension(tally, "specialty"))
    if "admission_method" in extract.filled:
        found.append(route_dimension(engine.tally(extract.table, ["admission_method"], finer=finer)))
    return found


def with_link_codes(geography: Dictionary) -> Dictionary:
    """Add ``link_class_code``, the position in `LINK_CLASSES`."""
    codes = geography.frame["link_class"].map({name: code for code, name in enumerate(LINK_CLASSES)}).astype("int8")
    return replace(geography, frame=geography.frame.assign(link_class_code=codes))
