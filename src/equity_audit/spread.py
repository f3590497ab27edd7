"""Whether what is not known is spread evenly over the levels of a dimension.

Works on counts of records, with numpy alone: a plain check must not wait for scipy or statsmodels.
"""

from __future__ import annotations

from math import nan
from typing import Any

import numpy as np
import pandas as pd

from equity_audit.measures import adjust_p
from equity_audit.measures._intervals import chi_squared_tail, wilson
from equity_audit.measures._shape import z_value

FEWEST_RECORDS = 100
POINTS, RATIO, RATIO_POINTS, P_BELOW = 0.05, 1.5, 0.02, 0.05


def uneven_levels(frame: pd.DataFrame) -> pd.DataFrame:
    """Compare each level of a dimension with all other levels of it (rules ETH016 and DEP016).

    A level is uneven where it has at least 100 records, and differs from the rest by at least 5 points, or by a ratio
    of at least 1.5 (either way) and at least 2 points, with an adjusted p below .05.

    Parameters
    ----------
    frame
        ``dimension``, ``level``, ``numerator`` (records in fault: unknown, not linked), ``denominator`` (all records).
        One row a level.

    Returns
    -------
        The same rows with ``share``, ``lower``, ``upper`` (Wilson, 95 %), ``rest_share`` (all other levels),
        ``difference`` (share less rest), ``ratio`` (NaN where the rest has none), ``p`` (Pearson's chi-squared on one
        degree of freedom, NaN where the level is not judged), ``p_adjusted`` (Benjamini and Hochberg over the levels
        of the dimension), ``tests`` (how many), ``cramers_v`` (bias-corrected, of the whole dimension) and
        ``uneven``: ``yes``, ``no``, or ``not judged`` (under 100 records, or no others to compare with).
    """
    x, n = (frame[name].to_numpy(dtype=float) for name in ("numerator", "denominator"))
    whole = frame.groupby("dimension")[["numerator", "denominator"]].transform("sum").to_numpy(dtype=float)
    rest_x, rest_n = whole[:, 0] - x, whole[:, 1] - n
    with np.errstate(divide="ignore", invalid="ignore"):
        share, rest = x / n, rest_x / rest_n
        ratio = np.where(rest > 0, share / rest, nan)
    lower, upper = wilson(x, n, z_value(0.95))
    judged = (n >= FEWEST_RECORDS) & (rest_n > 0)
    p = np.array([_p(*pair) if use else nan for *pair, use in zip(x, n, rest_x, rest_n, judged, strict=True)])
    adjusted, tests = p.copy(), np.zeros(len(frame), dtype=int)
    for rows in frame.reset_index(drop=True).groupby("dimension").groups.values():
        at = np.asarray(rows)
        adjusted[at], tests[at] = adjust_p(p[at], "bh"), int(judged[at].sum())
    gap = np.abs(share - rest)
    by_ratio = (np.isnan(ratio) & (share > 0)) | (ratio >= RATIO) | (ratio <= 1 / RATIO)
    # A share that is a round number of points apart must not fail on the last bit.
    large = (gap >= POINTS - 1e-12) | (by_ratio & (gap >= RATIO_POINTS - 1e-12))
    uneven = np.where(~judged, "not judged", np.where(large & (adjusted < P_BELOW), "yes", "no"))
    strengths = frame["dimension"].map(_strengths(frame))
    return frame.assign(
        share=share, lower=lower, upper=upper, rest_share=rest, difference=share - rest, ratio=ratio, p=p,
        p_adjusted=adjusted, tests=tests, cramers_v=strengths, uneven=uneven,
    )  # fmt: skip


def _p(x: float, n: float, rest_x: float, rest_n: float) -> float:
    """Pearson's chi-squared without Yates's correction, one degree of freedom: exact tail by erfc."""
    everyone, unknown = n + rest_n, x + rest_x
    if unknown in (0, everyone):
        return 1.0
    away = x * (rest_n - rest_x) - rest_x * (n - x)
    return chi_squared_tail(everyone * away**2 / (n * rest_n * unknown * (everyone - unknown)), 1)


def _strengths(frame: pd.DataFrame) -> dict[Any, float]:
    """Cramér's V of each dimension, bias-corrected (Bergsma W 2013); NaN where nothing varies."""
    return {name: cramers_v(levels["numerator"], levels["denominator"]) for name, levels in frame.groupby("dimension")}


def cramers_v(unknown: pd.Series[Any], everyone: pd.Series[Any]) -> float:
    """Bias-corrected Cramér's V of levels by unknown or not, as `association` gives it but without its p."""
    x, n = (column.to_numpy(dtype=float)[everyone.to_numpy() > 0] for column in (unknown, everyone))
    total, levels = n.sum(), len(n)
    if levels < 2 or x.sum() in (0, total):
        return nan
    share = x.sum() / total
    phi2 = float(np.sum((x - n * share) ** 2 / (n * share * (1 - share)))) / total
    fewer = min(levels - (levels - 1) ** 2 / (total - 1), 2 - 1 / (total - 1)) - 1
    # Of one or two records alone the correction leaves nothing to divide by.
    return float(np.sqrt(max(0.0, phi2 - (levels - 1) / (total - 1)) / fewer)) if fewer > 0 else 0.0
