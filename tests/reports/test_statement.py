"""The national statement: every indicator is there, computed or said not to be in the extract."""

from __future__ import annotations

from io import BytesIO

import openpyxl
import pytest

from equity_audit.reports import excel
from equity_audit.reports.statement import NOT_HERE, rows_of_statement
from equity_audit.reports.workbook.words import header_of
from reports.made_up import made_up_report
from reports.samples import sample_report
from reports.test_html import Page

LIST = "Indicators of the national statement on health inequalities (section 13SA)"
FIGURES = "Indicators in this extract by deprivation, ethnicity, age and sex: per cent and 95% interval"


def test_every_indicator_is_told_of_every_extract():
    for report in (made_up_report(), sample_report("waiting_list")):
        indicators = rows_of_statement(report)
        assert len(indicators) == 22
        assert len({each.name for each in indicators}) == 22
        assert all(each.status for each in indicators)
        listed = Page(report).tables[LIST]
        assert [cells[0] for cells in listed[1:]] == [each.name for each in indicators]


def test_figures_are_those_of_the_breakdowns():
    report = sample_report("waiting_list")
    there = [each for each in rows_of_statement(report) if each.outcome]
    assert [each.outcome for each in there] == ["over_18_weeks", "over_52_weeks", "over_65_weeks"]
    assert {each.status for each in there} == {"by deprivation, ethnicity, age, sex"}
    page = Page(report)
    table = page.tables[FIGURES]
    for position, each in enumerate(there, start=2):
        for dimension, released in each.tables.items():
            for row in released.rows:
                wanted = f"{row.value.value:.1%} (" if row.value.value is not None else f"[{row.value.marker}]"
                lines = [cells for cells in table if cells[0] == row.labels[0] and cells[position].startswith(wanted)]
                assert lines, (each.outcome, dimension, row.labels)


def test_share_in_place_of_a_rate_says_so():
    near = {each.outcome: each.status for each in rows_of_statement(sample_report("admitted_care")) if each.near}
    assert "under_18_admission" in near
    assert near["under_18_admission"].startswith("as a share of activity, not a population rate; by ")


@pytest.mark.parametrize("name", ["outpatients"])
def test_extract_without_an_indicator_says_so(name: str):
    assert {each.status for each in rows_of_statement(sample_report(name))} == {NOT_HERE}


def test_the_workbook_has_the_statement_and_its_figures():
    report = sample_report("waiting_list")
    book = openpyxl.load_workbook(BytesIO(excel.render(report)))
    titles = {sheet["A1"].value.partition(": ")[2].partition(", ")[0]: sheet for sheet in book}
    listed = titles["Indicators of the national statement (section 13SA)"]
    named = [row[0] for row in listed.iter_rows(values_only=True) if row[1] and row[2] and row[1] != "Domain"]
    assert named == [each.name for each in rows_of_statement(report)]
    figures = titles["National statement (section 13SA)"]
    shown = {row[:3]: row[3:8] for row in figures.iter_rows(values_only=True)}
    wanted = 0
    for each in rows_of_statement(report):
        for dimension, table in each.tables.items():
            for row in table.rows:
                cells = (row.numerator, row.denominator, row.value, row.lower, row.upper)
                told = tuple(f"[{cell.marker}]" if cell.value is None else cell.value for cell in cells)
                assert shown[each.name, header_of(dimension), row.labels[0]] == told
                wanted += 1
    assert wanted > 60


def test_an_indicator_of_one_age_is_not_told_by_age():
    (near,) = (each for each in rows_of_statement(sample_report("admitted_care")) if each.near)
    assert near.of_age and "age_band" not in near.tables
    assert near.status.endswith("not by age, which is part of the indicator")
    page = Page(sample_report("admitted_care"))
    assert "Admission under 18 by age band (years)" not in page.tables
    assert "Emergency admission by age band (years)" in page.tables
    assert "not rates of a population: Emergency admissions of patients under 18" in page.text
