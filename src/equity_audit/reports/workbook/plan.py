"""Which sheets a workbook has, in order. A table keeps its number from run to run, so a number may be missing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from equity_audit.board import Board
from equity_audit.model import OutcomeFacts, Report
from equity_audit.narrative import nothing_linked, ordered_outcomes, outcomes_of, table_of
from equity_audit.reports.sites import of_sites
from equity_audit.reports.workbook.back import method_sheet, notes_sheet
from equity_audit.reports.workbook.chart_plan import chart_data_sheet, chart_sheet
from equity_audit.reports.workbook.front import contents_sheet, cover_sheet, summary_sheet
from equity_audit.reports.workbook.linkage import linkage_sheets
from equity_audit.reports.workbook.measured import differences_sheet, ratios_sheet
from equity_audit.reports.workbook.parts import ChartSheet, LineChartSheet, NoteBook, Sheet, TableSheet
from equity_audit.reports.workbook.quality import codes_sheet, rules_sheet, scores_sheet, shapes_sheet
from equity_audit.reports.workbook.rates import rates_sheet
from equity_audit.reports.workbook.recording import recording_chart, recording_sheet
from equity_audit.reports.workbook.statement import indicators_sheet, statement_sheet
from equity_audit.reports.workbook.tables import CROSS, counts_sheet, finding_of, outcome_sheet, shows_figures

Dimensions = tuple[str, ...]
# What the board reads first: the outcome that leads, by quintile, by ethnic group and by both.
LEADING: tuple[Dimensions, ...] = (("imd_quintile",), ("ethnic_group",), CROSS)
OTHERS: tuple[Dimensions, ...] = (("month",), ("sex",), ("age_band",), ("site",))
RECORDING = 5
QUALITY: dict[int, Callable[[Report, int, NoteBook], TableSheet | None]] = {
    4: scores_sheet, RECORDING: recording_sheet, 6: rules_sheet, 7: codes_sheet, 8: shapes_sheet, 9: indicators_sheet,
    10: statement_sheet, 11: differences_sheet, 12: ratios_sheet, 13: rates_sheet,
}  # fmt: skip
COUNTS_FROM = 20  # records by group are tables 21 to 40
OUTCOME_STEP = 20  # tables of the first outcome begin at 41, of the second at 61
TWO_BY_TWO = ("core20", "ethnic_group")
CHARTED = (("imd_quintile",), ("ethnic_group",))


def plan_workbook(report: Report, board: Board) -> tuple[Sheet, ...]:
    """Every sheet, front matter first."""
    book = NoteBook()
    report = of_sites(report, board.sites)
    chosen = ordered_outcomes(report, board.outcomes)
    dimensions = (*LEADING, *OTHERS, *_further(report))
    body: list[Sheet] = []
    for number, each in enumerate(LEADING, start=1):
        body += _outcome(report, number, chosen[0], each, book) if chosen else _records(report, number, each, book)
    for number, make in QUALITY.items():
        sheet = make(report, number, book)
        body += [sheet] if sheet else []
        chart = recording_chart(report, sheet, number) if sheet and number == RECORDING else None
        body += [chart] if chart else []
    body += linkage_sheets(report, book)
    for step, each in enumerate(dimensions, start=1):
        if chosen or each not in LEADING:
            body += _records(report, COUNTS_FROM + step, each, book)
    for position, facts in enumerate(outcomes_of(report), start=2):
        for step, each in enumerate(dimensions, start=1):
            if facts in chosen and not (facts is chosen[0] and each in LEADING):
                body += _outcome(report, position * OUTCOME_STEP + step, facts, each, book)
    bars = [sheet for sheet in body if isinstance(sheet, ChartSheet) and not isinstance(sheet, LineChartSheet)]
    if bars:
        body.append(chart_data_sheet(report, bars))
    summary = summary_sheet(report, board, book)
    last: list[Sheet] = [notes_sheet(report, book), method_sheet(report)]
    contents = contents_sheet(report, [summary, *body, *last], book.left_out)
    return (cover_sheet(report, board), contents, summary, *body, *last)


def _telling(
    make: Callable[[NoteBook], TableSheet | None], book: NoteBook, *, empty: bool = False
) -> TableSheet | None:
    """A sheet with figures on it, with its notes marked; a page of markers tells nobody anything and is left out."""
    trial = replace(book, texts=dict(book.texts))
    sheet = make(trial)
    if sheet is not None and (empty or (sheet.breakdown and not shows_figures(sheet))):
        book.left_out.append(sheet.title)
        return None
    book.texts = trial.texts
    return sheet


def _outcome(report: Report, number: int, facts: OutcomeFacts, dimensions: Dimensions, book: NoteBook) -> list[Sheet]:
    # A table too sparse to tell is told in two by two.
    if dimensions == CROSS and table_of(report, facts.name, *TWO_BY_TWO) is not None:
        dimensions = TWO_BY_TWO
    empty = _says_nothing(report, number, dimensions)
    sheet = _telling(lambda trial: outcome_sheet(report, number, facts, dimensions, trial), book, empty=empty)
    return _with_chart(report, sheet, number, dimensions, finding_of(report, facts, dimensions))


def _records(report: Report, number: int, dimensions: Dimensions, book: NoteBook) -> list[Sheet]:
    """Records by group; drawn only where they stand in for an outcome, since how many came is no finding."""
    empty = _says_nothing(report, number, dimensions)
    sheet = _telling(lambda trial: counts_sheet(report, number, dimensions, trial), book, empty=empty)
    if number > len(LEADING):
        return [sheet] if sheet else []
    return _with_chart(report, sheet, number, dimensions)


def _says_nothing(report: Report, number: int, dimensions: Dimensions) -> bool:
    """Whether a table by quintile would say again that nothing is linked: Table 1 says so, and why."""
    return number > 1 and "imd_quintile" in dimensions and nothing_linked(report)


def _with_chart(
    report: Report, sheet: TableSheet | None, number: int, dimensions: Dimensions, finding: str = ""
) -> list[Sheet]:
    if sheet is None:
        return []
    chart = chart_sheet(report, sheet, number, finding) if dimensions in CHARTED else None
    return [sheet, chart] if chart else [sheet]


def _further(report: Report) -> list[Dimensions]:
    """Dimensions of this extract's own (flags, specialty), numbered after the others; crossed ones stay in the JSON."""
    own = dict.fromkeys(table.dimensions for table in report.tables if len(table.dimensions) == 1)
    return [dimensions for dimensions in own if dimensions not in (*LEADING, *OTHERS)]
