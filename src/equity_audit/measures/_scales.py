"""Scales on which values are fitted and errors are read: natural, log and logit."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from equity_audit.measures._shape import Floats


class Scale(NamedTuple):
    """A scale: there, back, and the slope of there at a natural value."""

    there: Callable[[Floats], Floats]
    back: Callable[[Floats], Floats]
    slope: Callable[[Floats], Floats]


def _logit(value: Floats) -> Floats:
    return np.asarray(np.log(value) - np.log1p(-value), dtype=np.float64)


def _share(value: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-value)), dtype=np.float64)


SCALES: dict[str | None, Scale] = {
    None: Scale(np.asarray, np.asarray, np.ones_like),
    "log": Scale(np.log, np.exp, np.reciprocal),
    "logit": Scale(_logit, _share, lambda value: 1 / (value * (1 - value))),
}
ERRORS_READ_ON: dict[str, str | None] = {"proportion": "logit", "rate": "log", "other": None}


def inside(scale: str | None, *values: Floats) -> np.ndarray:
    """Say where all of the values can be put on the scale."""
    top = 1.0 if scale == "logit" else np.inf
    fits = np.ones(len(values[0]), dtype=bool)
    if scale is not None:
        for value in values:
            fits &= (value > 0) & (value < top)
    return fits


def natural_errors(value: Floats, lower: Floats, upper: Floats, kind: str, z: float) -> Floats:
    """Read standard errors from limits, on the kind's own scale, and give them on the natural one.

    Where an end lies outside the scale (nobody or everybody has the event) the width is read as it stands.
    """
    name = ERRORS_READ_ON[kind]
    scale = SCALES[name]
    fits = inside(name, value, lower, upper)
    v, low, high = (np.where(fits, figures, np.nan) for figures in (value, lower, upper))
    read = (scale.there(high) - scale.there(low)) / (2 * z) / scale.slope(v)
    return np.where(fits, read, (upper - lower) / (2 * z))
