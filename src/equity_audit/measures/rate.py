"""A rate of events, with an exact or Byar interval."""

import numpy as np
import pandas as pd

from equity_audit.measures._intervals import poisson
from equity_audit.measures._shape import measurements, numbers, positive, z_value


def rate(frame: pd.DataFrame, level: float = 0.95, multiplier: float = 100_000) -> pd.DataFrame:
    """Give events per `multiplier` of the denominator for every row.

    Reads `events` and `denominator`. Gives one row for each row, in the same order; `n` is the denominator.

    Interpretation
    --------------
    Events for every `multiplier` people (or person-years, or bed days).

    Applicability
    -------------
    Counts of events that may repeat for a person, or that are rare beside the denominator.

    Method
    ------
    The count is taken as Poisson. Below 10 events the ends are exact, χ²(α/2; 2x)/2 and χ²(1 − α/2; 2x + 2)/2;
    from 10 they are Byar's. The column `method` says which.

    Small numbers
    -------------
    No events give a lower end of 0 and a finite upper end. A denominator of 0 is withheld.

    Warning
    -------
    Crude: two rates of populations of different age are not comparable. Repeat attenders
    spread the count more than Poisson allows: use `standardised_rate` with `independent_events=False`.

    References
    ----------
    Breslow NE, Day NE (1987), Statistical Methods in Cancer Research II, IARC, pp 69–71. Garwood F (1936),
    Biometrika 28:437–442.
    """
    z = z_value(level)
    positive("multiplier", multiplier)
    x, n = numbers(frame, "events"), numbers(frame, "denominator")
    lower, upper, method = poisson(x, level, z)
    per = multiplier / np.where(n > 0, n, np.nan)
    return measurements(
        "rate",
        x * per,
        lower * per,
        upper * per,
        level=level,
        method=method,
        n=n,
        reason=["the denominator is 0" if empty else None for empty in n == 0],
    )
