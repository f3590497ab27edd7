"""A share by deprivation quintile, with intervals, the average, and the fitted line where one was fitted."""

from __future__ import annotations

from collections.abc import Sequence

from equity_audit.charts import canvas
from equity_audit.model import TableRow


@canvas.styled
def draw(
    rows: Sequence[TableRow],
    story: canvas.Story,
    width: int = canvas.WIDE,
    *,
    average: float | None = None,
    fitted: tuple[float, float] | None = None,
) -> str:
    """Quintiles 1 to 5 from left to right; ``fitted`` holds the line's ends at the very most and least deprived."""
    narrow = canvas.is_narrow(width)
    figure, axes = canvas.paper(width, 260 if narrow else 320, left=54, right=58 if narrow else 84, top=20, bottom=46)
    shown = [(place, row) for place, row in enumerate(rows, 1) if row.value.value is not None]
    ends = [end.value for _, row in shown for end in (row.lower, row.upper)]
    low, high = canvas.bounds([*ends, average, *(fitted or ())])
    axes.grid(axis="y")
    canvas.share_axis(axes.yaxis, low, high + (high - low) * 0.1)
    axes.set_xlim(0.4, 5.6)
    axes.set_xticks(range(1, 6), [str(place) for place in range(1, 6)], color=canvas.TEXT, fontweight="bold")
    if fitted is not None:
        axes.plot([0.5, 5.5], fitted, color=canvas.PINK, linestyle="--", linewidth=2)
    if average is not None:
        axes.axhline(average, color=canvas.DARK_BLUE, linestyle=":", linewidth=1.5)
        canvas.beside(
            axes,
            f"Average\n{canvas.percent(average)}",
            (1, average),
            (6, 0),
            xycoords=("axes fraction", "data"),
            color=canvas.DARK_BLUE,
            verticalalignment="center",
        )
    full = any(row.value.value == 1 for _, row in shown)
    size = canvas.SIZE if not narrow else 9 if full else 11
    for place, row in shown:
        top = max(row.upper.value or 0, row.value.value or 0)
        axes.vlines(place, row.lower.value or 0, top, color=canvas.TEXT, linewidth=1.8)
        axes.plot([place], [row.value.value], "o", color=canvas.BLUE, markersize=10, clip_on=False, zorder=3)
        canvas.beside(
            axes,
            canvas.percent(row.value.value or 0),
            (place, top),
            (0, 4),
            fontweight="bold",
            horizontalalignment="center",
            fontsize=size,
            bbox=canvas.CLEAR,
            zorder=2,
        )
    for place, row in enumerate(rows, 1):
        if row.value.value is None:
            axes.annotate(
                f"[{row.value.marker}]",
                (place, 0.5),
                xycoords=("data", "axes fraction"),
                horizontalalignment="center",
                bbox=canvas.CLEAR,
            )
    for place, words, side in ((0, "most deprived", "left"), (1, "least deprived", "right")):
        canvas.beside(
            axes,
            words,
            (place, 0),
            (0, -40),
            xycoords="axes fraction",
            color=canvas.QUIET,
            horizontalalignment=side,
        )
    return canvas.finish(figure, story, width)
