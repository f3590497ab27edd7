"""Faults in the rows of a sheet: rejected with their reason and the row as a spreadsheet numbers it."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import Workbook

from conftest import RunCli
from equity_audit.sources import open_source
from hostile.reading import embedded, loaded_rows, read_text

AGAIN, MORE = "repeats the header", "more fields than the header"


def _book(path: Path, rows: list[list[object]]) -> Path:
    book = Workbook()
    for number, row in enumerate(rows, start=1):
        for column, value in enumerate(row, start=1):
            book.active.cell(row=number, column=column, value=value)
    book.save(path)
    return path


@pytest.mark.parametrize(
    ("rows", "wanted", "rejected", "positions"),
    [
        pytest.param(
            [["a", "b"], [1, "x"], ["a", "b"], [2, "y"]], [("1", "x"), ("2", "y")], {AGAIN: (3,)}, (2,), id="once"
        ),
        pytest.param(
            [[], ["a", "b"], [1, "x\ny"], [], [], ["a", "b"], [], [2], ["a", "b"]],
            [("1", "x\ny"), ("2", None)],
            {AGAIN: (6, 9)},
            (2, 4),
            id="between blank rows and after a cell of two lines",
        ),
        pytest.param([["a"], [1], ["a"], [2]], [("1",), ("2",)], {AGAIN: (3,)}, (2,), id="one column"),
        pytest.param(
            [["a\nof two", "b"], [1, "x"], ["a\nof two", "b"]],
            [("1", "x")],
            {AGAIN: (3,)},
            (2,),
            id="a header of two lines",
        ),
        pytest.param(
            [["a", "b"], [], [1, "x", "z"], [2, "y"], ["a", "b"]],
            [("2", "y")],
            {AGAIN: (5,), MORE: (3,)},
            (1, 3),
            id="beside a row that is too long",
        ),
        pytest.param([["a", "b"], ["a", "c"], ["a"]], [("a", "c"), ("a", None)], {}, (), id="almost the header"),
    ],
)
def test_a_row_that_repeats_the_header_is_rejected_by_its_number(
    rows: list[list[object]],
    wanted: list[tuple[str, ...]],
    rejected: dict[str, tuple[int, ...]],
    positions: tuple[int, ...],
    tmp_path: Path,
) -> None:
    path = _book(tmp_path / "extract.xlsx", rows)
    _, found, intake = read_text(path, tmp_path / "work")
    assert found == wanted
    assert {each.reason: each.lines for each in intake.rejections} == rejected
    assert intake.rejected_positions == positions
    assert (intake.records_audited, intake.records_read) == (len(wanted), len(wanted) + len(positions))
    with embedded(tmp_path) as backend:
        held, again = loaded_rows(backend, open_source(path, tmp_path / "work"))
    assert (held, again) == (found, intake)


def test_the_row_is_told_and_the_work_list_counts_on(tmp_path: Path, run_cli: RunCli) -> None:
    header: list[object] = ["ETHNIC_CATEGORY", "LSOA21", "RECORD_ID"]
    rows = [header, ["A", "E01900000", 1], header, ["I", "E01900000", 2]]
    path = _book(tmp_path / "extract.xlsx", rows)
    result = run_cli("check", path, "--disclosure", "none", "--worklist", "mend.csv", "--fail-on", "never")
    assert result.exit_code == 0, result.stderr
    assert "rejected 1: repeats the header (row 3)" in result.stdout
    assert result.last_line.endswith("records read 3, audited 2, rejected 1")
    listed = [line for line in Path("mend.csv").read_text().splitlines() if line.startswith(("1,", "2,", "3,"))]
    assert any(line.startswith("3,") and "ETH004" in line for line in listed), listed
