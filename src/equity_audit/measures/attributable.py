"""What would change if every group had the reference's value."""

from collections.abc import Hashable

import numpy as np
import pandas as pd

from equity_audit.measures._shape import by_group, measurements, numbers, position, z_value


def attributable(frame: pd.DataFrame, reference: Hashable, level: float = 0.95) -> pd.DataFrame:
    """Give the population attributable risk and fraction against one group.

    Reads `group`, `population`, `value` and `se`. Two rows, `par` and `paf`; `n` is the population.

    Interpretation
    --------------
    `par` is the change in the average if all had the reference's value: below 0 a fall. `paf` is that change as a
    per cent of the average.

    Applicability
    -------------
    Against the least deprived group, or a group named beforehand for a reason.

    Method
    ------
    par = reference − weighted mean; paf = 100·par ÷ weighted mean. Delta interval, populations fixed.

    Small numbers
    -------------
    Groups without people are left out. `paf` is withheld where the mean is 0.

    Warning
    -------
    Never headline a figure against the best ethnic group: the best of several small groups is best by
    chance. The difference need not be caused by deprivation.

    References
    ----------
    World Health Organization (2013), Handbook on Health Inequality Monitoring, ch 3.
    """
    z = z_value(level)
    peopled = numbers(frame, "population") > 0
    numbers(frame, "value", least=None, where=peopled)
    numbers(frame, "se", where=peopled)
    every = by_group(frame)
    at = position(every, reference)
    empty = numbers(every, "population") == 0
    if empty[at]:
        raise ValueError(f"reference {reference!r} has no population")
    at -= int(empty[:at].sum())
    groups = every[~empty]
    people, y, se = (numbers(groups, column, least=None) for column in ("population", "value", "se"))
    p = people / people.sum()
    mean = float(p @ y)
    change = (np.arange(len(y)) == at) - p
    par = float(y[at]) - mean
    nonzero = mean if mean != 0 else np.nan
    relative = 100 * (change - par / nonzero * p) / nonzero
    value = np.array([par, 100 * par / nonzero])
    reach = z * np.array([np.sqrt(np.sum((gradient * se) ** 2)) for gradient in (change, relative)])
    return measurements(
        ["par", "paf"],
        value,
        value - reach,
        value + reach,
        level=level,
        method="delta",
        n=people.sum(),
        reason=[None, "the mean is 0" if mean == 0 else None],
    )
