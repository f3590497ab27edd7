"""Installed populations → which rates can be told, of whom, and the events they rest on; or plainly why not.

A population by small area gives rates by quintile, one by quintile × ethnic group × age × sex gives both. Boundaries,
IMD edition and ethnic groups must be those of the audit: a rate of other people is refused, never shown.
Past 300 lines, since what is refused, what is counted and what it rests on are one decision a population.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from equity_audit.breakdowns import Axis
from equity_audit.cube import Grouping
from equity_audit.decode.age import BANDS
from equity_audit.decode.grouping import GROUP_ONLY, UNUSABLE, describe_grouping
from equity_audit.decode.labels import QUINTILES, SEXES
from equity_audit.decode.outcomes import NUMERATOR
from equity_audit.errors import DataError, UsageError
from equity_audit.model import Dictionary, OutcomeFacts, PopulationFacts, RateData
from equity_audit.populations import (
    EVERYONE,
    band_ages,
    population_by_quintile,
    refuse_other_grouping,
    refuse_other_vintage,
)
from equity_audit.reference.imd import ImdTable
from equity_audit.reference.store import Entry, list_entries

BAND, INSIDE = "age_band_code", "in_population_code"
DIMENSIONS = ("imd_quintile", "ethnic_group")
BY_AREA = ("2011", "2021")  # vintages; a population by quintile has the IMD edition in its place
_LINKED = len(QUINTILES) - 1
_AREA_SHARE = 0.5  # of a population's areas that should have a record for it to be the one the trust serves


@dataclass(frozen=True, kw_only=True)
class Base:
    """A population that fits the audit: ``people`` has ``group``, ``age_band``, ``sex``, ``population``.

    ``areas``: the LSOAs whose residents count; None where everybody linked to a quintile does.
    """

    facts: PopulationFacts
    people: pd.DataFrame
    areas: frozenset[str] | None
    entry: Entry


def find_bases(
    folder: Path,
    edition: ImdTable | None,
    geography: Dictionary | None,
    axes: Sequence[Axis],
    *,
    grouping: str,
    groups: int,
) -> tuple[tuple[Base, ...], tuple[PopulationFacts, ...]]:
    """The populations for rates by quintile and by ethnic group, and what is to be said of each dimension.

    Only installed tables are taken: a published file of a million rows is not read again in every audit. Both are empty
    where none is installed.
    """
    entries = [entry for entry in list_entries(folder, "population") if entry.installed]
    if not entries or geography is None:
        return (), ()
    # By area before by quintile, which somebody else has put areas into; then the newest by name.
    entries = sorted(entries, key=lambda entry: (entry.vintage in BY_AREA, entry.edition), reverse=True)
    bases: list[Base] = []
    facts: list[PopulationFacts] = []
    for dimension in [axis.name for axis in axes if axis.name in DIMENSIONS]:
        refusals = []
        for entry in entries:
            try:
                base = _base(entry, dimension, edition, geography, axes, grouping, groups)
            except (UsageError, DataError) as refused:
                refusals.append(
                    PopulationFacts(
                        dimension=dimension, name=entry.edition, vintage=entry.vintage or "", refused=str(refused)
                    )
                )
                continue
            bases.append(base)
            facts.append(base.facts)
            break
        else:
            # Of several that do not fit the one that says most: a population by area has no ethnic groups at all.
            facts.append(min(refusals, key=lambda each: each.refused == _NO_GROUPS))
    return tuple(bases), tuple(facts)


_NO_GROUPS = (
    "The population has no ethnic groups by age and sex, so rates by ethnic group cannot be standardised. Install one by "
    "quintile, ethnic group, age and sex."
)


def _base(
    entry: Entry,
    dimension: str,
    edition: ImdTable | None,
    geography: Dictionary,
    axes: Sequence[Axis],
    grouping: str,
    groups: int,
) -> Base:
    if edition is None:
        raise UsageError("No IMD edition is in use, so the people of a population cannot be put into quintiles.")
    if not geography.frame.loc[geography.frame["quintile"].notna(), "records"].sum():
        raise UsageError(
            "No record of the extract is linked to a quintile, so there is nobody whose events could be counted."
        )
    by_area = entry.vintage in BY_AREA
    if by_area and dimension == "ethnic_group":
        raise UsageError(_NO_GROUPS)
    if by_area:
        refuse_other_vintage(entry.vintage, edition.vintage)
    frame = _read(entry)
    has = {axis.name for axis in axes}
    by_sex = set(frame["sex"].unique()) != {EVERYONE}
    for name in ("age_band", *(("sex",) if by_sex else ())):
        if name not in has:
            raise UsageError(
                f"The extract has no {name.replace('_band', '')}, so rates cannot be standardised for it as the population is."
            )
    if by_area:
        people, areas, caution = _of_areas(frame, entry, edition, geography)
    else:
        people, areas, caution = _of_cells(frame, dimension, edition, axes, grouping, groups), None, None
    labels = next(axis.labels for axis in axes if axis.name == dimension)
    totals = people.groupby("group")["population"].sum()
    totals = totals.reindex([label for label in labels if label in totals.index])
    facts = PopulationFacts(
        dimension=dimension, name=entry.edition, vintage=entry.vintage or "", people=int(totals.sum()),
        areas=int(frame["lsoa"].drop_duplicates().isin(edition.frame.index).sum()) if by_area else None, by_sex=by_sex,
        ages_to=int(frame["age_from"].max()),
        groups=tuple((str(group), int(number)) for group, number in totals.items()), caution=caution,
    )  # fmt: skip
    return Base(facts=facts, people=people, areas=areas, entry=entry)


def _read(entry: Entry) -> pd.DataFrame:
    try:
        return pd.read_parquet(entry.path)
    except (OSError, ValueError):
        raise DataError(
            f"The installed {entry.title} is damaged or gone. Add it again: equity-audit reference add FILE."
        ) from None


def _of_areas(
    frame: pd.DataFrame, entry: Entry, edition: ImdTable, geography: Dictionary
) -> tuple[pd.DataFrame, frozenset[str] | None, str | None]:
    table = edition.frame["quintile"].rename_axis("lsoa").reset_index()
    lived_in = frame.loc[frame["lsoa"].isin(table["lsoa"]), "lsoa"].unique()
    located = geography.frame[geography.frame["area"] != ""]
    linked = geography.frame.loc[geography.frame["quintile"].notna(), "records"].sum()
    # Of everybody in England everybody with a quintile is one, wherever they live.
    whole = len(lived_in) >= 0.995 * len(table)
    if not whole and located["records"].sum() < 0.95 * linked:
        raise UsageError(
            "Records are linked by supplied quintiles, not by area, so it is not known whether they are of the population."
        )
    found = population_by_quintile(
        band_ages(frame), table, population_vintage=str(entry.vintage), table_vintage=edition.vintage
    )
    people = found.assign(group=found["quintile"].map(lambda quintile: QUINTILES[quintile - 1]))
    inside = located[located["area"].isin(list(lived_in))]
    caution = None
    if inside["area"].nunique() < _AREA_SHARE * len(lived_in):
        caution = (
            "Most areas of this population have no record in the extract: it is larger than the population served, so these "
            "rates are too low, and groups served less than others cannot be compared by them."
        )
    areas = None if whole else frozenset(map(str, lived_in))
    return people[["group", "age_band", "sex", "population"]], areas, caution


def _of_cells(
    frame: pd.DataFrame, dimension: str, edition: ImdTable, axes: Sequence[Axis], grouping: str, groups: int
) -> pd.DataFrame:
    of_edition = str(frame["imd_edition"].iloc[0])
    if of_edition != edition.edition:
        raise UsageError(
            f"The population has the quintiles of IMD {of_edition} and this audit those of IMD {edition.edition}: rates would "
            f"put people and events in different areas. Audit with --imd {of_edition}, or install a population of this edition."
        )
    if dimension == "ethnic_group":
        _refuse_other_groups(frame, axes, grouping, groups)
    banded = band_ages(frame)
    if dimension == "imd_quintile":
        banded = banded.assign(group=banded["imd_quintile"].map(lambda quintile: QUINTILES[int(quintile) - 1]))
    else:
        banded = banded.assign(group=banded["ethnic_group"])
    return banded.groupby(["group", "age_band", "sex"], as_index=False)[["population"]].sum()


def _refuse_other_groups(frame: pd.DataFrame, axes: Sequence[Axis], grouping: str, groups: int) -> None:
    """The same groups by the same definition, or no rates at all."""
    labels = next(axis.labels for axis in axes if axis.name == "ethnic_group")
    wanted = {label for label in labels if label not in (*UNUSABLE, GROUP_ONLY)}
    found = set(frame["ethnic_group"].unique())
    if found != wanted:
        raise UsageError(
            f"The population has {len(found)} ethnic groups and this audit has {describe_grouping(grouping, groups)}: rates by "
            "ethnic group would be wrong. Install a population of the same groups."
        )
    if groups == 5:
        refuse_other_grouping(str(frame["ethnic_grouping"].iloc[0]), grouping)


def mark_inside(geography: Dictionary, bases: Sequence[Base]) -> Dictionary:
    """Add ``in_population_code``: 1 for combinations whose area is one of the population's, where there is such a base."""
    areas = next((base.areas for base in bases if base.areas is not None), None)
    if areas is None:
        return geography
    inside = geography.frame["area"].isin(list(areas)).astype("int8")
    return replace(geography, frame=geography.frame.assign(**{INSIDE: inside}))


def rate_groupings(
    bases: Sequence[Base], axes: Sequence[Axis], outcomes: Sequence[OutcomeFacts], *, keyed: bool
) -> list[Grouping]:
    """The group-bys that rates need: events by age band and sex, and how often patients repeat in each group."""
    found = []
    for base in bases:
        found += [_by_strata(base, axes, outcome) for outcome in _told(outcomes)]
        if keyed:
            found += [_by_patient(base, axes, outcome) for outcome in _told(outcomes)]
    return found


def rate_data(
    bases: Sequence[Base],
    axes: Sequence[Axis],
    outcomes: Sequence[OutcomeFacts],
    cubes: Mapping[Grouping, pd.DataFrame],
    *,
    keyed: bool,
) -> tuple[RateData, ...]:
    """Exact events and populations of every rate. They may only go to disclosure control."""
    return tuple(_of_outcome(base, axes, outcome, cubes, keyed=keyed) for base in bases for outcome in _told(outcomes))


def base_references(bases: Sequence[Base]) -> Iterator[dict[str, Any]]:
    """The populations in use, as the run names its references."""
    for entry in {base.entry.key: base.entry for base in bases}.values():
        yield {
            "kind": entry.kind, "edition": entry.edition, "vintage": entry.vintage or "", "sha256": entry.sha256 or "",
            "rows": entry.rows or 0,
        }  # fmt: skip


def _told(outcomes: Sequence[OutcomeFacts]) -> list[OutcomeFacts]:
    # Whether a patient attends often is told of all their records, not of an age band.
    return [outcome for outcome in outcomes if outcome.least is None]


def _axis(axes: Sequence[Axis], name: str) -> Axis:
    return next(axis for axis in axes if axis.name == name)


def _by_strata(base: Base, axes: Sequence[Axis], outcome: OutcomeFacts) -> Grouping:
    columns = [_axis(axes, base.facts.dimension).column, BAND]
    columns += [_axis(axes, "sex").column] if base.facts.by_sex else []
    columns += [INSIDE] if base.areas is not None else []
    columns += [_axis(axes, "imd_quintile").column] if base.facts.dimension != "imd_quintile" else []
    return Grouping(columns=(*columns, outcome.name))


def _by_patient(base: Base, axes: Sequence[Axis], outcome: OutcomeFacts) -> Grouping:
    return Grouping(columns=(_axis(axes, base.facts.dimension).column,), patterns=outcome.name)


def _of_outcome(
    base: Base,
    axes: Sequence[Axis],
    outcome: OutcomeFacts,
    cubes: Mapping[Grouping, pd.DataFrame],
    *,
    keyed: bool,
) -> RateData:
    axis = _axis(axes, base.facts.dimension)
    cube = cubes[_by_strata(base, axes, outcome)]
    counted = cube[(cube[outcome.name] == NUMERATOR) & (cube[_axis(axes, "imd_quintile").column] < _LINKED)]
    if base.areas is not None:
        counted = counted[counted[INSIDE] == 1]
    told = pd.DataFrame(
        {
            "group": counted[axis.column].map(dict(enumerate(axis.labels))),
            "age_band": counted[BAND].map(dict(enumerate(BANDS))),
            "sex": counted["sex_code"].map(dict(enumerate(SEXES[:2]))) if base.facts.by_sex else EVERYONE,
            "events": counted["records"],
        }
    )
    groups = [group for group, _ in base.facts.groups]
    told = told[told["group"].isin(groups)]
    events = told.groupby("group")["events"].sum().reindex(groups, fill_value=0).astype("int64")
    # Missing age bands and sexes are dropped by the group-by: they are events, but of no stratum.
    strata = told.groupby(["group", "age_band", "sex"], as_index=False)[["events"]].sum()
    effects: dict[str, float] = {}
    if keyed:
        patterns = cubes[_by_patient(base, axes, outcome)]
        group = patterns[axis.column].map(dict(enumerate(axis.labels)))
        happened = (patterns["events"] * patterns["patients"]).groupby(group).sum()
        squared = (patterns["events"] ** 2 * patterns["patients"]).groupby(group).sum()
        widened = (squared / happened.where(happened > 0)).dropna()
        effects = {str(name): float(effect) for name, effect in widened.items()}
    return RateData(
        outcome=outcome.name, dimension=base.facts.dimension, events=events.rename_axis("group").reset_index(),
        strata=strata, population=base.people, effects=effects,
    )  # fmt: skip
