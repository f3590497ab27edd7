"""Rates per population as one table sheet: a row an outcome and group, the population named above it."""

from __future__ import annotations

from equity_audit.model import Cell, Report
from equity_audit.narrative import outcomes_of, population_sentence, rates_of
from equity_audit.reports.workbook import notes
from equity_audit.reports.workbook.parts import Column, NoteBook, TableSheet, Value
from equity_audit.reports.workbook.tables import about_lines
from equity_audit.reports.workbook.words import header_of, titled

_RATES = (
    ("rate", "Rate per 100,000 population, crude"),
    (
        "standardised_rate",
        "Rate per 100,000 population, directly standardised to the European Standard Population 2013",
    ),
    ("indirectly_standardised_rate", "Rate per 100,000 population, indirectly standardised"),
)


def rates_sheet(report: Report, number: int, book: NoteBook) -> TableSheet | None:
    """Nothing where no population is installed, or none that fits."""
    people = {(each.dimension, group): size for each in report.populations for group, size in each.groups}
    rows: list[tuple[Value, ...]] = []
    reasons: dict[str, None] = {}
    for facts in outcomes_of(report):
        for dimension in dict.fromkeys(each.dimension for each in report.populations):
            found = {(row.group or "", row.measure): row for row in rates_of(report, facts.name, dimension)}
            for group in dict.fromkeys(group for group, _ in found):
                events, size = found[group, "rate"].n, people.get((dimension, group), 0)
                for name, words in _RATES:
                    row = found[group, name]
                    ends = (row.estimate, row.lower, row.upper)
                    rows.append(
                        (facts.label, header_of(dimension), group, words, events, size, *(_cell(end) for end in ends))
                    )
                    reasons |= {row.reason_withheld: None} if row.reason_withheld else {}
    if not rows:
        return None
    interval = book.mark(notes.INTERVAL_OF_RATES)
    told = [population_sentence(each) for each in report.populations]
    told += [f"Withheld, [x]: {reason}." for reason in reasons]
    return TableSheet(
        tab=f"Table_{number}",
        title=titled(report, f"Table {number}: Rates per 100,000 population by group"),
        about=about_lines(report, tuple(rows), *told, kind="decimal"),
        name="rates_per_population",
        columns=(
            Column("Outcome", "text", 20),
            Column("By", "text", 13),
            Column("Group", "text", 18),
            Column("Measure", "text", 34),
            Column("Events (number)", "count", 14),
            Column("Population (people)", "count", 16),
            Column("Rate (per 100,000)", "decimal", 14),
            Column(f"Lower limit (per 100,000) {interval}", "decimal", 15),
            Column(f"Upper limit (per 100,000) {interval}", "decimal", 15),
        ),
        rows=tuple(rows),
    )


def _cell(end: float | None) -> Cell:
    """One decimal; what rounds to zero without being zero is left for the writer to mark."""
    return Cell(None, "x") if end is None else Cell(round(end, 1) or end)
