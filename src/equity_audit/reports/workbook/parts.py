"""What a workbook is made of, before any file format: sheets of text, of one table, of one chart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from equity_audit.charts import spc
from equity_audit.model import Cell

Kind = Literal["text", "count", "percent", "decimal", "ratio"]
Value = str | int | float | Cell


@dataclass(frozen=True)
class Column:
    """A column of a table: its header with the unit in round brackets, what it holds, how wide it is in characters."""

    header: str
    kind: Kind = "text"
    width: int = 16


@dataclass(frozen=True, kw_only=True)
class TableSheet:
    """A sheet with one table, and plain English in column A above it."""

    tab: str
    title: str
    about: tuple[str, ...]
    name: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]
    links: bool = False
    # How many columns of labels a breakdown has; it is left out where none of its groups shows a figure.
    breakdown: int = 0


@dataclass(frozen=True, kw_only=True)
class TextSheet:
    """A sheet of headings and paragraphs in column A."""

    tab: str
    title: str
    blocks: tuple[tuple[Literal["heading", "text"], str], ...]


@dataclass(frozen=True, kw_only=True)
class ChartBar:
    """A share, and how far its interval reaches below and above it."""

    label: str
    share: float
    below: float
    above: float


@dataclass(frozen=True, kw_only=True)
class ChartSheet:
    """A sheet with one bar chart of shares, whose figures are in a table on another sheet."""

    tab: str
    title: str
    about: tuple[str, ...]
    bars: tuple[ChartBar, ...]
    axis_title: str
    description: str


@dataclass(frozen=True, kw_only=True)
class LineChartSheet(ChartSheet):
    """A sheet with one control chart: ``months`` are the rows of ``source``, whose ``lines`` (name, column) are drawn.

    The first line is the series itself, with the shape and colour that each of its points has.
    """

    source: TableSheet
    months: tuple[spc.Month, ...]
    lines: tuple[tuple[str, int], ...]


Sheet = TableSheet | TextSheet | ChartSheet


@dataclass
class NoteBook:
    """Gives notes their numbers in the order in which they are first used; ``left_out`` are titles of sheets not made."""

    texts: dict[str, str] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)

    def mark(self, text: str) -> str:
        """The marker for a note, such as ``[note 1]``."""
        if text not in self.texts:
            self.texts[text] = f"[note {len(self.texts) + 1}]"
        return self.texts[text]


def used_markers(rows: Sequence[Sequence[Value]], kind: Kind = "percent") -> tuple[str, ...]:
    """The shorthand that a table's cells use, in alphabetical order; ``kind`` is how its fractions are written."""
    cells = [value for row in rows for value in row if isinstance(value, Cell)]
    low = {"low"} if any(rounds_away(cell.value, kind) for cell in cells if isinstance(cell.value, float)) else set()
    return tuple(sorted({cell.marker for cell in cells if cell.marker} | low))


DECIMALS: dict[Kind, int] = {"text": 0, "count": 0, "percent": 3, "decimal": 1, "ratio": 2}


def rounds_away(number: float | int, kind: Kind) -> bool:
    """Whether a number that is not zero would look like zero in its column."""
    return number != 0 and round(float(number), DECIMALS[kind]) == 0
