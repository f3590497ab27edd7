"""Which sheets a workbook has, in order. A table keeps its number from run to run, so a number may be missing."""

from __future__ import annotations

from equity_audit.model import Report
from equity_audit.narrative import outcomes_of
from equity_audit.reports.workbook.back import method_sheet, notes_sheet
from equity_audit.reports.workbook.chart_plan import chart_data_sheet, chart_sheet
from equity_audit.reports.workbook.front import contents_sheet, cover_sheet, summary_sheet
from equity_audit.reports.workbook.parts import ChartSheet, NoteBook, Sheet, TableSheet
from equity_audit.reports.workbook.quality import codes_sheet, rules_sheet, scores_sheet, shapes_sheet
from equity_audit.reports.workbook.tables import CROSS, counts_sheet, finding_of, outcome_sheet

COUNTS = {
    1: ("imd_quintile",), 2: ("ethnic_group",), 3: CROSS, 5: ("month",), 7: ("sex",), 8: ("age_band",), 9: ("site",),
}  # fmt: skip
QUALITY = {4: scores_sheet, 6: rules_sheet, 10: codes_sheet, 11: shapes_sheet}
FIRST_FREE = 12
OUTCOME_STEP = 20  # tables of the first outcome begin at 21, of the second at 41
CHARTED = (("imd_quintile",), ("ethnic_group",))


def plan_workbook(report: Report) -> tuple[Sheet, ...]:
    """Every sheet, front matter first."""
    book = NoteBook()
    body: list[Sheet] = []
    for number, dimensions in sorted((*COUNTS.items(), *((number, ()) for number in QUALITY), *_further(report))):
        make = QUALITY.get(number)
        sheet = make(report, number, book) if make else counts_sheet(report, number, dimensions, book)
        body += _with_chart(report, sheet, number, dimensions)
    for position, facts in enumerate(outcomes_of(report), start=1):
        others = [dimensions for _, dimensions in _further(report)]
        for step, dimensions in enumerate((*COUNTS.values(), *others), start=1):
            number = position * OUTCOME_STEP + step
            sheet = outcome_sheet(report, number, facts, dimensions, book)
            body += _with_chart(report, sheet, number, dimensions, finding_of(report, facts, dimensions))
    charts = [sheet for sheet in body if isinstance(sheet, ChartSheet)]
    if charts:
        body.append(chart_data_sheet(report, charts))
    summary = summary_sheet(report, book)
    last: list[Sheet] = [notes_sheet(report, book), method_sheet(report)]
    contents = contents_sheet(report, [summary, *body, *last])
    return (cover_sheet(report), contents, summary, *body, *last)


def _with_chart(
    report: Report, sheet: TableSheet | None, number: int, dimensions: tuple[str, ...], finding: str = ""
) -> list[Sheet]:
    if sheet is None:
        return []
    chart = chart_sheet(report, sheet, number, finding) if dimensions in CHARTED else None
    return [sheet, chart] if chart else [sheet]


def _further(report: Report) -> list[tuple[int, tuple[str, ...]]]:
    """Dimensions of this extract's own (flags, specialty), numbered after the others; crossed ones stay in the JSON."""
    known = set(COUNTS.values())
    own = [
        table.dimensions
        for table in report.tables
        if table.outcome is None and table.unit == "records" and len(table.dimensions) == 1
    ]
    return [(FIRST_FREE + step, dims) for step, dims in enumerate(dims for dims in own if dims not in known)]
