"""The difference of two shares."""

from collections.abc import Hashable

import numpy as np
import pandas as pd

from equity_audit.measures._comparisons import comparisons, why_empty
from equity_audit.measures._intervals import wilson
from equity_audit.measures._shape import measurements, z_value


def risk_difference(frame: pd.DataFrame, reference: Hashable, level: float = 0.95) -> pd.DataFrame:
    """Take the reference's share, and that of all other groups together, from each group's.

    Reads `group`, `numerator` and `denominator`. First a row for each other group with `against` the reference's
    label, then one for each group with `against` = `rest`; `n` is both denominators together.

    Interpretation
    --------------
    0 is no difference, 0.05 five points more. Above 0 the named group has the larger share.

    Applicability
    -------------
    Groups that do not overlap, and shares of independent records.

    Method
    ------
    Newcombe's hybrid score interval (his method 10): Wilson's ends of the two shares, added in quadrature.

    Small numbers
    -------------
    Holds with zero and full counts, and stays within −1 and 1. An empty denominator is withheld.

    Warning
    -------
    Crude: groups of different age may differ for that alone.

    References
    ----------
    Newcombe RG (1998), Stat Med 17:873–890.
    """
    z = z_value(level)
    labels, x1, n1, x0, n0 = comparisons(frame, reference)
    with np.errstate(divide="ignore", invalid="ignore"):
        share1, share0 = x1 / n1, x0 / n0
        (low1, high1), (low0, high0) = wilson(x1, n1, z), wilson(x0, n0, z)
    value = share1 - share0
    return measurements(
        "risk_difference",
        value,
        value - np.hypot(share1 - low1, high0 - share0),
        value + np.hypot(high1 - share1, share0 - low0),
        level=level,
        method="newcombe",
        n=n1 + n0,
        reason=why_empty(n1, n0),
        first=labels,
    )
