"""The most against the least deprived, as a difference and as a ratio."""

from math import exp, hypot, nan

import pandas as pd

from equity_audit.measures._shape import in_order, measurements, numbers, z_value


def gap(frame: pd.DataFrame, level: float = 0.95) -> pd.DataFrame:
    """Give the most deprived group's value minus, and divided by, the least deprived's.

    Reads `order` (1 = most deprived), `value` and `se`. Two rows, `gap` and `ratio`; `n` is the number of groups
    compared, 2.

    Interpretation
    --------------
    A gap above 0 or a ratio above 1: the value is higher among the most deprived. Not flipped: whether that is
    worse depends on the measure.

    Applicability
    -------------
    Ordered groups. Only the two ends count.

    Method
    ------
    Gap: normal, with √(se² + se²). Ratio: normal on the log scale, with √((se/value)² + (se/value)²).

    Small numbers
    -------------
    The ratio is withheld where either value is 0 or below; both are withheld with fewer than two groups.

    Warning
    -------
    Says nothing of the groups between. Where they do not lie between the two ends, the gap misleads.

    References
    ----------
    World Health Organization (2013), Handbook on Health Inequality Monitoring, ch 3.
    """
    z = z_value(level)
    for column, least in (("value", None), ("se", 0.0)):
        numbers(frame, column, least=least)
    ends = in_order(frame)
    value, se = numbers(ends, "value", least=None), numbers(ends, "se")
    if len(ends) < 2:
        nothing, few = [nan, nan], "fewer than two groups"
        return measurements(
            ["gap", "ratio"], nothing, nothing, nothing, level=level, method="delta", n=len(ends), reason=[few, few]
        )
    most, least_deprived = float(value[0]), float(value[-1])
    difference, reach = most - least_deprived, z * hypot(se[0], se[-1])
    ratio = factor = nan
    reason = "a value is 0 or below, so that the ratio has no logarithm"
    if most > 0 and least_deprived > 0:
        ratio, reason = most / least_deprived, None  # type: ignore[assignment]
        factor = exp(z * hypot(se[0] / most, se[-1] / least_deprived))
    return measurements(
        ["gap", "ratio"],
        [difference, ratio],
        [difference - reach, ratio / factor],
        [difference + reach, ratio * factor],
        level=level,
        method=["delta", "delta, log scale"],
        n=2,
        reason=[None, reason],
    )
