"""Rates per population on small invented numbers worked by hand, the standard, and what is refused."""

import pandas as pd
import pytest

from equity_audit.decode.age import BANDS
from equity_audit.errors import UsageError
from equity_audit.populations import (
    band_ages,
    merge_bands,
    population_by_quintile,
    rates,
    refuse_other_grouping,
    standard_population,
)

STANDARD = dict(standard_population().itertuples(index=False))


def people(by: dict[str, dict[str, float]], sexes: tuple[str, ...] = ("1", "2")) -> pd.DataFrame:
    rows = [
        (group, band, sex, by[group].get(band, by[group]["rest"])) for group in by for band in STANDARD for sex in sexes
    ]
    return pd.DataFrame(rows, columns=["group", "age_band", "sex", "population"])


def events(rows: list[tuple[str, str, str, int]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["group", "age_band", "sex", "events"])


def figure(found: pd.DataFrame, measure: str, group: str) -> float:
    return float(found[(found["measure"] == measure) & (found["group"] == group)]["value"].iloc[0])


def test_the_standard_is_the_published_one() -> None:
    assert sum(STANDARD.values()) == 100_000
    assert list(STANDARD)[:4] == ["0-4", "5-9", "10-14", "15-19"]
    assert (STANDARD["0-4"], STANDARD["35-39"], STANDARD["85-89"], STANDARD["90+"]) == (5000, 7000, 1500, 1000)
    merged = merge_bands(pd.DataFrame({"age_band": list(BANDS), "events": 1}), "events")
    assert list(merged["age_band"]) == list(STANDARD)
    assert dict(zip(merged["age_band"], merged["events"], strict=True))["15-19"] == 2


def test_a_rate_worked_by_hand() -> None:
    # Twelve boys of 0-4 in 1,000 and eight women of 80-84 in 500: the rest have none.
    population = people({"A": {"0-4": 1000, "80-84": 500, "rest": 2000}, "B": {"rest": 2000}})
    happened = events([("A", "0-4", "1", 12), ("A", "80-84", "2", 8), ("B", "0-4", "1", 20)])
    found = rates(happened, population, "group")
    by_hand = 100_000 * (5000 * 12 / 1000 + 2500 * 8 / 500) / 200_000
    assert figure(found.measures, "standardised_rate", "A") == pytest.approx(by_hand, rel=1e-12)
    # All together: 32 boys in 3,000, 8 women in 2,500.
    expected = 1000 * 32 / 3000 + 500 * 8 / 2500
    assert figure(found.measures, "standardised_ratio", "A") == pytest.approx(20 / expected, rel=1e-12)
    crude = 100_000 * 40 / population["population"].sum()
    assert figure(found.measures, "indirectly_standardised_rate", "A") == pytest.approx(
        20 / expected * crude, rel=1e-12
    )
    assert (found.events, found.left_out) == (40, 0)


def test_equal_rates_in_groups_of_different_age_give_no_difference() -> None:
    population = people({"young": {"0-4": 9000, "rest": 1000}, "old": {"90+": 9000, "rest": 1000}})
    happened = population.assign(
        events=population["population"] * population["age_band"].map({"90+": 0.1}).fillna(0.02)
    )
    found = rates(happened.drop(columns="population"), population, "group").measures
    for measure in ("standardised_rate", "standardised_ratio"):
        assert figure(found, measure, "young") == pytest.approx(figure(found, measure, "old"), rel=1e-9)
    assert figure(found, "standardised_ratio", "old") == pytest.approx(1, rel=1e-9)


def test_bands_split_at_18_meet_the_standard_and_unknown_ages_are_counted_out() -> None:
    split = people({"A": {"rest": 1000}})
    split = pd.concat(
        [
            split[split["age_band"] != "15-19"],
            *(split[split["age_band"] == "15-19"].assign(age_band=band, population=500) for band in ("15-17", "18-19")),
        ]
    )
    happened = events(
        [
            ("A", "15-17", "Male", 6),
            ("A", "18–19", "Male", 6),
            ("A", "Not known", "Male", 3),
            ("A", "0-4", "Not known", 2),
        ]
    )
    found = rates(happened, split, "group")
    assert figure(found.measures, "standardised_rate", "A") == pytest.approx(
        100_000 * 5500 * 12 / 1000 / 200_000, rel=1e-12
    )
    assert (found.events, found.left_out) == (17, 5)


def test_a_population_without_sex_is_standardised_for_age_alone() -> None:
    population = people({"A": {"rest": 1000}}, sexes=("all",))
    found = rates(events([("A", "0-4", "1", 7), ("A", "0-4", "2", 7)]), population, "group")
    assert figure(found.measures, "standardised_rate", "A") == pytest.approx(
        100_000 * 5000 * 14 / 1000 / 100_000, rel=1e-12
    )


def test_few_events_and_empty_strata_are_withheld() -> None:
    population = people({"few": {"rest": 1000}, "gap": {"0-4": 0, "rest": 1000}})
    happened = events([("few", "0-4", "1", 9), ("gap", "5-9", "1", 30)])
    found = rates(happened, population, "group").measures
    direct = found[found["measure"] == "standardised_rate"].set_index("group")["reason_withheld"]
    assert direct["few"] == "fewer than 10 events"
    assert "no population in this group" in direct["gap"]
    assert found[found["measure"] == "standardised_ratio"]["reason_withheld"].isna().all()


def test_quintile_and_ethnic_group_together() -> None:
    population = pd.concat([people({"A": {"rest": 1000}}).assign(imd_quintile=q) for q in (1, 2)])
    happened = events([("A", "0-4", "1", 11)]).assign(imd_quintile=1)
    found = rates(happened, population, ["imd_quintile", "group"]).measures
    assert len(found) == 2 * 3
    assert found.loc[found["measure"] == "standardised_ratio", "value"].tolist() == pytest.approx([2, 0])


def test_small_areas_become_quintiles_of_the_same_vintage_only() -> None:
    areas = pd.DataFrame(
        {"lsoa": ["E01000001", "E01000002", "W01000001"], "age_band": "0-4", "sex": "1", "population": [1000, 500, 70]}
    )
    table = pd.DataFrame({"lsoa": ["E01000001", "E01000002"], "quintile": [1, 5]})
    found = population_by_quintile(areas, table, population_vintage="2021", table_vintage="2021")
    assert dict(zip(found["quintile"], found["population"], strict=True)) == {1: 1000, 5: 500}
    with pytest.raises(UsageError, match="LSOA 2011 and the IMD edition of LSOA 2021"):
        population_by_quintile(areas, table, population_vintage="2011", table_vintage="2021")
    with pytest.raises(UsageError, match="does not list"):
        population_by_quintile(areas, table[:1], population_vintage="2021", table_vintage="2021")


def test_the_other_ethnic_grouping_is_refused_in_a_sentence() -> None:
    refuse_other_grouping("2021", "2021")
    with pytest.raises(UsageError, match=r'Chinese people as Asian .* this audit as Other .* ethnic_grouping = "2021"'):
        refuse_other_grouping("2021", "2001")


def test_ages_become_bands_or_are_refused() -> None:
    ages = pd.DataFrame(
        {
            "lsoa": "E01000001",
            "sex": "all",
            "age_from": [0, 3, 15, 18, 90, 95],
            "age_to": [2, 4, 17, 19, 94, None],
            "people": 10,
        }
    )
    found = band_ages(ages)
    assert dict(zip(found["age_band"], found["population"], strict=True)) == {"0-4": 20, "15-19": 20, "90+": 20}
    with pytest.raises(UsageError, match="not five-year bands"):
        band_ages(ages.assign(age_to=[9, 4, 17, 19, 94, None]))
    with pytest.raises(UsageError, match="not five-year bands"):
        band_ages(ages.assign(age_from=[0, 3, 15, 18, 85, 95], age_to=[2, 4, 17, 19, None, None]))


def test_a_population_to_85_and_over_is_standardised_to_the_two_oldest_bands_together() -> None:
    ages = pd.DataFrame({"lsoa": "E01000001", "sex": "all", "age_from": range(0, 90, 5), "people": 1000})
    ages["age_to"] = [*range(4, 85, 5), None]
    population = band_ages(ages).assign(group="A")
    assert list(population["age_band"])[-1] == "85+"
    # 12 events at 85 to 89 and 8 at 90 and over among 1,000 people of 85 and over: weight 1,500 + 1,000.
    found = rates(events([("A", "85-89", "1", 12), ("A", "90+", "2", 8)]), population, "group")
    assert figure(found.measures, "standardised_rate", "A") == pytest.approx(2500 * 20 / 1000, rel=1e-12)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"age_band": "0-17"}, "age bands are those of the standard"),
        ({"sex": "persons"}, "not a mixture"),
        ({"population": -1}, "not a number of 0 or more"),
    ],
)
def test_a_population_that_cannot_be_used_is_refused(change: dict[str, object], words: str) -> None:
    population = people({"A": {"rest": 1000}})
    broken = pd.concat([population, population[:1].assign(**change)])
    with pytest.raises(UsageError, match=words):
        rates(events([("A", "0-4", "1", 12)]), broken, "group")


def test_a_missing_column_is_named() -> None:
    with pytest.raises(UsageError, match="lack the columns: sex"):
        rates(events([]), people({"A": {"rest": 1}}).drop(columns="sex"), "group")
