"""The p values and strengths of the plain path, held against scipy and statsmodels; the bounds of the rule."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2_contingency
from scipy.stats.contingency import association
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint

from equity_audit.measures import association as measured_association
from equity_audit.spread import uneven_levels


def levels(rows: list[tuple[int, int]], dimension: str = "sex") -> pd.DataFrame:
    return pd.DataFrame(
        [{"dimension": dimension, "level": str(n), "numerator": x, "denominator": d} for n, (x, d) in enumerate(rows)]
    )


pairs = st.integers(1, 5_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(st.lists(pairs, min_size=2, max_size=7))
def test_agrees_with_scipy_and_statsmodels(rows: list[tuple[int, int]]) -> None:
    frame = levels(rows)
    found = uneven_levels(frame)
    table = np.array([[x, n - x] for x, n in rows])
    p = []
    for row in table:
        rest = table.sum(axis=0) - row
        known = chi2_contingency([row, rest], correction=False).pvalue if table.sum(axis=0).all() else 1.0
        p.append(known if row.sum() >= 100 else np.nan)
    np.testing.assert_allclose(found["p"], p, rtol=1e-9, atol=1e-300)
    judged = [value for value in p if not np.isnan(value)]
    if judged:
        expected = multipletests(judged, method="fdr_bh")[1]
        np.testing.assert_allclose(found["p_adjusted"].dropna(), expected, rtol=1e-9, atol=1e-300)
    if table.sum(axis=0).all():
        v = association(table, method="cramer")
        # scipy's V is not corrected: both together hold the correction, which vanishes in large tables.
        assert found["cramers_v"].iloc[0] <= v + 1e-9
        ours = measured_association(pd.DataFrame(table))
        corrected = ours.loc[ours["measure"] == "cramers_v_corrected", "value"].iloc[0]
        assert found["cramers_v"].iloc[0] == pytest.approx(corrected, abs=1e-9)
    for (x, n), low, high in zip(rows, found["lower"], found["upper"], strict=True):
        assert (low, high) == pytest.approx(proportion_confint(x, n, method="wilson"), abs=1e-9)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([(150, 1_000), (100, 1_000)], "yes"),  # five points apart
        ([(149, 1_000), (100, 1_000)], "no"),  # not five points, not half as much again
        ([(49, 1_000), (29, 1_000)], "yes"),  # two points, and a ratio of 1.7
        ([(48, 1_000), (29, 1_000)], "no"),  # a ratio of 1.7, but not two points
        ([(30, 1_000), (0, 1_000)], "yes"),  # nothing unknown elsewhere
        ([(9, 99), (10, 1_000)], "not judged"),  # fewer than a hundred records
        ([(15, 100), (100, 1_000)], "no"),  # five points that chance explains
        ([(10, 100)], "not judged"),  # nothing to compare with
        ([(0, 100), (0, 100)], "no"),
    ],
)
def test_bounds(rows: list[tuple[int, int]], expected: str) -> None:
    assert uneven_levels(levels(rows))["uneven"].iloc[0] == expected


def test_each_dimension_is_a_family_of_its_own() -> None:
    one, other = levels([(150, 1_000), (100, 1_000), (100, 1_000)], "sex"), levels([(50, 1_000), (150, 1_000)], "site")
    both = uneven_levels(pd.concat([one, other], ignore_index=True))
    pd.testing.assert_frame_equal(both.iloc[:3], uneven_levels(one))
    assert both["tests"].tolist() == [3, 3, 3, 2, 2]
    assert both["rest_share"].tolist()[3:] == pytest.approx([0.15, 0.05])


def test_needs_neither_scipy_nor_statsmodels() -> None:
    code = "import sys, equity_audit.spread, equity_audit.standouts; print({'scipy', 'statsmodels'} & set(sys.modules))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "set()"
