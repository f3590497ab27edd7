"""Names and dates as a reader outside the data team would write them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from equity_audit.fields import FIELDS
from equity_audit.model import Report
from equity_audit.narrative import SHORTHAND, table_of
from equity_audit.reference.recognise import KINDS
from equity_audit.reports.json import INTERNAL, UNSUPPRESSED, watermark_line

HEADERS = {
    "imd_quintile": "IMD quintile",
    "ethnic_group": "Ethnic group",
    "sex": "Sex",
    "age_band": "Age band (years)",
    "month": "Month",
    "site": "Site code",
    "specialty": "Specialty code",
    "core20": "Core20 (most deprived fifth)",
    "residence": "Nation of residence",
    "imd_quintile_compared": "IMD quintile by the other edition",
    "admission_route": "Admission route",
}
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_QUARTER = re.compile(r"(\d{4}) Q\d \((\w+ to \w+)\)")
_LONGEST = 32_767  # characters of a cell
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def clean(text: str) -> str:
    """Text that XML and a cell can hold: no control characters, no space at the ends, never empty, never too long."""
    return _CONTROL.sub("", text).strip()[:_LONGEST].strip() or "blank"


def header_of(dimension: str) -> str:
    """A dimension's name as a column header."""
    return HEADERS.get(dimension, dimension.replace("_", " ").capitalize())


def columns_used(report: Report) -> str:
    """Which column of the extract gives what, in words: a column's own name is the only one a reader may not know."""
    told = (f"{_field_words(field)}: {column}" for field, column in sorted(report.run.mapping.columns.items()))
    return f"Columns used. {'; '.join(told)}."


def _field_words(field: str) -> str:
    meaning = FIELDS[field].meaning if field in FIELDS else field.replace("_", " ").capitalize()
    return re.split(r" \(|;|, (?:any|where|OPCS|ICD|1 =)", meaning)[0]


def reference_words(entry: Mapping[str, Any]) -> str:
    """Which table a figure was looked up in."""
    kind = str(entry.get("kind"))
    return f"Looked up in: {KINDS.get(kind, kind)} {entry.get('edition')}, SHA-256 {entry.get('sha256')}."


def label_of(dimension: str, label: str) -> str:
    """A row label; months and quarters are written out."""
    quarter = _QUARTER.fullmatch(label)
    if quarter:
        return f"{quarter[2]} {quarter[1]}"
    return month_words(label) if dimension == "month" else label


def month_words(label: str) -> str:
    """``2025-12`` as ``December 2025``; anything else as it is."""
    year, _, month = label.partition("-")
    if year.isdigit() and month.isdigit() and 1 <= int(month) <= 12:
        return f"{_MONTHS[int(month) - 1]} {year}"
    return label


def day_words(moment: str) -> str:
    """An ISO date or time as ``31 December 2025``."""
    when = datetime.fromisoformat(moment)
    return f"{when.day} {_MONTHS[when.month - 1]} {when.year}"


def period_of(report: Report) -> str:
    """First to last month audited; the month of the census of a waiting list; the day of the audit if nothing is dated."""
    months = _run_of_months(_month_counts(report)) or list(report.census_months)
    if not months:
        return f"audited on {day_words(report.run.finished)}"
    first, last = month_words(months[0]), month_words(months[-1])
    return first if first == last else f"{first} to {last}"


def outside_period(report: Report) -> str:
    """From when to when records are dated beyond the months of the title; blank where none is."""
    counts = _month_counts(report)
    told = set(_run_of_months(counts))
    stray = [month for month in counts if month not in told]
    if not stray:
        return ""
    before, after = [m for m in stray if m < min(told)], [m for m in stray if m > max(told)]
    ends = [f"as early as {month_words(before[0])}"] if before else []
    ends += [f"as late as {month_words(after[-1])}"] if after else []
    return f"Some records are dated {' and '.join(ends)}."


def _month_counts(report: Report) -> dict[str, float | None]:
    """Released records by month, in order: None where a count is hidden, which its row says of it."""
    table = table_of(report, None, "month", unit="records")
    rows = {row.labels[0]: row.numerator.value for row in table.rows} if table else {}
    return {label: rows[label] for label in sorted(rows) if month_words(label) != label and rows[label] != 0}


def _run_of_months(counts: Mapping[str, float | None]) -> list[str]:
    """The months audited: those with a tenth of the fullest, and all without a break before and after them.

    A stray date (1962, 2094) must not stretch the period; a month with few records, hidden or not, belongs to it.
    Where every count is hidden nothing tells a stray date apart, and all months count.
    """
    fullest = max((records or 0 for records in counts.values()), default=0)
    if not fullest:
        return list(counts)
    full = [_month_number(label) for label, records in counts.items() if (records or 0) >= fullest / 10]
    there = {_month_number(label) for label in counts}
    first, last = full[0], full[-1]
    while first - 1 in there:
        first -= 1
    while last + 1 in there:
        last += 1
    return [label for label in counts if first <= _month_number(label) <= last]


def _month_number(label: str) -> int:
    year, _, month = label.partition("-")
    return 12 * int(year) + int(month)


def titled(report: Report, what: str) -> str:
    """A sheet title: what, who and when."""
    return f"{what}, {report.run.label}, {period_of(report)}"


def watermark_lines(report: Report) -> tuple[str, ...]:
    """The line that every sheet of a workbook carries that is not for publication."""
    line = watermark_line(report)
    return (line,) if line else ()


def is_watermark(line: str) -> bool:
    """Whether a line is the watermark, which is shown bold and red."""
    return line.endswith((f": {UNSUPPRESSED}.", f": {INTERNAL}.", f"F{INTERNAL[1:]}."))


def shorthand_line(markers: tuple[str, ...]) -> tuple[str, ...]:
    """What the shorthand in a table means."""
    if not markers:
        return ()
    return ("Shorthand: " + "; ".join(f"[{marker}] means {SHORTHAND[marker]}" for marker in markers) + ".",)
