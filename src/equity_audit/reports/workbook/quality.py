"""Data quality as table sheets: classes of both fields, ethnic codes, rules, and shapes of unreadable values."""

from __future__ import annotations

from collections.abc import Mapping

from equity_audit.codelists import column_of
from equity_audit.model import Cell, ReleasedFinding, Report
from equity_audit.narrative import ETHNIC_CLASSES, LINK_CLASSES, class_share, completeness_sentences, rules_sentence
from equity_audit.reports.fixes import fix_words
from equity_audit.reports.workbook import notes
from equity_audit.reports.workbook.parts import Column, NoteBook, TableSheet, Value
from equity_audit.reports.workbook.tables import about_lines
from equity_audit.reports.workbook.words import titled

OUTCOMES = {"fail": "Failed", "error": "Stopped with an error", "not_judged": "Not judged", "pass": "Passed"}
SEVERITIES = {"error": "Error", "warning": "Warning", "info": "Information"}
_NONE = Cell(None, "z")
_NATIONAL = {"missing": "no code", "99": "Not known"}


def scores_sheet(report: Report, number: int, book: NoteBook) -> TableSheet | None:
    """Records by class of ethnicity recording and by class of linkage; the classes of a field add up."""
    rows: list[tuple[Value, ...]] = []
    for field, facts, words in (
        ("Ethnic category", report.ethnicity, ETHNIC_CLASSES),
        ("Deprivation linkage", report.deprivation, LINK_CLASSES),
    ):
        for name, cell in facts["classes"].items() if facts else ():
            label = words.get(name, name)
            rows.append((field, label[0].upper() + label[1:], cell, class_share(report, facts, name)))
    if not rows:
        return None
    mark = book.mark(notes.disclosure_note(report))
    return TableSheet(
        tab=f"Table_{number}",
        title=titled(report, f"Table {number}: How well ethnicity and deprivation are recorded, records by class"),
        about=about_lines(
            report, tuple(rows), "Each record is in one class of each field.", *completeness_sentences(report)
        ),
        name="data_quality_classes",
        columns=(
            Column("Field", "text", 26),
            Column("Class of record", "text", 42),
            Column(f"Records (number) {mark}", "count", 20),
            Column("Share of records (%)", "percent", 16),
        ),
        rows=tuple(rows),
    )


def codes_sheet(report: Report, number: int, book: NoteBook) -> TableSheet | None:
    """Records by recorded ethnic category code, code and label apart."""
    counts: Mapping[str, Cell] = report.ethnicity.get("codes", {}) if report.ethnicity else {}
    if not counts:
        return None
    labels, groups = (column_of("ethnic_category_2001", "code", name) for name in ("label", "group_2001"))
    facts = {"classes": counts, "records": report.ethnicity["records"]}
    rows: tuple[tuple[Value, ...], ...] = tuple(
        (code, labels.get(code, code), groups.get(code, "not grouped"), cell, class_share(report, facts, code))
        for code, cell in counts.items()
    )
    return TableSheet(
        tab=f"Table_{number}",
        title=titled(report, f"Table {number}: Records by ethnic category code"),
        about=about_lines(report, rows, "Codes after cleaning. Codes T and W come from general practice lists."),
        name="records_by_ethnic_code",
        columns=(
            Column("Code", "text", 10),
            Column("Ethnic category", "text", 46),
            Column(f"Ethnic group {book.mark(notes.GROUPS)}", "text", 18),
            Column(f"Records (number) {book.mark(notes.disclosure_note(report))}", "count"),
            Column("Share of records (%)", "percent"),
        ),
        rows=rows,
    )


def rules_sheet(report: Report, number: int, book: NoteBook) -> TableSheet | None:
    """Every rule: those that failed first, with what to do."""
    if not report.findings:
        return None
    order = list(OUTCOMES)
    severities = list(SEVERITIES)
    found = sorted(
        report.findings, key=lambda f: (order.index(f.outcome), severities.index(f.rule.severity), f.rule.code)
    )
    rows = tuple(_rule_row(report, finding) for finding in found)
    return TableSheet(
        tab=f"Table_{number}",
        title=titled(report, f"Table {number}: Data-quality rules and how to put right what failed"),
        about=about_lines(
            report, rows, rules_sentence(report), "Rules that failed come first, errors before warnings."
        ),
        name="rules",
        columns=(
            Column("Code", "text", 10),
            Column("Rule", "text", 26),
            Column("Result", "text", 11),
            Column("Severity", "text", 13),
            Column("What is counted", "text", 12),
            Column("What to do", "text", 40),
            Column("Judged (number)", "count", 10),
            Column("Failed (number)", "count", 10),
            Column("Failed (% of judged)", "percent", 12),
            Column(f"Tolerance (%) {book.mark(notes.TOLERANCE)}", "percent", 12),
            Column("Not judged (number)", "count", 10),
        ),
        rows=rows,
    )


def _rule_row(report: Report, found: ReleasedFinding) -> tuple[Value, ...]:
    rule = found.rule
    advice = {
        "fail": fix_words(report, found),
        "pass": "Nothing to do.",
        "not_judged": f"Could not be judged: {found.why_not_judged or 'reason not given'}.",
        "error": "Report this to whoever runs the audit: the rule could not be worked out.",
    }[found.outcome]
    unit = "parts of the extract" if rule.unit == "extract" else rule.unit
    tolerance = Cell(found.tolerance) if found.tolerance is not None else _NONE
    return (
        rule.code, rule.title, OUTCOMES[found.outcome], SEVERITIES[rule.severity], unit, advice,
        found.judged, found.failed, found.rate, tolerance, found.not_judged,
    )  # fmt: skip


def shapes_sheet(report: Report, number: int, book: NoteBook) -> TableSheet | None:
    """The commonest shapes of values that could not be read."""
    titles = {found.rule.code: found.rule.title for found in report.findings}
    rows: tuple[tuple[Value, ...], ...] = tuple(
        (code, titles.get(code, code), shape, cell) for code, shapes in report.shapes.items() for shape, cell in shapes
    )
    if not rows:
        return None
    return TableSheet(
        tab=f"Table_{number}",
        title=titled(report, f"Table {number}: Shapes of values that could not be read"),
        about=about_lines(report, rows, "The five commonest shapes for each rule."),
        name="shapes_of_unreadable_values",
        columns=(
            Column("Rule code", "text", 12),
            Column("Rule", "text", 46),
            Column(f"Shape of the value {book.mark(notes.SHAPES)}", "text", 30),
            Column(f"Records (number) {book.mark(notes.disclosure_note(report))}", "count"),
        ),
        rows=rows,
    )
