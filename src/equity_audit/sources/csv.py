"""Delimited text: comma, semicolon, tab or pipe; UTF-8, else Windows-1252; plain or .gz.

The engine reads well-formed lines in one pass; a malformed line is found first, rejected with its reason and number,
and never shifts its neighbours.
"""

from __future__ import annotations

import csv
import io
from itertools import islice
from pathlib import Path

from equity_audit.errors import DataError
from equity_audit.model import Intake
from equity_audit.sources import SAMPLE_RECORDS, PlainText, Source
from equity_audit.sources.encoding import decompress, transcode, wide_encoding
from equity_audit.sources.preflight import Preflight, preflight
from equity_audit.sources.strictcsv import LONGEST_FIELD, StrictReader

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}
LOOK_BYTES = 1 << 20
WIDEST_PLAIN = 2000


def open_source(path: Path, workspace: Path) -> Source:
    """Open a delimited text file, found to be UTF-8 or brought to it. Raises DataError."""
    kind = "csv.gz" if path.suffix.lower() == ".gz" else "csv"
    text = decompress(path, workspace) if kind == "csv.gz" else path
    encoding = wide_encoding(text)
    if encoding:
        text = transcode(text, encoding, workspace)
    delimiter, header = _look(text)
    checked = preflight(text, delimiter, len(header), workspace)
    if checked is None:
        text, encoding = transcode(text, "cp1252", workspace), "cp1252"
        delimiter, header = _look(text)
        checked = preflight(text, delimiter, len(header), workspace)
    assert checked is not None  # noqa: S101 - what transcode wrote is UTF-8
    intake = _intake(checked, format=kind, encoding=encoding or "utf-8", delimiter=DELIMITERS[delimiter])
    reader = StrictReader(checked.path, delimiter, len(header))
    plain = PlainText(
        path=checked.path, delimiter=delimiter, width=len(header), records=checked.records, intake=intake
    )
    return Source(
        header=header,
        sample=tuple(tuple(row) for row in islice(reader, SAMPLE_RECORDS)),
        batches=StrictReader(checked.path, delimiter, len(header)).batches,
        receipt=lambda held: _receipt(intake, held),
        plain=plain if len(header) <= WIDEST_PLAIN else None,
        records=intake.records_read,
    )


def _intake(checked: Preflight, **receipt: str) -> Intake:
    remarks = (f"{checked.blank_lines:,} blank lines were passed over",) if checked.blank_lines else ()
    rejected = sum(rejection.records for rejection in checked.rejections)
    return Intake(
        records_read=checked.records + rejected, records_audited=checked.records, rejections=checked.rejections,
        remarks=remarks, **receipt,
    )  # fmt: skip


def _receipt(intake: Intake, held: int) -> Intake:
    # What arrived against what was counted from the bytes of the file, before any engine read it.
    if held != intake.records_audited:
        raise DataError(
            f"The records of the extract could not be accounted for: {intake.records_audited:,} were counted in the file, "
            f"{held:,} could be read. Nothing was written. Please report this, with the program that exported the file."
        )
    return intake


def _look(path: Path) -> tuple[str, tuple[str, ...]]:
    with path.open("rb") as file:
        start = file.read(LOOK_BYTES)
    text = start.decode("utf-8-sig", errors="replace")
    if not text.strip("\r\n\0 "):
        raise DataError("The extract holds no text. Export it again.")
    delimiter = _find_delimiter(text)
    header = tuple(name.strip().lstrip("\ufeff") for name in _rows(text, delimiter, 1)[0])
    return delimiter, header


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
