"""What charts show: which rows of which table, and the same in words for those who cannot see them."""

from __future__ import annotations

from collections.abc import Sequence

from equity_audit.model import Cell, Report
from equity_audit.narrative import percent
from equity_audit.reports.workbook.parts import ChartBar, ChartSheet, Column, TableSheet, Value
from equity_audit.reports.workbook.words import clean, titled, watermark_lines

DATA_TAB = "Chart_data"


def chart_sheet(report: Report, source: TableSheet, number: int, finding: str = "") -> ChartSheet | None:
    """A bar chart of the share in each row of a table; rows without a figure are left out, and said to be."""
    at = next(position for position, column in enumerate(source.columns) if column.kind == "percent")
    bars, left_out = [], []
    for row in source.rows:
        share, lower, upper = (_number(value) for value in row[at : at + 3])
        if share is None or lower is None or upper is None or (share and not round(share, 3)):
            left_out.append(str(row[0]))
        else:
            share = round(share, 3)
            below, above = max(round(share - lower, 3), 0.0), max(round(upper - share, 3), 0.0)
            bars.append(ChartBar(label=clean(str(row[0])), share=share, below=below, above=above))
    if len(bars) < 2:
        return None
    what = source.columns[at].header.partition(" [note")[0]
    missing = f"Left out, because hidden or of too few records: {', '.join(left_out)}." if left_out else ""
    lines = (
        f"This worksheet contains one chart. Its figures, with all other groups, are on the worksheet {source.tab}.",
        *watermark_lines(report),
        f"The bars run from {percent(min(b.share for b in bars))} to {percent(max(b.share for b in bars))}.",
        finding,
        "The thin lines show the 95% intervals.",
        missing,
    )
    told = "; ".join(f"{bar.label}: {percent(bar.share)}" for bar in bars)
    return ChartSheet(
        tab=f"Chart_{number}",
        title=source.title.replace(f"Table {number}:", f"Chart {number}:", 1),
        about=tuple(line for line in lines if line),
        bars=tuple(bars),
        axis_title=clean(what),
        description=clean(f"Horizontal bar chart with 95% intervals. {what}. {told}. {missing}"),
    )


def chart_data_sheet(report: Report, charts: Sequence[ChartSheet]) -> TableSheet:
    """What the charts draw: shares and the lengths of their interval lines, shown groups alone."""
    rows: tuple[tuple[Value, ...], ...] = tuple(
        (chart.tab, bar.label, Cell(bar.share), Cell(bar.below), Cell(bar.above))
        for chart in charts
        for bar in chart.bars
    )
    return TableSheet(
        tab=DATA_TAB,
        title=titled(report, "Chart data: what the charts draw"),
        about=(
            "This worksheet contains one table.",
            *watermark_lines(report),
            "Interval lines are drawn by their length below and above the share. The limits are in the tables.",
        ),
        name="Chart_data",
        columns=(
            Column("Chart", "text", 16),
            Column("Group", "text", 28),
            Column("Share (%)", "percent", 16),
            Column("Interval below the share (percentage points)", "percent", 24),
            Column("Interval above the share (percentage points)", "percent", 24),
        ),
        rows=rows,
    )


def _number(value: Value) -> float | None:
    return float(value.value) if isinstance(value, Cell) and value.value is not None else None
