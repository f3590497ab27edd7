"""A share by deprivation quintile, with intervals, the average, and the fitted line where one was fitted."""

from __future__ import annotations

from collections.abc import Sequence

from equity_audit.charts.canvas import (
    BLUE,
    CLEAR,
    DARK_BLUE,
    PINK,
    QUIET,
    SIZE,
    TEXT,
    WIDE,
    Story,
    bounds,
    finish,
    is_narrow,
    paper,
    percent,
    share_axis,
    styled,
)  # fmt: skip
from equity_audit.model import TableRow


@styled
def draw(
    rows: Sequence[TableRow],
    story: Story,
    width: int = WIDE,
    *,
    average: float | None = None,
    fitted: tuple[float, float] | None = None,
) -> str:
    """Quintiles 1 to 5 from left to right; ``fitted`` holds the line's ends at the very most and least deprived."""
    narrow = is_narrow(width)
    figure, axes = paper(width, 260 if narrow else 320, left=54, right=58 if narrow else 84, top=20, bottom=46)
    shown = [(place, row) for place, row in enumerate(rows, 1) if row.value.value is not None]
    ends = [end.value for _, row in shown for end in (row.lower, row.upper)]
    low, high = bounds([*ends, average, *(fitted or ())])
    axes.grid(axis="y")
    share_axis(axes.yaxis, low, high + (high - low) * 0.1)
    axes.set_xlim(0.4, 5.6)
    axes.set_xticks(range(1, 6), [str(place) for place in range(1, 6)], color=TEXT, fontweight="bold")
    if fitted is not None:
        axes.plot([0.5, 5.5], fitted, color=PINK, linestyle="--", linewidth=2)
    if average is not None:
        axes.axhline(average, color=DARK_BLUE, linestyle=":", linewidth=1.5)
        axes.annotate(
            f"Average\n{percent(average)}", (1, average), (6, 0), xycoords=("axes fraction", "data"), color=DARK_BLUE,
            textcoords="offset points", verticalalignment="center",
        )  # fmt: skip
    full = any(row.value.value == 1 for _, row in shown)
    size = SIZE if not narrow else 9 if full else 11
    for place, row in shown:
        top = max(row.upper.value or 0, row.value.value or 0)
        axes.vlines(place, row.lower.value or 0, top, color=TEXT, linewidth=1.8)
        axes.plot([place], [row.value.value], "o", color=BLUE, markersize=10, clip_on=False, zorder=3)
        axes.annotate(
            percent(row.value.value or 0), (place, top), (0, 4), textcoords="offset points", fontweight="bold",
            horizontalalignment="center", fontsize=size, bbox=CLEAR, zorder=2,
        )  # fmt: skip
    for place, row in enumerate(rows, 1):
        if row.value.value is None:
            axes.annotate(
                f"[{row.value.marker}]",
                (place, 0.5),
                xycoords=("data", "axes fraction"),
                horizontalalignment="center",
                bbox=CLEAR,
            )
    for place, words, side in ((0, "most deprived", "left"), (1, "least deprived", "right")):
        axes.annotate(
            words, (place, 0), (0, -40), xycoords="axes fraction", textcoords="offset points", color=QUIET,
            horizontalalignment=side,
        )  # fmt: skip
    return finish(figure, story, width)
