"""One outcome by one dimension: differences, their intervals, how missing data could move them, and what they allow.

Just past 300 lines, so that every figure of a comparison is found in the order in which it is told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from math import erfc, isnan, nan, sqrt
from typing import Any

import numpy as np
import pandas as pd

from equity_audit.comparisons.scaling import bent, scaled, summed
from equity_audit.comparisons.standardise import (
    Standardised,
    Strata,
    standardised_difference,
    standardised_share,
    strata_of,
)
from equity_audit.measures import gap, missing_bounds, reallocate, risk_difference, slope_index
from equity_audit.measures._shape import z_value
from equity_audit.verdict_settings import GAMMAS

REST = "rest"
_AGE_AND_SEX = ("direct, own denominators", "counts by age and sex are too small to allow for them")


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One figure of a comparison: proportions unless the measure's name says otherwise; ``n`` published records."""

    measure: str
    group: str | None = None
    against: str | None = None
    estimate: float = nan
    lower: float = nan
    upper: float = nan
    method: str = ""
    n: float = nan
    reason_withheld: str | None = None
    differs: bool | None = None


@dataclass(frozen=True, kw_only=True)
class Sides:
    """What a comparison rests on.

    ``counts``: ``group``, ``numerator``, ``denominator`` of the coded groups that may be shown, in order.
    ``uncoded``: events and records without a group. ``strata``: exact ``group``, ``stratum``, counts, uncoded groups too.
    """

    dimension: str
    ordered: bool
    polarity: str
    counts: pd.DataFrame
    uncoded: tuple[float, float]
    strata: pd.DataFrame | None
    effects: Mapping[str, float] = field(default_factory=dict)
    least_points: float = 0.02
    least_denominator: int = 100
    level: float = 0.95


def compare(sides: Sides) -> tuple[Figure, ...]:
    """Every figure of one comparison; a withheld one keeps its row and says why."""
    counts = sides.counts
    if len(counts) < 2 or (counts["denominator"] <= 0).any():
        return ()
    strata = strata_of(scaled(sides.counts, sides.strata)) if sides.strata is not None else None
    figures = [*_standardised(sides, strata), *_against_rest(sides, strata), *_effects(sides)]
    if sides.ordered:
        figures += [*_ends(sides, strata), *_slope(sides)]
    return tuple(replace(figure, n=_records(sides, figure)) for figure in (*figures, *_missing(sides)))


def _records(sides: Sides, figure: Figure) -> float:
    """The coded records that a figure is of, all of them where it is of no group: whole, as they were published."""
    records = sides.counts.set_index("group")["denominator"]
    if figure.group is None or figure.against == REST:
        return float(records.sum())
    return float(sum(records.get(group, 0.0) for group in (figure.group, figure.against) if group is not None))


def effective(sides: Sides) -> pd.DataFrame:
    """Counts divided by their design effect: as many independent records as the repeated ones are worth."""
    factor = sides.counts["group"].map(lambda group: sides.effects.get(group, 1.0)).to_numpy(dtype=float)
    result = sides.counts.copy()
    result["numerator"] = sides.counts["numerator"] / factor
    result["denominator"] = sides.counts["denominator"] / factor
    return result


def _standardised(sides: Sides, strata: Strata | None) -> Iterator[Figure]:
    if strata is None:
        return
    z = z_value(sides.level)
    for group in sides.counts["group"]:
        if bent(sides.counts, sides.strata, [group]):
            yield _withheld("standardised_proportion", group=group)
            continue
        found = standardised_share(strata, [group], sides.effects.get(group, 1.0))
        figure = _of(found, "standardised_proportion", z, group=group)
        # A normal interval of a share may pass none or all; a share cannot.
        yield replace(figure, lower=max(figure.lower, 0.0), upper=min(figure.upper, 1.0))


def _withheld(measure: str, **names: Any) -> Figure:
    method, reason = _AGE_AND_SEX
    return Figure(measure=measure, method=method, reason_withheld=reason, **names)


def _of(found: Standardised, measure: str, z: float, **names: Any) -> Figure:
    if isnan(found.value):
        reason = "no age and sex group holds records of every side"
        return Figure(measure=measure, method="direct, own denominators", reason_withheld=reason, **names)
    lower, upper = found.interval(z)
    method = f"direct, own denominators, {found.covered:.0%} covered"
    return Figure(measure=measure, estimate=found.value, lower=lower, upper=upper, method=method, **names)


def _against_rest(sides: Sides, strata: Strata | None) -> Iterator[Figure]:
    """Each group against all other coded records together: Newcombe, p by score test, Benjamini–Hochberg."""
    shown = effective(sides)
    differences = risk_difference(shown, reference=shown["group"].iloc[0], level=sides.level)
    against_rest = differences[differences["against"] == REST].to_dict("records")
    rows: dict[str, dict[Any, Any]] = {str(row["group"]): row for row in against_rest}
    p = {group: _score_p(shown, group) for group in rows}
    adjusted = dict(zip(p, benjamini_hochberg(np.array(list(p.values()))), strict=True))
    z = z_value(sides.level)
    everyone = [str(group) for group in sides.counts["group"]]
    for group in everyone:
        row = rows[group]
        differs = bool(adjusted[group] < 1 - sides.level and abs(row["value"]) >= sides.least_points)
        yield Figure(
            measure="risk_difference", group=group, against=REST, estimate=float(row["value"]), lower=float(row["lower"]),
            upper=float(row["upper"]), method="newcombe", differs=differs,
        )  # fmt: skip
        yield Figure(
            measure="adjusted_p", group=group, against=REST, estimate=float(adjusted[group]), method="score, bh"
        )
        if strata is not None:
            others = [each for each in everyone if each != group]
            if bent(sides.counts, sides.strata, [group], others):
                yield _withheld("standardised_difference", group=group, against=REST)
                continue
            effects = (sides.effects.get(group, 1.0), max([sides.effects.get(each, 1.0) for each in others]))
            found = standardised_difference(strata, [group], others, effects)
            yield _of(found, "standardised_difference", z, group=group, against=REST)


def _score_p(counts: pd.DataFrame, group: Any) -> float:
    own = counts["group"] == group
    x1, n1 = counts.loc[own, ["numerator", "denominator"]].sum()
    x0, n0 = counts.loc[~own, ["numerator", "denominator"]].sum()
    pooled = (x1 + x0) / (n1 + n0)
    spread = pooled * (1 - pooled) * (1 / n1 + 1 / n0)
    return erfc(abs(x1 / n1 - x0 / n0) / sqrt(2 * spread)) if spread > 0 else 1.0


def benjamini_hochberg(p: np.ndarray) -> np.ndarray:
    """Adjusted p values; `measures.adjust_p` is the same by statsmodels, which a plain audit does not import."""
    order = np.argsort(p)[::-1]
    ranked = p[order] * len(p) / np.arange(len(p), 0, -1)
    result = np.empty_like(ranked)
    result[order] = np.minimum(np.minimum.accumulate(ranked), 1)
    return result


def _effects(sides: Sides) -> Iterator[Figure]:
    for group, effect in sides.effects.items():
        if group in set(sides.counts["group"]):
            yield Figure(measure="design_effect", group=group, estimate=effect, method="clustered by patient")


def _ends(sides: Sides, strata: Strata | None) -> Iterator[Figure]:
    """Most against least deprived, crude (clustered) and standardised."""
    shown = effective(sides)
    first, last = str(shown["group"].iloc[0]), str(shown["group"].iloc[-1])
    if sides.dimension.startswith("imd_quintile") and not (first.startswith("1") and last.startswith("5")):
        reason = "quintile 1 or 5 is hidden or holds too few records"
        for name in ("gap", "ratio"):
            yield Figure(measure=name, reason_withheld=reason, method="delta")
        return
    share = shown["numerator"] / shown["denominator"]
    error = np.sqrt(share * (1 - share) / shown["denominator"])
    result = gap(pd.DataFrame({"order": range(1, len(shown) + 1), "value": share, "se": error}), level=sides.level)
    for row in result.to_dict("records"):
        yield Figure(
            measure=str(row["measure"]), group=first, against=last, estimate=float(row["value"]), lower=float(row["lower"]),
            upper=float(row["upper"]), method=str(row["method"]),
            reason_withheld=row["reason_withheld"] or None,
        )  # fmt: skip
    if strata is not None and bent(sides.counts, sides.strata, [first], [last]):
        yield _withheld("standardised_gap", group=first, against=last)
    elif strata is not None:
        effects = (sides.effects.get(first, 1.0), sides.effects.get(last, 1.0))
        found = standardised_difference(strata, [first], [last], effects)
        yield _of(found, "standardised_gap", z_value(sides.level), group=first, against=last)
    inner = share.iloc[1:-1]
    between = bool(
        ((inner >= min(share.iloc[0], share.iloc[-1])) & (inner <= max(share.iloc[0], share.iloc[-1]))).all()
    )
    yield Figure(
        measure="middle_quintiles_between", estimate=float(between), method="1 = quintiles 2 to 4 lie between 1 and 5"
    )


def _slope(sides: Sides) -> Iterator[Figure]:
    from equity_audit.measures import proportion

    shown = effective(sides)
    limits = proportion(shown, level=sides.level)
    frame = pd.DataFrame(
        {
            "order": [int(str(label)[0]) for label in shown["group"]],
            "population": sides.counts["denominator"].to_numpy(),
            "value": limits["value"],
            "lower": limits["lower"],
            "upper": limits["upper"],
        }
    )
    found = slope_index(frame, kind="proportion", polarity=sides.polarity, level=sides.level)
    result: dict[str, dict[str, Any]] = {str(row["measure"]): row for row in found.to_dict("records")}  # type: ignore[misc]
    large = (sides.counts["denominator"] >= sides.least_denominator) & (
        sides.counts["denominator"] >= 0.05 * sides.counts["denominator"].sum()
    )
    poor_fit = float(result["lack_of_fit"]["p"])
    reason = None
    if int(large.sum()) < 4:
        reason = "fewer than four quintiles are shown that hold 5% of the records and 100 of them"
    elif poor_fit < 0.01:
        reason = "a straight line does not describe the gradient"
    for name in ("sii", "rii", "fitted_most_deprived", "fitted_least_deprived"):
        row = result[name]
        withheld = reason or row["reason_withheld"] or None
        yield Figure(
            measure=name, estimate=nan if withheld else float(row["value"]), lower=nan if withheld else float(row["lower"]),
            upper=nan if withheld else float(row["upper"]), method="national ranks, delta",
            reason_withheld=withheld,
        )  # fmt: skip
    yield Figure(measure="lack_of_fit_p", estimate=poor_fit, method="chi-squared")


def _missing(sides: Sides) -> Iterator[Figure]:
    """How far records without a group could move each comparison."""
    events, records = sides.uncoded
    for group, others in _pairs(sides):
        x1, n1 = summed(sides.counts, [group])
        x0, n0 = summed(sides.counts, others)
        frame = pd.DataFrame(
            {"group": [group, REST, None], "numerator": [x1, x0, events], "denominator": [n1, n0, records]}
        )
        result = missing_bounds(frame, group, REST, gammas=GAMMAS)
        against = others[0] if len(others) == 1 else REST
        for row in result[result["measure"].isin(["relative_risk", "tipping_gamma"])].to_dict("records"):
            name = "tipping_gamma" if row["measure"] == "tipping_gamma" else "relative_risk_" + (
                "worst_case" if row["method"] == "worst_case" else f"gamma_{row['gamma']:g}"
            )  # fmt: skip
            yield Figure(
                measure=name, group=group, against=against, estimate=float(row["value"]), lower=float(row["lower"]),
                upper=float(row["upper"]), method=str(row["method"]),
                reason_withheld=row["reason_withheld"] or None,
            )  # fmt: skip
    if records:
        yield from _shares_under_gamma(sides, GAMMAS[0])
    if sides.strata is not None and records:
        coded = set(sides.counts["group"])
        frame = scaled(sides.counts, sides.strata)
        frame = frame.assign(group=frame["group"].where(frame["group"].isin(coded)))
        frame = frame.groupby(["group", "stratum"], dropna=False, as_index=False)[["numerator", "denominator"]].sum()
        if bent(sides.counts, sides.strata, *([group] for group in sides.counts["group"])):
            for group in sides.counts["group"]:
                yield replace(_withheld("reallocated_proportion", group=str(group)), method="reallocated")
            return
        for row in reallocate(frame, within="stratum").to_dict("records"):
            yield Figure(
                measure="reallocated_proportion", group=str(row["group"]), estimate=float(row["value"]), method="reallocated",
                reason_withheld=row["reason_withheld"] or None,
            )  # fmt: skip


def _shares_under_gamma(sides: Sides, gamma: float) -> Iterator[Figure]:
    """The share of each group if the odds among its uncoded lie between 1/Γ and Γ times its coded odds.

    The uncoded are shared out by the coded mix, as in `measures.missing_bounds`, which gives the ratios.
    """
    _, records = sides.uncoded
    everyone = float(sides.counts["denominator"].sum())
    for row in sides.counts.to_dict("records"):
        n, share = float(row["denominator"]), float(row["numerator"]) / float(row["denominator"])
        uncoded = records * n / everyone
        ends = [
            (n * share + uncoded * factor * share / (1 - share + factor * share)) / (n + uncoded)
            for factor in (1 / gamma, gamma)
        ]
        yield Figure(
            measure=f"proportion_gamma_{gamma:g}", group=str(row["group"]), estimate=share, lower=ends[0], upper=ends[1],
            method="gamma",
        )  # fmt: skip


def _pairs(sides: Sides) -> list[tuple[str, list[str]]]:
    """Quintile 1 against 5; each ethnic group against all other coded ones."""
    groups = [str(group) for group in sides.counts["group"]]
    if sides.ordered:
        return [(groups[0], [groups[-1]])]
    return [(group, [other for other in groups if other != group]) for group in groups]
