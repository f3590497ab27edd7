"""What a Report holds, found by name: its outcomes, tables, measures and shares of classes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from equity_audit.decode.labels import QUINTILES
from equity_audit.model import Cell, OutcomeFacts, ReleasedMeasure, ReleasedTable, Report, TableRow
from equity_audit.narrative.words import LEAST_SHOWN, NOT_A_RATE
from equity_audit.verdict_settings import FEWEST_FOR_A_SHARE as FEWEST_FOR_A_SHARE

RATES = ("rate", "standardised_rate", "indirectly_standardised_rate", "standardised_ratio")


def may_be_headline(facts: OutcomeFacts) -> bool:
    """Whether an outcome may be told first."""
    return facts.headline and facts.name not in NOT_A_RATE


def ordered_outcomes(report: Report, named: Sequence[str] = ()) -> tuple[OutcomeFacts, ...]:
    """The outcomes that a board named, as it named them; else all, those first whose figures are shown and may lead."""
    found = {facts.name: facts for facts in outcomes_of(report)}
    if found.keys() & set(named):
        return tuple(found[name] for name in named if name in found)

    def place(facts: OutcomeFacts) -> tuple[bool, ...]:
        shown, gap = is_shown(report, facts.name), measure_of(report, "gap", facts.name)
        headline = may_be_headline(facts)
        return not (shown and headline), not shown, gap is None or gap.estimate is None, not headline

    return tuple(sorted(found.values(), key=place))


def is_shown(report: Report, outcome: str) -> bool:
    """Whether an outcome has a figure by quintile or by ethnic group that disclosure control has not hidden."""
    return any(
        row.value.value is not None
        for dimension in ("imd_quintile", "ethnic_group")
        for row in rows_of(report, outcome, dimension)
    )


def outcomes_of(report: Report) -> tuple[OutcomeFacts, ...]:
    """What this extract's outcomes are."""
    return tuple(facts for facts, _ in report.outcomes)


def table_of(report: Report, outcome: str | None, *dimensions: str, unit: str | None = None) -> ReleasedTable | None:
    """The released table of an outcome (None: plain counts) by dimensions."""
    for table in report.tables:
        if table.outcome == outcome and table.dimensions == dimensions and unit in (None, table.unit):
            return table
    return None


def rows_of(report: Report, outcome: str | None, *dimensions: str) -> tuple[TableRow, ...]:
    """The rows of that table; none where there is no such table."""
    table = table_of(report, outcome, *dimensions)
    return table.rows if table else ()


def measure_of(report: Report, measure: str, outcome: str, dimension: str = "imd_quintile") -> ReleasedMeasure | None:
    """The measure of that name for an outcome."""
    wanted = (measure, outcome, dimension)
    return next((found for found in report.measures if (found.measure, found.outcome, found.dimension) == wanted), None)


def difference_of(report: Report, outcome: str, dimension: str, group: str) -> ReleasedMeasure | None:
    """A group against all other groups that are compared."""
    return next(
        (
            found
            for found in report.measures
            if (found.measure, found.outcome, found.dimension) == ("risk_difference", outcome, dimension)
            and found.group == group
            and found.against == "rest"
        ),
        None,
    )


def rates_of(report: Report, outcome: str, dimension: str) -> tuple[ReleasedMeasure, ...]:
    """The rates per population of an outcome by a dimension, group by group."""
    wanted = (outcome, dimension)
    return tuple(row for row in report.measures if row.measure in RATES and (row.outcome, row.dimension) == wanted)


def nothing_linked(report: Report) -> bool:
    """Whether no record at all reached a quintile: the five are then empty in every table, and one sentence says more."""
    return bool(report.deprivation) and report.deprivation["classes"]["linked"].value == 0


def told_rows(report: Report, table: ReleasedTable) -> tuple[TableRow, ...]:
    """The rows that a reader is shown: all but the five quintiles of an extract of which nothing is linked."""
    if "imd_quintile" not in table.dimensions or not nothing_linked(report):
        return table.rows
    place = table.dimensions.index("imd_quintile")
    return tuple(row for row in table.rows if row.labels[place] == QUINTILES[-1])


def too_few_records(report: Report, subject: str) -> bool:
    """Whether an extract is too small for a verdict on its ethnicity or deprivation as such."""
    facts = {"ethnicity": report.ethnicity, "deprivation": report.deprivation}.get(subject)
    records = facts["records"].value if facts else None
    return records is not None and bool(records < FEWEST_FOR_A_SHARE)


def class_share(report: Report, facts: Mapping[str, Any], name: str) -> Cell:
    """A class as a share of all released records; hidden where the class is, too few where the whole is small."""
    part, whole = facts["classes"][name], facts["records"]
    if part.value is None:
        return Cell(None, part.marker)
    if not whole.value or part.value > whole.value:
        return Cell(None, "z")
    if not report.exact and whole.value < FEWEST_FOR_A_SHARE:
        return Cell(None, "u")
    share = part.value / whole.value
    if not report.exact and 0 < share < LEAST_SHOWN:
        return Cell(None, "low")
    # Rounded as a percentage, as every table writes its shares: 0.1125 is 11.2% here, too.
    return Cell(share if report.exact else round(round(100 * share, 1) / 100, 3))
