"""Bring a text extract to plain UTF-8: decompress it, find its encoding strictly, transcode it if need be."""

from __future__ import annotations

import codecs
import gzip
import shutil
import zlib
from pathlib import Path

from equity_audit.errors import DataError

CHUNK = 4 * 2**20
LARGEST_RATIO = 200
RATIO_APPLIES_ABOVE = 256 * 2**20
_UTF16 = {codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


def decompress(path: Path, workspace: Path) -> Path:
    """A decompressed private copy of a .gz file; refuses one that is broken or swells like a bomb."""
    target = workspace / "decompressed.txt"
    limit = max(RATIO_APPLIES_ABOVE, LARGEST_RATIO * path.stat().st_size)
    written = 0
    try:
        with gzip.open(path, "rb") as compressed, target.open("wb") as plain:
            while chunk := compressed.read(CHUNK):
                written += len(chunk)
                if written > limit:
                    raise DataError(
                        f"The compressed extract swells to more than {LARGEST_RATIO} times its size, as no real extract "
                        "does. Decompress it yourself and look at it."
                    )
                if shutil.disk_usage(workspace).free < 2 * CHUNK:
                    raise DataError(
                        "There is not enough disk space to decompress the extract. Free some, or set TMPDIR."
                    )
                plain.write(chunk)
    except (OSError, EOFError, zlib.error):
        raise DataError("The extract ends in .gz but is not a whole gzip file. Export or copy it again.") from None
    if written == 0:
        raise DataError("The extract is empty once decompressed. Export it again.")
    return target


def wide_encoding(path: Path) -> str | None:
    """The name of a two-byte encoding that the file's first bytes prove, else None."""
    with path.open("rb") as file:
        start = file.read(4)
    if start.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return "utf-32"
    return next((name for mark, name in _UTF16.items() if start.startswith(mark)), None)


def transcode(path: Path, encoding: str, workspace: Path) -> Path:
    """A private UTF-8 copy of a file in ``encoding``, decoded strictly. Raises DataError where it is not that."""
    target = workspace / "utf8.txt"
    try:
        with (
            path.open("r", encoding=encoding, errors="strict", newline="") as source,
            target.open("w", encoding="utf-8", newline="") as copy,
        ):
            while text := source.read(CHUNK):
                copy.write(text)
    except (UnicodeDecodeError, UnicodeError):
        line = _first_line_not_utf8(path) if encoding == "cp1252" else None
        where = f" (line {line:,} is the first that is not UTF-8)" if line else ""
        raise DataError(
            f"The text of the extract is neither UTF-8 nor Windows-1252 (cp1252){where}, so names and codes in it cannot be "
            "trusted. Export it again as UTF-8."
        ) from None
    return target


def _first_line_not_utf8(path: Path) -> int | None:
    decoder = codecs.getincrementaldecoder("utf-8")()
    line = 1
    with path.open("rb") as file:
        while True:
            chunk = file.read(CHUNK)
            try:
                decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                # What is left of the chunk before holds part of one character, so no line end.
                return line + error.object[: error.start].count(b"\n")
            if not chunk:
                return None
            line += chunk.count(b"\n")
