"""The big list of naughty strings as value, header, site, sheet and file name: unchanged or refused, never printed raw."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from conftest import SHARED, RunCli
from equity_audit.errors import EquityAuditError, UsageError
from equity_audit.headers import safe_header
from equity_audit.sources import open_source
from hostile.reading import embedded, loaded_rows, strict_rows

pytestmark = pytest.mark.needs_shared


@pytest.fixture(scope="module")
def naughty() -> list[str]:
    strings = json.loads((SHARED / "badinput" / "naughty-strings" / "blns.json").read_text(encoding="utf-8"))
    return [text for text in strings if "\0" not in text]


def _table(rows: list[list[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows(rows)
    return text.getvalue().encode("utf-8", errors="surrogatepass")


def test_naughty_values_are_read_unchanged(naughty: list[str], tmp_path: Path) -> None:
    path = tmp_path / "extract.csv"
    path.write_bytes(_table([["number", "value"], *([str(number), text] for number, text in enumerate(naughty))]))
    with embedded(tmp_path) as backend:
        source = open_source(path, tmp_path)
        wanted = [(str(number), text or None) for number, text in enumerate(naughty)]
        assert strict_rows(source)[0] == wanted
        assert loaded_rows(backend, source)[0] == wanted


def test_a_workbook_keeps_naughty_values(naughty: list[str], tmp_path: Path) -> None:
    from openpyxl import Workbook
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    book = Workbook()
    unwritable = set("\ufffe\uffff")  # no XML may hold these
    kept = [
        text
        for text in naughty
        if text.strip() and not ILLEGAL_CHARACTERS_RE.search(text) and not set(text) & unwritable
    ]
    book.active.append(["number", "value"])
    for number, text in enumerate(kept, start=2):
        book.active.cell(number, 1, number - 2)
        cell = book.active.cell(number, 2, text)
        cell.data_type = "s"  # text, also where it begins with an equals sign
    book.save(tmp_path / "extract.xlsx")
    rows, intake = strict_rows(open_source(tmp_path / "extract.xlsx", tmp_path))
    assert intake.records_read == len(kept)
    same = [text.replace("\r\n", "\n").replace("\r", "\n") for text in kept]
    assert [(row[1] or "").replace("\r\n", "\n").replace("\r", "\n") for row in rows] == same


def test_naughty_ethnic_categories_headers_and_sites_are_audited_and_never_printed(
    naughty: list[str], tmp_path: Path, run_cli: RunCli
) -> None:
    path = tmp_path / "extract.csv"
    texts = [text for text in naughty if len(text.strip()) > 8]
    header = ["ETHNIC_CATEGORY", "SITE", "NHS_NUMBER", *naughty[:60]]
    rows = [[text, text, str(number), *[""] * 60] for number, text in enumerate(texts)]
    path.write_bytes(_table([header, *rows]))
    result = run_cli("check", path, "-v", "-o", "out.json")
    if result.exit_code == 1:
        assert result.last_line.split(";")[1].startswith(" records read")
        printed = result.stdout + Path("out.json").read_text(encoding="utf-8")
        assert [text for text in texts if text in printed] == []
        assert "\x1b" not in printed
    else:
        assert result.exit_code in (2, 3), result.stderr
        assert result.stderr.count("\n") == 1


def test_a_naughty_header_can_be_mapped_or_is_refused(naughty: list[str], tmp_path: Path) -> None:
    from equity_audit.datasets import candidate_columns, load_dataset

    generic = load_dataset("generic")
    for text in naughty:
        try:
            found = candidate_columns((text, "other"), generic, {"ethnicity": text})
        except EquityAuditError as refused:
            assert "\n" not in str(refused)
        else:
            assert found["ethnicity"] == (0,)
        shown = safe_header(text, 0)
        assert shown.isprintable() and len(shown) <= 60


def test_a_naughty_file_name_means_that_file_or_is_refused(naughty: list[str], tmp_path: Path, run_cli: RunCli) -> None:
    made = 0
    for number, text in enumerate(naughty[::4]):
        path = tmp_path / f"{text}.csv"
        if not text or "/" in text or len(path.name.encode("utf-8", errors="replace")) > 200:
            continue
        try:
            path.write_bytes(f"a,b\nmine,{number}\n".encode())
        except (OSError, UnicodeEncodeError, ValueError):
            continue
        made += 1
        folder = tmp_path / f"work{number}"
        folder.mkdir()
        try:
            source = open_source(path, folder)
        except UsageError:
            assert text == ".", "only a name without an ending is refused"
        else:
            assert strict_rows(source)[0] == [("mine", str(number))]
    assert made > 50


def test_a_naughty_sheet_name_is_found(naughty: list[str], tmp_path: Path) -> None:
    from openpyxl import Workbook

    forbidden = set("\\*?:/[]'")
    names = [
        text for text in naughty if text.strip() and len(text) < 31 and text.isprintable() and not set(text) & forbidden
    ]
    for number, name in enumerate(names[::60]):
        book = Workbook()
        book.active.append(["a", "b"])
        book.create_sheet(name)
        book[name].append(["a", "b"])
        book[name].append(["mine", number])
        path = tmp_path / f"{number}.xlsx"
        book.save(path)
        folder = tmp_path / f"work{number}"
        folder.mkdir()
        rows, intake = strict_rows(open_source(path, folder, sheet=name))
        assert rows == [("mine", str(number))]
        assert intake.sheet == name
