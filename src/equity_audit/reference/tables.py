"""Published tables on disk: what their header says, and rows out of them without holding the whole.

Text is read by an embedded DuckDB of our own, apart from the engine that holds the extract.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import re
import shutil
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from equity_audit.errors import DataError

LARGEST_UNPACKED = 8 << 30
_LOOKED_AT = 1 << 16
_PREAMBLE = 20
_MEMORY = "700MB"


@dataclass(frozen=True, kw_only=True)
class Header:
    """The header of a text table: its names as written, and how many lines stand before it."""

    names: tuple[str, ...]
    skip: int = 0

    @property
    def tidy(self) -> tuple[str, ...]:
        """Names in lower case, every run of white space one space."""
        return tuple(re.sub(r"\s+", " ", name.replace("\ufeff", "")).strip().lower() for name in self.names)


def sniff(path: Path) -> Header | None:
    """The header of a CSV file, plain or gzip; None where there is none to be read."""
    try:
        with _open(path) as file:
            return header_of(file.read(_LOOKED_AT))
    except (OSError, EOFError, zipfile.BadZipFile):
        return None


def header_of(content: bytes) -> Header | None:
    """The header in the first bytes of a file; Nomis writes titles above it, told by their width."""
    lines = content.decode("utf-8-sig", errors="replace").splitlines()[:_PREAMBLE]
    rows: list[list[str]] = []
    for line in lines:
        try:
            rows.append(next(csv.reader([line]), []))
        except csv.Error:
            return None
    if not rows:
        return None
    start = 0
    if len(rows[0]) < 3:
        start = next((at for at, row in enumerate(rows) if len(row) > 2), 0)
    return Header(names=tuple(rows[start]), skip=start)


def _open(path: Path) -> IO[bytes]:
    if path.suffix.lower() == ".gz":
        return gzip.open(path, "rb")  # type: ignore[return-value]
    return path.open("rb")


def members(path: Path) -> list[tuple[str, int, Header]]:
    """The CSV members of a zip: name, size, header. Raises DataError where it is no zip."""
    found = []
    try:
        with zipfile.ZipFile(path) as archive:
            for info in archive.infolist():
                if info.filename.lower().endswith(".csv"):
                    with archive.open(info) as file:
                        header = header_of(file.read(_LOOKED_AT))
                    if header:
                        found.append((info.filename, info.file_size, header))
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, EOFError):
        raise DataError(f"{path.name} cannot be read as a zip. Download it again.") from None
    return found


def unpack(path: Path, member: str, folder: Path) -> Path:
    """One member of a zip as a file in ``folder``; its name never decides where it lands."""
    target = folder / "member.csv"
    try:
        with zipfile.ZipFile(path) as archive:
            if archive.getinfo(member).file_size > LARGEST_UNPACKED:
                raise DataError(f"{path.name} holds a table larger than any postcode directory. It was not unpacked.")
            with archive.open(member) as source, target.open("wb") as out:
                shutil.copyfileobj(_Limited(source), out, 1 << 20)
    except (zipfile.BadZipFile, OSError, RuntimeError, EOFError):
        raise DataError(f"{path.name} cannot be unpacked. Download it again.") from None
    return target


class _Limited:
    """A stream that ends in an error where more comes out than the zip said."""

    def __init__(self, source: IO[bytes]) -> None:
        self._source, self._left = source, LARGEST_UNPACKED

    def read(self, size: int = -1) -> bytes:
        piece = self._source.read(size)
        self._left -= len(piece)
        if self._left < 0:
            raise OSError("too large")
        return piece


@contextmanager
def connection(folder: Path | None = None) -> Iterator[Any]:
    """An embedded DuckDB for reference tables alone, held to 700 MB; it spills to ``folder`` where one is given."""
    import duckdb

    opened = duckdb.connect(config={"memory_limit": _MEMORY, "threads": 2})
    try:
        if folder is not None:
            opened.execute("SET temp_directory = ?", [str(folder)])
        opened.execute("SET enable_progress_bar = false")
        yield opened
    finally:
        with suppress(duckdb.Error):
            opened.close()


def scan(opened: Any, path: Path, header: Header, select: str, rest: str = "") -> Any:
    """Rows of a text table as a relation: ``select`` speaks of columns by place, ``c0``, ``c1`` and so on."""
    names = {f"c{position}": "VARCHAR" for position in range(len(header.names))}
    columns = ", ".join(f"'{name}': '{kind}'" for name, kind in names.items())
    compression = "gzip" if path.suffix.lower() == ".gz" else "none"
    # A relation with parameters is worked out at once, whole: the path stands in the text instead, its quotes doubled.
    query = (
        f"SELECT {select} FROM read_csv({quoted(path)}, header = false, skip = {header.skip + 1}, delim = ',', "  # noqa: S608
        f"quote = '\"', escape = '\"', auto_detect = false, null_padding = true, strict_mode = false, "
        f"compression = '{compression}', "
        f"columns = {{{columns}}}) {rest}"
    )
    return opened.sql(query)


def count_rows(path: Path) -> int:
    """How many rows a table holds that lies in a folder as it was published."""
    header = sniff(path)
    if header is None:
        return 0
    with connection() as opened:
        ((count,),) = scan(opened, path, header, "count(*)").fetchall()
    return int(count)


def quoted(path: Path) -> str:
    """A path as a text of SQL."""
    return "'" + str(path).replace("'", "''") + "'"


def sha256_of(path: Path) -> str:
    """The sha256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
