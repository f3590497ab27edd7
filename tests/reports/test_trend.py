"""Control charts in words: gaps are not joined, signals are told plainly, and page and workbook draw the same points."""

from __future__ import annotations

from dataclasses import replace

import pytest

from equity_audit.model import Cell, Report
from equity_audit.reports import html, trend
from reports.made_up import made_up_report
from reports.samples import sample_report
from reports.test_html import Page

KEYS = tuple(f"{2024 + number // 12}-{number % 12 + 1:02}" for number in range(20))
UNSTEADY = [0.5, 0.54] * 6
STEADY = [0.5 + 0.01 * (number % 2) for number in range(14)]


def with_months(shares: list[float], report: Report | None = None) -> Report:
    """A report whose ethnicity recording by month is as given, of 400 records each."""
    rows = [
        {
            "month": key, "numerator": Cell(round(400 * share)), "denominator": Cell(400), "share": Cell(share),
            "lower": Cell(max(share - 0.04, 0)), "upper": Cell(min(share + 0.04, 1)),
        }
        for key, share in zip(KEYS, shares, strict=False)
    ]  # fmt: skip
    return replace(report or made_up_report(), ethnicity_details={"months": rows})


def test_months_with_a_gap_are_not_joined():
    months = [(f"2024-{n:02}", 1.0) for n in range(1, 13)] + [(f"2025-{n:02}", 1.0) for n in range(2, 12)]
    assert [key for key, _ in trend.longest_run(months)] == [key for key, _ in months[:12]]
    hidden = [(key, None if key == "2024-03" else value) for key, value in months]
    assert [key for key, _ in trend.longest_run(hidden)] == [f"2025-{n:02}" for n in range(2, 12)]
    assert trend.longest_run([("Not known", 3.0)]) == []


@pytest.mark.parametrize(
    ("values", "direction", "title", "told"),
    [
        ([*STEADY, 0.9], "decrease", "Waits: a clear rise",
         "the latest month is above the upper limit of what we expect (special cause: concerning)."),
        ([*STEADY, 0.1], "decrease", "Waits: a clear fall",
         "the latest month is below the lower limit of what we expect (special cause: improving)."),
        ([*STEADY[:12], *(0.5051 + 0.0001 * n for n in range(7))], "increase", "Waits: a clear rise",
         "seven months in a row were each higher than the one before (special cause: improving)."),
        ([*UNSTEADY, *[0.53, 0.535] * 4], "neutral", "Waits: a clear rise",
         "the last 9 months are all above the average (special cause: high)."),
        ([*UNSTEADY, 0.52, 0.6, 0.6], "increase", "Waits: a clear rise",
         "two of the last three months are close to the upper limit of what we expect (special cause: improving)."),
        (STEADY, "increase", "Waits: no clear change lately", "the movement is what we expect from month to month."),
    ],
)  # fmt: skip
def test_a_signal_is_told_in_words(values: list[float], direction: str, title: str, told: str):
    found = trend.trend_of(zip(KEYS, values, strict=False), "Waits", direction)
    assert found is not None
    assert (found.title, found.sentence) == (title, f"{title}; {told}")


def test_earlier_signals_are_named_and_the_share_wanted_is_compared():
    values = [*UNSTEADY[:5], 0.7, *UNSTEADY, 0.5]
    found = trend.trend_of(zip(KEYS, values, strict=False), "Waits", "increase", target=0.8)
    assert found is not None
    assert "Months that stood out earlier: Jun 2024." in found.sentence
    assert found.sentence.endswith("The latest month does not yet meet the 80% that would be enough.")
    met = trend.trend_of(zip(KEYS, values, strict=False), "Waits", "increase", target=0.3)
    assert met is not None and met.sentence.endswith("The latest month meets the 30% that would be enough.")


def test_a_year_is_drawn_and_said_to_be_short_without_a_warning():
    assert trend.trend_of(zip(KEYS, STEADY[:11], strict=False), "Waits", "increase") is None
    found = trend.trend_of(zip(KEYS, STEADY[:12], strict=False), "Waits", "increase")
    assert found is not None and found.limits_note.endswith("Fewer than 13 months: the limits may still move.")
    longer = trend.trend_of(zip(KEYS, STEADY[:13], strict=False), "Waits", "increase")
    assert longer is not None and "Fewer" not in longer.limits_note


def test_recording_of_ethnicity_is_drawn_with_its_figures_after_it():
    page = Page(sample_report("admitted_care"))
    table = page.tables["Records with a usable ethnic group by month"]
    assert table[12] == ["September 2024", "120", "200", "60.0%", "53.1% to 66.5%", "Special cause: concerning"]
    text = page.bytes.decode()
    assert text.index('id="recording-wide-title"') < text.index('id="caption-recording-by-month"')
    assert "Ethnicity recording: no clear change lately" in page.text
    assert "Months that stood out earlier: Sep 2024." in page.text


def test_recording_that_rises_is_the_title():
    page = html.render(with_months([*STEADY, 0.9])).decode()
    assert "Ethnicity recording: a clear rise; the latest month is above the upper limit of what we expect" in page
    assert "Target 90.0%" in page
