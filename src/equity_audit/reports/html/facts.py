"""Small questions that several sections ask of a Report."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from equity_audit.board import Board
from equity_audit.comparing import UNCODED
from equity_audit.decode.labels import QUINTILES
from equity_audit.model import OutcomeFacts, ReleasedTable, Report, TableRow, Verdict
from equity_audit.narrative import VERDICTS, ordered_outcomes, table_of

SUBJECTS = {"imd_quintile": "deprivation", "ethnic_group": "ethnicity"}
FIFTHS = QUINTILES[:5]


def chosen_outcomes(report: Report, board: Board) -> tuple[OutcomeFacts, ...]:
    """Those the board asked for, else all; the one to lead with comes first."""
    return ordered_outcomes(report, board.outcomes)


def average_of(rows: Iterable[TableRow]) -> float | None:
    """The share of all the rows shown together, from their released counts."""
    pairs = [
        (row.numerator.value, row.denominator.value)
        for row in rows
        if row.value.value is not None and row.numerator.value is not None and row.denominator.value is not None
    ]
    whole = sum(denominator for _, denominator in pairs)
    return round(sum(numerator for numerator, _ in pairs) / whole, 3) if whole else None


def fifths(table: ReleasedTable | None) -> tuple[TableRow, ...]:
    """The rows of quintiles 1 to 5, without those that are not linked."""
    return tuple(row for row in table.rows if row.labels[0] in FIFTHS) if table else ()


def any_shown(rows: Sequence[TableRow]) -> bool:
    """Whether there is a figure to draw."""
    return any(row.value.value is not None for row in rows)


def tells_apart(table: ReleasedTable) -> bool:
    """Whether two groups have a figure, records without a group aside: else there is nothing to compare."""
    coded = [row for row in table.rows if row.labels[0] not in UNCODED]
    return sum(row.value.value is not None for row in coded) >= min(2, len(coded)) > 0


def measure_value(report: Report, name: str, outcome: str) -> float | None:
    """The estimate of a measure by deprivation, if the report has it."""
    for measure in report.measures:
        if (measure.measure, measure.outcome, measure.dimension) == (name, outcome, "imd_quintile"):
            return measure.estimate
    return None


def verdict_on(report: Report, dimension: str, outcome: str | None = None) -> Verdict | None:
    """The verdict on one comparison, else the one on its whole subject."""
    subject = SUBJECTS.get(dimension, dimension)
    for wanted in (f"{outcome}_by_{dimension}", f"{outcome} by {subject}", subject):
        for verdict in report.verdicts:
            if verdict.subject == wanted:
                return verdict
    return None


def verdict_words(verdict: Verdict | None) -> str:
    """The words for a verdict; none where there is none."""
    return VERDICTS[verdict.verdict] if verdict else ""


def records_table(report: Report, dimension: str) -> ReleasedTable | None:
    """Records by one dimension."""
    return table_of(report, None, dimension, unit="records")
