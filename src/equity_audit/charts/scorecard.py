"""One row a measure around zero: to the right, higher in the most deprived fifth of areas."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from equity_audit.charts.canvas import (
    BLUE,
    QUIET,
    RULE,
    TEXT,
    WIDE,
    Story,
    bounds,
    finish,
    is_narrow,
    paper,
    round_steps,
    styled,
)  # fmt: skip

_STEP = 52


@dataclass(frozen=True, kw_only=True)
class Difference:
    """A difference of shares with its interval."""

    label: str
    estimate: float
    lower: float
    upper: float


@styled
def draw(rows: Sequence[Difference], story: Story, width: int = WIDE) -> str:
    """Solid where the interval excludes none; the label stands above its own row, so that it may be long."""
    narrow = is_narrow(width)
    figure, axes = paper(width, _STEP * len(rows) + 76, left=14, right=64, top=8, bottom=58)
    low, high = bounds([0.0, *(end for row in rows for end in (row.lower, row.upper))])
    _, ticks = round_steps(low, high, 4 if narrow else 8)
    axes.set_xlim(ticks[0], ticks[-1])
    axes.set_xticks(ticks, [f"{tick * 100:+.3g}" if tick else "0" for tick in ticks])
    axes.grid(axis="x", color=RULE)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.set_yticks([])
    axes.axvline(0, color=TEXT, linewidth=1.5)
    for place, row in enumerate(rows):
        solid = row.lower > 0 or row.upper < 0
        axes.hlines(place, row.lower, row.upper, color=TEXT, linewidth=1.8)
        axes.plot(
            [row.estimate], [place], "o", markersize=10, markeredgecolor=BLUE, markeredgewidth=2,
            markerfacecolor=BLUE if solid else "#ffffff",
        )  # fmt: skip
        axes.annotate(
            row.label, (0, place), (0, 12), xycoords=("axes fraction", "data"), textcoords="offset points",
            bbox={"facecolor": "#ffffff", "edgecolor": "none", "pad": 1},
        )  # fmt: skip
        axes.annotate(
            f"{row.estimate * 100 + 0.0:+.1f}", (1, place), (8, 0), xycoords=("axes fraction", "data"),
            textcoords="offset points", fontweight="bold", verticalalignment="center",
        )  # fmt: skip
    axes.annotate(
        "percentage points", (0, 0), (0, -36), xycoords="axes fraction", textcoords="offset points", color=QUIET
    )
    return finish(figure, story, width)
