"""The same extract in every form that is read gives the same audit."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from openpyxl import Workbook

from conftest import SAMPLES, RunCli
from hostile.reading import read_text

Rows = list[list[str]]


def _rows(name: str) -> Rows:
    with (SAMPLES / name).open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    # Without what is malformed, and in letters that Windows-1252 has.
    whole = [row for row in rows if len(row) == len(rows[0])]
    return [[value.encode("cp1252", "replace").decode("cp1252") for value in row] for row in whole]


def _delimited(rows: Rows, delimiter: str = ",") -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return text.getvalue().encode()


def _cp1252(rows: Rows) -> bytes:
    return _delimited([[*rows[0], "note"], *([*row, "café – O’Neil"] for row in rows[1:])]).decode().encode("cp1252")


def _workbook(rows: Rows) -> bytes:
    book, file = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(file)
    return file.getvalue()


def _parquet(rows: Rows) -> bytes:
    file = io.BytesIO()
    pd.DataFrame(rows[1:], columns=rows[0]).to_parquet(file)
    return file.getvalue()


def _read_strictly(rows: Rows) -> bytes:
    # Of so many columns that no engine reads them by itself.
    more = [f"more {number}" for number in range(2001)]
    return _delimited([[*rows[0], *more], *([*row, *[""] * len(more)] for row in rows[1:])])


FORMS: dict[str, Callable[[Rows], bytes]] = {
    "marked.csv": lambda rows: b"\xef\xbb\xbf" + _delimited(rows),
    "semicolon.csv": lambda rows: _delimited(rows, ";"),
    "tab.tsv": lambda rows: _delimited(rows, "\t"),
    "pipe.psv": lambda rows: _delimited(rows, "|"),
    "windows.csv": _cp1252,
    "strict.csv": _read_strictly,
    "zipped.csv.gz": lambda rows: gzip.compress(_delimited(rows)),
    "book.xlsx": _workbook,
    "columns.parquet": _parquet,
}


def _audited(run_cli: RunCli, path: Path, reference: Path) -> dict[str, Any]:
    result = run_cli("check", path, "--reference", reference, "--disclosure", "none", "-o", "out.json", "-q")
    assert result.exit_code == 1, (path.name, result.stderr)
    document = json.loads(Path("out.json").read_text(encoding="utf-8"))
    return {key: value for key, value in document.items() if key not in ("run", "intake")}


@pytest.mark.parametrize(
    ("sample", "forms"),
    [
        ("emergency_care.csv", tuple(FORMS)),
        ("waiting_list.csv", ("book.xlsx", "columns.parquet", "strict.csv")),
    ],
)
def test_every_form_of_an_extract_gives_the_same_audit(
    sample: str, forms: tuple[str, ...], tmp_path: Path, reference_folder: Path, run_cli: RunCli
) -> None:
    rows = _rows(sample)
    plain = tmp_path / "plain.csv"
    plain.write_bytes(_delimited(rows))
    wanted = _audited(run_cli, plain, reference_folder)
    for name in forms:
        path = tmp_path / name
        path.write_bytes(FORMS[name](rows))
        found = _audited(run_cli, path, reference_folder)
        assert {key for key in wanted if found[key] != wanted[key]} == set(), name


def test_codes_that_parquet_holds_as_numbers_are_read_as_codes(tmp_path: Path) -> None:
    path = tmp_path / "numbers.parquet"
    columns = {
        "whole": pa.array([9990000001, None]),
        "blank is null": pa.array([9990000001.0, None]),
        "blank is not a number": pa.array([9990000001.0, float("nan")]),
        "day": pa.array([date(2025, 1, 2), None]),
        "minute": pa.array([datetime(2025, 1, 2, 3, 4), None]),
    }
    pq.write_table(pa.table(columns), path)
    _, rows, _ = read_text(path, tmp_path / "work")
    assert rows[0][:4] == ("9990000001", "9990000001", "9990000001", "2025-01-02")
    assert str(rows[0][4]).startswith("2025-01-02 03:04")
    assert rows[1] == (None,) * 5


@pytest.mark.parametrize("name", ["semicolon.csv", "zipped.csv.gz", "book.xlsx", "columns.parquet"])
def test_what_is_piped_in_is_known_by_its_first_bytes(
    name: str, tmp_path: Path, reference_folder: Path, run_cli: RunCli, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = FORMS[name](_rows("waiting_list.csv")[:300])
    path = tmp_path / name
    path.write_bytes(content)
    wanted = run_cli("check", path, "--reference", reference_folder)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content)))
    found = run_cli("check", "-", "--reference", reference_folder)
    assert (found.exit_code, found.stdout, found.stderr) == (wanted.exit_code, wanted.stdout, wanted.stderr)
    assert list((tmp_path / "temporary").iterdir()) == []


def test_a_pipe_that_carries_nothing_is_told(run_cli: RunCli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO()))
    assert (result := run_cli("check", "-")).exit_code == 3 and "empty" in result.stderr
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    assert (result := run_cli("check", "-")).exit_code == 2 and "nothing is piped" in result.stderr
