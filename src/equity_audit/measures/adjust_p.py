"""P values adjusted for the number of tests."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from equity_audit.measures._shape import Floats, choice, refuse

METHODS = ("holm", "bh", "by", "bonferroni", "hochberg")


def adjust_p(p: ArrayLike | Sequence[Any], method: str) -> Floats:
    """Adjust p values for being one family of tests; an array in the same order.

    Interpretation
    --------------
    Compare the adjusted value with the usual threshold. `bh` and `by` bound the share of false findings among
    those found, the others the chance of any false finding.

    Applicability
    -------------
    One family: all tests that answer one question, decided beforehand.

    Method
    ------
    With p sorted up and m tests: bonferroni m·p; holm the running maximum of (m − i + 1)·p; hochberg the running
    minimum of the same from the top; bh the running minimum from the top of m·p/i; by the same × Σ 1/i.
    All capped at 1. Worked in numpy, held against statsmodels by a test (importing it costs a second).

    Small numbers
    -------------
    A blank p (NaN) stays blank and is not counted as a test. No p values give an empty array.

    Warning
    -------
    State the number of tests beside the result. `hochberg` and `bh` need tests that do not oppose one another.

    References
    ----------
    Holm S (1979), Scand J Stat 6:65–70. Hochberg Y (1988), Biometrika 75:800–802. Benjamini Y, Hochberg Y (1995),
    J R Stat Soc B 57:289–300. Benjamini Y, Yekutieli D (2001), Ann Stat 29:1165–1188.
    """
    choice("method", method, METHODS)
    values = np.array(p, dtype=np.float64)
    refuse((values < 0) | (values > 1), "p lies outside 0 and 1")
    known = np.flatnonzero(~np.isnan(values))
    ascending = known[np.argsort(values[known])]
    sorted_p, tests = values[ascending], len(known)
    place = np.arange(1, tests + 1)
    if method == "bonferroni":
        adjusted = tests * sorted_p
    elif method == "holm":
        adjusted = np.maximum.accumulate((tests - place + 1) * sorted_p)
    else:
        factor = tests - place + 1.0 if method == "hochberg" else tests / place
        if method == "by":
            factor = factor * np.sum(1 / place)
        adjusted = np.minimum.accumulate((factor * sorted_p)[::-1])[::-1]
    values[ascending] = np.minimum(adjusted, 1)
    return values
