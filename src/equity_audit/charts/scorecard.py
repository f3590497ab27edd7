"""One row a measure around zero: to the right, higher in the most deprived fifth of areas."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from equity_audit.charts import canvas

_STEP = 52


@dataclass(frozen=True, kw_only=True)
class Difference:
    """A difference of shares with its interval."""

    label: str
    estimate: float
    lower: float
    upper: float


@canvas.styled
def draw(rows: Sequence[Difference], story: canvas.Story, width: int = canvas.WIDE) -> str:
    """Solid where the interval excludes none; the label stands above its own row, so that it may be long."""
    narrow = canvas.is_narrow(width)
    figure, axes = canvas.paper(width, _STEP * len(rows) + 76, left=14, right=64, top=8, bottom=58)
    low, high = canvas.bounds([0.0, *(end for row in rows for end in (row.lower, row.upper))])
    _, ticks = canvas.round_steps(low, high, 4 if narrow else 8)
    axes.set_xlim(ticks[0], ticks[-1])
    axes.set_xticks(ticks, [f"{tick * 100:+.3g}" if tick else "0" for tick in ticks])
    axes.grid(axis="x", color=canvas.RULE)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.set_yticks([])
    axes.axvline(0, color=canvas.TEXT, linewidth=1.5)
    for place, row in enumerate(rows):
        solid = row.lower > 0 or row.upper < 0
        axes.hlines(place, row.lower, row.upper, color=canvas.TEXT, linewidth=1.8)
        canvas.dot(axes, row.estimate, place, solid=solid)
        canvas.beside(
            axes,
            row.label,
            (0, place),
            (0, 12),
            xycoords=("axes fraction", "data"),
            bbox={"facecolor": "#ffffff", "edgecolor": "none", "pad": 1},
        )
        canvas.beside(
            axes,
            f"{row.estimate * 100 + 0.0:+.1f}",
            (1, place),
            (8, 0),
            xycoords=("axes fraction", "data"),
            fontweight="bold",
            verticalalignment="center",
        )
    canvas.beside(axes, "percentage points", (0, 0), (0, -36), xycoords="axes fraction", color=canvas.QUIET)
    return canvas.finish(figure, story, width)
