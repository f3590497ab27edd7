"""What a page is made of. Sections say what is on it; the template alone knows how it looks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from markupsafe import Markup

from equity_audit.charts.canvas import NARROW, WIDE
from equity_audit.model import Cell
from equity_audit.narrative import SHORTHAND, shown_percent


@dataclass(frozen=True, kw_only=True)
class Text:
    """A paragraph, or with ``items`` a list; ``tone`` is ``quiet``, ``note`` or ``strong``."""

    words: str = ""
    items: tuple[str, ...] = ()
    tone: str = ""
    kind: str = "text"


@dataclass(frozen=True, kw_only=True)
class Chart:
    """One finding drawn twice, for a page and for a telephone; only one of the two is ever shown."""

    name: str
    title: str
    subtitle: str
    wide: Markup
    narrow: Markup
    note: str = ""
    kind: str = "chart"


@dataclass(frozen=True, kw_only=True)
class Table:
    """A data table. ``numeric`` says which columns are right-aligned; the first column heads its row.

    ``folded`` tables open on demand; those of the ``annex`` are not printed.
    """

    name: str
    caption: str
    columns: tuple[str, ...]
    numeric: tuple[bool, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...] = ()
    folded: bool = False
    annex: bool = False
    kind: str = "table"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """A sentence of the box at the top, its first words apart, with the verdict on it in words beside it."""

    sentence: str
    lead: str = ""
    verdict: str = ""
    level: str = ""


@dataclass(frozen=True, kw_only=True)
class Section:
    """A heading with what stands under it; one for the screen alone is not printed."""

    name: str
    heading: str
    blocks: tuple[Text | Chart | Table, ...]
    screen_only: bool = False


def chart(name: str, title: str, subtitle: str, draw: Callable[[int], str], note: str = "") -> Chart:
    """Draw both sizes. The one place where text is taken for markup: it is our own charts' output, escaped there."""
    wide, narrow = (Markup(draw(width)) for width in (WIDE, NARROW))  # noqa: S704
    return Chart(name=name, title=title, subtitle=subtitle, wide=wide, narrow=narrow, note=note)


def count(cell: Cell) -> str:
    """A released whole number with thousands commas, or its marker."""
    return f"[{cell.marker}]" if cell.value is None else f"{cell.value:,}"


def share(cell: Cell) -> str:
    """A released share as a percentage with one decimal, or its marker."""
    return f"[{cell.marker}]" if cell.value is None else shown_percent(cell.value)


def interval(lower: Cell, upper: Cell) -> str:
    """Both ends, or the marker that stands for both."""
    hidden = [end.marker for end in (lower, upper) if end.value is None and end.marker != "low"]
    return f"[{hidden[0]}]" if hidden else f"{share(lower)} to {share(upper)}"


def marks_in(rows: tuple[tuple[str, ...], ...]) -> tuple[str, ...]:
    """A line for each marker that a table uses, saying what it means."""
    used = {text for row in rows for text in row}
    return tuple(
        f"[{marker}]: {meaning}."
        for marker, meaning in SHORTHAND.items()
        if any(f"[{marker}]" in text for text in used)
    )
