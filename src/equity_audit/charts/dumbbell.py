"""The most against the least deprived fifth, one row an outcome: the easiest picture, where it does not mislead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from equity_audit.charts.canvas import (
    BLUE,
    DARK_BLUE,
    MARK,
    QUIET,
    RULE,
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

_STEP = 72


@dataclass(frozen=True, kw_only=True)
class Pair:
    """An outcome's shares in quintile 1 (most deprived) and quintile 5 (least deprived)."""

    label: str
    most: float
    least: float


def tells_the_truth(rows: Sequence[TableRow]) -> bool:
    """Whether quintiles 2 to 4 lie between 1 and 5, so that showing those two alone does not mislead."""
    values = [row.value.value for row in rows]
    shares = [value for value in values if value is not None]
    if len(shares) != 5:
        return False
    low, high = sorted((shares[0], shares[4]))
    return all(low <= share <= high for share in shares[1:4])


@styled
def draw(pairs: Sequence[Pair], story: Story, width: int = WIDE) -> str:
    """The label of each row stands above it; each end says which fifth it is."""
    narrow = is_narrow(width)
    figure, axes = paper(width, _STEP * len(pairs) + 60, left=24, right=24, top=8, bottom=44)
    low, high = bounds(share for pair in pairs for share in (pair.most, pair.least))
    # Room for a percentage on either side, in the units of the axis.
    room = max(high - low, 0.01) * 56 / (width - 48 - 112)
    axes.grid(axis="x", color=RULE)
    share_axis(axes.xaxis, max(low, 0), high, 3 if narrow else 6)
    left, right = axes.get_xlim()
    axes.set_xlim(min(left, low - room), max(right, high + room))
    axes.set_ylim(len(pairs) - 0.3, -0.7)
    axes.set_yticks([])
    for place, pair in enumerate(pairs):
        axes.hlines(place, *sorted((pair.most, pair.least)), color=MARK, linewidth=4)
        axes.plot([pair.least], [place], "s", color=DARK_BLUE, markersize=10)
        axes.plot([pair.most], [place], "o", color=BLUE, markersize=12)
        axes.annotate(
            pair.label, (0, place), (0, 22), xycoords=("axes fraction", "data"), textcoords="offset points",
            fontweight="bold", bbox={"facecolor": "#ffffff", "edgecolor": "none", "pad": 1},
        )  # fmt: skip
        ends = {min(pair.most, pair.least): "right", max(pair.most, pair.least): "left"}
        for share, side in ends.items():
            axes.annotate(
                percent(share), (share, place), (10 if side == "left" else -10, 0), textcoords="offset points",
                horizontalalignment=side, verticalalignment="center", fontweight="bold",
            )  # fmt: skip
    axes.annotate(
        "Circle: most deprived. Square: least." if narrow else "Circle: most deprived fifth. Square: least deprived fifth.",
        (0, 0), (0, -36), xycoords="axes fraction", textcoords="offset points", color=QUIET,
    )  # fmt: skip
    return finish(figure, story, width)
