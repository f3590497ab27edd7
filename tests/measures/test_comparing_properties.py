"""The four things that hold of every comparison: equal rates give no gap, the order of rows never matters, scaling leaves
ratios alone, and a flip of polarity flips the sign. Each measure has each of them, or the reason why it cannot.
"""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equity_audit import measures

quick = settings(max_examples=20, deadline=None, derandomize=True, database=None)
sizes = st.lists(st.integers(20, 500), min_size=4, max_size=6)
shares = st.lists(st.integers(2, 18), min_size=4, max_size=6)
Measure = Callable[[pd.DataFrame], pd.DataFrame]

STANDARD = pd.DataFrame({"stratum": ["old", "young"], "events": [40, 10], "population": [200, 100]})
GROUPED: dict[str, Measure] = {
    "clustered_proportion": measures.clustered_proportion,
    "standardised_rate": measures.standardised_rate,
    "standardised_ratio": lambda frame: measures.standardised_ratio(frame, STANDARD),
    "relative_risk": lambda frame: measures.relative_risk(frame, "g0"),
    "risk_difference": lambda frame: measures.risk_difference(frame, "g0"),
    "gap": measures.gap,
    "slope_index": lambda frame: measures.slope_index(frame, "other", "local"),
    "concentration_index": measures.concentration_index,
    "between_group": lambda frame: measures.between_group(frame, "g0"),
    "attributable": lambda frame: measures.attributable(frame, "g0"),
    "missingness": measures.missingness,
    "missing_bounds": lambda frame: measures.missing_bounds(frame, "g0", "g1"),
    "reallocate": lambda frame: measures.reallocate(frame, "stratum"),
}
ROW_WISE = "one row in, one row out, in the same order: `test_properties` holds it row by row"
NOT_GROUPED = {
    "proportion": ROW_WISE, "rate": ROW_WISE, "funnel": ROW_WISE,
    "xmr": "a series in order of time, compared with itself",
    "quantiles": "places of single areas, not figures of groups",
    "association": "a crosstab: order is held in `test_properties`",
    "adjust_p": "p values, not figures of groups",
}  # fmt: skip
# What a comparison is without an effect, if not 0; and figures of single groups, which are then all the same.
NO_EFFECT = dict.fromkeys(("relative_risk", "ratio", "rii", "relative_risk_unknown", "tipping_gamma"), 1.0)
OF_A_GROUP = (
    "proportion", "standardised_rate", "standardised_ratio", "indirectly_standardised_rate", "unknown_share",
    "fitted_most_deprived", "fitted_least_deprived",
)  # fmt: skip
RATIOS = ("ratio", "rii", "relative_risk", "standardised_ratio", "rci", "idis_weighted", "idis_unweighted", "cov", "mld",
          "theil", "paf", "relative_risk_unknown", "cramers_v", "tipping_gamma")  # fmt: skip


def frame_of(name: str, size: list[int], rates: list[int]) -> pd.DataFrame:
    """Groups in order: ``size`` times 20 people, of every 20 of whom ``rates`` have the event."""
    n = np.array(size[: min(len(size), len(rates))])
    rate = np.array(rates[: len(n)])
    counts = pd.DataFrame(
        {
            "group": [f"g{at}" for at in range(len(n))], "order": np.arange(1, len(n) + 1),
            "numerator": n * rate, "denominator": n * 20,
        }
    )  # fmt: skip
    if name in ("standardised_rate", "standardised_ratio"):
        strata = [counts.assign(stratum=stratum, standard_population=1000) for stratum in ("old", "young")]
        return pd.concat(strata).rename(columns={"numerator": "events", "denominator": "population"})
    if name in ("missing_bounds", "reallocate"):
        return counts.assign(group=[*counts["group"][:-1], None], stratum="all")
    if name in ("clustered_proportion", "relative_risk", "risk_difference", "missingness"):
        return counts
    value = rate / 20
    return counts.rename(columns={"denominator": "population"}).assign(
        value=value, se=value / 10, lower=value * 0.8, upper=value * 1.2
    )


def times(frame: pd.DataFrame, factor: int) -> pd.DataFrame:
    columns = ("numerator", "denominator", "events", "population", "standard_population")
    return frame.assign(**{name: frame[name] * factor for name in columns if name in frame})


def test_every_measure_of_groups_is_held_to_them() -> None:
    assert set(GROUPED) | set(NOT_GROUPED) == set(measures.__all__)
    assert not set(GROUPED) & set(NOT_GROUPED)


@pytest.mark.parametrize("name", GROUPED)
@quick
@given(sizes, st.integers(2, 18))
def test_equal_rates_give_no_gap(name: str, size: list[int], rate: int) -> None:
    found = GROUPED[name](frame_of(name, size, [rate] * len(size)))
    assert found["value"].notna().all()
    for measure, values in found.groupby("measure")["value"]:
        if measure in OF_A_GROUP:
            np.testing.assert_allclose(values, values.iloc[0], rtol=1e-9)
        else:
            np.testing.assert_allclose(values, NO_EFFECT.get(str(measure), 0.0), atol=1e-6, err_msg=str(measure))


@pytest.mark.parametrize("name", GROUPED)
@quick
@given(sizes, shares, st.integers(0, 1000))
def test_the_order_of_rows_never_matters(name: str, size: list[int], rates: list[int], seed: int) -> None:
    frame = frame_of(name, size, rates)
    shuffled = GROUPED[name](frame.sample(frac=1, random_state=seed))
    pd.testing.assert_frame_equal(shuffled, GROUPED[name](frame), rtol=1e-9)


@pytest.mark.parametrize("name", GROUPED)
@quick
@given(sizes, shares, st.sampled_from([2, 7]))
def test_scaling_leaves_ratios_alone(name: str, size: list[int], rates: list[int], factor: int) -> None:
    """So many times the people and the events: shares, ratios and rates stay what they are, whatever their intervals do."""
    frame = frame_of(name, size, rates)
    whole, part = GROUPED[name](times(frame, factor)), GROUPED[name](frame)
    still = ~part["measure"].isin(["chi2", "trend", "cramers_v_corrected"])
    np.testing.assert_allclose(whole.loc[still, "value"], part.loc[still, "value"], rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("name", ["gap", "slope_index", "concentration_index", "between_group", "attributable"])
@quick
@given(sizes, shares, st.sampled_from([10.0, 0.5]))
def test_ratios_do_not_depend_on_the_unit_of_the_value(
    name: str, size: list[int], rates: list[int], unit: float
) -> None:
    frame = frame_of(name, size, rates)
    again = frame.assign(**{column: frame[column] * unit for column in ("value", "se", "lower", "upper")})
    measure = GROUPED[name]
    if name == "concentration_index":
        measure = lambda one: measures.concentration_index(one, "rci")  # noqa: E731
    first, second = measure(frame), measure(again)
    ratios = first["measure"].isin(RATIOS)
    assert ratios.any()
    np.testing.assert_allclose(second.loc[ratios, "value"], first.loc[ratios, "value"], rtol=1e-9, atol=1e-12)


@quick
@given(sizes, shares)
def test_flipping_polarity_flips_the_sign(size: list[int], rates: list[int]) -> None:
    frame = frame_of("slope_index", size, rates)
    adverse, favourable = (
        measures.slope_index(frame, "other", "local", polarity=polarity).set_index("measure")
        for polarity in ("adverse", "favourable")
    )
    assert adverse.loc["sii", "value"] == pytest.approx(-favourable.loc["sii", "value"], abs=1e-12)
    assert adverse.loc["sii", "lower"] == pytest.approx(-favourable.loc["sii", "upper"], abs=1e-12)
    if pd.notna(adverse.loc["rii", "value"]):
        assert adverse.loc["rii", "value"] == pytest.approx(1 / favourable.loc["rii", "value"], rel=1e-9)
    turned = frame.assign(order=frame["order"].max() + 1 - frame["order"])
    index, other = (measures.concentration_index(one).loc[0, "value"] for one in (frame, turned))
    assert index == pytest.approx(-other, abs=1e-12)
    gap, against = (measures.gap(one).set_index("measure")["value"] for one in (frame, turned))
    assert gap["gap"] == pytest.approx(-against["gap"], abs=1e-12)
