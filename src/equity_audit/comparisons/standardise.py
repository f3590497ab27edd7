"""Shares standardised to the extract's own denominators by age band and sex (and specialty where it drives waits)."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from math import nan, sqrt

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Standardised:
    """A standardised share or difference (as proportions) with its standard error.

    ``covered`` is the share of all denominators in strata where every side compared has records: elsewhere nothing can
    be compared like with like.
    """

    value: float
    error: float
    covered: float

    def interval(self, z: float) -> tuple[float, float]:
        """Normal interval."""
        return self.value - z * self.error, self.value + z * self.error


@dataclass(frozen=True, kw_only=True)
class Strata:
    """Events and records by group (rows) and stratum (columns); the standard is every group together."""

    groups: tuple[Hashable, ...]
    events: Floats
    records: Floats

    def side(self, groups: Sequence[Hashable]) -> tuple[Floats, Floats]:
        """Events and records by stratum of some groups together."""
        rows = [self.groups.index(group) for group in groups if group in self.groups]
        return self.events[rows].sum(axis=0), self.records[rows].sum(axis=0)


def strata_of(frame: pd.DataFrame) -> Strata:
    """Strata from ``group``, ``stratum``, ``numerator``, ``denominator``; uncoded groups belong in it."""
    groups, strata = pd.factorize(frame["group"]), pd.factorize(frame["stratum"])
    shape = (len(groups[1]), len(strata[1]))
    events, records = np.zeros(shape), np.zeros(shape)
    np.add.at(events, (groups[0], strata[0]), frame["numerator"].to_numpy(dtype=float))
    np.add.at(records, (groups[0], strata[0]), frame["denominator"].to_numpy(dtype=float))
    return Strata(groups=tuple(groups[1]), events=events, records=records)


def standardised_share(strata: Strata, groups: Sequence[Hashable], effect: float = 1.0) -> Standardised:
    """The share of some groups together, had they the strata of the whole extract.

    ``effect`` is the design effect of repeat patients: the variance is multiplied by it.
    """
    return _weighted(strata, [(groups, 1.0, effect)])


def standardised_difference(
    strata: Strata, first: Sequence[Hashable], second: Sequence[Hashable], effects: tuple[float, float] = (1.0, 1.0)
) -> Standardised:
    """The share of ``first`` less that of ``second`` over the strata where both have records."""
    return _weighted(strata, [(first, 1.0, effects[0]), (second, -1.0, effects[1])])


def _weighted(strata: Strata, sides: Sequence[tuple[Sequence[Hashable], float, float]]) -> Standardised:
    weight = strata.records.sum(axis=0)
    overall = strata.events.sum(axis=0) / np.where(weight > 0, weight, 1)
    counts = [strata.side(groups) for groups, _, _ in sides]
    common = (weight > 0) & np.all([n > 0 for _, n in counts], axis=0)
    if not common.any():
        return Standardised(value=nan, error=nan, covered=0.0)
    shares = weight[common] / weight[common].sum()
    value = variance = 0.0
    for (events, records), (_, sign, effect) in zip(counts, sides, strict=True):
        x, n = events[common], records[common]
        value += sign * float(shares @ (x / n))
        # A stratum with no event, or only events, still has a variance: its share is drawn a little to everyone's.
        drawn = (x + overall[common]) / (n + 1)
        variance += effect * float(shares**2 @ (drawn * (1 - drawn) / n))
    return Standardised(value=value, error=sqrt(variance), covered=float(weight[common].sum() / weight.sum()))
