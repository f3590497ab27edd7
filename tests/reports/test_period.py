"""The period in a title is that of what was audited: months with few records belong to it, stray dates do not."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace

import pytest

from equity_audit.disclosure.profiles import load_profile
from equity_audit.disclosure.protect import protect
from equity_audit.errors import UsageError
from equity_audit.model import Cell, ReleasedTable, Report, TableRow
from equity_audit.reports import json as document
from equity_audit.reports.reread import read_report
from equity_audit.reports.workbook.words import outside_period, period_of
from reports.samples import sample_audit, sample_report

HIDDEN, NONE = Cell(None, "c"), Cell(None, "z")


def dated(months: Mapping[str, int | None]) -> Report:
    rows = tuple(
        TableRow(
            labels=(month,), numerator=HIDDEN if records is None else Cell(records), denominator=Cell(5000), value=NONE,
            lower=NONE, upper=NONE,
        )
        for month, records in months.items()
    )  # fmt: skip
    table = ReleasedTable(
        id="records_by_month", title="", unit="records", outcome=None, dimensions=("month",), rows=rows
    )
    return replace(sample_report("admitted_care"), tables=(table,))


@pytest.mark.parametrize(
    ("months", "told", "beyond"),
    [
        ({"2024-01": 900, "2024-02": 1000}, "January 2024 to February 2024", ""),
        ({"2023-12": 5, "2024-01": 900, "2024-02": None}, "December 2023 to February 2024", ""),
        (
            {"1962-05": None, "2023-12": None, "2024-01": 900, "2094-01": 20, "Not known": 30},
            "December 2023 to January 2024",
            "Some records are dated as early as May 1962 and as late as January 2094.",
        ),
        ({"2024-01": 900, "2024-02": 0, "2024-03": 800}, "January 2024 to March 2024", ""),
        ({"2024-01": None, "2024-03": None}, "January 2024 to March 2024", ""),
        ({"2024-01": 40, "Not known": 3000}, "January 2024", ""),
        ({}, "audited on 2 January 2026", ""),
    ],
)
def test_the_title_has_the_first_and_last_month_audited(months: Mapping[str, int | None], told: str, beyond: str):
    assert period_of(dated(months)) == told
    assert outside_period(dated(months)) == beyond


def test_a_waiting_list_is_of_the_month_of_its_census():
    assert period_of(sample_report("waiting_list")) == "March 2025"
    again = read_report(document.render(sample_report("waiting_list")))
    assert period_of(again) == "March 2025"


def test_a_month_of_few_pathways_is_not_named():
    audit = replace(sample_audit("waiting_list"), census_months={"2025-02": 9, "2025-03": 2000})
    for profile in ("hes", "none"):
        assert protect(audit, load_profile(profile)).census_months == ("2025-03",)


def test_a_document_with_another_text_for_a_month_is_refused():
    plain = json.loads(document.render(sample_report("waiting_list")))
    plain["run"]["census_months"] = ["=1+1"]
    with pytest.raises(UsageError, match="/run/census_months should be a list of months"):
        read_report(json.dumps(plain).encode())
