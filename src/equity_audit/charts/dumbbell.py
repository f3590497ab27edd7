"""The most against the least deprived fifth, one row an outcome: the easiest picture, where it does not mislead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from equity_audit.charts import canvas
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


@canvas.styled
def draw(pairs: Sequence[Pair], story: canvas.Story, width: int = canvas.WIDE) -> str:
    """The label of each row stands above it; each end says which fifth it is."""
    narrow = canvas.is_narrow(width)
    figure, axes = canvas.paper(width, _STEP * len(pairs) + 60, left=24, right=24, top=8, bottom=44)
    low, high = canvas.bounds(share for pair in pairs for share in (pair.most, pair.least))
    # Room for a percentage on either side, in the units of the axis.
    room = max(high - low, 0.01) * 56 / (width - 48 - 112)
    axes.grid(axis="x", color=canvas.RULE)
    canvas.share_axis(axes.xaxis, max(low, 0), high, 3 if narrow else 6)
    left, right = axes.get_xlim()
    axes.set_xlim(min(left, low - room), max(right, high + room))
    axes.set_ylim(len(pairs) - 0.3, -0.7)
    axes.set_yticks([])
    for place, pair in enumerate(pairs):
        axes.hlines(place, *sorted((pair.most, pair.least)), color=canvas.MARK, linewidth=4)
        axes.plot([pair.least], [place], "s", color=canvas.DARK_BLUE, markersize=10)
        axes.plot([pair.most], [place], "o", color=canvas.BLUE, markersize=12)
        canvas.beside(
            axes,
            pair.label,
            (0, place),
            (0, 22),
            xycoords=("axes fraction", "data"),
            fontweight="bold",
            bbox={"facecolor": "#ffffff", "edgecolor": "none", "pad": 1},
        )
        ends = {min(pair.most, pair.least): "right", max(pair.most, pair.least): "left"}
        for share, side in ends.items():
            canvas.beside(
                axes,
                canvas.percent(share),
                (share, place),
                (10 if side == "left" else -10, 0),
                horizontalalignment=side,
                verticalalignment="center",
                fontweight="bold",
            )
    canvas.beside(
        axes,
        "Circle: most deprived. Square: least."
        if narrow
        else "Circle: most deprived fifth. Square: least deprived fifth.",
        (0, 0),
        (0, -36),
        xycoords="axes fraction",
        color=canvas.QUIET,
    )
    return canvas.finish(figure, story, width)
