"""One pass over the bytes of a text file before an engine reads it.

It checks the encoding of the whole file strictly (columns that a query leaves out are never decoded), counts the
records without the engine's help, and finds the stretches whose lines do not all have the header's shape. Only
those are parsed line by line; what is malformed in them is rejected, and left out of a private clean copy.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import BinaryIO

import numpy as np

from equity_audit.errors import DataError
from equity_audit.model import Rejection
from equity_audit.sources.strictcsv import Account, records_of

CHUNK = 2**18
LONGEST_LINE = 64 * 2**20
QUOTE = b'"'
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True, kw_only=True)
class Preflight:
    """A UTF-8 text file (``path``: the original, or a clean copy) in which every record has the header's shape.

    ``by_count``: for some stretches only their delimiters were counted.
    """

    path: Path
    records: int
    lines: int
    rejections: tuple[Rejection, ...]
    blank_lines: int
    rejected_positions: tuple[int, ...]
    bare_quotes: int = 0
    bare_lines: tuple[int, ...] = ()
    by_count: bool = False


def preflight(
    path: Path, delimiter: str, width: int, workspace: Path, *, counted: bool = False, header: str | None = None
) -> Preflight | None:
    """Pass over a file once; None where it is not UTF-8. Raises DataError where its lines cannot be accounted for.

    With ``counted`` a stretch passes where its lines have the right number of delimiters together: that is three
    times as fast, and enough where a strict engine reads the file next, and the whole check follows if it refuses.
    ``header`` is its text, without the last line end: a record that repeats it, as in files joined together, is rejected.
    """
    account = Account(width, header)
    # A header of several lines is looked for by its first.
    again = re.split(r"[\r\n]", header)[0].encode() if header else None
    lines_read = lines_kept = plain_records = 0
    by_count = False
    clean: BinaryIO | None = None
    copy = workspace / "clean.csv"
    with path.open("rb") as file:
        while True:
            start = file.tell()
            chunk = _next_chunk(file)
            if not chunk:
                break
            try:
                plain = chunk.isascii()
                if not plain:
                    chunk.decode("utf-8")
                repeated = again is not None and _may_repeat(chunk, again, first=start == 0, marked=not plain)
                count = lines = _lines_by_count(chunk, delimiter, width) if counted and not repeated else None
                by_count = by_count or count is not None
                if count is None and not repeated:
                    count = _plain_lines(chunk, delimiter, width)
                if count is not None:
                    lines = lines or _lines_in(chunk)
                    account.lines += lines
                    lines_read += lines
                    lines_kept += lines
                    plain_records += count
                    account.elsewhere = plain_records
                    kept = chunk
                else:
                    kept, faultless = _parse(chunk, file, delimiter, account, first=start == 0)
                    # In a file known to be damaged, one fault may well make up for another.
                    counted = counted and faultless
                    if not faultless and clean is None:
                        clean = copy.open("wb")
                        _copy_start(path, clean, start)
            except UnicodeDecodeError:
                return None
            if count is None:
                lines_read += _lines_between(path, start, file.tell())
                lines_kept += _lines_in(kept)
            if clean is not None:
                clean.write(kept)
    if clean is not None:
        clean.close()
    if account.lines != lines_read:
        raise DataError(
            "The lines of the extract could not be accounted for: read, audited and rejected do not add up. "
            "Nothing was written. Please report this, with the kind of program that exported the file."
        )
    first = 1 if plain_records or account.accepted else 0
    return Preflight(
        path=path if clean is None else copy,
        records=plain_records + account.accepted - first,
        lines=lines_kept,
        rejections=account.rejections(),
        blank_lines=account.blank,
        rejected_positions=tuple(account.rejected_positions),
        bare_quotes=account.bare,
        bare_lines=tuple(account.bare_lines),
        by_count=by_count,
    )


def _may_repeat(chunk: bytes, again: bytes, *, first: bool, marked: bool) -> bool:
    """Whether a line of a stretch begins as the header does; where ``marked``, perhaps after a byte order mark."""
    starts = (again, BYTE_ORDER_MARK + again) if marked else (again,)
    return any(b"\n" + start in chunk for start in starts) or (not first and chunk.startswith(starts))


def _lines_by_count(chunk: bytes, delimiter: str, width: int) -> int | None:
    """How many records lines without quotes hold, if their delimiters add up and none is blank; else None.

    One line too short and another too long in one stretch pass: an engine that reads strictly refuses those.
    """
    if width < 2 or QUOTE in chunk or b"\0" in chunk or not chunk.endswith(b"\n"):
        return None
    if b"\r" in chunk and (b"\n\r\n" in chunk or chunk.count(b"\r") != chunk.count(b"\r\n")):
        return None
    if chunk[0] in b"\r\n":
        return None
    codes = np.frombuffer(chunk, np.uint8)
    ends = codes == ord("\n")
    if (ends[1:] & ends[:-1]).any():
        return None
    lines = int(np.count_nonzero(ends))
    delimiters = int(np.count_nonzero(codes == ord(delimiter)))
    return lines if delimiters == lines * (width - 1) else None


def _plain_lines(chunk: bytes, delimiter: str, width: int) -> int | None:
    """How many records a stretch of whole lines holds, or None where they do not all have the header's shape."""
    if width < 2:
        return None  # in a single column a blank line cannot be told from a blank value by its shape
    separator = delimiter.encode()
    shape = chunk.translate(None, _all_but(separator))
    if QUOTE in shape:
        parts = shape.split(QUOTE)
        if len(parts) % 2 == 0:
            return None
        shape = b"".join(parts[::2])
    shape = shape.replace(b"\r\n", b"\n")
    if not shape.endswith(b"\n"):
        shape += b"\n"  # the last line of the file has no line end
    count = shape.count(b"\n")
    return count if shape == (separator * (width - 1) + b"\n") * count else None


@cache
def _all_but(separator: bytes) -> bytes:
    kept = QUOTE + separator + b"\n\r\0"
    return bytes(byte for byte in range(256) if byte not in kept)


def _parse(chunk: bytes, file: BinaryIO, delimiter: str, account: Account, *, first: bool) -> tuple[bytes, bool]:
    """Parse a stretch strictly, to the end of the record that its last line belongs to; what is kept, and if all is."""

    def lines(data: bytes) -> Iterator[str]:
        return iter(io.StringIO(data.decode("utf-8"), newline=""))

    def more() -> Iterator[str]:
        while data := _next_line(file):
            yield from lines(data)

    kept: list[str] = []
    faultless = True
    text = chunk.removeprefix(BYTE_ORDER_MARK) if first else chunk
    for record in records_of(lines(text), more(), delimiter):
        if account.takes(record):
            end = record.lines[-1]
            whole = end.endswith("\n") or not end.endswith("\r")
            faultless = faultless and whole
            kept += record.lines if whole else [*record.lines[:-1], end[:-1] + "\n"]
        else:
            faultless = False
    return "".join(kept).encode("utf-8"), faultless


def _copy_start(path: Path, clean: BinaryIO, length: int) -> None:
    with path.open("rb") as original:
        while length and (data := original.read(min(CHUNK, length))):
            clean.write(data)
            length -= len(data)


def _next_chunk(file: BinaryIO) -> bytes:
    # Chunks end at a line end, so that no line is cut in two, nor a character.
    chunk = file.read(CHUNK)
    return chunk + _next_line(file) if chunk and not chunk.endswith(b"\n") else chunk


def _next_line(file: BinaryIO) -> bytes:
    line = file.readline(LONGEST_LINE)
    if len(line) == LONGEST_LINE and not line.endswith(b"\n"):
        raise DataError(
            f"The extract has a line longer than {LONGEST_LINE // 2**20} MB, so it is hardly a table of records. "
            "Check that its lines end in a line feed."
        )
    return line


def _lines_in(data: bytes) -> int:
    """Lines as a text reader sees them: ended by LF, CR LF or CR; the last may have no end."""
    ended = data.count(b"\n") + data.count(b"\r") - data.count(b"\r\n") if b"\r" in data else data.count(b"\n")
    return ended + (data[-1:] not in (b"\n", b"\r", b""))


def _lines_between(path: Path, start: int, end: int) -> int:
    with path.open("rb") as file:
        file.seek(start)
        return _lines_in(file.read(end - start))
