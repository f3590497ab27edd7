"""Each chart with figures that are hard to draw: hidden cells, zeros, long labels, close limits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from equity_audit.charts import (
    cross_table,
    dumbbell,
    ethnic_dots,
    funnel,
    quintile_gradient,
    scorecard,
    spc,
    waterfall,
)  # fmt: skip
from equity_audit.charts.canvas import Story
from equity_audit.decode.labels import QUINTILES
from equity_audit.model import Cell, TableRow

GROUPS = ("White", "Mixed", "Asian", "Black", "Other", "Not stated", "Not known", "Invalid", "Missing")
FIFTHS = QUINTILES[:5]
HIDDEN = 0.98765  # stands behind markers and must never be seen


def story(name: str) -> Story:
    return Story(name=name, title=f"What {name} tells <&>", description='Figures "as drawn" & more.')


def row(label: str | tuple[str, ...], share: float | None, *, of: int = 1230, marker: str = "c") -> TableRow:
    labels = (label,) if isinstance(label, str) else label
    if share is None:
        none = Cell(None, marker)
        return TableRow(labels=labels, numerator=none, denominator=Cell(of), value=none, lower=none, upper=none)
    half = 0.9 * (share * (1 - share) / of) ** 0.5 + 0.004
    ends = Cell(round(max(share - half, 0), 3)), Cell(round(min(share + half, 1), 3))
    return TableRow(
        labels=labels,
        numerator=Cell(round(share * of)),
        denominator=Cell(of),
        value=Cell(share),
        lower=ends[0],
        upper=ends[1],
    )


def rows(names: Sequence[str], shares: Sequence[float | None], of: int = 1230) -> list[TableRow]:
    return [row(name, share, of=of) for name, share in zip(names, shares, strict=True)]


def months(kinds: list[str], *, flat: bool = False) -> list[spc.Month]:
    return [
        spc.Month(
            label=f"Sep {2020 + place // 12}", value=0.9 if flat else 0.88 + 0.01 * (place % 5), kind=kind,
            mean=0.9, lower=0.9 if flat else 0.86, upper=0.9 if flat else 0.94,
        )
        for place, kind in enumerate(kinds)
    ]  # fmt: skip


def sites(count: int) -> list[funnel.Site]:
    return [
        funnel.Site(
            label=f"XQZ{place:02}", size=100 + 13 * place, value=0.1 + 0.002 * place, outside=place > count // 2
        )
        for place in range(count)
    ]


LIMITS = [
    funnel.Limit(size=size, lower=max(0.1 - 3 / size**0.5 * 0.3, 0), upper=0.1 + 0.9 / size**0.5,
                 lower_inner=max(0.1 - 0.6 / size**0.5, 0), upper_inner=0.1 + 0.6 / size**0.5)
    for size in range(20, 700, 20)
]  # fmt: skip
_CROSS = [
    row((fifth, group), None if (across + down) % 3 == 0 else 0.30 + 0.017 * across * down, marker="cu"[across % 2])
    for across, fifth in enumerate(FIFTHS)
    for down, group in enumerate(GROUPS)
]
_PAIRS = [
    dumbbell.Pair(label="Waiting over 65 weeks", most=0.998, least=0.012),
    dumbbell.Pair(label="Over twelve hours in the department", most=0.1, least=0.1),
    dumbbell.Pair(label="Did not attend", most=0.051, least=0.052),
]
_SMALL = [dumbbell.Pair(label="Waiting over 65 weeks", most=0.002, least=0.001)]
_GAPS = [
    scorecard.Difference(label="Waiting over 18 weeks, all specialties", estimate=0.08, lower=0.061, upper=0.099),
    scorecard.Difference(label="Did not attend", estimate=-0.002, lower=-0.02, upper=0.016),
]
_LOSSES = [
    ("No location recorded", Cell(160)),
    ("Identity legally withheld", Cell(None, "c")),
    ("Living overseas", Cell(25)),
]

CASES: dict[str, Callable[..., str]] = {
    "gradient": partial(
        quintile_gradient.draw, rows(FIFTHS, (0.455, 0.439, 0.42, 0.406, 0.391)),
        story("gradient"), average=0.428, fitted=(0.468, 0.388),
    ),
    "gradient-hidden": partial(
        quintile_gradient.draw, rows(FIFTHS, (0.0, None, 0.01, None, 0.0), of=100),
        story("gradient-hidden"), average=0.001,
    ),
    "gradient-full": partial(
        quintile_gradient.draw, [row(name, 1.0) for name in FIFTHS], story("gradient-full"), average=1.0, fitted=(1.0, 1.0)
    ),
    "dots": partial(
        ethnic_dots.draw, rows(GROUPS, (0.407, 0.441, 0.463, 0.455, 0.44, 0.45, 0.593, None, None)),
        story("dots"), average=0.428, differs={"Asian": True, "White": True, "Mixed": False},
    ),
    "dots-edge": partial(
        ethnic_dots.draw, [row("A group with a very long name", 0.01, of=1_234_567), row("Other", 0.99)],
        story("dots-edge"), average=0.011,
    ),
    "cross": partial(cross_table.draw, _CROSS, FIFTHS, GROUPS, story("cross")),
    "cross-flat": partial(cross_table.draw, [row((f, "White"), 0.5) for f in FIFTHS], FIFTHS, ("White",), story("cross-flat")),
    "spc": partial(
        spc.draw, months(["common_cause"] * 13 + ["special_cause_improvement"] * 6 + ["special_cause_concern"] * 4),
        story("spc"), target=0.901,
    ),
    "spc-neutral": partial(
        spc.draw, months(["common_cause", "special_cause_neutral_high", "special_cause_neutral_low"] * 5), story("spc-neutral")
    ),
    "spc-top": partial(spc.draw, months(["common_cause"] * 13), story("spc-top"), target=0.945),
    "spc-flat": partial(spc.draw, months(["common_cause"] * 12, flat=True), story("spc-flat")),
    "spc-counts": partial(
        spc.draw, [spc.Month(label=f"Jan {2000 + n}", value=12000.0 + n, mean=12006, lower=11990, upper=12020) for n in range(14)],
        story("spc-counts"), counts=True,
    ),
    "funnel": partial(funnel.draw, sites(24), LIMITS, 0.1, story("funnel")),
    "scorecard": partial(scorecard.draw, _GAPS, story("scorecard")),
    "dumbbell": partial(dumbbell.draw, _PAIRS, story("dumbbell")),
    "dumbbell-small": partial(dumbbell.draw, _SMALL, story("dumbbell-small")),
    "waterfall": partial(waterfall.draw, 2500, _LOSSES, ("Linked to a quintile", Cell(2315)), story("waterfall")),
}  # fmt: skip
