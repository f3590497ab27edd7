"""Shares standardised to the extract's own denominators by age band and sex (and specialty where it drives waits)."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from math import nan, sqrt

import numpy as np
import pandas as pd

LEAST_COVERED = 0.95


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


def standardised_share(strata: pd.DataFrame, groups: Sequence[Hashable], effect: float = 1.0) -> Standardised:
    """The share of some groups together, had they the strata of the whole extract.

    Parameters
    ----------
    strata
        ``group``, ``stratum``, ``numerator``, ``denominator``: one row a group and stratum, uncoded groups included, since
        the standard is everyone.
    effect
        Design effect of repeat patients: the variance is multiplied by it.
    """
    return _weighted(strata, [(groups, 1.0, effect)])


def standardised_difference(
    strata: pd.DataFrame, first: Sequence[Hashable], second: Sequence[Hashable], effects: tuple[float, float] = (1.0, 1.0)
) -> Standardised:
    """The share of ``first`` less that of ``second`` over the strata where both have records."""
    return _weighted(strata, [(first, 1.0, effects[0]), (second, -1.0, effects[1])])


def _weighted(strata: pd.DataFrame, sides: Sequence[tuple[Sequence[Hashable], float, float]]) -> Standardised:
    everyone = strata.groupby("stratum")[["numerator", "denominator"]].sum()
    weight = everyone["denominator"].to_numpy(dtype=float)
    overall = everyone["numerator"].to_numpy(dtype=float) / np.where(weight > 0, weight, 1)
    counts = []
    common = weight > 0
    for groups, _, _ in sides:
        rows = strata[strata["group"].isin(list(groups))].groupby("stratum")[["numerator", "denominator"]].sum()
        rows = rows.reindex(everyone.index, fill_value=0)
        x, n = rows["numerator"].to_numpy(dtype=float), rows["denominator"].to_numpy(dtype=float)
        counts.append((x, n))
        common &= n > 0
    if not common.any():
        return Standardised(value=nan, error=nan, covered=0.0)
    shares = weight[common] / weight[common].sum()
    value = variance = 0.0
    for (x, n), (_, sign, effect) in zip(counts, sides, strict=True):
        x, n = x[common], n[common]
        value += sign * float(shares @ (x / n))
        # A stratum with no event, or only events, still has a variance: its share is drawn a little to everyone's.
        drawn = (x + overall[common]) / (n + 1)
        variance += effect * float(shares**2 @ (drawn * (1 - drawn) / n))
    return Standardised(value=value, error=sqrt(variance), covered=float(weight[common].sum() / weight.sum()))
