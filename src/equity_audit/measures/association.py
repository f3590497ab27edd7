"""How strongly two classifications go together."""

from math import nan

import numpy as np
import pandas as pd

from equity_audit.measures._contingency import tested
from equity_audit.measures._shape import measurements, refuse

NAMES = ("chi2", "cramers_v", "cramers_v_corrected")


def association(table: pd.DataFrame, seed: int = 0) -> pd.DataFrame:
    """Test a crosstab of counts for association.

    Reads a table of counts, such as ethnic group by quintile. Rows: `chi2` (with `df` and `p`), `cramers_v` and
    `cramers_v_corrected`; `n` is the total.

    Interpretation
    --------------
    Cramér's V is 0 when rows and columns are independent and 1 when one settles the other. The corrected V takes
    off what chance alone would give.

    Applicability
    -------------
    Two classifications of the same independent records.

    Method
    ------
    Pearson's chi-squared without Yates's correction. V = √(χ²/n ÷ (min(rows, columns) − 1)); corrected after
    Bergsma. Empty rows and columns are left out.

    Small numbers
    -------------
    Where an expected count is below 5, p comes from 9,999 seeded draws of tables with the same margins; the
    column `method` says so. A table with fewer than two rows or columns that hold counts is withheld.

    Warning
    -------
    In large extracts any association has a small p: look at V.

    References
    ----------
    Cramér H (1946), Mathematical Methods of Statistics, ch 21. Bergsma W (2013), J Korean Stat Soc 42:323–328.
    """
    figures = table.astype("float64").to_numpy()
    refuse(np.asarray(~np.isfinite(figures).all(axis=1)), "a count is blank")
    refuse(np.asarray((figures < 0).any(axis=1)), "a count is below 0")
    found = tested(figures, seed)
    return measurements(
        NAMES,
        [nan] * 3 if found is None else [found.chi2, found.v, found.v_corrected],
        nan,
        nan,
        level=nan,
        method="pearson" if found is None else [found.method, "cramer", "bergsma"],
        n=figures.sum(),
        reason=["fewer than two rows or columns hold counts" if found is None else None] * 3,
        more={
            "df": nan if found is None else [float(found.df), nan, nan],
            "p": nan if found is None else [found.p, nan, nan],
        },
    )
