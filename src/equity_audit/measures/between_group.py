"""How far groups without an order differ from one another."""

from collections.abc import Hashable
from math import nan

import numpy as np
import pandas as pd

from equity_audit.measures._dispersion import MEASURES, Groups, no_difference
from equity_audit.measures._shape import by_group, choice, measurements, numbers, position, z_value


def between_group(
    frame: pd.DataFrame,
    reference: Hashable | None = None,
    polarity: str = "adverse",
    level: float = 0.95,
    seed: int = 0,
) -> pd.DataFrame:
    """Give thirteen measures of the spread between groups.

    Reads `group`, `population`, `value` and `se`. Rows: `idis_weighted`, `idis_unweighted`, `cov`, `bgv` (with
    `bias_corrected`), `bgsd`, `mld`, `theil`, and the mean absolute difference from the weighted mean (`mdm_*`), the
    best group (`mdb_*`) and the reference (`mdr_*`). `n` is the population.

    Interpretation
    --------------
    0 is no difference; none is ever below 0. `no_difference` is the average that IDIS, MLD and
    Theil would reach, with these populations and standard errors, if the groups did not differ at all.

    Applicability
    -------------
    Groups without an order, such as ethnic groups.

    Method
    ------
    With population shares p and weighted mean m: idis = 100·Σ w|y − m|/m (w = p, or 1/k unweighted); bgv = Σ p(y − m)²,
    bias corrected by − Σ p(1 − p)se²; bgsd its root; cov = 100·bgsd/m; mld = 1000·Σ p ln(m/y);
    theil = 1000·Σ p(y/m)ln(y/m). Best is the lowest if `polarity` is `adverse`, the highest if `favourable`.
    Delta intervals, populations fixed, ends not clipped. `no_difference`: 4,000 seeded draws.

    Small numbers
    -------------
    Groups without people are left out. Relative measures are withheld with a mean of 0 or below, `mld` with a value
    of 0 or below, `theil` with one below 0; a `theil` with a value of 0 that has an error has no interval.

    Warning
    -------
    All are above 0 by chance alone: read the value against `no_difference`. Near no difference the delta
    interval is too narrow. The best of several small groups is best by chance: never headline `mdb_*`.

    References
    ----------
    Harper S, Lynch J (2010), Methods for Measuring Cancer Disparities, NCI. Pearcy JN, Keppel KG (2002), Public
    Health Rep 117:273–280.
    """
    choice("polarity", polarity, ("adverse", "favourable"))
    z = z_value(level)
    peopled = numbers(frame, "population") > 0
    numbers(frame, "value", least=None, where=peopled)
    numbers(frame, "se", where=peopled)
    every = by_group(frame)
    kept = every[numbers(every, "population") > 0]
    people, y, se = (numbers(kept, column, least=None) for column in ("population", "value", "se"))
    if reference is not None:
        position(every, reference)
    rows: list[tuple[float, float]] = []
    reasons: list[str | None] = []
    if len(kept) < 2:
        rows = [(nan, nan)] * len(MEASURES)
        reasons = ["fewer than two groups with people"] * len(MEASURES)
    else:
        best = int(np.argmin(y) if polarity == "adverse" else np.argmax(y))
        named = reference is not None and bool((kept["group"] == reference).any())
        groups = Groups(people / people.sum(), y, best, position(kept, reference) if named else None)
        for measure in MEASURES.values():
            why = measure.withheld(groups)
            figure, gradient = (nan, np.zeros_like(y)) if why else measure.figure(groups)
            reasons.append(why)
            with np.errstate(invalid="ignore"):
                moved = np.where(se == 0, 0.0, gradient * se)
            rows.append((figure, float(np.sqrt(np.sum(moved**2)))))
    value, error = np.array([row[0] for row in rows]), np.array([row[1] for row in rows])
    reach = np.where(np.isfinite(error), z * error, nan)
    corrected = np.full(len(rows), nan)
    chance = np.full(len(rows), nan)
    if len(kept) >= 2:
        p = people / people.sum()
        corrected[list(MEASURES).index("bgv")] = rows[list(MEASURES).index("bgv")][0] - np.sum(p * (1 - p) * se**2)
        for name, average in no_difference(p, float(p @ y), se, seed).items():
            chance[list(MEASURES).index(name)] = average
    return measurements(
        list(MEASURES),
        value,
        value - reach,
        value + reach,
        level=level,
        method="delta",
        n=people.sum(),
        reason=reasons,
        more={"bias_corrected": corrected, "no_difference": chance},
    )
