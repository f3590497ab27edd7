"""How far uncoded records could move a comparison."""

from collections.abc import Hashable, Sequence
from math import inf, nan

import numpy as np
import pandas as pd

from equity_audit.measures._shape import Floats, by_group, counts, measurements, position

LARGEST = 1e12


def missing_bounds(frame: pd.DataFrame, a: Hashable, b: Hashable, gammas: Sequence[float] = (2, 3, 5)) -> pd.DataFrame:
    """Bound the ratio of group `a`'s share to group `b`'s, whatever the uncoded records are.

    Reads `group` (blank in the one row that is not coded), `numerator` and `denominator`. Rows: `relative_risk` with
    `method` `worst_case`, then `gamma` (a row a Γ, in column `gamma`); `proportion` for every group (`worst_case`);
    `tipping_gamma`. `value` is the figure on coded records, `n` the coded records it rests on.

    Interpretation
    --------------
    Between `lower` and `upper` lies the figure that complete coding would have given: surely (`worst_case`), or if
    uncoded members of a group do not differ from coded ones by more than Γ in the odds. `tipping_gamma` is the
    smallest Γ at which no difference becomes possible; `inf` if none does.

    Applicability
    -------------
    A comparison of two groups within one outcome, some of whose records have no group.

    Method
    ------
    With m uncoded, e of them with the event: lower (x_a/(n_a + m − e)) ÷ ((x_b + e)/(n_b + e)), upper
    ((x_a + e)/(n_a + e)) ÷ (x_b/(n_b + m − e)); a share x/(n + m − e) to (x + e)/(n + e). Γ: the uncoded are shared
    out by the coded mix, and a group's odds among its uncoded lie within 1/Γ and Γ times its coded odds, each
    group on its own.

    Small numbers
    -------------
    The bounds hold exactly, and are not intervals: chance comes on top. With no event in `b` the ratio is `inf`.

    Warning
    -------
    The worst case allows that all uncoded belong to one group. Γ does not use how many of the uncoded have the event.

    References
    ----------
    Manski CF (1990), Am Econ Rev 80:319–323. Rosenbaum PR (2002), Observational Studies, ch 4.
    """
    for gamma in gammas:
        if not gamma >= 1:
            raise ValueError("each gamma is 1 or more")
    counts(frame)
    every = by_group(frame, blank_allowed=True)
    blank = np.asarray(every["group"].isna())
    coded = every[~blank]
    at, against = position(coded, a, "a"), position(coded, b, "b")
    if at == against:
        raise ValueError("a and b are the same group")
    x, n = counts(coded)
    numerator, denominator = counts(every)
    e, m = float(numerator[blank].sum()), float(denominator[blank].sum())
    if m > 0 and n.sum() == 0:
        raise ValueError("no record is coded")

    pair = [at, against]
    shares = _ratio(x, n)
    low, high = _ratio(x, n + m - e), _ratio(x + e, n + e)
    value = _over(shares[at], shares[against])
    rows: list[tuple[str, Hashable, str, float, float, float, float, float]] = [
        (
            "relative_risk",
            None,
            "worst_case",
            nan,
            value,
            _over(low[at], high[against]),
            _over(high[at], low[against]),
            n[pair].sum(),
        )
    ]
    uncoded = m * n / n.sum() if m else np.zeros_like(n)
    for gamma in gammas:
        lower, upper = _within(x[pair], n[pair], uncoded[pair], float(gamma))
        rows.append(("relative_risk", None, "gamma", float(gamma), value, lower, upper, n[pair].sum()))
    for group, label in enumerate(coded["group"]):
        rows.append(("proportion", label, "worst_case", nan, shares[group], low[group], high[group], n[group]))
    tipping = _tipping(x[pair], n[pair], uncoded[pair], value)
    rows.append(("tipping_gamma", None, "gamma", nan, tipping, nan, nan, n[pair].sum()))
    measure, group_labels, method, gamma_column, figure, lowest, highest, size = zip(*rows, strict=True)
    return measurements(
        measure,
        figure,
        lowest,
        highest,
        level=nan,
        method=method,
        n=size,
        reason=["no coded records, or no event on either side" if np.isnan(one) else None for one in figure],
        first={"group": pd.Series(list(group_labels), dtype=object)},
        more={"gamma": list(gamma_column)},
    )


def _ratio(x: Floats, n: Floats) -> Floats:
    return np.asarray(x / np.where(n > 0, n, nan), dtype=np.float64)


def _over(top: float, bottom: float) -> float:
    """Divide; something over nothing is `inf`, nothing over nothing NaN."""
    if bottom > 0:
        return float(top / bottom)
    return inf if bottom == 0 and top > 0 else nan


def _within(x: Floats, n: Floats, uncoded: Floats, gamma: float) -> tuple[float, float]:
    """Give the least and largest ratio of the first share to the second under Γ."""
    ends = []
    for factor in (1 / gamma, gamma):
        share = _ratio(x, n)
        moved = factor * share / (1 - share + factor * share)
        ends.append(_ratio(x + uncoded * moved, n + uncoded))
    (low_a, low_b), (high_a, high_b) = ends
    return _over(low_a, high_b), _over(high_a, low_b)


def _tipping(x: Floats, n: Floats, uncoded: Floats, value: float) -> float:
    """Give the smallest Γ whose bounds hold a ratio of 1, by halving its logarithm."""
    if np.isnan(value):
        return nan
    if value == 1:
        return 1.0

    def excluded(gamma: float) -> bool:
        lower, upper = _within(x, n, uncoded, gamma)
        return lower > 1 or upper < 1

    if excluded(LARGEST):
        return inf
    low, high = 0.0, float(np.log(LARGEST))
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if excluded(float(np.exp(middle))) else (low, middle)
    return float(np.exp(high))
