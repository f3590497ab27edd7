"""A planned control chart → a native line chart of months, reading the cells of its own table."""

from __future__ import annotations

from typing import Any

from openpyxl.chart import LineChart
from openpyxl.chart.data_source import AxDataSource, NumData, NumDataSource, NumRef, NumVal, StrData, StrRef, StrVal
from openpyxl.chart.marker import DataPoint, Marker
from openpyxl.chart.series import Series, SeriesLabel
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.drawing.line import LineProperties
from openpyxl.utils import get_column_letter

from equity_audit.charts import spc
from equity_audit.charts.canvas import QUIET, RED, round_steps
from equity_audit.model import Cell
from equity_audit.reports.workbook.draw import WIDTH_CM, dress_axes, lettered
from equity_audit.reports.workbook.parts import LineChartSheet

HEIGHT_CM = 12.0
MARGIN = 0.005  # of a share, so that no point lies on the edge
_SYMBOLS = {"o": "circle", "^": "triangle", "v": "square", "D": "diamond", "s": "square"}
_DASHES = {"Mean": "solid", "Lower process limit": "dash", "Upper process limit": "dash"}


def add_line_chart(ws: Any, plan: LineChartSheet, first: int, anchor: str) -> None:
    """Put the chart on its sheet; ``first`` is the row of the first month in its table."""
    chart = LineChart()
    chart.width, chart.height = WIDTH_CM, HEIGHT_CM
    last = first + len(plan.months) - 1
    for order, (name, column) in enumerate(plan.lines):
        line = _line(plan, name, column, first, last, order)
        _shape(line, plan) if order == 0 else _limit(line, name)
        chart.append(line)
    months, shares = chart.x_axis, chart.y_axis
    months.delete = shares.delete = False
    months.tickLblPos = "low"
    months.tickLblSkip = max(1, len(plan.months) // 6)
    months.majorTickMark = shares.majorTickMark = "none"
    values = [number for name, column in plan.lines for number in _values(plan, column)]
    ticks = round_steps(max(min(values) - MARGIN, 0), max(values) + MARGIN)[1]
    shares.scaling.min, shares.scaling.max = max(ticks[0], 0), min(ticks[-1], 1)
    shares.number_format = "0%" if ticks[1] - ticks[0] >= 0.01 else "0.0%"
    dress_axes(shares, (months, shares), plan.axis_title)
    chart.legend.position = "b"
    chart.legend.txPr = lettered()
    ws.add_chart(chart, anchor)


def _line(plan: LineChartSheet, name: str, column: int, first: int, last: int, order: int) -> Series:
    tab = plan.source.tab
    labels = [str(row[0]) for row in plan.source.rows]
    names = StrData(ptCount=len(labels), pt=[StrVal(idx=i, v=label) for i, label in enumerate(labels)])
    points = [NumVal(idx=i, v=repr(value)) for i, value in enumerate(_values(plan, column))]
    letter = get_column_letter(column + 1)
    return Series(
        idx=order,
        order=order,
        tx=SeriesLabel(v=name),
        cat=AxDataSource(strRef=StrRef(f=f"'{tab}'!$A${first}:$A${last}", strCache=names)),
        val=NumDataSource(
            numRef=NumRef(
                f=f"'{tab}'!${letter}${first}:${letter}${last}",
                numCache=NumData(formatCode="0.0%", ptCount=len(points), pt=points),
            )
        ),
        smooth=False,
    )


def _values(plan: LineChartSheet, column: int) -> list[float]:
    cells = [row[column] for row in plan.source.rows]
    return [float(cell.value) for cell in cells if isinstance(cell, Cell) and cell.value is not None]


def _shape(line: Series, plan: LineChartSheet) -> None:
    """Each kind of point has a shape and a colour of its own; the table has its word."""
    common = spc.SHAPES["common_cause"]
    line.spPr = GraphicalProperties(ln=LineProperties(solidFill=_plain(common[1]), w=15875))
    line.marker = _marker(*common[:2])
    for place, month in enumerate(plan.months):
        if month.kind != "common_cause":
            shape, colour, _ = spc.SHAPES[month.kind]
            # LibreOffice takes a marker's colour from the point, Excel from the marker.
            point = DataPoint(idx=place, marker=_marker(shape, colour))
            point.spPr = GraphicalProperties(solidFill=_plain(colour), ln=line.spPr.ln)
            line.dPt.append(point)


def _marker(shape: str, colour: str) -> Marker:
    fill = GraphicalProperties(solidFill=_plain(colour), ln=LineProperties(solidFill=_plain(colour)))
    return Marker(symbol=_SYMBOLS[shape], size=8, spPr=fill)


def _limit(line: Series, name: str) -> None:
    ink = RED if name not in _DASHES else QUIET
    line.spPr = GraphicalProperties(
        ln=LineProperties(solidFill=_plain(ink), w=15875, prstDash=_DASHES.get(name, "dashDot"))
    )
    line.marker = Marker(symbol="none")


def _plain(colour: str) -> str:
    return colour.removeprefix("#").upper()
