"""One chunk of an extract while it is being made, and the small tools its columns are built with."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa

from equity_audit.sample.noise import Array, Noise
from equity_audit.sample.people import SITES, People
from equity_audit.sample.places import QUINTILES

FIRST_DAY = date(2023, 10, 1)
DAYS = 548  # eighteen months, October 2023 to March 2025
DATES = [(FIRST_DAY + timedelta(days=day)).isoformat() for day in range(DAYS + 400)]
SPECIALTIES = ["100", "101", "110", "120", "130", "300", "320", "340", "420", "502"]
_SPECIALTY_WEIGHTS = np.array([16, 8, 14, 9, 10, 18, 9, 6, 6, 4.0])

# Dates that are no date, stand for none, or lie far outside the period; numbered after DATES.
BAD_DATES = {
    "unreadable": ["2024-02-30", "2024-13-05"],
    "placeholder": ["1801-01-01", "1800-01-01"],
    "outside": ["2094-05-01", "1962-07-04"],
}
BAD_SEX = ["Q", "5"]
BAD_AGE = ["adult", "199"]


@dataclass(frozen=True, kw_only=True)
class Chunk:
    """The records of one chunk; one array a fact, one place a record."""

    noise: Noise
    rows: Array  # number of the record in the whole extract
    people: People
    patient: Array  # place in `people`
    home: Array
    site: Array
    specialty: Array
    day: Array
    repeats: Array  # has the record key of the record before it
    faults: bool

    @property
    def quintile(self) -> Array:
        """The quintile a record's patient truly lives in."""
        return QUINTILES[self.home]

    @property
    def age(self) -> Array:
        """The age at the activity."""
        return self.people.age[self.patient]

    @property
    def minority(self) -> Array:
        """Whether the patient is of a group other than White."""
        return self.people.code[self.patient] >= 3

    def draw(self, purpose: str) -> Array:
        """Give a number in [0, 1) for each record."""
        return self.noise.uniform(purpose, self.rows)

    def pick(self, purpose: str, values: Sequence[str], weights: Sequence[float] | None = None) -> Any:
        """Give each record one of the values."""
        shares = np.ones(len(values)) if weights is None else np.array(weights, dtype=float)
        return take(values, self.noise.choose(purpose, self.rows, shares))


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """An outcome as it is to be found: which records count, and which of them had it."""

    name: str
    counts: Array
    had: Array
    unit: str = "records"


@dataclass(frozen=True, kw_only=True)
class Activity:
    """What a dataset adds: its own columns, its outcomes, and whose ethnicity is asked less often."""

    columns: dict[str, Any]
    outcomes: list[Outcome]
    hurried: Array


def take(values: Sequence[str], numbers: Array) -> Any:
    """Turn numbers into the texts they stand for."""
    return pa.array(values, pa.string()).take(pa.array(numbers))


def digits(numbers: Array) -> Any:
    """Write whole numbers as text."""
    return pa.array(numbers).cast(pa.string())


def blank_where(texts: Any, blank: Array) -> Any:
    """Empty some cells."""
    return pa.compute.if_else(pa.array(blank), "", texts)


def dates(day: Array) -> Any:
    """Write days as dates."""
    return take(DATES, day)


def draw_chunk(noise: Noise, start: int, count: int, people: People, *, faults: bool, one_date: bool) -> Chunk:
    """Draw which patient each record is of, and where and when it was.

    A snapshot has one date; its keys are not repeated, for its unit is the pathway.
    """
    rows = np.arange(start, start + count, dtype=np.int64)
    draw = noise.uniform("patient", rows)
    # Some patients come far more often than others.
    patient = (len(people.number) * draw * (0.5 + 0.5 * draw)).astype(np.int64)
    day = np.zeros_like(rows) if one_date else noise.integers("day", rows, DAYS)
    second = noise.uniform("second of a pair", rows) < (0.01 if faults else 0)
    second[0] = False
    second &= ~np.roll(second, 1)
    pair = np.flatnonzero(second)
    # Two records of one patient on one day, the second from another address where the patient has moved.
    patient[pair], day[pair] = patient[pair - 1], day[pair - 1]
    home = people.home[patient]
    home[pair] = people.second_home[patient[pair]]
    away = noise.uniform("away", rows) < 0.1
    site = np.where(away, noise.integers("other site", rows, len(SITES)), people.site[patient])
    repeats = (noise.uniform("repeat", rows) < (0.005 if faults else 0)) & (rows % 2 == 1) & (not one_date)
    return Chunk(
        noise=noise,
        rows=rows,
        people=people,
        patient=patient,
        home=home,
        site=site,
        specialty=noise.choose("specialty", rows, _SPECIALTY_WEIGHTS),
        day=day,
        repeats=repeats,
        faults=faults,
    )
