"""Miettinen and Nurminen's score interval of a ratio of two shares."""

from collections.abc import Callable

import numpy as np

from equity_audit.measures._shape import Floats

WIDEST = 60.0  # the search runs over log ratios from −60 to 60
STEPS = 80  # halvings: past the last bit of a float


def score(x1: Floats, n1: Floats, x0: Floats, n0: Floats, ratio: Floats) -> Floats:
    """Give the score statistic of the hypothesis that the first share is `ratio` times the second."""
    everyone = n1 + n0
    b = -(n1 * ratio + x1 + n0 + x0 * ratio)
    root = np.sqrt(np.maximum(b * b - 4 * everyone * ratio * (x1 + x0), 0))
    share0 = 2 * (x1 + x0) / (root - b)  # the smaller root of the quadratic, without cancellation
    share0 = np.minimum(share0, np.minimum(1.0, 1 / ratio))
    share1 = ratio * share0
    variance = share1 * (1 - share1) / n1 + ratio**2 * share0 * (1 - share0) / n0
    variance = np.maximum(variance, 0) * everyone / (everyone - 1)
    difference = x1 / n1 - ratio * x0 / n0
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(difference == 0, 0.0, difference / np.sqrt(variance))


def score_ends(x1: Floats, n1: Floats, x0: Floats, n0: Floats, z: float) -> tuple[Floats, Floats]:
    """Give the smallest and largest ratio whose score statistic lies within ± z."""
    lower = _bisect(lambda ratio: score(x1, n1, x0, n0, ratio) > z, len(x1))
    upper = _bisect(lambda ratio: score(x1, n1, x0, n0, ratio) > -z, len(x1))
    return np.where(x1 == 0, 0.0, lower), np.where(x0 == 0, np.inf, upper)


def _bisect(too_small: Callable[[Floats], np.ndarray], rows: int) -> Floats:
    """Halve until the log ratio is found at which the test turns."""
    low, high = np.full(rows, -WIDEST), np.full(rows, WIDEST)
    for _ in range(STEPS):
        middle = (low + high) / 2
        small = too_small(np.exp(middle))
        low, high = np.where(small, middle, low), np.where(small, high, middle)
    return np.asarray(np.exp((low + high) / 2), dtype=np.float64)
