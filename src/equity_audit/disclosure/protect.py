"""The only door from an Audit to a Report: every count, table, rule and shape of a run passes here together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from equity_audit.comparisons.verdict import Thresholds
from equity_audit.disclosure.derive import comparisons_of, completeness_verdicts
from equity_audit.disclosure.profiles import Profile
from equity_audit.disclosure.release import (
    NOT_APPLICABLE,
    release_count,
    release_part,
    rounded,
    share_of,
    total_of,
)
from equity_audit.errors import UsageError
from equity_audit.measures import proportion
from equity_audit.model import (
    Audit,
    Breakdown,
    Cell,
    Finding,
    ReleasedFinding,
    ReleasedTable,
    Report,
    TableRow,
)

_MAPPINGS = ("classes", "codes", "routes", "quintiles", "deciles")


def protect(audit: Audit, profile: Profile, internal_name: str | None = None) -> Report:
    """Everything of an audit that may be written under a profile."""
    if profile.exact:
        raise UsageError("The disclosure profile `exact` is not available yet. Use hes (the default).")
    intake = audit.intake
    audited = release_count(intake.records_audited, profile)
    rejections = tuple((rejection.reason, release_count(rejection.records, profile)) for rejection in intake.rejections)
    rejected = total_of(cell for _, cell in rejections)
    if rejections and not rejected.value:
        rejected = rejections[0][1]
    tables = tuple(_table(breakdown, profile) for breakdown in audit.breakdowns)
    ethnicity = _facts(audit.ethnicity, "classes", profile)
    deprivation = _facts(audit.deprivation, "classes", profile)
    findings = tuple(_finding(finding, profile) for finding in audit.findings)
    at = Thresholds()
    measures, verdicts = comparisons_of(audit.comparisons, tables, findings, profile, at)
    return Report(
        run=audit.run,
        profile=profile.name,
        exact=profile.primary is None,
        internal_name=internal_name,
        records_read=total_of([audited, rejected]),
        records_audited=audited,
        records_rejected=rejected,
        rejections=rejections,
        # How many line numbers there are tells the count that is hidden.
        rejected_lines={each.reason: each.lines for each in intake.rejections} if profile.primary is None else {},
        format=intake.format,
        encoding=intake.encoding,
        remarks=intake.remarks,
        findings=findings,
        ethnicity=ethnicity,
        deprivation=deprivation,
        tables=tables,
        measures=measures,
        verdicts=(*completeness_verdicts(ethnicity, deprivation, findings, at), *verdicts),
        outcomes=tuple(
            (outcome, tuple((why, release_count(number, profile)) for why, number in outcome.apart.items()))
            for outcome in audit.outcomes
        ),
        shapes={
            code: tuple((shape, release_count(number, profile)) for shape, number in shapes)
            for code, shapes in audit.shapes.items()
        },
        notes=audit.notes,
        hints=audit.hints,
    )


def _facts(facts: Mapping[str, Any], whole: str, profile: Profile) -> dict[str, Any]:
    """Summary counts: each released, ``records`` the sum of the released classes."""
    if not facts:
        return {}
    released: dict[str, Any] = {}
    for key, value in facts.items():
        if key in _MAPPINGS or key == "patients":
            released[key] = {name: release_count(number, profile) for name, number in value.items()}
        elif key != "records":
            released[key] = value
    released["records"] = total_of(released[whole].values())
    return released


def _finding(finding: Finding, profile: Profile) -> ReleasedFinding:
    persons = finding.rule.unit != "extract"
    if persons:
        failed = release_part(finding.failed, finding.judged, profile)
        judged, not_judged = release_count(finding.judged, profile), release_count(finding.not_judged, profile)
        rate = share_of(failed, judged, profile)
    else:
        # Sites and tables are counted here, not people.
        failed, judged, not_judged = Cell(finding.failed), Cell(finding.judged), Cell(finding.not_judged)
        rate = Cell(finding.rate) if finding.rate is not None else NOT_APPLICABLE
    return ReleasedFinding(
        rule=finding.rule,
        outcome=finding.outcome,
        judged=judged,
        failed=failed,
        not_judged=not_judged,
        rate=rate,
        tolerance=finding.tolerance,
        why_not_judged=finding.why_not_judged,
    )


def _table(breakdown: Breakdown, profile: Profile) -> ReleasedTable:
    frame = breakdown.frame
    pairs = list(zip(frame["numerator"].astype(int), frame["denominator"].astype(int), strict=True))
    numerators = [release_part(part, whole, profile) for part, whole in pairs]
    if breakdown.outcome is None:
        everyone = pairs[0][1] if pairs else 0
        # Patients may stand in several groups; only where the groups share everyone out is their sum the total.
        whole = total_of(numerators) if sum(part for part, _ in pairs) == everyone else release_count(everyone, profile)
        denominators = [whole] * len(pairs)
    else:
        denominators = [release_count(whole, profile) for _, whole in pairs]
    numerators = [
        part if whole.value is not None else whole for part, whole in zip(numerators, denominators, strict=True)
    ]
    values = [share_of(part, whole, profile) for part, whole in zip(numerators, denominators, strict=True)]
    values = [NOT_APPLICABLE if whole.value == 0 else value for value, whole in zip(values, denominators, strict=True)]
    labels = list(zip(*(frame[name] for name in breakdown.dimensions), strict=True))
    cells = zip(numerators, denominators, values, _intervals(numerators, denominators, values, profile), strict=True)
    rows = tuple(
        TableRow(labels=tuple(label), numerator=part, denominator=whole, value=value, lower=lower, upper=upper)
        for label, (part, whole, value, (lower, upper)) in zip(labels, cells, strict=True)
    )
    return ReleasedTable(
        id=breakdown.id,
        title=breakdown.title,
        unit=breakdown.unit,
        outcome=breakdown.outcome,
        dimensions=breakdown.dimensions,
        rows=rows,
    )


def _intervals(
    parts: Sequence[Cell], wholes: Sequence[Cell], values: Sequence[Cell], profile: Profile
) -> list[tuple[Cell, Cell]]:
    """Wilson intervals of the shares that are shown; the marker in their place where one is not."""
    import pandas as pd

    shown = [
        (part.value, whole.value)
        for part, whole, value in zip(parts, wholes, values, strict=True)
        if value.value is not None
    ]
    ends: Iterator[tuple[float, float]] = iter(())
    if shown:
        result = proportion(pd.DataFrame(shown, columns=["numerator", "denominator"]))
        ends = iter(zip(result["lower"], result["upper"], strict=True))
    limits = []
    for value in values:
        if value.value is None:
            limits.append((Cell(None, value.marker), Cell(None, value.marker)))
        else:
            lower, upper = next(ends)
            limits.append((Cell(rounded(float(lower), profile)), Cell(rounded(float(upper), profile))))
    return limits
