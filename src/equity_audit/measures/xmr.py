"""A statistical process control chart of individual values (XmR)."""

from collections.abc import Iterable
from math import nan
from typing import Any, NamedTuple
from warnings import warn

import numpy as np
import pandas as pd

from equity_audit.measures._runs import long_sides, long_trends, two_in_three
from equity_audit.measures._shape import Floats, choice, measurements, refuse, words

LIMIT, NEAR, SCREEN = 2.66, 1.773, 3.267  # in mean moving ranges
FEW = 13
TYPES = {
    ("increase", 1): "special_cause_improvement",
    ("increase", -1): "special_cause_concern",
    ("decrease", 1): "special_cause_concern",
    ("decrease", -1): "special_cause_improvement",
    ("neutral", 1): "special_cause_neutral_high",
    ("neutral", -1): "special_cause_neutral_low",
}
CAUSES = (
    ("Above UCL", "Below LCL"),
    ("7 Point Trend (Increasing)", "7 Point Trend (Decreasing)"),
    ("2 in 3 Above CL", "2 in 3 Below CL"),
    ("7 Points Above CL", "7 Points Below CL"),
)


class _Limits(NamedTuple):
    mean: float
    range: float
    points: int


def xmr(
    series: pd.Series,
    target: float | None = None,
    direction: str = "increase",
    screen: bool = True,
    rebase: Iterable[Any] | None = None,
    rule: str = "nhsr",
    fix_after: int | None = None,
) -> pd.DataFrame:
    """Tell signal from noise in a series of values over time.

    Reads a Series indexed by date. One row a point, by date, with `date, mean, flag, special_cause, point_type,
    assurance`; `lower` and `upper` are the process limits, `n` the points that set them.

    Interpretation
    --------------
    A flagged point is unlikely to be common variation. `direction` says whether an increase or a decrease is an
    improvement, or neither. `assurance` says whether the process will meet `target`: `consistent_pass`,
    `consistent_fail` or `inconsistent`; None without a target or a direction.

    Applicability
    -------------
    Values in time order, equally far apart, best 13 or more in a period.

    Method
    ------
    Limits: mean ± 2.66 mean moving ranges. `screen` leaves moving ranges of 3.267 times their mean or more out, once.
    `rebase` gives dates that begin a new period with limits of its own; with `fix_after` the first points of a
    period set its limits. `special_cause` is the first that holds: outside a limit; seven points each higher, or each
    lower, than the last; two in three near the same limit (beyond 1.773 mean moving ranges); seven on one
    side of the mean. With `rule="nhsr"` points outside a limit do not count towards two in three, with `mdc` they do.

    Small numbers
    -------------
    A period of fewer than 13 points warns. A period whose limits rest on one point has none: they are withheld.
    A constant series has limits equal to its mean and no flag.

    Warning
    -------
    If screening leaves only moving ranges of 0, nothing is screened, since limits of no width flag every point.

    References
    ----------
    NHS England, Making Data Count. Provost LP, Murray SK (2011), The Health Care Data Guide, ch 5.
    """
    choice("direction", direction, ("increase", "decrease", "neutral"))
    choice("rule", rule, ("nhsr", "mdc"))
    if fix_after is not None and fix_after < 2:
        raise ValueError("fix_after is 2 points or more")
    values = np.asarray(pd.to_numeric(series, errors="coerce"), dtype=np.float64)
    refuse(~np.isfinite(values), "value is blank or not a number")
    refuse(np.asarray(series.index.isna()), "date is blank")
    refuse(np.asarray(series.index.duplicated()), "date repeats an earlier row")
    placed = np.argsort(series.index.to_numpy())
    dates, y = series.index[placed], values[placed]
    period = _periods(dates, rebase)

    mean, lower, upper, points = (np.full(len(y), nan) for _ in range(4))
    cause = np.full(len(y), "Common Cause", dtype=object)
    sign = np.zeros(len(y), dtype=int)
    for number in np.unique(period):
        at = np.flatnonzero(period == number)
        if len(at) < FEW:
            warn(f"period {number + 1} has {len(at)} points: limits need {FEW} or more", UserWarning, stacklevel=2)
        limits = _limits(y[at][:fix_after], screen)
        mean[at], points[at] = limits.mean, limits.points
        lower[at], upper[at] = limits.mean - LIMIT * limits.range, limits.mean + LIMIT * limits.range
        cause[at], sign[at] = _causes(y[at], limits, rule)
    kind = [TYPES[direction, int(s)] if s else "common_cause" for s in sign]
    return measurements(
        "xmr",
        y,
        lower,
        upper,
        level=nan,
        method="xmr, screened" if screen else "xmr",
        n=points,
        reason=[None] * len(y),
        first={"date": dates},
        more={
            "mean": mean,
            "flag": sign != 0,
            "special_cause": cause,
            "point_type": kind,
            "assurance": words([_assurance(target, direction, *ends) for ends in zip(lower, upper, strict=True)]),
        },
    ).assign(reason_withheld=words(["one point sets no limits" if np.isnan(low) else None for low in lower]))


def _periods(dates: pd.Index, rebase: Iterable[Any] | None) -> np.ndarray:
    """Give every point the number of its period, counting the dates of `rebase` up to it."""
    starts = pd.Index([] if rebase is None else list(rebase))
    if isinstance(dates, pd.DatetimeIndex):
        starts = pd.to_datetime(starts)
    for at, start in enumerate(starts):
        if start not in dates:
            raise ValueError(f"rebase date {at} (counting from 0) is not a date of the series")
    return np.cumsum(dates.isin(starts) & (np.arange(len(dates)) > 0))


def _limits(y: Floats, screen: bool) -> _Limits:
    moving = np.abs(np.diff(y))
    if len(moving) == 0:
        return _Limits(float(y[0]), nan, len(y))
    if not moving.any():
        return _Limits(float(y[0]), 0.0, len(y))
    average = float(moving.mean())
    if screen:
        kept = moving[moving < SCREEN * average]
        average = float(kept.mean()) if kept.any() else average
    return _Limits(float(y.mean()), average, len(y))


def _causes(y: Floats, limits: _Limits, rule: str) -> tuple[np.ndarray, np.ndarray]:
    """Name the first special cause of every point, and its direction."""
    away = y - limits.mean
    side = np.sign(away).astype(int)
    low, high = limits.mean - LIMIT * limits.range, limits.mean + LIMIT * limits.range
    outside = (y < low) | (y > high)
    near = (y < limits.mean - NEAR * limits.range) | (y > limits.mean + NEAR * limits.range)
    counted = near if rule == "mdc" else near & ~outside
    found = (np.where(outside, side, 0), long_trends(y), two_in_three(side, counted), long_sides(side))
    cause, sign = np.full(len(y), "Common Cause", dtype=object), np.zeros(len(y), dtype=int)
    for (above, below), marks in reversed(list(zip(CAUSES, found, strict=True))):
        cause = np.where(marks > 0, above, np.where(marks < 0, below, cause))
        sign = np.where(marks != 0, marks, sign)
    return cause, sign


def _assurance(target: float | None, direction: str, lower: float, upper: float) -> str | None:
    if target is None or direction == "neutral" or np.isnan(lower):
        return None
    above, below = lower > target, upper < target
    if not above and not below:
        return "inconsistent"
    return "consistent_pass" if above == (direction == "increase") else "consistent_fail"
