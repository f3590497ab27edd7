"""Whole numbers out of text as exports write them: ``7``, ``07``, ``7.0``."""

from __future__ import annotations

from typing import Any

import pandas as pd


def whole_numbers(text: pd.Series[Any]) -> pd.Series[Any]:
    """Text → whole numbers as floats; NaN where it is blank or not a whole number."""
    number = pd.to_numeric(text.astype("str").str.strip(), errors="coerce")
    return number.where(number % 1 == 0).astype("float64")
