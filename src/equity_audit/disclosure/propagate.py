"""Interval propagation in numpy alone: what single linear facts say of whole numbers."""

from typing import Any, NamedTuple

import numpy as np

from equity_audit.errors import DisclosureError

CLOSE = 1e-6  # HiGHS's feasibility tolerance
CONTRADICTION = (
    "The published figures contradict each other, so what they give away cannot be judged. Nothing was written."
)

Array = np.ndarray[Any, Any]


class Terms(NamedTuple):
    """The entries of a matrix of facts, in any order: row, column and weight of each."""

    rows: Array
    columns: Array
    weights: Array


def tighten_terms(
    terms: Terms, row_low: Array, row_high: Array, low: Array, high: Array, rounds: int = 100
) -> tuple[Array, Array]:
    """Lower and upper end of each number as far as single facts give them.

    Raises
    ------
    DisclosureError
        The facts contradict each other.
    """
    rows, columns, weights = terms
    low, high = low.astype(float), high.astype(float)
    positive = weights > 0
    for _ in range(rounds):
        least = weights * np.where(positive, low[columns], high[columns])
        most = weights * np.where(positive, high[columns], low[columns])
        rest_least = _others(rows, least, len(row_low))
        rest_most = _others(rows, most, len(row_low))
        upper = (row_high[rows] - rest_least) / weights
        lower = (row_low[rows] - rest_most) / weights
        new_low, new_high = low.copy(), high.copy()
        # The slack grows with the size of the numbers: a percentage of a large count is not exact in floating point.
        slack = CLOSE * (1 + 1e-6 * np.abs(np.where(np.isfinite(least), least, 0)))
        np.maximum.at(new_low, columns, np.ceil(np.where(positive, lower, upper) - slack))
        np.minimum.at(new_high, columns, np.floor(np.where(positive, upper, lower) + slack))
        if (new_low > new_high).any():
            raise DisclosureError(CONTRADICTION)
        if np.array_equal(new_low, low) and np.array_equal(new_high, high):
            break
        low, high = new_low, new_high
    return low, high


def _others(rows: Array, terms: Array, count: int) -> Array:
    """Sum of the other terms of each term's row; infinite when one of them is."""
    endless = np.isinf(terms)
    finite = np.where(endless, 0.0, terms)
    sums = np.bincount(rows, finite, count)[rows] - finite
    open_others = np.bincount(rows, endless, count)[rows] - endless
    infinite = terms[endless][0] if endless.any() else 0.0
    return np.where(open_others > 0, infinite, sums)
