"""Concentration indices across ordered groups."""

import numpy as np
import pandas as pd

from equity_audit.measures._shape import choice, in_order, measurements, numbers, z_value

VARIANTS = ("aci", "rci", "wagstaff", "erreygers")


def concentration_index(
    frame: pd.DataFrame, variant: str = "rci", level: float = 0.95, bounds: tuple[float, float] = (0, 1)
) -> pd.DataFrame:
    """Say towards which end of deprivation a value is concentrated.

    Reads `order` (1 = most deprived), `population`, `value` and `se`. One row named by the variant;
    `n` is the population. `bounds` are the smallest and largest value possible: (0, 1) for a share.

    Interpretation
    --------------
    0 is no concentration; above 0 there is more among the least deprived, below 0 among the most deprived.
    Not flipped by what is good or bad.

    Applicability
    -------------
    Ordered groups. `wagstaff` and `erreygers` for values between bounds: their size does not depend on
    whether the event or its absence is counted.

    Method
    ------
    With population shares p and mid-point ranks r: aci = Σ p(2r − 1)y; rci = aci ÷ mean; with bounds a and b,
    wagstaff = (b − a)·aci ÷ ((b − mean)(mean − a)); erreygers = 4·aci ÷ (b − a). Delta interval, populations fixed.

    Small numbers
    -------------
    Groups without people are left out. Withheld with fewer than two groups, and where the divisor is 0.

    Warning
    -------
    The rci of an event and of its absence are not mirror images: state which was counted.

    References
    ----------
    Wagstaff A (2005), Health Econ 14:429–432. Erreygers G (2009), J Health Econ 28:504–515.
    """
    choice("variant", variant, VARIANTS)
    z = z_value(level)
    lowest, highest = bounds
    if not lowest < highest:
        raise ValueError("bounds are a lower and a higher number")
    bounded = variant in ("wagstaff", "erreygers")
    peopled = numbers(frame, "population") > 0
    numbers(frame, "value", lowest if bounded else None, highest if bounded else None, where=peopled)
    numbers(frame, "se", where=peopled)
    ranked = in_order(frame)
    groups = ranked[numbers(ranked, "population") > 0]
    people, y, se = (numbers(groups, column, least=None) for column in ("population", "value", "se"))
    p = people / people.sum() if len(people) else people
    pull = p * (2 * (np.cumsum(p) - p / 2) - 1)
    aci, mean = float(pull @ y), float(p @ y)
    value, gradient, reason = aci, pull, None
    if variant == "erreygers":
        value, gradient = 4 * aci / (highest - lowest), 4 * pull / (highest - lowest)
    elif variant != "aci":
        over = mean if variant == "rci" else (highest - mean) * (mean - lowest) / (highest - lowest)
        moved = 1.0 if variant == "rci" else (highest + lowest - 2 * mean) / (highest - lowest)
        if over == 0:
            reason = "the mean is 0" if variant == "rci" else "the mean lies on a bound"
        else:
            value, gradient = aci / over, (pull - aci / over * moved * p) / over
    reach = z * float(np.sqrt(np.sum((gradient * se) ** 2)))
    return measurements(
        [variant],
        [value],
        [value - reach],
        [value + reach],
        level=level,
        method="delta",
        n=people.sum(),
        reason=["fewer than two groups with people" if len(groups) < 2 else reason],
    )
