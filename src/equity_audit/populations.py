"""Rates per population by quintile and by ethnic group, standardised for age and sex: pure functions on small frames.

A trust's events over a population make a rate only where the population is the one the trust serves and events elsewhere
are few: say which areas the population is of. Strata without people are left to the measures, which withhold.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from equity_audit.codelists import rows_of
from equity_audit.errors import UsageError
from equity_audit.measures import standardised_rate, standardised_ratio

SEXES = ("Male", "Female")
# What populations write for them; census tables count people without sex.
_SEXES = {
    "1": "Male",
    "2": "Female",
    "m": "Male",
    "f": "Female",
    "male": "Male",
    "female": "Female",
    "males": "Male",
    "females": "Female",
}
EVERYONE = "all"
# Ages are kept with 15–19 split at 18; the standard has one band.
_MERGED = {"15-17": "15-19", "18-19": "15-19"}
# Census tables often end at 85: the two oldest bands of the standard are then one.
_OLDEST = {"85-89": "85+", "90+": "85+"}
MOST_MISSING = 0.005
STANDARD = "European Standard Population 2013"


@dataclass(frozen=True, kw_only=True)
class Rates:
    """Rows of measures, and the events that no stratum took: age or sex not known, or a group without a population."""

    measures: pd.DataFrame
    events: int
    left_out: int


def standard_population(*, to_85: bool = False) -> pd.DataFrame:
    """``age_band`` in order and ``standard_population``, 100,000 in all; ``to_85`` ends with one band of 85 and over."""
    rows = rows_of("esp2013")
    standard = pd.DataFrame(
        {
            "age_band": [r["age_band"] for r in rows],
            "standard_population": [int(r["standard_population"]) for r in rows],
        }
    )
    if not to_85:
        return standard
    merged = standard.assign(age_band=standard["age_band"].replace(_OLDEST))
    return merged.groupby("age_band", as_index=False, sort=False)[["standard_population"]].sum()


def merge_bands(frame: pd.DataFrame, count: str) -> pd.DataFrame:
    """Add 15-17 and 18-19 up to 15-19; every other column but ``count`` tells rows apart."""
    merged = frame.assign(age_band=frame["age_band"].replace(_MERGED))
    keys = [str(name) for name in merged if name != count]
    return merged.groupby(keys, as_index=False, sort=False, observed=True)[[count]].sum()


def band_ages(population: pd.DataFrame) -> pd.DataFrame:
    """Give ``age_from`` and ``age_to`` (blank: and over) their band of the standard; ``people`` becomes ``population``.

    A population that ends with 85 and over gets a last band ``85+``. Raises UsageError where an age range lies in more than
    one band.
    """
    start, end = population["age_from"].astype("Int64"), population["age_to"].astype("Int64")
    to_85 = bool((end.isna() & (start == 85)).any())
    bands = [str(name) for name in standard_population(to_85=to_85)["age_band"]]
    place = (start // 5).clip(upper=len(bands) - 1)
    last = (end // 5).clip(upper=len(bands) - 1).fillna(len(bands) - 1)
    if bool((start.isna() | (place != last)).any()) or (to_85 and bool((start > 85).any())):
        raise UsageError(
            "The population has age ranges that are not five-year bands, so it cannot be standardised to the "
            f"{STANDARD}. Give one with single years or five-year bands to 85 or 90 and over."
        )
    made = population.assign(age_band=place.map(dict(enumerate(bands)))).rename(columns={"people": "population"})
    keys = [name for name in ("lsoa", "imd_quintile", "ethnic_group", "age_band", "sex") if name in made]
    return made.groupby(keys, as_index=False)[["population"]].sum()


def population_by_quintile(
    population: pd.DataFrame, table: pd.DataFrame, *, population_vintage: str, table_vintage: str
) -> pd.DataFrame:
    """Add a population of small areas up to quintiles.

    Parameters
    ----------
    population
        ``lsoa``, ``age_band``, ``sex``, ``population``.
    table
        ``lsoa`` and ``quintile``, as an IMD edition has them.

    Raises
    ------
    UsageError
        The vintages differ, or more than 0.5 % of the people live in English areas that the edition does not list.
    """
    refuse_other_vintage(population_vintage, table_vintage)
    english = population[population["lsoa"].str.startswith("E")]
    joined = english.merge(table[["lsoa", "quintile"]], on="lsoa", how="left", validate="many_to_one")
    missing = joined.loc[joined["quintile"].isna(), "population"].sum()
    if missing > MOST_MISSING * joined["population"].sum():
        raise UsageError("Part of the population lives in areas that the IMD edition does not list. Check its vintage.")
    known = joined.dropna(subset="quintile").astype({"quintile": "int64"})
    return known.groupby(["quintile", "age_band", "sex"], as_index=False)[["population"]].sum()


def refuse_other_vintage(population_vintage: str | None, table_vintage: str) -> None:
    """Refuse a population of other boundaries than the IMD edition's. Raises UsageError."""
    if str(population_vintage) != str(table_vintage):
        raise UsageError(
            f"The population is of LSOA {population_vintage} and the IMD edition of LSOA {table_vintage}: rates would put "
            "people and events in different areas. Install a population of the edition's vintage."
        )


def refuse_other_grouping(population_grouping: str, ethnic_grouping: str) -> None:
    """Refuse a population that counts Chinese people in another group than the audit does. Raises UsageError."""
    if population_grouping != ethnic_grouping:
        place = {"2001": "Other", "2021": "Asian"}
        raise UsageError(
            f"The population counts Chinese people as {place[population_grouping]} (grouping of {population_grouping}) and "
            f"this audit as {place[ethnic_grouping]} ({ethnic_grouping}): rates by ethnic group would be wrong. Set "
            f'ethnic_grouping = "{population_grouping}".'
        )


def rates(events: pd.DataFrame, population: pd.DataFrame, by: str | Sequence[str], level: float = 0.95) -> Rates:
    """Standardise directly to the European Standard Population 2013, and indirectly to all groups together.

    Parameters
    ----------
    events
        The ``by`` columns, ``age_band``, ``sex``, ``events``; one row a cell, cells without events may be missing.
    population
        The ``by`` columns, ``age_band``, ``sex``, ``population``. With ``sex`` only ``all``, ages alone are standardised.

    Returns
    -------
        `standardised_rate` rows, then `standardised_ratio` rows, for each group of the population.
    """
    keys = [by] if isinstance(by, str) else list(by)
    people = merge_bands(_tidy(population, [*keys, "age_band", "sex"], "population"), "population")
    had = merge_bands(_tidy(events, [*keys, "age_band", "sex"], "events"), "events")
    total = int(had["events"].sum())
    if set(people["sex"]) == {EVERYONE}:
        had = had.assign(sex=EVERYONE).groupby([*keys, "age_band", "sex"], as_index=False)[["events"]].sum()
    elif not set(people["sex"]) <= set(SEXES):
        raise UsageError(
            "A population has the sexes 1 and 2 (or Male and Female), or `all` for both together; not a mixture."
        )
    to_85 = "85+" in set(people["age_band"])
    standard = standard_population(to_85=to_85)
    had = had.assign(age_band=had["age_band"].replace(_OLDEST)) if to_85 else had
    if not set(people["age_band"]) <= set(standard["age_band"]):
        raise UsageError(f"The population's age bands are those of the standard: {', '.join(standard['age_band'])}.")
    had = had.groupby([*keys, "age_band", "sex"], as_index=False)[["events"]].sum()
    # Every group has every stratum, people or none.
    groups, sexes = people[keys].drop_duplicates(), people[["sex"]].drop_duplicates()
    frame = groups.merge(sexes, how="cross").merge(standard, how="cross")
    where = [*keys, "age_band", "sex"]
    frame = (
        frame.merge(people, on=where, how="left")
        .merge(had, on=where, how="left")
        .fillna({"events": 0, "population": 0})
    )
    frame = frame.assign(stratum=frame["age_band"] + " " + frame["sex"])
    empty = frame["population"] == 0
    left_out = total - int(frame.loc[~empty, "events"].sum())
    frame.loc[empty, "events"] = 0
    reference = frame.groupby("stratum", as_index=False)[["events", "population"]].sum()
    inhabited = reference[reference["population"] > 0]
    indirect = standardised_ratio(frame[frame["stratum"].isin(inhabited["stratum"])], inhabited, by=keys, level=level)
    direct = standardised_rate(frame, by=keys, level=level)
    return Rates(measures=pd.concat([direct, indirect], ignore_index=True), events=total, left_out=left_out)


def _tidy(frame: pd.DataFrame, keys: Sequence[str], count: str) -> pd.DataFrame:
    missing = [name for name in (*keys, count) if name not in frame]
    if missing:
        raise UsageError(f"The population or its events lack the columns: {', '.join(missing)}.")
    numbers = pd.to_numeric(frame[count], errors="coerce")
    if bool((numbers.isna() | (numbers < 0)).any()):
        raise UsageError(f"The column {count} holds something that is not a number of 0 or more.")
    sex = frame["sex"].astype("str").str.strip().str.lower()
    band = (
        frame["age_band"]
        .astype("str")
        .str.strip()
        .str.replace("–", "-", regex=False)
        .str.replace(" to ", "-", regex=False)
    )
    tidy = frame[list(keys)].assign(sex=sex.map(_SEXES).fillna(sex), age_band=band, **{count: numbers})
    return tidy.groupby(list(keys), as_index=False)[[count]].sum()
