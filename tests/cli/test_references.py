"""Editions compared, and an edition that lies in a database."""

import csv
import json
import sqlite3
from pathlib import Path

import pytest

from conftest import SAMPLES, RunCli


@pytest.fixture
def database(tmp_path: Path) -> str:
    with (SAMPLES / "reference" / "sample_imd.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = [(row[0], row[2]) for row in list(csv.reader(file))[1:]]
    with sqlite3.connect(tmp_path / "house.db") as connection:
        connection.execute("create table imd (lsoa text, place text)")
        connection.executemany("insert into imd values (?, ?)", rows)
    return f"sqlite:///{tmp_path / 'house.db'}"


def settings(folder: Path, database: str) -> Path:
    path = folder / "house.toml"
    keys = 'table = "imd", code = "lsoa", rank = "place", edition = "house", vintage = "2021"'
    path.write_text(f'[reference]\nimd = {{{keys}, database = "{database}"}}\n', encoding="utf-8")
    return path


def test_an_edition_of_a_database_links_as_the_same_edition_installed(
    run_cli: RunCli, database: str, tmp_path: Path
) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    extract = SAMPLES / "waiting_list.csv"
    common = ("check", extract, "--disclosure", "none", "-q")
    one = run_cli(*common, "--reference", empty, "--config", settings(tmp_path, database), "-o", tmp_path / "one.json")
    two = run_cli(*common, "--reference", SAMPLES / "reference", "-o", tmp_path / "two.json")
    assert (one.exit_code, two.exit_code) == (1, 1), one.stderr
    first, second = (json.loads((tmp_path / f"{name}.json").read_text(encoding="utf-8")) for name in ("one", "two"))
    assert first["deprivation"]["edition"] == "house"
    assert first["deprivation"]["classes"] == second["deprivation"]["classes"]
    assert first["deprivation"]["quintiles"] == second["deprivation"]["quintiles"]


def test_a_database_that_cannot_be_opened_is_named_without_its_address(run_cli: RunCli, tmp_path: Path) -> None:
    path = settings(tmp_path, "postgres://reader:secret@127.0.0.1:1/nowhere")
    result = run_cli("check", SAMPLES / "waiting_list.csv", "--config", path, "-q")
    assert result.exit_code == 3
    assert "secret" not in result.stdout + result.stderr
    assert "cannot be opened" in result.stderr


def test_the_effect_of_another_edition_is_shown(run_cli: RunCli, tmp_path: Path) -> None:
    folder = tmp_path / "editions"
    for name in ("first", "second"):
        added = run_cli(
            "reference", "add", SAMPLES / "reference" / "sample_imd.csv", "--edition", name, "--reference", folder
        )
        assert added.exit_code == 0, added.stderr
    target = tmp_path / "both.json"
    result = run_cli(
        "check", SAMPLES / "waiting_list.csv", "--reference", folder, "--imd", "first", "--compare-imd", "second",
        "--disclosure", "none", "-q", "-o", target,
    )  # fmt: skip
    assert result.exit_code == 1, result.stderr
    document = json.loads(target.read_text(encoding="utf-8"))
    assert any("imd_quintile_compared" in table["dimensions"] for table in document["breakdowns"])
