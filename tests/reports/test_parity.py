"""Each published figure of a breakdown is the same in JSON, CSV, page, workbook, terminal and front sheet."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import re
from io import BytesIO

import openpyxl
import pytest

from equity_audit import narrative
from equity_audit.model import Cell, Report
from equity_audit.narrative import RATES, headline_sentences
from equity_audit.reports import excel, markdown, terminal, tidy
from equity_audit.reports import json as document
from equity_audit.reports.html.measures import POINTS, measure_words
from equity_audit.reports.workbook.words import header_of, month_words
from reports.samples import NAMES, sample_report
from reports.test_html import Page

SHOWN = ("imd_quintile", "ethnic_group")


def told(cell: Cell, *, share: bool = False) -> str:
    if cell.value is None:
        return f"[{cell.marker}]"
    return f"{cell.value:.1%}" if share else f"{cell.value:,}"


@pytest.mark.parametrize("name", NAMES)
def test_figures_are_the_same_everywhere(name: str):
    report = sample_report(name)
    page, result = Page(report), json.loads(document.render(report))
    rows, screen, sheets = csv_rows(report), printed(report), sheets_of(report)
    book = openpyxl.load_workbook(BytesIO(excel.render(report)))
    compared = 0
    for table, in_json in zip(report.tables, result["breakdowns"], strict=True):
        in_csv = [row for row in rows if matches(row, table)]
        assert len(in_csv) == len(table.rows) == len(in_json["rows"])
        for row, plain, long in zip(table.rows, in_json["rows"], in_csv, strict=True):
            for figure in ("numerator", "denominator", "value", "lower", "upper"):
                value = getattr(row, figure).value
                assert plain[figure] == value
                assert (float(long[figure]) if long[figure] else None) == value
        if table.outcome and table.dimensions[0] in SHOWN and len(table.dimensions) == 1:
            label = next(facts.label for facts, _ in report.outcomes if facts.name == table.outcome)
            what = {"imd_quintile": "IMD quintile", "ethnic_group": "ethnic group"}[table.dimensions[0]]
            cells = page.tables[f"{label} by {what}"]
            in_sheet = figures_of(sheets[f"{label} by {what}"], label)
            for row in table.rows:
                line = next(line for line in cells if line[0] == row.labels[0])
                wanted = [told(row.numerator), told(row.denominator), told(row.value, share=True)]
                start = cells[0].index(label)
                assert line[start : start + 3] == wanted
                for cell, value in zip(
                    (row.numerator, row.denominator, row.value), in_sheet[row.labels[0]], strict=True
                ):
                    assert value == (cell.value if cell.value is not None else f"[{cell.marker}]")
                if row.value.value is not None:
                    assert wanted[2] in screen
                compared += 1
    assert compared >= 15
    for sentence in headline_sentences(report):
        assert " ".join(sentence.split()) in page.text
        assert sentence in re.sub(r"\\(.)", r"\1", markdown.render(report).decode())
        assert any(sentence == cell for row in book["Cover"].iter_rows(values_only=True) for cell in row)


@pytest.mark.parametrize("name", NAMES)
def test_measures_are_the_same_everywhere(name: str):
    report = sample_report(name)
    page, result, rows, titled = Page(report), json.loads(document.render(report)), csv_rows(report), sheets_of(report)
    in_csv = [row for row in rows if row["method"] and not row["measure"].startswith("rule_")]
    points = data_of(titled["Gaps"], 5, 8)
    ratios = data_of(titled["Ratios and tests of each comparison"], 5, 8)
    labels = {facts.name: facts.label for facts, _ in report.outcomes}
    assert len(report.measures) == len(result["measures"]) == len(in_csv) > 40
    compared = 0
    for found, plain, long in zip(report.measures, result["measures"], in_csv, strict=True):
        ends = (found.estimate, found.lower, found.upper)
        assert (plain["estimate"], plain["lower"], plain["upper"]) == ends
        assert tuple(float(long[key]) if long[key] else None for key in ("value", "lower", "upper")) == ends
        if found.measure in RATES:
            continue
        by = {"imd_quintile": "deprivation", "ethnic_group": "ethnic group"}[found.dimension]
        against = f" against {found.against}" if found.against not in (None, "rest") else ""
        words = measure_words(found.measure)
        in_page = page.tables[f"{labels[found.outcome]}: everything measured by {by}"]
        write = narrative.points if found.measure in POINTS else "{:.2f}".format
        line = [
            words,
            f"{found.group or 'all'}{against}",
            write(found.estimate) if found.estimate is not None else "[z]",
        ]
        assert line in [cells[:3] for cells in in_page]
        key = (labels[found.outcome], header_of(found.dimension), words, f"{found.group or 'All groups'}{against}")
        for value, shown in zip(ends, (points if found.measure in POINTS else ratios)[key], strict=True):
            if value is None:
                assert shown in ("[x]", "[z]")
            elif shown == "[low]":
                assert abs(value) < 0.005
            else:
                whole, near = (100 * value, 0.05) if found.measure in POINTS else (value, 1e-6)
                assert shown == pytest.approx(whole, abs=near)
        compared += 1
    assert compared > 40


@pytest.mark.parametrize("name", NAMES)
def test_completeness_is_the_same_everywhere(name: str):
    report = sample_report(name)
    page, result, rows, titled = Page(report), json.loads(document.render(report)), csv_rows(report), sheets_of(report)
    in_page = {
        line[0]: line[1:] for line in page.tables["How well ethnicity and deprivation are recorded, records by class"]
    }
    in_sheet = data_of(titled["How well ethnicity and deprivation are recorded"], 2, 4)
    screen = printed(report)
    compared = 0
    for subject, field, facts, words in (
        ("ethnicity", "Ethnic category", report.ethnicity, narrative.ETHNIC_CLASSES),
        ("deprivation", "Deprivation linkage", report.deprivation, narrative.LINK_CLASSES),
    ):
        for key, cell in facts["classes"].items():
            share = narrative.class_share(report, facts, key)
            assert result[subject]["classes"][key] == cell.value
            long = next(
                row
                for row in rows
                if row["measure"] == "class" and row["group_code"] == key and row["group"] == words[key]
            )
            assert long["value"] == ("" if share.value is None else str(share.value))
            label = words[key][0].upper() + words[key][1:]
            assert in_sheet[field, label] == tuple(
                f"[{c.marker}]" if c.value is None else c.value for c in (cell, share)
            )
            if cell.value != 0:
                assert in_page[f"{field}: {words[key]}"] == [told(cell), told(share, share=True)]
            if cell.value:
                assert f" {cell.value:,} " in screen
            compared += 1
    assert compared > 10


@pytest.mark.parametrize("name", ["admitted_care", "emergency_care", "outpatients"])
def test_recording_by_month_is_the_same_everywhere(name: str):
    report = sample_report(name)
    page, result, rows, titled = Page(report), json.loads(document.render(report)), csv_rows(report), sheets_of(report)
    in_page = {line[0]: line[1:4] for line in page.tables["Records with a usable ethnic group by month"]}
    in_sheet = data_of(titled["Records with a usable ethnic group by month"], 2, 5, labels=1)
    in_csv = {row["group"]: row for row in rows if row["measure"] == "usable_ethnic_group"}
    months = result["ethnicity"]["details"]["months"]
    assert len(months) >= 13
    for month in months:
        label = month_words(month["month"])
        figures = (month["numerator"], month["denominator"], month["share"])
        assert in_sheet[label,] == figures
        assert in_page[label] == [f"{figures[0]:,}", f"{figures[1]:,}", f"{figures[2]:.1%}"]
        long = in_csv[month["month"]]
        assert (float(long["numerator"]), float(long["denominator"]), float(long["value"])) == figures


def csv_rows(report: Report) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(tidy.render(report).decode(), newline="")))


def sheets_of(report: Report) -> dict[str, object]:
    """Table sheets by what their title says first."""
    book = openpyxl.load_workbook(BytesIO(excel.render(report)))
    return {sheet["A1"].value.partition(": ")[2].partition(",")[0]: sheet for sheet in book if sheet.tables}


def data_of(
    sheet: object, start: int, end: int, *, labels: int | None = None
) -> dict[tuple[str, ...], tuple[object, ...]]:
    """Cells of some columns of a sheet, by the labels before them."""
    lines = [line for line in sheet.iter_rows(values_only=True) if line[1] is not None]
    many = labels or min(start, 4)
    return {line[:many]: line[start:end] for line in lines[1:]}


def printed(report: Report) -> str:
    text = io.StringIO()
    with contextlib.redirect_stdout(text):
        terminal.print_report(report)
    return " ".join(text.getvalue().split())


def figures_of(sheet: object, label: str) -> dict[str, list[object]]:
    """Numerator, denominator and share by row label, found by their headers."""
    lines = list(sheet.iter_rows(values_only=True))
    top = next(place for place, line in enumerate(lines) if line[1] is not None)
    starts = (f"{label} (", "All counted", "Share of")
    columns = [next(n for n, head in enumerate(lines[top]) if str(head).startswith(start)) for start in starts]
    return {line[0]: [line[column] for column in columns] for line in lines[top + 1 :]}


def matches(row: dict[str, str], table: object) -> bool:
    dimensions = (row["dimension"], row["dimension_2"])[: 2 if row["dimension_2"] else 1]
    return (
        row["measure"] == ("outcome" if table.outcome else "share")
        and row["outcome"] == (table.outcome or "")
        and row["unit"] == table.unit
        and dimensions == table.dimensions
    )
