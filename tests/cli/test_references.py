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


def test_the_address_of_the_database_may_stand_in_the_environment(
    run_cli: RunCli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    duckdb = pytest.importorskip("duckdb")
    with duckdb.connect(str(tmp_path / "warehouse.db")) as connection:
        connection.execute("create schema ref")
        connection.execute(
            "create table ref.house as select column0 as lsoa21cd, column2 as imd_rank "
            f"from read_csv('{SAMPLES / 'reference' / 'sample_imd.csv'}', header = false, skip = 1, all_varchar = true)"
        )
    path = tmp_path / "house.toml"
    keys = 'table = "ref.house", code = "lsoa21cd", rank = "imd_rank", edition = "house", vintage = "2021"'
    path.write_text(f"[reference]\nimd = {{{keys}}}\n", encoding="utf-8")
    command = (
        "check",
        SAMPLES / "waiting_list.csv",
        "--config",
        path,
        "--disclosure",
        "none",
        "-q",
        "--format",
        "json",
    )
    asked = run_cli(*command)
    assert asked.exit_code == 2
    assert "EQUITY_AUDIT_DATABASE" in asked.stderr
    monkeypatch.setenv("EQUITY_AUDIT_DATABASE", f"duckdb://{tmp_path / 'warehouse.db'}")
    document = json.loads(run_cli(*command).stdout)
    assert document["deprivation"]["edition"] == "house"
    assert document["deprivation"]["routes"]["lsoa"] > 2_000


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
    gaps = {m["dimension"]: m["estimate"] for m in document["measures"] if m["measure"] == "gap"}
    assert gaps["imd_quintile_compared"] == gaps["imd_quintile"], "the two editions are the same table here"
    moved = document["deprivation"]["details"]["edition_effect"]
    assert all(pair.split(" → ")[0] == pair.split(" → ")[1] for pair in moved)
    assert "edition_effect_patients" in document["deprivation"]["details"]


def test_a_site_s_own_postcode_is_found_but_never_printed(run_cli: RunCli, tmp_path: Path) -> None:
    extract, common = SAMPLES / "admitted_care.csv", ("--reference", SAMPLES / "reference", "--select", "DEP017")
    with extract.open(encoding="utf-8", newline="") as file:
        postcode = next(row["HOMEADD"] for row in csv.DictReader(file) if row["HOMEADD"].startswith("XQ2"))
    path = tmp_path / "sites.toml"
    path.write_text(f'site_postcodes = ["{postcode}"]\n', encoding="utf-8")
    named = run_cli("check", extract, *common, "--config", path, "--format", "json")
    document = json.loads(named.stdout)
    without = json.loads(run_cli("check", extract, *common, "--format", "json").stdout)
    assert document["rules"][0]["failed"] == without["rules"][0]["failed"] + 1
    assert postcode not in named.stdout


def test_the_last_run_serves_as_the_reference_for_residual_codes(run_cli: RunCli, tmp_path: Path) -> None:
    extract, target = SAMPLES / "admitted_care.csv", tmp_path / "last.json"
    run_cli("check", extract, "--reference", SAMPLES / "reference", "-q", "-o", target)
    common = ("check", extract, "--reference", SAMPLES / "reference", "--select", "ETH013", "--format", "json")
    assert json.loads(run_cli(*common).stdout)["rules"][0]["outcome"] == "not_judged"
    again = json.loads(run_cli(*common, "--previous", target).stdout)
    assert again["rules"][0]["outcome"] == "pass"
    document = json.loads(target.read_text(encoding="utf-8"))
    document["ethnicity"]["codes"] = {
        code: (n or 0) // (3 if code == "C" else 1) for code, n in document["ethnicity"]["codes"].items()
    }
    target.write_text(json.dumps(document), encoding="utf-8")
    changed = json.loads(run_cli(*common, "--previous", target).stdout)
    assert changed["rules"][0]["outcome"] == "fail"
