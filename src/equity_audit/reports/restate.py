"""Other thresholds on a Report: tolerances of rules and when a field may be used, applied and said so.

Only released figures are used. Where a hidden count leaves both outcomes open, the outcome stays as it was.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from equity_audit.decode.labels import linked_words
from equity_audit.disclosure.profiles import load_profile, profile_names
from equity_audit.errors import UsageError
from equity_audit.model import ReleasedFinding, Report, Verdict
from equity_audit.narrative import USABLE, class_share, percent, too_few_records
from equity_audit.verdict_settings import TOO_FEW_TO_JUDGE

_FIELDS = {"ethnicity": "valid", "deprivation": "linked"}


@dataclass(frozen=True, kw_only=True)
class NewThresholds:
    """Tolerances by rule code; below which share a field is not to be used, and from which it is complete enough."""

    tolerances: Mapping[str, float] = field(default_factory=dict)
    do_not_use_below: float | None = None
    act_from: float | None = None


def restate(report: Report, thresholds: NewThresholds) -> Report:
    """The report judged again; each change is a note, so that every output says it."""
    known = {found.rule.code for found in report.findings}
    for code in thresholds.tolerances:
        if code not in known:
            raise UsageError(f"The result has no rule {code}. Its rules are listed by equity-audit rules.")
    findings, told = [], []
    for found in report.findings:
        judged = found
        if found.rule.code in thresholds.tolerances and found.outcome in ("pass", "fail"):
            judged, sentence = _judged_again(report, found, thresholds.tolerances[found.rule.code])
            told.append(sentence)
        findings.append(judged)
    verdicts = tuple(_weighed_again(report, verdict, thresholds) for verdict in report.verdicts)
    for name, share in (("do not use below", thresholds.do_not_use_below), ("act from", thresholds.act_from)):
        if share is not None:
            told.append(f"Rendered again with another threshold for completeness: {name} {percent(share)}.")
    return replace(report, findings=tuple(findings), verdicts=verdicts, notes=(*report.notes, *told))


def _judged_again(report: Report, found: ReleasedFinding, tolerance: float) -> tuple[ReleasedFinding, str]:
    least, most = _rate_range(report, found)
    start = f"{found.rule.code} rendered again with tolerance {percent(tolerance)}"
    if least <= tolerance < most:
        return found, f"{start}: not judged again, because the hidden count leaves it open; it stays {found.outcome}."
    outcome = "fail" if least > tolerance else "pass"
    changed = replace(found, outcome=outcome, tolerance=tolerance)  # type: ignore[arg-type]
    return changed, f"{start}: {outcome}, before {found.outcome}."


def _rate_range(report: Report, found: ReleasedFinding) -> tuple[float, float]:
    """Between which shares of judged the failed lie, as a reader of the report knows it."""
    if found.rate.value is not None:
        return found.rate.value, found.rate.value
    if not found.judged.value:
        return (0.0, 1.0) if found.judged.value is None else (0.0, 0.0)
    if found.failed.value is not None:
        return found.failed.value / found.judged.value, found.failed.value / found.judged.value
    if report.profile not in profile_names():
        return 0.0, 1.0
    low, high = load_profile(report.profile).primary or (1, 7)
    judged, slack = found.judged.value, 5
    if judged <= high + slack:
        return 0.0, 1.0
    # Hidden are few failures, or all but few; a rule that passed rules the second out.
    few = (low / (judged + slack), high / (judged - slack))
    nearly_all = 1 - high / (judged - slack)
    passed = found.outcome == "pass" and (found.tolerance or 0.0) < nearly_all
    return few if passed else (few[0], 1.0)


def _weighed_again(report: Report, verdict: Verdict, thresholds: NewThresholds) -> Verdict:
    """Completeness of a whole field judged again; a comparison's verdict only ever becomes more careful."""
    subject = _subject_of(verdict)
    facts = report.ethnicity if subject == "ethnicity" else report.deprivation
    if not subject or not facts:
        return verdict
    share = class_share(report, facts, _FIELDS[subject]).value
    if share is None:
        return verdict
    words = USABLE if subject == "ethnicity" else linked_words(facts.get("routes", {}))
    told = f"{percent(share)} of records {words}"
    below, act = thresholds.do_not_use_below, thresholds.act_from
    if below is not None and share < below:
        return replace(
            verdict, verdict="do_not_use", sentence=f"Do not use yet: {told}, and at least {percent(below)} are needed."
        )
    if verdict.subject == subject and too_few_records(report, subject):
        relaxed = below is not None and "not proved" not in verdict.sentence
        return replace(verdict, verdict="care", sentence=f"{TOO_FEW_TO_JUDGE}.") if relaxed else verdict
    if act is not None and share < act and verdict.verdict == "act":
        return replace(
            verdict, verdict="care", sentence=f"Read with care: {told}; {percent(act)} would be complete enough."
        )
    if verdict.subject != subject or (below is None and act is None):
        return verdict
    if act is not None and share >= act and "not proved" not in verdict.sentence:
        return replace(verdict, verdict="act", sentence=f"Complete enough to use: {told}.")
    if verdict.verdict == "do_not_use" and below is not None and "not proved" not in verdict.sentence:
        return replace(verdict, verdict="care", sentence=f"Read with care: {told}.")
    return verdict


def _subject_of(verdict: Verdict) -> str:
    if verdict.subject in _FIELDS:
        return verdict.subject
    return {"imd_quintile": "deprivation", "ethnic_group": "ethnicity"}.get(verdict.subject.partition("_by_")[2], "")
