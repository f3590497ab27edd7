"""The verbs of the engine that holds the data: `load`, `count_records`, `tally`, `cube`.

Written in Ibis so that they run on DuckDB (the default, embedded), SQLite and warehouses alike. The engine
only groups, joins on equality and counts: no regular expression, no date parsing, no cast of a value ever
reaches SQL. Joins are NULL-safe. Its error texts may hold cell values, so none is ever shown. Past 300 lines, since
everything that reaches a database stands here and can be reviewed at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from equity_audit.model import Dictionary, Intake
    from equity_audit.sources import PlainText, Source

EXTRACT = "equity_audit_extract"
KEY = "patient_key"
ROW = "record_row"
BATCH = 50_000
LARGEST_SUMMED = 200_000


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


def open_embedded(folder: Path, memory_limit: str) -> Any:
    """An embedded DuckDB that spills to ``folder`` (private, removed by its owner) above ``memory_limit``."""
    import ibis

    return ibis.duckdb.connect(memory_limit=memory_limit, temp_directory=str(folder), preserve_insertion_order=True)


def load(backend: Any, source: Source, columns: Mapping[str, int]) -> tuple[Any, Intake]:
    """Load the named columns (by position) as text, once; the table and the receipt for it.

    A regular file is read by the engine itself and must give as many records as were counted from its bytes;
    otherwise the source reads it strictly and accounts for every line.
    """
    if source.plain is not None:
        table = _load_plain(backend, source.plain, columns)
        if table is not None:
            return table, source.plain.intake
    table = _load_batches(backend, list(columns), source.batches(columns))
    return table, source.receipt(count_records(table))


def _load_plain(backend: Any, file: PlainText, columns: Mapping[str, int]) -> Any:
    import duckdb

    names = {f"c{position}": "VARCHAR" for position in range(file.width)}
    try:
        whole = backend.read_csv(
            str(file.path), table_name="equity_audit_file", columns=names, header=True, delim=file.delimiter,
            quote='"', escape='"', auto_detect=False, strict_mode=True, null_padding=False,
        )  # fmt: skip
        chosen = whole.select(**{name: whole[f"c{position}"] for name, position in columns.items()})
        table = backend.create_table(EXTRACT, chosen)
        backend.drop_view("equity_audit_file", force=True)
    except duckdb.Error:
        return None  # its message may hold a whole line; the strict reader finds the fault and names it
    return table if count_records(table) == file.records else None


def _load_batches(backend: Any, names: Sequence[str], batches: Iterable[pa.RecordBatch]) -> Any:
    import ibis
    import pyarrow as pa

    # A name of its own: an abandoned plain load may have left a table.
    name = f"{EXTRACT}_strict"
    backend.create_table(name, schema=ibis.schema(dict.fromkeys(names, "string")))
    for batch in batches:
        backend.insert(name, ibis.memtable(pa.Table.from_batches([batch])))
    return backend.table(name)


def seal(backend: Any) -> None:
    """No file, network or Python object is reachable from SQL once the extract is loaded."""
    backend.raw_sql("SET enable_external_access = false")
    backend.raw_sql("SET lock_configuration = true")


def count_records(table: Any) -> int:
    """How many records the engine holds."""
    return int(table.count().execute())


def _is_blank(column: Any) -> Any:
    """NULL or white space only. Trimming is slow, so only what sorts before any digit or letter is trimmed."""
    import ibis

    return ibis.ifelse(column < "0", column.strip() == "", column.isnull())


def count_patients(table: Any) -> int:
    """How many distinct patient keys the records hold."""
    return int(table[KEY].nunique().execute())


def named(backend: Any, expression: Any) -> Any:
    """The same records under a name of their own, so that each later query is short to compile."""
    return backend.create_view(f"{EXTRACT}_bound", expression)


def filled_counts(table: Any, columns: Sequence[str]) -> dict[str, int]:
    """How many records hold something other than blanks, for each column."""
    counts = {name: (~_is_blank(table[name])).sum() for name in columns}
    row = table.aggregate(**counts).to_pyarrow().to_pylist()[0] if counts else {}
    return {name: int(row[name] or 0) for name in columns}


def with_patient_key(table: Any, field: str | None) -> Any:
    """Add the patient key: the field's text, NULL where it is blank."""
    import ibis

    nothing = ibis.null("string")
    key = nothing if field is None else ibis.ifelse(_is_blank(table[field]), nothing, table[field])
    return table.mutate(**{KEY: key})


def row_numbers(table: Any) -> Any:
    """The place of each record in a table just loaded, from 0: rows keep the order of the file."""
    return table.rowid()


def with_blank_flag(table: Any, name: str, fields: Sequence[str]) -> Any:
    """Add a column that is ``yes`` where all of ``fields`` are blank, else ``no``."""
    import ibis

    flag: Any = "yes"
    for field in reversed(fields):
        flag = ibis.ifelse(_is_blank(table[field]), flag, "no")
    return table.mutate(**{name: flag})


def with_decoded(table: Any, dictionaries: Iterable[Dictionary]) -> Any:
    """Add the one decoded column, named as its subject, of each dictionary to the records, which are then held anew."""
    joined, kept = table, []
    for dictionary in dictionaries:
        joined = _join(joined, table, dictionary, [dictionary.subject])
        kept.append(dictionary.subject)
    return joined.select(*table.columns, *kept).cache()


def tally(table: Any, keys: Sequence[str], *, patients: bool = False) -> pd.DataFrame:
    """Distinct raw values of ``keys`` with ``records`` (and distinct ``patients``), in a fixed order."""
    counted = {"records": table.count()}
    if patients:
        counted["patients"] = table[KEY].nunique()
    frame: pd.DataFrame = table.group_by(list(keys)).aggregate(**counted).to_pandas()
    return frame.sort_values(list(keys), na_position="first", kind="stable", ignore_index=True)


def tally_marked(
    table: Any, field: str, marks: pd.DataFrame, keys: Sequence[str] = (), *, patients: bool = False
) -> pd.DataFrame:
    """Tally only the records whose ``field`` is one of the texts in ``marks`` (``text``, ``mark``), by mark and ``keys``."""
    import ibis

    side = ibis.memtable(marks[["text", "mark"]])
    joined = table.inner_join(side, table[field].identical_to(side["text"]))
    return tally(joined, ["mark", *keys], patients=patients)


def tally_coincidences(
    table: Any, dictionaries: Iterable[Dictionary], decoded: Mapping[str, str], moment: str, value: str
) -> pd.DataFrame:
    """Patients who have two or more records at one moment, by how many values these have at most.

    Parameters
    ----------
    decoded
        For each dictionary (by subject) the one decoded column to carry over: a whole number, below 0 where the record
        does not take part.

    Returns
    -------
        ``different`` (the most distinct values of a patient at one moment) and ``patients``.
    """
    joined = table
    for dictionary in dictionaries:
        joined = _join(joined, table, dictionary, [decoded[dictionary.subject]])
    taking_part = joined.filter(joined[KEY].notnull(), joined[moment] >= 0, joined[value] >= 0)
    moments = taking_part.group_by([KEY, moment]).aggregate(
        records=taking_part.count(), different=taking_part[value].nunique()
    )
    several = moments.filter(moments["records"] > 1)
    people = several.group_by(KEY).aggregate(different=several["different"].max())
    frame: pd.DataFrame = people.group_by("different").aggregate(patients=people.count()).to_pandas()
    return frame.sort_values("different", ignore_index=True)


def _join(joined: Any, table: Any, dictionary: Dictionary, columns: Sequence[str]) -> Any:
    """Carry decoded columns of a dictionary over to the records, NULL-safe on its keys."""
    import ibis

    renamed = {key: f"{dictionary.subject}_{key}" for key in dictionary.keys}
    side = ibis.memtable(dictionary.frame[[*dictionary.keys, *columns]].rename(columns=renamed))
    return joined.left_join(side, [joined[key].identical_to(side[renamed[key]]) for key in dictionary.keys])


def cube(
    table: Any,
    dictionaries: Iterable[Dictionary],
    decoded: Mapping[str, Sequence[str]],
    groupings: Iterable[Grouping],
    varying: Iterable[str] = (),
) -> dict[Grouping, pd.DataFrame]:
    """Join the dictionaries back and count.

    Parameters
    ----------
    decoded
        For each dictionary (by subject) the decoded columns to carry over: small whole numbers, never NULL.
    varying
        Decoded columns that differ between one patient's records (months, sites), which only costs time if left out.

    Returns
    -------
        For each grouping a frame of its columns, ``records``, ``keyed`` (records with a patient key) and,
        where asked for, ``patients`` (distinct keys with a record there).
    """
    joined = table
    kept: list[str] = []
    for dictionary in dictionaries:
        columns = list(decoded.get(dictionary.subject, ()))
        if not columns:
            continue
        joined = _join(joined, table, dictionary, columns)
        kept += columns
    joined = joined.select(KEY, *kept).cache()
    # Most records of a patient agree in most dimensions: distinct patients are counted on far fewer rows.
    steady = [name for name in kept if name not in varying]
    people = joined.filter(joined[KEY].notnull()).select(KEY, *steady).distinct().cache()
    results = {}
    repeated: dict[str, Any] = {}
    groupings = list(groupings)
    wanted, repeats = [grouping for grouping in groupings if grouping.patterns], None
    finer: list[pd.DataFrame] = []
    # The finest first: records add up, so a coarser count of them is a sum and no further scan.
    for grouping in sorted(groupings, key=lambda each: -len(each.columns)):
        columns = list(grouping.columns)
        if grouping.often:
            name, least = grouping.often
            if name not in repeated:
                repeated[name] = _times(_counted(joined, name)).cache()
            results[grouping] = _often(_counted(joined, name), repeated[name], columns, least)
            continue
        if grouping.patterns:
            if repeats is None:
                repeats = _repeats(joined, wanted).cache()
            results[grouping] = _patterns(repeats, columns, grouping.patterns)
            continue
        if not grouping.records:
            source = people if set(columns) <= set(steady) else joined.filter(joined[KEY].notnull())
            results[grouping] = _grouped(source, columns, patients=source[KEY].nunique())
            continue
        known = next((frame for frame in finer if set(columns) <= set(frame.columns)), None)
        if known is None:
            frame = _grouped(joined, columns, records=joined.count(), keyed=joined[KEY].count())
            if len(frame) <= LARGEST_SUMMED:
                finer.append(frame)
        else:
            frame = _summed(known, columns)
        if grouping.patients:
            source = people if set(columns) <= set(steady) else joined
            patients = _grouped(source, columns, patients=source[KEY].nunique())
            frame = frame.merge(patients, on=columns, how="left") if columns else frame.join(patients)
            frame["patients"] = frame["patients"].fillna(0).astype("int64")
        results[grouping] = frame
    for cached in (*repeated.values(), *([repeats] if repeats is not None else []), people, joined):
        cached.release()
    return results


def _summed(frame: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    counts = ["records", "keyed"]
    if not columns:
        return frame[counts].sum().to_frame().T
    return frame.groupby(columns, as_index=False)[counts].sum()


def _counted(table: Any, outcome: str) -> Any:
    return table.filter(table[KEY].notnull(), table[outcome] >= 1)


def _times(counted: Any) -> Any:
    return counted.group_by(KEY).aggregate(times=counted.count())


def _often(counted: Any, times: Any, columns: list[str], least: int) -> pd.DataFrame:
    """Patients with a counted record in each group, and those of them with at least so many in all groups together."""
    people = counted.select(KEY, *columns).distinct()
    side = times.select(times_key=times[KEY], times=times["times"])
    both = people.left_join(side, people[KEY] == side["times_key"])
    return _grouped(both, columns, denominator=both.count(), numerator=(both["times"] >= least).sum())


def list_records(
    table: Any,
    dictionaries: Iterable[Dictionary],
    decoded: Mapping[str, Sequence[str]],
    columns: Sequence[str],
    where: Callable[[Any], Any],
    order: Sequence[str],
) -> Iterator[pd.DataFrame]:
    """Stream single records: the place of each among those held (from 0), chosen raw columns and decoded ones.

    For work lists only. ``where`` makes the condition from the joined table; records come in ``order``, then in their
    own. What does not fit in memory is sorted on disk, and batches are never all held at once.
    """
    joined = table
    kept: list[str] = []
    for dictionary in dictionaries:
        if names := list(decoded.get(dictionary.subject, ())):
            joined = _join(joined, table, dictionary, names)
            kept += names
    import ibis

    chosen = joined.filter(where(joined)).select(ROW, *columns, *kept)
    # Sorted once, then read a stretch at a time: not every backend can stream a result.
    place = ibis.row_number().over(order_by=[*order, ROW])
    listed = chosen.mutate(listed_place=place).cache()
    for start in range(0, count_records(listed), BATCH):
        stretch = listed.filter(listed["listed_place"] >= start, listed["listed_place"] < start + BATCH)
        yield stretch.order_by("listed_place").to_pandas()
    listed.release()


def _repeats(table: Any, groupings: Sequence[Grouping]) -> Any:
    """Count the records of each patient, in and out of each outcome's numerator, once for all: few rows a patient."""
    columns = list(dict.fromkeys(name for grouping in groupings for name in grouping.columns))
    counts = {}
    for outcome in dict.fromkeys(grouping.patterns for grouping in groupings):
        counts[f"{outcome}_records"] = (table[outcome] >= 1).sum()
        counts[f"{outcome}_events"] = (table[outcome] == 2).sum()
    return table.filter(table[KEY].notnull()).group_by([KEY, *columns]).aggregate(**counts)


def _patterns(repeats: Any, columns: list[str], outcome: str) -> pd.DataFrame:
    counted = repeats.filter(repeats[f"{outcome}_records"] > 0)
    each = counted.group_by([KEY, *columns]).aggregate(
        records=counted[f"{outcome}_records"].sum(), events=counted[f"{outcome}_events"].sum()
    )
    frame = _grouped(each, [*columns, "records", "events"], patients=each.count())
    return frame.astype({"records": "int64", "events": "int64"})


def _grouped(table: Any, columns: list[str], **counted: Any) -> pd.DataFrame:
    grouped = table.group_by(columns) if columns else table
    frame: pd.DataFrame = grouped.aggregate(**counted).to_pandas()
    return frame.sort_values(columns, ignore_index=True) if columns else frame
