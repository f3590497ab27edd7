"""Planned sheets → openpyxl worksheets: values only, real tables, real headings, no fill, border, merge or filter."""

from __future__ import annotations

import re
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, NamedStyle
from openpyxl.utils import get_column_letter
from openpyxl.utils.indexed_list import IndexedList
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.table import Table, TableStyleInfo

from equity_audit.model import Cell
from equity_audit.reports.workbook.draw import add_chart
from equity_audit.reports.workbook.draw_lines import add_line_chart
from equity_audit.reports.workbook.measure import fold, settled
from equity_audit.reports.workbook.parts import (
    ChartSheet,
    Column,
    Kind,
    LineChartSheet,
    Sheet,
    TableSheet,
    TextSheet,
    Value,
    rounds_away,
)
from equity_audit.reports.workbook.words import clean, is_watermark

FONT, BODY = "Arial", 12
LINE = 16.0  # points a line of 12-point Arial takes
TEXT_WIDTH, LEAST_WIDTH = 98, 90
PAGE = 523.0  # points of height on a page of landscape A4; a third more still reads well when fitted
FORMATS: dict[Kind, str] = {"text": "General", "count": "#,##0", "percent": "0.0%", "decimal": "0.0", "ratio": "0.00"}


def new_workbook() -> Workbook:
    """An empty workbook whose styles are named as Excel names them."""
    book = Workbook()
    book.remove(book.active)
    normal = book._named_styles["Normal"]
    normal.font = Font(name=FONT, size=BODY)
    # Column widths and empty cells go by the first font of the list.
    book._fonts = IndexedList([normal.font])
    for level, size in ((1, 15), (2, 14)):
        style = NamedStyle(f"Heading {level}", builtinId=15 + level, font=Font(name=FONT, size=size, bold=True))
        style.alignment = Alignment(horizontal="left", vertical="center" if level == 1 else "bottom")
        book.add_named_style(style)
    for kind, number_format in FORMATS.items():
        style = NamedStyle(f"Body {kind}", font=Font(name=FONT, size=BODY), number_format=number_format)
        style.alignment = Alignment(horizontal="left" if kind == "text" else "right", vertical="top", wrap_text=True)
        book.add_named_style(style)
    for name, font, side, wrapped in (
        ("Header text", Font(name=FONT, size=BODY, bold=True), "left", True),
        ("Header number", Font(name=FONT, size=BODY, bold=True), "right", True),
        ("Line", Font(name=FONT, size=BODY), "left", False),
        ("Paragraph", Font(name=FONT, size=BODY), "left", True),
        ("Warning", Font(name=FONT, size=BODY, bold=True, color="FFB30000"), "left", False),
        ("Warning paragraph", Font(name=FONT, size=BODY, bold=True, color="FFB30000"), "left", True),
        ("Link", Font(name=FONT, size=BODY, color="FF0000FF", underline="single"), "left", True),
    ):
        style = NamedStyle(name, font=font, alignment=Alignment(horizontal=side, vertical="top", wrap_text=wrapped))
        book.add_named_style(style)
    return book


def add_sheet(book: Workbook, sheet: Sheet, first_bar: int = 0) -> None:
    """Write one planned sheet after those already there; ``first_bar`` is where a chart's data begin."""
    ws = book.create_sheet(sheet.tab)
    _page(ws)
    if isinstance(sheet, TextSheet):
        _text_sheet(ws, sheet)
    elif isinstance(sheet, TableSheet):
        _table_sheet(ws, sheet)
    else:
        _chart_sheet(ws, sheet, first_bar)
        return
    if sum(dimension.height or LINE for dimension in ws.row_dimensions.values()) < PAGE * 4 / 3:
        ws.page_setup.fitToHeight = 1


def header_row(sheet: TableSheet) -> int:
    """The row of a table's headers: after the title and the lines above it."""
    return 2 + len(_lines(sheet.about, _total(sheet)))


def _page(ws: Any) -> None:
    ws.page_setup.orientation, ws.page_setup.paperSize = "landscape", 9
    ws.page_setup.fitToWidth, ws.page_setup.fitToHeight = 1, 0
    ws.sheet_properties.pageSetUpPr.fitToPage = True
    ws.page_margins.left = ws.page_margins.right = 0.4
    ws.page_margins.top = ws.page_margins.bottom = 0.5
    ws.sheet_view.zoomScale = 100


def _text_sheet(ws: Any, sheet: TextSheet) -> None:
    ws.column_dimensions["A"].width = TEXT_WIDTH
    _heading(ws, 1, sheet.title, "Heading 1", 22)
    for row, (kind, text) in enumerate(sheet.blocks, start=2):
        if kind == "heading":
            _heading(ws, row, text, "Heading 2", 30)
        else:
            _put(ws.cell(row, 1), text, "Warning paragraph" if is_watermark(text) else "Paragraph")
            ws.row_dimensions[row].height = _height(len(fold(text, TEXT_WIDTH)))


def _table_sheet(ws: Any, sheet: TableSheet) -> None:
    row = _above(ws, sheet.title, sheet.about, _total(sheet))
    for at, column in enumerate(sheet.columns, start=1):
        ws.column_dimensions[get_column_letter(at)].width = _width(column)
        _put(ws.cell(row, at), column.header, "Header text" if column.kind == "text" else "Header number")
    ws.row_dimensions[row].height = _height(max(len(fold(c.header, _width(c), bold=True)) for c in sheet.columns))
    for position, values in enumerate(sheet.rows, start=row + 1):
        for at, (column, value) in enumerate(zip(sheet.columns, values, strict=True), start=1):
            _fill(ws.cell(position, at), column, value)
        if sheet.links:
            _link(ws.cell(position, 1))
        folded = (len(fold(str(v), _width(c))) for c, v in zip(sheet.columns, values, strict=True) if c.kind == "text")
        ws.row_dimensions[position].height = _height(max(folded))
    _make_table(ws, sheet, row)
    ws.print_title_rows = f"{row}:{row}"


def _chart_sheet(ws: Any, sheet: ChartSheet, first: int) -> None:
    ws.column_dimensions["A"].width = TEXT_WIDTH
    row = _above(ws, sheet.title, sheet.about, TEXT_WIDTH)
    if isinstance(sheet, LineChartSheet):
        add_line_chart(ws, sheet, header_row(sheet.source) + 1, f"A{row + 1}")
    else:
        add_chart(ws, sheet, first, f"A{row + 1}")


def _above(ws: Any, title: str, about: tuple[str, ...], width: int) -> int:
    """Title and lines in column A, each line running over the empty cells beside it; returns the next row."""
    _heading(ws, 1, title, "Heading 1", 24)
    row = 1
    for row, (line, style) in enumerate(_lines(about, width), start=2):
        _put(ws.cell(row, 1), line, style)
        ws.row_dimensions[row].height = _height(1)
    ws.row_dimensions[row].height = _height(1) + 6
    return row + 1


def _lines(texts: tuple[str, ...], width: int) -> list[tuple[str, str]]:
    """Texts cut between words where they would run past the table, each line with its style."""
    return [
        (line, "Warning" if is_watermark(text) else "Line")
        for text in texts
        for line in fold(clean(text), width, bold=is_watermark(text))
    ]


def _total(sheet: TableSheet) -> int:
    return max(LEAST_WIDTH, sum(_width(column) for column in sheet.columns))


def _width(column: Column) -> int:
    return settled(column.header, column.width)


def _make_table(ws: Any, sheet: TableSheet, row: int) -> None:
    reference = f"A{row}:{get_column_letter(len(sheet.columns))}{row + len(sheet.rows)}"
    table = Table(displayName=_table_name(sheet.name), ref=reference)
    table.tableStyleInfo = TableStyleInfo(name=None, showRowStripes=False)
    # The writer puts filter buttons back unless the columns are named first.
    table._initialise_columns()
    for named, column in zip(table.tableColumns, sheet.columns, strict=True):
        named.name = column.header
    table.autoFilter = None
    ws.add_table(table)


def _table_name(name: str) -> str:
    return re.sub(r"\W", "_", name[0].upper() + name[1:])


def _fill(cell: Any, column: Column, value: Value) -> None:
    marker = value.marker if isinstance(value, Cell) else None
    plain = value.value if isinstance(value, Cell) else value
    style = f"Body {column.kind}"
    if plain is None:
        _put(cell, f"[{marker or 'x'}]", style)
    elif isinstance(plain, str):
        _put(cell, plain, style)
    elif rounds_away(plain, column.kind):
        _put(cell, "[low]", style)
    else:
        cell.value = plain
        cell.style = style


def _put(cell: Any, text: str, style: str) -> None:
    """Text as text, whatever it begins with."""
    cell.value = clean(text)
    cell.data_type = "s"
    cell.style = style


def _link(cell: Any) -> None:
    cell.hyperlink = Hyperlink(ref=cell.coordinate, location=f"'{cell.value}'!A1", tooltip=f"Go to {cell.value}")
    cell.style = "Link"


def _heading(ws: Any, row: int, text: str, style: str, height: float) -> None:
    _put(ws.cell(row, 1), text, style)
    ws.row_dimensions[row].height = height


def _height(lines: int) -> float:
    return LINE * lines + 3
