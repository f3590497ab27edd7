"""A share of records when patients have several records each."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from equity_audit.measures._intervals import wilson
from equity_audit.measures._shape import counts, keys, measurements, numbers, positive, require, z_value


def clustered_proportion(
    frame: pd.DataFrame, by: str | Sequence[str] = "group", level: float = 0.95, multiplier: float = 1
) -> pd.DataFrame:
    """Give each group's share of records, with an interval that allows for patients who repeat.

    Reads the `by` columns, a patient's `numerator` and `denominator`, and, if there, `patients`: how many have
    that pattern (else each row is one patient). One `proportion` a group, with `se`, `patients` and `design_effect`;
    `n` is the number of records.

    Interpretation
    --------------
    As `proportion`. A design effect of 2 means that the records tell as much as half as many independent ones.

    Applicability
    -------------
    Record-level shares where the same patient may have many records, as in dialysis or A&E.

    Method
    ------
    Variance Σ over patients (xᵢ − p·nᵢ)² ÷ n², p the share of all records. Design effect: that variance ÷ p(1 − p)/n.
    Ends: Wilson's with n ÷ design effect records. `multiplier` scales value, ends and error.

    Small numbers
    -------------
    With no event, or nothing but events, the variance is 0: each patient then counts as one record. Likewise
    where every patient has the very same share. An empty denominator is withheld.

    Warning
    -------
    With fewer than about 30 patients the variance is itself uncertain.

    References
    ----------
    Rao JNK, Scott AJ (1992), Biometrics 48:577–585. Cochran WG (1977), Sampling Techniques, 3rd edn, ch 3.
    """
    z = z_value(level)
    positive("multiplier", multiplier)
    names = [by] if isinstance(by, str) else list(by)
    require(frame, names)
    x, n = counts(frame)
    patients = numbers(frame, "patients") if "patients" in frame else np.ones(len(frame))
    groups, code = keys(frame, names)

    def total(figures: np.ndarray) -> np.ndarray:
        return np.bincount(code, weights=figures * patients)

    events, records, people = total(x), total(n), total((n > 0).astype(np.float64))
    with np.errstate(divide="ignore", invalid="ignore"):
        share = events / records
        variance = total((x - share[code] * n) ** 2) / records**2
        effect = variance * records / (share * (1 - share))
        size = np.where(variance > 0, records / effect, people)
    lower, upper = wilson(share * size, size, z)
    return measurements(
        "proportion",
        multiplier * share,
        multiplier * lower,
        multiplier * upper,
        level=level,
        method="clustered",
        n=records,
        reason=["the denominator is 0" if empty else None for empty in records == 0],
        first=groups,
        more={"se": multiplier * np.sqrt(variance), "patients": people, "design_effect": effect},
    )
