# ruff: noqa: E501  one case a line
"""A fault in the input is a ValueError that names the column and the row, or the argument; no other value."""

import numpy as np
import pandas as pd
import pytest

from equity_audit import measures

COUNTS = {"group": ["a", "b"], "numerator": [1, 2], "denominator": [5, 5]}
VALUES = {
    "group": ["a", "b"], "order": [1, 2], "population": [10, 10], "value": [0.3, 0.2], "se": [0.01, 0.02],
    "lower": [0.2, 0.1], "upper": [0.4, 0.3],
}  # fmt: skip
STRATA = {
    "group": ["a", "a"],
    "stratum": ["y", "o"],
    "events": [1, 2],
    "population": [5, 5],
    "standard_population": [1, 1],
}
REPEATS = {
    "group": ["a", "a"], "stratum": ["y", "y"], "event_frequency": [1, 2], "persons": [3, 4], "population": [9, 9],
    "standard_population": [1, 1],
}  # fmt: skip
STANDARD = pd.DataFrame({"stratum": ["o", "y"], "events": [1, 1], "population": [9, 9]})
DATES = pd.date_range("2024-01-01", periods=3)


def series(values, dates=DATES):
    return pd.Series(values, index=dates)


def frame(base, **changes):
    return pd.DataFrame({**base, **changes})


CASES = {
    "x above n": (lambda: measures.proportion(frame(COUNTS, numerator=[1, 6])), "numerator is larger than denominator in row 1 (rows count from 0)"),
    "negative": (lambda: measures.proportion(frame(COUNTS, numerator=[1, -6])), "numerator is below 0 in row 1 (rows count from 0)"),
    "blank": (lambda: measures.proportion(frame(COUNTS, numerator=[1, None])), "numerator is blank or not a number in row 1 (rows count from 0)"),
    "blank whole number": (lambda: measures.proportion(frame(COUNTS, numerator=pd.array([1, None], dtype="Int64"))), "numerator is blank or not a number in row 1 (rows count from 0)"),
    "text": (lambda: measures.proportion(frame(COUNTS, denominator=[5, "SECRET"])), "denominator is blank or not a number in row 1 (rows count from 0)"),
    "infinite": (lambda: measures.rate(pd.DataFrame({"events": [1, 1], "denominator": [2, np.inf]})), "denominator is blank or not a number in row 1 (rows count from 0)"),
    "no column": (lambda: measures.proportion(pd.DataFrame({"numerator": [1]})), "column 'denominator' is missing"),
    "level": (lambda: measures.proportion(frame(COUNTS), level=95), "level is a fraction above 0 and below 1, as in 0.95"),
    "level 0": (lambda: measures.gap(frame(VALUES), level=0), "level is a fraction above 0 and below 1, as in 0.95"),
    "level 1": (lambda: measures.gap(frame(VALUES), level=1), "level is a fraction above 0 and below 1, as in 0.95"),
    "multiplier": (lambda: measures.proportion(frame(COUNTS), multiplier=-1), "multiplier is a number above 0"),
    "multiplier 0": (lambda: measures.rate(frame(STRATA, denominator=[1, 1]), multiplier=0), "multiplier is a number above 0"),
    "multiplier infinite": (lambda: measures.rate(frame(STRATA, denominator=[1, 1]), multiplier=np.inf), "multiplier is a number above 0"),
    "multiplier standardised": (lambda: measures.standardised_rate(frame(STRATA), multiplier=-1), "multiplier is a number above 0"),
    "multiplier clustered": (lambda: measures.clustered_proportion(frame(COUNTS), multiplier=-1), "multiplier is a number above 0"),
    "clustered by": (lambda: measures.clustered_proportion(frame(COUNTS), by="ward"), "column 'ward' is missing"),
    "stratum twice": (lambda: measures.standardised_rate(frame(STRATA, stratum=["y", "y"])), "stratum repeats an earlier row of its group in row 1 (rows count from 0)"),
    "no stratum": (lambda: measures.standardised_rate(frame(STRATA).drop(columns="stratum")), "column 'stratum' is missing"),
    "repeat population": (
        lambda: measures.standardised_rate(frame(REPEATS, population=[9, 8]), independent_events=False),
        "population differs from an earlier row of its group and stratum in row 1 (rows count from 0)",
    ),
    "repeat standard": (
        lambda: measures.standardised_rate(frame(REPEATS, standard_population=[1, 2]), independent_events=False),
        "standard_population differs from an earlier row of its group and stratum in row 1 (rows count from 0)",
    ),
    "repeat blank": (
        lambda: measures.standardised_rate(frame(REPEATS, population=[9, None]), independent_events=False),
        "population is blank or not a number in row 1 (rows count from 0)",
    ),
    "ratio stratum": (lambda: measures.standardised_ratio(frame(STRATA, stratum=["y", "?"]), STANDARD), "stratum has no partner in the reference in row 1 (rows count from 0)"),
    "ratio stratum twice": (lambda: measures.standardised_ratio(frame(STRATA, stratum=["y", "y"]), STANDARD), "stratum repeats an earlier row of its group in row 1 (rows count from 0)"),
    "reference stratum": (lambda: measures.standardised_ratio(frame(STRATA).head(1), STANDARD), "a stratum of the reference has no partner in group a"),
    "reference stratum of two": (lambda: measures.standardised_ratio(frame(STRATA, site="s").head(1), STANDARD, ["group", "site"]), "a stratum of the reference has no partner in group a, s"),
    "reference twice": (
        lambda: measures.standardised_ratio(frame(STRATA), STANDARD.assign(stratum="y")),
        "reference stratum repeats an earlier row in row 1 (rows count from 0)",
    ),
    "reference empty": (
        lambda: measures.standardised_ratio(frame(STRATA), STANDARD.assign(population=[1, 0])),
        "reference population is 0 in row 1 (rows count from 0)",
    ),
    "reference lacks": (lambda: measures.standardised_ratio(frame(STRATA), STANDARD[["events", "population"]]), "column 'stratum' is missing"),
    "group twice": (lambda: measures.relative_risk(frame(COUNTS, group=["a", "a"]), "a"), "group repeats an earlier row in row 1 (rows count from 0)"),
    "group blank": (lambda: measures.risk_difference(frame(COUNTS, group=["a", None]), "a"), "group is blank in row 1 (rows count from 0)"),
    "no group": (lambda: measures.missingness(frame(COUNTS).drop(columns="group")), "column 'group' is missing"),
    "reference": (lambda: measures.relative_risk(frame(COUNTS), "z"), "reference 'z' is not a group"),
    "method": (lambda: measures.relative_risk(frame(COUNTS), "a", method="wald"), "method is one of 'score', 'katz', 'exact'"),
    "order twice": (lambda: measures.gap(frame(VALUES, order=[1, 1])), "order repeats an earlier row in row 1 (rows count from 0)"),
    "order blank": (lambda: measures.gap(frame(VALUES, order=[1, None])), "order is blank or not a number in row 1 (rows count from 0)"),
    "gap value": (lambda: measures.gap(frame(VALUES, value=[1, None])), "value is blank or not a number in row 1 (rows count from 0)"),
    "gap se": (lambda: measures.gap(frame(VALUES, se=[1, -1])), "se is below 0 in row 1 (rows count from 0)"),
    "gap se, not in order": (lambda: measures.gap(frame(VALUES, order=[2, 1], se=[1, -1])), "se is below 0 in row 1 (rows count from 0)"),
    "gap value, not in order": (lambda: measures.gap(frame(VALUES, order=[2, 1], value=[1, None])), "value is blank or not a number in row 1 (rows count from 0)"),
    "kind": (lambda: measures.slope_index(frame(VALUES), "share"), "kind is one of 'proportion', 'rate', 'other'"),
    "rank basis": (lambda: measures.slope_index(frame(VALUES), "rate", "world"), "rank_basis is one of 'local', 'national'"),
    "transform": (lambda: measures.slope_index(frame(VALUES), "rate", transform="root"), "transform is one of None, 'log', 'logit'"),
    "polarity": (lambda: measures.slope_index(frame(VALUES), "rate", polarity="good"), "polarity is one of 'adverse', 'favourable'"),
    "interval": (lambda: measures.slope_index(frame(VALUES), "rate", interval="exact"), "interval is one of 'delta', 'simulated'"),
    "per cent": (lambda: measures.slope_index(frame(VALUES, value=[30, 20]), "proportion"), "value is above 1 in row 0 (rows count from 0)"),
    "negative rate": (lambda: measures.slope_index(frame(VALUES, lower=[0, -1]), "rate"), "lower is below 0 in row 1 (rows count from 0)"),
    "logit of a rate": (lambda: measures.slope_index(frame(VALUES, value=[0.3, 2], upper=[0.4, 3]), "rate", transform="logit"), "value is above 1 in row 1 (rows count from 0)"),
    "log of a negative": (lambda: measures.slope_index(frame(VALUES, value=[0.3, -2], lower=[0.1, -3]), "other", transform="log"), "value is below 0 in row 1 (rows count from 0)"),
    "outside limits": (lambda: measures.slope_index(frame(VALUES, value=[0.3, 0.9]), "rate"), "value lies outside its limits in row 1 (rows count from 0)"),
    "outside limits, not in order": (
        lambda: measures.slope_index(frame(VALUES, order=[2, 1], value=[0.3, 0.9]), "rate"), "value lies outside its limits in row 1 (rows count from 0)"
    ),
    "below limits": (lambda: measures.slope_index(frame(VALUES, value=[0.3, 0.05]), "rate"), "value lies outside its limits in row 1 (rows count from 0)"),
    "slope value": (lambda: measures.slope_index(frame(VALUES, value=[0.3, None]), "rate"), "value is blank or not a number in row 1 (rows count from 0)"),
    "variant": (lambda: measures.concentration_index(frame(VALUES), "gini"), "variant is one of 'aci', 'rci', 'wagstaff', 'erreygers'"),
    "bounds": (lambda: measures.concentration_index(frame(VALUES), bounds=(1, 1)), "bounds are a lower and a higher number"),
    "outside bounds": (lambda: measures.concentration_index(frame(VALUES, value=[0.1, 3]), "erreygers"), "value is above 1 in row 1 (rows count from 0)"),
    "below bounds": (lambda: measures.concentration_index(frame(VALUES, value=[0.1, -3]), "wagstaff"), "value is below 0 in row 1 (rows count from 0)"),
    "index se": (lambda: measures.concentration_index(frame(VALUES, se=[0.1, -3])), "se is below 0 in row 1 (rows count from 0)"),
    "between value": (lambda: measures.between_group(frame(VALUES, value=[0.1, None])), "value is blank or not a number in row 1 (rows count from 0)"),
    "between se": (lambda: measures.between_group(frame(VALUES, se=[0.1, None])), "se is blank or not a number in row 1 (rows count from 0)"),
    "between of one person": (lambda: measures.between_group(frame(VALUES, group=["b", "a"], population=1, value=[0.1, None])), "value is blank or not a number in row 1 (rows count from 0)"),
    "attributable of one person": (lambda: measures.attributable(frame(VALUES, population=1, value=[0.1, None]), "a"), "value is blank or not a number in row 1 (rows count from 0)"),
    "index of one person": (lambda: measures.concentration_index(frame(VALUES, population=1, value=[0.1, None])), "value is blank or not a number in row 1 (rows count from 0)"),
    "slope of one person": (lambda: measures.slope_index(frame(VALUES, population=1, value=[0.1, None]), "rate"), "value is blank or not a number in row 1 (rows count from 0)"),
    "between polarity": (lambda: measures.between_group(frame(VALUES), polarity="up"), "polarity is one of 'adverse', 'favourable'"),
    "between reference": (lambda: measures.between_group(frame(VALUES), "z"), "reference 'z' is not a group"),
    "attributable reference": (lambda: measures.attributable(frame(VALUES), "z"), "reference 'z' is not a group"),
    "attributable empty": (lambda: measures.attributable(frame(VALUES, population=[5, 0]), "b"), "reference 'b' has no population"),
    "attributable value": (lambda: measures.attributable(frame(VALUES, value=[5, None]), "b"), "value is blank or not a number in row 1 (rows count from 0)"),
    "attributable se": (lambda: measures.attributable(frame(VALUES, se=[5, None]), "b"), "se is blank or not a number in row 1 (rows count from 0)"),
    "quantiles": (lambda: measures.quantiles(pd.Series(["1", "SECRET"]), 1), "values is not a number in row 1 (rows count from 0)"),
    "quantiles infinite": (lambda: measures.quantiles(pd.Series([1, np.inf]), 1), "values is not a number in row 1 (rows count from 0)"),
    "quantiles n": (lambda: measures.quantiles(pd.Series([1.0]), 0), "n is a whole number of quantiles, 1 or more"),
    "quantiles half": (lambda: measures.quantiles(pd.Series([1.0]), 1.5), "n is a whole number of quantiles, 1 or more"),
    "funnel kind": (lambda: measures.funnel(frame(COUNTS), "share"), "kind is one of 'proportion', 'ratio', 'rate'"),
    "funnel x": (lambda: measures.funnel(frame(COUNTS, numerator=[1, 9]), "proportion"), "numerator is larger than denominator in row 1 (rows count from 0)"),
    "funnel ratio": (lambda: measures.funnel(pd.DataFrame({"observed": [1, -1], "expected": 1}), "ratio"), "observed is below 0 in row 1 (rows count from 0)"),
    "funnel target": (lambda: measures.funnel(frame(COUNTS), "proportion", target=1), "target is a number above 0, and below 1 for a proportion"),
    "funnel target 0": (lambda: measures.funnel(frame(COUNTS), "proportion", target=0), "target is a number above 0, and below 1 for a proportion"),
    "funnel target infinite": (lambda: measures.funnel(frame(STRATA), "rate", target=np.inf), "target is a number above 0, and below 1 for a proportion"),
    "funnel overdispersion": (lambda: measures.funnel(frame(STRATA), "rate", overdispersion=True), "overdispersion is worked out for kind 'proportion' only"),
    "xmr blank": (lambda: measures.xmr(series([1.0, None, 2.0])), "value is blank or not a number in row 1 (rows count from 0)"),
    "xmr blank whole number": (lambda: measures.xmr(series(pd.array([1, None, 2], dtype="Int64"))), "value is blank or not a number in row 1 (rows count from 0)"),
    "xmr date": (lambda: measures.xmr(series([1.0, 2.0, 3.0], DATES[[0, 0, 1]])), "date repeats an earlier row in row 1 (rows count from 0)"),
    "xmr no date": (lambda: measures.xmr(series([1.0, 2.0, 3.0], pd.DatetimeIndex([DATES[0], None, DATES[1]]))), "date is blank in row 1 (rows count from 0)"),
    "xmr rebase": (lambda: measures.xmr(series([1.0, 2.0, 3.0]), rebase=["2024-01-02", "2031-01-01"]), "rebase date 1 (counting from 0) is not a date of the series"),
    "xmr direction": (lambda: measures.xmr(series([1.0, 2.0, 3.0]), direction="up"), "direction is one of 'increase', 'decrease', 'neutral'"),
    "xmr rule": (lambda: measures.xmr(series([1.0, 2.0, 3.0]), rule="both"), "rule is one of 'nhsr', 'mdc'"),
    "xmr fix": (lambda: measures.xmr(series([1.0, 2.0, 3.0]), fix_after=1), "fix_after is 2 points or more"),
    "missing x": (lambda: measures.missingness(frame(COUNTS, numerator=[1, 9])), "numerator is larger than denominator in row 1 (rows count from 0)"),
    "association blank": (lambda: measures.association(pd.DataFrame({"x": [1, None]})), "a count is blank in row 1 (rows count from 0)"),
    "association negative": (lambda: measures.association(pd.DataFrame({"x": [1, -2]})), "a count is below 0 in row 1 (rows count from 0)"),
    "gamma": (lambda: measures.missing_bounds(frame(COUNTS), "a", "b", (2, 0.5)), "each gamma is 1 or more"),
    "two blanks": (lambda: measures.missing_bounds(frame(COUNTS, group=[None, None]), "a", "b"), "group repeats an earlier row in row 1 (rows count from 0)"),
    "a": (lambda: measures.missing_bounds(frame(COUNTS), "z", "b"), "a 'z' is not a group"),
    "b": (lambda: measures.missing_bounds(frame(COUNTS), "a", "z"), "b 'z' is not a group"),
    "a is b": (lambda: measures.missing_bounds(frame(COUNTS), "a", "a"), "a and b are the same group"),
    "nothing coded": (
        lambda: measures.missing_bounds(
            pd.DataFrame({"group": ["a", "b", None], "numerator": [0, 0, 1], "denominator": [0, 0, 1]}), "a", "b"
        ),
        "no record is coded",
    ),
    "reallocate twice": (lambda: measures.reallocate(frame(COUNTS, group=["a", "a"]), []), "group repeats an earlier row of its stratum in row 1 (rows count from 0)"),
    "reallocate column": (lambda: measures.reallocate(frame(COUNTS), "ward"), "column 'ward' is missing"),
    "adjust method": (lambda: measures.adjust_p([0.1], "sidak"), "method is one of 'holm', 'bh', 'by', 'bonferroni', 'hochberg'"),
    "adjust p": (lambda: measures.adjust_p([0.1, 1.1], "bh"), "p lies outside 0 and 1 in row 1 (rows count from 0)"),
    "adjust negative": (lambda: measures.adjust_p([0.1, -0.1], "bh"), "p lies outside 0 and 1 in row 1 (rows count from 0)"),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_faults_are_named(case):
    call, message = CASES[case]
    with pytest.raises(ValueError) as caught:
        call()
    assert str(caught.value) == message
