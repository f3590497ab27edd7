"""What every chart shares: paper of a known size in pixels, colours, and the way from a figure to accessible SVG."""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import wraps
from html import escape
from itertools import pairwise
from math import ceil, floor
from typing import Any

WIDE, NARROW = 640, 288
SIZE = 13  # of text, in pixels

BLUE, DARK_BLUE, PINK = "#005eb8", "#003087", "#ae2573"
TEXT, QUIET, MARK, RULE = "#212b32", "#4c6272", "#768692", "#d8dde0"
RED, PURPLE, PAPER = "#d5281b", "#490092", "#ffffff"

_PLAIN: Any = {
    "svg.fonttype": "none",
    "svg.hashsalt": "equity-audit",
    # Ships with matplotlib, so measuring is the same everywhere; readers get the names in FONTS.
    "font.family": "DejaVu Sans",
    "font.size": SIZE,
    # A dollar sign in a site code is a dollar sign.
    "text.parse_math": False,
    "text.color": TEXT,
    "axes.edgecolor": RULE,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "axes.grid.axis": "y",
    "axes.axisbelow": True,
    "grid.color": RULE,
    "hatch.color": MARK,
    "hatch.linewidth": 0.8,
    "xtick.color": QUIET,
    "ytick.color": QUIET,
    "xtick.major.size": 0,
    "ytick.major.size": 0,
    "xtick.major.pad": 8,
    "path.simplify": False,
}
FONTS = "Arial, Helvetica, sans-serif"


CLEAR = {"facecolor": PAPER, "edgecolor": "none", "pad": 0.8}  # a ground for text that a line may cross


@dataclass(frozen=True, kw_only=True)
class Story:
    """What a chart says: the finding in its title, what is drawn in its description, and a name for its ids."""

    name: str
    title: str
    description: str


def styled(draw: Callable[..., str]) -> Callable[..., str]:
    """A chart function that draws in the house style, whatever style the process is set to."""

    @wraps(draw)
    def drawn(*arguments: Any, **settings: Any) -> str:
        # It warns of fonts it will not use and of a home it cannot write to; neither is the reader's concern.
        logging.getLogger("matplotlib").setLevel(logging.ERROR)
        import matplotlib

        with matplotlib.rc_context(_PLAIN):
            return draw(*arguments, **settings)

    return drawn


def is_narrow(width: int) -> bool:
    """Whether a chart is drawn for a telephone."""
    return width < 400


def paper(width: int, height: int, *, left: int, right: int, top: int, bottom: int) -> tuple[Any, Any]:
    """A figure of that many pixels and its one pair of axes, inside margins in pixels."""
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width / 72, height / 72), dpi=72)
    FigureCanvasSVG(figure)
    place = (left / width, bottom / height, (width - left - right) / width, (height - top - bottom) / height)
    return figure, figure.add_axes(place)


def finish(figure: Any, story: Story, width: int) -> str:
    """The figure as one SVG element with title, description and ids of its own."""
    text = io.StringIO()
    figure.canvas.print_svg(text, metadata={"Date": None})
    return _tidied(text.getvalue(), story, f"{story.name}-{'narrow' if is_narrow(width) else 'wide'}")


def _tidied(svg: str, story: Story, name: str) -> str:
    body = svg[svg.index("<svg") :]
    box = re.search(r'viewBox="([^"]+)"', body)
    body = body[body.index(">") + 1 : body.rindex("</svg>")]
    body = re.sub(r"<metadata>.*?</metadata>", "", body, flags=re.DOTALL)
    body = re.sub(r'<style type="text/css">.*?</style>', "", body, flags=re.DOTALL)
    used = set(re.findall(r'(?:href="#|url\(#)([\w.-]+)', body))
    body = re.sub(r' id="([^"]+)"', lambda found: f' id="{name}-{found[1]}"' if found[1] in used else "", body)
    body = re.sub(r'(href="#|url\(#)', rf"\g<1>{name}-", body).replace("xlink:href", "href")
    body = re.sub(r"font-family: [^;\"]+", f"font-family: {FONTS}", body)
    body = re.sub(r"font: ([^;\"]*?px) [^;\"]+", rf"font: \1 {FONTS}", body)
    body = re.sub(r' transform="rotate\(-?0 [^"]*\)"', "", body)
    body = re.sub(r"\s*\n\s*", " ", body).replace("<defs> </defs>", "").replace("> <", "><")
    view = box[1] if box else "0 0 1 1"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{view}" role="img" aria-labelledby="{name}-title {name}-desc" '
        f'stroke-linejoin="round"><title id="{name}-title">{escape(story.title)}</title>'
        f'<desc id="{name}-desc">{escape(story.description)}</desc>{body.strip()}</svg>'
    )


def beside(axes: Any, words: str, at: tuple[Any, Any], shift: tuple[float, float], **look: Any) -> None:
    """Words that stand some pixels away from a place of the picture."""
    axes.annotate(words, at, shift, textcoords="offset points", **look)


def dot(axes: Any, across: float, down: float, *, solid: bool) -> None:
    """A figure as a dot: solid where a difference is claimed, hollow where none is."""
    axes.plot(
        [across], [down], "o", markersize=10, markeredgecolor=BLUE, markeredgewidth=2, clip_on=False,
        markerfacecolor=BLUE if solid else PAPER,
    )  # fmt: skip


def percent(share: float) -> str:
    """A share as a percentage with one decimal."""
    return f"{share:.1%}"


def share_axis(axis: Any, low: float, high: float, wanted: int = 7) -> None:
    """Ticks at round percentages over a range of shares, and the range they fill, within 0 and 100%."""
    step, ticks = round_steps(low, high, wanted, least=0.005)
    if high - low < step / 2:
        ticks = [ticks[0] - step, *ticks, ticks[-1] + step]
    ticks = [round(tick, 10) for tick in ticks if -1e-9 <= tick <= 1 + 1e-9]
    decimals = 0 if step >= 0.01 else 1
    axis.set_ticks(ticks, [f"{tick:.{decimals}%}" for tick in ticks])
    axis.axes.set_ylim(ticks[0], ticks[-1]) if axis.axis_name == "y" else axis.axes.set_xlim(ticks[0], ticks[-1])


def round_steps(low: float, high: float, wanted: int = 5, least: float = 1e-4) -> tuple[float, list[float]]:
    """A round step of at least ``least``, and its multiples from just below ``low`` to just above ``high``."""
    steps = [base * 10.0**power for power in range(-4, 7) for base in (1, 2, 5)]
    step = next(step for step in steps if step >= least * 0.999 and (high - low) / step <= wanted)
    first, last = floor(low / step + 1e-9), ceil(high / step - 1e-9)
    return step, [round(number * step, 10) for number in range(first, max(last, first + 1) + 1)]


def spread(places: Sequence[float], gap: float, most: float | None = None) -> list[float]:
    """The same places moved up as little as keeps them ``gap`` apart, in their order; down again from ``most``."""
    order = sorted(range(len(places)), key=lambda position: places[position])
    moved = list(places)
    for before, after in pairwise(order):
        moved[after] = max(moved[after], moved[before] + gap)
    if most is not None and order:
        moved[order[-1]] = min(moved[order[-1]], most)
        for after, before in pairwise(reversed(order)):
            moved[before] = min(moved[before], moved[after] - gap)
    return moved


def breadth(text: str, size: float = SIZE) -> float:
    """About how many pixels a text takes in Arial, a little more rather than less."""
    return sum(0.35 if letter in " .,:;il|'()[]" else 0.92 if letter in "mwMW%" else 0.62 for letter in text) * size


def bounds(values: Iterable[float | None]) -> tuple[float, float]:
    """The least and greatest of the values there are."""
    there = [value for value in values if value is not None]
    return (min(there), max(there)) if there else (0.0, 1.0)
