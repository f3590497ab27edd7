"""Dates as exports write them → day and month; placeholders are missing (`domain.md` §2.4)."""

from __future__ import annotations

from typing import Any

import pandas as pd

from equity_audit.codelists import missing_tokens

_PLACEHOLDER_YEARS = (1582, 1600, 1800, 1801, 1900, 9999)
_SLASHED = r"\d{2}/\d{2}/\d{4}"
_SHORT = r"\d{1,2}-[A-Z]{3}-\d{2}"  # 00 to 68 are 20xx, 69 to 99 are 19xx, as POSIX has it
_FORMS = (
    (r"\d{4}-\d{2}-\d{2}", "%Y-%m-%d"),
    (_SLASHED, "%d/%m/%Y"),
    (r"\d{8}", "%Y%m%d"),
    (r"\d{1,2}-[A-Z]{3}-\d{4}", "%d-%b-%Y"),
    (_SHORT, "%d-%b-%y"),
)
READ, NOT_READ, NO_DATE = "read", "not read", "no date"


def read_dates(text: pd.Series[Any], *, column: pd.Series[Any] | None = None, born: bool = False) -> pd.Series[Any]:
    """Text → timestamps at midnight; NaT where blank, a placeholder or not a date. British day before month.

    ``column`` is the whole column where ``text`` is a part of it: one that is month first has no slashed date read.
    A year of two digits does not tell when somebody was ``born``.
    """
    day = _days(text)
    result = pd.Series(pd.NaT, index=text.index, dtype="datetime64[s]")
    for pattern, form in _FORMS:
        if pattern == _SHORT and born:
            continue
        matching = day.str.fullmatch(pattern).fillna(False)
        if not matching.any():
            continue
        if pattern == _SLASHED and _is_month_first(day[matching] if column is None else _days(column)):
            continue
        result[matching] = pd.to_datetime(day[matching], format=form, errors="coerce").astype("datetime64[s]")
    return result.mask(result.dt.year.isin(_PLACEHOLDER_YEARS))


def date_states(text: pd.Series[Any], *, born: bool = False) -> pd.Series[Any]:
    """Of each value whether a date was read, could not be, or is none: blank, or a placeholder."""
    tidy = text.astype("str").where(text.notna(), "").str.strip().str.upper()
    years = "|".join(str(year) for year in _PLACEHOLDER_YEARS)
    none = tidy.isin(missing_tokens()) | tidy.str.contains(rf"(?:{years})(?!\d)|^(?:{years})\d{{4}}", regex=True)
    return none.map({True: NO_DATE, False: NOT_READ}).mask(read_dates(text, born=born).notna(), READ)


def month_first(text: pd.Series[Any]) -> bool:
    """Whether the slashed dates of a column put the month first: parts above 12 are mostly second.

    Mostly, since a month 13 that was keyed wrongly must not make a column of American dates a British one.
    """
    return _is_month_first(_days(text))


def _days(text: pd.Series[Any]) -> pd.Series[Any]:
    tidy = text.astype("str").str.strip().str.upper()
    return tidy.str.extract(r"^(\S+?)(?:[T\s].*)?$", expand=False)


def _is_month_first(days: pd.Series[Any]) -> bool:
    slashed = days[days.str.fullmatch(_SLASHED).fillna(False)]
    first, second = slashed.str[:2], slashed.str[3:5]
    return int(second.between("13", "31").sum()) > int(first.between("13", "31").sum())


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
