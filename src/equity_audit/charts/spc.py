"""Months in order with process limits; each kind of point has its own shape and its own word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from equity_audit.charts import canvas

SHAPES = {
    "common_cause": ("o", canvas.MARK, "Expected variation"),
    "special_cause_improvement": ("^", canvas.BLUE, "Special cause: improving"),
    "special_cause_concern": ("v", canvas.RED, "Special cause: concerning"),
    "special_cause_neutral_high": ("D", canvas.PURPLE, "Special cause: high"),
    "special_cause_neutral_low": ("s", canvas.PURPLE, "Special cause: low"),
}


@dataclass(frozen=True, kw_only=True)
class Month:
    """One point: its month in words, its value, and the limits that hold there (None: no limits are drawn)."""

    label: str
    value: float
    kind: str = "common_cause"
    mean: float | None = None
    lower: float | None = None
    upper: float | None = None


@canvas.styled
def draw(
    months: Sequence[Month],
    story: canvas.Story,
    width: int = canvas.WIDE,
    *,
    target: float | None = None,
    counts: bool = False,
) -> str:
    """The months from left to right; values are shares, or with ``counts`` whole numbers."""
    words_of = _count if counts else canvas.percent
    narrow = canvas.is_narrow(width)
    kinds = [kind for kind in SHAPES if any(month.kind == kind for month in months)]
    lines = len(kinds) if narrow else 1
    figure, axes = canvas.paper(
        width,
        300 + 20 * (lines - 1),
        left=_left(months, counts),
        right=84 if narrow else 112,
        top=12,
        bottom=50 + 20 * lines,
    )
    last = months[-1]
    limits = {
        words: end
        for words, end in (
            ("Lower limit", last.lower),
            (f"Mean {words_of(last.mean)}" if last.mean is not None else "", last.mean),
            ("Upper limit", last.upper),
            (f"Target {words_of(target)}" if target is not None else "", target),
        )
        if end is not None
    }
    low, high = canvas.bounds([*(month.value for month in months), *limits.values()])
    axes.grid(axis="y")
    if counts:
        ticks = canvas.round_steps(max(low, 0), high, least=1)[1]
        axes.set_yticks(ticks, [_count(tick) for tick in ticks])
        axes.set_ylim(ticks[0], ticks[-1])
    else:
        canvas.share_axis(axes.yaxis, max(low, 0), high)
    axes.set_xlim(-0.5, len(months) - 0.5)
    places = range(len(months))
    for name, style in (("mean", "-"), ("lower", "--"), ("upper", "--")):
        ends = [getattr(month, name) for month in months]
        if last.mean is not None:
            axes.step(places, ends, where="mid", color=canvas.QUIET, linestyle=style, linewidth=1.2)
    if target is not None:
        axes.axhline(target, color=canvas.RED, linestyle="-.", linewidth=1.5)
    axes.plot(places, [month.value for month in months], color=canvas.MARK, linewidth=1.2)
    for kind in kinds:
        shape, colour, _ = SHAPES[kind]
        at = [(place, month.value) for place, month in enumerate(months) if month.kind == kind]
        axes.plot(*zip(*at, strict=True), shape, color=colour, markersize=8, clip_on=False)
    every = -(-len(months) // (2 if narrow else 6))
    axes.set_xticks(range(0, len(months), every), [months[place].label for place in range(0, len(months), every)])
    _limit_words(axes, limits)
    _key(figure, kinds, width, narrow)
    return canvas.finish(figure, story, width)


def _left(months: Sequence[Month], counts: bool) -> int:
    widest = max(month.upper or month.value for month in months)
    return max(54, int(canvas.breadth(_count(widest))) + 10) if counts else 54


def _count(number: float) -> str:
    return f"{number:,.0f}"


def _limit_words(axes: Any, limits: dict[str, float]) -> None:
    bottom, top = axes.get_ylim()
    pixels = axes.get_position().height * axes.figure.get_figheight() * 72
    heights = [(end - bottom) / (top - bottom) * pixels for end in limits.values()]
    for words, height in zip(limits, canvas.spread(heights, canvas.SIZE + 3, pixels), strict=True):
        canvas.beside(
            axes,
            words,
            (1, height / pixels),
            (4, 0),
            xycoords="axes fraction",
            color=canvas.QUIET,
            verticalalignment="center",
        )


def _key(figure: Any, kinds: Sequence[str], width: int, narrow: bool) -> None:
    """Shape and word of each kind of point, under the months."""
    from matplotlib.lines import Line2D

    height = figure.get_figheight() * 72
    for position, kind in enumerate(kinds):
        shape, colour, words = SHAPES[kind]
        x, y = (60, 14 + 20 * (len(kinds) - 1 - position)) if narrow else (60 + 190 * position, 14)
        figure.add_artist(Line2D([x / width], [y / height], marker=shape, color=colour, markersize=8, linestyle="none"))
        figure.text((x + 10) / width, (y - 5) / height, words, color=canvas.TEXT)
