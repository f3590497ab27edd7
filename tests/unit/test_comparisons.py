"""When a difference may be claimed: like with like, repeat patients, missing data, the verdict."""

from math import isnan

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equity_audit import comparing
from equity_audit.breakdowns import Axis
from equity_audit.comparisons.clusters import design_effects
from equity_audit.comparisons.compare import Figure, Sides, benjamini_hochberg, compare
from equity_audit.comparisons.standardise import standardised_difference, standardised_share, strata_of
from equity_audit.comparisons.verdict import HIDDEN, Thresholds, verdict_of
from equity_audit.measures import adjust_p, missing_bounds

QUINTILES = ["1 (most deprived)", "2", "3", "4", "5 (least deprived)"]


def sides(counts: pd.DataFrame, strata: pd.DataFrame | None = None, **more: object) -> Sides:
    options: dict = {"dimension": "imd_quintile", "ordered": True, "polarity": "adverse", "uncoded": (0.0, 0.0), **more}
    return Sides(counts=counts, strata=strata, **options)


def age_mix() -> pd.DataFrame:
    """A wait of 25, 40 and 62 % at three ages, the same in every quintile; quintile 1 is younger than quintile 5."""
    waits = {"0-17": 0.25, "18-64": 0.40, "65+": 0.62}
    rows = []
    for place, quintile in enumerate(QUINTILES):
        young, old = 0.30 - 0.05 * place, 0.20 + 0.05 * place
        for age, share in (("0-17", young), ("18-64", 0.5), ("65+", old)):
            records = round(4000 * share)
            rows.append(
                {"group": quintile, "stratum": age, "numerator": round(records * waits[age]), "denominator": records}
            )
    return pd.DataFrame(rows)


def figure(figures: tuple[Figure, ...], measure: str, group: str | None = None) -> Figure:
    return next(each for each in figures if each.measure == measure and group in (None, each.group))


def test_the_age_mix_example_yields_no_claim_of_a_gap() -> None:
    strata = age_mix()
    counts = strata.groupby("group", as_index=False)[["numerator", "denominator"]].sum()
    figures = compare(sides(counts, strata))
    crude, allowed = figure(figures, "gap"), figure(figures, "standardised_gap")
    assert crude.upper < -0.03, "crude, quintile 1 seems to wait less"
    assert abs(allowed.estimate) < 0.002
    assert allowed.lower < 0 < allowed.upper
    verdict, sentence = verdict_of(
        figures,
        coded_share=0.99,
        smallest=(4000, 1000),
        coded_words="are linked",
        proved=True,
        keyed=True,
        may_act=True,
    )
    assert verdict == "care"
    assert "age and sex" in sentence


strata_rows = st.lists(
    st.tuples(st.sampled_from("abc"), st.sampled_from("xyz"), st.integers(0, 40), st.integers(0, 40)),
    min_size=1,
    max_size=20,
)


@given(strata_rows)
@settings(deadline=None, derandomize=True, max_examples=80)
def test_standardising_equals_a_slow_reference(rows: list[tuple[str, str, int, int]]) -> None:
    frame = pd.DataFrame([{"group": g, "stratum": s, "numerator": min(x, n), "denominator": n} for g, s, x, n in rows])
    found = standardised_share(strata_of(frame), ["a"])
    total: dict[str, float] = {}
    own: dict[str, list[float]] = {}
    for group, stratum, x, n in rows:
        total[stratum] = total.get(stratum, 0) + n
        if group == "a":
            each = own.setdefault(stratum, [0.0, 0.0])
            each[0] += min(x, n)
            each[1] += n
    common = [stratum for stratum in total if total[stratum] > 0 and own.get(stratum, [0, 0])[1] > 0]
    if not common:
        assert isnan(found.value)
        return
    weight = sum(total[stratum] for stratum in common)
    expected = sum(total[stratum] / weight * own[stratum][0] / own[stratum][1] for stratum in common)
    assert found.value == pytest.approx(expected, rel=1e-12)
    assert found.covered == pytest.approx(weight / sum(total.values()))


def test_a_difference_is_taken_only_where_both_sides_have_records() -> None:
    frame = pd.DataFrame(
        {
            "group": ["a", "a", "b", "b"],
            "stratum": ["x", "y", "x", "z"],
            "numerator": [5, 9, 2, 9],
            "denominator": [10, 10, 10, 10],
        }
    )
    found = standardised_difference(strata_of(frame), ["a"], ["b"])
    assert found.value == pytest.approx(0.3)
    assert found.covered == pytest.approx(0.5)


def test_design_effect_of_patients_who_repeat_alike() -> None:
    # Ten patients, six records each, all or none with the event: each record says as much as a sixth of one.
    patterns = pd.DataFrame({"group": ["g", "g"], "events": [6, 0], "records": [6, 6], "patients": [5, 5]})
    counts = pd.DataFrame({"group": ["g"], "numerator": [30], "denominator": [60]})
    assert design_effects(patterns, counts)["g"] == pytest.approx(6.0)


def test_records_without_a_key_are_patients_of_their_own() -> None:
    nobody = pd.DataFrame({"group": [], "events": [], "records": [], "patients": []})
    counts = pd.DataFrame({"group": ["g"], "numerator": [30], "denominator": [60]})
    assert design_effects(nobody, counts)["g"] == pytest.approx(1.0)


def test_repeats_widen_the_interval_of_the_gap() -> None:
    counts = pd.DataFrame({"group": QUINTILES, "numerator": [60, 55, 50, 45, 40], "denominator": [200] * 5})
    plain = figure(compare(sides(counts)), "gap")
    repeated = figure(compare(sides(counts, effects=dict.fromkeys(QUINTILES, 4.0))), "gap")
    assert repeated.estimate == pytest.approx(plain.estimate)
    assert repeated.upper - repeated.lower == pytest.approx(2 * (plain.upper - plain.lower))


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
@settings(deadline=None, derandomize=True, max_examples=60)
def test_benjamini_hochberg_is_that_of_the_measures(p: list[float]) -> None:
    assert np.allclose(benjamini_hochberg(np.array(p)), adjust_p(np.array(p), "bh"))


def test_equal_shares_differ_nowhere_and_order_does_not_matter() -> None:
    counts = pd.DataFrame(
        {"group": ["White", "Asian", "Black"], "numerator": [400, 40, 20], "denominator": [1000, 100, 50]}
    )
    options = {"dimension": "ethnic_group", "ordered": False}
    figures = compare(sides(counts, **options))
    assert not any(each.differs for each in figures)
    turned = compare(sides(counts.iloc[::-1].reset_index(drop=True), **options))
    key = lambda each: (each.measure, each.group or "", each.against or "")  # noqa: E731
    assert [(key(a), a.estimate) for a in sorted(figures, key=key)] == [
        (key(b), pytest.approx(b.estimate)) for b in sorted(turned, key=key)
    ]


def test_the_slope_index_is_withheld_where_quintiles_are_too_small() -> None:
    counts = pd.DataFrame(
        {"group": QUINTILES, "numerator": [600, 20, 20, 20, 20], "denominator": [3000, 60, 60, 60, 60]}
    )
    found = figure(compare(sides(counts)), "sii")
    assert isnan(found.estimate)
    assert "fewer than four quintiles" in (found.reason_withheld or "")


def test_the_slope_index_is_withheld_where_a_line_does_not_fit() -> None:
    counts = pd.DataFrame({"group": QUINTILES, "numerator": [300, 800, 300, 800, 300], "denominator": [2000] * 5})
    assert "straight line" in (figure(compare(sides(counts)), "sii").reason_withheld or "")


def gap(lower: float, upper: float) -> Figure:
    return Figure(measure="gap", group="1", against="5", estimate=(lower + upper) / 2, lower=lower, upper=upper)


def standardised(lower: float, upper: float) -> Figure:
    return Figure(
        measure="standardised_gap", group="1", against="5", estimate=(lower + upper) / 2, lower=lower, upper=upper
    )


def bound(gamma: int, lower: float, upper: float) -> Figure:
    return Figure(
        measure=f"relative_risk_gamma_{gamma}", group="1", against="5", estimate=1.3, lower=lower, upper=upper
    )


CLAIM = (gap(0.02, 0.06), standardised(0.02, 0.06), bound(2, 1.2, 1.5), bound(3, 1.1, 1.6))
SOUND = {
    "coded_share": 0.95, "smallest": (500.0, 50.0), "coded_words": "are linked", "proved": True, "keyed": True, "may_act": True,
}  # fmt: skip


@pytest.mark.parametrize(
    ("figures", "change", "expected", "reason"),
    [
        (CLAIM, {}, "act", "Complete enough"),
        (CLAIM, {"coded_share": 0.69}, "do_not_use", "at least 70%"),
        (CLAIM, {"proved": False}, "do_not_use", "not proved"),
        (CLAIM, {"coded_share": 0.89}, "care", "90% would be enough"),
        (CLAIM, {"smallest": (99.0, 50.0)}, "care", "fewer than 100 records"),
        (CLAIM, {"smallest": (500.0, 9.0)}, "care", "fewer than 10 events"),
        (CLAIM, {"smallest": HIDDEN}, "care", "a group is hidden, or has fewer than 100 records"),
        (CLAIM, {"keyed": False}, "care", "by patient"),
        (CLAIM, {"may_act": False}, "care", "not a rate"),
        ((CLAIM[0], standardised(-0.01, 0.05), *CLAIM[2:]), {}, "care", "do not agree"),
        ((CLAIM[0], standardised(-0.06, -0.02), *CLAIM[2:]), {}, "care", "do not agree"),
        ((*CLAIM[:3], bound(3, 0.95, 1.9)), {}, "care", "could change the conclusion"),
        ((CLAIM[0], *CLAIM[2:]), {}, "care", "mix of ages and sexes could not be checked"),
        ((gap(-0.01, 0.01), bound(2, 0.95, 1.05)), {}, "care", "could not be checked"),
    ],
)
def test_verdicts(figures: tuple[Figure, ...], change: dict, expected: str, reason: str) -> None:
    verdict, sentence = verdict_of(figures, **{**SOUND, **change})
    assert verdict == expected
    assert reason in sentence


def without_age_and_sex(figures: tuple[Figure, ...]) -> tuple[Figure, ...]:
    return tuple(each for each in figures if not each.measure.startswith("standardised"))


@pytest.mark.parametrize(
    ("figures", "change", "told"),
    [
        (CLAIM, {}, ""),
        (CLAIM, {"keyed": False}, "repeat patients could not be checked"),
        (CLAIM, {"keyed": False, "coded_share": 0.8}, "Repeat patients could not be checked."),
        (without_age_and_sex(CLAIM), {}, "Read with care: the mix of ages and sexes could not be checked."),
        (
            without_age_and_sex(CLAIM),
            {"keyed": False, "coded_share": 0.8},
            "The mix of ages and sexes and repeat patients could not be checked.",
        ),
        (
            (gap(-0.01, 0.01), bound(2, 0.95, 1.05)),
            {},
            "Read with care: the mix of ages and sexes could not be checked.",
        ),
        # A figure that was withheld checked nothing.
        ((CLAIM[0], standardised(float("nan"), float("nan"))), {}, "the mix of ages and sexes could not be checked."),
    ],
)
def test_verdicts_say_what_could_not_be_checked(figures: tuple[Figure, ...], change: dict, told: str) -> None:
    verdict, sentence = verdict_of(figures, **{**SOUND, **change})
    assert sentence.count("could not be checked") == (1 if told else 0)
    assert told in sentence
    assert verdict == ("care" if told else "act")


def test_rounding_that_takes_the_events_of_small_strata_withholds_what_is_made_of_them() -> None:
    exact = age_mix()
    counts = exact.groupby("group", as_index=False)[["numerator", "denominator"]].sum()
    rounded = exact.assign(numerator=exact["numerator"].where(exact["stratum"] != "18-64", 0))
    found = compare(sides(counts, rounded, uncoded=(50.0, 200.0)))
    made = [each for each in found if each.measure.startswith(("standardised", "reallocated"))]
    assert len(made) == 5 + 5 + 1 + 5
    assert all(isnan(each.estimate) and "too small" in (each.reason_withheld or "") for each in made)
    whole = compare(sides(counts, exact, uncoded=(50.0, 200.0)))
    assert not any(each.reason_withheld for each in whole if each.measure.startswith(("standardised", "reallocated")))


def test_events_lost_in_rounding_are_put_back_where_little_was_lost() -> None:
    exact = age_mix()
    counts = exact.groupby("group", as_index=False)[["numerator", "denominator"]].sum()
    lost = compare(sides(counts, exact.assign(numerator=exact["numerator"] * 4 // 5)))
    whole = compare(sides(counts, exact))
    for group in QUINTILES:
        kept, wanted = (figure(each, "standardised_proportion", group).estimate for each in (lost, whole))
        assert kept == pytest.approx(wanted, abs=0.001)


def test_an_interval_of_a_share_stays_between_none_and_all() -> None:
    few = pd.DataFrame({"group": ["a", "b"], "stratum": ["x", "x"], "numerator": [0, 100], "denominator": [100, 100]})
    counts = few.drop(columns="stratum")
    found = compare(sides(counts, few, dimension="ethnic_group", ordered=False))
    ends = [(each.lower, each.upper) for each in found if each.measure == "standardised_proportion"]
    assert all(0 <= lower <= upper <= 1 for lower, upper in ends)


def test_no_difference_may_be_acted_on_only_where_missing_data_could_not_hide_one() -> None:
    share = Figure(measure="reallocated_proportion", group="5", estimate=0.20)
    none = (gap(-0.01, 0.01), standardised(-0.01, 0.01), share)
    assert verdict_of((*none, bound(2, 0.95, 1.05)), **SOUND)[0] == "act"
    assert verdict_of((*none, bound(2, 0.80, 1.25)), **SOUND)[0] == "care"
    coded = Figure(measure="proportion_gamma_2", group="5", estimate=0.20)
    withheld = Figure(measure="reallocated_proportion", group="5")
    assert verdict_of((*none[:2], coded, withheld, bound(2, 0.80, 1.25)), **SOUND)[0] == "care"


def test_thresholds_are_settings() -> None:
    strict = Thresholds(act_from=0.99)
    assert verdict_of(CLAIM, **SOUND, thresholds=strict)[0] == "care"


@given(
    st.lists(st.tuples(st.integers(5, 40), st.integers(50, 400)), min_size=2, max_size=5),
    st.integers(0, 30), st.integers(30, 200),
)  # fmt: skip
@settings(max_examples=30, deadline=None)
def test_shares_under_gamma_are_those_of_the_bounds_of_the_ratio(
    rows: list[tuple[int, int]], events: int, records: int
) -> None:
    counts = pd.DataFrame(
        {
            "group": [f"g{place}" for place in range(len(rows))], "numerator": [float(x) for x, _ in rows],
            "denominator": [float(n) for _, n in rows],
        }
    )  # fmt: skip
    found = compare(sides(counts, dimension="ethnic_group", ordered=False, uncoded=(float(events), float(records))))
    shares = {each.group: each for each in found if each.measure == "proportion_gamma_2"}
    whole = pd.concat([counts, pd.DataFrame({"group": [None], "numerator": [events], "denominator": [records]})])
    bounds = missing_bounds(whole, "g0", "g1", gammas=(2,))
    ratio = bounds[(bounds["measure"] == "relative_risk") & (bounds["method"] == "gamma")].iloc[0]
    assert shares["g0"].lower / shares["g1"].upper == pytest.approx(ratio["lower"], rel=1e-9)
    assert shares["g0"].upper / shares["g1"].lower == pytest.approx(ratio["upper"], rel=1e-9)
    for group, (x, n) in zip(shares, rows, strict=True):
        assert shares[group].lower < x / n < shares[group].upper


def test_every_figure_is_of_whole_published_records() -> None:
    strata = age_mix()
    counts = strata.groupby("group", as_index=False)[["numerator", "denominator"]].sum()
    found = compare(sides(counts, strata, effects=dict.fromkeys(QUINTILES, 3.7), uncoded=(50.0, 200.0)))
    assert all(each.n == int(each.n) for each in found)
    first, last = (int(counts.set_index("group").at[group, "denominator"]) for group in (QUINTILES[0], QUINTILES[-1]))
    assert figure(found, "gap").n == first + last
    assert figure(found, "sii").n == counts["denominator"].sum() == figure(found, "risk_difference").n
    assert figure(found, "standardised_proportion", QUINTILES[0]).n == first


def test_an_outcome_that_nobody_is_in_has_no_strata() -> None:
    nobody = pd.DataFrame(
        {
            name: pd.Series(dtype="int64")
            for name in ("quintile_code", "age_code", "sex_code", "numerator", "denominator")
        }
    )
    axis = Axis(name="imd_quintile", column="quintile_code", labels=QUINTILES, show_empty=True, title="IMD quintile")
    found = comparing._strata(nobody, axis, ["age_code", "sex_code"])
    assert found.empty
    assert list(found.columns) == ["group", "stratum", "numerator", "denominator"]
