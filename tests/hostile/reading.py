"""Read a file through the sources layer in this process, by the strict way and by the engine's own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from equity_audit import engine
from equity_audit.model import Intake
from equity_audit.sources import Source, open_source

Rows = list[tuple[str | None, ...]]


@contextmanager
def embedded(folder: Path) -> Iterator[Any]:
    """An engine on one thread that is closed again."""
    backend = engine.open_embedded(folder, "512MB")
    backend.raw_sql("SET threads = 1")
    try:
        yield backend
    finally:
        backend.disconnect()


def strict_rows(source: Source) -> tuple[Rows, Intake]:
    """Every column of every record as the strict reader gives it, and the receipt for them."""
    columns = {f"column_{position}": position for position in range(len(source.header))}
    rows: Rows = []
    for batch in source.batches(columns):
        rows += list(zip(*(column.to_pylist() for column in batch.columns), strict=True))
    return rows, source.receipt(len(rows))


def loaded_rows(backend: Any, source: Source) -> tuple[Rows, Intake]:
    """Every column of every record as the engine holds it after loading, in the file's order."""
    columns = {f"column_{position}": position for position in range(len(source.header))}
    table, intake = engine.load(backend, source, columns)
    held = table.to_pyarrow()
    return list(zip(*(held.column(name).to_pylist() for name in columns), strict=True)), intake


def read_text(path: Path, folder: Path) -> tuple[tuple[str, ...], Rows, Intake]:
    """Header, records and receipt of a file, by the strict way."""
    folder.mkdir(exist_ok=True)
    source = open_source(path, folder)
    rows, intake = strict_rows(source)
    return source.header, rows, intake
