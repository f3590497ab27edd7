"""How much less a record tells where patients repeat: the design effect of each group.

Var = Σ over patients (x − p·n)² / N², against p(1 − p)/N for independent records. One dialysis patient is 150 records.
"""

from __future__ import annotations

import pandas as pd


def design_effects(patterns: pd.DataFrame, counts: pd.DataFrame) -> dict[str, float]:
    """Design effect of each group; never below 1, since few patients by chance look alike.

    Parameters
    ----------
    patterns
        ``group``, ``events``, ``records`` (of one patient within the group) and ``patients`` (how many are so).
    counts
        ``group``, ``numerator``, ``denominator``: all records, those without a patient key included.
    """
    effects = {}
    for row in counts.itertuples(index=False):
        group, x, n = str(row.group), float(row.numerator), float(row.denominator)  # type: ignore[arg-type]
        if n == 0 or x in (0, n):
            effects[group] = 1.0
            continue
        share = x / n
        own = patterns[patterns["group"] == row.group]
        clustered = float((own["patients"] * (own["events"] - share * own["records"]) ** 2).sum())
        # A record without a key is a patient of its own.
        alone = n - float((own["patients"] * own["records"]).sum())
        alone_events = x - float((own["patients"] * own["events"]).sum())
        clustered += alone_events * (1 - share) ** 2 + (alone - alone_events) * share**2
        effects[group] = max(1.0, clustered / (n * share * (1 - share)))
    return effects
