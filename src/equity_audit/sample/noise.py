"""Repeatable chance: a number drawn for a position, not from a stream.

Each value is a hash of (seed, dataset, purpose, position), so any chunk can be made alone, nothing is held in
memory between chunks, and no release of numpy can change a committed file.
"""

from typing import Any
from zlib import crc32

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

_MASK = (1 << 64) - 1
_STEP = 0x9E3779B97F4A7C15


def _mix(value: Array) -> Array:
    """Finish a 64-bit hash (the finaliser of splitmix64)."""
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed: Array = value ^ (value >> np.uint64(31))
    return mixed


class Noise:
    """Draws for one seed and one name; the same question always has the same answer."""

    def __init__(self, seed: int, name: str) -> None:
        self._key = (seed * _STEP + crc32(name.encode()) * 0xD1B54A32D192ED03) & _MASK

    def uniform(self, purpose: str, positions: Array) -> Array:
        """Give a number in [0, 1) for each position."""
        start = np.uint64((self._key + crc32(purpose.encode()) * _STEP) & _MASK)
        hashed = _mix(_mix(positions.astype(np.uint64) * np.uint64(_STEP) + start) ^ start)
        return (hashed >> np.uint64(11)).astype(np.float64) * 2.0**-53

    def integers(self, purpose: str, positions: Array, below: int) -> Array:
        """Give a whole number in [0, below) for each position."""
        return (self.uniform(purpose, positions) * below).astype(np.int64)

    def choose(self, purpose: str, positions: Array, weights: Array) -> Array:
        """Give an index into the weights for each position, as often as its weight says."""
        edges = np.cumsum(weights / weights.sum())[:-1]
        return np.searchsorted(edges, self.uniform(purpose, positions), side="right")
