"""Every measure against its slow reference, on cases that Hypothesis makes."""

import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from equity_audit import measures
from measures import reference

settings.register_profile("measures", max_examples=25, deadline=None, derandomize=True, database=None)
quick = settings(settings.get_profile("measures"))
slow = settings(settings.get_profile("measures"), max_examples=12)

levels = st.sampled_from([0.8, 0.95, 0.998])
shares = st.integers(1, 80).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
two_shares = st.tuples(shares, shares).filter(lambda pair: pair[0][0] + pair[1][0] > 0)
values = st.floats(0.02, 0.97)
ENDS = ["value", "lower", "upper"]


def near(got, expected, rel=1e-7, absolute=1e-9):
    assert list(map(float, got)) == pytest.approx(list(map(float, expected)), rel=rel, abs=absolute)


def groups(least=2, most=6):
    row = st.tuples(st.integers(1, 5000), values, st.floats(0.0, 0.05))
    return st.lists(row, min_size=least, max_size=most).map(
        lambda rows: [
            {"group": f"g{at}", "order": at + 1, "population": n, "value": y, "se": se}
            for at, (n, y, se) in enumerate(rows)
        ]
    )


@quick
@given(shares, levels)
def test_reference_proportion(share, level):
    x, n = share
    got = measures.proportion(pd.DataFrame({"numerator": [x], "denominator": [n]}), level)
    near(got.loc[0, ENDS], reference.proportion(x, n, level))


@quick
@given(st.integers(0, 40), st.integers(1, 10_000), levels)
def test_reference_rate(x, n, level):
    got = measures.rate(pd.DataFrame({"events": [x], "denominator": [n]}), level)
    *expected, method = reference.rate(x, n, level, 100_000)
    near(got.loc[0, ENDS], expected)
    assert got.loc[0, "method"] == method


@quick
@given(st.lists(shares, min_size=1, max_size=30), levels)
def test_reference_clustered_proportion(patients, level):
    frame = pd.DataFrame(patients, columns=["numerator", "denominator"]).assign(group="all")
    got = measures.clustered_proportion(frame, level=level).iloc[0]
    value, se, low, high = reference.clustered_proportion(patients, level)
    near(got[["value", "se", "lower", "upper"]], [value, se, low, high])
    folded = frame.groupby(list(frame.columns), as_index=False).size().rename(columns={"size": "patients"})
    again = measures.clustered_proportion(folded, level=level).iloc[0]
    near(again[["value", "se", "lower", "upper"]], [value, se, low, high])


strata = st.lists(
    st.tuples(st.lists(st.integers(1, 4), max_size=12), st.integers(12, 900), st.integers(1, 50)),
    min_size=1,
    max_size=4,
)


@quick
@given(strata, levels)
def test_reference_standardised_rate(rows, level):
    plain = [{"frequencies": f, "population": n, "standard_population": w} for f, n, w in rows]
    expected = reference.standardised_rate(plain, level, 1000)
    frame = pd.DataFrame(
        [
            {"group": "g", "stratum": at, "event_frequency": often, "persons": f.count(often)} | row
            for at, row in enumerate(plain)
            for f in [row.pop("frequencies")]
            for often in (1, 2, 3, 4)
        ]
    )
    got = measures.standardised_rate(frame, level=level, multiplier=1000, independent_events=False).loc[0]
    if expected is None:
        assert got["reason_withheld"] == "fewer than 10 events"
        assert got[ENDS].isna().all()
    else:
        near(got[ENDS], expected)
    single = [[1] * sum(f) for f, _, _ in rows]
    plain = [
        {"frequencies": f, "population": n, "standard_population": w} for f, (_, n, w) in zip(single, rows, strict=True)
    ]
    expected = reference.standardised_rate(plain, level, 1000)
    frame = pd.DataFrame(plain).assign(group="g", stratum=range(len(rows)), events=[len(f) for f in single])
    got = measures.standardised_rate(frame, level=level, multiplier=1000).loc[0]
    if expected is not None:
        near(got[ENDS], expected)


@quick
@given(
    st.lists(
        st.tuples(st.integers(0, 9), st.integers(1, 90), st.integers(1, 50), st.integers(50, 500)),
        min_size=1,
        max_size=4,
    ),
    levels,
)
def test_reference_standardised_ratio(rows, level):
    frame = pd.DataFrame(rows, columns=["events", "population", "x", "n"]).assign(group="g", stratum=range(len(rows)))
    standard = pd.DataFrame({"stratum": frame["stratum"], "events": frame["x"], "population": frame["n"]})[::-1]
    known = {row.stratum: (row.events, row.population) for row in standard.itertuples()}
    expected = reference.standardised_ratio(frame.to_dict("records"), known, level)
    got = measures.standardised_ratio(frame, standard, level=level).set_index("measure")
    near(got.loc["standardised_ratio", ENDS], expected["ratio"])
    near(got.loc["indirectly_standardised_rate", ENDS], expected["rate"])
    near(got["expected"], [expected["expected"]] * 2)
    assert set(got["method"]) == {expected["method"]}


def two(pair):
    (x1, n1), (x0, n0) = pair
    return pd.DataFrame({"group": ["a", "b"], "numerator": [x1, x0], "denominator": [n1, n0]})


@quick
@given(two_shares, levels, st.sampled_from(["score", "katz", "exact"]))
def test_reference_relative_risk(pair, level, method):
    (x1, n1), (x0, n0) = pair
    got = measures.relative_risk(two(pair), "b", level, method)
    assert got["against"].tolist() == ["b", "rest", "rest"]
    if method == "katz" and x1 * x0 == 0:
        assert got.loc[0, "reason_withheld"] == "katz needs a count on both sides"
        return
    expected = reference.relative_risk(x1, n1, x0, n0, level, method)
    near(got.loc[0, ENDS], expected, 1e-6)
    near(got.loc[1, ENDS], expected, 1e-6)
    near(got.loc[2, ENDS], reference.relative_risk(x0, n0, x1, n1, level, method), 1e-6)


@quick
@given(two_shares, levels)
def test_reference_risk_difference(pair, level):
    (x1, n1), (x0, n0) = pair
    got = measures.risk_difference(two(pair), "b", level)
    near(got.loc[0, ENDS], reference.risk_difference(x1, n1, x0, n0, level))
    near(got.loc[2, ENDS], reference.risk_difference(x0, n0, x1, n1, level))


@quick
@given(groups(), levels)
def test_reference_gap(rows, level):
    expected = reference.gap(rows, level)
    got = measures.gap(pd.DataFrame(rows), level).set_index("measure")
    for name, figures in expected.items():
        near(got.loc[name, ENDS], figures, 1e-6)


limits = st.tuples(st.integers(1, 5000), st.floats(0.05, 0.9), st.floats(0.6, 0.99), st.floats(1.01, 1.1))


@quick
@given(
    st.lists(limits, min_size=3, max_size=6),
    st.sampled_from(
        [
            ("proportion", None),
            ("proportion", "logit"),
            ("proportion", "log"),
            ("rate", None),
            ("rate", "log"),
            ("other", None),
        ]
    ),
    st.sampled_from(["local", "national"]),
    levels,
    st.sampled_from(["adverse", "favourable"]),
)
def test_reference_slope_index(rows, kinds, basis, level, polarity):
    kind, transform = kinds
    plain = [
        {"order": at + 1, "population": n, "value": y, "lower": y * low, "upper": y * high}
        for at, (n, y, low, high) in enumerate(rows)
    ]
    got = measures.slope_index(pd.DataFrame(plain), kind, basis, transform, level, polarity).set_index("measure")
    expected = reference.slope_index(plain, kind, basis, transform, level, polarity)
    assume(
        min(got.loc["fitted_most_deprived", "value"], got.loc["fitted_least_deprived", "value"]) > 0.01 or not transform
    )
    quality = expected.pop("lack_of_fit")
    near([got.loc["lack_of_fit", "value"]], [quality], 1e-4)
    near([got.loc["lack_of_fit", "p"]], [reference.chi_squared_tail(got.loc["lack_of_fit", "value"], len(rows) - 2)])
    for name, figures in expected.items():
        near(got.loc[name, ENDS], figures, 1e-3 if name == "rii" else 1e-4, 1e-6)
    assert (got.loc["rii", "reason_withheld"] is None) == ("rii" in expected)


@quick
@given(groups(), st.sampled_from(["aci", "rci", "wagstaff", "erreygers"]), levels, st.sampled_from([(0, 1), (-0.5, 2)]))
def test_reference_concentration_index(rows, variant, level, bounds):
    got = measures.concentration_index(pd.DataFrame(rows), variant, level, bounds)
    assert got["measure"].tolist() == [variant]
    near(got.loc[0, ENDS], reference.concentration_index(rows, variant, level, bounds), 1e-6, 1e-8)


@quick
@given(groups(), levels, st.sampled_from(["adverse", "favourable"]))
def test_reference_between_group(rows, level, polarity):
    y = sorted(row["value"] for row in rows)
    mean = sum(row["value"] * row["population"] for row in rows) / sum(row["population"] for row in rows)
    apart = min(abs(a - b) for at, a in enumerate(y) for b in y[:at])
    assume(apart > 1e-3)  # where values cross, the absolute difference has no slope
    assume(min(abs(one - mean) for one in y) > 1e-3)
    expected = reference.between_group(rows, "g1", polarity, level)
    got = measures.between_group(pd.DataFrame(rows), "g1", polarity, level).set_index("measure")
    near([got.loc["bgv", "bias_corrected"]], [expected.pop("bias_corrected")], 1e-6)
    assert list(got.index) == list(expected)
    for name, figures in expected.items():
        near(got.loc[name, ENDS], figures, 1e-5, 1e-7)


@quick
@given(groups(), levels)
def test_reference_attributable(rows, level):
    got = measures.attributable(pd.DataFrame(rows), "g1", level).set_index("measure")
    for name, figures in reference.attributable(rows, "g1", level).items():
        near(got.loc[name, ENDS], figures, 1e-6, 1e-8)


@quick
@given(st.lists(st.none() | st.integers(0, 12), max_size=30), st.integers(1, 10), st.booleans())
def test_reference_quantiles(given_values, n, invert):
    series = pd.Series(given_values, dtype="float64", index=range(5, 5 + len(given_values)), name="score")
    got = measures.quantiles(series, n, invert)
    expected = pd.Series(
        reference.quantiles(given_values, n, invert), dtype="float64", index=series.index, name="score"
    )
    pd.testing.assert_series_equal(got, expected)


@slow
@given(
    st.lists(shares, min_size=2, max_size=9),
    st.sampled_from([("proportion", False), ("proportion", True), ("ratio", False), ("rate", False)]),
    st.sampled_from([None, 0.4]),
)
def test_reference_funnel(rows, kinds, target):
    kind, overdispersion = kinds
    assume(0 < sum(x for x, _ in rows) < sum(n for _, n in rows))
    names = {
        "proportion": ["numerator", "denominator"],
        "ratio": ["observed", "expected"],
        "rate": ["events", "population"],
    }
    got = measures.funnel(pd.DataFrame(rows, columns=names[kind]), kind, target, overdispersion)
    for (_, mine), theirs in zip(got.iterrows(), reference.funnel(rows, kind, target, overdispersion), strict=True):
        columns = ["value", "lower95", "upper95", "lower998", "upper998"] + ["tau2"] * overdispersion
        near(mine[columns], [theirs[column] for column in columns])
        assert mine["label"] == theirs["label"]


@quick
@given(
    st.lists(st.integers(0, 6), min_size=2, max_size=40)
    | st.lists(st.integers(0, 40), min_size=15, max_size=40).map(sorted),
    st.sampled_from(["increase", "decrease", "neutral"]),
    st.booleans(),
    st.sampled_from(["nhsr", "mdc"]),
)
def test_reference_xmr(y, direction, screen, rule):
    series = pd.Series(map(float, y), index=pd.date_range("2024-01-01", periods=len(y), freq="MS"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        got = measures.xmr(series, direction=direction, screen=screen, rule=rule)
    expected = reference.xmr(list(map(float, y)), direction, screen, rule)
    for column in ("value", "mean", "lower", "upper"):
        near(got[column], [row[column] for row in expected])
    assert got["special_cause"].tolist() == [row["cause"] for row in expected]
    assert got["point_type"].tolist() == [row["kind"] for row in expected]


@quick
@given(st.lists(shares, min_size=2, max_size=5), levels)
def test_reference_missingness(rows, level):
    plain = [{"group": f"g{at}", "order": at + 1, "numerator": x, "denominator": n} for at, (x, n) in enumerate(rows)]
    expected = reference.missingness(plain, level)
    got = measures.missingness(pd.DataFrame(plain), level=level).set_index(["measure", "group"])
    for group, figures in expected["shares"].items():
        near(got.loc[("unknown_share", group), ENDS], figures)
    for row in plain:
        mine, theirs = got.loc[("relative_risk_unknown", row["group"])], expected["risks"][row["group"]]
        if theirs is None:
            assert mine["reason_withheld"] == "nothing is unknown"
            continue
        near(mine[ENDS], theirs, 1e-6)
        x, n = (sum(one[name] for one in plain) for name in ("numerator", "denominator"))
        a, b = row["numerator"], row["denominator"]
        if x < n and "draws" in mine["method"]:
            assert abs(mine["p"] - reference.permutation_p(a, b, x - a, n - b)) < 0.02
    overall = (
        got.xs(None, level="group", drop_level=True)
        if None in got.index.levels[1]
        else got[got.index.get_level_values(1).isna()].droplevel(1)
    )
    if np.isnan(expected["trend"]):
        assert overall.loc["trend", "reason_withheld"]
    else:
        near([overall.loc["trend", "value"]], [expected["trend"]])
    for name in ("chi2", "cramers_v", "cramers_v_corrected"):
        if expected["overall"]:
            near([overall.loc[name, "value"]], [expected["overall"][name]])


@quick
@given(st.lists(st.lists(st.integers(0, 30), min_size=3, max_size=3), min_size=2, max_size=4))
def test_reference_association(table):
    assume(sum(map(sum, table)) > 1)
    expected = reference.association(table)
    got = measures.association(pd.DataFrame(table)).set_index("measure")
    if not expected:
        assert got["reason_withheld"].notna().all()
        return
    near(got["value"], [expected[name] for name in got.index])
    assert got.loc["chi2", "df"] == expected["df"]
    if expected["smallest"] >= 5:
        assert got.loc["chi2", "method"] == "pearson"
        near([got.loc["chi2", "p"]], [expected["p"]])


@slow
@given(
    st.tuples(st.integers(1, 8), st.integers(0, 8)),
    st.tuples(st.integers(1, 8), st.integers(0, 8)),
    st.tuples(st.integers(0, 4), st.integers(0, 4)),
    st.tuples(st.integers(0, 5), st.integers(0, 5)),
    st.sampled_from([1, 2, 5]),
)
def test_reference_missing_bounds(a, b, uncoded, other, gamma):
    (xa, ya), (xb, yb), (e, none), (xc, yc) = a, b, uncoded, other
    frame = pd.DataFrame(
        {
            "group": ["a", "b", "c", None],
            "numerator": [xa, xb, xc, e],
            "denominator": [xa + ya, xb + yb, xc + yc, e + none],
        }
    )
    got = measures.missing_bounds(frame, "a", "b", (gamma,))
    near(got.loc[0, ["lower", "upper"]], reference.missing_bounds(xa, xa + ya, xb, xb + yb, e, e + none))
    bounds = reference.gamma_bounds(xa, xa + ya, xb, xb + yb, e + none, xc + yc, gamma)
    near(got.loc[1, ["lower", "upper"]], bounds)
    tipping = float(got["value"].iloc[-1])
    assert tipping >= 1
    if np.isfinite(tipping):
        low, high = reference.gamma_bounds(xa, xa + ya, xb, xb + yb, e + none, xc + yc, tipping)
        assert low <= 1 + 1e-6 and high >= 1 - 1e-6
        assert min(abs(low - 1), abs(high - 1)) < 1e-6


cells = st.tuples(st.sampled_from(["a", "b", "c", None]), st.integers(1, 3), st.integers(0, 9), st.integers(0, 9))


@quick
@given(st.lists(cells, min_size=1, max_size=12, unique_by=lambda cell: cell[:2]))
def test_reference_reallocate(rows):
    assume(any(group is not None for group, *_ in rows))
    plain = [{"group": g, "stratum": s, "numerator": x, "denominator": x + y} for g, s, x, y in rows]
    expected = reference.reallocate(plain)
    got = measures.reallocate(pd.DataFrame(plain), "stratum").set_index("group")
    assert list(got.index) == list(expected)
    for group, share in expected.items():
        if share is None:
            assert got.loc[group, "reason_withheld"]
        else:
            near([got.loc[group, "value"]], [share])


@quick
@given(
    st.lists(st.floats(0, 1), min_size=1, max_size=12), st.sampled_from(["holm", "bh", "by", "bonferroni", "hochberg"])
)
def test_reference_adjust_p(p, method):
    near(measures.adjust_p(p, method), reference.adjust_p(p, method), 1e-12)
