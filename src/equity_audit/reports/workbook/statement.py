"""The national statement (section 13SA) as two table sheets: its indicators, and the figures that this extract gives."""

from __future__ import annotations

from equity_audit.model import Report
from equity_audit.narrative import NOT_A_RATE
from equity_audit.reports.statement import DIMENSIONS, rows_of_statement, shares_sentence, source_of_statement
from equity_audit.reports.workbook import notes
from equity_audit.reports.workbook.parts import Column, NoteBook, TableSheet, Value
from equity_audit.reports.workbook.tables import about_lines
from equity_audit.reports.workbook.words import header_of, label_of, titled


def indicators_sheet(report: Report, number: int, book: NoteBook) -> TableSheet:
    """Every indicator of the statement, computed or said not to be in this extract."""
    indicators = rows_of_statement(report)
    rows: tuple[tuple[Value, ...], ...] = tuple((each.name, each.domain, _capital(each.status)) for each in indicators)
    there = sum(each.outcome is not None for each in indicators)
    return TableSheet(
        tab=f"Table_{number}",
        title=titled(report, f"Table {number}: Indicators of the national statement (section 13SA)"),
        about=about_lines(
            report, rows, f"{there or 'None'} of the {len(indicators)} indicators can be worked out from this extract.",
            f"Source: {source_of_statement()}", "Check the wording against the statement in force.",
        ),
        name="national_statement_indicators",
        columns=(
            Column(f"Indicator {book.mark(notes.STATEMENT)}", "text", 44),
            Column("Domain", "text", 26),
            Column("In this report", "text", 44),
        ),
        rows=rows,
    )  # fmt: skip


def statement_sheet(report: Report, number: int, book: NoteBook) -> TableSheet | None:
    """Each indicator in this extract by deprivation, ethnicity, age and sex."""
    there = [each for each in rows_of_statement(report) if each.outcome]
    rows: tuple[tuple[Value, ...], ...] = tuple(
        (
            each.name,
            header_of(name),
            label_of(name, row.labels[0]),
            row.numerator,
            row.denominator,
            row.value,
            row.lower,
            row.upper,
        )
        for each in there
        for name in DIMENSIONS
        if name in each.tables
        for row in each.tables[name].rows
    )
    if not rows:
        return None
    cautions = dict.fromkeys(NOT_A_RATE[each.outcome or ""] for each in there if each.outcome in NOT_A_RATE)
    rates = "Rates per population are on the worksheet Table_13." if any(each.rates for each in there) else ""
    interval = book.mark(notes.INTERVAL)
    return TableSheet(
        tab=f"Table_{number}",
        title=titled(report, f"Table {number}: National statement (section 13SA), indicators in this extract"),
        about=about_lines(
            report,
            rows,
            "By deprivation, ethnicity, age and sex, where the extract has them.",
            *cautions,
            shares_sentence(there),
            rates,
        ),
        name="national_statement_figures",
        columns=(
            Column(f"Indicator {book.mark(notes.STATEMENT)}", "text", 46),
            Column("By", "text", 18),
            Column(f"Group {book.mark(notes.GROUPS)}", "text", 22),
            Column(f"Counted (number) {book.mark(notes.disclosure_note(report))}", "count", 16),
            Column("Out of (number)", "count", 14),
            Column("Share (%)", "percent", 12),
            Column(f"Lower limit (%) {interval}", "percent", 14),
            Column(f"Upper limit (%) {interval}", "percent", 14),
        ),
        rows=rows,
    )


def _capital(words: str) -> str:
    return words[0].upper() + words[1:]
