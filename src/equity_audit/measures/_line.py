"""A weighted line through ordered groups: its two ends, their covariance, and draws of them."""

from typing import NamedTuple

import numpy as np

from equity_audit.measures._scales import ERRORS_READ_ON, SCALES, inside
from equity_audit.measures._shape import Floats

DRAWS = 200_000  # a percentile then errs by some 0.2 % of the interval's width
Figure = tuple[float, float, float]


class Groups(NamedTuple):
    """What a line is fitted to: values with their limits and natural standard errors, weights and ridits."""

    y: Floats
    low: Floats
    high: Floats
    se: Floats
    weight: Floats
    ridit: Floats


def scaled(groups: Groups, transform: str | None) -> tuple[Floats, Floats]:
    """Put values and their errors on the fitted scale."""
    scale = SCALES[transform]
    at = np.where(inside(transform, groups.y), groups.y, (groups.low + groups.high) / 2)
    return scale.there(at), groups.se * scale.slope(at)


def coefficients(groups: Groups) -> tuple[Floats, Floats]:
    """Give what each group adds to the intercept and to the slope of the weighted line."""
    weight, ridit = groups.weight, groups.ridit
    centre = float(weight @ ridit)
    slope = weight * (ridit - centre) / float(weight @ (ridit - centre) ** 2)
    return weight - centre * slope, slope


def _each(groups: Groups) -> Floats:
    """Give what each group adds to the end at ridit 0 and to the end at ridit 1."""
    intercept, slope = coefficients(groups)
    return np.stack([intercept, intercept + slope])


def fitted(groups: Groups, transform: str | None) -> tuple[Floats, Floats]:
    """Give the fitted scale's two ends and their covariance."""
    there, error = scaled(groups, transform)
    each = _each(groups)
    return each @ there, (each * error**2) @ each.T


def drawn(groups: Groups, kind: str, transform: str | None, seed: int) -> Floats:
    """Draw every group's value from its error and fit each draw: a row of natural values an end.

    A value is drawn on the scale its error was read on: the kind's own, or the fitted one. Where its limits lie
    outside that scale it is drawn as it stands, as its error was read.
    """
    normal = np.random.default_rng(seed).standard_normal((len(groups.y), DRAWS))
    if transform is not None:
        there, error = scaled(groups, transform)
        return SCALES[transform].back(_each(groups) @ (there[:, None] + error[:, None] * normal))
    name = ERRORS_READ_ON[kind]
    scale, fits = SCALES[name], inside(name, groups.y, groups.low, groups.high)
    y, se = groups.y[:, None], groups.se[:, None]
    draws = y + se * normal
    draws[fits] = scale.back(scale.there(y[fits]) + se[fits] * scale.slope(y[fits]) * normal[fits])
    return _each(groups) @ draws
