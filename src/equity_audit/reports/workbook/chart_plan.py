"""What a chart shows: which rows of its table, and the same in words for those who cannot see it."""

from __future__ import annotations

from equity_audit.model import Cell, Report
from equity_audit.narrative import percent
from equity_audit.reports.workbook.parts import ChartSheet, TableSheet, Value
from equity_audit.reports.workbook.words import watermark_lines


def chart_sheet(report: Report, source: TableSheet, number: int) -> ChartSheet | None:
    """A bar chart of the share in each row of a table; rows without a figure are left out, and said to be."""
    at = share_column(source)
    shown = tuple(position for position, row in enumerate(source.rows) if _number(row[at]) is not None)
    if len(shown) < 2:
        return None
    left_out = [str(row[0]) for position, row in enumerate(source.rows) if position not in shown]
    values = [(str(source.rows[position][0]), _number(source.rows[position][at]) or 0.0) for position in shown]
    told = "; ".join(f"{label}: {percent(value)}" for label, value in values)
    low, high = min(value for _, value in values), max(value for _, value in values)
    missing = f"Left out because hidden or of too few records: {', '.join(left_out)}." if left_out else ""
    title = source.title.replace(f"Table {number}:", f"Chart {number}:", 1)
    about = (
        f"This worksheet contains one chart. Its figures are on the worksheet {source.tab}.",
        *watermark_lines(report),
        f"The bars run from {percent(low)} to {percent(high)}. The thin lines show the 95% interval.",
        *(line for line in source.about if " gap by deprivation" in line or ": a gap of" in line),
        *((missing,) if missing else ()),
    )
    return ChartSheet(
        tab=f"Chart_{number}",
        title=title,
        about=about,
        source=source,
        rows=shown,
        axis_title=source.columns[at].header,
        description=f"Horizontal bar chart with 95% intervals. {source.columns[at].header}. {told}. {missing}".strip(),
    )


def plain_header(header: str) -> str:
    """A header without its note markers."""
    return header.partition(" [note")[0]


def share_column(source: TableSheet) -> int:
    """The position of the share; its interval is in the two columns after it."""
    return next(position for position, column in enumerate(source.columns) if column.kind == "percent")


def interval_arms(chart: ChartSheet) -> tuple[list[float], list[float]]:
    """The distances from each share to the ends of its interval: below, above."""
    at = share_column(chart.source)
    below, above = [], []
    for position in chart.rows:
        value, lower, upper = (_number(cell) or 0.0 for cell in chart.source.rows[position][at : at + 3])
        below.append(round(max(value - lower, 0.0), 6))
        above.append(round(max(upper - value, 0.0), 6))
    return below, above


def _number(value: Value) -> float | None:
    if isinstance(value, Cell):
        return None if value.value is None else float(value.value)
    return None
