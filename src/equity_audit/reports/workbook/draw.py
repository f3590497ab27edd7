"""A planned chart → a native horizontal bar chart with interval lines, reading the cells of its table."""

from __future__ import annotations

from typing import Any

from openpyxl.chart import BarChart
from openpyxl.chart.data_source import AxDataSource, NumData, NumDataSource, NumRef, NumVal, StrData, StrRef, StrVal
from openpyxl.chart.error_bar import ErrorBars
from openpyxl.chart.series import Series
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.chart.text import RichText
from openpyxl.drawing.line import LineProperties
from openpyxl.drawing.text import CharacterProperties, Font, Paragraph, ParagraphProperties
from openpyxl.utils import get_column_letter

from equity_audit.reports.workbook.chart_plan import interval_arms, plain_header, share_column
from equity_audit.reports.workbook.parts import ChartSheet

BAR, ARM, GRID, TEXT = "005EB8", "212B32", "D8DDE0", "212B32"
WIDTH_CM, LEAST_CM, ROW_CM = 24.0, 7.0, 1.1


def add_chart(ws: Any, plan: ChartSheet, header: int, anchor: str) -> None:
    """Put the chart on its sheet. Only rows with a figure are in its ranges."""
    chart = BarChart()
    chart.type, chart.legend, chart.gapWidth = "bar", None, 60
    chart.append(_bars(plan, header))
    _axes(chart, plan)
    chart.width, chart.height = WIDTH_CM, max(LEAST_CM, 3.0 + ROW_CM * len(plan.rows))
    ws.add_chart(chart, anchor)


def _bars(plan: ChartSheet, header: int) -> Series:
    source, at = plan.source, share_column(plan.source)
    shares = [source.rows[position][at].value for position in plan.rows]  # type: ignore[union-attr]
    labels = [str(source.rows[position][0]) for position in plan.rows]
    # The caches hold what the cells hold, for viewers that draw without calculating.
    names = StrData(ptCount=len(labels), pt=[StrVal(idx=i, v=label) for i, label in enumerate(labels)])
    below, above = interval_arms(plan)
    bars = Series(
        idx=0,
        order=0,
        spPr=GraphicalProperties(solidFill=BAR),
        invertIfNegative=False,
        cat=AxDataSource(strRef=StrRef(f=_range(plan, 0, header), strCache=names)),
        val=NumDataSource(numRef=NumRef(f=_range(plan, at, header), numCache=_numbers(shares))),
    )
    bars.errBars = ErrorBars(
        errBarType="both",
        errValType="cust",
        noEndCap=False,
        plus=NumDataSource(numLit=_numbers(above)),
        minus=NumDataSource(numLit=_numbers(below)),
        spPr=GraphicalProperties(ln=LineProperties(solidFill=ARM, w=19050)),
    )
    return bars


def _numbers(values: list[Any]) -> NumData:
    return NumData(formatCode="0.0%", ptCount=len(values), pt=[NumVal(idx=i, v=repr(v)) for i, v in enumerate(values)])


def _range(plan: ChartSheet, column: int, header: int) -> str:
    """The cells of a column in the shown rows; several areas where hidden rows lie between."""
    letter, runs = get_column_letter(column + 1), list[list[int]]()
    for position in plan.rows:
        if runs and runs[-1][1] == position - 1:
            runs[-1][1] = position
        else:
            runs.append([position, position])
    areas = [f"'{plan.source.tab}'!${letter}${header + 1 + a}:${letter}${header + 1 + b}" for a, b in runs]
    return areas[0] if len(areas) == 1 else f"({','.join(areas)})"


def _axes(chart: Any, plan: ChartSheet) -> None:
    labels, shares = chart.x_axis, chart.y_axis
    labels.scaling.orientation = "maxMin"  # first row at the top
    labels.delete = shares.delete = False
    labels.tickLblPos = "low"
    labels.majorTickMark = shares.majorTickMark = "none"
    shares.crosses = "max"
    shares.scaling.min = 0
    shares.number_format = "0%" if _highest(plan) > 0.05 else "0.0%"
    shares.numFmt.sourceLinked = False
    shares.majorGridlines.spPr = GraphicalProperties(ln=LineProperties(solidFill=GRID, w=9525))
    shares.title = plain_header(plan.axis_title)
    shares.title.tx.rich.p[0].pPr = ParagraphProperties(defRPr=_letters())
    for run in shares.title.tx.rich.p[0].r:
        run.rPr = _letters()
    shares.title.overlay = False
    for axis in (labels, shares):
        axis.txPr = RichText(
            p=[Paragraph(pPr=ParagraphProperties(defRPr=_letters()), endParaRPr=CharacterProperties())]
        )
        axis.spPr = GraphicalProperties(ln=LineProperties(solidFill=GRID))


def _highest(plan: ChartSheet) -> float:
    at = share_column(plan.source)
    return max(float(plan.source.rows[p][at + 2].value or 0) for p in plan.rows)  # type: ignore[union-attr]


def _letters() -> CharacterProperties:
    return CharacterProperties(sz=1200, b=False, solidFill=TEXT, latin=Font(typeface="Arial"))
