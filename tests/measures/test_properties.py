"""What must hold whatever the numbers are: one test or more a measure."""

import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats

from equity_audit import measures

settings.register_profile("properties", max_examples=20, deadline=None, derandomize=True, database=None)
quick = settings(settings.get_profile("properties"))
FIGURES = ["value", "lower", "upper"]

people = st.lists(st.tuples(st.integers(1, 400), st.floats(0.05, 0.9)), min_size=3, max_size=6)
seeds = st.integers(0, 1000)


def counted(rows):
    """Groups with a numerator and a denominator."""
    n = np.array([size for size, _ in rows])
    return pd.DataFrame(
        {
            "group": [f"g{at}" for at in range(len(rows))],
            "order": np.arange(1, len(rows) + 1),
            "numerator": np.floor([size * share for size, share in rows]).astype(int),
            "denominator": n,
        }
    )


def valued(rows):
    """Groups with a value, its error and its limits."""
    y = np.array([share for _, share in rows])
    return pd.DataFrame(
        {
            "group": [f"g{at}" for at in range(len(rows))],
            "order": np.arange(1, len(rows) + 1),
            "population": [size for size, _ in rows],
            "value": y,
            "se": y / 20,
            "lower": y * 0.9,
            "upper": y * 1.1,
        }
    )


def same(one, other, **settings):
    pd.testing.assert_frame_equal(one.reset_index(drop=True), other.reset_index(drop=True), rtol=1e-9, **settings)


def stratified(rows):
    frame = counted(rows).rename(columns={"numerator": "events", "denominator": "population"})
    both = pd.concat(
        [frame.assign(stratum="young", standard_population=3), frame.assign(stratum="old", standard_population=1)]
    )
    both["events"] = both["events"] + 6
    return both


STANDARD = pd.DataFrame({"stratum": ["old", "young"], "events": [40, 10], "population": [200, 300]})
MEASURED = {
    "clustered_proportion": lambda rows: (counted(rows), measures.clustered_proportion),
    "standardised_rate": lambda rows: (stratified(rows), measures.standardised_rate),
    "standardised_ratio": lambda rows: (stratified(rows), lambda f: measures.standardised_ratio(f, STANDARD)),
    "relative_risk": lambda rows: (counted(rows), lambda f: measures.relative_risk(f, "g1")),
    "risk_difference": lambda rows: (counted(rows), lambda f: measures.risk_difference(f, "g1")),
    "gap": lambda rows: (valued(rows), measures.gap),
    "slope_index": lambda rows: (valued(rows), lambda f: measures.slope_index(f, "rate")),
    "concentration_index": lambda rows: (valued(rows), measures.concentration_index),
    "between_group": lambda rows: (valued(rows), lambda f: measures.between_group(f, "g0")),
    "attributable": lambda rows: (valued(rows), lambda f: measures.attributable(f, "g0")),
    "missingness": lambda rows: (counted(rows), measures.missingness),
    "missing_bounds": lambda rows: (
        counted(rows).assign(group=["a", "b", None, *"cdefg"][: len(rows)]),
        lambda f: measures.missing_bounds(f, "a", "b"),
    ),
    "reallocate": lambda rows: (
        counted(rows).assign(group=["a", "b", None, *"cdefg"][: len(rows)], stratum="s"),
        lambda f: measures.reallocate(f, "stratum"),
    ),
}


@pytest.mark.parametrize("name", MEASURED)
@quick
@given(people, seeds)
def test_row_order_never_matters(name, rows, seed):
    frame, measure = MEASURED[name](rows)
    same(measure(frame.sample(frac=1, random_state=seed)), measure(frame))


@pytest.mark.parametrize("name", MEASURED)
def test_frames_are_left_as_they_were(name):
    frame, measure = MEASURED[name]([(50, 0.3), (80, 0.4), (90, 0.2)])
    before = frame.copy(deep=True)
    measure(frame)
    pd.testing.assert_frame_equal(frame, before)


@pytest.mark.parametrize("name", MEASURED)
def test_one_shape(name):
    frame, measure = MEASURED[name]([(50, 0.3), (80, 0.4), (90, 0.2)])
    got = measure(frame)
    columns = ["measure", "value", "lower", "upper", "level", "method", "n", "reason_withheld"]
    assert [column for column in got if column in columns] == columns
    assert got.index.tolist() == list(range(len(got)))
    withheld = got["reason_withheld"].notna()
    assert got.loc[withheld, FIGURES].isna().all(axis=None)
    assert got.loc[~withheld, "value"].notna().all()
    assert all(why is None or isinstance(why, str) for why in got["reason_withheld"])
    texts = {"group", "against", "measure", "method", "reason_withheld", "rank_basis", "transform", "polarity"}
    assert {column for column in got if not pd.api.types.is_numeric_dtype(got[column])} <= texts
    given_both = got["lower"].notna() & got["upper"].notna()
    assert (got.loc[given_both, "lower"] <= got.loc[given_both, "value"] + 1e-12).all()
    assert (got.loc[given_both, "value"] <= got.loc[given_both, "upper"] + 1e-12).all()


POPULATION_ONLY_WEIGHS = ["slope_index", "concentration_index", "between_group", "attributable"]


@pytest.mark.parametrize("name", POPULATION_ONLY_WEIGHS)
@quick
@given(people, st.sampled_from([2, 10, 1000]))
def test_scaling_populations_changes_nothing_but_n(name, rows, factor):
    frame, measure = MEASURED[name](rows)
    scaled = measure(frame.assign(population=frame["population"] * factor))
    same(scaled.assign(n=scaled["n"] // factor), measure(frame))


@pytest.mark.parametrize("name", ["gap", "slope_index", "concentration_index", "between_group", "attributable"])
@quick
@given(st.lists(st.integers(1, 500), min_size=3, max_size=6), st.floats(0.05, 0.9))
def test_equal_rates_give_no_difference(name, sizes, share):
    frame, measure = MEASURED[name]([(size, share) for size in sizes])
    got = measure(frame).set_index("measure")
    none = {"ratio": 1, "rii": 1, "fitted_most_deprived": share, "fitted_least_deprived": share}
    for measured, row in got.iterrows():
        assert row["value"] == pytest.approx(none.get(measured, 0), abs=1e-6), measured


@quick
@given(people)
def test_one_group_more_without_people_changes_nothing(rows):
    for name in POPULATION_ONLY_WEIGHS:
        frame, measure = MEASURED[name](rows)
        empty = pd.DataFrame({"group": ["empty"], "order": [len(rows) + 1], "population": [0]})
        if name == "slope_index":
            for transform in (None, "log"):
                same(
                    measures.slope_index(pd.concat([frame, empty]), "rate", "local", transform),
                    measures.slope_index(frame, "rate", "local", transform),
                )
        else:
            same(measure(pd.concat([frame, empty])), measure(frame))


@quick
@given(st.integers(0, 60), st.integers(1, 60), st.sampled_from([1, 100]))
def test_property_proportion_mirrors(x, n, multiplier):
    assume(x <= n)
    frame = pd.DataFrame({"numerator": [x, n - x], "denominator": [n, n]})
    got = measures.proportion(frame, multiplier=multiplier)
    assert got.loc[0, "lower"] == pytest.approx(multiplier - got.loc[1, "upper"], abs=1e-12)
    wider = measures.proportion(frame, level=0.998, multiplier=multiplier)
    assert (wider["lower"] <= got["lower"]).all() and (wider["upper"] >= got["upper"]).all()
    assert 0 <= got.loc[0, "lower"] <= got.loc[0, "value"] <= got.loc[0, "upper"] <= multiplier


def test_property_proportion_keeps_rows():
    frame = pd.DataFrame({"numerator": [3, 0, 5], "denominator": [9, 0, 5]}, index=[7, 7, 2])
    got = measures.proportion(frame)
    assert got.index.tolist() == [0, 1, 2]
    assert got["n"].tolist() == [9, 0, 5]
    assert got["reason_withheld"].tolist() == [None, "the denominator is 0", None]
    assert got.loc[2, "upper"] == 1 and got["method"].eq("wilson").all() and got["level"].eq(0.95).all()


@quick
@given(st.integers(0, 60), st.integers(1, 5000))
def test_property_rate_scales_with_the_denominator(x, n):
    got = measures.rate(pd.DataFrame({"events": [x, x], "denominator": [n, 2 * n]}))
    assert got.loc[0, FIGURES].to_numpy() == pytest.approx(2 * got.loc[1, FIGURES].to_numpy().astype(float))
    assert got.loc[0, "lower"] <= got.loc[0, "value"] < got.loc[0, "upper"]
    assert measures.rate(pd.DataFrame({"events": [x], "denominator": [0]})).loc[0, "reason_withheld"]


@quick
@given(people)
def test_property_clustered_proportion_of_single_records_is_wilson(rows):
    n, share = rows[0]
    x = int(n * share)
    assume(0 < x < n)
    frame = pd.DataFrame({"group": "g", "numerator": [1, 0], "denominator": 1, "patients": [x, n - x]})
    mine = measures.clustered_proportion(frame)
    plain = measures.proportion(pd.DataFrame({"numerator": [x], "denominator": [n]}))
    same(mine[FIGURES], plain[FIGURES])
    assert mine.loc[0, "design_effect"] == pytest.approx(1)
    six = measures.clustered_proportion(frame.assign(numerator=[6, 0], denominator=6))
    same(six[FIGURES], plain[FIGURES])
    assert six.loc[0, "design_effect"] == pytest.approx(6) and six.loc[0, "n"] == 6 * n


@quick
@given(people, st.sampled_from([2, 10]))
def test_property_standardised_rate_ignores_the_size_of_the_standard(rows, factor):
    frame = stratified(rows)
    scaled = frame.assign(standard_population=frame["standard_population"] * factor)
    same(measures.standardised_rate(scaled), measures.standardised_rate(frame))
    sizes = frame.assign(standard_population=frame["population"])
    crude = frame.groupby("group")[["events", "population"]].sum()
    got = measures.standardised_rate(sizes, multiplier=1)
    assert got["value"].to_numpy() == pytest.approx((crude["events"] / crude["population"]).to_numpy())


def test_property_standardised_rate_withholds():
    frame = pd.DataFrame(
        {
            "site": ["a", "a", "b", "b", "c", "c", "d", "d", "e"],
            "stratum": ["y", "o"] * 4 + ["y"],
            "events": [5, 5, 5, 4, 20, 0, 9, 9, 30],
            "population": [50, 50, 50, 50, 50, 0, 50, 50, 50],
            "standard_population": [1, 1, 1, 1, 1, 1, 0, 0, 1],
        }
    )
    got = measures.standardised_rate(frame, by=["site"])
    hole = "a stratum of the standard has no population in this group"
    assert got["reason_withheld"].tolist() == [None, "fewer than 10 events", hole, "the standard population is 0", hole]
    assert got["site"].tolist() == list("abcde") and got["n"].tolist() == [10, 9, 20, 18, 30]
    spare = frame[frame["site"] == "c"].head(1).assign(stratum="spare", population=50, standard_population=0, events=0)
    padded = measures.standardised_rate(pd.concat([frame, spare]), by=["site"])
    assert padded["reason_withheld"].tolist() == got["reason_withheld"].tolist()
    unnamed = measures.standardised_rate(frame.replace({"stratum": {"o": None}}), by=["site"])
    assert unnamed["reason_withheld"].tolist() == got["reason_withheld"].tolist()


def test_property_standardised_rate_keeps_a_blank_group():
    frame = pd.DataFrame(
        {"group": ["a", "a", None, None], "stratum": "y", "event_frequency": [1, 2, 1, 2], "persons": [9, 4, 8, 2]}
    ).assign(population=50, standard_population=1)
    got = measures.standardised_rate(frame, independent_events=False, multiplier=100)
    assert got["n"].tolist() == [17, 12] and got["value"].tolist() == [34, 24]
    assert got["group"].isna().tolist() == [False, True]


@quick
@given(people)
def test_property_standardised_ratio_of_the_reference_is_one(rows):
    frame = stratified(rows)[["group", "stratum", "events", "population"]]
    own = frame[frame["group"] == "g0"]
    got = measures.standardised_ratio(own, own.drop(columns="group")).set_index("measure")
    assert got.loc["standardised_ratio", "value"] == pytest.approx(1)
    crude = 100_000 * own["events"].sum() / own["population"].sum()
    assert got.loc["indirectly_standardised_rate", "value"] == pytest.approx(crude)


def test_property_standardised_ratio_withholds_nothing_expected():
    frame = pd.DataFrame({"group": ["a"], "stratum": ["y"], "events": [2], "population": [50]})
    standard = pd.DataFrame({"stratum": ["y"], "events": [0], "population": [50]})
    got = measures.standardised_ratio(frame, standard)
    assert got["reason_withheld"].tolist() == ["no events are expected"] * 2


@quick
@given(people, st.sampled_from(["score", "katz", "exact"]))
def test_property_relative_risk_turns_over(rows, method):
    frame = counted(rows[:2]).assign(numerator=lambda f: f["numerator"].clip(1, None))
    one = measures.relative_risk(frame, "g0", method=method).loc[0]
    other = measures.relative_risk(frame, "g1", method=method).loc[0]
    assert (one["group"], one["against"], other["group"], other["against"]) == ("g1", "g0", "g0", "g1")
    assert list(one[FIGURES]) == pytest.approx([1 / other["value"], 1 / other["upper"], 1 / other["lower"]], rel=1e-6)


def test_property_relative_risk_with_zeros():
    frame = pd.DataFrame({"group": ["a", "b", "c", "d"], "numerator": [0, 5, 0, 0], "denominator": [9, 9, 9, 0]})
    for method in ("score", "exact"):
        got = measures.relative_risk(frame, "b", method=method)
        assert got.loc[0, "value"] == 0 == got.loc[0, "lower"] and np.isfinite(got.loc[0, "upper"])
        rest = got[(got["group"] == "b") & (got["against"] == "rest")].iloc[0]
        assert rest["value"] == rest["upper"] == np.inf and rest["lower"] > 1
        assert got["measure"].unique().tolist() == ["rate_ratio" if method == "exact" else "relative_risk"]
        assert got.loc[got["group"] == "d", "reason_withheld"].tolist() == ["a denominator is 0"] * 2
    none = measures.relative_risk(frame, "c")
    assert none.loc[0, "reason_withheld"] == "no events on either side"
    assert none["n"].tolist()[:3] == [18, 18, 9]


def test_score_agrees_with_statsmodels():
    from statsmodels.stats.proportion import confint_proportions_2indep

    for x1, n1, x0, n0 in [
        (12, 90, 5, 110),
        (40, 50, 3, 70),
        (1, 20, 2, 40),
        (6, 7, 3, 9),
    ]:  # it is wrong for (7, 7, 3, 9)
        frame = pd.DataFrame({"group": ["a", "b"], "numerator": [x1, x0], "denominator": [n1, n0]})
        got = measures.relative_risk(frame, "b").loc[0, ["lower", "upper"]]
        expected = confint_proportions_2indep(x1, n1, x0, n0, compare="ratio", method="score")
        assert list(got) == pytest.approx(list(expected), rel=1e-5)


@quick
@given(people)
def test_property_risk_difference_turns_its_sign(rows):
    frame = counted(rows[:2])
    one = measures.risk_difference(frame, "g0").loc[0, FIGURES].astype(float)
    other = measures.risk_difference(frame, "g1").loc[0, FIGURES].astype(float)
    assert list(one) == pytest.approx([-other["value"], -other["upper"], -other["lower"]])
    assert -1 <= one["lower"] <= one["value"] <= one["upper"] <= 1
    empty = pd.concat([frame, frame.iloc[[0]].assign(group="e", numerator=0, denominator=0)])
    got = measures.risk_difference(empty, "g0")
    assert got.loc[got["group"] == "e", "reason_withheld"].notna().all()


@quick
@given(people)
def test_property_gap_looks_only_at_the_ends(rows):
    frame = valued(rows)
    same(measures.gap(frame.iloc[[0, -1]]), measures.gap(frame))
    turned = measures.gap(frame.assign(order=-frame["order"]))
    got = measures.gap(frame)
    assert turned.loc[0, "value"] == pytest.approx(-got.loc[0, "value"])
    assert turned.loc[1, "value"] == pytest.approx(1 / got.loc[1, "value"])
    assert got["method"].tolist() == ["delta", "delta, log scale"] and got["n"].tolist() == [2, 2]


def test_property_gap_withholds():
    frame = pd.DataFrame({"order": [1, 2], "value": [0.0, 0.2], "se": [0.01, 0.01]})
    got = measures.gap(frame)
    assert got.loc[0, "value"] == -0.2 and got.loc[1, "reason_withheld"].startswith("a value is 0 or below")
    assert measures.gap(frame.assign(value=[0.2, 0.0]))["reason_withheld"].notna().tolist() == [False, True]
    assert measures.gap(frame.head(1))["reason_withheld"].tolist() == ["fewer than two groups"] * 2


@quick
@given(people, st.sampled_from([None, "log", "logit"]), st.sampled_from(["local", "national"]))
def test_property_slope_index_polarity_turns_the_sign(rows, transform, basis):
    frame = valued(rows).assign(upper=lambda f: (f["value"] * 1.1).clip(upper=0.999))
    worse = measures.slope_index(frame, "proportion", basis, transform).set_index("measure")
    better = measures.slope_index(frame, "proportion", basis, transform, polarity="favourable").set_index("measure")
    sii = better.loc["sii"]
    assert list(worse.loc["sii", FIGURES]) == pytest.approx([-sii["value"], -sii["upper"], -sii["lower"]])
    if worse.loc["rii", "reason_withheld"] is None:
        rii = better.loc["rii"]
        assert list(worse.loc["rii", FIGURES]) == pytest.approx([1 / rii["value"], 1 / rii["upper"], 1 / rii["lower"]])
    same(worse.iloc[2:].drop(columns="polarity"), better.iloc[2:].drop(columns="polarity"))


def test_property_slope_index_positive_means_the_most_deprived_are_worse_off():
    frame = valued([(100, 0.5), (100, 0.4), (100, 0.3), (100, 0.2)])
    waits = measures.slope_index(frame, "proportion").set_index("measure")
    assert waits.loc["sii", "lower"] > 0 and waits.loc["rii", "lower"] > 1
    frame["order"] = frame["order"].to_numpy()[::-1]
    seen = measures.slope_index(frame, "proportion", polarity="favourable").set_index("measure")
    assert seen.loc["sii", "lower"] > 0 and seen.loc["rii", "lower"] > 1
    assert waits.loc["sii", "value"] == pytest.approx(0.4) and waits.loc["lack_of_fit", "value"] == pytest.approx(0)
    assert waits["rank_basis"].eq("national").all() and waits["polarity"].eq("adverse").all()
    assert all(transform is None for transform in waits["transform"])


def test_property_slope_index_handles_zero_and_full_fifths():
    shares = measures.proportion(pd.DataFrame({"numerator": [90, 40, 20, 5, 0], "denominator": [90, 90, 90, 90, 90]}))
    frame = shares[FIGURES].assign(order=range(1, 6), population=90)
    for transform in (None, "log", "logit"):
        got = measures.slope_index(frame, "proportion", transform=transform).set_index("measure")
        assert np.isfinite(got.loc["sii", FIGURES].astype(float)).all()
        assert got.loc["sii", "lower"] > 0.5 if transform is None else got.loc["rii", "lower"] > 2
        assert got.loc["lack_of_fit", "df"] == 3
    straight = measures.slope_index(frame, "proportion").set_index("measure")
    slope = np.polyfit([0.1, 0.3, 0.5, 0.7, 0.9], frame["value"], 1)
    assert straight.loc["sii", "value"] == pytest.approx(-slope[0])
    assert straight.loc["rii", "reason_withheld"].startswith("a fitted end is 0 or below")
    width = (frame["upper"] - frame["lower"]).to_numpy() / (2 * 1.959963984540054)
    upper, lower = frame["upper"].clip(0.001, 0.999), frame["lower"].clip(0.001, 0.999)
    logit = np.log(upper / (1 - upper)) - np.log(lower / (1 - lower))
    inner = (logit / (2 * 1.959963984540054) * frame["value"] * (1 - frame["value"])).to_numpy()
    se = np.array([width[0], *inner[1:4], width[4]])
    error = np.sqrt(np.sum((np.array([-0.4, -0.2, 0, 0.2, 0.4]) / 0.4 * se) ** 2))
    assert straight.loc["sii", "upper"] - straight.loc["sii", "value"] == pytest.approx(1.959963984540054 * error)
    steep = measures.slope_index(frame, "proportion", transform="logit").set_index("measure")
    centre = np.where([True, False, False, False, True], (frame["lower"] + frame["upper"]) / 2, frame["value"])
    fitted = np.polyval(np.polyfit([0.1, 0.3, 0.5, 0.7, 0.9], np.log(centre / (1 - centre)), 1), [0, 1])
    ends = steep.loc[["fitted_most_deprived", "fitted_least_deprived"], "value"]
    assert ends.tolist() == pytest.approx((1 / (1 + np.exp(-fitted))).tolist())


def test_property_slope_index_keeps_the_place_of_a_missing_fifth():
    frame = valued([(100, 0.5), (100, 0.4), (100, 0.3), (100, 0.2), (100, 0.1)])
    whole = measures.slope_index(frame, "rate").set_index("measure")
    partly = measures.slope_index(frame.drop(index=2), "rate").set_index("measure")
    assert partly.loc["sii", "value"] == pytest.approx(whole.loc["sii", "value"])
    emptied = measures.slope_index(frame.assign(population=[100, 100, 0, 100, 100]), "rate")
    same(emptied, partly.reset_index()[emptied.columns])
    scored = measures.slope_index(frame.assign(order=[0.5, 1.5, 2.5, 3.5, 4.5]), "rate")
    same(scored, whole.reset_index()[scored.columns])


def test_property_slope_index_withholds():
    frame = valued([(100, 0.5), (100, 0.4)])
    pair = measures.slope_index(frame, "other").set_index("measure")
    assert pair.loc["lack_of_fit", "reason_withheld"].startswith("needs three groups")
    assert pair.loc["sii", "value"] == pytest.approx(0.2) and np.isnan(pair.loc["lack_of_fit", "p"])
    alone = measures.slope_index(frame.head(1), "other")
    assert alone["reason_withheld"].tolist() == ["fewer than two groups with people"] * 5
    certain = valued([(100, 0.5), (100, 0.4), (100, 0.2)]).assign(
        lower=lambda f: f["value"], upper=lambda f: f["value"]
    )
    got = measures.slope_index(certain, "other").set_index("measure")
    assert got.loc["lack_of_fit", "reason_withheld"] and got.loc["sii", "lower"] == got.loc["sii", "upper"]


def ratio_below(ratio, ends, covariance):
    """Exactly how often a ratio of two normal figures, the second over the first, falls below a number."""
    turn = np.array([[-ratio, 1.0], [-1.0, 0.0]])  # below it: over - ratio * under <= 0 and under > 0, or neither
    mean, spread = turn @ ends, turn @ covariance @ turn.T
    both = stats.multivariate_normal(mean, spread).cdf([0.0, 0.0])
    alone = stats.norm.cdf(0, mean, np.sqrt(np.diag(spread)))
    return both + (1 - alone[0] - alone[1] + both)


@pytest.mark.parametrize("polarity", ["adverse", "favourable"])
@pytest.mark.parametrize("last", [0.2, 0.06])
def test_property_slope_index_simulates_what_can_be_worked_out(last, polarity):
    """Normal errors give a normal slope and a ratio of normals: the shares beyond the limits are exact."""
    value, se = np.array([0.5, 0.4, 0.3, last]), np.array([0.02, 0.03, 0.04, 0.03])
    frame = pd.DataFrame({"order": [1, 2, 3, 4], "population": [10, 20, 30, 40], "value": value})
    z = stats.norm.ppf(0.95)
    frame = frame.assign(lower=value - z * se, upper=value + z * se)
    delta, got = (
        measures.slope_index(frame, "other", level=0.9, polarity=polarity, interval=interval).set_index("measure")
        for interval in ("delta", "simulated")
    )
    design = np.stack([np.ones(4), (np.arange(4) + 0.5) / 4], axis=1)
    weights = np.diag(frame["population"])
    fit = np.array([[1, 0], [1, 1]]) @ np.linalg.solve(design.T @ weights @ design, design.T @ weights)
    fit = fit if polarity == "favourable" else fit[::-1]
    for end, share in (("lower", 0.05), ("upper", 0.95)):
        ratio = got.loc["rii", end]
        assert ratio_below(ratio, fit @ value, fit @ np.diag(se**2) @ fit.T) == pytest.approx(share, abs=0.002)
    same(got[["value", "n"]], delta[["value", "n"]])
    straight = ["sii", "fitted_most_deprived", "fitted_least_deprived"]
    for name in straight:
        width = delta.loc[name, "upper"] - delta.loc[name, "lower"]
        for end in ("lower", "upper"):
            assert got.loc[name, end] == pytest.approx(delta.loc[name, end], abs=0.01 * width)
    assert got.loc[straight, "method"].tolist() == ["percentiles of 200,000 seeded draws"] * 3
    same(got.loc[["lack_of_fit"]], delta.loc[["lack_of_fit"]])


def test_property_slope_index_simulates_by_its_seed():
    frame = valued([(100, 0.5), (100, 0.4), (100, 0.3), (100, 0.2)])
    one, again, other = (
        measures.slope_index(frame, "rate", interval="simulated", seed=seed).set_index("measure") for seed in (1, 1, 2)
    )
    same(one, again)
    assert one.loc["sii", "lower"] != other.loc["sii", "lower"]
    assert one.loc["rii", "upper"] == pytest.approx(other.loc["rii", "upper"], rel=0.02)


def test_property_slope_index_simulates_zero_and_full_fifths():
    shares = measures.proportion(pd.DataFrame({"numerator": [90, 40, 20, 5, 0], "denominator": [90, 90, 90, 90, 90]}))
    frame = shares[FIGURES].assign(order=range(1, 6), population=90)
    for transform in (None, "log", "logit"):
        delta, got = (
            measures.slope_index(frame, "proportion", transform=transform, interval=interval).set_index("measure")
            for interval in ("delta", "simulated")
        )
        same(got[["reason_withheld"]], delta[["reason_withheld"]])
        assert np.isfinite(got.loc["sii", FIGURES].astype(float)).all()
    straight = measures.slope_index(frame, "proportion", interval="simulated").set_index("measure")
    assert straight.loc["rii", FIGURES].isna().all()  # a fitted end is below 0


@pytest.mark.parametrize(
    ("kind", "value", "lower", "upper"),
    [
        ("rate", [3.0, 2.0, 1.0], [0.0, 0.0, 0.0], [7.0, 6.0, 4.0]),
        ("proportion", [0.8, 0.7, 0.6], [0.4, 0.3, 0.2], [1.0, 1.0, 1.0]),
        ("proportion", [0.0, 0.0, 0.0], [0.0, 0.0, 0.0], [0.1, 0.2, 0.3]),
    ],
)
def test_property_slope_index_simulates_errors_as_they_were_read(kind, value, lower, upper):
    """Limits at the edge of the scale are read on the natural one, where draws and delta are the same normal slope."""
    frame = pd.DataFrame({"order": [1, 2, 3], "population": 9, "value": value, "lower": lower, "upper": upper})
    delta, got = (measures.slope_index(frame, kind, interval=interval).loc[0] for interval in ("delta", "simulated"))
    width = delta["upper"] - delta["lower"]
    assert list(got[["lower", "upper"]]) == pytest.approx(list(delta[["lower", "upper"]]), abs=0.01 * width)


@pytest.mark.parametrize("value", [[0.75, 0.25], [0.0, 0.0]])
def test_property_slope_index_simulates_an_end_of_exactly_zero(value):
    frame = pd.DataFrame({"order": [1, 2], "population": 8, "value": value, "lower": value, "upper": value})
    for polarity in ("adverse", "favourable"):
        got = measures.slope_index(frame, "other", interval="simulated", polarity=polarity)
        assert got.loc[1, FIGURES].isna().all()
        assert got.loc[0, FIGURES].nunique() == 1  # no error, no width


@quick
@given(people)
def test_property_concentration_index_turns_its_sign(rows):
    frame = valued(rows)
    for variant in ("aci", "rci", "wagstaff", "erreygers"):
        got = measures.concentration_index(frame, variant).loc[0]
        turned = measures.concentration_index(frame.assign(order=-frame["order"]), variant).loc[0]
        assert list(turned[FIGURES]) == pytest.approx([-got["value"], -got["upper"], -got["lower"]])
    for variant in ("wagstaff", "erreygers"):
        absent = measures.concentration_index(frame.assign(value=1 - frame["value"]), variant).loc[0, "value"]
        assert absent == pytest.approx(-measures.concentration_index(frame, variant).loc[0, "value"])


def test_property_concentration_index_withholds():
    frame = valued([(10, 0.0), (10, 0.0)])
    why = {
        variant: measures.concentration_index(frame, variant).loc[0, "reason_withheld"]
        for variant in ("aci", "rci", "wagstaff", "erreygers")
    }
    assert why == {"aci": None, "rci": "the mean is 0", "wagstaff": "the mean lies on a bound", "erreygers": None}
    assert measures.concentration_index(frame.head(1)).loc[0, "reason_withheld"] == "fewer than two groups with people"
    up = measures.concentration_index(valued([(10, 0.1), (10, 0.4)]), "aci").loc[0]
    assert up["value"] == pytest.approx(0.075) and up["n"] == 20


@quick
@given(people, st.sampled_from(["adverse", "favourable"]))
def test_property_between_group_is_never_negative(rows, polarity):
    got = measures.between_group(valued(rows), "g0", polarity).set_index("measure")
    assert (got["value"] >= -1e-9).all()
    assert got.loc["bgsd", "value"] ** 2 == pytest.approx(got.loc["bgv", "value"])
    assert got.loc["mdb_weighted", "value"] >= got.loc["mdm_weighted", "value"] / 2
    chance = got["no_difference"].dropna()
    assert list(chance.index) == ["idis_weighted", "idis_unweighted", "mld", "theil"] and (chance > 0).all()
    assert got["bias_corrected"].notna().sum() == 1


def test_property_between_group_no_difference_is_what_chance_gives():
    frame = pd.DataFrame({"group": list("abcd"), "population": [400, 300, 200, 100], "value": 0.2})
    frame["se"] = np.sqrt(0.2 * 0.8 / frame["population"])
    got = measures.between_group(frame).set_index("measure")["no_difference"]
    share = frame["population"] / frame["population"].sum()
    spread = np.sqrt(frame["se"] ** 2 * (1 - 2 * share) + np.sum((share * frame["se"]) ** 2))
    expected = 100 * np.sum(share * spread * np.sqrt(2 / np.pi)) / 0.2
    assert got["idis_weighted"] == pytest.approx(expected, rel=0.03)
    variance = np.sum(share * spread**2) / 0.2**2
    assert got["theil"] == pytest.approx(500 * variance, rel=0.05)
    assert got["mld"] == pytest.approx(500 * variance, rel=0.1)
    shape = (0.2 / frame["se"].to_numpy()) ** 2
    drawn = np.random.default_rng(0).standard_gamma(shape, size=(4000, 4)) / shape
    theil, mld, weighted, unweighted = [], [], [], []
    for y in drawn:
        ratio = y / np.sum(y * share.to_numpy())
        theil.append(1000 * np.sum(share * ratio * np.log(ratio)))
        mld.append(-1000 * np.sum(share * np.log(ratio)))
        weighted.append(100 * np.sum(share * np.abs(ratio - 1)))
        unweighted.append(100 * np.mean(np.abs(ratio - 1)))
    each = [np.mean(one) for one in (weighted, unweighted, mld, theil)]
    assert got.dropna().tolist() == pytest.approx(each)
    again = measures.between_group(frame, seed=1).set_index("measure")["no_difference"]
    assert again["theil"] != got["theil"] and again["theil"] == pytest.approx(got["theil"], rel=0.1)


def test_property_between_group_withholds():
    frame = valued([(10, 0.0), (10, 0.2), (10, 0.4)])
    got = measures.between_group(frame).set_index("measure")
    assert got.loc["mld", "reason_withheld"] == "a value is 0 or below"
    assert got.loc["theil", "reason_withheld"] is None and got.loc["theil", "value"] > 0
    assert got.loc["theil", FIGURES[1:]].notna().all()
    unsure = measures.between_group(frame.assign(se=0.1)).set_index("measure")
    assert unsure.loc["theil", FIGURES[1:]].isna().all()
    assert got.loc[["mdr_weighted", "mdr_unweighted"], "reason_withheld"].notna().all()
    below = measures.between_group(frame.assign(value=[-1.0, 0.2, 0.4])).set_index("measure")
    assert below.loc["theil", "reason_withheld"] == "a value is below 0"
    assert below.loc["cov", "reason_withheld"] == "the mean is 0 or below"
    assert below["no_difference"].isna().all()
    zero = measures.between_group(frame.assign(value=0.0, se=0.1)).set_index("measure")
    assert zero["no_difference"].isna().all() and zero.loc["theil", "reason_withheld"] == "the mean is 0 or below"
    alone = measures.between_group(frame.head(1))
    assert alone["reason_withheld"].eq("fewer than two groups with people").all()
    vanished = measures.between_group(frame.assign(population=[0, 5, 5]), "g0").set_index("measure")
    assert vanished.loc["mdr_weighted", "reason_withheld"]


@quick
@given(people)
def test_property_attributable_is_the_move_to_the_reference(rows):
    frame = valued(rows)
    got = measures.attributable(frame, "g0").set_index("measure")
    mean = np.average(frame["value"], weights=frame["population"])
    assert got.loc["par", "value"] == pytest.approx(frame.loc[0, "value"] - mean)
    assert got.loc["paf", "value"] == pytest.approx(100 * got.loc["par", "value"] / mean)
    zero = measures.attributable(frame.assign(value=0.0), "g0").set_index("measure")
    assert zero["reason_withheld"].tolist() == [None, "the mean is 0"]
    first = pd.concat([frame, frame.head(1).assign(group="a", population=0)])
    same(measures.attributable(first, "g0"), measures.attributable(frame, "g0"))


@quick
@given(st.lists(st.integers(0, 99), min_size=5, max_size=40, unique=True))
def test_property_quantiles_turn_round(values):
    series = pd.Series(values, dtype=float)
    same(measures.quantiles(series).to_frame(), measures.quantiles(-series, invert=False).to_frame())
    sizes = measures.quantiles(series).value_counts()
    assert sizes.max() - sizes.min() <= 1 and set(sizes.index) == {1.0, 2.0, 3.0, 4.0, 5.0}
    assert measures.quantiles(series)[series.idxmax()] == 1


@quick
@given(people)
def test_property_funnel_keeps_rows_and_widens(rows):
    frame = counted(rows)
    assume(0 < frame["numerator"].sum() < frame["denominator"].sum())
    got = measures.funnel(frame, "proportion")
    assert (got["lower998"] <= got["lower95"]).all() and (got["upper95"] <= got["upper998"]).all()
    assert (got["lower"] == got["lower95"]).all() and (got["upper"] == got["upper95"]).all()
    assert got[["phi", "tau2"]].isna().all(axis=None) and got["n"].tolist() == frame["denominator"].tolist()
    wide = measures.funnel(frame, "proportion", overdispersion=True)
    assert (wide["tau2"] >= 0).all() and wide["method"].eq("arcsine, additive").all()


def test_property_funnel_withholds_an_empty_site():
    frame = pd.DataFrame({"numerator": [5, 0, 60], "denominator": [20, 0, 100]})
    for overdispersion in (False, True):
        got = measures.funnel(frame, "proportion", overdispersion=overdispersion)
        assert got.loc[1, "reason_withheld"] == "the denominator is 0" and got.loc[1, "label"] is None
        assert got.loc[1, ["value", "lower95", "upper998"]].isna().all()
        rest = measures.funnel(frame.drop(index=1), "proportion", overdispersion=overdispersion)
        same(got.drop(index=1), rest)
        assert rest["phi"].notna().all() == overdispersion
    lone = measures.funnel(frame.head(1), "proportion", overdispersion=True)
    assert lone.loc[0, "tau2"] == 0
    none = measures.funnel(frame.iloc[[1]], "proportion")
    assert none["label"].tolist() == [None]
    rates = measures.funnel(pd.DataFrame({"events": [0, 30], "population": [50, 900]}), "rate")
    assert rates.loc[0, "lower95"] == 0 and rates.loc[0, "upper95"] == np.inf
    ratio = measures.funnel(pd.DataFrame({"observed": [5, 30], "expected": [0, 10]}), "ratio", target=2)
    assert ratio["reason_withheld"].tolist() == ["the expected is 0", None] and ratio.loc[1, "label"] == "High (0.025)"
    assert ratio["method"].tolist() == ["exact", "byar"]


@quick
@given(st.lists(st.integers(0, 9), min_size=13, max_size=30), seeds)
def test_property_xmr_mirrors(values, seed):
    dates = pd.date_range("2024-01-01", periods=len(values))
    series = pd.Series(np.array(values, dtype=float), index=dates)
    got, turned = measures.xmr(series), measures.xmr(-series, direction="decrease")
    assert got["point_type"].tolist() == turned["point_type"].tolist()
    assert got["lower"].to_numpy() == pytest.approx(-turned["upper"].to_numpy())
    same(measures.xmr(series.sample(frac=1, random_state=seed)), got)
    assert got["flag"].tolist() == [kind != "common_cause" for kind in got["point_type"]]


def test_property_xmr_golden_case():
    series = pd.Series([1, 2, 1, 2, 10] + [1, 2] * 6 + [1], index=pd.date_range("2024-01-01", periods=18))
    screened, whole = measures.xmr(series), measures.xmr(series, screen=False)
    assert screened.loc[0, ["mean", "upper", "lower"]].astype(float).round(2).tolist() == [1.94, 4.60, -0.72]
    assert whole.loc[0, ["mean", "upper", "lower"]].astype(float).round(2).tolist() == [1.94, 6.95, -3.06]
    assert screened["method"].unique() == ["xmr, screened"] and whole["method"].unique() == ["xmr"]
    assert list(screened)[:2] == ["date", "measure"] and screened["date"].tolist() == series.index.tolist()
    assert screened["measure"].unique() == ["xmr"] and screened["n"].unique() == [18] and screened["level"].isna().all()


def test_property_xmr_constant_series_is_never_flagged():
    series = pd.Series([0.1] * 15, index=pd.date_range("2024-01-01", periods=15))
    got = measures.xmr(series)
    assert (
        not got["flag"].any()
        and got["n"].unique() == [15]
        and (got["lower"] == 0.1).all()
        and (got["upper"] == 0.1).all()
    )
    dipped = series.copy()
    dipped.iloc[7] = 0.05
    causes = measures.xmr(dipped)["special_cause"]
    assert causes.tolist() == ["7 Points Above CL"] * 7 + ["Below LCL"] + ["7 Points Above CL"] * 7


def test_property_xmr_periods_and_assurance():
    series = pd.Series([10.0, 12.0] * 7 + [30.0, 32.0] * 7, index=pd.date_range("2024-01-01", periods=28))
    got = measures.xmr(series, target=20, rebase=["2024-01-15"])
    assert got["assurance"].tolist() == ["consistent_fail"] * 14 + ["consistent_pass"] * 14
    lower = measures.xmr(series, target=20, rebase=["2024-01-15"], direction="decrease")
    assert lower["assurance"].tolist() == ["consistent_pass"] * 14 + ["consistent_fail"] * 14
    assert measures.xmr(series, target=20)["assurance"].unique() == ["inconsistent"]
    assert [*measures.xmr(series, target=11, direction="neutral")["assurance"].unique()] == [None]
    assert got["n"].unique() == [14] and got["mean"].unique().tolist() == [11, 31]
    edge = measures.xmr(series, target=float(got.loc[0, "lower"]), rebase=["2024-01-15"])
    assert edge.loc[0, "assurance"] == "inconsistent"
    with pytest.warns(UserWarning, match="^period 2 has 3 points: limits need 13 or more$") as caught:
        short = measures.xmr(series, rebase=["2024-01-26"])
    assert len(caught) == 1
    assert short["n"].tolist() == [25] * 25 + [3] * 3
    with pytest.warns(UserWarning, match="period 2 has 1 points"):
        single = measures.xmr(series, target=5, rebase=["2024-01-28"])
    assert single["reason_withheld"].tolist() == [None] * 27 + ["one point sets no limits"]
    assert single["assurance"].iloc[-1] is None and not single["flag"].iloc[-1]
    assert single["value"].iloc[-1] == 32
    same(measures.xmr(series, rebase=["2024-01-01"]), measures.xmr(series))
    with pytest.warns(UserWarning, match="^period 1 has 12 points"):
        measures.xmr(series.head(12), rebase=["2024-01-01"])


@quick
@given(people)
def test_property_missingness_counts_its_tests(rows):
    frame = counted(rows)
    got = measures.missingness(frame)
    risks = got[got["measure"] == "relative_risk_unknown"]
    assert (risks["tests"] == risks["p"].notna().sum()).all()
    known = risks["p"].notna()
    assert (risks.loc[known, "p_adjusted"] >= risks.loc[known, "p"]).all()
    unordered = measures.missingness(frame.drop(columns="order"))
    assert "trend" in set(got["measure"]) and "trend" not in set(unordered["measure"])
    same(got[got["measure"] != "trend"], unordered)


def test_property_missingness_edges():
    frame = pd.DataFrame({"group": ["a", "b", "c"], "numerator": [0, 0, 0], "denominator": [9, 8, 0]})
    got = measures.missingness(frame)["reason_withheld"].tolist()
    assert got[:3] == [None, None, "the denominator is 0"]
    assert got[3:6] == ["nothing is unknown"] * 2 + ["the denominator is 0"]
    assert got[6:] == ["fewer than two groups with records, or nothing varies"] * 3
    alone = measures.missingness(frame.head(1).assign(numerator=4))
    assert alone.loc[1, "reason_withheld"] == "no other group has records"
    partly = pd.DataFrame(
        {"group": ["1", "2", "not linked"], "order": [1, 2, None], "numerator": [5, 9, 30], "denominator": [50, 50, 50]}
    )
    trend = measures.missingness(partly).set_index("measure").loc["trend"]
    only = measures.missingness(partly.head(2)).set_index("measure")
    assert trend["value"] == pytest.approx(only.loc["trend", "value"]) and trend["df"] == 1
    assert trend["value"] == pytest.approx(only.loc["chi2", "value"])


@quick
@given(st.lists(st.lists(st.integers(0, 40), min_size=2, max_size=2), min_size=2, max_size=4), seeds)
def test_property_association_ignores_order_and_side(table, seed):
    frame = pd.DataFrame(table)
    got = measures.association(frame)
    same(measures.association(frame.sample(frac=1, random_state=seed)), got)
    same(measures.association(frame[[1, 0]]), got)
    if len(table) > 2 or got["method"].iloc[0] == "pearson":
        same(measures.association(frame.T), got)
    shown = got["value"].dropna()
    assert (shown.iloc[1:] <= 1 + 1e-9).all() and (got["n"] == frame.sum(axis=None)).all()


def test_property_association_of_equal_profiles_is_none():
    got = measures.association(pd.DataFrame({"x": [10, 20], "y": [30, 60]})).set_index("measure")
    assert got["value"].tolist() == pytest.approx([0, 0, 0], abs=1e-9) and got.loc["chi2", "p"] == pytest.approx(1)
    full = measures.association(pd.DataFrame({"x": [10, 0], "y": [0, 10]})).set_index("measure")
    assert full.loc["cramers_v", "value"] == 1
    sparse = pd.DataFrame({"x": [3, 0], "y": [1, 4]})
    assert measures.association(sparse).loc[0, "method"] == "pearson, p from 10,000 seeded draws"
    draws = measures.association(sparse).loc[0, "p"] * 10_000
    assert draws == pytest.approx(round(draws), abs=1e-6)
    for least in ([[1, 0], [0, 1]], [[0.25, 0.25], [0.25, 0.25]]):
        assert measures.association(pd.DataFrame(least)).loc[2, "value"] == 0
    one, two = (measures.association(sparse, seed=seed).loc[0, "p"] for seed in (0, 0))
    assert one == two == pytest.approx(0.1429, abs=0.02)


@quick
@given(
    st.tuples(st.integers(1, 30), st.integers(1, 30)),
    st.tuples(st.integers(1, 30), st.integers(1, 30)),
    st.integers(0, 20),
)
def test_property_missing_bounds_nest(a, b, uncoded):
    frame = pd.DataFrame(
        {"group": ["a", "b", None], "numerator": [a[0], b[0], uncoded // 2], "denominator": [sum(a), sum(b), uncoded]}
    )
    got = measures.missing_bounds(frame, "a", "b", (1, 2, 3, 5))
    ratios = got[got["measure"] == "relative_risk"]
    gamma = ratios[ratios["method"] == "gamma"]
    assert gamma["lower"].is_monotonic_decreasing and gamma["upper"].is_monotonic_increasing
    assert gamma[FIGURES].iloc[0].tolist() == pytest.approx([ratios["value"].iloc[0]] * 3)
    assert gamma["gamma"].tolist() == [1, 2, 3, 5] and ratios["n"].eq(sum(a) + sum(b)).all()
    turned = measures.missing_bounds(frame, "b", "a", (2,))
    assert turned.loc[0, "lower"] == pytest.approx(1 / got.loc[0, "upper"])
    assert turned["value"].iloc[-1] == pytest.approx(got["value"].iloc[-1], rel=1e-6)
    if uncoded == 0:
        assert got.loc[0, FIGURES].nunique() == 1
        same(measures.missing_bounds(frame.head(2), "a", "b", (1, 2, 3, 5)), got)


def test_property_missing_bounds_edges():
    frame = pd.DataFrame({"group": ["a", "b", "c", None], "numerator": [4, 0, 0, 3], "denominator": [9, 9, 0, 6]})
    got = measures.missing_bounds(frame, "a", "b", (2,))
    assert got.loc[0, "value"] == np.inf == got.loc[0, "upper"] and np.isfinite(got.loc[0, "lower"])
    shares = got[got["measure"] == "proportion"].set_index("group")
    assert shares.loc["c", "reason_withheld"].startswith("no coded records")
    assert shares.loc["a", FIGURES].tolist() == pytest.approx([4 / 9, 4 / 12, 7 / 12])
    assert got["value"].iloc[-1] == np.inf and [*got["measure"]][-1] == "tipping_gamma"
    nothing = measures.missing_bounds(frame.assign(numerator=0), "a", "b", (2,))
    assert nothing.loc[0, "reason_withheld"] and nothing["reason_withheld"].iloc[-1]
    nobody = measures.missing_bounds(frame.assign(numerator=0, denominator=0), "a", "b", (2,))
    assert nobody["reason_withheld"].notna().all()
    equal = measures.missing_bounds(frame.assign(numerator=[3, 3, 0, 1]), "a", "b", (2,))
    assert equal["value"].iloc[-1] == 1


@quick
@given(people)
def test_property_reallocate_keeps_totals(rows):
    frame, measure = MEASURED["reallocate"](rows)
    got = measure(frame)
    assert got["numerator"].sum() == pytest.approx(frame["numerator"].sum())
    assert got["denominator"].sum() == pytest.approx(frame["denominator"].sum())
    coded = frame.dropna(subset=["group"])
    assert got["n"].sum() == coded["denominator"].sum()
    assert got["coded"].to_numpy() == pytest.approx((coded["numerator"] / coded["denominator"]).to_numpy())
    same(measures.reallocate(frame, []), got)
    nothing = measures.reallocate(coded, ["stratum"])
    assert nothing["value"].to_numpy() == pytest.approx(nothing["coded"].to_numpy())


def test_property_reallocate_without_a_coded_event_goes_by_coded_records():
    frame = pd.DataFrame(
        {"group": ["a", "b", None], "stratum": [1, 1, 2], "numerator": [0, 0, 4], "denominator": [5, 15, 8]}
    )
    got = measures.reallocate(frame, "stratum")
    assert got["numerator"].tolist() == [1, 3] and got["denominator"].tolist() == [7, 21]
    tenth = measures.reallocate(frame.assign(numerator=[0, 0, 0.04], denominator=[0.05, 0.15, 0.08]), "stratum")
    assert tenth["numerator"].tolist() == pytest.approx([0.01, 0.03])


def test_property_reallocate_withholds():
    frame = pd.DataFrame({"group": ["a", None], "stratum": 1, "numerator": [0, 3], "denominator": [0, 6]})
    assert measures.reallocate(frame, "stratum")["reason_withheld"].tolist() == ["nothing is coded"]
    more = pd.concat([frame, pd.DataFrame({"group": ["b"], "stratum": 1, "numerator": [1], "denominator": [2]})])
    got = measures.reallocate(more, "stratum")
    assert got["reason_withheld"].tolist() == ["the denominator is 0", None] and got["denominator"].tolist() == [0, 8]


@quick
@given(st.lists(st.floats(0, 1), min_size=1, max_size=15), seeds)
def test_property_adjust_p_only_raises_and_keeps_order(p, seed):
    place = np.random.default_rng(seed).permutation(len(p))
    for method in ("holm", "bh", "by", "bonferroni", "hochberg"):
        adjusted = measures.adjust_p(p, method)
        assert (adjusted >= np.array(p) - 1e-12).all() and (adjusted <= 1).all()
        assert measures.adjust_p(np.array(p)[place], method) == pytest.approx(adjusted[place])
        blank = measures.adjust_p([*p, np.nan], method)
        assert blank[:-1] == pytest.approx(adjusted) and np.isnan(blank[-1])
    assert measures.adjust_p([], "bh").tolist() == []
    assert measures.adjust_p([0, 1, None], "holm") == pytest.approx([0, 1, np.nan], nan_ok=True)


def test_adjust_p_and_wilson_agree_with_statsmodels():
    from statsmodels.stats.multitest import multipletests
    from statsmodels.stats.proportion import proportion_confint

    p = np.random.default_rng(3).uniform(size=40) ** 3
    names = {"holm": "holm", "bh": "fdr_bh", "by": "fdr_by", "bonferroni": "bonferroni", "hochberg": "simes-hochberg"}
    for ours, theirs in names.items():
        assert measures.adjust_p(p, ours) == pytest.approx(multipletests(p, method=theirs)[1])
    x, n = np.arange(41), np.full(41, 40)
    got = measures.proportion(pd.DataFrame({"numerator": x, "denominator": n}))
    low, high = proportion_confint(x, n, method="wilson")
    assert got["lower"].to_numpy() == pytest.approx(low, abs=1e-15)
    assert got["upper"].to_numpy() == pytest.approx(high, abs=1e-15)


def test_ends_of_nobody_and_of_nothing():
    from equity_audit.measures._intervals import byar, wilson

    assert np.isnan(wilson(np.zeros(1), np.zeros(1), 1.96)).all()
    assert byar(np.zeros(1), 1.96)[0].tolist() == [0]
    weighted = pd.DataFrame({"numerator": [0.1], "denominator": [0.4]})
    assert measures.proportion(weighted).loc[0, "value"] == 0.25


def test_errors_are_read_as_they_stand_where_an_end_lies_on_the_edge_of_the_scale():
    from equity_audit.measures._scales import natural_errors

    value, lower, upper = np.array([0.9, 0.1]), np.array([0.8, 0.0]), np.array([1.0, 0.2])
    assert natural_errors(value, lower, upper, "proportion", 2.0).tolist() == pytest.approx([0.05, 0.05])


def test_chi_squared_agrees_with_scipy():
    from scipy.stats import chi2

    from equity_audit.measures._intervals import chi_squared_tail

    for df in (1, 2, 3, 4, 5, 8, 30, 101):
        for statistic in (0.0, 0.3, 2.0, 9.0, 60.0, 400.0):
            assert chi_squared_tail(statistic, df) == pytest.approx(chi2.sf(statistic, df), rel=1e-9)


def test_warnings_of_numpy_stay_inside():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        empty = pd.DataFrame({"group": [], "order": [], "numerator": [], "denominator": [], "events": []})
        for measure in (measures.proportion, measures.rate, measures.clustered_proportion, measures.missingness):
            assert "value" in measure(empty)
        assert measures.association(pd.DataFrame())["reason_withheld"].notna().all()
        assert measures.standardised_ratio(stratified([(1, 0.5)]).head(0), STANDARD.head(0)).empty
        nobody = valued([(1, 0.5)]).head(0)
        for spread in (measures.gap, measures.between_group, measures.concentration_index):
            assert spread(nobody)["reason_withheld"].str.startswith("fewer than two groups").all()
        assert measures.slope_index(nobody, "rate")["reason_withheld"].notna().all()
        ends = pd.DataFrame({"order": [1, 2], "population": 1, "value": [1 - 1e-12, 1e-12]})
        steep = measures.slope_index(
            ends.assign(lower=ends["value"], upper=ends["value"]), "proportion", transform="logit"
        )
        assert steep.loc[0, FIGURES].tolist() == [1, 1, 1]


def test_values_below_zero_are_read():
    frame = valued([(10, 0.5), (30, 0.2), (20, 0.4)])
    below = frame.assign(value=frame["value"] - 1, lower=frame["lower"] - 1, upper=frame["upper"] - 1)
    for measure, rows in (
        (measures.gap, ["gap"]),
        (lambda f: measures.attributable(f, "g1"), ["par"]),
        (lambda f: measures.concentration_index(f, "aci"), ["aci"]),
        (measures.between_group, ["bgv", "bgsd", "mdm_weighted", "mdb_unweighted"]),
        (lambda f: measures.slope_index(f, "other"), ["sii", "lack_of_fit"]),
    ):
        same(
            measure(below).set_index("measure").loc[rows, FIGURES],
            measure(frame).set_index("measure").loc[rows, FIGURES],
        )


def test_unused_categories_make_no_group():
    rows = [(50, 0.3), (80, 0.4), (90, 0.2)]
    for name in ("clustered_proportion", "standardised_rate", "relative_risk", "missingness", "between_group"):
        frame, measure = MEASURED[name](rows)
        sorted_here = pd.Categorical(frame["group"], categories=["g", "g0", "g00", "g1", "g2", "z"])
        same(measure(frame.assign(group=sorted_here)), measure(frame), check_dtype=False, check_categorical=False)


def test_one_group_alone_is_compared_with_nobody():
    frame = pd.DataFrame({"group": ["a"], "numerator": [2], "denominator": [5]})
    for measure in (measures.relative_risk, measures.risk_difference):
        got = measure(frame, "a")
        assert got[["group", "against", "reason_withheld"]].to_numpy().tolist() == [["a", "rest", "a denominator is 0"]]


def test_property_missingness_trend_without_an_ordered_group():
    frame = pd.DataFrame({"group": ["a", "b"], "order": [1, None], "numerator": [0, 2], "denominator": [0, 4]})
    got = measures.missingness(frame).set_index("measure").loc["trend"]
    assert got["reason_withheld"] == "fewer than two groups with records, or nothing varies" and np.isnan(got["p"])


WORDS = {
    "clustered_proportion": ({"proportion"}, {"clustered"}),
    "standardised_rate": ({"standardised_rate"}, {"dobson"}),
    "standardised_ratio": ({"standardised_ratio", "indirectly_standardised_rate"}, {"exact", "byar"}),
    "relative_risk": ({"relative_risk"}, {"score"}),
    "risk_difference": ({"risk_difference"}, {"newcombe"}),
    "gap": ({"gap", "ratio"}, {"delta", "delta, log scale"}),
    "slope_index": (
        {"sii", "rii", "fitted_most_deprived", "fitted_least_deprived", "lack_of_fit"},
        {"delta", "delta, log scale", "chi-squared"},
    ),
    "concentration_index": ({"rci"}, {"delta"}),
    "between_group": (
        {"idis_weighted", "idis_unweighted", "cov", "bgv", "bgsd", "mld", "theil"}
        | {f"{kind}_{weight}" for kind in ("mdm", "mdb", "mdr") for weight in ("weighted", "unweighted")},
        {"delta"},
    ),
    "attributable": ({"par", "paf"}, {"delta"}),
    "missingness": (
        {"unknown_share", "relative_risk_unknown", "chi2", "trend", "cramers_v", "cramers_v_corrected"},
        {"wilson", "score; pearson", "pearson", "cochran-armitage", "cramer", "bergsma"},
    ),
    "missing_bounds": ({"relative_risk", "proportion", "tipping_gamma"}, {"worst_case", "gamma"}),
    "reallocate": ({"proportion"}, {"reallocated"}),
}


@pytest.mark.parametrize("name", WORDS)
def test_measures_and_methods_have_their_names(name):
    frame, measure = MEASURED[name]([(200, 0.3), (180, 0.4), (190, 0.2)])
    got = measure(frame)
    names, methods = WORDS[name]
    assert set(got["measure"]) == names and set(got["method"]) <= methods
    assert len(set(got["method"])) == 1 if len(methods) == 1 else len(set(got["method"])) > 0


def test_row_wise_measures_and_tables_have_their_names():
    frame = pd.DataFrame({"numerator": [3], "denominator": [9], "events": [30], "population": [9]})
    assert measures.proportion(frame)["measure"].tolist() == ["proportion"]
    assert measures.rate(frame)["measure"].tolist() == ["rate"] and measures.rate(frame)["method"].tolist() == ["byar"]
    assert measures.funnel(frame, "rate")["measure"].tolist() == ["funnel"]
    table = measures.association(pd.DataFrame({"x": [90, 50], "y": [40, 70]}))
    assert table["measure"].tolist() == ["chi2", "cramers_v", "cramers_v_corrected"]
    assert table["method"].tolist() == ["pearson", "cramer", "bergsma"]
    assert measures.funnel(frame, "proportion")["method"].tolist() == ["normal"]
    sizes = {name: measure(pair)["n"].tolist() for name, (pair, measure) in _sized().items()}
    assert sizes == {"attributable": [60, 60], "between_group": [60] * 13, "slope_index": [60] * 5, "gap": [2, 2]}


def _sized():
    rows = [(10, 0.3), (20, 0.4), (30, 0.2)]
    return {name: MEASURED[name](rows) for name in ("attributable", "between_group", "slope_index", "gap")}


def test_counts_are_whole_numbers_where_they_can_be():
    whole = measures.proportion(pd.DataFrame({"numerator": [1.0, 2.0], "denominator": [4.0, 8.0]}))["n"]
    assert whole.dtype == np.int64 and whole.tolist() == [4, 8]
    part = measures.proportion(pd.DataFrame({"numerator": [1, 2], "denominator": [4, 8.5]}))["n"]
    assert part.tolist() == [4, 8.5]


def test_property_clustered_proportion_edges():
    frame = pd.DataFrame(
        {"group": ["a", "b", "c"], "numerator": [0, 0, 1], "denominator": [0, 4, 5], "patients": [1, 3, 1]}
    )
    got = measures.clustered_proportion(frame, multiplier=100).set_index("group")
    assert got.loc["a", "reason_withheld"] == "the denominator is 0"
    none = measures.proportion(pd.DataFrame({"numerator": [0], "denominator": [3]}), multiplier=100)
    assert list(got.loc["b", FIGURES]) == pytest.approx(list(none.loc[0, FIGURES]))
    assert got["patients"].tolist() == [0, 3, 1] and got["n"].tolist() == [0, 12, 5]
    assert got.loc["c", "value"] == 20 and got.loc["c", "se"] == 0
