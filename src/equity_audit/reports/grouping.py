"""Where Chinese people are counted: said in every output, since figures of two groupings cannot be compared."""

from __future__ import annotations

from equity_audit.model import Report

_PLACE = {"2001": "Other", "2021": "Asian"}


def grouping_words(report: Report) -> str:
    """The ethnic grouping in one short clause."""
    grouping = report.run.ethnic_grouping
    return f"Chinese in {_PLACE.get(grouping, 'its own group')} ({grouping} grouping)"
