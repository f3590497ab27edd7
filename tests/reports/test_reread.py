"""A result read back renders to the same bytes; what is not a result is refused with a sentence and no value."""

from __future__ import annotations

import json
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from equity_audit.disclosure.profiles import profile_from
from equity_audit.errors import UsageError
from equity_audit.model import Cell, Report, Verdict
from equity_audit.reports import json as document
from equity_audit.reports import reread
from equity_audit.reports.reread import read_report
from equity_audit.reports.restate import NewThresholds, restate
from equity_audit.rules import load_rules
from reports.made_up import made_up_report
from reports.samples import NAMES, hostile_report, sample_report

CATALOGUE = {rule.code: rule for rule in load_rules()}
WRITERS = ("html", "markdown", "tidy", "junit", "json", "excel")


@pytest.mark.parametrize("name", [*NAMES, "hostile"])
def test_result_renders_again_to_the_same_bytes(name: str):
    report = hostile_report() if name == "hostile" else sample_report(name)
    again = read_report(document.render(report), CATALOGUE)
    for writer in WRITERS:
        render = import_module(f"equity_audit.reports.{writer}").render
        assert render(again) == render(report), writer


def test_unsuppressed_result_stays_marked():
    again = read_report(document.render(made_up_report("none", "Board of Anytown")))
    assert again.exact and again.internal_name == "Board of Anytown"


def plain() -> dict[str, Any]:
    return json.loads(document.render(made_up_report()))


def refused(content: bytes) -> str:
    with pytest.raises(UsageError) as caught:
        read_report(content)
    return str(caught.value)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe",
        b"{",
        b"[]",
        b"null",
        b'{"schema_version": NaN}',
        b'{"a": 1, "a": 2}',
        b"[" * 100_000,
        b"{}",
        b"9" * 5000,
    ],
    ids=repr,
)
def test_what_is_not_a_result_is_refused(content: bytes):
    assert refused(content[:200_000]).startswith("The result is not")


@pytest.mark.parametrize("version", [0, 2, "1", True, None, 1.5])
def test_other_schema_versions_are_refused_with_a_sentence(version: object):
    assert "another schema_version; this version reads 1" in refused(
        json.dumps({**plain(), "schema_version": version}).encode()
    )


def test_result_that_is_too_large_is_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(reread, "LARGEST", 1000)
    assert "larger than" in refused(b" " * 1001)


@pytest.mark.parametrize(
    ("path", "value", "place"),
    [
        (("run",), [], "/run should be an object"),
        (("run", "id"), 7, "/run/id should be a text"),
        (("run", "finished"), "yesterday SECRET", "/run/finished should be a date and time"),
        (("run", "mapping", "ethnicity"), 1, "/run/mapping/ethnicity should be a text"),
        (("rules", 0, "outcome"), "SECRET", "/rules/0/outcome should be one of"),
        (("rules", 0, "failed"), "SECRET", "/rules/0/failed should be a number"),
        (("rules", 0, "failed"), True, "/rules/0/failed should be a number"),
        (("rules", 0, "failed"), 1e300, "/rules/0/failed should be a number"),
        (("rules",), "SECRET", "/rules should be a list"),
        (("ethnicity", "classes"), {"SECRET": 1}, "/ethnicity should be counts"),
        (("ethnicity", "further"), [[[[[[1]]]]]], "/ethnicity/further should be a plain value"),
        (("breakdowns", 0, "dimensions"), [1], "/breakdowns/0/dimensions should be a list of texts"),
        (("breakdowns", 0, "rows", 0), 1, "/breakdowns/0/rows/0 should be an object"),
        (("verdicts", 0, "verdict"), "good", "/verdicts/0/verdict should be one of"),
        (("measures", 0, "differs"), 1, "/measures/0/differs should be true or false"),
        (("intake", "rejections", 0, "first_lines"), ["SECRET"], "/first_lines should be a list of line numbers"),
        (("markers",), {"/x": "SECRET"}, "/markers should be"),
        (("notes",), [1], "/notes should be a list of texts"),
    ],
)
def test_each_fault_is_told_by_its_place_and_never_by_its_value(path: tuple[Any, ...], value: object, place: str):
    made = plain()
    target = made
    for step in path[:-1]:
        target = target[step]
    target[path[-1]] = value
    message = refused(json.dumps(made).encode())
    assert place in message and "SECRET" not in message


def test_place_that_an_attacker_named_is_not_shown():
    made = plain()
    made["run"]["mapping"]["\x1b[31m"] = 1
    assert "some place should be a text" in refused(json.dumps(made).encode())


def outcome_of(report: Report, code: str) -> str:
    return next(found.outcome for found in report.findings if found.rule.code == code)


def test_other_tolerances_are_applied_and_said():
    report = made_up_report()
    assert outcome_of(report, "ETH001") == "fail"
    looser = restate(report, NewThresholds(tolerances={"ETH001": 0.06}))
    assert outcome_of(looser, "ETH001") == "pass"
    assert looser.notes[-1] == "ETH001 rendered again with tolerance 6.0%: pass, before fail."
    stricter = restate(looser, NewThresholds(tolerances={"ETH001": 0.01}))
    assert outcome_of(stricter, "ETH001") == "fail"
    for writer in ("html", "excel"):
        assert import_module(f"equity_audit.reports.{writer}").render(looser) != import_module(
            f"equity_audit.reports.{writer}"
        ).render(report)


def test_hidden_counts_are_judged_only_where_they_leave_no_doubt():
    report = sample_report("outpatients")
    hidden = [found for found in report.findings if found.failed.value is None and found.rule.code == "STR002"]
    assert hidden
    found = hidden[0]
    passed = replace(report, findings=(replace(found, outcome="pass", tolerance=0.01),))
    assert outcome_of(restate(passed, NewThresholds(tolerances={"STR002": 0.005})), "STR002") == "pass"
    assert outcome_of(restate(passed, NewThresholds(tolerances={"STR002": 0.0001})), "STR002") == "fail"
    unsure = restate(passed, NewThresholds(tolerances={"STR002": 0.001}))
    assert outcome_of(unsure, "STR002") == "pass" and "leaves it open" in unsure.notes[-1]
    failed = restate(replace(report, findings=(found,)), NewThresholds(tolerances={"STR002": 0.5}))
    assert outcome_of(failed, "STR002") == "fail" and "leaves it open" in failed.notes[-1]


def test_unknown_rule_is_refused():
    with pytest.raises(UsageError, match="no rule ETH999"):
        restate(made_up_report(), NewThresholds(tolerances={"ETH999": 0.1}))


def verdict_of(report: Report, subject: str) -> str:
    return next(verdict.verdict for verdict in report.verdicts if verdict.subject == subject)


def test_other_thresholds_of_completeness_are_applied_and_said():
    report = sample_report("outpatients")
    assert verdict_of(report, "ethnicity") == "care"
    stricter = restate(report, NewThresholds(do_not_use_below=0.8))
    assert verdict_of(stricter, "ethnicity") == "do_not_use"
    assert verdict_of(stricter, "did_not_attend_by_ethnic_group") == "do_not_use"
    assert verdict_of(stricter, "deprivation") == verdict_of(report, "deprivation")
    assert "another threshold for completeness: do not use below 80.0%" in stricter.notes[-1]
    looser = restate(report, NewThresholds(act_from=0.75))
    assert verdict_of(looser, "ethnicity") == "act"
    # A comparison rests on more than completeness, so a looser threshold cannot clear it.
    assert verdict_of(looser, "did_not_attend_by_ethnic_group") == verdict_of(report, "did_not_attend_by_ethnic_group")
    assert verdict_of(restate(stricter, NewThresholds(do_not_use_below=0.5)), "ethnicity") == "care"


def test_no_threshold_makes_few_records_enough_to_judge():
    few = {"records": Cell(40), "classes": {"valid": Cell(30), "missing": Cell(10)}}
    report = replace(sample_report("outpatients"), exact=True, ethnicity=few)
    for level, sentence in (("care", "Too few records to judge."), ("do_not_use", "Do not use yet: too few.")):
        verdicts = (Verdict(subject="ethnicity", verdict=level, sentence=sentence, because=()),)
        again = restate(replace(report, verdicts=verdicts), NewThresholds(do_not_use_below=0.2, act_from=0.5))
        assert [(each.verdict, each.sentence) for each in again.verdicts] == [("care", "Too few records to judge.")]


def test_command_renders_again(run_cli, tmp_path: Path):
    result = tmp_path / "audit.json"
    result.write_bytes(document.render(sample_report("outpatients")))
    page = tmp_path / "page.html"
    ended = run_cli("report", result, "-o", page, "--tolerance", "ETH001=0.2", "-q")
    assert ended.exit_code == 0, ended.stderr
    assert "ETH001 rendered again with tolerance 20.0%: pass, before fail." in page.read_text(encoding="utf-8")
    assert run_cli("report", result, "--fail-on", "error", "-q").exit_code == 1
    for bad in (
        ["--tolerance", "ETH001"],
        ["--tolerance", "ETH001=2"],
        ["--fail-on", "info"],
        ["-o", result],
        ["--color", "x"],
    ):
        assert run_cli("report", result, *bad).exit_code == 2
    assert run_cli("report", tmp_path / "absent.json").exit_code == 2


def test_unsuppressed_result_needs_a_name_for_a_page(run_cli, tmp_path: Path):
    result = tmp_path / "audit.json"
    result.write_bytes(document.render(made_up_report("none")))
    assert run_cli("report", result, "-o", tmp_path / "page.html").exit_code == 2
    assert run_cli("report", result, "-o", tmp_path / "page.html", "--internal", "Anytown", "-q").exit_code == 0
    assert "For Anytown: contains unsuppressed counts" in (tmp_path / "page.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["Anytown", None])
def test_a_result_for_internal_use_stays_marked(name: str | None):
    profile = profile_from({"name": "ours", "primary": [1, 7], "round_to": 5, "internal": True})
    result = document.render(made_up_report(profile, name))
    again = read_report(result, CATALOGUE)
    assert again.internal and not again.exact and again.internal_name == name
    assert document.render(again) == result


def test_a_result_for_internal_use_needs_a_name_for_a_page(run_cli, tmp_path: Path):
    profile = profile_from({"name": "ours", "primary": [1, 7], "round_to": 5, "internal": True})
    result, page = tmp_path / "audit.json", tmp_path / "page.html"
    result.write_bytes(document.render(made_up_report(profile)))
    assert run_cli("report", result, "-o", page).exit_code == 2
    assert run_cli("report", result, "-o", page, "--internal", "Anytown", "-q").exit_code == 0
    assert "For Anytown: for internal use only, not for publication." in page.read_text(encoding="utf-8")
