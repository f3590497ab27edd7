"""Rates per population of one outcome: crude, directly and indirectly standardised, with the population they are of."""

from __future__ import annotations

from equity_audit.model import OutcomeFacts, ReleasedMeasure, Report
from equity_audit.narrative import population_sentence, rates_of, shown_rate
from equity_audit.reports.html.parts import Table, count, marks_in

_COLUMNS = ("rate", "standardised_rate", "indirectly_standardised_rate", "standardised_ratio")


def rates_table(report: Report, facts: OutcomeFacts, dimension: str, *, folded: bool) -> Table | None:
    """A row a group; nothing where no population is installed, or none that fits."""
    found = rates_of(report, facts.name, dimension)
    population = next((each for each in report.populations if each.dimension == dimension and not each.refused), None)
    if not found or population is None:
        return None
    people = dict(population.groups)
    by_group = {(row.group, row.measure): row for row in found}
    rows = tuple(
        (
            group, count(by_group[group, "rate"].n), f"{people.get(group, 0):,}",
            *(_told(by_group[group, name]) for name in _COLUMNS),
        )
        for group in dict.fromkeys(row.group or "" for row in found)
    )  # fmt: skip
    reasons = dict.fromkeys(row.reason_withheld for row in found if row.reason_withheld)
    what = "IMD quintile" if dimension == "imd_quintile" else "ethnic group"
    return Table(
        name=f"rates-{facts.name}-{dimension}".replace("_", "-"),
        caption=f"{facts.label}: rates per 100,000 population by {what}",
        columns=(
            "IMD quintile" if dimension == "imd_quintile" else "Ethnic group", f"{facts.label} (number)", "Population",
            "Crude rate (95% interval)", "Directly standardised to the European Standard Population 2013 (95% interval)",
            "Indirectly standardised (95% interval)", "Observed ÷ expected (95% interval)",
        ),
        numeric=(False, *(True for _ in range(6))),
        rows=rows,
        notes=(
            population_sentence(population), *(f"[x]: withheld, {reason}." for reason in reasons), *marks_in(rows),
        ),
        folded=folded,
        annex=folded,
    )  # fmt: skip


def _told(row: ReleasedMeasure) -> str:
    if row.estimate is None or row.lower is None or row.upper is None:
        return "[x]"
    places = 2 if row.measure == "standardised_ratio" else 1
    estimate, lower, upper = (shown_rate(end, places) for end in (row.estimate, row.lower, row.upper))
    return f"{estimate} ({lower} to {upper})"
