"""Everything measured on a comparison, for whoever checks the figures: shares and gaps apart from ratios and tests."""

from __future__ import annotations

from equity_audit.model import Cell, ReleasedMeasure, Report
from equity_audit.narrative import RATES, method_words, outcomes_of
from equity_audit.reports.html.measures import POINTS, measure_words
from equity_audit.reports.workbook import notes
from equity_audit.reports.workbook.parts import Column, Kind, NoteBook, TableSheet, Value
from equity_audit.reports.workbook.tables import about_lines
from equity_audit.reports.workbook.words import header_of, titled


def differences_sheet(report: Report, number: int, book: NoteBook) -> TableSheet | None:
    """Gaps, slopes and shares, in percentage points or per cent."""
    found = [measure for measure in report.measures if measure.measure in POINTS]
    return _sheet(
        report, number, book, found, "decimal", "Gaps, slopes and shares of each comparison", "measured_differences"
    )


def ratios_sheet(report: Report, number: int, book: NoteBook) -> TableSheet | None:
    """Ratios, tests and design effects, as plain numbers."""
    found = [measure for measure in report.measures if measure.measure not in (*POINTS, *RATES)]
    return _sheet(report, number, book, found, "ratio", "Ratios and tests of each comparison", "measured_ratios")


def _sheet(
    report: Report, number: int, book: NoteBook, found: list[ReleasedMeasure], kind: Kind, what: str, name: str
) -> TableSheet | None:
    labels = {facts.name: facts.label for facts in outcomes_of(report)}
    rows: tuple[tuple[Value, ...], ...] = tuple(
        (
            labels.get(measure.outcome, measure.outcome), header_of(measure.dimension), measure_words(measure.measure),
            _group(measure), method_words(measure), *(
                _cell(end, kind, withheld=measure.estimate is None)
                for end in (measure.estimate, measure.lower, measure.upper)
            ),
        )
        for measure in found
    )  # fmt: skip
    if not rows:
        return None
    interval = book.mark(notes.INTERVAL_OF_MEASURES)
    return TableSheet(
        tab=f"Table_{number}",
        title=titled(report, f"Table {number}: {what}"),
        about=about_lines(
            report,
            rows,
            "A positive gap or slope means that the share is higher in the most deprived areas.",
            kind=kind,
        ),
        name=name,
        columns=(
            Column("Outcome", "text", 20),
            Column("By", "text", 13),
            Column(f"Measure {book.mark(notes.DIFFERENCE)}", "text", 32),
            Column("Group", "text", 20),
            Column("Method, or why it is withheld", "text", 30),
            Column("Value (see measure)", kind, 12),
            Column(f"Lower limit (see measure) {interval}", kind, 14),
            Column(f"Upper limit (see measure) {interval}", kind, 14),
        ),
        rows=rows,
    )


def _group(measure: ReleasedMeasure) -> str:
    against = f" against {measure.against}" if measure.against and measure.against != "rest" else ""
    return f"{measure.group or 'All groups'}{against}"


def _cell(value: float | None, kind: Kind, *, withheld: bool) -> Cell:
    """Percentage points, or the number itself; an end that a measure has not is not applicable."""
    if value is None:
        return Cell(None, "x" if withheld else "z")
    return Cell(round(100 * value, 1) + 0.0 if kind == "decimal" else round(value, 6))
