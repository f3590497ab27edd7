"""The rules for spreadsheets of /design/reports, one function a rule, on the raw file. ``lint`` names those broken."""

from __future__ import annotations

import re
from collections.abc import Callable
from xml.etree import ElementTree

from equity_audit.reports.workbook.measure import digits, fold
from reports.workbook_book import MAIN, Book, Sheet, Style, place, read_book

NOTE = re.compile(r"\[note \d+\]")
SHORTHAND = {"b", "c", "e", "er", "f", "low", "p", "r", "u", "w", "x", "z", "ns", "s", "ss", "sss"}
EMPHASIS = {"FF0000FF", "FFB30000", "FF326405"}
COVER = ("Source:", "Published:", "Next update:", "Status:", "Contact:", "Tool:", "Summary:", "[c] means", "Notes are")
FORMATS = {"#,##0": 0, "0.0%": 3, "0.0": 1, "0.00": 2}  # and the decimals that each shows
DIFFERENCES = {"Higher", "Lower", "No clear difference", "Not compared"}
RULES: dict[str, Callable[[Book], bool]] = {}


def rule(code: str) -> Callable[[Callable[[Book], bool]], Callable[[Book], bool]]:
    """The function says True where the rule holds."""

    def keep(check: Callable[[Book], bool]) -> Callable[[Book], bool]:
        RULES[code] = check
        return check

    return keep


def lint(
    content: bytes, *, forbidden: frozenset[str] = frozenset(), again: bytes | None = None, name: str = "board.xlsx"
) -> set[str]:
    """Codes of the rules that a workbook breaks."""
    book = read_book(content)
    broken = {code for code, holds in RULES.items() if not holds(book)}
    if not no_leak(book, forbidden):
        broken.add("LEAK")
    if again is not None and again != content:
        broken.add("REPRO")
    if not good_file_name(name):
        broken.add("FILE-NAME")
    return broken


def table_sheets(book: Book) -> list[Sheet]:
    return [sheet for sheet in book.sheets if not sheet.charts and sheet.name not in ("Cover", "Method")]


def style_of(book: Book, cell) -> Style:
    return book.styles[cell.style]


def all_cells(book: Book):
    return [(sheet, cell) for sheet in book.sheets for cell in sheet.cells.values()]


def every(book: Book, test) -> bool:
    return all(test(sheet, cell) for sheet, cell in all_cells(book))


@rule("TABLE-MARKED")
def table_marked(book):
    return all(len(sheet.tables) >= 1 for sheet in table_sheets(book))


@rule("ONE-TABLE")
def one_table(book):
    return all(len(sheet.tables) <= 1 for sheet in book.sheets)


@rule("TABLE-NAME")
def table_name(book):
    names = [table.name for sheet in book.sheets for table in sheet.tables]
    return len(set(names)) == len(names) and not any(re.fullmatch(r"Table\d*", name) for name in names)


@rule("NO-MERGE")
def no_merge(book):
    return not any(sheet.root.find(f"{MAIN}mergeCells") is not None for sheet in book.sheets)


@rule("NO-BLANK-ROW/COL")
def no_blank_row_or_column(book):
    for sheet in book.sheets:
        for table in sheet.tables:
            filled = {(cell.row, cell.column) for _, cell in sheet.data()}
            rows, columns = {row for row, _ in filled}, {column for _, column in filled}
            if set(range(table.top + 1, table.bottom + 1)) - rows or set(range(table.left, table.right + 1)) - columns:
                return False
    return True


@rule("NO-BLANK-CELL")
def no_blank_cell(book):
    for sheet in book.sheets:
        for table in sheet.tables:
            for row in range(table.top + 1, table.bottom + 1):
                filled = [bool(sheet.text(row, column)) for column in range(table.left, table.right + 1)]
                if any(filled) and not all(filled):
                    return False
    return True


@rule("HEADERS")
def headers(book):
    for sheet in book.sheets:
        for table in sheet.tables:
            shown = [sheet.text(table.top, column) for column in range(table.left, table.right + 1)]
            if shown != table.columns or not all(shown) or len(set(shown)) != len(shown):
                return False
    return True


@rule("WRAP")
def wrap(book):
    """Long text wraps in a row high enough, or runs over empty cells within the table's width."""
    for sheet, cell in all_cells(book):
        style = style_of(book, cell)
        if cell.kind != "inlineStr" or cell.row == 1:
            continue
        bold = bool(style.size and cell.row in {table.top for table in sheet.tables})
        width = sheet.widths.get(cell.column, 8)
        if style.wrap:
            if sheet.heights.get(cell.row, 0) < 16 * len(fold(cell.text, width, bold=bold)):
                return False
        else:
            room = sum(sheet.widths.values())
            neighbours = [column for row, column in sheet.cells if row == cell.row and column > cell.column]
            size = style.size / 12
            if digits(cell.text) * size > (width if neighbours else max(room, 90)):
                return False
    return True


@rule("WIDTH")
def width(book):
    return all(4 <= value <= 120 for sheet in book.sheets for value in sheet.widths.values()) and all(
        digits(word) <= sheet.widths.get(cell.column, 8) or len(word) > 40
        for sheet in book.sheets
        for _, cell in sheet.data()
        for word in cell.text.split()
        if cell.kind == "inlineStr"
    )


@rule("NO-FILTER")
def no_filter(book):
    return not any(table.filtered for sheet in book.sheets for table in sheet.tables)


@rule("FREEZE-TOLD")
def freeze(book):
    return not any(sheet.root.find(f".//{MAIN}pane") is not None for sheet in book.sheets)


@rule("NO-HIDDEN")
def no_hidden(book):
    for sheet in book.sheets:
        parts = [*sheet.root.iter(f"{MAIN}row"), *sheet.root.iter(f"{MAIN}col")]
        if sheet.state != "visible" or any(part.attrib.get("hidden") in ("1", "true") for part in parts):
            return False
    return True


@rule("NOTE-FORM")
def note_form(book):
    """Markers are exactly ``[note n]``, in round numbers, not raised."""
    for _, cell in all_cells(book):
        loose = re.findall(r"\[[^\]]*note[^\]]*\]", cell.text, re.I)
        if any(not NOTE.fullmatch(marker) for marker in loose) or style_of(book, cell).raised:
            return False
    return True


@rule("NOTE-PLACE")
def note_place(book):
    return not any(NOTE.search(cell.text) and cell.column > 1 for sheet in book.sheets for _, cell in sheet.data())


@rule("NOTE-LISTED")
def note_listed(book):
    used = {marker[1:-1].capitalize() for _, cell in all_cells(book) for marker in NOTE.findall(cell.text)}
    sheet = next((sheet for sheet in book.sheets if sheet.name == "Notes"), None)
    listed = (
        [cell.text for _, cell in sorted(sheet.data(), key=lambda p: p[1].row) if cell.column == 1] if sheet else []
    )
    return used == set(listed) and listed == [f"Note {n}" for n in range(1, len(listed) + 1)]


@rule("NOTES-TOLD")
def notes_told(book):
    return all(
        any("Notes worksheet" in line for line in sheet.above())
        for sheet in table_sheets(book)
        if any(NOTE.search(cell.text) for cell in sheet.cells.values())
    )


@rule("SHORTHAND-SET")
def shorthand_set(book):
    found = {text for _, cell in all_cells(book) for text in re.findall(r"\[([a-z0-9]{1,4})\]", cell.text)}
    return found <= SHORTHAND


@rule("SHORTHAND-TOLD")
def shorthand_told(book):
    for sheet in table_sheets(book):
        used = {cell.text for _, cell in sheet.data() if re.fullmatch(r"\[[a-z]+\]", cell.text)}
        told = [*sheet.above()]
        if any(not any(marker in line for line in told) for marker in used):
            return False
    return True


@rule("NO-NA")
def no_na(book):
    return not any(
        re.fullmatch(r"(?i)n/?a|[-–—*~:.#&]+", cell.text.strip())
        for sheet in book.sheets
        for _, cell in sheet.data()
        if cell.kind != "n"
    )


@rule("TRUE-ZERO")
def true_zero(book):
    return every(
        book,
        lambda sheet, cell: (
            cell.number in (None, 0.0) or round(cell.number, FORMATS.get(style_of(book, cell).format, 9)) != 0
        ),
    )


@rule("A1-TITLE")
def a1_title(book):
    return all(len(sheet.text(1)) >= 20 and "," in sheet.text(1) for sheet in book.sheets if sheet.cells)


@rule("A1-HEADING")
def a1_heading(book):
    return all(style_of(book, sheet.cells[1, 1]).builtin == "16" for sheet in book.sheets if (1, 1) in sheet.cells)


@rule("A2-DESCRIBES")
def a2_describes(book):
    return all(
        sheet.text(2).startswith("This worksheet contains one table.") for sheet in table_sheets(book) if sheet.cells
    )


@rule("TABLE-LEFT")
def table_left(book):
    return all(table.left == 1 for sheet in book.sheets for table in sheet.tables)


@rule("NOTHING-BELOW")
def nothing_below(book):
    return all(sheet.last_row <= table.bottom for sheet in book.sheets for table in sheet.tables)


@rule("CHART-APART")
def chart_apart(book):
    return not any(sheet.charts and sheet.tables for sheet in book.sheets)


@rule("CHART-ALT")
def chart_alt(book):
    charts = [chart for sheet in book.sheets for chart in sheet.charts]
    return all(len(words) > 20 and words != "Picture" and name for name, words in charts)


@rule("CHART-TEXT")
def chart_text(book):
    """A chart sheet says what it finds and names the table with its figures."""
    names = {sheet.name for sheet in book.sheets}
    for sheet in book.sheets:
        lines = [cell.text for cell in sheet.cells.values()]
        named = {tab for line in lines for tab in re.findall(r"Table_\d+", line)}
        if sheet.charts and (not named or not named <= names or not any("%" in line for line in lines[1:])):
            return False
    return True


@rule("TAB-NAME")
def tab_name(book):
    names = [sheet.name for sheet in book.sheets]
    return len({name.lower() for name in names}) == len(names) and all(
        re.fullmatch(r"[A-Z][A-Za-z0-9_]{2,30}", name) and not re.fullmatch(r"Sheet\d*", name) for name in names
    )


@rule("NO-BLANK-SHEET")
def no_blank_sheet(book):
    return all(sheet.cells for sheet in book.sheets)


@rule("COVER-FIRST")
def cover_first(book):
    if [sheet.name for sheet in book.sheets[:2]] != ["Cover", "Contents"]:
        return False
    contents = book.sheets[1]
    goes_to = {link.attrib.get("location", "").split("!")[0] for link in contents.root.iter(f"{MAIN}hyperlink")}
    return {f"'{sheet.name}'" for sheet in book.sheets[2:]} <= goes_to


@rule("COVER-FIELDS")
def cover_fields(book):
    lines = [cell.text for cell in book.sheets[0].cells.values()]
    return all(any(line.startswith(label) for line in lines) for label in COVER)


@rule("FONT")
def font(book):
    return every(book, lambda _, cell: style_of(book, cell).font == "Arial" and 12 <= style_of(book, cell).size <= 16)


@rule("NO-ITALIC")
def no_italic(book):
    return every(book, lambda _, cell: not style_of(book, cell).italic)


@rule("NO-UNDERLINE")
def no_underline(book):
    """Links are underlined, and nothing else is."""
    for sheet in book.sheets:
        linked = {place(link.attrib["ref"]) for link in sheet.root.iter(f"{MAIN}hyperlink")}
        if any(style_of(book, cell).underline and at not in linked for at, cell in sheet.cells.items()):
            return False
    return True


@rule("AUTO-COLOUR")
def auto_colour(book):
    return every(book, lambda _, cell: style_of(book, cell).colour in {None, "theme", *EMPHASIS})


@rule("NO-FILL")
def no_fill(book):
    return every(book, lambda _, cell: not style_of(book, cell).filled)


@rule("NO-BORDER")
def no_border(book):
    return every(book, lambda _, cell: not style_of(book, cell).bordered)


@rule("NOT-COLOUR-ONLY")
def not_colour_only(book):
    """Colour appears on words alone (a warning that says so, a link that is underlined), never on a bare number."""
    return every(
        book, lambda _, cell: style_of(book, cell).colour in (None, "theme") or re.search("[a-z]{3}", cell.text)
    )


@rule("HORIZONTAL")
def horizontal(book):
    return every(book, lambda _, cell: not style_of(book, cell).turned)


@rule("ALIGN")
def align(book):
    return every(book, lambda _, cell: style_of(book, cell).horizontal == "right" or cell.kind != "n")


@rule("NUM-AS-NUM")
def number_as_number(book):
    digits_only = re.compile(r"-?[\d,]+(\.\d+)?%?")
    for sheet in book.sheets:
        for _table, cell in sheet.data():
            style = style_of(book, cell)
            if cell.kind == "n" and style.format not in FORMATS:
                return False
            if cell.kind != "n" and style.horizontal == "right" and digits_only.fullmatch(cell.text):
                return False
    return True


@rule("PRECISION")
def precision(book):
    for sheet in book.sheets:
        formats: dict[int, set[str]] = {}
        for _, cell in sheet.data():
            if cell.kind == "n":
                formats.setdefault(cell.column, set()).add(style_of(book, cell).format)
        if any(len(found) > 1 for found in formats.values()):
            return False
    return True


@rule("CI-COLUMNS")
def interval_columns(book):
    for sheet in book.sheets:
        for table in sheet.tables:
            lower = [name for name in table.columns if name.startswith("Lower limit")]
            upper = [name for name in table.columns if name.startswith("Upper limit")]
            if len(lower) != len(upper) or (
                lower and table.columns.index(upper[0]) != table.columns.index(lower[0]) + 1
            ):
                return False
    return True


@rule("UNITS")
def units(book):
    """A column of numbers names its unit in round brackets; notes stand in square ones."""
    for sheet in book.sheets:
        for table in sheet.tables:
            numeric = {cell.column - table.left for _, cell in sheet.data() if cell.kind == "n"}
            for position, header in enumerate(table.columns):
                if position in numeric and not re.search(r"\([^()\[\]]+\)", header):
                    return False
                if re.search(r"(?i)\(\s*note", header):
                    return False
    return True


@rule("SIG-WORDS")
def significance_in_words(book):
    """Whether a group differs is told in words, in a column of its own, by each table that compares groups."""
    for sheet in book.sheets:
        for table in sheet.tables:
            told = [at for at, header in enumerate(table.columns) if header.startswith("Against all other")]
            compares = any(header.startswith("All counted") for header in table.columns) and (
                re.match(r"(IMD quintile|Ethnic group)( \[|$)", table.columns[0]) and _labels(table) == 1
            )
            if bool(compares) is not bool(told):
                return False
            words = {cell.text for _, cell in sheet.data() if cell.column - table.left in told}
            if not words <= DIFFERENCES:
                return False
    return not any(re.search(r"(?i)p\s*[<=]\s*0?\.\d|\d\s*[*†‡]", cell.text) for _, cell in all_cells(book))


def _labels(table) -> int:
    """How many columns of labels a table begins with."""
    names = ("IMD quintile", "Ethnic group", "Month", "Sex", "Age band", "Site code")
    return sum(header.startswith(names) for header in table.columns)


@rule("DATES")
def dates(book):
    """Days and months are written out; a span has "to", never a dash; no quarters by number."""
    month = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*"
    bad = re.compile(
        rf"\bQ[1-4]\b|\b\d{{1,2}}[/.-]\d{{1,2}}[/.-]\d{{2,4}}\b|\b(?:19|20)\d\d-\d\d(?:-\d\d)?\b"
        rf"|\b\d{{4}}\s*[-–/]\s*\d{{2,4}}\b(?!-)|{month}(?: \d{{4}})?\s*[-–]\s*{month}|\b\d{{1,2}}(?:st|nd|rd|th) {month}"
    )
    # Shapes of unreadable values have a 9 for every digit, and a run's number is no date.
    hidden = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\b9+(?:[-/.]9+)+\b")
    return every(book, lambda _, cell: not bad.search(hidden.sub("", cell.text)))


@rule("LINKS")
def links(book):
    """Links have words, are underlined, and lead to A1 of a sheet that is there."""
    names = {sheet.name for sheet in book.sheets}
    for sheet in book.sheets:
        for link in sheet.root.iter(f"{MAIN}hyperlink"):
            row, column = (int(re.sub(r"\D", "", link.attrib["ref"])), ord(link.attrib["ref"][0]) - 64)
            cell = sheet.cells.get((row, column))
            goes_to = re.fullmatch(r"'(.+)'!A1", link.attrib.get("location", ""))
            if cell is None or "://" in cell.text or not style_of(book, cell).underline:
                return False
            if goes_to is None or goes_to[1] not in names:
                return False
    return True


@rule("NO-HEADER-FOOTER")
def no_header_footer(book):
    return not any(sheet.root.find(f"{MAIN}headerFooter") is not None or sheet.pictures for sheet in book.sheets)


@rule("NO-EXTERNAL")
def no_external(book):
    bad = re.compile(r"vbaProject|externalLink|media/|embeddings|comments|activeX|customXml|calcChain")
    return not any(bad.search(name) for name in book.parts) and not any(
        b'TargetMode="External"' in content for name, content in book.parts.items() if name.endswith(".rels")
    )


@rule("DOC-PROPERTIES")
def document_properties(book):
    core = book.parts["docProps/core.xml"].decode()
    return all(
        re.search(pattern, core)
        for pattern in (
            r"<dc:title>[^<]{10,}",
            r"<dc:language>en-GB<",
            r"<dc:creator>equity-audit<",
            r"<cp:keywords>[^<]{5,}",
        )
    )


@rule("OPEN-FIRST")
def open_first(book):
    view = next(ElementTree.fromstring(book.parts["xl/workbook.xml"]).iter(f"{MAIN}workbookView"))
    for sheet in book.sheets:
        shown = next(sheet.root.iter(f"{MAIN}sheetView"))
        chosen = shown.find(f"{MAIN}selection")
        if shown.attrib.get("zoomScale", "100") != "100" or (
            chosen is not None and chosen.attrib.get("activeCell") != "A1"
        ):
            return False
    return view.attrib.get("activeTab", "0") == "0"


@rule("NO-PAD-SPACE")
def no_pad(book):
    return every(book, lambda _, cell: cell.text == cell.text.strip() and not style_of(book, cell).indent)


@rule("CODES-APART")
def codes_apart(book):
    """No row label joins a code and its words; a code column holds nothing but codes."""
    for sheet in book.sheets:
        for table, cell in sheet.data():
            header = table.columns[cell.column - table.left]
            if re.match(r"(Code|Site code)\b", header) and re.search(r"\w\s*[:\-–]\s*\w+|\w+ \w+ \w+", cell.text):
                return False
            if header.startswith("Ethnic ") and re.match(r"[A-HJ-NPRSZ]\s*[:\-–]\s", cell.text):
                return False
    return True


@rule("INJECT")
def inject(book):
    return every(book, lambda _, cell: not cell.formula and cell.kind in ("inlineStr", "n"))


@rule("NO-PERSON")
def no_person(book):
    postcode = re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b")
    day = re.compile(r"\b\d{1,2}/\d{1,2}/\d{4}\b|\b(19|20)\d\d-\d\d-\d\d\b")
    for text in _texts(book):
        if any(_nhs_number(found) for found in re.findall(r"(?<![\w.])\d{3}[ -]?\d{3}[ -]?\d{4}(?!\w)", text)):
            return False
        if day.search(text) or any(set(found[0]) - set("A9 ") for found in postcode.finditer(text)):
            return False
    return True


def _texts(book: Book) -> list[str]:
    texts = [cell.text for _, cell in all_cells(book)]
    for name, content in book.parts.items():
        if "/charts/" in name or "/drawings/" in name or name.startswith("docProps/app"):
            texts += re.findall(r">([^<]+)<", content.decode())
            texts += re.findall(r'descr="([^"]*)"', content.decode())
    return texts


def _nhs_number(text: str) -> bool:
    text = re.sub(r"\D", "", text)
    check = 11 - sum(int(digit) * (10 - at) for at, digit in enumerate(text[:9])) % 11
    return (0 if check == 11 else check) == int(text[9])


def good_file_name(name: str) -> bool:
    """Lower case, dashes, at most 60 characters, no "final"."""
    return (
        len(name) <= 60
        and "final" not in name
        and re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9-]+)+", name) is not None
    )


def no_leak(book: Book, forbidden: frozenset[str]) -> bool:
    """None of the exact figures is anywhere in the package: cells, caches, names, properties, alternative text."""
    whole = b"\n".join(
        content for name, content in book.parts.items() if not name.endswith(("styles.xml", "theme1.xml"))
    )
    text = re.sub(rb"(?<=\d),(?=\d{3})", b"", whole).decode()
    return not any(re.search(rf"(?<![\d.]){re.escape(figure)}(?![\d.])", text) for figure in forbidden)
