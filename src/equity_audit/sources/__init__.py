"""One kind of source, one file, found by suffix. A source gives its header, a first look, and a way to load columns."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from equity_audit.errors import DataError, UsageError
from equity_audit.model import Intake
from equity_audit.sources.piped import PIPED, keep_piped

SAMPLE_RECORDS = 1000
SUFFIXES = {
    ".csv": "csv", ".txt": "csv", ".tsv": "csv", ".psv": "csv",
    ".xlsx": "excel", ".xlsm": "excel",
    ".parquet": "parquet", ".pq": "parquet",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class PlainText:
    """A UTF-8 text file whose every line has the header's shape: an engine may read it by itself in one pass.

    ``records`` was counted from the bytes, without the engine. ``checked`` opens the source again with every line's
    shape looked at, where that has not been done: for when the engine refuses the file.
    """

    path: Path
    delimiter: str
    width: int
    records: int
    intake: Intake
    checked: Callable[[], Source] | None = None


@dataclass(frozen=True, kw_only=True)
class Source:
    """An extract that was opened but not yet loaded.

    ``sample`` holds the first records, to see which columns are blank. ``batches(columns)`` gives the named columns
    (by position) as text; ``receipt(held)`` the intake once ``held`` records have arrived, or a DataError where the
    records read, audited and rejected do not add up. ``plain`` is there where the file may be read directly instead,
    ``records`` what was counted on opening, rejected ones included.
    """

    header: tuple[str, ...]
    sample: tuple[tuple[str | None, ...], ...]
    batches: Callable[[Mapping[str, int]], Iterator[Any]]
    receipt: Callable[[int], Intake]
    plain: PlainText | None = None
    records: int | None = None


def open_source(path: Path, workspace: Path, *, sheet: str | None = None) -> Source:
    """Open an extract; ``-`` is what is piped in.

    Raises
    ------
    UsageError
        There is no such file, it is a folder, or its kind is not known.
    DataError
        It is empty, or cannot be read as what it says it is.
    """
    if str(path) == PIPED:
        path = keep_piped(workspace)
    if not path.exists():
        raise UsageError("There is no file at the path given for the extract. Check the spelling and the folder.")
    if path.is_dir():
        raise UsageError("The path given for the extract is a folder. Give one file: CSV, xlsx or Parquet.")
    if not path.is_file():
        raise UsageError("The path given for the extract is not a regular file. Give one file: CSV, xlsx or Parquet.")
    suffixes = [suffix.lower() for suffix in path.suffixes]
    compressed = bool(suffixes) and suffixes[-1] == ".gz"
    suffix = (suffixes[-2] if len(suffixes) > 1 else ".csv") if compressed else (suffixes[-1] if suffixes else "")
    kind = SUFFIXES.get(suffix)
    if kind is None or (compressed and kind != "csv"):
        known = ", ".join(sorted({*SUFFIXES, ".csv.gz"}))
        raise UsageError(f"The kind of the extract is told by its ending, and this one is not known. Endings: {known}.")
    if sheet is not None and kind != "excel":
        raise UsageError("--sheet goes with a workbook (.xlsx); this extract is not one.")
    if path.stat().st_size == 0:
        raise DataError("The extract is empty (0 bytes). Export it again.")
    module = import_module(f"equity_audit.sources.{kind}")
    options = {"sheet": sheet} if kind == "excel" else {}
    try:
        source: Source = module.open_source(path, workspace, **options)
    except PermissionError:
        raise DataError("The extract may not be read by this user. Ask for read permission on the file.") from None
    if not any(name.strip() for name in source.header):
        raise DataError("The first row of the extract holds no column name. It needs one header row.")
    if not source.sample and not source.records:
        raise DataError("The extract has a header but no records. Export it again.")
    return source
