"""`check --quick`: less than a whole audit, and nothing else than it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from conftest import RunCli


def _document(run_cli: RunCli, extract: Path, reference: Path, profile: str, *more: str) -> dict[str, Any]:
    run_cli("check", extract, "--reference", reference, "-q", "--disclosure", profile, "-o", "found.json", *more)
    found: dict[str, Any] = json.loads(Path("found.json").read_bytes())
    return found


def _named(measures: list[dict[str, Any]]) -> dict[tuple[Any, ...], dict[str, Any]]:
    names = ("measure", "outcome", "dimension", "group", "against")
    return {tuple(row[name] for name in names): row for row in measures}


@pytest.mark.parametrize("profile", ["none", "hes"])
@pytest.mark.parametrize("name", ["admitted_care", "waiting_list"])
def test_every_figure_of_a_quick_audit_is_that_of_the_whole(
    name: str, profile: str, samples: Path, reference_folder: Path, run_cli: RunCli
) -> None:
    extract = samples / f"{name}.csv"
    quick = _document(run_cli, extract, reference_folder, profile, "--quick")
    whole = _document(run_cli, extract, reference_folder, profile)

    measures = _named(whole["measures"])
    assert {row["measure"] for row in quick["measures"]} >= {"gap", "ratio", "design_effect"}
    for key, row in _named(quick["measures"]).items():
        assert row == measures[key] or (profile != "none" and row["measure"] not in ("gap", "ratio")), key

    tables = {table["id"]: table for table in whole["breakdowns"]}
    assert {"records_by_imd_quintile", "patients_by_imd_quintile", "patients_by_ethnic_group"} <= tables.keys()
    for table in quick["breakdowns"]:
        for one, other in zip(table["rows"], tables.get(table["id"], table)["rows"], strict=True):
            assert profile != "none" or one == other, table["id"]
            # What is hidden for the sake of tables that the other lacks may differ; what both show is one number.
            assert None in (one["numerator"], other["numerator"]) or one["numerator"] == other["numerator"], table["id"]

    rules = {rule["code"]: rule for rule in whole["rules"]}
    assert all(rule["failed"] == rules[rule["code"]]["failed"] for rule in quick["rules"] if profile == "none")


def test_a_quick_audit_says_what_it_did_not_check(samples: Path, reference_folder: Path, run_cli: RunCli) -> None:
    extract = samples / "waiting_list.csv"
    quick = _document(run_cli, extract, reference_folder, "hes", "--quick", "-o", "found.html")
    verdicts = {verdict["subject"]: verdict for verdict in quick["verdicts"]}
    assert verdicts["over_18_weeks_by_imd_quintile"]["verdict"] == "care"
    assert "mix of ages and sexes could not be checked" in verdicts["over_18_weeks_by_imd_quintile"]["sentence"]
    assert not any("standardised" in row["measure"] for row in quick["measures"])
    assert any(note.startswith("A quick audit") and "Not checked" in note for note in quick["notes"])
    assert "A quick audit" in Path("found.html").read_text(encoding="utf-8")
    printed = run_cli("check", extract, "--reference", reference_folder, "--quick").stdout
    assert "A quick audit" in printed
    assert "quintile 1 (most deprived) less quintile 5" in printed


@pytest.mark.parametrize("profile", ["none", "hes"])
def test_a_quick_audit_prints_gap_and_ratio_with_their_intervals(
    profile: str, samples: Path, reference_folder: Path, run_cli: RunCli
) -> None:
    extract = samples / "admitted_care.csv"
    result = _document(run_cli, extract, reference_folder, profile, "--quick")
    gap, ratio = (next(m for m in result["measures"] if m["measure"] == name) for name in ("gap", "ratio"))
    options = ("--quick", "--reference", reference_folder, "--disclosure", profile)
    printed = " ".join(run_cli("check", extract, *options).stdout.split())
    points = [100 * gap[end] for end in ("estimate", "lower", "upper")]
    assert "less quintile 5: {:+.1f} points ({:+.1f} to {:+.1f}); ".format(*points) in printed
    assert "; ratio {estimate:.2f} ({lower:.2f} to {upper:.2f})".format(**ratio) in printed


def test_why_there_is_no_ratio_is_said(tmp_path: Path, reference_folder: Path, run_cli: RunCli) -> None:
    """Nobody of the least deprived fifth missed an appointment, so there is nothing to divide by."""
    lines = ["ETHNOS,IMD_DECILE,ATTENDED"]
    for decile in range(1, 11):
        missed = 60 if decile < 9 else 0
        lines += [f"A,{decile},{3 if number < missed else 5}" for number in range(300)]
    extract = tmp_path / "appointments.csv"
    extract.write_text("\n".join(lines) + "\n")
    columns = ("--map", "ethnicity=ETHNOS", "--map", "imd_decile=IMD_DECILE", "--map", "attendance=ATTENDED")
    result = run_cli("check", extract, "--quick", *columns, "--dataset", "hes_op", "--reference", tmp_path)
    assert "; no ratio: " in " ".join(result.stdout.split()), result.stdout + result.stderr
