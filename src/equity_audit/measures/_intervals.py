"""Interval ends of a share and of a count, as arrays."""

from math import erfc, exp, lgamma, log, sqrt

import numpy as np

from equity_audit.measures._shape import Floats

EXACT_BELOW = 10  # events; from here on Byar's approximation is good to three figures


def wilson(x: Floats, n: Floats, z: float) -> tuple[Floats, Floats]:
    """Give Wilson's ends of x/n; NaN where n is 0."""
    with np.errstate(invalid="ignore"):
        centre = (x + z * z / 2) / (n + z * z)
        reach = z / (n + z * z) * np.sqrt(x * (n - x) / n + z * z / 4)
        lower = np.where(x == 0, np.where(n == 0, np.nan, 0.0), centre - reach)
        upper = np.where(x == n, np.where(n == 0, np.nan, 1.0), centre + reach)
    return lower, upper


def byar(x: Floats, z: float) -> tuple[Floats, Floats]:
    """Give Byar's ends of a Poisson count; the lower end of a zero count is 0."""
    some = np.where(x > 0, x, 1.0)
    lower = np.where(x > 0, some * (1 - 1 / (9 * some) - z / (3 * np.sqrt(some))) ** 3, 0.0)
    upper = (x + 1) * (1 - 1 / (9 * (x + 1)) + z / (3 * np.sqrt(x + 1))) ** 3
    return lower, upper


def exact_poisson(x: Floats, level: float) -> tuple[Floats, Floats]:
    """Give the exact ends of a Poisson count, from the chi-squared distribution."""
    from scipy.special import gammainccinv, gammaincinv

    tail = (1 - level) / 2
    lower = np.where(x > 0, gammaincinv(np.where(x > 0, x, 1.0), tail), 0.0)
    return lower, np.asarray(gammainccinv(x + 1, tail), dtype=np.float64)


def poisson(x: Floats, level: float, z: float) -> tuple[Floats, Floats, list[str]]:
    """Give the ends of a Poisson count, exact below ten events and Byar from ten, and the method of each."""
    lower, upper = byar(x, z)
    few = x < EXACT_BELOW
    if few.any():
        lower[few], upper[few] = exact_poisson(x[few], level)
    return lower, upper, np.where(few, "exact", "byar").tolist()


def chi_squared_tail(statistic: float, df: int) -> float:
    """Give P(chi-squared on `df` degrees of freedom > statistic), by the finite sums for whole df."""
    half = statistic / 2
    if half <= 0:
        return 1.0
    if df % 2 == 0:
        terms = [exp(k * log(half) - half - lgamma(k + 1)) for k in range(df // 2)]
        return min(1.0, sum(terms))
    terms = [exp((k - 0.5) * log(half) - half - lgamma(k + 0.5)) for k in range(1, (df + 1) // 2)]
    return min(1.0, erfc(sqrt(half)) + sum(terms))
