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

from equity_audit.model import Cell
from equity_audit.narrative import headline_sentences
from equity_audit.reports import excel, markdown, terminal, tidy
from equity_audit.reports import json as document
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
    rows = list(csv.DictReader(io.StringIO(tidy.render(report).decode(), newline="")))
    book = openpyxl.load_workbook(BytesIO(excel.render(report)))
    sheets = {sheet["A1"].value.partition(": ")[2].partition(",")[0]: sheet for sheet in book if sheet.tables}
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        terminal.print_report(report)
    screen = " ".join(printed.getvalue().split())
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
