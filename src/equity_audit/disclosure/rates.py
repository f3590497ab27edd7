"""Rates per population that may be written: worked out from the released count of events, and from rounded ages.

The ledger has one count for each rate, the events among the people of the population, which is hidden or shown like any
other. By age and sex events are printed nowhere; they only say how that count is spread over the strata, and are rounded
before they do, each running total by itself, so that neither the sum nor the shape of the ages is bent by it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import isfinite, sqrt
from typing import Any

import numpy as np
import pandas as pd

from equity_audit.decode.labels import QUINTILES
from equity_audit.disclosure.auditor import in_doubt, surely_narrow
from equity_audit.disclosure.knowledge import Range, knowledge_of
from equity_audit.disclosure.ledger import Count, Ledger
from equity_audit.disclosure.naming import rated_count
from equity_audit.disclosure.previous import Previous
from equity_audit.disclosure.profiles import Profile
from equity_audit.disclosure.released import Released
from equity_audit.measures import rate
from equity_audit.model import PopulationFacts, RateData, ReleasedMeasure
from equity_audit.populations import STANDARD, merge_bands, rates

LEVEL = 0.95
MOST_UNKNOWN = 0.05  # of a group's events, without an age or a sex: above that no rate is given
BASE = 5  # of the running totals by age where a profile shows whole numbers
_HIDDEN = "hidden to protect confidentiality"
_DECIMALS = {"rate": 1, "standardised_rate": 1, "indirectly_standardised_rate": 1, "standardised_ratio": 2}


def enter_rates(
    ledger: Ledger, data: Sequence[RateData], hidden: frozenset[Count], profile: Profile, previous: Previous | None
) -> frozenset[Count]:
    """Enter the events of every rate into a ledger whose tables are protected already; what is hidden with them.

    Events that are all of an outcome's numerator are the same fact. Where they are a part of it they are shown only if
    that leaves every hidden count as uncertain as it was: a rate is never worth a count of a breakdown.
    """
    for each in data:
        for group, number in each.events[["group", "events"]].itertuples(index=False, name=None):
            _enter(ledger, each, str(group), int(number))
    ledger.settle()
    if profile.primary is None:
        return hidden
    parts = [count for count in ledger.counts if count.quantity.startswith("rated:")]
    hidden |= set(parts)
    if profile.exact:
        return hidden  # beside whole numbers each would tell how many people are not of the population
    before = previous.ranges(ledger) if previous else {}
    offered = [part for part in parts if not profile.hides(ledger.counts[part])]
    if previous:
        kept = previous.to_hide(ledger, hidden - set(parts), profile)
        offered = [part for part in offered if part not in kept]
    wholes = {part: bond.total for bond in ledger.bonds for part in bond.parts}
    offered = [part for part in offered if part in wholes and wholes[part] not in hidden]
    doubtful = _doubtful(ledger, hidden, profile, before) if offered else set()
    for chosen in (offered, *([part] for part in offered)):
        shown = hidden - set(chosen)
        if shown != hidden and _doubtful(ledger, shown, profile, before) <= doubtful:
            hidden = shown
    return hidden


def _enter(ledger: Ledger, data: RateData, group: str, number: int) -> None:
    part = rated_count(data.outcome, data.dimension, group)
    cell = frozenset({(data.dimension, group)})
    whole = Count("records", f"numerator:{data.outcome}", cell)
    ledger.add(part, number, f"{data.outcome}_rates_by_{data.dimension}")
    if ledger.counts.get(ledger.find(whole)) == number:
        ledger.same(part, whole)
        return
    unlinked = Count("records", whole.quantity, cell | {("imd_quintile", QUINTILES[-1])})
    others = [unlinked] if data.dimension == "ethnic_group" and ledger.find(unlinked) in ledger.counts else []
    ledger.bind(whole, [part, *others])


def _doubtful(
    ledger: Ledger, hidden: frozenset[Count], profile: Profile, before: Mapping[Count, Range]
) -> set[Count | int]:
    """Counts, and what sums leave over (by their place), that are not surely uncertain enough."""
    known = knowledge_of(ledger, hidden, profile, before)
    numbers = {*surely_narrow(known), *in_doubt(known, known.targets)}
    return {known.names[number] if number < len(known.names) else number for number in numbers}


def released_rates(
    data: Sequence[RateData], populations: Sequence[PopulationFacts], released: Released
) -> tuple[ReleasedMeasure, ...]:
    """Crude, directly and indirectly standardised rates of each group, with the reason where one is withheld."""
    told = {facts.dimension: facts for facts in populations if facts.refused is None}
    return tuple(row for each in data for row in _of(each, told[each.dimension], released))


def _of(data: RateData, facts: PopulationFacts, released: Released) -> Iterator[ReleasedMeasure]:
    profile = released.profile
    people = dict(facts.groups)
    cells = {group: released.cell(rated_count(data.outcome, data.dimension, group)) for group in people}
    known = data.strata.groupby("group")["events"].sum()
    why: dict[str, str] = {}
    for group, number in data.events[["group", "events"]].itertuples(index=False, name=None):
        if cells[group].value is None:
            why[group] = _HIDDEN
        elif people[group] < max(1, profile.minimum_denominator if profile.primary is not None else 1):
            why[group] = "the population has too few people"
        elif number and known.get(group, 0) < (1 - MOST_UNKNOWN) * number:
            why[group] = f"more than {MOST_UNKNOWN:.0%} of events have no age or no sex"
    shown = [group for group in people if group not in why]
    figures = _figures(data, {group: int(cells[group].value or 0) for group in shown}, profile)
    sexes = "age and sex" if facts.by_sex else "age"
    for group in people:
        effect = sqrt(max(1.0, data.effects.get(group, 1.0)))
        for name, words in (
            ("rate", "per 100,000 population, crude"),
            ("standardised_rate", f"per 100,000 population, directly standardised to the {STANDARD} by {sexes}"),
            ("standardised_ratio", f"observed ÷ expected at the rates of all groups shown, by {sexes}"),
            (
                "indirectly_standardised_rate",
                f"per 100,000 population, indirectly standardised to all groups shown, by {sexes}",
            ),
        ):
            row = figures.get((name, group))
            reason = why.get(group) or (row["reason_withheld"] if row else "no population has these ages")
            value, ends = (
                (float(row["value"]), (float(row["lower"]), float(row["upper"]))) if row else (0.0, (0.0, 0.0))
            )
            clustered = "; repeat patients allowed for" if data.effects else ""
            method = f"{words}; {row['method']}{clustered}" if row else words
            # A patient's events are not independent: the variance is so much wider.
            low, high = (max(0.0, value + effect * (end - value)) for end in ends)
            yield ReleasedMeasure(
                measure=name, outcome=data.outcome, dimension=data.dimension, group=group, against=None, level=LEVEL,
                estimate=None if reason else _rounded(value, name, profile), reason_withheld=reason, n=cells[group],
                lower=None if reason else _rounded(low, name, profile),
                upper=None if reason else _rounded(high, name, profile), method=method,
            )  # fmt: skip


def _figures(data: RateData, events: dict[str, int], profile: Profile) -> dict[tuple[str, str], dict[str, Any]]:
    """Measures of the groups shown, by name and group."""
    people = data.population[data.population["group"].isin(list(events))]
    if people.empty or not events:
        return {}
    spread = pd.concat([_spread(data.strata, group, number, profile) for group, number in events.items()])
    totals = people.groupby("group", as_index=False)[["population"]].sum()
    crude = rate(
        totals.assign(events=totals["group"].map(events), denominator=totals["population"]), level=LEVEL
    ).assign(group=totals["group"])
    standardised = rates(spread, people, "group", LEVEL).measures
    found = [*crude.to_dict("records"), *standardised.to_dict("records")]
    return {(str(row["measure"]), str(row["group"])): {str(key): row[key] for key in row} for row in found}


def _spread(strata: pd.DataFrame, group: str, events: int, profile: Profile) -> pd.DataFrame:
    """A group's released events over its strata, in whole numbers; events without age or sex are like those with both."""
    own = strata[strata["group"] == group]
    own = merge_bands(own[["group", "age_band", "sex", "events"]], "events").reset_index(drop=True)
    exact = own["events"].to_numpy(dtype=np.int64)
    shape = exact.astype(np.float64)
    if profile.primary is not None:
        base = profile.round_to or BASE
        running = np.cumsum(exact)
        shape = np.diff((2 * running + base) // (2 * base) * base, prepend=0).astype(np.float64)
    if not shape.sum():
        # So few that rounding left none: as they are, and the measure withholds the figure.
        shape = np.ones(len(own))
    shares = events * shape / shape.sum() if len(own) else shape
    whole = np.floor(shares)
    # The largest remainders take what is left, so that strata add up to the released count.
    order = np.argsort(whole - shares, kind="stable")
    whole[order[: events - int(whole.sum())]] += 1
    return own.assign(events=whole.astype(np.int64))


def _rounded(value: float, name: str, profile: Profile) -> float | None:
    if not isfinite(value):
        return None
    return value if profile.primary is None else round(value, _DECIMALS[name])
