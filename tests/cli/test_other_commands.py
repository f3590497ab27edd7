"""`rules`, `explain`, `datasets`, `reference`, `sample` and the help answer, and end with the right code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from conftest import REPOSITORY, SHARED, RunCli

CODES = sorted(path.name.partition("-")[0] for path in (REPOSITORY / "rules").glob("*/[A-Z]*.yaml"))
DATASETS = sorted(path.stem for path in (REPOSITORY / "src" / "equity_audit" / "datasets").glob("*.yaml"))


def test_the_catalogue_lists_every_rule_once(run_cli: RunCli) -> None:
    result = run_cli("rules")
    assert (result.exit_code, result.stderr) == (0, "")
    assert sorted(line.split()[0] for line in result.stdout.splitlines() if re.match(r"[A-Z]{3}\d", line)) == CODES


@pytest.mark.parametrize("code", CODES)
def test_every_rule_can_be_explained(code: str, run_cli: RunCli) -> None:
    result = run_cli("explain", code)
    assert (result.exit_code, result.stderr) == (0, "")
    assert code in result.stdout.splitlines()[0]
    assert len(result.stdout) > 200
    assert not re.search(r"[:=] ?None\b|[{]|<class", result.stdout), "a value of the program shows through"
    assert run_cli("explain", code.lower()) == result


def test_every_dataset_is_listed_and_can_be_shown(run_cli: RunCli) -> None:
    listed = run_cli("datasets")
    assert (listed.exit_code, listed.stderr) == (0, "")
    for name in DATASETS:
        assert re.search(rf"^{name} ", listed.stdout, re.MULTILINE), name
        shown = run_cli("datasets", name)
        assert (shown.exit_code, shown.stderr) == (0, "")
        assert "ethnicity: " in shown.stdout


def test_help_and_version_answer(run_cli: RunCli) -> None:
    for command in ("check", "rules", "explain", "datasets", "reference", "sample"):
        result = run_cli(command, "--help")
        assert (result.exit_code, result.stderr) == (0, "")
        assert "Usage" in result.stdout
    assert re.fullmatch(r"equity-audit \d+\.\d+\.\d+\n", run_cli("--version").stdout)
    assert run_cli().exit_code == 2


def test_nothing_installed_is_said_with_the_command_that_mends_it(run_cli: RunCli) -> None:
    for command in ("list", "verify"):
        result = run_cli("reference", command)
        assert result.exit_code == 0
        assert "equity-audit reference add FILE" in result.stdout


def test_postcodes_alone_need_a_directory_beside_the_edition(run_cli: RunCli, reference_folder: Path) -> None:
    Path("extract.csv").write_text("ETHNICITY,POSTCODE\n" + "A,XQ1 1AA\n" * 50)
    printed = " ".join(run_cli("check", "extract.csv", "--reference", reference_folder).stdout.split())
    assert "equity-audit reference add FILE (a postcode directory such as NSPL) then" in printed
    assert "the official file of IMD" not in printed
    printed = " ".join(run_cli("check", "extract.csv").stdout.split())
    assert "(the official file of IMD EDITION, as published, and a postcode directory such as NSPL) then" in printed


@pytest.mark.slow
@pytest.mark.needs_shared
def test_an_official_edition_is_installed_listed_and_verified(run_cli: RunCli) -> None:
    file = next((SHARED / "reference" / "imd2019").glob("*.csv.gz"))
    added = run_cli("reference", "add", file, "--reference", "installed")
    assert (added.exit_code, added.stderr) == (0, "")
    assert "2019" in added.stdout and "32,844" in added.stdout
    assert "2019" in run_cli("reference", "list", "--reference", "installed").stdout
    verified = run_cli("reference", "verify", "--reference", "installed")
    assert (verified.exit_code, "sound" in verified.stdout) == (0, True)

    table = next(Path("installed").glob("*.parquet"))
    table.write_bytes(table.read_bytes()[:-100])
    damaged = run_cli("reference", "verify", "--reference", "installed")
    assert damaged.exit_code not in (0, 4)
    assert "Traceback" not in damaged.stderr


def test_a_file_that_is_no_reference_is_not_installed(run_cli: RunCli) -> None:
    Path("imd.csv").write_text("a,b\n1,2\n")
    result = run_cli("reference", "add", "imd.csv", "--reference", "installed")
    assert result.exit_code in (2, 3)
    assert "Traceback" not in result.stderr
    assert not list(Path("installed").glob("*"))


def test_the_sample_is_made_and_can_be_checked(run_cli: RunCli) -> None:
    made = run_cli("sample", "made", "--dataset", "hes_op", "--records", "300")
    assert (made.exit_code, made.stderr) == (0, "")
    names = made.stdout.split()
    assert all((Path("made") / name).exists() or (Path("made/reference") / name).exists() for name in names)
    extract = next(Path("made").glob("*.csv"))
    result = run_cli("check", extract, "--reference", "made/reference")
    assert (result.exit_code, result.stderr) == (1, "")
