"""The result document: the contract for scheduled jobs. Its JSON Schema ships beside this file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from math import isfinite
from typing import Any

from equity_audit.model import Cell, FieldMapping, ReleasedFinding, ReleasedTable, Report
from equity_audit.reports.detaillines import dqmi_score

SCHEMA_VERSION = 1
UNSUPPRESSED = "contains unsuppressed counts, not for publication"
INTERNAL = "for internal use only, not for publication"


def render(report: Report) -> bytes:
    """The document as UTF-8 JSON, ended by a line feed."""
    return (json.dumps(document(report), ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode()


def document(report: Report) -> dict[str, Any]:
    """The result document as plain values; ``markers`` says by JSON pointer why a value is null."""
    markers: dict[str, str] = {}
    plain: dict[str, Any] = _plain(_content(report), "", markers)
    plain["markers"] = markers
    return plain


def _plain(value: Any, pointer: str, markers: dict[str, str]) -> Any:
    if isinstance(value, Cell):
        if value.marker is not None:
            markers[pointer] = value.marker
        return value.value
    if isinstance(value, Mapping):
        return {
            str(key): _plain(item, f"{pointer}/{str(key).replace('~', '~0').replace('/', '~1')}", markers)
            for key, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [_plain(item, f"{pointer}/{position}", markers) for position, item in enumerate(value)]
    if hasattr(value, "item"):
        value = value.item()
    return None if isinstance(value, float) and not isfinite(value) else value


def _content(report: Report) -> dict[str, Any]:
    run = report.run
    return {
        "schema_version": SCHEMA_VERSION,
        "tool": {"name": "equity-audit", "version": run.version},
        "run": {
            "id": run.id,
            "started": run.started,
            "finished": run.finished,
            "extract": {"label": run.label, "format": report.format, "encoding": report.encoding},
            "dataset": run.dataset,
            "mapping": dict(run.mapping.columns),
            "not_used": _unused(run.mapping),
            "blank": list(run.mapping.blank),
            "census_months": list(report.census_months),
            "references": list(run.references),
            "disclosure": report.profile,
            "watermark": watermark(report),
            "internal_name": report.internal_name,
            "ethnic_grouping": run.ethnic_grouping,
            "rules_version": run.rules_version,
        },
        "intake": {
            "records_read": report.records_read,
            "records_audited": report.records_audited,
            "records_rejected": report.records_rejected,
            "rejections": [
                {"reason": reason, "records": cell, "first_lines": list(report.rejected_lines.get(reason, ()))}
                for reason, cell in report.rejections
            ],
            "remarks": list(report.remarks),
        },
        "rules": [_rule(found) for found in report.findings],
        "ethnicity": _with_details(report.ethnicity, _scored(report.ethnicity_details)),
        "deprivation": _with_details(report.deprivation, report.deprivation_details),
        "breakdowns": [_breakdown(table) for table in report.tables],
        "outcomes": [
            {
                "outcome": facts.name,
                "label": facts.label,
                "description": facts.description,
                "polarity": facts.polarity,
                "unit": facts.unit,
                "noun": facts.noun,
                "headline": facts.headline,
                "not_applied": list(facts.not_applied),
                "apart": [{"reason": reason, "records": cell} for reason, cell in apart],
            }
            for facts, apart in report.outcomes
        ],
        "measures": [
            {
                "measure": measure.measure,
                "outcome": measure.outcome,
                "dimension": measure.dimension,
                "group": measure.group,
                "against": measure.against,
                "differs": measure.differs,
                "estimate": measure.estimate,
                "lower": measure.lower,
                "upper": measure.upper,
                "level": measure.level,
                "method": measure.method,
                "n": measure.n,
                "reason_withheld": measure.reason_withheld,
            }
            for measure in report.measures
        ],
        "populations": [
            {
                "dimension": each.dimension,
                "name": each.name,
                "vintage": each.vintage,
                "people": each.people,
                "areas": each.areas,
                "by_sex": each.by_sex,
                "ages_to": each.ages_to,
                "groups": [{"group": group, "people": number} for group, number in each.groups],
                "refused": each.refused,
                "caution": each.caution,
            }
            for each in report.populations
        ],
        "verdicts": [
            {
                "subject": verdict.subject,
                "verdict": verdict.verdict,
                "sentence": verdict.sentence,
                "because": list(verdict.because),
            }
            for verdict in report.verdicts
        ],
        "shapes": {
            code: [{"shape": shape, "records": cell} for shape, cell in shapes]
            for code, shapes in report.shapes.items()
        },
        "notes": list(report.notes),
    }


def _scored(details: Mapping[str, Any]) -> dict[str, Any]:
    score = dqmi_score(details) if details else None
    return {**details, "dqmi_item_score": score} if score is not None else dict(details)


def _with_details(facts: Mapping[str, Any], details: Mapping[str, Any]) -> dict[str, Any]:
    return {**facts, "details": dict(details)} if details else dict(facts)


def watermark(report: Report) -> str | None:
    """What every output of a report that is not for publication says of itself."""
    if report.exact:
        return UNSUPPRESSED
    return INTERNAL if report.internal or report.internal_name else None


def watermark_line(report: Report) -> str | None:
    """The same as a sentence, with who it is for where that was said."""
    mark = watermark(report)
    if mark is None:
        return None
    owner = report.internal_name or ("internal use" if report.exact else "")
    return f"For {owner}: {mark}." if owner else f"F{mark[1:]}."


def _unused(mapping: FieldMapping) -> dict[str, list[str]]:
    return {field: list(columns) for field, columns in mapping.unused.items()}


def _rule(found: ReleasedFinding) -> dict[str, Any]:
    rule = found.rule
    return {
        "code": rule.code,
        "title": rule.title,
        "rule_set": rule.rule_set,
        "severity": rule.severity,
        "unit": rule.unit,
        "outcome": found.outcome,
        "judged": found.judged,
        "failed": found.failed,
        "not_judged": found.not_judged,
        "rate": found.rate,
        "tolerance": found.tolerance,
        "waived": False,
        "why_not_judged": found.why_not_judged,
    }


def _breakdown(table: ReleasedTable) -> dict[str, Any]:
    return {
        "id": table.id,
        "title": table.title,
        "unit": table.unit,
        "outcome": table.outcome,
        "dimensions": list(table.dimensions),
        "rows": [
            {
                **dict(zip(table.dimensions, row.labels, strict=True)),
                "numerator": row.numerator,
                "denominator": row.denominator,
                "value": row.value,
                "lower": row.lower,
                "upper": row.upper,
                "marker": next(
                    (cell.marker for cell in (row.numerator, row.denominator, row.value) if cell.marker), None
                ),
            }
            for row in table.rows
        ],
    }
