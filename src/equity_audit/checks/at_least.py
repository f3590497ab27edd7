"""Fails where a number is below a floor."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd


def passes(frame: pd.DataFrame, params: Mapping[str, Any]) -> pd.Series[bool]:
    """``params``: ``field``, ``floor``. A blank number does not pass; `applies_when` keeps it out."""
    reached: pd.Series[bool] = frame[params["field"]] >= params["floor"]
    return reached


def fields(params: Mapping[str, Any]) -> set[str]:
    """Columns the check reads."""
    return {params["field"]}
