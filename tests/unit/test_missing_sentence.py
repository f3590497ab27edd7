"""How far uncoded records could move a figure, and rates per population, in words that claim nothing."""

import json
import re

from conftest import SAMPLES, RunCli
from equity_audit.model import PopulationFacts
from equity_audit.narrative import missing_sentence, outcomes_of, percent, population_sentence
from equity_audit.reports.reread import read_report

NEVER = re.compile(r"(?i)\b(only|worst|best|higher|lower|improving)\b")


def test_the_bounds_are_told_beside_who_is_missing(run_cli: RunCli) -> None:
    text = run_cli(
        "check", SAMPLES / "outpatients.csv", "--reference", SAMPLES / "reference", "--format", "json"
    ).stdout
    report = read_report(text.encode())
    facts = next(each for each in outcomes_of(report) if each.name == "did_not_attend")
    told = missing_sentence(report, facts, "imd_quintile")
    bounds = [
        each for each in json.loads(text)["measures"]
        if (each["measure"], each["outcome"], each["dimension"]) == ("proportion_gamma_2", "did_not_attend", "imd_quintile")
    ]  # fmt: skip
    assert len(bounds) == 5
    for each in bounds:
        assert f"quintile {each['group']} {percent(each['lower'])} to {percent(each['upper'])}" in told
        assert each["lower"] < each["estimate"] < each["upper"]
    assert "have no IMD quintile. Depending on who those patients are" in told
    assert told.endswith("(Γ = 2).")
    assert not NEVER.search(told)


def test_a_population_is_named_or_refused_in_words() -> None:
    told = population_sentence(
        PopulationFacts(
            dimension="imd_quintile", name="2018", vintage="2011", people=1200, areas=3, by_sex=False, ages_to=85
        )
    )
    assert told == (
        "Rates per 100,000 population by IMD quintile are of the population 2018, LSOA 2011: 1,200 people in 3 areas, "
        "age, not sex allowed for, 85 and over as one band."
    )
    refused = PopulationFacts(dimension="ethnic_group", name="c", vintage="IMD 2019", refused="Other groups.")
    assert (
        population_sentence(refused)
        == "No rates per population by ethnic group (population c, IMD 2019): Other groups."
    )
