"""How completely ethnicity is recorded, month by month: the table, and its control chart."""

from __future__ import annotations

from equity_audit.charts import spc
from equity_audit.model import Cell, Report
from equity_audit.narrative import percent, uncapped
from equity_audit.reports.trend import Trend, recording_rows, recording_trend
from equity_audit.reports.workbook import notes
from equity_audit.reports.workbook.parts import Column, LineChartSheet, NoteBook, TableSheet, Value
from equity_audit.reports.workbook.tables import about_lines
from equity_audit.reports.workbook.words import clean, month_words, titled, watermark_lines

_LINES = (("Usable ethnic group", 4), ("Mean", 7), ("Lower process limit", 8), ("Upper process limit", 9))


def recording_sheet(report: Report, number: int, book: NoteBook) -> TableSheet | None:
    """The months in a row that have a figure, what each shows, and the limits it is held against."""
    trend = recording_trend(report)
    if trend is None:
        return None
    rows: tuple[tuple[Value, ...], ...] = tuple(
        (
            month_words(row.labels[0]), spc.SHAPES[month.kind][2], row.numerator, row.denominator, row.value, row.lower,
            row.upper, _limit(month.mean), _limit(month.lower), _limit(month.upper),
        )
        for row, month in zip(recording_rows(report, trend), trend.months, strict=True)
    )  # fmt: skip
    interval, disclosure = book.mark(notes.INTERVAL), book.mark(notes.disclosure_note(report))
    process = book.mark(notes.PROCESS)
    wanted: tuple[Column, ...] = ()
    if trend.target is not None:
        rows = tuple((*row, Cell(trend.target)) for row in rows)
        wanted = (Column("Share that would be enough (%)", "percent", 14),)
    return TableSheet(
        tab=f"Table_{number}",
        title=titled(report, f"Table {number}: Records with a usable ethnic group by month"),
        about=about_lines(report, rows, trend.sentence, *_short(trend)),
        name="recording_by_month",
        columns=(
            Column(f"Month {book.mark(notes.MONTHS)}", "text", 20),
            Column("What the month shows", "text", 26),
            Column(f"Usable ethnic group (records) {disclosure}", "count", 16),
            Column("All records (number)", "count", 14),
            Column("Share of records (%)", "percent", 14),
            Column(f"Lower limit (%) {interval}", "percent", 14),
            Column(f"Upper limit (%) {interval}", "percent", 14),
            Column(f"Mean (%) {process}", "percent", 14),
            Column(f"Lower process limit (%) {process}", "percent", 15),
            Column(f"Upper process limit (%) {process}", "percent", 15),
            *wanted,
        ),
        rows=rows,
    )


def recording_chart(report: Report, source: TableSheet, number: int) -> LineChartSheet | None:
    """The control chart of that table."""
    trend = recording_trend(report)
    if trend is None:
        return None
    last = trend.months[-1]
    shown = f"{trend.months[0].label} to {last.label}"
    lowest, highest = (end(month.value for month in trend.months) for end in (min, max))
    lines = _LINES if last.mean is not None else _LINES[:1]
    lines = (*lines, ("Share that would be enough", 10)) if trend.target is not None else lines
    special = [
        f"{month.label} ({uncapped(spc.SHAPES[month.kind][2])})"
        for month in trend.months
        if month.kind != "common_cause"
    ]
    return LineChartSheet(
        tab=f"Chart_{number}",
        title=source.title.replace(f"Table {number}:", f"Chart {number}:", 1),
        about=(
            f"This worksheet contains one chart. Its figures are on the worksheet {source.tab}.",
            *watermark_lines(report),
            trend.sentence,
            f"The points run from {percent(lowest)} to {percent(highest)}.",
            *([f"Points with another shape: {', '.join(special)}."] if special else []),
            *_short(trend),
        ),
        bars=(),
        axis_title="Share of records (%)",
        description=clean(
            f"Line chart with process limits. Share of records with a usable ethnic group by month, {shown}: "
            + "; ".join(f"{month.label} {percent(month.value)}" for month in trend.months)
            + f". {trend.sentence}"
        ),
        source=source,
        months=trend.months,
        lines=lines,
    )


def _limit(value: float | None) -> Cell:
    return Cell(None, "z") if value is None else Cell(round(min(max(value, 0.0), 1.0), 3))


def _short(trend: Trend) -> tuple[str, ...]:
    return (trend.limits_note,)
