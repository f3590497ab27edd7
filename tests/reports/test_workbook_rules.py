# ruff: noqa: E501 (the planted faults are pieces of XML)
"""Our workbooks keep every rule, and the linter notices when a rule is broken: each is broken once, on purpose."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from equity_audit.board import Board
from equity_audit.disclosure.profiles import load_profile, profile_from
from equity_audit.reports import BESIDE
from equity_audit.reports.excel import render
from equity_audit.reports.workbook.measure import fold
from reports.made_up import exact_figures, made_up_report
from reports.samples import ATTACKS, SITE_HEADER, hostile_report, sample_report
from reports.test_trend import with_months
from reports.workbook_book import read_book
from reports.workbook_lint import RULES, good_file_name, lint

SAMPLE = Path(__file__).parents[2] / "sample_data"


@pytest.fixture(scope="module")
def good() -> bytes:
    return render(made_up_report())


@pytest.mark.parametrize(
    "report",
    [
        pytest.param(lambda: made_up_report(), id="hes"),
        pytest.param(lambda: made_up_report("none", "Board of Anytown"), id="none"),
        pytest.param(lambda: made_up_report(outcome="emergency_admission"), id="not-a-headline"),
        pytest.param(lambda: made_up_report(patients=False), id="no-patient-key"),
        pytest.param(lambda: made_up_report(label="=HYPERLINK(1)\x07 " + "long words " * 30), id="hostile-label"),
    ],
)
def test_no_rule_is_broken(report: Callable):
    made = report()
    assert lint(render(made), again=render(made)) == set()


def test_no_exact_count_is_in_the_package(good: bytes):
    assert lint(good, forbidden=exact_figures()) == set()


def test_no_hidden_count_is_in_the_package():
    # Hidden counts of four digits can be searched for: 2,347 and below are hidden here.
    profile = profile_from({"name": "wide", "primary": [1, 2347], "round_to": 5})
    hidden = frozenset({"2347", "2183", "1999", "1871", "1613", "2003", "1907", "1801", "1703", "1409", "1009"})
    content = render(made_up_report(profile))
    assert lint(content, forbidden=hidden) == set()
    assert not any(sheet.charts for sheet in read_book(content).sheets if sheet.name == "Chart_1")


@pytest.mark.parametrize("name", ["admitted_care", "emergency_care", "outpatients", "waiting_list"])
def test_the_samples_keep_the_rules(name: str):
    from equity_audit.audit import Request, run_audit
    from equity_audit.disclosure.protect import protect

    extract = SAMPLE / f"{name}.csv"
    if not extract.exists():
        pytest.skip("no sample extracts here")
    audit = run_audit(Request(extract=extract, reference=SAMPLE / "reference"))
    for profile, internal in (("hes", None), ("none", "Board of Anytown")):
        assert lint(render(protect(audit, load_profile(profile), internal))) == set()


def test_an_unsuppressed_workbook_says_so_on_every_sheet():
    for sheet in read_book(render(made_up_report("none", "Board of Anytown"))).sheets:
        lines = [cell.text for (_, column), cell in sheet.cells.items() if column == 1]
        assert "For Board of Anytown: contains unsuppressed counts, not for publication." in lines, sheet.name


def test_a_suppressed_workbook_has_no_watermark(good: bytes):
    assert b"not for publication" not in b"".join(read_book(good).parts.values())


def test_text_that_looks_like_a_formula_stays_text(good: bytes):
    book = read_book(good)
    cells = [cell for sheet in book.sheets for cell in sheet.cells.values() if cell.text in ("=1+1", "-other", "+AA")]
    assert {cell.text for cell in cells} == {"=1+1", "-other", "+AA"}
    assert all(cell.kind == "inlineStr" and not cell.formula for cell in cells)


def test_groups_left_out_of_a_chart_are_named(good: bytes):
    book = read_book(good)
    chart = next(sheet for sheet in book.sheets if sheet.name == "Chart_2")
    assert any("Left out" in cell.text and "Other" in cell.text for cell in chart.cells.values())
    data = next(sheet for sheet in book.sheets if sheet.name == "Chart_data")
    assert "Other" not in [data.text(row, 2) for row in range(1, data.last_row + 1) if data.text(row) == "Chart_2"]


def test_charts_draw_what_the_cells_hold(good: bytes):
    recorded = render(with_months([0.80, 0.82] * 6 + [0.60]))
    for content, charts, lines in ((good, 2, 0), (recorded, 3, 6)):
        book = read_book(content)
        sheets = {sheet.name: sheet for sheet in book.sheets}
        drawn = [content.decode() for name, content in book.parts.items() if name.startswith("xl/charts/")]
        found = 0
        for tab, letter, first, last, cache in re.findall(
            r"<f>'(\w+)'!\$([A-Z])\$(\d+):\$[A-Z]\$(\d+)</f><(?:num|str)Cache>(.*?)</(?:num|str)Cache>", "".join(drawn)
        ):
            cells = [sheets[tab].text(row, ord(letter) - 64) for row in range(int(first), int(last) + 1)]
            assert re.findall(r"<v>([^<]*)</v>", cache) == cells
            found += 1
        assert len(drawn) == charts
        # A bar chart has names, shares and both ends; each line of a control chart has names and values.
        assert found == 2 * 4 + 2 * (lines and 5)


def test_recording_by_month_is_a_native_control_chart():
    book = read_book(render(with_months([0.80, 0.82] * 6 + [0.60])))
    sheet = next(sheet for sheet in book.sheets if sheet.name == "Chart_5")
    lines = " ".join(cell.text for cell in sheet.cells.values())
    assert (
        "a clear fall; the latest month is below the lower limit of what we expect (special cause: concerning)" in lines
    )
    assert "Jan 2025 (special cause: concerning)." in lines
    chart = next(
        content.decode() for name, content in book.parts.items() if b"lineChart" in content and "chart" in name
    )
    names = re.findall(r"<ser>.*?<tx><v>([^<]*)</v></tx>", chart)
    assert names == [
        "Usable ethnic group",
        "Mean",
        "Lower process limit",
        "Upper process limit",
        "Share that would be enough",
    ]
    assert re.findall(r'<dPt><idx val="(\d+)" ?/>', chart)[-1:] == ["12"]
    assert "80.0%" in sheet.charts[0][1] and "60.0%" in sheet.charts[0][1]
    assert lint(render(with_months([0.80, 0.82] * 6 + [0.60]))) == set()


def test_attacks_in_codes_sites_and_headers_are_text_in_every_cell():
    content = render(hostile_report())
    # Long and odd by nature: a site called {{ 7*7 }} is no code, and cannot be wide enough for its column.
    assert lint(content) <= {"CODES-APART", "WIDTH", "SIG-WORDS"}
    book = read_book(content)
    texts = [cell.text for sheet in book.sheets for cell in sheet.cells.values()]
    for attack in ATTACKS:
        plain = "".join(letter for letter in attack.upper() if letter.isprintable())
        assert any(plain in text for text in texts) or not attack.isprintable(), attack
    assert any(SITE_HEADER in text for text in texts)
    assert not any(re.search("[\x00-\x08\x0b-\x1f]", text) for text in texts)
    assert not any(
        cell.formula or cell.kind not in ("inlineStr", "n") for s in book.sheets for cell in s.cells.values()
    )


def test_the_board_speaks_on_the_cover_and_says_what_leads():
    board = Board(
        trust_name="Anytown Trust", ask="Agree a standard.", executive_lead="A. Person", contact="a@example.org",
        period="2025 to 2026", outcomes=("over_52_weeks",), sites=("XQZ01", "XQZ02"),
    )  # fmt: skip
    content = render(sample_report("waiting_list"), board)
    assert lint(content) <= {"DOC-PROPERTIES"}
    book = read_book(content)
    cover = [cell.text for cell in book.sheets[0].cells.values()]
    for words in ("Agree a standard.", "Executive lead: A. Person", "Contact: a@example.org.", "Period: 2025 to 2026."):
        assert words in cover, words
    assert "Anytown Trust" in cover[0]
    assert any(text.startswith("Waiting over 52 weeks: ") for text in cover)
    titles = {sheet.name: sheet.text(1) for sheet in book.sheets}
    assert titles["Table_1"].startswith("Table 1: Waiting over 52 weeks by IMD quintile")
    assert not any("Waiting over 18 weeks by" in title for title in titles.values())
    sites = next(sheet for sheet in book.sheets if sheet.text(1).partition(": ")[2].startswith("Records by site code"))
    assert [cell.text for _, cell in sites.data() if cell.column == 1] == ["XQZ01", "XQZ02"]
    assert b"<dc:creator>Anytown Trust<" in book.parts["docProps/core.xml"]


# --- Each rule, broken on purpose -----------------------------------------------------------------------------


def _parts(content: bytes) -> dict[str, bytes]:
    with ZipFile(BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _zip(parts: dict[str, bytes]) -> bytes:
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def _path(parts: dict[str, bytes], tab: str) -> str:
    ident = re.search(rf'<sheet name="{tab}"[^>]*r:id="(\w+)"', parts["xl/workbook.xml"].decode())[1]
    relations = parts["xl/_rels/workbook.xml.rels"].decode()
    entry = next(e for e in re.findall(r"<Relationship [^>]*>", relations) if f'Id="{ident}"' in e)
    return re.search(r'Target="/?([^"]*)"', entry)[1]


def change(where: str, old: str, new: str, count: int = 1):
    """A change to one part; ``where`` is a part name or the name of a tab."""

    def apply(parts: dict[str, bytes]) -> None:
        name = where if "/" in where else _path(parts, where)
        text, done = re.subn(old, new, parts[name].decode(), count=count, flags=re.S)
        assert done, f"nothing to break: {old}"
        parts[name] = text.encode()

    return apply


def _table_part(tab: str, old: str, new: str):
    def apply(parts: dict[str, bytes]) -> None:
        path = _path(parts, tab)
        folder, name = path.rsplit("/", 1)
        table = re.search(r'Target="/?(xl/tables/[^"]*)"', parts[f"{folder}/_rels/{name}.rels"].decode())[1]
        change(table, old, new)(parts)

    return apply


def both(*changes):
    def apply(parts: dict[str, bytes]) -> None:
        for one in changes:
            one(parts)

    return apply


def cell(reference: str, text: str, tab: str = "Table_21"):
    """Put another text into a text cell."""
    return change(tab, rf'(<c r="{reference}" s="\d+" t="inlineStr"><is><t>)[^<]*', rf"\g<1>{text}")


def style(old: str, new: str):
    return change("xl/styles.xml", old, new)


def _add_part(name: str, content: bytes = b"x"):
    return lambda parts: parts.update({name: content})


def _relate(tab: str, kind: str, target: str):
    def apply(parts: dict[str, bytes]) -> None:
        folder, name = _path(parts, tab).rsplit("/", 1)
        related = f'<Relationship Type="http://x/{kind}" Target="/{target}" Id="rId99"/></Relationships>'
        change(f"{folder}/_rels/{name}.rels", "</Relationships>", related)(parts)

    return apply


def _second_table(parts: dict[str, bytes]) -> None:
    first = next(
        p for p in parts if p.startswith("xl/tables/") and b'displayName="Records_by_imd_quintile"' in parts[p]
    )
    parts["xl/tables/table99.xml"] = parts[first].replace(b"Records_by_imd_quintile", b"Another")
    _relate("Table_21", "table", "xl/tables/table99.xml")(parts)


def _empty_sheet(parts: dict[str, bytes]) -> None:
    change("Method", r"<sheetData>.*</sheetData>", "<sheetData />")(parts)


PLANTED = {
    "NO-MERGE": change("Table_21", "</sheetData>", '</sheetData><mergeCells count="1"><mergeCell ref="A1:B1"/></mergeCells>'),
    "TABLE-MARKED": lambda parts: change(
        (lambda p: f"{p.rsplit('/', 1)[0]}/_rels/{p.rsplit('/', 1)[1]}.rels")(_path(parts, "Table_22")), r"<Relationship [^>]*/tables/[^>]*>", ""
    )(parts),
    "TABLE-NAME": _table_part("Table_21", r'displayName="[^"]*"', 'displayName="Table1"'),
    "NO-FILTER": _table_part("Table_21", "<tableColumns", '<autoFilter ref="A4:F10"/><tableColumns'),
    "HEADERS": _table_part("Table_21", r'name="Share of records \(%\)"', 'name="Share (%)"'),
    "NO-BLANK-CELL": change("Table_21", r'<c r="B6"[^>]*><v>\d+</v></c>', ""),
    "NO-BLANK-ROW/COL": change("Table_21", r'<row r="6".*?</row>', ""),
    "WRAP": change("Table_21", r'<row r="5" ht="[\d.]+"', '<row r="5" ht="15"'),
    "WIDTH": change("Table_27", r'<col width="20" customWidth="1" min="1"', '<col width="150" customWidth="1" min="1"'),
    "FREEZE-TOLD": change("Table_21", "<selection", '<pane ySplit="4" state="frozen"/><selection'),
    "NO-HIDDEN": change("xl/workbook.xml", 'name="Notes" sheetId="(\\d+)" state="visible"', r'name="Notes" sheetId="\1" state="veryHidden"'),
    "NOTE-FORM": cell("A3", "How many records [Note one], and their share.", "Table_21"),
    "NOTE-PLACE": cell("C7", "[note 1]", "Table_6"),
    "NOTE-LISTED": cell("A3", "How many records [note 99].", "Table_21"),
    "NOTES-TOLD": cell("A2", "This worksheet contains one table.", "Table_21"),
    "SHORTHAND-SET": cell("A3", "Some are [q] here.", "Table_21"),
    "SHORTHAND-TOLD": cell("A4", "Shorthand is used.", "Table_21"),
    "NO-NA": cell("A6", "N/A", "Table_21"),
    "TRUE-ZERO": change("Table_21", r'(<c r="C6"[^>]*><v>)[\d.]+', r"\g<1>0.0001"),
    "A1-TITLE": cell("A1", "Table 1", "Table_21"),
    "A1-HEADING": style('name="Heading 1" xfId="(\\d+)" builtinId="16"', r'name="Title" xfId="\1"'),
    "A2-DESCRIBES": cell("A2", "One table. Notes are listed on the Notes worksheet.", "Table_21"),
    "NOTHING-BELOW": change("Table_27", "</sheetData>", '<row r="60" ht="30"><c r="A60" s="7" t="inlineStr"><is><t>Source</t></is></c></row></sheetData>'),
    "CHART-ALT": change("xl/drawings/drawing1.xml", r'descr="[^"]*"', 'descr="Picture"'),
    "CHART-TEXT": cell("A2", "This worksheet contains one chart.", "Chart_1"),
    "NO-BLANK-SHEET": _empty_sheet,
    "COVER-FIELDS": change("Cover", "Contact: ", "Ask "),
    "FONT": style('<name val="Arial" */>', '<name val="Times New Roman"/>'),
    "NO-ITALIC": style('(<font><name val="Arial" */>)', r"\1<i/>"),
    "AUTO-COLOUR": style('rgb="FF0000FF"', 'rgb="FF0000AA"'),
    "LINKS": change("Contents", "'Table_4'!A1", "'Table_4'!B7"),
    "NO-HEADER-FOOTER": change("Table_21", "(<pageSetup[^>]*/>)", r"\1<headerFooter><oddHeader>Secret</oddHeader></headerFooter>"),
    "NO-EXTERNAL": _add_part("xl/vbaProject.bin"),
    "DOC-PROPERTIES": change("docProps/core.xml", "en-GB", "en-US"),
    "OPEN-FIRST": change("xl/workbook.xml", 'activeTab="0"', 'activeTab="3"'),
    "NO-PAD-SPACE": cell("A6", "2 ", "Table_21"),
    "CODES-APART": cell("A6", "A: Irish", "Table_7"),
    "INJECT": change("Table_27", r'<c r="A(\d+)" s="(\d+)" t="inlineStr"><is><t>=1\+1</t></is></c>', r'<c r="A\1" s="\2" t="str"><f>1+1</f><v>two</v></c>'),
    "NO-PERSON": cell("A3", "See record 943 476 5919.", "Table_21"),
    "LEAK": change("docProps/core.xml", "health inequalities", "health inequalities 2347"),
    "ALIGN": style('(<alignment horizontal=)"right"( vertical="top" wrapText="1" */></xf></cellXfs>)', r'\1"left"\2'),
    "CI-COLUMNS": both(
        _table_part("Table_21", r'name="Upper limit \(%\) \[note \d+\]"', 'name="High (%) [note 3]"'), cell("E5", "High (%) [note 3]", "Table_21")
    ),
    "TAB-NAME": both(
        change("xl/workbook.xml", 'name="Chart_data"', 'name="Chart data"'),
        change("Contents", "location=\"'Chart_data'!A1", "location=\"'Chart data'!A1"),
    ),
    "ONE-TABLE": _second_table,
    "TABLE-LEFT": both(_table_part("Table_21", 'ref="A', 'ref="B'), _table_part("Table_21", r'<tableColumn id="1" name="[^"]*" */>', "")),
    "NO-BORDER": style(r"<border */></borders>", '<border><left style="thin"/></border></borders>'),
    "NO-FILL": style(r'<patternFill */>|<patternFill patternType="none" */>', '<patternFill patternType="solid"/>'),
    "HORIZONTAL": style('(<cellXfs.*?<alignment )', r'\1textRotation="90" '),
    "NOT-COLOUR-ONLY": cell("A6", "3", "Contents"),
    "UNITS": both(_table_part("Table_21", r'name="Records \(number\) (\[note \d+\])"', r'name="Records \1"'), change("Table_21", r"Records \(number\)", "Records")),
    "SIG-WORDS": cell("B8", "p less than 0.05", "Table_1"),
    "DATES": cell("A3", "How many records from Jan 2025 - Mar 2025.", "Table_21"),
    "NO-UNDERLINE": change("Contents", r'(<c r="A7" s=")(\d+)(".*?<c r="B7" s=")\d+', r"\1\2\3\2"),
    "PRECISION": change("Table_21", r'(<c r="B7" s=")\d+(".*?<c r="C7" s=")(\d+)', r"\g<1>\3\2\3"),
    "CHART-APART": both(_relate("Table_21", "drawing", "xl/drawings/drawing1.xml"), cell("A3", "Table_21 runs up to 23.0%.", "Table_21")),
    "COVER-FIRST": change("Contents", "'Chart_1'!A1", "'Table_1'!A1"),
    "NUM-AS-NUM": change("Table_21", r'<c r="B6" s="(\d+)"[^>]*><v>(\d+)</v></c>', r'<c r="B6" s="\1" t="inlineStr"><is><t>\2</t></is></c>'),
}  # fmt: skip


@pytest.mark.parametrize("code", sorted(PLANTED))
def test_the_linter_finds_a_broken_rule(good: bytes, code: str):
    parts = _parts(good)
    PLANTED[code](parts)
    assert lint(_zip(parts), forbidden=exact_figures()) == {code}


def test_the_linter_finds_a_bad_file_name(good: bytes):
    for name in ("Board.xlsx", "board_paper.xlsx", "board-final.xlsx", "b" * 60 + ".xlsx", "board paper.xlsx"):
        assert lint(good, name=name) == {"FILE-NAME"}, name


def test_file_names_in_our_own_words_keep_the_rule():
    root = Path(__file__).parents[2]
    pages = [root / "README.md", root / "Makefile", *(root / "docs").glob("*.md")]
    named = {
        name for page in pages for name in re.findall(r"(?:-o|--output) (?:[\w.]+/)*([\w.-]+\.\w+)", page.read_text())
    }
    assert len(named) >= 4
    assert not [name for name in named if not good_file_name(name)]
    assert good_file_name("tidy.csv" + BESIDE[".csv"])


def test_every_essential_and_product_rule_of_the_design_is_checked():
    essential = (
        "TABLE-MARKED NO-MERGE NO-BLANK-ROW/COL HEADERS WRAP NO-BLANK-CELL NOTE-FORM NO-NA A1-TITLE A1-HEADING TABLE-LEFT "
        "TAB-NAME NO-BLANK-SHEET NOT-COLOUR-ONLY LINKS NO-HEADER-FOOTER DOC-PROPERTIES OPEN-FIRST CODES-APART"
    )
    ours = "CHART-TEXT NUM-AS-NUM INJECT NO-PERSON"
    assert set(f"{essential} {ours}".split()) <= set(PLANTED)


def test_the_linter_finds_bytes_that_differ(good: bytes):
    assert lint(good, again=good + b" ") == {"REPRO"}


def test_every_rule_is_broken_once():
    hard = set(RULES) - set(PLANTED)
    assert hard == set()


@pytest.mark.parametrize("name", ["admitted_care", "emergency_care", "outpatients", "waiting_list"])
def test_tables_print_large_enough_and_headers_keep_clear_of_each_other(name: str):
    """A page of landscape A4 holds 118 digits of 12 points: in 200 they are seven points."""
    for sheet in read_book(render(sample_report(name))).sheets:
        assert sum(sheet.widths.values()) <= 200, sheet.name
        for table in sheet.tables:
            for column in range(table.left, table.right + 1):
                width = sheet.widths[column]
                for wider in (0.78, 0.9, 1.0):
                    lines = fold(sheet.text(table.top, column), width / wider, bold=True)
                    assert not any(line.endswith("[note") for line in lines), (sheet.name, lines)


@pytest.mark.parametrize("name", ["admitted_care", "waiting_list"])
def test_no_breakdown_is_a_sheet_of_markers(name: str):
    report = sample_report(name)
    book = read_book(render(report))
    absent = {table.id for table in report.tables} - {table.name for sheet in book.sheets for table in sheet.tables}
    told = " ".join(cell.text for sheet in book.sheets if sheet.name == "Contents" for cell in sheet.cells.values())
    hidden = [
        table
        for table in report.tables
        if table.outcome and len(table.dimensions) == 1 and table.dimensions[0] not in ("imd_quintile", "ethnic_group")
        and all(row.value.value is None for row in table.rows)
    ]  # fmt: skip
    assert {table.id for table in hidden} <= absent
    assert "hardly a figure of them can be shown" in told or not hidden
