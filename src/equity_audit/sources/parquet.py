"""Parquet: the mapped columns as text, counted against the file's own footer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from equity_audit.errors import DataError
from equity_audit.model import Intake
from equity_audit.sources import SAMPLE_RECORDS, Source
from equity_audit.sources.encoding import LARGEST_RATIO, RATIO_APPLIES_ABOVE

BATCH = 100_000
MANY_RECORDS = 10_000_000
RECORDS_A_BYTE = 20
_FAULTS = (pa.ArrowException, OSError, ValueError, KeyError, NotImplementedError)
_UNREADABLE = "The extract ends in .parquet but cannot be read as Parquet. Export or copy it again."


def open_source(path: Path, workspace: Path) -> Source:
    """Open a Parquet file. Raises DataError."""
    try:
        file = pq.ParquetFile(path)
        _refuse_bomb(file, path.stat().st_size)
        header = tuple(file.schema_arrow.names)
        first = next(file.iter_batches(batch_size=SAMPLE_RECORDS), None)
        columns = [_as_text(column).to_pylist() for column in first.columns] if first is not None else []
    except _FAULTS:
        raise DataError(_UNREADABLE) from None
    sample = tuple(zip(*columns, strict=True))

    return Source(
        header=header,
        sample=sample,
        batches=lambda wanted: _batches(file, wanted),
        receipt=lambda held: _receipt(file, held),
    )


def _refuse_bomb(file: pq.ParquetFile, size: int) -> None:
    swollen = sum(file.metadata.row_group(number).total_byte_size for number in range(file.metadata.num_row_groups))
    records = file.metadata.num_rows
    if swollen > max(RATIO_APPLIES_ABOVE, LARGEST_RATIO * size) or (
        records > MANY_RECORDS and records > RECORDS_A_BYTE * size
    ):
        raise DataError(
            "The Parquet file holds far more than its size allows for, as no real extract does. Look at how it was made, "
            "or export it as CSV."
        )


def _receipt(file: pq.ParquetFile, held: int) -> Intake:
    if held != file.metadata.num_rows:
        raise DataError(
            f"The Parquet file says it holds {file.metadata.num_rows:,} records but {held:,} could be read. "
            "Nothing was written. Export it again."
        )
    return Intake(records_read=held, records_audited=held, format="parquet")


def _batches(file: pq.ParquetFile, columns: Mapping[str, int]) -> Iterator[pa.RecordBatch]:
    # By top-level position, since two columns may share a name; nested columns have no plain text and fail.
    try:
        for batch in file.iter_batches(batch_size=BATCH):
            arrays = [_as_text(batch.column(position)) for position in columns.values()]
            yield pa.RecordBatch.from_arrays(arrays, names=list(columns))
    except _FAULTS:
        raise DataError(_UNREADABLE) from None


def _as_text(column: pa.Array) -> pa.Array:
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_floating(column.type):
        # Not a number is how some programs write a blank; as text it would be a value, and keep codes from being whole.
        column = pc.if_else(pc.is_nan(column), pa.scalar(None, column.type), column)
        # A whole-number column with blanks is stored as floating point: 5.0 is the code 5.
        whole = pc.equal(pc.floor(column), column)
        if pc.all(whole, skip_nulls=True).as_py() is not False:
            column = column.cast(pa.int64(), safe=False)
    if pa.types.is_nested(column.type):
        return pa.nulls(len(column), pa.string())
    if pa.types.is_binary(column.type) or pa.types.is_large_binary(column.type):
        return column.cast(pa.string())
    return column.cast(pa.string())
