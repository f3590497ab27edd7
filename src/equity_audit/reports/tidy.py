"""Every published figure in long form, one a row, for Power BI and R; and the CSVW file that says what the columns are.

A hidden figure is blank and its marker has a column of its own. Shares are proportions.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence

from equity_audit.model import Cell, ReleasedMeasure, ReleasedTable, Report, TableRow
from equity_audit.narrative import ETHNIC_CLASSES, LINK_CLASSES, METHODS, SHORTHAND, class_share
from equity_audit.reports.grouping import grouping_words
from equity_audit.reports.inert import cell_text
from equity_audit.reports.json import watermark_line
from equity_audit.reports.trend import recorded_months
from equity_audit.reports.workbook.words import period_of

# Name, title and datatype of each column, in order.
COLUMNS = (
    ("measure", "What the value is: share, outcome, class, usable_ethnic_group, rule, or a summary measure", "string"),
    ("outcome", "Outcome, where the row is of one", "string"),
    ("unit", "What is counted", "string"),
    ("dimension", "Dimension of the group", "string"),
    ("group_code", "Code of the group: its first word for quintiles, else as shown", "string"),
    ("group", "Group", "string"),
    ("dimension_2", "Second dimension of a cross-table", "string"),
    ("group_2", "Group of the second dimension", "string"),
    ("against", "Group that a comparison is against", "string"),
    ("numerator", "Numerator", "number"),
    ("denominator", "Denominator", "number"),
    ("value", "Value; shares are proportions", "number"),
    ("lower", "Lower end of the interval", "number"),
    ("upper", "Upper end of the interval", "number"),
    ("marker", "Why a figure is blank: " + "; ".join(f"{key} {words}" for key, words in SHORTHAND.items()), "string"),
    (
        "method",
        "Method of a summary measure, or why it is withheld. "
        + "; ".join(f"{code}: {words}" for code, words in METHODS.items() if code.lower() != words.lower()),
        "string",
    ),
    ("verdict", "How far the comparison can be trusted: act, care, do_not_use", "string"),
    ("period", "Month of the row, else the period of the extract", "string"),
    ("run_id", "Run that made the row", "string"),
)
_SUBJECTS = {"imd_quintile": "deprivation", "ethnic_group": "ethnicity"}
Row = dict[str, object]


def render(report: Report) -> bytes:
    """The figures as UTF-8 CSV with CRLF line ends."""
    text = io.StringIO(newline="")
    names = [name for name, _, _ in COLUMNS]
    writer = csv.DictWriter(text, names, restval="", lineterminator="\r\n")
    writer.writeheader()
    period = period_of(report)
    verdicts = {verdict.subject: verdict.verdict for verdict in report.verdicts}
    for row in (
        *_tables(report, verdicts),
        *_measures(report, verdicts),
        *_classes(report),
        *_recording(report),
        *_rules(report),
    ):
        full = {"period": period, "run_id": report.run.id, **row}
        writer.writerow({name: cell_text(value) if isinstance(value, str) else value for name, value in full.items()})
    return text.getvalue().encode()


def describe(report: Report, name: str) -> bytes:
    """Metadata of the CSV called ``name``, after the W3C's CSV on the Web."""
    document = {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "en-GB"}],
        "url": name,
        "dc:title": f"Equity audit: {report.run.label}",
        "dc:description": (watermark_line(report) or f"Released under disclosure profile {report.profile}.")
        + f" Ethnic groups: {grouping_words(report)}.",
        "dc:source": f"equity-audit {report.run.version}, run {report.run.id}",
        "dialect": {"header": True, "encoding": "utf-8", "lineTerminators": ["\r\n"]},
        "tableSchema": {
            "columns": [
                {"name": column, "titles": column, "dc:description": title, "datatype": kind, "null": ""}
                for column, title, kind in COLUMNS
            ]
        },
    }
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()


def _tables(report: Report, verdicts: Mapping[str, str]) -> Iterable[Row]:
    for table in report.tables:
        for row in table.rows:
            yield {
                "measure": "outcome" if table.outcome else "share",
                "outcome": table.outcome or "",
                "unit": table.unit,
                **_groups(table, row),
                **_figures(row.numerator, row.denominator, row.value, row.lower, row.upper),
                "verdict": verdicts.get(table.id, _subject_verdict(table.dimensions, verdicts)),
            }


def _groups(table: ReleasedTable, row: TableRow) -> Row:
    first, label = table.dimensions[0], row.labels[0]
    found: Row = {"dimension": first, "group": label, "group_code": label[0] if label[1:2] == " " else label}
    if len(table.dimensions) > 1:
        found |= {"dimension_2": table.dimensions[1], "group_2": row.labels[1]}
    if "month" in table.dimensions:
        found["period"] = row.labels[table.dimensions.index("month")]
    return found


def _subject_verdict(dimensions: Sequence[str], verdicts: Mapping[str, str]) -> str:
    return verdicts.get(_SUBJECTS.get(dimensions[0], ""), "") if len(dimensions) == 1 else ""


def _measures(report: Report, verdicts: Mapping[str, str]) -> Iterable[Row]:
    for measure in report.measures:
        yield {
            "measure": measure.measure,
            "outcome": measure.outcome,
            "dimension": measure.dimension,
            "group": measure.group or "",
            "against": measure.against or "",
            "denominator": _number(measure.n),
            **{name: _blank(getattr(measure, source)) for name, source in _ENDS},
            "marker": _why_blank(measure),
            "method": measure.reason_withheld or measure.method,
            "verdict": verdicts.get(f"{measure.outcome}_by_{measure.dimension}", ""),
        }


_ENDS = (("value", "estimate"), ("lower", "lower"), ("upper", "upper"))


def _why_blank(measure: ReleasedMeasure) -> str:
    return "x" if measure.estimate is None else ""


def _classes(report: Report) -> Iterable[Row]:
    for dimension, facts, words in (
        ("ethnic_class", report.ethnicity, ETHNIC_CLASSES),
        ("link_class", report.deprivation, LINK_CLASSES),
    ):
        for name, cell in facts["classes"].items() if facts else ():
            found = class_share(report, facts, name)
            yield {
                "measure": "class", "unit": "records", "dimension": dimension, "group_code": name,
                "group": words.get(name, name), **_figures(cell, facts["records"], found),
            }  # fmt: skip


def _recording(report: Report) -> Iterable[Row]:
    """How completely ethnicity is recorded, month by month."""
    for month, row in recorded_months(report).items():
        yield {
            "measure": "usable_ethnic_group", "unit": "records", "dimension": "month", "group_code": month, "group": month,
            "period": month, **_figures(row.numerator, row.denominator, row.value, row.lower, row.upper),
        }  # fmt: skip


def _rules(report: Report) -> Iterable[Row]:
    for found in report.findings:
        yield {
            "measure": f"rule_{found.outcome}", "unit": found.rule.unit, "dimension": "rule",
            "group_code": found.rule.code, "group": found.rule.title,
            **_figures(found.failed, found.judged, found.rate), "method": found.why_not_judged or "",
        }  # fmt: skip


def _figures(
    numerator: Cell, denominator: Cell, value: Cell, lower: Cell | None = None, upper: Cell | None = None
) -> Row:
    cells = (numerator, denominator, value, *(end for end in (lower, upper) if end is not None))
    return {
        "numerator": _number(numerator), "denominator": _number(denominator), "value": _number(value),
        "lower": _number(lower), "upper": _number(upper),
        "marker": next((cell.marker for cell in cells if cell.marker), ""),
    }  # fmt: skip


def _number(cell: Cell | None) -> object:
    return _blank(cell.value) if cell is not None else ""


def _blank(number: float | int | None) -> object:
    return "" if number is None else number
