"""Line by line, strictly: what is malformed is rejected alone, with its reason and its line number.

An unclosed quote would swallow every line up to the next quote; here only the line that opened it is rejected,
and reading goes on with the line after it.
"""

from __future__ import annotations

import csv
from collections import defaultdict, deque
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from equity_audit.model import Rejection

if TYPE_CHECKING:
    import pyarrow as pa

LONGEST_FIELD = 1 << 20
BATCH = 20_000
LINES_NAMED = 5
MORE_FIELDS = "more fields than the header"
REPEATS_HEADER = "repeats the header"
LONG_FIELD = f"a field longer than {LONGEST_FIELD:,} characters"


class Record(NamedTuple):
    """One record: its lines as they stand in the file, its fields, and what is wrong with it."""

    lines: list[str]
    fields: list[str]
    fault: str | None


def _has_bare_quote(record: Record) -> bool:
    """Whether a value holds a quote though it is not quoted: data as they stand (5" x 6"), or a line that was damaged."""
    odd = [value for value in record.fields if '"' in value]
    if not odd:
        return False
    text = "".join(record.lines)
    return any('"{}"'.format(value.replace('"', '""')) not in text for value in odd)


class Account:
    """Keeps account of records taken one after the other: accepted, rejected and why, blank, and every line."""

    def __init__(self, width: int, header: str | None = None) -> None:
        self._width = width
        self._header = header  # its lines as they stand, without the last end: repeated, it is no record
        self.accepted = self.blank = self.lines = 0
        self.elsewhere = 0  # records before this one that were counted without being taken one by one
        self.bare = 0  # accepted records with a quote inside a value that is not quoted
        self.bare_lines: list[int] = []
        self.rejected_positions: list[int] = []  # places in the file, the header not counted
        self._rejected: dict[str, list[int]] = defaultdict(list)

    def takes(self, record: Record) -> bool:
        """Whether the record is accepted (the header is, too)."""
        line_number = self.lines + 1
        self.lines += len(record.lines)
        if record.fault is None and not record.fields:
            self.blank += 1
            return False
        fault = record.fault or self._fault(record)
        if fault:
            self._rejected[fault].append(line_number)
            self.rejected_positions.append(self.elsewhere + self.accepted + len(self.rejected_positions))
            return False
        self.accepted += 1
        if _has_bare_quote(record):
            self.bare += 1
            if self.bare <= LINES_NAMED:
                self.bare_lines.append(line_number)
        return True

    def _fault(self, record: Record) -> str | None:
        fields = record.fields
        if len(fields) < self._width:
            return "fewer fields than the header"
        if len(fields) > self._width:
            return MORE_FIELDS
        if any("\0" in value for value in fields):
            return "holds a NUL character"
        return REPEATS_HEADER if self._repeats_header(record) else None

    def _repeats_header(self, record: Record) -> bool:
        if self._header is None or not self.accepted + self.elsewhere:
            return False
        # Files joined end to end keep the byte order mark of each.
        return "".join(record.lines).removeprefix("\ufeff").rstrip("\r\n") == self._header

    @property
    def rejected(self) -> int:
        """Records rejected so far."""
        return len(self.rejected_positions)

    def rejections(self) -> tuple[Rejection, ...]:
        """Reasons with their counts and the first line numbers, commonest first."""
        ordered = sorted(self._rejected.items(), key=lambda item: (-len(item[1]), item[0]))
        return tuple(
            Rejection(reason=reason, records=len(lines), lines=tuple(lines[:LINES_NAMED])) for reason, lines in ordered
        )


def records_of(lines: Iterator[str], more: Iterator[str], delimiter: str) -> Iterator[Record]:
    """Each record of ``lines``; ``more`` is drawn on only to finish a record that they leave open."""
    csv.field_size_limit(LONGEST_FIELD)
    waiting: deque[str] = deque()
    taken: list[str] = []
    # A line that was read from inside a quote in vain would be again: without this, broken quotes cost a pass each.
    first = known_to = 0
    known = ""

    def feed() -> Iterator[str]:
        while True:
            if taken and first + len(taken) < known_to:
                raise _ReadInVainBefore
            line = waiting.popleft() if waiting else next(lines, None)
            if line is None and taken:
                line = next(more, None)
            if line is None:
                return
            taken.append(line)
            yield line

    reader = csv.reader(feed(), delimiter=delimiter, strict=True)
    while True:
        taken.clear()
        try:
            fields = next(reader)
        except StopIteration:
            return
        except (csv.Error, _ReadInVainBefore) as error:
            waiting.extendleft(reversed(taken[1:]))
            reason = _reason(error) if isinstance(error, csv.Error) else known
            if first + len(taken) > known_to:
                known_to, known = first + len(taken), reason
            yield Record(taken[:1], [], reason)
            first += 1
            reader = csv.reader(feed(), delimiter=delimiter, strict=True)
            continue
        yield Record(list(taken), fields, None)
        first += len(taken)


class _ReadInVainBefore(Exception):  # noqa: N818 - a signal to ourselves, not an error
    pass


def _reason(error: csv.Error) -> str:
    # The parser's own words are few and hold no value, but they are not plain English.
    text = str(error)
    if "field larger" in text:
        return f"{LONG_FIELD}, or a quote that is never closed"
    if "unexpected end" in text:
        return "a quote that is never closed"
    return "a quote in the wrong place"


class StrictReader:
    """Iterates over the well-formed records of a UTF-8 file, header left out; ``account`` holds the rest."""

    def __init__(self, path: Path, delimiter: str, width: int) -> None:
        self._path, self._delimiter, self._width = path, delimiter, width
        self.account = Account(width)

    def __iter__(self) -> Iterator[list[str | None]]:
        self.account = Account(self._width)
        header_seen = False
        with self._path.open("r", encoding="utf-8-sig", newline="") as file:
            for record in records_of(iter(file), iter(()), self._delimiter):
                if self.account.takes(record):
                    if header_seen:
                        yield [value or None for value in record.fields]
                    header_seen = True

    def batches(self, columns: Mapping[str, int]) -> Iterator[pa.RecordBatch]:
        """The named columns (by position) of the well-formed records, as batches of text."""
        import pyarrow as pa

        names, positions = list(columns), list(columns.values())
        rows = iter(self)
        while block := list(islice(rows, BATCH)):
            arrays = [pa.array([row[position] for row in block], pa.string()) for position in positions]
            yield pa.RecordBatch.from_arrays(arrays, names=names)
