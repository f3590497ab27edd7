"""Rules as test cases, for schedulers and CI: fail is a failure, error an error, not judged skipped."""

from __future__ import annotations

from xml.etree import ElementTree as Tree

from equity_audit.model import Cell, ReleasedFinding, Report
from equity_audit.reports.fixes import fix_words
from equity_audit.reports.grouping import grouping_words
from equity_audit.reports.inert import visible
from equity_audit.reports.json import watermark_line

_COUNTED = {"failures": "fail", "errors": "error", "skipped": "not_judged"}


def render(report: Report) -> bytes:
    """The rules as JUnit XML, a suite for each rule set."""
    root = Tree.Element("testsuites", {"name": f"equity-audit, {grouping_words(report)}", **_counts(report.findings)})
    for name in dict.fromkeys(found.rule.rule_set for found in report.findings):
        chosen = [found for found in report.findings if found.rule.rule_set == name]
        suite = Tree.SubElement(
            root, "testsuite", {"name": name, **_counts(chosen), "timestamp": report.run.finished[:19], "time": "0"}
        )
        if mark := watermark_line(report):
            properties = Tree.SubElement(suite, "properties")
            Tree.SubElement(properties, "property", {"name": "watermark", "value": visible(mark)})
        for found in chosen:
            _case(suite, report, found)
    Tree.indent(root, " ")
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + Tree.tostring(root, encoding="unicode").encode() + b"\n"


def _counts(findings: tuple[ReleasedFinding, ...] | list[ReleasedFinding]) -> dict[str, str]:
    outcomes = [found.outcome for found in findings]
    return {"tests": str(len(outcomes)), **{name: str(outcomes.count(word)) for name, word in _COUNTED.items()}}  # type: ignore[arg-type]


def _case(suite: Tree.Element, report: Report, found: ReleasedFinding) -> None:
    rule = found.rule
    case = Tree.SubElement(
        suite, "testcase", {"classname": f"equity-audit.{rule.rule_set}", "name": visible(f"{rule.code} {rule.title}"), "time": "0"}
    )  # fmt: skip
    if found.outcome == "fail":
        _told(case, "failure", rule.severity, _failure(found), fix_words(report, found))
    elif found.outcome == "error":
        _told(case, "error", "error", found.why_not_judged or "the rule stopped with an error", "")
    elif found.outcome == "not_judged":
        Tree.SubElement(case, "skipped", {"message": visible(found.why_not_judged or "not judged")})


def _told(case: Tree.Element, tag: str, kind: str, message: str, more: str) -> None:
    element = Tree.SubElement(case, tag, {"type": kind, "message": visible(message)})
    element.text = visible(more) or None


def _failure(found: ReleasedFinding) -> str:
    tolerance = f", tolerance {found.tolerance:.1%}" if found.tolerance is not None else ""
    rate = f" ({found.rate.value:.1%}{tolerance})" if found.rate.value is not None else ""
    return f"{_count(found.failed)} of {_count(found.judged)} {found.rule.unit} failed{rate}"


def _count(cell: Cell) -> str:
    return f"{cell.value:,}" if cell.value is not None else f"[{cell.marker}]"
