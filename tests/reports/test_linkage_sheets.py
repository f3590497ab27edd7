"""Linkage beyond its classes in the workbook: the page's tables, figure by figure, and how unchecked links are told."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

import openpyxl
import pytest

from equity_audit.board import Board
from equity_audit.decode.labels import QUINTILES, linked_words
from equity_audit.model import Cell, Report
from equity_audit.narrative import class_share, completeness_sentences, shown_percent, shown_rate, trust_sentence
from equity_audit.reports.excel import render
from equity_audit.reports.linkagelines import linkage_grids, linkage_lines
from equity_audit.reports.sites import of_sites
from reports.samples import sample_report
from reports.test_html import Page
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


def test_a_boards_sites_narrow_linkage_on_the_page_and_in_the_workbook_alike():
    report = sample_report("admitted_care")
    chosen = ("XQZ02", "XQZ05")
    board = Board(sites=chosen)
    book = openpyxl.load_workbook(BytesIO(render(report, board)))
    for tab, start in (("Table_16", 0), ("Table_27", 0)):
        sheet = book[tab]
        rows = list(sheet[next(iter(sheet.tables.values())).ref])
        assert tuple(row[start].value for row in rows[1:]) == chosen, tab
    page = Page(report, board)
    assert [line[0] for line in page.tables["Linkage by site, of what could be linked"][1:]] == list(chosen)
    elsewhere = {"XQZ01", "XQZ03", "XQZ04", "XQZ12"}
    told = " ".join(str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row)
    assert not {site for site in elsewhere if site in told or site in page.text}


def test_the_site_linked_least_is_named_only_if_the_board_asked_for_it():
    report = sample_report("admitted_care")
    assert "XQZ05" in " ".join(linkage_lines(report))
    assert "linked least where the site" not in " ".join(linkage_lines(of_sites(report, ("XQZ01", "XQZ02"))))


def test_a_route_or_a_spread_without_a_figure_is_left_out():
    report = sample_report("admitted_care")
    details = dict(report.deprivation_details)
    spread = next(grid for grid in linkage_grids(report) if grid.name == "linkage-by-site")
    for at, shares in enumerate(spread.shares):
        assert shares or any(row[at].value is not None for row in spread.cells), spread.columns[at + 1]
    details["linked_by_site"] = dict.fromkeys(details["linked_by_site"], Cell(0))
    nowhere = replace(report, deprivation_details=details)
    assert "linkage-by-site" not in {grid.name for grid in linkage_grids(nowhere)}


def test_linked_of_all_records_is_one_number():
    report = sample_report("emergency_care")
    told = shown_percent(class_share(report, report.deprivation, "linked").value)
    assert f"{told} of all records" in " ".join(linkage_lines(report))
    assert any(f"{told} of records" in sentence for sentence in completeness_sentences(report))
