"""One pass over the bytes of a text file before anything parses it.

It finds the encoding by a strict check of the whole file (columns that a query leaves out are never decoded),
counts the records without the reader's help, and tells whether every line has the same shape. A file that is
not regular never reaches the fast reader.
"""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from pathlib import Path

from equity_audit.errors import DataError

CHUNK = 4 * 2**20
LONGEST_LINE = 64 * 2**20
QUOTE = b'"'


@dataclass(frozen=True, kw_only=True)
class TextScan:
    """What one pass over a UTF-8 text file found.

    ``records`` is the count of lines outside quotes, header left out; it is only meaningful where ``regular``
    (every line has as many delimiters as the header, no bare carriage return, no NUL, no blank line; a single
    column is never called regular, since its blank lines cannot be told from blank values).
    """

    records: int
    regular: bool
    utf8: bool


def scan_text(path: Path, delimiter: str, width: int) -> TextScan:
    """Scan a file that may or may not be UTF-8; stops early where it is not."""
    separator = delimiter.encode()
    kept = QUOTE + separator + b"\n\r\0"
    dropped = bytes(byte for byte in range(256) if byte not in kept)
    line = separator * (width - 1) + b"\n"
    decoder = codecs.getincrementaldecoder("utf-8")(errors="strict")
    lines, regular, inside = 0, True, False
    pending_text = False
    with path.open("rb") as file:
        while chunk := _next_chunk(file):
            if not (chunk.isascii() and not pending_text):
                try:
                    decoder.decode(chunk)
                except UnicodeDecodeError:
                    return TextScan(records=0, regular=False, utf8=False)
                pending_text = bool(decoder.getstate()[0])
            shape = chunk.translate(None, dropped)
            if inside or QUOTE in shape:
                parts = shape.split(QUOTE)
                shape = b"".join(parts[inside::2])
                inside ^= bool((len(parts) - 1) % 2)
            shape = shape.replace(b"\r\n", b"\n")
            count = shape.count(b"\n")
            if not inside and shape and not shape.endswith(b"\n"):
                shape, count = shape + b"\n", count + 1  # the last line of the file has no line end
            regular = regular and shape == line * count
            lines += count
    if pending_text:
        return TextScan(records=0, regular=False, utf8=False)
    return TextScan(records=lines - 1, regular=regular and not inside and width > 1, utf8=True)


def _next_chunk(file: object) -> bytes:
    # Chunks end at a line end, so that no line's shape is cut in two.
    chunk: bytes = file.read(CHUNK)  # type: ignore[attr-defined]
    if not chunk or chunk.endswith(b"\n"):
        return chunk
    rest: bytes = file.readline(LONGEST_LINE)  # type: ignore[attr-defined]
    if len(rest) == LONGEST_LINE and not rest.endswith(b"\n"):
        raise DataError(
            f"The extract has a line longer than {LONGEST_LINE // 2**20} MB, so it is hardly a table of records. "
            "Check that its lines end in a line feed."
        )
    return chunk + rest


def count_lines(path: Path) -> int:
    """Lines of a file as a text reader sees them: ended by LF, CR LF or CR; the last may have no end."""
    total, previous = 0, b""
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            total += chunk.count(b"\n") + chunk.count(b"\r") - chunk.count(b"\r\n")
            total -= previous == b"\r" and chunk.startswith(b"\n")
            previous = chunk[-1:]
    return total + (previous not in (b"\n", b"\r", b""))
