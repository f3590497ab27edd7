"""A share by group as dots with intervals: a solid dot differs from all others, a hollow one does not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from textwrap import fill
from typing import Any

from equity_audit.charts import canvas
from equity_audit.model import TableRow

_STEP = 34


@canvas.styled
def draw(
    rows: Sequence[TableRow],
    story: canvas.Story,
    width: int = canvas.WIDE,
    *,
    average: float | None = None,
    differs: Mapping[str, bool] | None = None,
) -> str:
    """One row a group, in the order given. Without ``differs`` nothing is claimed and every dot is hollow."""
    narrow = canvas.is_narrow(width)
    names = [fill(row.labels[0], 14 if narrow else 26) for row in rows]
    left = int(max(canvas.breadth(line) for name in names for line in name.splitlines())) + 12
    step = _STEP + 14 * max(name.count("\n") for name in names)
    figure, axes = canvas.paper(width, step * len(rows) + 60, left=left, right=52 if narrow else 150, top=26, bottom=34)
    low, high = canvas.bounds([*(end.value for row in rows for end in (row.lower, row.upper)), average])
    axes.spines["bottom"].set_visible(False)
    axes.grid(axis="x", color=canvas.RULE)
    canvas.share_axis(axes.xaxis, low, high, 2 if narrow else 6)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_yticks(range(len(rows)), names, color=canvas.TEXT)
    if average is not None:
        axes.axvline(average, color=canvas.DARK_BLUE, linestyle="--", linewidth=1.5)
        left_share, right_share = axes.get_xlim()
        place = (average - left_share) / (right_share - left_share)
        canvas.beside(
            axes,
            f"Average {canvas.percent(average)}",
            (average, 1),
            (0, 8),
            xycoords=("data", "axes fraction"),
            color=canvas.DARK_BLUE,
            fontweight="bold",
            horizontalalignment="left" if place < 0.5 else "right",
        )
    for place, row in enumerate(rows):
        solid = bool(differs and differs.get(row.labels[0]))
        if row.value.value is not None:
            axes.hlines(place, row.lower.value or 0, row.upper.value or 0, color=canvas.TEXT, linewidth=1.8)
            canvas.dot(axes, row.value.value, place, solid=solid)
        _figures(axes, place, row, narrow)
    return canvas.finish(figure, story, width)


def _figures(axes: Any, place: int, row: TableRow, narrow: bool) -> None:
    value = canvas.percent(row.value.value) if row.value.value is not None else f"[{row.value.marker}]"
    texts = [(8, value, "bold", canvas.TEXT)]
    if not narrow and row.denominator.value is not None:
        texts.append((64, f"of {row.denominator.value:,}", "normal", canvas.QUIET))
    for shift, words, weight, colour in texts:
        canvas.beside(
            axes,
            words,
            (1, place),
            (shift, 0),
            xycoords=("axes fraction", "data"),
            verticalalignment="center",
            fontweight=weight,
            color=colour,
        )
