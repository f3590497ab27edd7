"""Thresholds of verdicts are settings: read, refused with the setting's name, used, and told in every output."""

import json
from pathlib import Path

import pytest

from conftest import SAMPLES, RunCli
from equity_audit.errors import UsageError
from equity_audit.verdict_settings import Thresholds, read_thresholds


def test_nothing_set_gives_the_thresholds_of_the_design() -> None:
    assert read_thresholds({}, "x") == Thresholds(
        do_not_use_below=0.70, act_from=0.90, gamma=3.0, least_denominator=100, least_events=10,
        no_difference_points=0.02, differs_points=0.02,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ({"act_form": 0.9}, "Did you mean act_from"),
        ({"zzz": 1}, "It takes do_not_use_below"),
        ({"act_from": 1.2}, "act_from is a share"),
        ({"act_from": True}, "act_from is a share"),
        ({"gamma": 4}, "2, 3 or 5"),
        ({"least_events": 2.5}, "least_events is a whole number"),
        ({"least_denominator": 0}, "least_denominator is a whole number"),
        ({"do_not_use_below": 0.95}, "no more than act_from"),
        ([], r"\[verdict\] is a table"),
    ],
)
def test_a_setting_that_cannot_be_is_refused_by_name(raw: object, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        read_thresholds(raw, "equity-audit.toml")


def test_a_setting_changes_verdicts_and_is_printed(run_cli: RunCli, tmp_path: Path) -> None:
    config = tmp_path / "own.toml"
    config.write_text("[verdict]\ndo_not_use_below = 0.80\nact_from = 0.85\n")
    command = ("check", SAMPLES / "outpatients.csv", "--reference", SAMPLES / "reference", "--format", "json")
    plain, own = (json.loads(run_cli(*command, *more).stdout) for more in ((), ("--config", config)))
    before, after = ({each["subject"]: each for each in found["verdicts"]} for found in (plain, own))
    assert before["ethnicity"]["verdict"] == "care"
    assert after["ethnicity"]["verdict"] == "do_not_use"
    assert "at least 80% are needed" in after["ethnicity"]["sentence"]
    assert any("not to be used below 70%" in note for note in plain["notes"])
    assert any("not to be used below 80% coded, complete enough from 85%" in note for note in own["notes"])
