"""Sites by size: a site inside the funnel is where chance alone would put it. Not a ranking."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from equity_audit.charts import canvas


@dataclass(frozen=True, kw_only=True)
class Site:
    """A site's released share of its released denominator; ``outside`` says whether it lies beyond the outer limits."""

    label: str
    size: int
    value: float
    outside: bool


@dataclass(frozen=True, kw_only=True)
class Limit:
    """The funnel at one size: outer (99.8%) and inner (95%) limits."""

    size: int
    lower: float
    upper: float
    lower_inner: float
    upper_inner: float


@canvas.styled
def draw(
    sites: Sequence[Site], limits: Sequence[Limit], target: float, story: canvas.Story, width: int = canvas.WIDE
) -> str:
    """One point a site; those outside the outer limits are solid triangles with their code beside them."""
    narrow = canvas.is_narrow(width)
    figure, axes = canvas.paper(width, 300, left=54, right=14, top=12, bottom=48)
    sizes = [limit.size for limit in limits]
    values = [site.value for site in sites]
    widest = max(sizes, default=1)
    low, high = canvas.bounds([*values, target])
    middle = [limit for limit in limits if limit.size >= widest / 8]
    low = max(min([low, *(limit.lower for limit in middle)]), 0)
    high = max([high, *(limit.upper for limit in middle)])
    axes.grid(axis="y")
    canvas.share_axis(axes.yaxis, low, high)
    axes.set_xlim(0, widest)
    ticks = [tick for tick in axes.get_xticks() if tick <= widest]
    ticks = ticks[:: 1 if not narrow else 2]
    axes.set_xticks(ticks, [f"{tick:,.0f}" for tick in ticks])
    for name, style in (("lower", "-"), ("upper", "-"), ("lower_inner", "--"), ("upper_inner", "--")):
        axes.plot(sizes, [getattr(limit, name) for limit in limits], color=canvas.QUIET, linestyle=style, linewidth=1.2)
    axes.axhline(target, color=canvas.DARK_BLUE, linestyle=":", linewidth=1.5)
    for inside in (True, False):
        chosen = [site for site in sites if site.outside is not inside]
        shape, colour = ("o", canvas.BLUE) if inside else ("^", canvas.RED)
        face = "#ffffff" if inside else colour
        axes.plot(
            [site.size for site in chosen],
            [site.value for site in chosen],
            shape,
            markeredgecolor=colour,
            markerfacecolor=face,
            markersize=8,
            markeredgewidth=1.8,
        )
    _names(axes, sites, width - 68, 240, widest)
    canvas.beside(
        axes,
        f"Size (denominator). Dotted: all sites {canvas.percent(target)}"
        if not narrow
        else f"Size. Dotted: all {canvas.percent(target)}",
        (0, 0),
        (0, -40),
        xycoords="axes fraction",
        color=canvas.QUIET,
    )
    return canvas.finish(figure, story, width)


def _names(axes: Any, sites: Sequence[Site], across: int, down: int, widest: int) -> None:
    """The codes of the sites outside, left out where one would cover another mark: the table has them all."""
    bottom, top = axes.get_ylim()
    places = [(site.size / widest * across, (site.value - bottom) / (top - bottom) * down) for site in sites]
    taken = [(x - 6, x + 6, y) for x, y in places]
    for site, (x, y) in zip(sites, places, strict=True):
        if not site.outside:
            continue
        length = canvas.breadth(site.label)
        for start, side, shift in ((x + 8, "left", 8), (x - 8 - length, "right", -8)):
            end = start + length
            free = all(abs(y - its) >= canvas.SIZE + 2 or start >= right or left >= end for left, right, its in taken)
            if free and start > 0 and end < across + 10:
                taken.append((start, end, y))
                canvas.beside(
                    axes,
                    site.label,
                    (site.size, site.value),
                    (shift, 0),
                    color=canvas.TEXT,
                    horizontalalignment=side,
                    verticalalignment="center",
                )
                break
