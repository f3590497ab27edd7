"""A workbook read from its raw XML, as the linter needs it. No openpyxl: the file is checked, not a library's view."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from io import BytesIO
from xml.etree import ElementTree
from zipfile import ZipFile

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
DRAW = "{http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing}"
REL = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"


@dataclass
class Cell:
    column: int
    row: int
    kind: str
    text: str
    style: int
    formula: bool

    @property
    def number(self) -> float | None:
        return float(self.text) if self.kind == "n" and self.text else None


@dataclass
class Table:
    name: str
    columns: list[str]
    left: int
    top: int
    right: int
    bottom: int
    filtered: bool


@dataclass
class Sheet:
    name: str
    state: str
    root: ElementTree.Element
    cells: dict[tuple[int, int], Cell] = field(default_factory=dict)
    widths: dict[int, float] = field(default_factory=dict)
    heights: dict[int, float] = field(default_factory=dict)
    tables: list[Table] = field(default_factory=list)
    charts: list[tuple[str, str]] = field(default_factory=list)
    pictures: int = 0

    def text(self, row: int, column: int = 1) -> str:
        cell = self.cells.get((row, column))
        return cell.text if cell else ""

    @property
    def last_row(self) -> int:
        return max((row for row, _ in self.cells), default=0)

    def data(self) -> list[tuple[Table, Cell]]:
        return [
            (table, cell)
            for table in self.tables
            for (row, column), cell in self.cells.items()
            if table.top < row <= table.bottom and table.left <= column <= table.right
        ]

    def above(self) -> list[str]:
        top = min((table.top for table in self.tables), default=self.last_row + 1)
        return [cell.text for (row, column), cell in sorted(self.cells.items()) if row < top and column == 1]


@dataclass
class Style:
    font: str
    size: float
    colour: str | None
    italic: bool
    underline: bool
    raised: bool
    filled: bool
    bordered: bool
    format: str
    wrap: bool
    horizontal: str
    turned: bool
    indent: bool
    builtin: str | None


@dataclass
class Book:
    parts: dict[str, bytes]
    sheets: list[Sheet]
    styles: list[Style]


def read_book(content: bytes) -> Book:
    with ZipFile(BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    relations = _relations(parts, "xl/workbook.xml")
    sheets = []
    for entry in ElementTree.fromstring(parts["xl/workbook.xml"]).iter(f"{MAIN}sheet"):
        path = relations[entry.attrib[f"{REL}id"]]
        sheets.append(_sheet(parts, path, entry.attrib["name"], entry.attrib.get("state", "visible")))
    return Book(parts, sheets, _styles(parts["xl/styles.xml"]))


def _relations(parts: dict[str, bytes], part: str) -> dict[str, str]:
    folder, _, name = part.rpartition("/")
    listing = parts.get(f"{folder}/_rels/{name}.rels")
    found = {}
    for entry in ElementTree.fromstring(listing) if listing else ():
        target = entry.attrib["Target"]
        found[entry.attrib["Id"]] = target.lstrip("/") if target.startswith("/") else _joined(folder, target)
    return found


def _joined(folder: str, target: str) -> str:
    steps = folder.split("/")
    for step in target.split("/"):
        steps = steps[:-1] if step == ".." else [*steps, step]
    return "/".join(steps)


def place(reference: str) -> tuple[int, int]:
    letters, number = re.fullmatch(r"\$?([A-Z]+)\$?(\d+)", reference).groups()  # type: ignore[union-attr]
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - 64
    return int(number), column


def _sheet(parts: dict[str, bytes], path: str, name: str, state: str) -> Sheet:
    root = ElementTree.fromstring(parts[path])
    sheet = Sheet(name, state, root)
    for entry in root.iter(f"{MAIN}col"):
        for column in range(int(entry.attrib["min"]), int(entry.attrib["max"]) + 1):
            sheet.widths[column] = float(entry.attrib.get("width", 8))
    for entry in root.iter(f"{MAIN}row"):
        if "ht" in entry.attrib:
            sheet.heights[int(entry.attrib["r"])] = float(entry.attrib["ht"])
    for entry in root.iter(f"{MAIN}c"):
        row, column = place(entry.attrib["r"])
        kind = entry.attrib.get("t", "n")
        value = entry.find(f"{MAIN}v")
        text = (
            "".join(t.text or "" for t in entry.iter(f"{MAIN}t"))
            if kind == "inlineStr"
            else (value.text or "" if value is not None else "")
        )
        if text or entry.find(f"{MAIN}f") is not None:
            formula = entry.find(f"{MAIN}f") is not None
            sheet.cells[row, column] = Cell(column, row, kind, text, int(entry.attrib.get("s", 0)), formula)
    for target in _relations(parts, path).values():
        if "/tables/" in target:
            sheet.tables.append(_table(parts[target]))
        elif "/drawings/" in target and target in parts:
            _drawing(sheet, parts[target])
    return sheet


def _table(content: bytes) -> Table:
    root = ElementTree.fromstring(content)
    start, end = (place(end) for end in root.attrib["ref"].split(":"))
    names = [entry.attrib["name"] for entry in root.iter(f"{MAIN}tableColumn")]
    filtered = root.find(f"{MAIN}autoFilter") is not None
    return Table(root.attrib["displayName"], names, start[1], start[0], end[1], end[0], filtered)


def _drawing(sheet: Sheet, content: bytes) -> None:
    root = ElementTree.fromstring(content)
    for frame in root.iter(f"{DRAW}graphicFrame"):
        named = frame.find(f".//{DRAW}cNvPr")
        if named is not None:
            sheet.charts.append((named.attrib.get("name", ""), named.attrib.get("descr", "")))
    sheet.pictures += sum(1 for _ in root.iter(f"{DRAW}pic")) + sum(1 for _ in root.iter(f"{DRAW}sp"))


def _styles(content: bytes) -> list[Style]:
    root = ElementTree.fromstring(content)
    formats = {"0": "General", "2": "0.00", "3": "#,##0"} | {
        entry.attrib["numFmtId"]: entry.attrib["formatCode"] for entry in root.iter(f"{MAIN}numFmt")
    }
    fonts, fills, borders = (list(root.iterfind(f"{MAIN}{name}/*")) for name in ("fonts", "fills", "borders"))
    names = {entry.attrib["xfId"]: entry.attrib.get("builtinId") for entry in root.iter(f"{MAIN}cellStyle")}
    styles = []
    for entry in root.iterfind(f"{MAIN}cellXfs/*"):
        font = fonts[int(entry.attrib["fontId"])]
        align = entry.find(f"{MAIN}alignment")
        colour = font.find(f"{MAIN}color")
        pattern = fills[int(entry.attrib["fillId"])].find(f"{MAIN}patternFill")
        styles.append(
            Style(
                font=font.find(f"{MAIN}name").attrib["val"],
                size=float(font.find(f"{MAIN}sz").attrib["val"]),
                colour=colour.attrib.get("rgb", "theme") if colour is not None else None,
                italic=_on(font.find(f"{MAIN}i")),
                underline=font.find(f"{MAIN}u") is not None,
                raised=font.find(f"{MAIN}vertAlign") is not None,
                filled=pattern is not None and pattern.attrib.get("patternType", "none") not in ("none", "gray125"),
                bordered=any(side.attrib.get("style") for side in borders[int(entry.attrib["borderId"])]),
                format=formats.get(entry.attrib["numFmtId"], f"#{entry.attrib['numFmtId']}"),
                wrap=align is not None and align.attrib.get("wrapText") in ("1", "true"),
                horizontal=align.attrib.get("horizontal", "general") if align is not None else "general",
                turned=align is not None and align.attrib.get("textRotation", "0") != "0",
                indent=align is not None and align.attrib.get("indent", "0") not in ("0", "0.0"),
                builtin=names.get(entry.attrib.get("xfId", "0")),
            )
        )
    return styles


def _on(element: ElementTree.Element | None) -> bool:
    return element is not None and element.attrib.get("val", "1") not in ("0", "false")
