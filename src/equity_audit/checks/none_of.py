"""Fails where a column holds one of the values named."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd


def passes(frame: pd.DataFrame, params: Mapping[str, Any]) -> pd.Series[bool]:
    """``params``: ``field``, ``values``."""
    found: pd.Series[bool] = frame[params["field"]].isin(params["values"])
    return ~found


def fields(params: Mapping[str, Any]) -> set[str]:
    """Columns the check reads."""
    return {params["field"]}
