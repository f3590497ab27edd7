"""Who is compared with whom: every other group with the reference, and every group with the rest."""

from collections.abc import Hashable
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from equity_audit.measures._shape import Floats, by_group, counts, position


class Comparisons(NamedTuple):
    """Two shares a row, x1/n1 against x0/n0, and the labels of the row."""

    labels: dict[str, Any]
    x1: Floats
    n1: Floats
    x0: Floats
    n0: Floats


def comparisons(frame: pd.DataFrame, reference: Hashable) -> Comparisons:
    """Pair each other group with the reference, then each group with all others together."""
    counts(frame)
    groups = by_group(frame)
    x, n = counts(groups)
    at = position(groups, reference)
    others = np.array([row for row in range(len(groups)) if row != at], dtype=np.intp)
    every = np.arange(len(groups))
    rows = np.concatenate([others, every])
    return Comparisons(
        labels={
            "group": groups["group"].iloc[rows].reset_index(drop=True),
            "against": pd.Series([reference] * len(others) + ["rest"] * len(groups), dtype=object),
        },
        x1=x[rows],
        n1=n[rows],
        x0=np.concatenate([np.full(len(others), x[at]), x.sum() - x]),
        n0=np.concatenate([np.full(len(others), n[at]), n.sum() - n]),
    )


def why_empty(n1: Floats, n0: Floats) -> list[str | None]:
    """Say which comparisons lack a denominator on one side."""
    return ["a denominator is 0" if a == 0 or b == 0 else None for a, b in zip(n1, n0, strict=True)]
