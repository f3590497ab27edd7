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
from typing import TYPE_CHECKING

from equity_audit.model import Rejection
from equity_audit.sources.textscan import count_lines

if TYPE_CHECKING:
    import pyarrow as pa

LONGEST_FIELD = 1 << 20
BATCH = 20_000
LINES_NAMED = 5


class StrictReader:
    """Iterates over the well-formed records of a UTF-8 file, header left out, and keeps account of the rest."""

    def __init__(self, path: Path, delimiter: str, width: int) -> None:
        self._path, self._delimiter, self._width = path, delimiter, width
        self.accepted = 0
        self.blank_lines = 0
        self._accounted = 0
        self._rejected: dict[str, list[int]] = defaultdict(list)

    def rejections(self) -> tuple[Rejection, ...]:
        """Reasons with their counts and the first line numbers, commonest first."""
        ordered = sorted(self._rejected.items(), key=lambda item: (-len(item[1]), item[0]))
        return tuple(
            Rejection(reason=reason, records=len(lines), lines=tuple(lines[:LINES_NAMED])) for reason, lines in ordered
        )

    def accounts_for_every_line(self) -> bool:
        """Whether the lines of all records, rejections and blanks are the lines of the file, counted from its bytes."""
        return self._accounted == count_lines(self._path)

    def __iter__(self) -> Iterator[list[str | None]]:
        csv.field_size_limit(LONGEST_FIELD)
        header_seen = False
        with self._path.open("r", encoding="utf-8-sig", newline="") as file:
            for line_number, lines, row, fault in _records(file, self._delimiter):
                self._accounted += len(lines)
                if fault is None and not row:
                    self.blank_lines += 1
                elif not header_seen:
                    header_seen = True
                elif fault or (fault := self._fault(row)):
                    self._rejected[fault].append(line_number)
                else:
                    self.accepted += 1
                    yield [value or None for value in row]

    def _fault(self, row: list[str]) -> str | None:
        if len(row) < self._width:
            return "fewer fields than the header"
        if len(row) > self._width:
            return "more fields than the header"
        if any("\0" in value for value in row):
            return "holds a NUL character"
        return None

    def batches(self, columns: Mapping[str, int]) -> Iterator[pa.RecordBatch]:
        """The named columns (by position) of the well-formed records, as batches of text."""
        import pyarrow as pa

        names, positions = list(columns), list(columns.values())
        rows = iter(self)
        while block := list(islice(rows, BATCH)):
            arrays = [pa.array([row[position] for row in block], pa.string()) for position in positions]
            yield pa.RecordBatch.from_arrays(arrays, names=names)


def _records(file: Iterator[str], delimiter: str) -> Iterator[tuple[int, list[str], list[str], str | None]]:
    """Each record as (number of its first line, its lines, its fields, what is wrong with it)."""
    waiting: deque[str] = deque()
    taken: list[str] = []

    def feed() -> Iterator[str]:
        while True:
            line = waiting.popleft() if waiting else next(file, None)
            if line is None:
                return
            taken.append(line)
            yield line

    number = 1
    reader = csv.reader(feed(), delimiter=delimiter, strict=True)
    while True:
        taken.clear()
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            waiting.extendleft(reversed(taken[1:]))
            yield number, taken[:1], [], _reason(error)
            number += 1
            reader = csv.reader(feed(), delimiter=delimiter, strict=True)
            continue
        yield number, list(taken), row, None
        number += len(taken)


def _reason(error: csv.Error) -> str:
    # The parser's own words are few and hold no value, but they are not plain English.
    text = str(error)
    if "field larger" in text:
        return f"a field longer than {LONGEST_FIELD:,} characters, or a quote that is never closed"
    if "unexpected end" in text:
        return "a quote that is never closed"
    return "a quote in the wrong place"
