"""The twelve calendar months in which a patient's records are counted."""

from __future__ import annotations

from typing import Any

import pandas as pd

from equity_audit.decode.dates import read_dates

MONTHS = 12
# A month with fewer records than this share of the middle month holds stray dates, not activity.
FEWEST = 0.1


def twelve_months(tally: pd.DataFrame) -> tuple[pd.Period, pd.Period] | None:
    """First and last month of the window: the last month with activity and the eleven before, as far as there are any.

    ``tally`` has ``activity_date`` and ``records``. None where no date can be read.
    """
    month = read_dates(tally["activity_date"]).dt.to_period("M")
    records = tally["records"].groupby(month).sum()
    active = records[records >= FEWEST * records.median()].index
    if active.empty:
        return None
    last = active.max()
    return max(last - (MONTHS - 1), active.min()), last


def outside_window(tally: pd.DataFrame) -> pd.Series[Any]:
    """Rows whose activity lies outside the window, or has no readable date."""
    window = twelve_months(tally)
    if window is None:
        return pd.Series(True, index=tally.index)
    month = read_dates(tally["activity_date"]).dt.to_period("M")
    inside: pd.Series[Any] = month.between(*window).fillna(False).astype(bool)
    return ~inside


def window_words(tally: pd.DataFrame) -> str:
    """What is said of the window with the figure."""
    window = twelve_months(tally)
    if window is None:
        return ""
    first, last = window
    months = (last - first).n + 1
    short = "" if months == MONTHS else f" The extract holds {months} months only, so fewer patients reach the number."
    return f" Counted from {first.strftime('%B %Y')} to {last.strftime('%B %Y')}.{short}"
