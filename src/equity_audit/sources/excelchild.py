"""The child process that reads a workbook: ``python -m equity_audit.sources.excelchild BOOK COPY SHEET``.

Writes the sheet as CSV and prints a receipt as JSON. It never prints a cell's value, and runs under limits of
memory and time, since a small crafted workbook can ask for any amount of either.
"""

from __future__ import annotations

import csv
import datetime
import json
import re
import sys
import zipfile
from collections.abc import Iterator
from typing import Any

from equity_audit.sources.strictcsv import LINES_NAMED, LONG_FIELD, LONGEST_FIELD, MORE_FIELDS, REPEATS_HEADER

MEMORY = 3 * 2**30
CPU_SECONDS = 600
MOST_ROWS = 1_048_576
LARGEST_RATIO = 200
RATIO_APPLIES_ABOVE = 256 * 2**20
LONGEST_ROW = 64 * 2**20
_VALUE = re.compile(rb"<(?:\w+:)?(?:v|t)(?:\s[^>]*)?>(?:[^<]|<!\[CDATA\[)")


def main(book: str, copy: str, wanted: str) -> dict[str, Any]:
    """Copy a sheet to CSV; the receipt says which, its header, and rows counted from the XML."""
    from openpyxl import load_workbook

    _refuse_bomb(book)
    workbook = load_workbook(book, read_only=True, data_only=True, keep_links=False)
    names = [sheet.title for sheet in workbook.worksheets]
    if wanted and wanted not in names:
        return {"error": "sheet"}
    if not names:
        return {"error": "empty"}
    sheet = workbook[wanted or names[0]]
    # The size a workbook claims for itself may be wrong in either direction.
    sheet.reset_dimensions()
    part = sheet._worksheet_path.lstrip("/")
    if _row_elements(book, part) > MOST_ROWS:
        return {"error": "unreadable"}  # no program that keeps to the format can have written it
    rows = _count_rows(book, part)
    header: list[str] = []
    blank_rows = empty_texts = records = 0
    positions: list[int] = []  # places of rejected records among all, from 1
    rejected: dict[str, list[int]] = {}
    with open(copy, "w", encoding="utf-8", newline="") as file:  # noqa: PTH123 - one plain file
        writer = csv.writer(file)
        for number, cells in enumerate(sheet.iter_rows(values_only=True), start=1):
            row = [_text(value) for value in cells]
            if not any(row):
                blank_rows += bool(header)
                empty_texts += any(value is not None for value in cells)  # the XML count sees these as filled
                continue
            while row and not row[-1]:
                row.pop()
            if not header:
                header = row
                writer.writerow(header)
                continue
            records += 1
            fault = _fault(row, header)
            if fault:
                positions.append(records)
                rejected.setdefault(fault, []).append(number)
            else:
                writer.writerow(row + [""] * (len(header) - len(row)))
    if not header:
        return {"error": "empty"}
    return {
        "sheet": sheet.title, "header": header, "rows": rows - empty_texts, "blank_rows": blank_rows,
        "rejected_positions": positions,
        "rejections": [(reason, len(numbers), numbers[:LINES_NAMED]) for reason, numbers in rejected.items()],
    }  # fmt: skip


def _fault(row: list[str], header: list[str]) -> str | None:
    if len(row) > len(header):
        return MORE_FIELDS
    if row == header:
        return REPEATS_HEADER  # sheets pasted below one another
    return LONG_FIELD if any(len(value) > LONGEST_FIELD for value in row) else None


def _text(value: object) -> str:
    """A cell as the text it would have in an export: whole numbers without a point, dates as ISO."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime.datetime):
        plain_date = value.time() == datetime.time()
        return value.date().isoformat() if plain_date else value.isoformat(sep=" ", timespec="seconds")
    return str(value).replace("\0", "")


def _refuse_bomb(book: str) -> None:
    with zipfile.ZipFile(book) as package:
        stored = sum(part.compress_size for part in package.infolist())
        swollen = sum(part.file_size for part in package.infolist())
    if swollen > max(RATIO_APPLIES_ABOVE, LARGEST_RATIO * stored):
        raise ValueError


def _row_elements(book: str, part: str) -> int:
    # Far quicker than looking at what is in them.
    with zipfile.ZipFile(book) as package, package.open(part) as xml:
        return sum(chunk.count(b"<row ") + chunk.count(b":row ") for chunk in iter(lambda: xml.read(1 << 20), b""))


def _count_rows(book: str, part: str) -> int:
    """Rows with at least one value, counted in the sheet's XML without the library that read the cells."""
    return sum(1 for row in _row_fragments(book, part) if _VALUE.search(row))


def _row_fragments(book: str, part: str) -> Iterator[bytes]:
    rest = b""
    with zipfile.ZipFile(book) as package, package.open(part) as xml:
        while chunk := xml.read(1 << 20):
            *whole, rest = re.split(rb"</(?:\w+:)?row>", rest + chunk)
            yield from whole
            if len(rest) > LONGEST_ROW:
                raise ValueError
    yield rest


if __name__ == "__main__":
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    except (ImportError, ValueError, OSError):
        pass  # no such limits here; the parent's time limit still holds
    try:
        answer = main(*sys.argv[1:4])
    except BaseException:
        answer = {"error": "unreadable"}
    json.dump(answer, sys.stdout)
