"""A share of people or records, with Wilson's interval."""

import pandas as pd

from equity_audit.measures._intervals import wilson
from equity_audit.measures._shape import counts, measurements, positive, z_value


def proportion(frame: pd.DataFrame, level: float = 0.95, multiplier: float = 1) -> pd.DataFrame:
    """Give numerator ÷ denominator for every row, with Wilson's score interval.

    Reads `numerator` and `denominator`. Gives one row for each row, in the same order; `n` is the denominator.

    Interpretation
    --------------
    The share of the denominator that has the attribute. The interval holds the shares
    that the data do not contradict at `level`.

    Applicability
    -------------
    Any count that is part of another: each record counts once, and records are independent.

    Method
    ------
    Wilson: the shares t with |x/n − t| ≤ z√(t(1 − t)/n). Ends are exactly 0 at x = 0 and exactly 1 at x = n.
    `multiplier` scales value and ends together (100 for per cent).

    Small numbers
    -------------
    Holds for any x from 0 to n. A denominator of 0 is withheld. Nothing is hidden here for disclosure.

    Warning
    -------
    Where patients repeat, the interval is too narrow: use `clustered_proportion`.

    References
    ----------
    Wilson EB (1927), J Am Stat Assoc 22:209–212. Newcombe RG (1998), Stat Med 17:857–872.
    """
    z = z_value(level)
    positive("multiplier", multiplier)
    x, n = counts(frame)
    lower, upper = wilson(x, n, z)
    return measurements(
        "proportion",
        multiplier * (x / n.clip(min=1e-300)),
        multiplier * lower,
        multiplier * upper,
        level=level,
        method="wilson",
        n=n,
        reason=["the denominator is 0" if empty else None for empty in n == 0],
    )
