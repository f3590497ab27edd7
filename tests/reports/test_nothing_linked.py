"""Where no record is linked, one sentence says so and why; no output prints five quintiles of zero."""

from __future__ import annotations

import contextlib
import io
import json

import openpyxl
import pytest

from equity_audit.disclosure.profiles import load_profile
from equity_audit.disclosure.protect import protect
from equity_audit.model import Report
from equity_audit.narrative import unlinked_sentence
from equity_audit.reports import excel, terminal
from equity_audit.reports import json as document
from equity_audit.reports.statement import rows_of_statement
from reports.samples import UNLINKED, sample_audit, sample_report
from reports.test_html import Page

FIRST = "1 (most deprived)"


@pytest.fixture(params=["hes", "none"])
def report(request: pytest.FixtureRequest) -> Report:
    return protect(sample_audit(UNLINKED), load_profile(request.param), internal_name="the board")


def test_the_sentence_says_why(report: Report):
    assert unlinked_sentence(report).startswith("No record is linked to an IMD quintile: ")
    assert "% area code of other boundaries" in unlinked_sentence(report)
    assert unlinked_sentence(sample_report("admitted_care")) == ""


def test_the_terminal_says_it_in_place_of_empty_rows(report: Report):
    text = io.StringIO()
    with contextlib.redirect_stdout(text):
        terminal.print_report(report)
    printed = " ".join(text.getvalue().split())
    assert unlinked_sentence(report) in printed
    assert FIRST not in printed
    assert "Records by ethnic group and IMD quintile" not in printed


def test_the_page_says_it_in_place_of_empty_rows(report: Report):
    page = Page(report)
    assert unlinked_sentence(report) in page.texts
    assert page.tables and not any(FIRST in row for rows in page.tables.values() for row in rows)


def test_the_workbook_says_it_in_place_of_empty_rows(report: Report):
    book = openpyxl.load_workbook(io.BytesIO(excel.render(report)))
    cells = {sheet.title: {cell.value for row in sheet.iter_rows() for cell in row} for sheet in book}
    assert unlinked_sentence(report) in cells["Table_1"]
    assert [name for name, values in cells.items() if FIRST in values] == []
    # Table 1 says it; no further table by quintile says it again.
    assert [name for name, values in cells.items() if "not linked" in values] == ["Table_1"]


def test_the_statement_is_not_given_by_deprivation(report: Report):
    given = [each for each in rows_of_statement(report) if each.outcome]
    assert given
    for each in given:
        assert "imd_quintile" not in each.tables
        assert "not by deprivation: no record is linked to an IMD quintile" in each.status


def test_the_document_keeps_every_row(report: Report):
    tables = {table["id"]: table["rows"] for table in json.loads(document.render(report))["breakdowns"]}
    assert [row["numerator"] for row in tables["records_by_imd_quintile"]][:5] == [0] * 5
