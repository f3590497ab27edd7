"""Rules as test cases: fail is a failure, error an error, not judged skipped."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree

from equity_audit.disclosure.profiles import load_profile
from equity_audit.disclosure.protect import protect
from equity_audit.reports.junit import render
from reports.made_up import made_up_report
from reports.samples import sample_audit, sample_report


def test_each_outcome_has_its_element():
    root = ElementTree.fromstring(render(made_up_report()))
    cases = {case.attrib["name"].split()[0]: [child.tag for child in case] for case in root.iter("testcase")}
    assert cases == {"ETH001": ["failure"], "DEP001": [], "DEP014": ["skipped"], "DEP019": ["error"]}
    assert (root.attrib["tests"], root.attrib["failures"], root.attrib["errors"], root.attrib["skipped"]) == (
        "4",
        "1",
        "1",
        "1",
    )
    for suite in root:
        assert suite.attrib["tests"] == str(len(list(suite)))


def test_failure_tells_the_published_count_and_what_to_do():
    failure = next(ElementTree.fromstring(render(made_up_report())).iter("failure"))
    assert failure.attrib["message"] == "505 of 10,015 records failed (5.0%, tolerance 2.0%)"
    assert failure.text == "Ask the patient, and record the answer given."
    assert failure.attrib["type"] == "error"


def test_every_rule_is_a_case_and_bytes_are_the_same():
    report = sample_report("admitted_care")
    root = ElementTree.fromstring(render(report))
    assert [case.attrib["name"].split()[0] for case in root.iter("testcase")] == sorted(
        (found.rule.code for found in report.findings), key=[found.rule.code for found in report.findings].index
    )
    assert render(report) == render(report)


def test_same_inputs_give_the_same_bytes():
    # Audited twice; the clock and the number of the run are held still.
    first, second = (protect(sample_audit.__wrapped__("outpatients"), load_profile("hes")) for _ in range(2))
    assert first is not second
    assert render(first) == render(second)


def test_words_of_a_rule_are_inert():
    report = made_up_report()
    first = report.findings[0]
    rule = replace(first.rule, title='<x y="1">&\x07', fix="]]>\x00 & more")
    root = ElementTree.fromstring(render(replace(report, findings=(replace(first, rule=rule),))))
    case = next(root.iter("testcase"))
    assert case.attrib["name"] == 'ETH001 <x y="1">&\ufffd'
    assert case[0].text == "]]>\ufffd & more"
