"""Tables with too few in their cells, told in fewer: quintile × ethnic group in two by two, months as quarters.

The fine tables stay in the result, where disclosure control lets them; what is read is the collapsed one.
Source: `statistics.md`, "Like with like".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from equity_audit.breakdowns import CORE20, CROSSED
from equity_audit.decode.dimensions import NOT_KNOWN
from equity_audit.decode.grouping import ALL_OTHER, GROUP_ONLY, UNUSABLE, WHITE, white_labels
from equity_audit.decode.labels import QUINTILES
from equity_audit.model import Breakdown, OutcomeFacts

LEAST_CELL, LEAST_SHARE = 100, 0.8
LEAST_MONTH = 50
_FAIR = 10  # a month counts from a tenth of the fullest one on: stray dates make no series
QUARTERS = ("January to March", "April to June", "July to September", "October to December")
_MONTH = re.compile(r"(\d{4})-(\d{2})")
TWO_BY_TWO = ("core20", "ethnic_group")


def with_collapsed(breakdowns: Sequence[Breakdown], outcomes: Sequence[OutcomeFacts]) -> tuple[Breakdown, ...]:
    """The breakdowns, each followed by its collapsed form where it needs one.

    Distinct patients do not add up over groups, so their tables have none.
    """
    of_patients = {outcome.name for outcome in outcomes if outcome.least is not None}
    made: list[Breakdown] = []
    for table in breakdowns:
        made.append(table)
        if table.outcome in of_patients or (table.outcome is None and table.unit == "patients"):
            continue
        if table.dimensions == CROSSED and is_sparse(table):
            made.append(two_by_two(table))
        if table.dimensions == ("month",) and has_small_months(table):
            made.append(by_quarter(table))
    return tuple(made)


def collapse_notes(breakdowns: Sequence[Breakdown]) -> tuple[str, ...]:
    """What was collapsed and why, in words."""
    crossed = sum(table.dimensions == TWO_BY_TWO for table in breakdowns)
    quarters = sum(table.dimensions == ("quarter",) for table in breakdowns)
    told = []
    if crossed:
        told.append(
            f"IMD quintile by ethnic group is told as Core20 and the rest by {WHITE} and all other ethnic groups combined in "
            f"{_tables(crossed)}: fewer than {LEAST_SHARE:.0%} of the cells of quintile by group hold {LEAST_CELL} or more."
        )
    if quarters:
        told.append(
            f"Months are told as quarters in {_tables(quarters)}: some months hold fewer than {LEAST_MONTH} records."
        )
    return tuple(told)


def _tables(number: int) -> str:
    return "1 table" if number == 1 else f"{number} tables"


def _size(table: Breakdown) -> str:
    return "denominator" if table.outcome else "numerator"


def is_sparse(table: Breakdown) -> bool:
    """Whether fewer than 80 % of the cells of quintiles by known groups hold 100 or more."""
    frame = table.frame
    coded = frame[(frame["imd_quintile"] != QUINTILES[-1]) & ~frame["ethnic_group"].isin([*UNUSABLE, GROUP_ONLY])]
    enough = int((coded[_size(table)] >= LEAST_CELL).sum())
    return enough < LEAST_SHARE * len(coded)


def has_small_months(table: Breakdown) -> bool:
    """Whether a month of the series holds fewer than 50."""
    known = table.frame[table.frame["month"] != NOT_KNOWN][_size(table)]
    fair = known[known >= known.max() / _FAIR] if len(known) else known
    return bool((fair < LEAST_MONTH).any())


def two_by_two(table: Breakdown) -> Breakdown:
    """Core20 and the rest × White and all other ethnic groups combined; who has no quintile or no known group is left out."""
    coded = table.frame[
        (table.frame["imd_quintile"] != QUINTILES[-1]) & ~table.frame["ethnic_group"].isin([*UNUSABLE, GROUP_ONLY])
    ]
    white = white_labels()
    marked = coded.assign(
        core20=coded["imd_quintile"].map(lambda label: CORE20[0] if label == QUINTILES[0] else CORE20[1]),
        ethnic_group=coded["ethnic_group"].map(lambda label: WHITE if label in white else ALL_OTHER),
    )
    order = [(core20, group) for core20 in CORE20[:2] for group in (WHITE, ALL_OTHER)]
    return _summed(table, marked, TWO_BY_TWO, order, "Core20 and ethnic group")


def by_quarter(table: Breakdown) -> Breakdown:
    """Calendar quarters in the place of months."""
    marked = table.frame.assign(quarter=table.frame["month"].map(quarter_of))
    order = [(label,) for label in sorted(set(marked["quarter"]) - {NOT_KNOWN})]
    order += [(NOT_KNOWN,)] if NOT_KNOWN in set(marked["quarter"]) else []
    return _summed(table, marked, ("quarter",), order, "quarter")


def quarter_of(month: str) -> str:
    """``2025-11`` → ``2025 Q4 (October to December)``; what is no month stays as it is."""
    found = _MONTH.fullmatch(month)
    if found is None:
        return month
    quarter = (int(found[2]) + 2) // 3
    return f"{found[1]} Q{quarter} ({QUARTERS[quarter - 1]})"


def _summed(
    table: Breakdown, marked: pd.DataFrame, dimensions: tuple[str, ...], order: Sequence[tuple[str, ...]], words: str
) -> Breakdown:
    counts = ["numerator", "denominator"] if table.outcome else ["numerator"]
    sums = marked.groupby(list(dimensions))[counts].sum()
    index = pd.MultiIndex.from_tuples(order, names=dimensions) if len(dimensions) > 1 else pd.Index(
        [labels[0] for labels in order], name=dimensions[0]
    )  # fmt: skip
    frame = sums.reindex(index, fill_value=0).reset_index()
    if not table.outcome:
        frame["denominator"] = table.frame["denominator"].iloc[0] if len(table.frame) else 0
    start = table.title.rpartition(" by ")[0]
    name = table.outcome or table.unit
    return replace(
        table, id=f"{name}_by_{'_by_'.join(dimensions)}", title=f"{start} by {words}", dimensions=dimensions,
        frame=frame[["numerator", "denominator", *dimensions]],
    )  # fmt: skip
