"""Linkage beyond its classes in the workbook: the page's tables, figure by figure, and how unchecked links are told."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

import openpyxl
import pytest

from equity_audit.decode.labels import QUINTILES, linked_words
from equity_audit.model import Cell, Report
from equity_audit.narrative import completeness_sentences, shown_rate, trust_sentence
from equity_audit.reports.excel import render
from equity_audit.reports.linkagelines import linkage_grids
from reports.samples import sample_report
from reports.workbook_lint import lint

TABS = {
    "supplied-scale": "Table_14", "linkage-by-ethnic-group": "Table_15", "linkage-by-site": "Table_16",
    "linkage-by-month": "Table_17", "edition-effect": "Table_18",
}  # fmt: skip


def with_another_edition() -> Report:
    report = sample_report("admitted_care")
    pairs = {f"{first} → {second}": Cell(10 * place) for place, first in enumerate(QUINTILES) for second in QUINTILES}
    pairs[f"{QUINTILES[1]} → {QUINTILES[0]}"] = Cell(None, "c")
    words = {**report.deprivation_details["words"], "compared_edition": "other"}
    return replace(report, deprivation_details={**report.deprivation_details, "words": words, "edition_effect": pairs})


def test_every_table_of_linkage_is_a_sheet_with_the_same_figures():
    report = with_another_edition()
    content = render(report)
    assert lint(content) == set()
    book = openpyxl.load_workbook(BytesIO(content))
    grids = list(linkage_grids(report))
    assert {grid.name for grid in grids} == set(TABS)
    for grid in grids:
        sheet = book[TABS[grid.name]]
        assert grid.title in sheet["A1"].value
        rows = list(sheet[next(iter(sheet.tables.values())).ref])
        assert len(rows) == len(grid.rows) + 1
        for row, shown in zip(rows[1:], grid.rows, strict=True):
            for cell, told, share in zip(row[1:], shown[1:], grid.shares, strict=True):
                value = cell.value
                assert (value if isinstance(value, str) else f"{value:.1%}" if share else f"{value:,}") == told
    assert [name for name in book.sheetnames if name in TABS.values()] == sorted(TABS.values())


def test_links_by_supplied_values_alone_are_said_to_be_unchecked():
    told = " by supplied deciles or quintiles that could not be checked"
    report = sample_report("admitted_care")
    assert told not in " ".join([*completeness_sentences(report), trust_sentence(report)])
    routes = {"lsoa": Cell(0), "bridged": Cell(0), "postcode": Cell(0), "supplied": Cell(3560)}
    alone = replace(report, deprivation={**report.deprivation, "routes": routes})
    assert f"are linked to an IMD quintile{told}" in completeness_sentences(alone)[1]
    assert f"are linked to an IMD quintile{told}." in trust_sentence(alone)


@pytest.mark.parametrize(
    ("routes", "unchecked"),
    [
        ({}, False),
        ({"lsoa": Cell(0), "supplied": Cell(0)}, False),
        ({"lsoa": Cell(0), "supplied": Cell(None, "c")}, True),
        ({"lsoa": Cell(None, "c"), "supplied": Cell(500)}, False),
    ],
)
def test_a_hidden_count_of_looked_up_links_may_be_some(routes: dict[str, Cell], unchecked: bool):
    assert linked_words(routes).endswith("checked") is unchecked


@pytest.mark.parametrize(
    ("rate", "told"), [(0.0, "0.0"), (0.03, "[low]"), (0.06, "0.1"), (1234.56, "1,234.6"), (3.7, "3.7")]
)
def test_only_a_true_zero_is_a_rate_of_zero(rate: float, told: str):
    assert shown_rate(rate) == told
