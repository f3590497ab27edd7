"""The slope and relative index of inequality across ordered groups."""

from math import exp, log, nan, sqrt

import numpy as np
import pandas as pd

from equity_audit.measures._intervals import chi_squared_tail
from equity_audit.measures._line import DRAWS, Figure, Groups, coefficients, drawn, fitted, scaled
from equity_audit.measures._scales import SCALES, natural_errors
from equity_audit.measures._shape import Floats, choice, in_order, measurements, numbers, refuse, words, z_value

NAMES = ("sii", "rii", "fitted_most_deprived", "fitted_least_deprived", "lack_of_fit")
METHODS = {
    "delta": ("delta", "delta, log scale", "delta", "delta", "chi-squared"),
    "simulated": (*(f"percentiles of {DRAWS:,} seeded draws",) * 4, "chi-squared"),
}
LIMITS = {"proportion": (0.0, 1.0), "rate": (0.0, None), "other": (None, None)}


def slope_index(
    frame: pd.DataFrame,
    kind: str,
    rank_basis: str = "national",
    transform: str | None = None,
    level: float = 0.95,
    polarity: str = "adverse",
    interval: str = "delta",
    seed: int = 0,
) -> pd.DataFrame:
    """Fit a line through the groups from the very most to the very least deprived person.

    Reads `order` (1 = most deprived), `population`, `value`, `lower` and `upper` (at `level`). Rows: `sii`, `rii`,
    `fitted_most_deprived`, `fitted_least_deprived` and `lack_of_fit` (Q, with `df` and `p`); `n` is the population.

    Interpretation
    --------------
    A positive SII and an RII above 1 always mean that the most deprived are worse off: `polarity="adverse"` says that
    a higher value is worse (a wait), `favourable` that it is better (attendance). The fitted ends are not flipped.

    Applicability
    -------------
    Ordered groups, best four or more, whose values lie near a line.

    Method
    ------
    Least squares of the value on the ridit, weighted by local population shares. Ridits: with `rank_basis="local"`
    the mid-points of the cumulative local shares; with `national`, group k of K sits at (k − ½)/K.
    Standard errors are read from the limits, on the logit scale for a `proportion`, log for a `rate`,
    natural for `other`; the interval is the delta method's with both coefficients, the RII's on the log scale. With
    `transform` the line is fitted there and its ends turned back. `interval="simulated"` gives percentiles instead,
    as PHEindicatormethods does: the values are drawn from their errors 200,000 times with `seed`, on the scale the
    errors were read on, and a line is fitted to each draw. Lack of fit: Q = Σ((y − fit)/se)² on K − 2 degrees of
    freedom, on the fitted scale.

    Small numbers
    -------------
    A group where nobody or everybody has the event has its error read from the width of its limits as it stands;
    under a transform the centre of its limits stands for its value. Groups without people are left out, and
    keep their place in the national ranks. Fewer than two groups is withheld; an RII with a fitted end at or
    below 0 is withheld.

    Warning
    -------
    Below p 0.01 for lack of fit the line does not describe the gradient. With `national`, K is the largest `order`
    given: a missing least deprived group would go unseen. The two intervals of an RII part where a fitted end lies near
    0: a simulated ratio is taken as it falls, and is negative where a drawn end is, so that turning `polarity` does
    not quite turn its limits.

    References
    ----------
    Pamuk ER (1985), Popul Stud 39:17–31. Mackenbach JP, Kunst AE (1997), Soc Sci Med 44:757–771.
    """
    choice("kind", kind, tuple(LIMITS))
    choice("rank_basis", rank_basis, ("local", "national"))
    choice("transform", transform, tuple(SCALES))
    choice("polarity", polarity, ("adverse", "favourable"))
    choice("interval", interval, tuple(METHODS))
    z = z_value(level)
    least, most = LIMITS[kind]
    peopled = numbers(frame, "population") > 0
    value, lower, upper = (numbers(frame, column, least, most, where=peopled) for column in ("value", "lower", "upper"))
    slack = 1e-9 * np.maximum(1.0, np.abs(value))
    refuse(peopled & ((lower > value + slack) | (upper < value - slack)), "value lies outside its limits")
    if transform is not None:
        top = 1.0 if transform == "logit" else None
        numbers(frame, "value", 0.0, top, where=peopled)
    ranked = in_order(frame)
    places = _national(numbers(ranked, "order", least=None))
    kept = numbers(ranked, "population") > 0
    groups = ranked[kept]
    y, low, high = (numbers(groups, column, least=None) for column in ("value", "lower", "upper"))
    people = numbers(groups, "population")
    weight = people / people.sum()
    ridit = places[kept] if rank_basis == "national" else np.cumsum(weight) - weight / 2

    if len(groups) < 2:
        figures = [(nan, nan, nan)] * len(NAMES)
        reasons: list[str | None] = ["fewer than two groups with people"] * len(NAMES)
        df, p = nan, nan
    else:
        line = Groups(y, low, high, natural_errors(y, low, high, kind, z), weight, ridit)
        figures, reasons = _figures(*fitted(line, transform), transform, polarity, z)
        if interval == "simulated":
            figures = _percentiles(figures, drawn(line, kind, transform, seed), polarity, level)
        quadratic, df = _lack_of_fit(line, transform), float(len(groups) - 2)
        figures.append((quadratic, nan, nan))
        reasons.append(None if np.isfinite(quadratic) else "needs three groups, each with a standard error above 0")
        p = chi_squared_tail(quadratic, int(df)) if np.isfinite(quadratic) else nan
    figure, lowest, highest = zip(*figures, strict=True)
    rows = len(NAMES)
    last = np.arange(rows) == rows - 1
    return measurements(
        NAMES,
        figure,
        lowest,
        highest,
        level=level,
        method=METHODS[interval],
        n=people.sum(),
        reason=reasons,
        more={
            "rank_basis": [rank_basis] * rows,
            "transform": words([transform] * rows),
            "polarity": [polarity] * rows,
            "df": np.where(last, df, nan),
            "p": np.where(last, p, nan),
        },
    )


def _national(order: Floats) -> Floats:
    """Give the mid-points of K equal national groups, where the order of a group is its number."""
    numbered = len(order) > 0 and bool(np.all(order == np.round(order)) and order[0] >= 1)
    k = order if numbered else np.arange(1.0, len(order) + 1)
    return (k - 0.5) / k[-1] if len(k) else k


def _lack_of_fit(line: Groups, transform: str | None) -> float:
    there, error = scaled(line, transform)
    if len(there) < 3 or not np.all(error > 0):
        return nan
    intercept, slope = coefficients(line)
    fit = intercept @ there + line.ridit * (slope @ there)
    return float(np.sum(((there - fit) / error) ** 2))


def _figures(
    ends: Floats, covariance: Floats, transform: str | None, polarity: str, z: float
) -> tuple[list[Figure], list[str | None]]:
    """Turn the fitted ends into SII, RII and the ends themselves, with their intervals."""
    scale = SCALES[transform]
    back = scale.back(ends)
    with np.errstate(divide="ignore", over="ignore"):
        jacobian = 1 / scale.slope(back)
    natural = covariance * np.outer(jacobian, jacobian)
    sign = 1.0 if polarity == "favourable" else -1.0
    sii = sign * float(back[1] - back[0])
    reach = z * sqrt(max(0.0, natural[0, 0] + natural[1, 1] - 2 * natural[0, 1]))
    figures = [(sii, sii - reach, sii + reach)]
    reasons: list[str | None] = [None]
    if back.min() > 0:
        relative = natural / np.outer(back, back)
        middle = sign * log(back[1] / back[0])
        spread = z * sqrt(max(0.0, relative[0, 0] + relative[1, 1] - 2 * relative[0, 1]))
        figures.append((exp(middle), exp(middle - spread), exp(middle + spread)))
        reasons.append(None)
    else:
        figures.append((nan, nan, nan))
        reasons.append("a fitted end is 0 or below, so that the ratio has no meaning")
    for end in (0, 1):
        half = z * sqrt(covariance[end, end])
        around = scale.back(np.array([ends[end] - half, ends[end] + half]))
        figures.append((float(back[end]), float(around[0]), float(around[1])))
        reasons.append(None)
    return figures, reasons


def _percentiles(figures: list[Figure], ends: Floats, polarity: str, level: float) -> list[Figure]:
    """Give each figure the percentiles of its draws for limits; a withheld one stays so."""
    sign = 1.0 if polarity == "favourable" else -1.0
    under, over = ends if polarity == "favourable" else ends[::-1]
    tail = (1 - level) / 2
    with np.errstate(divide="ignore", invalid="ignore"):  # a drawn end of 0; a ratio of 0 to 0 is withheld already
        draws = (sign * (ends[1] - ends[0]), over / under, ends[0], ends[1])
        limits = [np.quantile(each, [tail, 1 - tail]) for each in draws]
    return [(value, float(low), float(high)) for (value, *_), (low, high) in zip(figures, limits, strict=True)]
