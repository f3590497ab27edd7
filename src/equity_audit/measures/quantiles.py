"""Fifths, tenths and other quantiles of a set of values."""

import numpy as np
import pandas as pd

from equity_audit.measures._shape import refuse


def quantiles(values: pd.Series, n: int = 5, invert: bool = True) -> pd.Series:
    """Put each value into one of `n` equal groups; a Series of floats on the same index.

    Interpretation
    --------------
    With `invert=True` the highest value is in quantile 1: with a deprivation score, quantile 1 is
    the most deprived. With `invert=False` the lowest value is in quantile 1.

    Applicability
    -------------
    Areas ranked on a score. Each value counts once: for groups of equal population, rank people instead.

    Method
    ------
    Ranks with ties at their smallest, counted from the lowest value, or from the highest when inverted; then
    (n + 1) − ⌈(N + 1 − rank) ÷ (N/n)⌉, in whole numbers. Not `pandas.qcut`, which cuts elsewhere.

    Small numbers
    -------------
    Fewer values than `n` give no quantile at all (NaN), blanks always NaN.

    Warning
    -------
    Tied values share a quantile, so that the groups may be of unequal size.

    References
    ----------
    Department of Health and Social Care, Technical Guide: Assigning Deprivation Categories.
    """
    if n < 1 or n != int(n):
        raise ValueError("n is a whole number of quantiles, 1 or more")
    figures = pd.Series(np.asarray(pd.to_numeric(values, errors="coerce"), dtype=np.float64), index=values.index)
    refuse(np.asarray(figures.isna() & values.notna() | np.isinf(figures)), "values is not a number")
    known = int(figures.notna().sum())
    if known < n:
        return pd.Series(np.nan, index=values.index, name=values.name)
    rank = figures.rank(method="min", ascending=not invert)
    place = -((known + 1 - rank) * -n // known)  # the ceiling of the division, free of rounding
    return pd.Series(np.asarray(n + 1 - place, dtype=np.float64), index=values.index, name=values.name)
