"""Awkward but valid CSV gives exactly the values its authors meant."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from conftest import SHARED
from hostile.reading import embedded, loaded_rows, read_text, strict_rows

FOLDER = SHARED / "badinput" / "csv-spectrum"
NAMES = sorted(path.stem for path in (FOLDER / "csvs").glob("*.csv")) if FOLDER.is_dir() else ["absent"]

pytestmark = pytest.mark.needs_shared


def _expected(name: str) -> list[dict[str, str | None]]:
    records = json.loads((FOLDER / "json" / f"{name}.json").read_text(encoding="utf-8"))
    return [{key: value or None for key, value in record.items()} for record in records]


@pytest.mark.parametrize("name", NAMES)
def test_the_values_are_exactly_those_meant(name: str, tmp_path: Path) -> None:
    header, rows, intake = read_text(FOLDER / "csvs" / f"{name}.csv", tmp_path / "work")
    assert [dict(zip(header, row, strict=True)) for row in rows] == _expected(name)
    assert (intake.records_read, intake.records_rejected) == (len(rows), 0)


def test_the_engine_holds_the_same_values(tmp_path: Path) -> None:
    for name in NAMES:
        folder = tmp_path / name
        folder.mkdir()
        from equity_audit.sources import open_source

        source = open_source(FOLDER / "csvs" / f"{name}.csv", folder)
        with embedded(folder) as backend:
            assert loaded_rows(backend, source)[0] == strict_rows(source)[0]
