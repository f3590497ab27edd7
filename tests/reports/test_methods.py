"""People read how a figure was worked out in words; codes stay in the document and the tidy file, which explains them."""

from __future__ import annotations

import csv
import io
import json

import openpyxl
import pytest

from conftest import REPOSITORY
from equity_audit.narrative import METHODS, RATES, method_words
from equity_audit.reports import excel, html, tidy
from equity_audit.reports import json as document
from reports.samples import NAMES, sample_report

CODES = {code for code, words in METHODS.items() if code.lower() != words.lower()}
# Told in words already.
WORDED = "1 = quintiles 2 to 4 lie between 1 and 5"
GLOSSARY = (REPOSITORY / "GLOSSARY.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_every_method_has_words(name: str):
    measures = [each for each in sample_report(name).measures if each.measure not in RATES]
    assert measures
    for measure in measures:
        assert (
            measure.method == WORDED
            or measure.method.removesuffix(" covered").rpartition(", ")[0] in METHODS
            or (measure.method in METHODS)
        ), measure.method


def test_how_much_of_an_extract_can_be_compared_is_told():
    measures = sample_report("admitted_care").measures
    found = next(each for each in measures if each.method.endswith("% covered") and not each.reason_withheld)
    share = found.method.split()[-2]
    assert method_words(found) == (
        f"Directly standardised to all records of this extract; {share} of them can be compared like with like"
    )


def test_workbook_and_page_have_the_words_and_no_code():
    report = sample_report("admitted_care")
    book = openpyxl.load_workbook(io.BytesIO(excel.render(report)))
    cells = {cell.value for tab in ("Table_11", "Table_12") for row in book[tab].iter_rows() for cell in row}
    assert {"Newcombe's score interval", "Bounds, whatever the uncoded records are"} <= cells
    assert not cells & CODES
    assert any(
        "by the method that the row names" in str(cell.value) for row in book["Notes"].iter_rows() for cell in row
    )
    assert not any(isinstance(cell, str) and "own denominators" in cell for cell in cells)
    page = html.render(report).decode()
    assert not any(f"<td>{code}</td>" in page for code in CODES)


def test_document_and_tidy_file_keep_the_codes():
    report = sample_report("admitted_care")
    assert "newcombe" in {each["method"] for each in json.loads(document.render(report))["measures"]}
    assert "newcombe" in {row["method"] for row in csv.DictReader(io.StringIO(tidy.render(report).decode()))}
    columns = json.loads(tidy.describe(report, "tidy.csv"))["tableSchema"]["columns"]
    told = next(each["dc:description"] for each in columns if each["name"] == "method")
    assert "newcombe: Newcombe's score interval" in told


@pytest.mark.parametrize(
    "term", ["Newcombe's score interval", "Delta method", "Benjamini–Hochberg adjustment", "Γ (gamma)", "Bounds"]
)
def test_the_words_are_in_the_glossary(term: str):
    assert f"| **{term}** |" in GLOSSARY
