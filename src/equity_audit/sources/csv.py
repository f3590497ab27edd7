"""Delimited text: comma, semicolon, tab or pipe; UTF-8, else Windows-1252; plain or .gz.

A file whose every line has the header's shape is read by the engine in one pass. Any other file is read line by
line, strictly: a malformed line is rejected with its reason and number and never shifts its neighbours.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path

from equity_audit.errors import DataError
from equity_audit.model import Intake
from equity_audit.sources import SAMPLE_RECORDS, PlainText, Source
from equity_audit.sources.encoding import decompress, transcode, wide_encoding
from equity_audit.sources.strictcsv import LONGEST_FIELD, StrictReader
from equity_audit.sources.textscan import TextScan, scan_text

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}
LOOK_BYTES = 1 << 20
WIDEST_PLAIN = 2000


def open_source(path: Path, workspace: Path) -> Source:
    """Open a delimited text file, found to be UTF-8 or brought to it. Raises DataError."""
    kind = "csv.gz" if path.suffix.lower() == ".gz" else "csv"
    plain = decompress(path, workspace) if kind == "csv.gz" else path
    encoding = wide_encoding(plain)
    if encoding:
        plain = transcode(plain, encoding, workspace)
    delimiter, header, scan = _look(plain)
    if not scan.utf8:
        plain, encoding = transcode(plain, "cp1252", workspace), "cp1252"
        delimiter, header, scan = _look(plain)
    sample = tuple(tuple(row) for row in _first_rows(plain, delimiter, len(header)))

    receipt = {"format": kind, "encoding": encoding or "utf-8", "delimiter": DELIMITERS[delimiter]}
    reader = StrictReader(plain, delimiter, len(header))
    text = PlainText(
        path=plain, delimiter=delimiter, width=len(header), records=scan.records,
        intake=Intake(records_read=scan.records, records_audited=scan.records, **receipt),
    )
    return Source(
        header=header,
        sample=sample,
        batches=reader.batches,
        receipt=lambda held: _strict_receipt(reader, held, receipt),
        plain=text if scan.regular and len(header) <= WIDEST_PLAIN else None,
    )


def _look(path: Path) -> tuple[str, tuple[str, ...], TextScan]:
    with path.open("rb") as file:
        start = file.read(LOOK_BYTES)
    text = start.decode("utf-8-sig", errors="replace")
    if not text.strip("\r\n\0 "):
        raise DataError("The extract holds no text. Export it again.")
    delimiter = _find_delimiter(text)
    header = tuple(name.strip().lstrip("\ufeff") for name in _rows(text, delimiter, 1)[0])
    return delimiter, header, scan_text(path, delimiter, len(header))


def _find_delimiter(text: str) -> str:
    """The delimiter that splits the header, and the lines after it, most and most evenly."""

    def score(delimiter: str) -> tuple[float, int]:
        rows = _rows(text, delimiter, 20)
        width = len(rows[0])
        even = sum(len(row) == width for row in rows) / len(rows)
        return (even if width > 1 else -1.0, width)

    return max(DELIMITERS, key=score)


def _rows(text: str, delimiter: str, most: int) -> list[list[str]]:
    rows: list[list[str]] = []
    csv.field_size_limit(LONGEST_FIELD)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for row in reader:
            if row:
                rows.append(row)
            if len(rows) == most:
                break
    except csv.Error:
        # A field that never ends; what was seen before it decides, and strict reading will name it.
        pass
    if not rows:
        raise DataError(
            f"The first line of the extract holds a field longer than {LONGEST_FIELD:,} characters. "
            "It needs one header row of column names."
        )
    return rows


def _first_rows(path: Path, delimiter: str, width: int) -> list[list[str | None]]:
    reader = StrictReader(path, delimiter, width)
    rows: list[list[str | None]] = []
    for row in reader:
        rows.append(row)
        if len(rows) == SAMPLE_RECORDS:
            break
    return rows


def _strict_receipt(reader: StrictReader, held: int, receipt: dict[str, str]) -> Intake:
    rejections = reader.rejections()
    # Independent of the parser: every line of the file belongs to one record, one rejection, or is blank.
    if held != reader.accepted or not reader.accounts_for_every_line():
        raise DataError(
            "The records of the extract could not be accounted for: read, audited and rejected do not add up. "
            "Nothing was written. Please report this, with the kind of program that exported the file."
        )
    remarks = (f"{reader.blank_lines:,} blank lines were passed over",) if reader.blank_lines else ()
    read = held + sum(rejection.records for rejection in rejections)
    return Intake(records_read=read, records_audited=held, rejections=rejections, remarks=remarks, **receipt)
