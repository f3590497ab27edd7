"""Control limits around a target, for sites of different size."""

import numpy as np
import pandas as pd

from equity_audit.measures._intervals import poisson
from equity_audit.measures._shape import Booleans, Floats, choice, counts, measurements, numbers, words, z_value

LEVELS = {"95": 0.95, "998": 0.998}
LABELS = {"95": "0.025", "998": "0.001"}
COLUMNS = {
    "proportion": ("numerator", "denominator"),
    "ratio": ("observed", "expected"),
    "rate": ("events", "population"),
}
TRIMMED = 0.1


def funnel(frame: pd.DataFrame, kind: str, target: float | None = None, overdispersion: bool = False) -> pd.DataFrame:
    """Compare every site with a target, allowing for its size.

    Reads `numerator` and `denominator` (`kind="proportion"`), `observed` and `expected` (`ratio`), or `events` and
    `population` (`rate`). One row for each row, in the same order, with `lower95, upper95, lower998, upper998, label,
    phi, tau2`; `lower` and `upper` repeat the 95 % limits, `n` is the denominator.

    Interpretation
    --------------
    `High (0.001)` and `Low (0.001)` lie outside the 99.8 % limits, `High (0.025)` and `Low (0.025)` outside the 95 %
    ones. One site in twenty is expected outside the latter by chance. High is not bad in itself.

    Applicability
    -------------
    Sites, teams or practices against one target: the pooled figure unless one is given (1 for a ratio).

    Method
    ------
    `proportion`: t ± z√(t(1 − t)/n) within 0 and 1. `ratio` and `rate`: a point with o observed has limits
    t·o ÷ the exact Poisson ends of o; its label compares the target with its own interval, exact below 10 and Byar
    from 10. `overdispersion=True` (proportions): on the arcsine scale with s = 1/(2√n), z winsorised at 10 %,
    phi = Σz²/k, additive τ² after Spiegelhalter, limits sin²(θ ± z√(s² + τ²)).

    Small numbers
    -------------
    A denominator of 0 is withheld and left out of target, phi and τ². No events have a lower and no upper limit.

    Warning
    -------
    With large denominators almost every site lies outside: ask for `overdispersion`. Not a ranking.

    References
    ----------
    Spiegelhalter DJ (2005), Stat Med 24:1185–1202; Qual Saf Health Care 14:347–351.
    """
    choice("kind", kind, tuple(COLUMNS))
    if overdispersion and kind != "proportion":
        raise ValueError("overdispersion is worked out for kind 'proportion' only")
    part, all_of = COLUMNS[kind]
    x, n = counts(frame) if kind == "proportion" else (numbers(frame, part), numbers(frame, all_of))
    some = n > 0
    aim = _target(kind, x[some], n[some], target)
    value = np.divide(x, n, out=np.full(len(n), np.nan), where=some)
    phi = tau2 = np.nan
    method: str | list[str] = "normal"
    limits: dict[str, tuple[Floats, Floats]]
    judged: dict[str, tuple[Booleans, Booleans]]
    if kind == "proportion":
        if overdispersion:
            phi, tau2 = _overdispersion(x[some], n[some], aim)
            method = "arcsine, additive"
        limits = {name: _share_limits(n, aim, z_value(level), tau2) for name, level in LEVELS.items()}
        judged = {name: (value > high, value < low) for name, (low, high) in limits.items()}
    else:
        expected = n * aim if kind == "rate" else n
        against = 1.0 if kind == "rate" else aim
        limits, judged = {}, {}
        for name, level in LEVELS.items():
            limits[name] = _count_limits(x, aim, level)
            low, high, method = poisson(x, level, z_value(level))
            judged[name] = (low > against * expected, high < against * expected)
    label = np.full(len(n), "Not significant", dtype=object)
    for name in ("95", "998"):
        above, below = judged[name]
        label[above], label[below] = f"High ({LABELS[name]})", f"Low ({LABELS[name]})"
    label[~some] = None
    ends = {
        f"{side}{name}": np.where(some, pair[at], np.nan)
        for name, pair in limits.items()
        for at, side in enumerate(("lower", "upper"))
    }
    return measurements(
        "funnel",
        value,
        ends["lower95"],
        ends["upper95"],
        level=LEVELS["95"],
        method=method,
        n=n,
        reason=[None if shown else f"the {all_of} is 0" for shown in some],
        more=ends | {"label": words(label.tolist()), "phi": phi, "tau2": tau2},
    )


def _target(kind: str, x: Floats, n: Floats, target: float | None) -> float:
    if target is None:
        return 1.0 if kind == "ratio" else float(x.sum() / n.sum()) if len(n) else np.nan
    if not target > 0 or (kind == "proportion" and target >= 1) or not np.isfinite(target):
        raise ValueError("target is a number above 0, and below 1 for a proportion")
    return float(target)


def _share_limits(n: Floats, aim: float, z: float, tau2: float) -> tuple[Floats, Floats]:
    """Give limits of a share: normal ones, or arcsine ones where τ² is a number."""
    per = 1 / np.where(n > 0, n, np.nan)
    if np.isnan(tau2):
        reach = z * np.sqrt(aim * (1 - aim) * per)
        return np.maximum(aim - reach, 0.0), np.minimum(aim + reach, 1.0)
    centre, reach = np.arcsin(np.sqrt(aim)), z * np.sqrt(per / 4 + tau2)
    low, high = np.maximum(centre - reach, 0.0), np.minimum(centre + reach, np.pi / 2)
    return np.sin(low) ** 2, np.sin(high) ** 2


def _count_limits(x: Floats, aim: float, level: float) -> tuple[Floats, Floats]:
    """Give limits of a point with x events: x over the exact ends of x."""
    from scipy.special import gammainccinv, gammaincinv

    tail = (1 - level) / 2
    fewest = gammaincinv(np.where(x > 0, x, 1), tail)
    with np.errstate(divide="ignore", invalid="ignore"):
        return aim * x / gammainccinv(x + 1, tail), np.where(x > 0, aim * x / fewest, np.inf)


def _overdispersion(x: Floats, n: Floats, aim: float) -> tuple[float, float]:
    """Give phi and τ² from winsorised z on the arcsine scale."""
    k = len(n)
    if k < 2:
        return np.nan, 0.0
    weight = 4 * n  # 1/s²
    z = (np.arcsin(np.sqrt(x / n)) - np.arcsin(np.sqrt(aim))) * np.sqrt(weight)
    phi = float(np.mean(np.clip(z, *np.quantile(z, [TRIMMED, 1 - TRIMMED])) ** 2))
    spare = weight.sum() - np.sum(weight**2) / weight.sum()
    return phi, max(0.0, float((k * phi - (k - 1)) / spare))
