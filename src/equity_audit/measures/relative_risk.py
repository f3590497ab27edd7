"""The ratio of two shares, or of two rates."""

from collections.abc import Hashable

import numpy as np
import pandas as pd

from equity_audit.measures._comparisons import comparisons, why_empty
from equity_audit.measures._score import score_ends
from equity_audit.measures._shape import Floats, choice, measurements, z_value


def relative_risk(frame: pd.DataFrame, reference: Hashable, level: float = 0.95, method: str = "score") -> pd.DataFrame:
    """Divide each group's share by the reference's, and by that of all other groups together.

    Reads `group`, `numerator` and `denominator`. First a row for each other group with `against` the reference's
    label, then one for each group with `against` = `rest`; `n` is both denominators together.

    Interpretation
    --------------
    1 is no difference, 1.5 half as much again. Above 1 the named group has the larger share.

    Applicability
    -------------
    Groups that do not overlap. With `method="exact"` the numerators are Poisson counts, the denominators any
    exposure, and the measure is called `rate_ratio`.

    Method
    ------
    `score`: Miettinen and Nurminen's score interval, the ratios that a score test at `level` does not reject.
    `katz`: normal on the log scale. `exact`: conditional on the total count, from Beta quantiles.

    Small numbers
    -------------
    `score` and `exact` hold with a zero count: none in the group gives 0, none in the comparator gives `inf`, with
    the other end finite. `katz` is withheld with a zero count. No events on either side is withheld.

    Warning
    -------
    With several small groups the largest ratio is large by chance. Crude: allow for age and sex first.

    References
    ----------
    Miettinen O, Nurminen M (1985), Stat Med 4:213–226. Katz D et al (1978), Biometrics 34:469–474.
    Przyborowski J, Wilenski H (1940), Biometrika 31:313–323.
    """
    choice("method", method, ("score", "katz", "exact"))
    z = z_value(level)
    labels, x1, n1, x0, n0 = comparisons(frame, reference)
    reasons = [
        why or ("no events on either side" if a == 0 and b == 0 else None)
        for why, a, b in zip(why_empty(n1, n0), x1, x0, strict=True)
    ]
    with np.errstate(divide="ignore", invalid="ignore"):
        value = x1 / n1 / (x0 / n0)
        if method == "score":
            lower, upper = score_ends(x1, n1, x0, n0, z)
        elif method == "exact":
            lower, upper = _exact(x1, n1, x0, n0, level)
        else:
            reach = z * np.sqrt(1 / x1 - 1 / n1 + 1 / x0 - 1 / n0)
            lower, upper = value * np.exp(-reach), value * np.exp(reach)
            zero = (x1 == 0) | (x0 == 0)
            reasons = [
                why or ("katz needs a count on both sides" if none else None)
                for why, none in zip(reasons, zero, strict=True)
            ]
    return measurements(
        "rate_ratio" if method == "exact" else "relative_risk",
        value,
        lower,
        upper,
        level=level,
        method=method,
        n=n1 + n0,
        reason=reasons,
        first=labels,
    )


def _exact(x1: Floats, n1: Floats, x0: Floats, n0: Floats, level: float) -> tuple[Floats, Floats]:
    from scipy.special import betainccinv, betaincinv

    tail = (1 - level) / 2
    low = np.where(x1 > 0, betaincinv(np.where(x1 > 0, x1, 1), x0 + 1, tail), 0.0)
    high = np.where(x0 > 0, betainccinv(x1 + 1, np.where(x0 > 0, x0, 1), tail), 1.0)
    return low / (1 - low) * n0 / n1, high / (1 - high) * n0 / n1
