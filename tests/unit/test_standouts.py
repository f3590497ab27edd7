"""What stands out, at its bounds: sites in a funnel, one value at a site, months on a chart, residual codes."""

import pandas as pd
import pytest

from equity_audit.residual import catchment_shares, residual_use
from equity_audit.standouts import abrupt_months, one_value_sites, outlying_units


def units(pairs: list[tuple[int, int]]) -> pd.DataFrame:
    return pd.DataFrame(
        [{"unit": f"S{number}", "numerator": x, "denominator": n} for number, (x, n) in enumerate(pairs)]
    )


def test_few_units_need_the_plain_limits_and_five_points() -> None:
    found = outlying_units(units([(1_000, 10_000), (1_000, 10_000), (1_700, 10_000), (1_200, 10_000)]))
    assert not found["overdispersed"].any()
    # S3 lies outside the plain 99.8 % limits too, but less than five points from the pooled 12.25 %.
    assert found["outside"].tolist() == ["no", "no", "no", "no"]
    found = outlying_units(units([(1_000, 10_000), (1_000, 10_000), (2_700, 10_000), (1_200, 10_000)]))
    assert found["outside"].tolist() == ["no", "no", "high", "no"]


def test_many_units_allow_for_overdispersion() -> None:
    spread = [(900 + 60 * number, 10_000) for number in range(11)]
    assert (outlying_units(units(spread))["outside"] == "no").all()
    found = outlying_units(units([*spread, (4_000, 10_000)]))
    assert found["overdispersed"].all() and found["outside"].tolist() == ["no"] * 11 + ["high"]


def test_a_lone_unit_has_nothing_to_differ_from() -> None:
    assert outlying_units(units([(900, 1_000)]))["outside"].tolist() == ["no"]


def codes(site: str, **counts: int) -> list[dict[str, object]]:
    return [{"site": site, "code": code if code != "none" else None, "records": n} for code, n in counts.items()]


@pytest.mark.parametrize(
    ("here", "filled"),
    [
        ({"A": 195, "H": 5}, "yes"),
        ({"A": 189, "H": 11}, "no"),  # under 95 %
        ({"A": 194, "H": 5}, "no"),  # under 200 records
        ({"Z": 200}, "yes"),  # not stated for everybody
        ({"A": 195, "none": 5}, "yes"),
    ],
)
def test_one_value_fills_a_site(here: dict[str, int], filled: str) -> None:
    frame = pd.DataFrame([*codes("S1", **here), *codes("S2", A=600, H=300, Z=100)])
    found = one_value_sites(frame).set_index("site")
    assert found.loc["S1", "filled"] == filled
    assert found.loc["S2", "filled"] == "no"


def test_one_value_is_no_fault_where_everybody_has_it() -> None:
    frame = pd.DataFrame([*codes("S1", A=990, H=10), *codes("S2", A=985, H=15)])
    assert set(one_value_sites(frame)["filled"]) == {"no"}  # under ten others are expected, or as many are found


def months(shares: list[float], each: int = 1_000) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "month": [f"{2023 + number // 12}-{1 + number % 12:02d}" for number in range(len(shares))],
            "numerator": [round(share * each) for share in shares],
            "denominator": each,
        }
    )


def test_an_abrupt_month_is_found_and_a_better_one_is_no_concern() -> None:
    steady = [0.90, 0.91, 0.90, 0.89, 0.90, 0.91, 0.90, 0.89, 0.90, 0.91, 0.90, 0.89]
    assert set(abrupt_months(months([*steady, 0.90]))["concern"]) == {"no"}
    worse = abrupt_months(months([*steady, 0.60])).set_index("month")
    assert worse.loc["2024-01", "concern"] == "yes"
    better = abrupt_months(months([*steady, 0.99])).set_index("month")
    assert better.loc["2024-01", "concern"] == "no"


def test_twelve_months_are_not_judged_and_stray_months_do_not_count() -> None:
    assert abrupt_months(months([0.9] * 12)).empty
    stray = pd.DataFrame({"month": ["1962-07", "2094-05"], "numerator": [0, 0], "denominator": [60, 99]})
    assert abrupt_months(pd.concat([months([0.9] * 12), stray])).empty
    kept = abrupt_months(pd.concat([months([0.9] * 14), stray]))
    assert len(kept) == 14 and set(kept["concern"]) == {"no"}


@pytest.mark.parametrize(
    ("numerator", "denominator", "overused"),
    [
        (80, 1_000, "yes"),
        (74, 1_000, "no"),  # not half as much again
        (8, 99, "not judged"),
        (8, 101, "no"),  # half as much again, but the interval holds the reference
    ],
)
def test_a_residual_code_is_held_against_its_reference(numerator: int, denominator: int, overused: str) -> None:
    records = pd.DataFrame({"site": ["S1", "S1"], "code": ["C", "A"], "records": [numerator, denominator - numerator]})
    found = residual_use(records, {"C": 0.05}, "settings")
    assert found["overused"].tolist() == [overused, overused]  # the extract, and its one site
    assert found["site"].tolist() == ["", "S1"]


def test_answers_without_a_code_count_as_usable() -> None:
    records = pd.DataFrame({"site": ["", "", ""], "code": ["C", "A", None], "records": [80, 820, 100]})
    found = residual_use(records, {"C": 0.05}, "settings")
    assert found["denominator"].tolist() == [1_000] and found["share"].tolist() == [0.08]


def test_the_census_is_weighted_by_where_patients_live() -> None:
    census = pd.DataFrame(
        [
            {"lsoa": "E1", "ethnic_group": "A", "people": 90}, {"lsoa": "E1", "ethnic_group": "C", "people": 10},
            {"lsoa": "E2", "ethnic_group": "A", "people": 50}, {"lsoa": "E2", "ethnic_group": "C", "people": 50},
            {"lsoa": "E3", "ethnic_group": "A", "people": 0}, {"lsoa": "E3", "ethnic_group": "C", "people": 0},
        ]
    )  # fmt: skip
    shares = catchment_shares(census, pd.Series({"E1": 300, "E2": 100, "E3": 50, "": 7}))
    assert shares == {"C": pytest.approx(0.75 * 0.1 + 0.25 * 0.5)}
