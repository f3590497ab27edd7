"""From cubes to breakdowns: records, patients and outcomes by quintile, ethnic group, both, and each by the rest.

Records are additive, so a few fine cubes give every table of them; patients are not, and are counted table by table.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from equity_audit.cube import Grouping
from equity_audit.decode.outcomes import DENOMINATOR, NUMERATOR
from equity_audit.model import Breakdown, OutcomeFacts

Table = tuple["Axis", ...]

CORE20 = ("Core20 (quintile 1, most deprived)", "Other quintiles", "not linked")
CROSSED = ("imd_quintile", "ethnic_group")
CROSSED_WITH = ("sex", "age_band", "site", "specialty", "month")
OF_OUTCOMES = ("residence",)
# Dimensions with few labels, or that follow from the place of residence: counted in one fine cube.
_NARROW = (*CROSSED, "core20", "residence", "imd_quintile_compared", "sex", "age_band")


@dataclass(frozen=True, kw_only=True)
class Axis:
    """A dimension of the cube: its name in outputs, its column in the cube, its labels, whether empty ones show."""

    name: str
    column: str
    labels: tuple[str, ...]
    show_empty: bool
    title: str


def breakdown_axes(axes: Sequence[Axis], *, narrow: bool = False) -> list[Table]:
    """The tables made: each axis alone, quintile by ethnic group and, unless ``narrow``, each of the two by each other."""
    single: list[Table] = [(axis,) for axis in axes]
    crossed = [axis for axis in axes if axis.name in CROSSED]
    both = [tuple(crossed)] if len(crossed) == len(CROSSED) else []
    return (
        single + both + []
        if narrow
        else single + both + [(one, other) for one in crossed for other in axes if other.name in CROSSED_WITH]
    )


def groupings_for(axes: Sequence[Axis], outcomes: Sequence[OutcomeFacts], *, narrow: bool = False) -> list[Grouping]:
    """The group-bys that the breakdowns need: fine cubes of records and outcomes, and patients table by table."""
    tables = breakdown_axes(axes, narrow=narrow)
    fine = dict.fromkeys(_fine(axes, outcomes, table) for table in tables)
    counted = [_patients(table) for table in tables if _counts_patients(table)]
    often = [_often(table, outcome) for outcome in outcomes for table in tables if _counts(outcome, table)]
    return [Grouping(columns=(), patients=True), *counted, *fine, *often]


def make_breakdowns(
    axes: Sequence[Axis],
    outcomes: Sequence[OutcomeFacts],
    cubes: Mapping[Grouping, pd.DataFrame],
    *,
    narrow: bool = False,
) -> tuple[Breakdown, ...]:
    """Breakdowns of records, of patients, and of each outcome. Numerators and denominators are whole numbers."""
    everyone = cubes[Grouping(columns=(), patients=True)].iloc[0]
    split: dict[tuple[Grouping, str], pd.DataFrame] = {}  # many tables are added up from few cubes
    made = []
    for table in breakdown_axes(axes, narrow=narrow):
        fine = _fine(axes, outcomes, table)
        cube = cubes[fine]
        if not any(axis.name in OF_OUTCOMES for axis in table):
            made.append(_shares("records", table, cube, int(everyone["records"])))
            if _counts_patients(table) and int(everyone["patients"]):
                made.append(_shares("patients", table, cubes[_patients(table)], int(everyone["patients"])))
        for outcome in outcomes:
            if _counts(outcome, table):
                made.append(_outcome(outcome, table, cubes[_often(table, outcome)]))
            elif outcome.least is None:
                if (fine, outcome.name) not in split:
                    split[fine, outcome.name] = _split(cube, outcome.name)
                made.append(_outcome(outcome, table, split[fine, outcome.name]))
    return tuple(made)


def _columns(table: Table) -> tuple[str, ...]:
    return tuple(axis.column for axis in table)


def _fine(axes: Sequence[Axis], outcomes: Sequence[OutcomeFacts], table: Table) -> Grouping:
    """The cube a table's records are added up from: quintile and ethnic group with one wide dimension, or all narrow."""
    wide = [axis for axis in table if axis.name not in _NARROW]
    with_these = (
        [axis for axis in axes if axis.name in CROSSED] + wide if wide else [a for a in axes if a.name in _NARROW]
    )
    return Grouping(columns=(*_columns(tuple(with_these)), *(o.name for o in outcomes if o.least is None)))


def _counts_patients(table: Table) -> bool:
    if len(table) == 1:
        return table[0].name not in OF_OUTCOMES
    return all(axis.name in CROSSED for axis in table)


def _patients(table: Table) -> Grouping:
    return Grouping(columns=_columns(table), patients=True, records=False)


def _counts(outcome: OutcomeFacts, table: Table) -> bool:
    """Whether an outcome of patients has this table; months cannot have a figure of twelve months."""
    names = [axis.name for axis in table]
    return outcome.least is not None and "month" not in names and (len(names) == 1 or set(names) == set(CROSSED))


def _often(table: Table, outcome: OutcomeFacts) -> Grouping:
    return Grouping(columns=_columns(table), often=(outcome.name, outcome.least or 1))


def _split(cube: pd.DataFrame, outcome: str) -> pd.DataFrame:
    place, records = cube[outcome], cube["records"]
    return cube.assign(
        numerator=records.where(place == NUMERATOR, 0), denominator=records.where(place >= DENOMINATOR, 0)
    )


def _labelled(table: Table, cube: pd.DataFrame, values: Sequence[str]) -> pd.DataFrame:
    """Sums with labels for codes, in label order, empty groups added where the axis shows them."""
    shape = tuple(len(axis.labels) for axis in table)
    flat = np.ravel_multi_index([cube[axis.column].to_numpy(dtype="int64") for axis in table], shape)
    size = int(np.prod(shape))
    sums = {v: np.bincount(flat, weights=cube[v].to_numpy(), minlength=size).astype("int64") for v in values}
    empty = np.zeros(size, dtype=bool) if all(a.show_empty for a in table) else sum(sums.values()) == 0
    kept = np.flatnonzero(~empty)
    places = np.unravel_index(kept, shape)
    labels = {axis.name: [axis.labels[at] for at in place] for axis, place in zip(table, places, strict=True)}
    return pd.DataFrame({name: counts[kept] for name, counts in sums.items()} | labels)


def _shares(unit: str, table: Table, counts: pd.DataFrame, total: int) -> Breakdown:
    frame = _labelled(table, counts, [unit]).rename(columns={unit: "numerator"}).assign(denominator=total)
    return Breakdown(
        id=f"{unit}_by_{_names(table)}", title=f"{unit.capitalize()} by {_titles(table)}", unit=unit, outcome=None,
        dimensions=tuple(axis.name for axis in table), frame=frame,
    )  # fmt: skip


def _outcome(outcome: OutcomeFacts, table: Table, counts: pd.DataFrame) -> Breakdown:
    return Breakdown(
        id=f"{outcome.name}_by_{_names(table)}", title=f"{outcome.label} by {_titles(table)}", unit=outcome.noun,
        outcome=outcome.name, dimensions=tuple(axis.name for axis in table),
        frame=_labelled(table, counts, ["numerator", "denominator"]),
    )  # fmt: skip


def _names(table: Table) -> str:
    return "_by_".join(axis.name for axis in table)


def _titles(table: Table) -> str:
    return " and ".join(axis.title for axis in table)
