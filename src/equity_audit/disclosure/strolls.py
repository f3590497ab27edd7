"""How far hidden cells of a system can move, as far as walks without a solver show it: nearly all of them.

What was seen once is kept: a whole solution stays one when more is hidden.
"""

import itertools
from dataclasses import dataclass

import numpy as np

from equity_audit.disclosure.cells import Array, System
from equity_audit.disclosure.walk import JOINTS, Walk

LONGEST = 200  # sums looked at for one chain: longer ways are left to the joint programmes, which find many at once


@dataclass(frozen=True)
class Known:
    """A system as a walk needs it."""

    true: list[int]
    low: list[float]
    high: list[float]
    sums: list[list[tuple[int, int]]]


class Seen:
    """Lowest and highest value that each cell was led to, with a whole solution; forgotten when a cell is shown again."""

    def __init__(self, system: System) -> None:
        self._system = system
        self._hidden = np.zeros(len(system.counts), dtype=bool)
        self.least, self.most = system.counts.copy(), system.counts.copy()

    def note(self, least: Array, most: Array) -> None:
        """Take note of values found elsewhere while the same cells were hidden."""
        self.least, self.most = np.minimum(self.least, least), np.maximum(self.most, most)

    def stroll(self, hidden: Array, want_low: Array, want_high: Array) -> None:
        """Lead cells towards their wants, from the true counts by moving hidden cells only; NaN wants nothing."""
        if (self._hidden & ~hidden).any():
            self.least, self.most = self._system.counts.copy(), self._system.counts.copy()
        self._hidden = hidden.copy()
        wanted = np.flatnonzero((self.least > want_low) | (self.most < want_high))  # never so for NaN
        left = [
            (
                int(cell),
                float(np.fmin(want_low[cell], self.least[cell])),
                float(np.fmax(want_high[cell], self.most[cell])),
            )
            for cell in wanted
        ]
        if left:
            walk = Walk(_known(self._system, hidden), LONGEST)
            for joints in JOINTS:
                left = [(cell, low, high) for cell, low, high in left if not walk.stretch(cell, low, high, joints)]
            self.note(np.array(walk.least, dtype=float), np.array(walk.most, dtype=float))


def _known(system: System, hidden: Array) -> Known:
    matrix = system.matrix
    numbers, signs, starts = matrix.indices.tolist(), matrix.data.astype(int).tolist(), matrix.indptr.tolist()
    sums = [list(zip(numbers[begin:end], signs[begin:end], strict=True)) for begin, end in itertools.pairwise(starts)]
    low, high = np.where(hidden, 0.0, system.counts), np.where(hidden, np.inf, system.counts)
    return Known(system.counts.astype(int).tolist(), low.tolist(), high.tolist(), sums)
