"""Counts by age and sex, which are rounded and leave out who has neither, brought to the published counts of their group."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

MOST_BENT = 0.25  # of the published events: further off, too little is left of how they spread over age and sex


def scaled(counts: pd.DataFrame, strata: pd.DataFrame) -> pd.DataFrame:
    """Strata whose events add up to the published events of each group; a stratum has no more events than records."""
    found, published = strata.groupby("group")["numerator"].sum(), counts.set_index("group")["numerator"]
    factor = (published / found).replace([np.inf, -np.inf], np.nan)
    events = strata["numerator"] * strata["group"].map(factor).fillna(1.0).astype(float)
    return strata.assign(numerator=events.clip(upper=strata["denominator"]))


def bent(counts: pd.DataFrame, strata: pd.DataFrame | None, *each_side: Sequence[str]) -> bool:
    """Whether the events of a side's strata are too far from its published events to be scaled to them."""
    if strata is None:
        return False
    found = strata.groupby("group")["numerator"].sum()
    for groups in each_side:
        events, _ = summed(counts, groups)
        if abs(found.reindex(list(groups)).sum() - events) > MOST_BENT * events:
            return True
    return False


def summed(counts: pd.DataFrame, groups: Sequence[str]) -> tuple[float, float]:
    """Events and records of some groups together."""
    rows = counts[counts["group"].isin(list(groups))]
    return float(rows["numerator"].sum()), float(rows["denominator"].sum())
