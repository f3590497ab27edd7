"""A share by group as dots with intervals: a solid dot differs from all others, a hollow one does not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from textwrap import fill
from typing import Any

from equity_audit.charts.canvas import (
    BLUE,
    DARK_BLUE,
    QUIET,
    RULE,
    TEXT,
    WIDE,
    Story,
    bounds,
    breadth,
    finish,
    is_narrow,
    paper,
    percent,
    share_axis,
    styled,
)  # fmt: skip
from equity_audit.model import TableRow

_STEP = 34


@styled
def draw(
    rows: Sequence[TableRow],
    story: Story,
    width: int = WIDE,
    *,
    average: float | None = None,
    differs: Mapping[str, bool] | None = None,
) -> str:
    """One row a group, in the order given. Without ``differs`` nothing is claimed and every dot is hollow."""
    narrow = is_narrow(width)
    names = [fill(row.labels[0], 14 if narrow else 26) for row in rows]
    left = int(max(breadth(line) for name in names for line in name.splitlines())) + 12
    step = _STEP + 14 * max(name.count("\n") for name in names)
    figure, axes = paper(width, step * len(rows) + 60, left=left, right=52 if narrow else 150, top=26, bottom=34)
    low, high = bounds([*(end.value for row in rows for end in (row.lower, row.upper)), average])
    axes.spines["bottom"].set_visible(False)
    axes.grid(axis="x", color=RULE)
    share_axis(axes.xaxis, low, high, 2 if narrow else 6)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_yticks(range(len(rows)), names, color=TEXT)
    if average is not None:
        axes.axvline(average, color=DARK_BLUE, linestyle="--", linewidth=1.5)
        left_share, right_share = axes.get_xlim()
        place = (average - left_share) / (right_share - left_share)
        axes.annotate(
            f"Average {percent(average)}", (average, 1), (0, 8), xycoords=("data", "axes fraction"), color=DARK_BLUE,
            textcoords="offset points", fontweight="bold",
            horizontalalignment="left" if place < 0.5 else "right",
        )  # fmt: skip
    for place, row in enumerate(rows):
        solid = bool(differs and differs.get(row.labels[0]))
        if row.value.value is not None:
            axes.hlines(place, row.lower.value or 0, row.upper.value or 0, color=TEXT, linewidth=1.8)
            axes.plot(
                [row.value.value], [place], "o", markersize=10, markeredgecolor=BLUE, markeredgewidth=2, clip_on=False,
                markerfacecolor=BLUE if solid else "#ffffff",
            )  # fmt: skip
        _figures(axes, place, row, narrow)
    return finish(figure, story, width)


def _figures(axes: Any, place: int, row: TableRow, narrow: bool) -> None:
    value = percent(row.value.value) if row.value.value is not None else f"[{row.value.marker}]"
    texts = [(8, value, "bold", TEXT)]
    if not narrow and row.denominator.value is not None:
        texts.append((64, f"of {row.denominator.value:,}", "normal", QUIET))
    for shift, words, weight, colour in texts:
        axes.annotate(
            words, (1, place), (shift, 0), xycoords=("axes fraction", "data"), textcoords="offset points",
            verticalalignment="center", fontweight=weight, color=colour,
        )  # fmt: skip
