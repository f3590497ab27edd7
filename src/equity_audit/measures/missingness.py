"""Whether what is not known is spread evenly over groups."""

from math import nan

import numpy as np
import pandas as pd

from equity_audit.measures._contingency import tested, trend
from equity_audit.measures._intervals import wilson
from equity_audit.measures._score import score_ends
from equity_audit.measures._shape import by_group, counts, measurements, numbers, z_value
from equity_audit.measures.adjust_p import adjust_p

OVERALL = ("chi2", "trend", "cramers_v", "cramers_v_corrected")


def missingness(frame: pd.DataFrame, seed: int = 0, level: float = 0.95) -> pd.DataFrame:
    """Compare the share not known between groups.

    Reads `group`, `numerator` (not known), `denominator` (all), and `order` if the groups are ordered. Rows:
    `unknown_share` and `relative_risk_unknown` (against all other groups) for each group, then `chi2`, `trend`
    (only if ordered), `cramers_v` and `cramers_v_corrected`, whose `group` is None.

    Interpretation
    --------------
    A relative risk above 1: more is unknown in this group than in the others, so that figures by
    the unknown attribute describe this group less well.

    Applicability
    -------------
    Groups that do not overlap, such as sites, quintiles or months.

    Method
    ------
    Shares: Wilson. Relative risk: Miettinen and Nurminen's score interval; p from chi-squared of the group against
    the rest. `p_adjusted` is Benjamini and Hochberg's over the groups, `tests` their number. Overall: Pearson's
    chi-squared without Yates's correction; Cochran and Armitage's trend over `order`, for the groups that have one.

    Small numbers
    -------------
    Where an expected count is below 5, p comes from 9,999 seeded draws; the column `method` says so.
    Nothing unknown anywhere, or an empty group, is withheld.

    Warning
    -------
    An even spread does not make what is missing harmless: see `missing_bounds`.

    References
    ----------
    Miettinen O, Nurminen M (1985), Stat Med 4:213–226. Armitage P (1955), Biometrics 11:375–386.
    Benjamini Y, Hochberg Y (1995), J R Stat Soc B 57:289–300.
    """
    z = z_value(level)
    counts(frame)
    groups = by_group(frame)
    x, n = counts(groups)
    lower, upper = wilson(x, n, z)
    empty = n == 0
    with np.errstate(divide="ignore", invalid="ignore"):
        rest_x, rest_n = x.sum() - x, n.sum() - n
        share, risk = x / n, x / n / (rest_x / rest_n)
        low, high = score_ends(x, n, rest_x, rest_n, z)
    pairs = [tested(np.array([[a, b - a], [c, d - c]]), seed) for a, b, c, d in zip(x, n, rest_x, rest_n, strict=True)]
    p = np.array([nan if pair is None else pair.p for pair in pairs])
    adjusted, tests = adjust_p(p, "bh"), int(np.isfinite(p).sum())
    lone = "no other group has records"
    reasons = ["the denominator is 0" if none else None for none in empty] + [
        "the denominator is 0" if none else lone if other == 0 else "nothing is unknown" if x.sum() == 0 else None
        for none, other in zip(empty, rest_n, strict=True)
    ]
    k = len(groups)
    blank = np.full(k, nan)
    whole, overall, methods, extra, why = _overall(groups, x, n, seed)
    rows = len(whole)
    return measurements(
        ["unknown_share"] * k + ["relative_risk_unknown"] * k + whole,
        np.concatenate([share, risk, overall]),
        np.concatenate([lower, low, np.full(rows, nan)]),
        np.concatenate([upper, high, np.full(rows, nan)]),
        level=level,
        method=["wilson"] * k + ["score" if pair is None else f"score; {pair.method}" for pair in pairs] + methods,
        n=np.concatenate([n, np.full(k + rows, n.sum())]),
        reason=[*reasons, *why],
        first={"group": pd.Series([*groups["group"], *groups["group"], *[None] * rows], dtype=object)},
        more={
            "df": np.concatenate([blank, blank, extra[0]]),
            "p": np.concatenate([blank, p, extra[1]]),
            "p_adjusted": np.concatenate([blank, adjusted, np.full(rows, nan)]),
            "tests": np.concatenate([blank, np.full(k, float(tests)), np.full(rows, nan)]),
        },
    )


def _overall(
    groups: pd.DataFrame, x: np.ndarray, n: np.ndarray, seed: int
) -> tuple[list[str], list[float], list[str], tuple[list[float], list[float]], list[str | None]]:
    """Give the rows that judge all groups together: names, values, methods, df and p, reasons."""
    found = tested(np.stack([x, n - x], axis=1), seed)
    lost = "fewer than two groups with records, or nothing varies"
    rows: list[tuple[str, float, str, float, float]] = []
    if found is None:
        rows = [(name, nan, "pearson", nan, nan) for name in OVERALL if name != "trend"]
    else:
        rows = [
            ("chi2", found.chi2, found.method, found.df, found.p),
            ("cramers_v", found.v, "cramer", nan, nan),
            ("cramers_v_corrected", found.v_corrected, "bergsma", nan, nan),
        ]
    if "order" in groups and groups["order"].notna().any():
        placed = groups["order"].notna().to_numpy() & (n > 0)
        score = numbers(groups, "order", least=None, where=placed)[placed]
        chi2, p = trend(x[placed], n[placed], score) if placed.any() else (nan, nan)
        rows.insert(1, ("trend", chi2, "cochran-armitage", 1.0, p))
    names, values, methods, df, p_values = (list(column) for column in zip(*rows, strict=True))
    return names, values, methods, (df, p_values), [lost if np.isnan(value) else None for value in values]
