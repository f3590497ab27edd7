"""Dates as exports write them → day and month; placeholders are missing (`domain.md` §2.4)."""

from __future__ import annotations

from typing import Any

import pandas as pd

_PLACEHOLDER_YEARS = (1582, 1600, 1800, 1801, 1900, 9999)
_FORMS = (
    (r"\d{4}-\d{2}-\d{2}", "%Y-%m-%d"),
    (r"\d{2}/\d{2}/\d{4}", "%d/%m/%Y"),
    (r"\d{8}", "%Y%m%d"),
    (r"\d{1,2}-[A-Z]{3}-\d{4}", "%d-%b-%Y"),
)


def read_dates(text: pd.Series[Any]) -> pd.Series[Any]:
    """Text → timestamps at midnight; NaT where blank, a placeholder or not a date. British day before month."""
    tidy = text.astype("str").str.strip().str.upper()
    day = tidy.str.extract(r"^(\S+?)(?:[T\s].*)?$", expand=False)
    result = pd.Series(pd.NaT, index=text.index, dtype="datetime64[s]")
    for pattern, form in _FORMS:
        matching = day.str.fullmatch(pattern).fillna(False)
        if matching.any():
            result[matching] = pd.to_datetime(day[matching], format=form, errors="coerce").astype("datetime64[s]")
    return result.mask(result.dt.year.isin(_PLACEHOLDER_YEARS))


def is_open_end(text: pd.Series[Any]) -> pd.Series[bool]:
    """Whether an end date means *still open*: blank, or the placeholder 9999-12-31."""
    tidy = text.astype("str").where(text.notna(), "").str.strip()
    return (tidy == "") | tidy.str.contains("9999", regex=False)


def minutes_of_day(text: pd.Series[Any]) -> pd.Series[Any]:
    """Time of day (``HH:MM``, ``HHMM``, with seconds or after a date) → minutes since midnight; NaN if unreadable.

    3000 and 4000 are HES placeholders.
    """
    parts = text.astype("str").str.strip().str.extract(r"(?:^|[T\s])(\d{1,2}):?(\d{2})(?::?\d{2}(?:\.\d+)?)?$")
    hour, minute = (pd.to_numeric(parts[column], errors="coerce") for column in (0, 1))
    return (hour * 60 + minute).where((hour < 24) & (minute < 60))
