"""Records with small whole numbers in place of what was written, and the counts over them: the verb `cube`.

Every raw value is joined to its meaning once; all that is counted afterwards reads these narrow columns. Like all engine
code it only joins on equality, groups and counts, so that every engine agrees.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import prod
from typing import TYPE_CHECKING, Any

from equity_audit.engine import KEY, People, join_dictionary
from equity_audit.joins import worth_joining
from equity_audit.model import Dictionary

if TYPE_CHECKING:
    import pandas as pd

PATIENT = "patient"
# Cells of a count of records from which coarser counts are summed: beyond it, asking the engine again is cheaper.
LARGEST_SUMMED = 100_000
MOST_PLACES = 1_000_000


@dataclass(frozen=True, kw_only=True)
class Grouping:
    """A group-by to count: decoded columns, whether distinct patients are counted too, or instead of records.

    With ``patterns`` (an outcome's column) patients are counted by how many of their records in a group are in its
    denominator (``records``) and numerator (``events``). With ``often`` (an outcome's column and a number) the patients
    with a record in its denominator are counted (``denominator``), and those of them with so many, in any group.
    """

    columns: tuple[str, ...]
    patients: bool = False
    records: bool = True
    patterns: str | None = None
    often: tuple[str, int] | None = None


@dataclass(frozen=True, kw_only=True)
class DecodedRecords:
    """The records of an extract as numbers, held by the engine: ``patient`` (NULL without a key) and decoded columns.

    ``meanings`` are the distinct combinations of decoded columns of each dictionary: they tell how many groups a
    group-by can have at most.
    """

    table: Any
    meanings: tuple[pd.DataFrame, ...]
    counted: dict[tuple[int, frozenset[str]], int] = field(default_factory=dict)

    def most_groups(self, columns: Iterable[str]) -> int:
        """How many groups these columns can make at most."""
        wanted = set(columns)
        parts = ((place, frozenset(wanted & set(frame))) for place, frame in enumerate(self.meanings))
        return prod(self._combinations(place, names) for place, names in parts if names)

    def _combinations(self, place: int, names: frozenset[str]) -> int:
        if (place, names) not in self.counted:
            self.counted[place, names] = len(self.meanings[place][sorted(names)].drop_duplicates())
        return self.counted[place, names]

    def release(self) -> None:
        """Let the engine forget them."""
        self.table.release()


def decode_records(
    table: Any, dictionaries: Iterable[Dictionary], decoded: Mapping[str, Sequence[str]], people: People | None
) -> DecodedRecords:
    """Join what the values mean back to the records.

    Parameters
    ----------
    decoded
        For each dictionary (by subject) the decoded columns to carry over: small whole numbers, never NULL.
    people
        The numbers of the patients; None where the extract has no patient key.
    """
    import ibis

    asked = [(each, list(decoded.get(each.subject, ()))) for each in dictionaries]
    asked = [(each, columns) for each, columns in asked if columns]
    joined = table
    records = int(asked[0][0].frame["records"].sum()) if asked else 0
    for dictionary, columns in worth_joining(asked, records):
        joined = join_dictionary(joined, dictionary, columns)
    kept = [name for _, columns in asked for name in columns]
    meanings = [each.frame[columns].drop_duplicates() for each, columns in asked]
    if people is not None:
        # Last, since it is the largest: an engine carries its result through no further join.
        numbers = people.numbers.select("person_key", PATIENT)
        joined = joined.left_join(numbers, joined[KEY] == numbers["person_key"])
    patient = ibis.null("int32") if people is None else joined[PATIENT]
    chosen = joined.select(patient.name(PATIENT), *dict.fromkeys(kept))
    return DecodedRecords(table=chosen.cache(), meanings=tuple(meanings))


def cube(
    records: DecodedRecords, groupings: Iterable[Grouping], varying: Iterable[str] = ()
) -> dict[Grouping, pd.DataFrame]:
    """Count decoded records, and patients, by each grouping.

    Parameters
    ----------
    varying
        Decoded columns that differ between one patient's records (months, sites), which only costs time if left out.

    Returns
    -------
        For each grouping a frame of its columns, ``records``, ``keyed`` (records with a patient key) and,
        where asked for, ``patients`` (distinct keys with a record there).
    """
    groupings = list(groupings)
    of_records = [each for each in groupings if not each.patterns and not each.often and each.records]
    of_patients = [each for each in groupings if each.patients]
    results = _records(records, of_records)
    keyed = records.table.filter(records.table[PATIENT].notnull())
    repeating = [each for each in groupings if each.patterns]
    steady = _steady([*of_patients, *repeating], set(varying))
    people = _people(keyed, steady, repeating)
    for grouping in of_patients:
        source = people if set(grouping.columns) <= set(steady) else keyed
        frame = _grouped(source, list(grouping.columns), patients=source[PATIENT].nunique())
        results[grouping] = _with_patients(results.get(grouping), frame, list(grouping.columns))
    results |= _patterns(people, repeating)
    people.release()
    results |= _often(records.table, [each for each in groupings if each.often])
    return results


def _records(records: DecodedRecords, groupings: Sequence[Grouping]) -> dict[Grouping, pd.DataFrame]:
    """Records add up: few counts are asked of the engine, and the coarser ones summed from those."""
    asked: list[tuple[str, ...]] = []
    merged: list[list[Grouping]] = []
    for grouping in sorted(groupings, key=lambda each: -records.most_groups(each.columns)):
        wider = [tuple(dict.fromkeys((*columns, *grouping.columns))) for columns in asked]
        sizes = [records.most_groups(columns) for columns in wider]
        fitting = [place for place, size in enumerate(sizes) if size <= LARGEST_SUMMED or wider[place] == asked[place]]
        if fitting:
            place = min(fitting, key=lambda place: sizes[place])
            asked[place] = wider[place]
            merged[place].append(grouping)
        else:
            asked.append(grouping.columns)
            merged.append([grouping])
    table = records.table
    results: dict[Grouping, pd.DataFrame] = {}
    for columns, members in zip(asked, merged, strict=True):
        frame = _grouped(table, list(columns), records=table.count(), keyed=table[PATIENT].count())
        results |= {grouping: _summed(frame, list(grouping.columns)) for grouping in members}
    return results


def _summed(frame: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    counts = ["records", "keyed"]
    if not columns:
        return frame[counts].sum().to_frame().T
    if len(columns) + len(counts) == len(frame.columns):
        return frame[[*columns, *counts]].sort_values(columns, ignore_index=True)
    import numpy as np
    import pandas as pd

    places = frame[columns].to_numpy("int64").T
    least = places.min(axis=1, initial=0, keepdims=True)
    shape = tuple(int(size) for size in (places - least).max(axis=1, initial=0) + 1)
    if prod(shape) > MOST_PLACES:
        return frame.groupby(columns, as_index=False)[counts].sum()
    # Small whole numbers are added up by their place in a grid: twenty times as quick as grouping.
    flat = np.ravel_multi_index(tuple(places - least), shape)
    there = np.flatnonzero(np.bincount(flat))
    labels = np.array(np.unravel_index(there, shape)) + least
    sums = {name: np.bincount(flat, weights=frame[name])[there].astype("int64") for name in counts}
    return pd.DataFrame(dict(zip(columns, labels, strict=True)) | sums)


def _steady(groupings: Sequence[Grouping], varying: set[str]) -> list[str]:
    """Columns in which most records of a patient agree, and those that repeats are counted by."""
    names = dict.fromkeys(name for each in groupings for name in each.columns if each.patterns or name not in varying)
    return list(names)


def _people(keyed: Any, steady: Sequence[str], repeating: Sequence[Grouping]) -> Any:
    """Patients by their steady columns, far fewer rows than records, with the repeats of each outcome.

    Everything counted of patients is asked of these, but what differs from record to record.
    """
    outcomes = dict.fromkeys(str(grouping.patterns) for grouping in repeating)
    if not outcomes:
        return keyed.select(PATIENT, *steady).distinct().cache()
    counts = {}
    for name in outcomes:
        # Counted where it holds, not added up: half the time.
        counts[f"{name}_records"] = keyed.count(where=keyed[name] >= 1).cast("int32")
        counts[f"{name}_events"] = keyed.count(where=keyed[name] == 2).cast("int32")
    return keyed.group_by([PATIENT, *steady]).aggregate(**counts).cache()


def _with_patients(frame: pd.DataFrame | None, patients: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    if frame is None:
        return patients
    both = frame.merge(patients, on=columns, how="left") if columns else frame.join(patients)
    return both.assign(patients=both["patients"].fillna(0).astype("int64"))


def _patterns(people: Any, groupings: Sequence[Grouping]) -> dict[Grouping, pd.DataFrame]:
    """How many patients have so many records, and so many in the numerator: all outcomes of a dimension in one count."""
    results = {}
    for columns in dict.fromkeys(grouping.columns for grouping in groupings):
        members = [grouping for grouping in groupings if grouping.columns == columns]
        names = [f"{grouping.patterns}_{part}" for grouping in members for part in ("records", "events")]
        # An engine adds up in wider numbers than it likes to group by.
        sums = {name: people[name].sum().cast("int32") for name in names}
        each = people.group_by([PATIENT, *columns]).aggregate(**sums)
        joint = _grouped(each, [*columns, *names], patients=each.count())
        for grouping in members:
            own = {f"{grouping.patterns}_{part}": part for part in ("records", "events")}
            named = joint.rename(columns=own)
            counted = named[named["records"] > 0].groupby([*columns, "records", "events"], as_index=False)
            frame: pd.DataFrame = counted[["patients"]].sum()
            results[grouping] = frame.astype({"records": "int64", "events": "int64"})
    return results


def _often(table: Any, groupings: Sequence[Grouping]) -> dict[Grouping, pd.DataFrame]:
    """Patients with a counted record in each group, and those of them with at least so many in all groups together."""
    results = {}
    for name in dict.fromkeys(grouping.often[0] for grouping in groupings if grouping.often):
        counted = table.filter(table[PATIENT].notnull(), table[name] >= 1)
        times = counted.group_by(PATIENT).aggregate(times=counted.count()).cache()
        side = times.select(times_patient=times[PATIENT], times=times["times"])
        for grouping in groupings:
            if grouping.often is None or grouping.often[0] != name:
                continue
            columns = list(grouping.columns)
            people = counted.select(PATIENT, *columns).distinct()
            both = people.left_join(side, people[PATIENT] == side["times_patient"])
            enough = (both["times"] >= grouping.often[1]).sum()
            results[grouping] = _grouped(both, columns, denominator=both.count(), numerator=enough)
        times.release()
    return results


def coincidences(records: DecodedRecords, moment: str, value: str) -> pd.DataFrame:
    """Patients who have two or more records at one moment, by whether these have different values.

    Parameters
    ----------
    moment, value
        Decoded columns, below 0 where the record does not take part.

    Returns
    -------
        ``different`` (1 where a patient has different values at one moment, else 0) and ``patients``.
    """
    import ibis

    table = records.table
    taking_part = table.filter(table[PATIENT].notnull(), table[moment] >= 0, table[value] >= 0)
    moments = taking_part.group_by([PATIENT, moment]).aggregate(
        records=taking_part.count(), lowest=taking_part[value].min(), highest=taking_part[value].max()
    )
    several = moments.filter(moments["records"] > 1)
    apart = ibis.ifelse(several["lowest"] < several["highest"], 1, 0)
    people = several.group_by(PATIENT).aggregate(different=apart.max())
    return _grouped(people, ["different"], patients=people.count())


def _grouped(table: Any, columns: list[str], **counted: Any) -> pd.DataFrame:
    grouped = table.group_by(columns) if columns else table
    # Whole numbers only, so that Arrow's own way to pandas is enough; Ibis looks at each column again.
    frame: pd.DataFrame = grouped.aggregate(**counted).to_pyarrow().to_pandas()
    return frame.sort_values(columns, ignore_index=True) if columns else frame
