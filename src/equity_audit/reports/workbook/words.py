"""Names and dates as a reader outside the data team would write them."""

from __future__ import annotations

import re
from datetime import datetime

from equity_audit.model import Report
from equity_audit.narrative import SHORTHAND, table_of

WATERMARK = "contains unsuppressed counts, not for publication"
HEADERS = {
    "imd_quintile": "IMD quintile",
    "ethnic_group": "Ethnic group",
    "sex": "Sex",
    "age_band": "Age band (years)",
    "month": "Month",
    "site": "Site code",
}
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
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


def label_of(dimension: str, label: str) -> str:
    """A row label; months are written out."""
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
    """The months with a fair number of records, first to last; the day of the audit where the extract has no dates."""
    table = table_of(report, None, "month", unit="records")
    counts = {row.labels[0]: row.numerator.value or 0 for row in table.rows} if table else {}
    # A stray date (1962, 2094) must not stretch the period: a month counts from a tenth of the fullest one on.
    months = sorted(
        label
        for label, records in counts.items()
        if month_words(label) != label and records and records >= max(counts.values()) / 10
    )
    if not months:
        return f"audited on {day_words(report.run.finished)}"
    first, last = month_words(months[0]), month_words(months[-1])
    return first if first == last else f"{first} to {last}"


def titled(report: Report, what: str) -> str:
    """A sheet title: what, who and when."""
    return f"{what}, {report.run.label}, {period_of(report)}"


def watermark_lines(report: Report) -> tuple[str, ...]:
    """The line that every sheet of an unsuppressed workbook carries."""
    if not report.exact:
        return ()
    name = report.internal_name or "internal use"
    return (f"For {name}: {WATERMARK}.",)


def is_watermark(line: str) -> bool:
    """Whether a line is the watermark, which is shown bold and red."""
    return line.endswith(f": {WATERMARK}.")


def shorthand_line(markers: tuple[str, ...]) -> tuple[str, ...]:
    """What the shorthand in a table means."""
    if not markers:
        return ()
    return ("Shorthand: " + "; ".join(f"[{marker}] means {SHORTHAND[marker]}" for marker in markers) + ".",)
