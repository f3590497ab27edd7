"""The verbs of the engine that holds the data: `load`, `count_records`, `tally`, `cube`.

Written in Ibis so that they run on DuckDB (the default, embedded), SQLite and warehouses alike. The engine
only groups, joins on equality and counts: no regular expression, no date parsing, no cast of a value ever
reaches SQL. Joins are NULL-safe. Its error texts may hold cell values, so none is ever shown. Past 300 lines, since
everything that reaches a database stands here and can be reviewed at once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from equity_audit.codelists import missing_tokens

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from equity_audit.model import Dictionary, Intake
    from equity_audit.sources import PlainText, Source

EXTRACT = "equity_audit_extract"
KEY = "patient_key"
ROW = "record_row"
BATCH = 50_000
ENGINE_SHARE = 0.55
# A stretch of a file that fills one of the engine's row groups (122,880) is kept as it is; a smaller one is copied again.
ROWS_AT_ONCE, LEAST_BUFFER, MOST_BUFFER = 130_000, 4 * 2**20, 64 * 2**20


@dataclass(frozen=True, kw_only=True)
class People:
    """The patients of an extract, numbered: ``numbers`` is a table of ``person_key``, ``patient`` and ``records``."""

    numbers: Any
    patients: int
    most_records: int


def open_embedded(folder: Path, memory_limit: str) -> Any:
    """An embedded DuckDB that spills to ``folder`` (private, removed by its owner) above its share of ``memory_limit``."""
    import ibis

    return ibis.duckdb.connect(
        memory_limit=_share_of(memory_limit), temp_directory=str(folder), preserve_insertion_order=True
    )


def _share_of(memory_limit: str) -> str:
    """What the engine may hold of what the whole audit may: the rest is for reading, Python and results."""
    number = re.match(r"[\d.]+", memory_limit)
    return f"{float(number[0]) * ENGINE_SHARE:.3f}{memory_limit[number.end() :]}" if number else memory_limit


def load(
    backend: Any, source: Source, columns: Mapping[str, int], blank: Mapping[str, Sequence[str]] | None = None,
    unkept: Collection[str] = (),
) -> tuple[Any, Intake]:  # fmt: skip
    """Load the named columns (by position) as text, once; the table and the receipt for it.

    Where the engine reads the file itself, a flag of each of ``blank`` (as `with_blank_flag` adds it) is made on the
    way, and columns ``unkept`` are not stored.

    A regular file is read by the engine itself and must give as many records as were counted from its bytes;
    otherwise every line is looked at, and where that does not help the source reads it strictly and accounts for each.
    """
    if source.plain is not None:
        table = _load_plain(backend, source.plain, columns, blank or {}, unkept)
        if table is not None:
            return table, source.plain.intake
        if source.plain.checked is not None:
            return load(backend, source.plain.checked(), columns, blank, unkept)
    table = _load_batches(backend, list(columns), source.batches(columns))
    return table, source.receipt(count_records(table))


def _load_plain(
    backend: Any,
    file: PlainText,
    columns: Mapping[str, int],
    blank: Mapping[str, Sequence[str]],
    unkept: Collection[str],
) -> Any:
    import duckdb

    names = {f"c{position}": "VARCHAR" for position in range(file.width)}
    bytes_each = file.path.stat().st_size / max(file.records, 1)
    buffer = int(min(max(bytes_each * ROWS_AT_ONCE, LEAST_BUFFER), MOST_BUFFER))
    try:
        whole = backend.read_csv(
            str(file.path), table_name="equity_audit_file", columns=names, header=True, delim=file.delimiter,
            quote='"', escape='"', auto_detect=False, strict_mode=True, null_padding=False,
            buffer_size=buffer,
        )  # fmt: skip
        chosen = whole.select(**{name: whole[f"c{position}"] for name, position in columns.items()})
        for name, fields in blank.items():
            chosen = with_blank_flag(chosen, name, fields)
        backend.drop_table(EXTRACT, force=True)
        table = backend.create_table(EXTRACT, chosen.drop(*unkept))
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
    """No file, network or Python object is reachable from SQL once the extract is loaded; order matters no more."""
    backend.raw_sql("SET preserve_insertion_order = false")
    backend.raw_sql("SET enable_external_access = false")
    backend.raw_sql("SET lock_configuration = true")


def forget(backend: Any) -> None:
    """Let go of what was loaded, once only the decoded records are read: it is most of what the engine holds."""
    backend.drop_view(f"{EXTRACT}_bound", force=True)
    for name in (EXTRACT, f"{EXTRACT}_strict"):
        backend.drop_table(name, force=True)


def count_records(table: Any) -> int:
    """How many records the engine holds."""
    return int(table.count().execute())


def _is_blank(column: Any) -> Any:
    """NULL or white space only. Trimming is slow, so only what sorts before any digit or letter is trimmed."""
    import ibis

    return ibis.ifelse(column < "0", column.strip() == "", column.isnull())


def number_patients(table: Any) -> People:
    """Number the distinct patient keys: later counts compare numbers, not texts."""
    import ibis

    keyed = table.filter(table[KEY].notnull())
    counted = keyed.group_by(KEY).aggregate(records=keyed.count())
    # `NULL`, `N/A` and their like are no patient with very many records.
    counted = counted.filter(_is_key(counted[KEY]))
    numbered = counted.select(
        person_key=counted[KEY], patient=ibis.row_number().cast("int32"), records=counted["records"]
    ).cache()
    row = numbered.aggregate(patients=numbered.count(), most=numbered["records"].max()).to_pyarrow().to_pylist()[0]
    return People(numbers=numbered, patients=int(row["patients"]), most_records=int(row["most"] or 0))


def _is_key(key: Any) -> Any:
    written = {way(token) for token in missing_tokens() for way in (str.upper, str.lower, str.capitalize)}
    begins_with_a_digit = (key >= "0") & (key < ":")  # as no token does, and most keys do: no need to look further
    return begins_with_a_digit | ~key.isin(sorted(written))


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
        joined = join_dictionary(joined, dictionary, [dictionary.subject])
        kept.append(dictionary.subject)
    return joined.select(*table.columns, *kept).cache()


def tally(table: Any, keys: Sequence[str], *, patients: bool = False, finer: Iterable[Dictionary] = ()) -> pd.DataFrame:
    """Distinct raw values of ``keys`` with ``records`` (and distinct ``patients``), in a fixed order.

    Where one of the ``finer`` dictionaries has all of ``keys``, its records are added up, and no further scan is made.
    """
    known = next((each.frame for each in finer if set(keys) <= set(each.keys)), None)
    if known is not None and not patients:
        summed = known.groupby(list(keys), dropna=False)["records"].sum().reset_index()
        return summed.sort_values(list(keys), na_position="first", kind="stable", ignore_index=True)
    counted = {"records": table.count()}
    if patients:
        counted["patients"] = table[KEY].nunique(where=_is_key(table[KEY]))
    # Arrow's own way to pandas: Ibis looks at each column again, which takes half as long as the count itself.
    frame: pd.DataFrame = table.group_by(list(keys)).aggregate(**counted).to_pyarrow().to_pandas()
    return frame.sort_values(list(keys), na_position="first", kind="stable", ignore_index=True)


def tally_shared(
    table: Any, field: str, people: People | None, enough: int, finer: Iterable[Dictionary] = ()
) -> pd.DataFrame:
    """Tally one field with ``patients``: exact where fewer than ``enough`` may share a value, else that many or more.

    Without patient keys records stand in for patients.
    """
    frame = tally(table, [field], finer=finer)
    if people is None:
        return frame.assign(patients=frame["records"])
    # No patient has more records than the one with most, so a value with many records has patients enough.
    frame["patients"] = frame["records"] // max(people.most_records, 1)
    unsure = frame[(frame["patients"] < enough) & frame[field].notna()]
    if len(unsure):
        marks = unsure[[field]].set_axis(["text"], axis=1).assign(mark=unsure.index)
        counted = tally_marked(table, field, marks, patients=True)
        frame.loc[counted["mark"], "patients"] = counted["patients"].to_numpy()
    return frame


def tally_marked(
    table: Any, field: str, marks: pd.DataFrame, keys: Sequence[str] = (), *, patients: bool = False
) -> pd.DataFrame:
    """Tally only the records whose ``field`` is one of the texts in ``marks`` (``text``, ``mark``), by mark and ``keys``."""
    import ibis

    side = ibis.memtable(marks[["text", "mark"]])
    joined = table.inner_join(side, table[field].identical_to(side["text"]))
    return tally(joined, ["mark", *keys], patients=patients)


def join_dictionary(joined: Any, dictionary: Dictionary, columns: Sequence[str]) -> Any:
    """Carry decoded columns of a dictionary over to the records, NULL-safe on its keys; numbers as narrow as they fit."""
    import ibis
    import pandas as pd

    renamed = {key: f"{dictionary.subject}_{key}" for key in dictionary.keys}
    frame = dictionary.frame[[*dictionary.keys, *columns]].rename(columns=renamed)
    for name in columns:
        if pd.api.types.is_integer_dtype(frame[name]):
            frame[name] = pd.to_numeric(frame[name], downcast="integer")
    side = ibis.memtable(frame)
    # A dictionary has every value there is: where it has no NULL no record has, and plain equality is quicker.
    unfilled = {key for key in dictionary.keys if dictionary.frame[key].isna().any()}
    return joined.left_join(
        side,
        [
            joined[key].identical_to(side[renamed[key]]) if key in unfilled else joined[key] == side[renamed[key]]
            for key in dictionary.keys
        ],
    )


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
            joined = join_dictionary(joined, dictionary, names)
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
