"""LibreOffice opens the workbook without loss: every cell and chart comes back, no number is too wide for its column."""

from __future__ import annotations

import re
import shutil
import subprocess
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest

from equity_audit.reports.excel import render
from reports.samples import hostile_report, sample_report
from reports.test_browser import absent
from reports.workbook_book import read_book

BOOKS = ("admitted_care", "hostile")


@pytest.fixture(scope="module")
def converted(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Each workbook as LibreOffice writes it again, and as it prints it, by name and ending."""
    program = shutil.which("soffice")
    if program is None or shutil.which("pdftotext") is None:
        absent("LibreOffice or poppler-utils")
    folder = tmp_path_factory.mktemp("books")
    for name in BOOKS:
        report = hostile_report() if name == "hostile" else sample_report(name)
        (folder / f"{name}.xlsx").write_bytes(render(report))
    (folder / "again").mkdir()
    for ending in ("xlsx", "pdf"):
        subprocess.run(
            [program, "--headless", f"-env:UserInstallation=file://{folder}/profile", "--convert-to", ending, "--outdir",
             folder / "again", *(folder / f"{name}.xlsx" for name in BOOKS)],
            check=True, capture_output=True, timeout=300,
        )  # fmt: skip
    return {f"{name}.{ending}": folder / "again" / f"{name}.{ending}" for name in BOOKS for ending in ("xlsx", "pdf")}


@pytest.mark.parametrize("name", BOOKS)
def test_every_cell_and_chart_comes_back(converted: dict[str, Path], name: str):
    report = hostile_report() if name == "hostile" else sample_report(name)
    ours = openpyxl.load_workbook(BytesIO(render(report)))
    theirs = openpyxl.load_workbook(converted[f"{name}.xlsx"])
    assert theirs.sheetnames == ours.sheetnames
    cells = 0
    for sheet in ours:
        again = theirs[sheet.title]
        for row in sheet.iter_rows():
            for cell in row:
                if cell.value is not None:
                    # LibreOffice keeps fifteen digits of a number.
                    wanted = pytest.approx(cell.value, rel=1e-12) if isinstance(cell.value, float) else cell.value
                    assert again[cell.coordinate].value == wanted, (sheet.title, cell.coordinate)
                    assert again[cell.coordinate].data_type == cell.data_type
                    cells += 1
        assert list(again.tables) == list(sheet.tables)
    assert cells > 2000
    charts = [len(sheet.charts) for sheet in read_book(render(report)).sheets]
    kept = [len(sheet.charts) for sheet in read_book(converted[f"{name}.xlsx"].read_bytes()).sheets]
    assert kept == charts and sum(charts) >= 2


@pytest.mark.parametrize("name", BOOKS)
def test_nothing_is_too_wide_for_its_column(converted: dict[str, Path], name: str):
    printed = subprocess.run(
        ["pdftotext", "-layout", converted[f"{name}.pdf"], "-"], check=True, capture_output=True, text=True
    ).stdout
    assert "##" not in printed
    assert not re.search(r"#(REF|NAME|VALUE|DIV|N/A)", printed)
    shown = set(re.findall(r"\S+", printed))
    book = openpyxl.load_workbook(converted[f"{name}.xlsx"])
    headers = []
    for sheet in book:
        for table in sheet.tables.values():
            row = int(re.sub(r"\D", "", table.ref.partition(":")[0]))
            headers += [str(cell.value) for cell in sheet[row] if cell.value]
    assert len(headers) > 100
    assert not [word for header in headers for word in header.split() if word not in shown]
