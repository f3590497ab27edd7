"""A planned chart → a native horizontal bar chart with interval lines, reading the cells of its table."""

from __future__ import annotations

from math import ceil
from typing import Any

from openpyxl.chart import BarChart
from openpyxl.chart.data_source import AxDataSource, NumData, NumDataSource, NumRef, NumVal, StrData, StrRef, StrVal
from openpyxl.chart.error_bar import ErrorBars
from openpyxl.chart.series import Series
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.chart.text import RichText
from openpyxl.drawing.line import LineProperties
from openpyxl.drawing.text import CharacterProperties, Font, Paragraph, ParagraphProperties

from equity_audit.reports.workbook.chart_plan import DATA_TAB
from equity_audit.reports.workbook.parts import ChartSheet

# Error bars must read cells: LibreOffice does not draw literal ones. Dark grey shows on blue and on white.
BAR, ARM, GRID, TEXT = "005EB8", "212B32", "D8DDE0", "212B32"
WIDTH_CM, LEAST_CM, ROW_CM = 24.0, 7.0, 1.1


def add_chart(ws: Any, plan: ChartSheet, first: int, anchor: str) -> None:
    """Put the chart on its sheet; ``first`` is the row of its first bar in the chart data."""
    chart = BarChart()
    chart.type, chart.legend, chart.gapWidth = "bar", None, 60
    chart.append(_bars(plan, first))
    _axes(chart, plan)
    chart.width, chart.height = WIDTH_CM, max(LEAST_CM, 3.0 + ROW_CM * len(plan.bars))
    ws.add_chart(chart, anchor)


def _bars(plan: ChartSheet, first: int) -> Series:
    last = first + len(plan.bars) - 1
    # The caches hold what the cells hold, for viewers that draw without calculating.
    names = StrData(ptCount=len(plan.bars), pt=[StrVal(idx=i, v=bar.label) for i, bar in enumerate(plan.bars)])
    bars = Series(
        idx=0,
        order=0,
        spPr=GraphicalProperties(solidFill=BAR),
        invertIfNegative=False,
        cat=AxDataSource(strRef=StrRef(f=f"'{DATA_TAB}'!$B${first}:$B${last}", strCache=names)),
        val=_numbers("C", first, [bar.share for bar in plan.bars]),
    )
    bars.errBars = ErrorBars(
        errDir="y",
        errBarType="both",
        errValType="cust",
        noEndCap=False,
        plus=_numbers("E", first, [bar.above for bar in plan.bars]),
        minus=_numbers("D", first, [bar.below for bar in plan.bars]),
        spPr=GraphicalProperties(ln=LineProperties(solidFill=ARM, w=19050)),
    )
    return bars


def _numbers(letter: str, first: int, values: list[float]) -> NumDataSource:
    points = [NumVal(idx=i, v=repr(value)) for i, value in enumerate(values)]
    cache = NumData(formatCode="0.0%", ptCount=len(values), pt=points)
    return NumDataSource(
        numRef=NumRef(f=f"'{DATA_TAB}'!${letter}${first}:${letter}${first + len(values) - 1}", numCache=cache)
    )


def _axes(chart: Any, plan: ChartSheet) -> None:
    labels, shares = chart.x_axis, chart.y_axis
    labels.scaling.orientation = "maxMin"  # first row at the top
    labels.delete = shares.delete = False
    labels.tickLblPos = "low"
    labels.majorTickMark = shares.majorTickMark = "none"
    shares.crosses = "max"
    highest = max(bar.share + bar.above for bar in plan.bars)
    shares.scaling.min, shares.scaling.max = 0, _room_above(highest)
    shares.number_format = "0%" if highest > 0.1 else "0.0%"
    dress_axes(shares, (labels, shares), plan.axis_title)


def dress_axes(values: Any, axes: tuple[Any, ...], title: str) -> None:
    """Grid, title and letters of the axes of any chart; ``values`` is the one with the title."""
    values.numFmt.sourceLinked = False
    values.majorGridlines.spPr = GraphicalProperties(ln=LineProperties(solidFill=GRID, w=9525))
    values.title = title
    values.title.tx.rich.p[0].pPr = ParagraphProperties(defRPr=_letters())
    for run in values.title.tx.rich.p[0].r:
        run.rPr = _letters()
    values.title.overlay = False
    for axis in axes:
        axis.txPr = lettered()
        axis.spPr = GraphicalProperties(ln=LineProperties(solidFill=GRID))


def lettered() -> RichText:
    """Text of a chart in our letters."""
    return RichText(p=[Paragraph(pPr=ParagraphProperties(defRPr=_letters()), endParaRPr=CharacterProperties())])


def _room_above(highest: float) -> float:
    """The end of the axis: the first round percentage that leaves every interval line whole."""
    step = next(step for step in (0.01, 0.02, 0.05, 0.1) if highest <= 10 * step or step == 0.1)
    return min(1.0, round(ceil(round(highest / step, 6)) * step, 2))


def _letters() -> CharacterProperties:
    return CharacterProperties(sz=1200, b=False, solidFill=TEXT, latin=Font(typeface="Arial"))
