"""Patterns in a run of points on an XmR chart."""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from equity_audit.measures._shape import Booleans, Floats

Signs = NDArray[np.int_]
LONG = 7


def long_sides(side: Signs) -> Signs:
    """Mark every point of seven or more in a row on one side of the mean."""
    marked = np.zeros(len(side), dtype=int)
    for start, end in _stretches(side):
        if side[start] != 0 and end - start >= LONG:
            marked[start:end] = side[start]
    return marked


def long_trends(y: Floats) -> Signs:
    """Mark every point of seven or more that each rise, or each fall; a turning point belongs to the earlier run."""
    step = np.sign(np.diff(y)).astype(int)
    marked = np.zeros(len(y), dtype=int)
    for start, end in reversed(_stretches(step)):
        if step[start] != 0 and end - start >= LONG - 1:
            marked[start : end + 1] = step[start]
    return marked


def two_in_three(side: Signs, near: Booleans) -> Signs:
    """Mark the points near a limit of which two lie within three in a row on the same side."""
    marked = np.zeros(len(side), dtype=int)
    for sign in (1, -1):
        hit = near & (side == sign)
        for start in range(len(side) - 2):
            window = slice(start, start + 3)
            if hit[window].sum() >= 2:
                marked[window][hit[window]] = sign
    return marked


def _stretches(values: Signs) -> list[tuple[int, int]]:
    """Cut into stretches of equal values, each with its start and the place after its end."""
    if len(values) == 0:
        return []
    cuts = [0, *(np.flatnonzero(np.diff(values)) + 1).tolist(), len(values)]
    return list(pairwise(cuts))
