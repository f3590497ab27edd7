"""Age in years → five-year bands to 90+, 15–19 split at 18, and the bands that are shown."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from equity_audit.decode.numbers import whole_numbers

BANDS = (
    "0-4", "5-9", "10-14", "15-17", "18-19", "20-24", "25-29", "30-34", "35-39", "40-44", "45-49", "50-54", "55-59",
    "60-64", "65-69", "70-74", "75-79", "80-84", "85-89", "90+",
)  # fmt: skip
SHOWN = ("0 to 17", "18 to 39", "40 to 64", "65 to 79", "80 and over", "Not known")
_STARTS = np.array([0, 5, 10, 15, 18, 20, 25, 30, 35, 40, 45, 50, 55, 60, 65, 70, 75, 80, 85, 90])
_SHOWN_FROM = np.array([0, 18, 40, 65, 80])
OLDEST = 120


def age_in_years(text: pd.Series[Any]) -> pd.Series[Any]:
    """Text → completed years; HES 7001 to 7007 (days and months) are 0; NaN where blank or impossible."""
    years: pd.Series[Any] = pd.to_numeric(text.astype("str").str.strip(), errors="coerce")
    # STARTAGE_CALC carries fractions of a year.
    years = years.where(~whole_numbers(text).between(7001, 7007), 0) // 1
    return years.where(years.between(0, OLDEST))


def band_codes(years: pd.Series[Any]) -> pd.Series[Any]:
    """Position in `BANDS`; one past the end where age is not known."""
    return _position(years, _STARTS, len(BANDS))


def shown_codes(years: pd.Series[Any]) -> pd.Series[Any]:
    """Position in `SHOWN`, the last for age not known."""
    return _position(years, _SHOWN_FROM, len(SHOWN) - 1)


def _position(years: pd.Series[Any], starts: Any, unknown: int) -> pd.Series[Any]:
    known = years.fillna(0).to_numpy()
    found = np.searchsorted(starts, known, side="right") - 1
    return pd.Series(np.where(years.isna(), unknown, found), index=years.index).astype("int16")


def years_between(born: pd.Series[Any], day: pd.Series[Any]) -> pd.Series[Any]:
    """Completed years from date of birth to a day; NaN where either is not known or the order is wrong."""
    not_yet = (day.dt.month * 100 + day.dt.day) < (born.dt.month * 100 + born.dt.day)
    years: pd.Series[Any] = (day.dt.year - born.dt.year - not_yet).astype("float64")
    return years.where(years.between(0, OLDEST))
