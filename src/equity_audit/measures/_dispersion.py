"""The measures of spread between groups: each with its value, its gradient, and when it is withheld."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from equity_audit.measures._shape import Floats

Figure = tuple[float, Floats]
DRAWS = 4_000


class Groups(NamedTuple):
    """Population shares, values, and the places of the best group and of the reference."""

    share: Floats
    value: Floats
    best: int
    reference: int | None

    @property
    def mean(self) -> float:
        """Give the weighted mean."""
        return float(self.share @ self.value)

    @property
    def equal(self) -> Floats:
        """Give every group the same weight."""
        return np.full_like(self.share, 1 / len(self.share))


class Measure(NamedTuple):
    """How a measure is worked out, with its gradient in the groups' values, and when it is not."""

    figure: Callable[[Groups], Figure]
    withheld: Callable[[Groups], str | None]


def _never(groups: Groups) -> str | None:
    return None


def _mean_not_positive(groups: Groups) -> str | None:
    return "the mean is 0 or below" if groups.mean <= 0 else None


def _value_not_positive(groups: Groups) -> str | None:
    return "a value is 0 or below" if groups.value.min() <= 0 else None


def _value_negative(groups: Groups) -> str | None:
    return "a value is below 0" if groups.value.min() < 0 else _mean_not_positive(groups)


def _no_reference(groups: Groups) -> str | None:
    return "no reference group with people is named" if groups.reference is None else None


def _from_mean(groups: Groups, weight: Floats) -> Figure:
    away = groups.value - groups.mean
    side = weight * np.sign(away)
    return float(weight @ np.abs(away)), side - side.sum() * groups.share


def _from_group(groups: Groups, weight: Floats, at: int | None) -> Figure:
    away = groups.value - groups.value[at]
    gradient = weight * np.sign(away)
    gradient[at] -= gradient.sum()
    return float(np.sum(weight * np.abs(away))), gradient


def _relative(groups: Groups, figure: Figure) -> Figure:
    value, gradient = figure
    ratio = value / groups.mean
    return 100 * ratio, 100 * (gradient - ratio * groups.share) / groups.mean


def _variance(groups: Groups) -> Figure:
    away = groups.value - groups.mean
    return float(groups.share @ away**2), 2 * groups.share * away


def _deviation(groups: Groups) -> Figure:
    variance, gradient = _variance(groups)
    root = float(np.sqrt(variance))
    return root, gradient / (2 * root) if root > 0 else np.zeros_like(gradient)


def _log_deviation(groups: Groups) -> Figure:
    share, y, mean = groups.share, groups.value, groups.mean
    return float(1000 * (share @ np.log(mean / y))), 1000 * share * (1 / mean - 1 / y)


def _theil(groups: Groups) -> Figure:
    ratio = groups.value / groups.mean
    with np.errstate(divide="ignore"):
        logs = np.log(ratio)
    index = float(groups.share @ (ratio * np.where(ratio > 0, logs, 0.0)))
    return 1000 * index, 1000 * groups.share / groups.mean * (logs - index)


MEASURES: dict[str, Measure] = {
    "idis_weighted": Measure(lambda g: _relative(g, _from_mean(g, g.share)), _mean_not_positive),
    "idis_unweighted": Measure(lambda g: _relative(g, _from_mean(g, g.equal)), _mean_not_positive),
    "cov": Measure(lambda g: _relative(g, _deviation(g)), _mean_not_positive),
    "bgv": Measure(_variance, _never),
    "bgsd": Measure(_deviation, _never),
    "mld": Measure(_log_deviation, _value_not_positive),
    "theil": Measure(_theil, _value_negative),
    "mdm_weighted": Measure(lambda g: _from_mean(g, g.share), _never),
    "mdm_unweighted": Measure(lambda g: _from_mean(g, g.equal), _never),
    "mdb_weighted": Measure(lambda g: _from_group(g, g.share, g.best), _never),
    "mdb_unweighted": Measure(lambda g: _from_group(g, g.equal, g.best), _never),
    "mdr_weighted": Measure(lambda g: _from_group(g, g.share, g.reference), _no_reference),
    "mdr_unweighted": Measure(lambda g: _from_group(g, g.equal, g.reference), _no_reference),
}


def no_difference(share: Floats, mean: float, se: Floats, seed: int) -> dict[str, float]:
    """Give the average IDIS, MLD and Theil of groups that all have the same true value.

    Each draw gives every group a gamma value (never below 0) with the common mean and its own standard error.
    """
    if mean <= 0:
        return {}
    varies = se > 1e-9 * mean
    shape = (mean / np.where(varies, se, mean)) ** 2
    draws = np.random.default_rng(seed).standard_gamma(shape, size=(DRAWS, len(se))) / shape
    y = np.where(varies, np.maximum(draws, 1e-12), 1.0)
    ratio = y / (y @ share)[:, None]
    away = np.abs(ratio - 1)
    logs = np.log(ratio)
    return {
        "idis_weighted": float(100 * (away @ share).mean()),
        "idis_unweighted": float(100 * away.mean()),
        "mld": float(-1000 * (logs @ share).mean()),
        "theil": float(1000 * ((ratio * logs) @ share).mean()),
    }
