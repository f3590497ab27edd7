"""Where records are lost on the way to a quintile: from all records, step by step, to those that are linked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from equity_audit.charts import canvas
from equity_audit.model import Cell

_STEP = 38


@canvas.styled
def draw(
    whole: int,
    losses: Sequence[tuple[str, Cell]],
    kept: tuple[str, Cell],
    story: canvas.Story,
    width: int = canvas.WIDE,
) -> str:
    """``whole`` is the sum of the released classes; a hidden class has its marker in place of a bar."""
    figure, axes = canvas.paper(width, _STEP * (len(losses) + 2) + 4, left=2, right=72, top=2, bottom=6)
    axes.axis("off")
    axes.set_xlim(0, max(whole, 1))
    axes.set_ylim(len(losses) + 1.5, -0.5)
    _bar(axes, 0, "All records", 0, whole, f"{whole:,}", canvas.DARK_BLUE)
    rest = whole
    for place, (label, cell) in enumerate(losses, 1):
        if cell.value is None:
            _bar(axes, place, label, rest, 0, f"[{cell.marker}]", canvas.MARK)
        else:
            rest -= int(cell.value)
            _bar(axes, place, label, rest, int(cell.value), f"−{cell.value:,}", canvas.MARK)
    label, cell = kept
    number = f"{cell.value:,}" if cell.value is not None else f"[{cell.marker}]"
    _bar(axes, len(losses) + 1, label, 0, int(cell.value or 0), number, canvas.BLUE)
    return canvas.finish(figure, story, width)


def _bar(axes: Any, place: int, label: str, start: int, length: int, number: str, colour: str) -> None:
    if length:
        axes.barh(place + 0.22, length, left=start, height=0.36, color=colour)
    canvas.beside(
        axes,
        label,
        (0, place - 0.2),
        (0, 0),
        xycoords=("axes fraction", "data"),
        color=canvas.TEXT,
        verticalalignment="center",
    )
    canvas.beside(
        axes,
        number,
        (1, place + 0.22),
        (6, 0),
        xycoords=("axes fraction", "data"),
        color=canvas.TEXT,
        verticalalignment="center",
        fontweight="bold",
    )
