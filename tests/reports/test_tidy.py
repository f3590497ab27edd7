"""The long table: every figure once, markers apart, numbers as numbers, text that no spreadsheet runs."""

from __future__ import annotations

import csv
import io
import json

import pytest

from equity_audit.reports import write_reports
from equity_audit.reports.inert import cell_text
from equity_audit.reports.tidy import COLUMNS, describe, render
from reports.made_up import made_up_report
from reports.samples import NAMES, hostile_report, sample_report

NUMBERS = ("numerator", "denominator", "value", "lower", "upper")


def rows_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode(), newline="")))


@pytest.mark.parametrize("name", NAMES)
def test_every_released_cell_is_there_once(name: str):
    report = sample_report(name)
    rows = rows_of(render(report))
    counted = sum(len(table.rows) for table in report.tables) + len(report.measures) + len(report.findings)
    counted += sum(len(facts["classes"]) for facts in (report.ethnicity, report.deprivation))
    counted += len(report.ethnicity_details.get("months", ()))
    assert len(rows) == counted
    names = ("measure", "outcome", "unit", "dimension", "group", "dimension_2", "group_2", "against")
    keys = [tuple(row[name] for name in names) for row in rows]
    assert len(set(keys)) == len(keys)


def test_numbers_are_numbers_and_a_blank_has_its_marker():
    for row in rows_of(render(sample_report("admitted_care"))):
        blanks = [name for name in ("numerator", "denominator", "value") if row[name] == ""]
        assert all(row[name] == "" or float(row[name]) is not None for name in NUMBERS)
        if row["measure"] in ("share", "outcome", "class"):
            assert bool(blanks) == bool(row["marker"]), row


def test_negative_numbers_are_not_guarded():
    values = [
        row["value"] for row in rows_of(render(sample_report("waiting_list"))) if row["measure"] == "risk_difference"
    ]
    assert any(value.startswith("-") for value in values)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(1)", "\t=1", "\r=1", "  =1", "＝1", "－1"])
def test_text_that_a_spreadsheet_would_run_is_guarded(text: str):
    assert cell_text(text).startswith("'")


@pytest.mark.parametrize("text", ["White", "1 (most deprived)", "a=b", "", "0–17"])
def test_other_text_is_left_alone(text: str):
    assert cell_text(text) == text


def test_attacks_are_inert():
    content = render(hostile_report())
    for row in rows_of(content):
        for name, value in row.items():
            if name not in NUMBERS:
                assert not value.startswith(("=", "+", "-", "@", "\t", "\r")), name
                assert all(ord(letter) >= 32 for letter in value)
    assert any(row["group"].startswith("'=HYPERLINK") for row in rows_of(content))


def test_lines_end_as_the_standard_says_and_bytes_are_the_same():
    content = render(made_up_report())
    assert content.count(b"\n") == content.count(b"\r\n")
    assert content == render(made_up_report())


def test_metadata_describes_each_column(tmp_path):
    report = sample_report("outpatients")
    document = json.loads(describe(report, "tidy.csv"))
    header = render(report).decode().partition("\r\n")[0].split(",")
    columns = document["tableSchema"]["columns"]
    assert [column["name"] for column in columns] == header == [name for name, _, _ in COLUMNS]
    assert document["@context"][0] == "http://www.w3.org/ns/csvw" and document["url"] == "tidy.csv"
    assert {column["datatype"] for column in columns if column["name"] in NUMBERS} == {"number"}
    write_reports(report, [tmp_path / "tidy.csv"])
    assert (tmp_path / "tidy.csv").read_bytes() == render(report)
    assert (tmp_path / "tidy.csv-metadata.json").read_bytes() == describe(report, "tidy.csv")


def test_metadata_of_unsuppressed_counts_says_so():
    document = json.loads(describe(made_up_report("none", "x"), "t.csv"))
    told = "For x: contains unsuppressed counts, not for publication. Ethnic groups: Chinese in Other (2001 grouping)."
    assert document["dc:description"] == told
