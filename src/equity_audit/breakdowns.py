"""From cubes to breakdowns: records, patients and outcomes by quintile, ethnic group, both, and other dimensions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import pandas as pd

from equity_audit.decode.outcomes import DENOMINATOR, NUMERATOR
from equity_audit.engine import Grouping
from equity_audit.model import Breakdown, OutcomeFacts


@dataclass(frozen=True, kw_only=True)
class Axis:
    """A dimension of the cube: its name in outputs, its column in the cube, its labels, whether empty ones show."""

    name: str
    column: str
    labels: tuple[str, ...]
    show_empty: bool
    title: str


def breakdown_axes(axes: Sequence[Axis]) -> list[tuple[Axis, ...]]:
    """The tables made: each axis alone, and quintile by ethnic group."""
    single: list[tuple[Axis, ...]] = [(axis,) for axis in axes]
    crossed = [axis for axis in axes if axis.name in ("imd_quintile", "ethnic_group")]
    return single + ([tuple(crossed)] if len(crossed) == 2 else [])


def groupings_for(axes: Sequence[Axis], outcomes: Sequence[str]) -> list[Grouping]:
    """The group-bys that the breakdowns need: patients a table, outcomes a table, and everyone."""
    tables = [tuple(axis.column for axis in table) for table in breakdown_axes(axes)]
    counted = [Grouping(columns=columns, patients=True) for columns in [(), *tables]]
    return counted + [Grouping(columns=(*columns, outcome)) for columns in tables for outcome in outcomes]


def make_breakdowns(
    axes: Sequence[Axis], outcomes: Sequence[OutcomeFacts], cubes: Mapping[Grouping, pd.DataFrame]
) -> tuple[Breakdown, ...]:
    """Breakdowns of records, of patients, and of each outcome. Numerators and denominators are whole numbers."""
    everyone = cubes[Grouping(columns=(), patients=True)].iloc[0]
    made = []
    for table in breakdown_axes(axes):
        columns = tuple(axis.column for axis in table)
        counts = cubes[Grouping(columns=columns, patients=True)]
        names = "_by_".join(axis.name for axis in table)
        title = " and ".join(axis.title for axis in table)
        made += [
            _shares(f"{unit}_by_{names}", f"{unit.capitalize()} by {title}", unit, table, counts, int(everyone[unit]))
            for unit in ("records", "patients")
            if int(everyone[unit])
        ]
        made += [
            _outcome(
                f"{outcome.name}_by_{names}",
                f"{outcome.label} by {title}",
                outcome,
                table,
                cubes[Grouping(columns=(*columns, outcome.name))],
            )
            for outcome in outcomes
        ]
    return tuple(made)


def _labelled(table: tuple[Axis, ...], counts: pd.DataFrame, values: Sequence[str]) -> pd.DataFrame:
    """Counts with labels for codes, in label order, empty groups added where the axis shows them."""
    index = pd.MultiIndex.from_tuples(list(product(*[range(len(axis.labels)) for axis in table])))
    keyed = counts.set_index([counts[axis.column].astype("int64") for axis in table])[list(values)]
    if len(table) == 1:
        keyed.index = pd.MultiIndex.from_arrays([keyed.index])
    full = keyed.reindex(index, fill_value=0).fillna(0).astype("int64")
    if not all(axis.show_empty for axis in table):
        full = full[full.sum(axis=1) > 0]
    for level, axis in enumerate(table):
        full[axis.name] = [axis.labels[code] for code in full.index.get_level_values(level)]
    return full.reset_index(drop=True)


def _shares(
    identifier: str, title: str, unit: str, table: tuple[Axis, ...], counts: pd.DataFrame, total: int
) -> Breakdown:
    frame = _labelled(table, counts, [unit]).rename(columns={unit: "numerator"}).assign(denominator=total)
    return Breakdown(
        id=identifier, title=title, unit=unit, outcome=None, dimensions=tuple(axis.name for axis in table), frame=frame
    )


def _outcome(
    identifier: str, title: str, outcome: OutcomeFacts, table: tuple[Axis, ...], counts: pd.DataFrame
) -> Breakdown:
    place = counts[outcome.name]
    split = counts.assign(
        numerator=counts["records"].where(place == NUMERATOR, 0),
        denominator=counts["records"].where(place >= DENOMINATOR, 0),
    )
    summed = split.groupby([axis.column for axis in table], as_index=False)[["numerator", "denominator"]].sum()
    frame = _labelled(table, summed, ["numerator", "denominator"])
    return Breakdown(
        id=identifier, title=title, unit=outcome.noun, outcome=outcome.name,
        dimensions=tuple(axis.name for axis in table), frame=frame,
    )  # fmt: skip
