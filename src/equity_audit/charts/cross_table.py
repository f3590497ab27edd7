"""Two dimensions as a heat map in five fixed steps; a cell without a figure is hatched and says why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from equity_audit.charts import canvas
from equity_audit.model import Cell, TableRow

# Ground and text of each step. A smooth ramp has a stretch where neither black nor white can be read on it.
STEPS = (
    ("#eef4fa", canvas.TEXT), ("#c9dff2", canvas.TEXT), ("#a3c8e8", canvas.TEXT), ("#2166ac", "#ffffff"), ("#0b3c73", "#ffffff"),
)  # fmt: skip
_HEIGHT = 34


@canvas.styled
def draw(
    rows: Sequence[TableRow],
    across: Sequence[str],
    down: Sequence[str],
    story: canvas.Story,
    width: int = canvas.WIDE,
) -> str:
    """Cells at (``across``, ``down``), the two labels of each row in that order."""
    from matplotlib.patches import Rectangle

    narrow = canvas.is_narrow(width)
    values = {row.labels: row.value for row in rows}
    left = int(max(canvas.breadth(label, 12 if narrow else 13) for label in down)) + 10
    figure, axes = canvas.paper(width, _HEIGHT * len(down) + 84, left=left, right=4, top=46, bottom=38)
    axes.axis("off")
    axes.set_xlim(0, len(across))
    axes.set_ylim(len(down), 0)
    cell_width = (width - left - 4) / len(across)
    size = 13 if cell_width > 52 else 11
    for column, label in enumerate(across):
        _words(axes, column + 0.5, -0.62, label[0], "bold", canvas.TEXT, 13)
        if label[1:]:
            _words(axes, column + 0.5, -0.22, label[3:-1].partition(" ")[0], "normal", canvas.QUIET, 11)
    low, high = canvas.bounds(cell.value for cell in values.values())
    for line, label in enumerate(down):
        axes.text(-6 / cell_width, line + 0.5, label, ha="right", va="center", fontsize=12 if narrow else 13)
        for column, other in enumerate(across):
            cell = values.get((other, label), Cell(None, "x"))
            if cell.value is None:
                axes.add_patch(
                    Rectangle(
                        (column + 0.02, line + 0.03), 0.96, 0.94, facecolor="#ffffff", edgecolor="#768692", hatch="///"
                    )
                )
                _words(axes, column + 0.5, line + 0.5, f"[{cell.marker}]", "bold", canvas.TEXT, size, boxed=True)
            else:
                ground, ink = STEPS[step_of(cell.value, low, high)]
                axes.add_patch(Rectangle((column + 0.02, line + 0.03), 0.96, 0.94, facecolor=ground))
                _words(axes, column + 0.5, line + 0.5, canvas.percent(cell.value), "normal", ink, size)
    axes.text(
        0,
        len(down) + 0.6,
        f"Lighter {canvas.percent(low)} to darker {canvas.percent(high)}",
        color=canvas.QUIET,
        va="center",
    )
    return canvas.finish(figure, story, width)


def step_of(value: float, low: float, high: float) -> int:
    """Which of the five steps a value takes."""
    return min(int((value - low) / (high - low) * len(STEPS)), len(STEPS) - 1) if high > low else 0


def _words(
    axes: Any, x: float, y: float, words: str, weight: str, colour: str, size: int, *, boxed: bool = False
) -> None:
    box = {"facecolor": "#ffffff", "edgecolor": "none", "pad": 1.5} if boxed else None
    axes.text(x, y, words, ha="center", va="center", fontweight=weight, color=colour, fontsize=size, bbox=box)
