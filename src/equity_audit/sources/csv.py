"""Delimited text: comma, semicolon, tab or pipe; UTF-8, else Windows-1252; plain or .gz.

The engine reads well-formed lines in one pass; a malformed line is found first, rejected with its reason and number,
and never shifts its neighbours.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from functools import partial
from itertools import islice
from pathlib import Path

from equity_audit.errors import DataError
from equity_audit.model import Intake
from equity_audit.sources import SAMPLE_RECORDS, PlainText, Source
from equity_audit.sources.encoding import decompress, transcode, wide_encoding
from equity_audit.sources.preflight import Preflight, preflight
from equity_audit.sources.strictcsv import LONGEST_FIELD, StrictReader, records_of

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}
LOOK_BYTES = 1 << 20
WIDEST_PLAIN = 2000
_SPECIAL = set("*?[=~")


def open_source(path: Path, workspace: Path) -> Source:
    """Open a delimited text file, found to be UTF-8 or brought to it. Raises DataError."""
    return _open(path, workspace, counted=True)


def _open(path: Path, workspace: Path, *, counted: bool) -> Source:
    kind = "csv.gz" if path.suffix.lower() == ".gz" else "csv"
    text = decompress(path, workspace) if kind == "csv.gz" else path
    encoding = wide_encoding(text)
    if encoding:
        text = transcode(text, encoding, workspace)
    delimiter, header, stands = _look(text)
    checked = preflight(text, delimiter, len(header), workspace, counted=counted, header=stands)
    if checked is None:
        text, encoding = transcode(text, "cp1252", workspace), "cp1252"
        delimiter, header, stands = _look(text)
        checked = preflight(text, delimiter, len(header), workspace, counted=counted, header=stands)
    assert checked is not None  # noqa: S101 - what transcode wrote is UTF-8
    intake = _intake(checked, format=kind, encoding=encoding or "utf-8", delimiter=DELIMITERS[delimiter])
    strict = StrictReader(checked.path, delimiter, len(header))
    plain = None
    if len(header) <= WIDEST_PLAIN and (literal := _taken_literally(checked.path, workspace)):
        plain = PlainText(
            path=literal, delimiter=delimiter, width=len(header), records=checked.records, intake=intake,
            checked=partial(_open, path, workspace, counted=False) if checked.by_count else None,
        )  # fmt: skip
    return Source(
        header=header,
        sample=tuple(tuple(row) for row in islice(StrictReader(checked.path, delimiter, len(header)), SAMPLE_RECORDS)),
        batches=strict.batches,
        receipt=lambda held: _receipt(intake, strict, held, checked.lines),
        plain=plain,
        records=intake.records_read,
    )


def _taken_literally(path: Path, workspace: Path) -> Path | None:
    """The file under a path that an engine takes as it stands, or None.

    An engine reads ``*?[`` as a pattern that may match another file, and a folder ``name=value`` as a column.
    """
    if not set(str(path)) & _SPECIAL:
        return path
    link = workspace / "extract.csv"
    link.unlink(missing_ok=True)
    try:
        link.symlink_to(path.resolve())
    except OSError:
        return None
    return None if set(str(link)) & _SPECIAL else link


def _intake(checked: Preflight, **receipt: str) -> Intake:
    blank = checked.blank_lines
    remarks = [f"{blank:,} blank {'line was' if blank == 1 else 'lines were'} passed over"] if blank else []
    if bare := checked.bare_quotes:
        lines = ", ".join(f"{line:,}" for line in checked.bare_lines) + (" …" if bare > len(checked.bare_lines) else "")
        remarks.append(
            f"{bare:,} {'record holds' if bare == 1 else 'records hold'} a quote inside a value that is not quoted "
            f"({'line' if bare == 1 else 'lines'} {lines}): read as it stands"
        )
    rejected = sum(rejection.records for rejection in checked.rejections)
    return Intake(
        records_read=checked.records + rejected, records_audited=checked.records, rejections=checked.rejections,
        remarks=tuple(remarks), rejected_positions=checked.rejected_positions, **receipt,
    )  # fmt: skip


def _receipt(intake: Intake, reader: StrictReader, held: int, lines: int) -> Intake:
    """The receipt after strict reading, which also rejects what only shows inside quotes."""
    account = reader.account
    # Independent of the parser: every line counted from the bytes belongs to one record, one rejection, or is blank.
    if held != account.accepted - 1 or account.lines != lines:
        raise DataError(
            "The records of the extract could not be accounted for: read, audited and rejected do not add up. "
            "Nothing was written. Please report this, with the kind of program that exported the file."
        )
    found = [*intake.rejections, *account.rejections()]
    together = [
        [each for each in found if each.reason == reason] for reason in dict.fromkeys(each.reason for each in found)
    ]
    rejections = tuple(
        same[0] if len(same) == 1 else replace(same[0], records=sum(each.records for each in same)) for same in together
    )
    read = held + sum(rejection.records for rejection in rejections)
    return replace(intake, records_read=read, records_audited=held, rejections=rejections)


def _look(path: Path) -> tuple[str, tuple[str, ...], str]:
    """The delimiter, the names of the columns, and the text they stand in, as in the file."""
    with path.open("rb") as file:
        start = file.read(LOOK_BYTES)
    text = start.decode("utf-8-sig", errors="replace")
    if not text.strip("\r\n\0 "):
        raise DataError("The extract holds no text. Export it again.")
    if len(start) == LOOK_BYTES and not re.search(r"[\r\n]", text):
        raise DataError(
            f"The first line of the extract is longer than {LOOK_BYTES // 2**20} MB, so it is hardly a row of column names. "
            "It needs one header row, and its lines must end in a line feed."
        )
    delimiter = _find_delimiter(text)
    records = records_of(iter(io.StringIO(text, newline="")), iter(()), delimiter)
    first = next(record for record in records if record.fields or record.fault)
    if first.fault or any("\0" in name for name in first.fields):
        # Else the first record of data would be taken for the header and be lost.
        raise DataError(
            f"The header row of the extract cannot be read: {first.fault or 'it holds a NUL character'}. "
            "It needs one row of column names, in UTF-8, with its quotes in pairs."
        )
    stands = "".join(first.lines).rstrip("\r\n")
    return delimiter, tuple(name.strip().lstrip("\ufeff") for name in first.fields), stands


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
