"""Rates per population, in sentences."""

from __future__ import annotations

from equity_audit.decode.labels import QUINTILES
from equity_audit.model import OutcomeFacts, PopulationFacts, Report
from equity_audit.narrative.lookups import rates_of
from equity_audit.narrative.words import shown_rate

_ENDS = (QUINTILES[0], QUINTILES[4])
_DIMENSIONS = {"imd_quintile": "IMD quintile", "ethnic_group": "ethnic group"}


def rate_sentence(report: Report, facts: OutcomeFacts, dimension: str, *, ends: bool = False) -> str:
    """Directly standardised rates of the groups (or both ends), without a claim that they differ; blank where none is given."""
    shown = [
        f"{row.group}: {_rate(row.estimate)} ({_rate(row.lower)} to {_rate(row.upper)})"
        for row in rates_of(report, facts.name, dimension)
        if row.measure == "standardised_rate" and (not ends or row.group in _ENDS)
        and row.estimate is not None and row.lower is not None and row.upper is not None
    ]  # fmt: skip
    population = next((each for each in report.populations if each.dimension == dimension), None)
    if not shown or population is None:
        return ""
    return (
        f"{facts.label}, rate per 100,000 population, directly standardised to the European Standard Population 2013 "
        f"({_population_name(population)}), by {_DIMENSIONS[dimension]}: {'; '.join(shown)}."
    )


def shown_notes(report: Report) -> tuple[str, ...]:
    """The notes of a report, without what is to be known of rates where none of them is shown."""
    bare = set()
    for each in report.populations:
        rows = (row for facts, _ in report.outcomes for row in rates_of(report, facts.name, each.dimension))
        if each.refused is None and all(row.estimate is None for row in rows):
            bare.add(population_sentence(each))
    return tuple(note for note in report.notes if note not in bare)


def _rate(rate: float) -> str:
    return shown_rate(rate, low="less than 0.1")


def _population_name(population: PopulationFacts) -> str:
    lsoa = "LSOA " if population.vintage in ("2011", "2021") else ""
    return f"population {population.name}, {lsoa}{population.vintage}"


def population_sentence(population: PopulationFacts) -> str:
    """Which population rates are of, and for what they allow; or plainly that there are none, and why."""
    what = f"by {_DIMENSIONS[population.dimension]}"
    if population.refused is not None:
        return f"No rates per population {what} ({_population_name(population)}): {population.refused}"
    areas = f" in {population.areas:,} areas" if population.areas is not None else ""
    allowed = "age and sex" if population.by_sex else "age, not sex"
    caution = f" {population.caution}" if population.caution else ""
    return (
        f"Rates per 100,000 population {what} are of the {_population_name(population)}: {population.people:,} people{areas}, "
        f"{allowed} allowed for, {population.ages_to} and over as one band.{caution}"
    )
