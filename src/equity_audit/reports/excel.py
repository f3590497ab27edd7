"""The board's workbook: native tables and charts, values only, accessible, the same bytes for the same report."""

from __future__ import annotations

from datetime import UTC, datetime

from equity_audit.board import Board
from equity_audit.model import Report

_NO_SETTINGS = Board()


def render(report: Report, board: Board = _NO_SETTINGS) -> bytes:
    """The workbook of a report, under a board's own name where it gave one."""
    # openpyxl takes a third of a second to import, and other outputs do without.
    from equity_audit.reports.workbook.chart_plan import DATA_TAB
    from equity_audit.reports.workbook.package import packed
    from equity_audit.reports.workbook.parts import ChartSheet
    from equity_audit.reports.workbook.plan import plan_workbook
    from equity_audit.reports.workbook.words import clean
    from equity_audit.reports.workbook.write import add_sheet, header_row, new_workbook

    book = new_workbook()
    sheets = plan_workbook(report, board)
    charts = [sheet for sheet in sheets if isinstance(sheet, ChartSheet)]
    first_bar = next((header_row(sheet) + 1 for sheet in sheets if sheet.tab == DATA_TAB), 0)  # type: ignore[arg-type]
    for sheet in sheets:
        add_sheet(book, sheet, first_bar)
        first_bar += len(sheet.bars) if isinstance(sheet, ChartSheet) else 0
    book.active = 0
    properties = book.properties
    properties.title, properties.subject = clean(sheets[0].title), "Ethnicity coding and deprivation linkage"
    properties.creator = properties.lastModifiedBy = clean(board.trust_name or "equity-audit")
    properties.language = "en-GB"
    properties.keywords = "health inequalities, ethnicity, deprivation, data quality, IMD"
    properties.created = datetime.fromisoformat(report.run.finished).astimezone(UTC).replace(tzinfo=None)
    return packed(
        book,
        {
            f"xl/drawings/drawing{number}.xml": (clean(chart.title), chart.description)
            for number, chart in enumerate(charts, start=1)
        },
    )
