"""Measures and verdicts of a report: crude figures from released counts only, so that they tell no more than the tables do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import isfinite
from typing import Any

import pandas as pd

from equity_audit.comparisons.compare import Figure, Sides, compare
from equity_audit.comparisons.verdict import NOT_PROVED, verdict_of
from equity_audit.decode.labels import linked_words
from equity_audit.disclosure.profiles import Profile
from equity_audit.disclosure.release import rounded
from equity_audit.model import (
    Cell,
    ComparisonData,
    ReleasedFinding,
    ReleasedMeasure,
    ReleasedTable,
    TableRow,
    Verdict,
)
from equity_audit.verdict_settings import FEWEST_FOR_A_SHARE, TOO_FEW_TO_JUDGE, Thresholds

LEVEL = 0.95
STRATA_BASE = 5  # of counts by age and sex where a profile shows whole numbers
_RATIOS = ("ratio", "rii", "relative_risk", "tipping_gamma", "design_effect")
_CODED_WORDS = {
    "imd_quintile": "are linked to an IMD quintile",
    "imd_quintile_compared": "are linked to a quintile of the other edition",
    "ethnic_group": "have a usable ethnic group",
}
# Rules that say whether a dimension's scheme, vintage or direction is proved.
_PROOF = {
    "imd_quintile": ("DEP009", "DEP012", "DEP013", "DEP014"),
    "imd_quintile_compared": ("DEP009", "DEP012", "DEP013", "DEP014"),
    "ethnic_group": ("ETH007",),
}
_SETS = {"imd_quintile": "deprivation", "ethnic_group": "ethnicity", "imd_quintile_compared": "deprivation"}
_ORDERED = ("imd_quintile", "imd_quintile_compared")


def comparisons_of(
    data: Sequence[ComparisonData],
    tables: Iterable[ReleasedTable],
    findings: Sequence[ReleasedFinding],
    profile: Profile,
    thresholds: Thresholds,
) -> tuple[tuple[ReleasedMeasure, ...], tuple[Verdict, ...]]:
    """Measures and a verdict for each outcome by quintile and by ethnic group."""
    by_id = {table.id: table for table in tables}
    measures: list[ReleasedMeasure] = []
    verdicts = []
    for each in data:
        table = by_id.get(f"{each.outcome}_by_{each.dimension}")
        if table is None:
            continue
        sides = _sides(each, table, profile, thresholds)
        figures = compare(sides)
        measures += [_released(figure, each, profile) for figure in figures]
        if len(sides.counts):
            verdicts.append(_verdict(each, table, sides, figures, findings, thresholds))
    return tuple(measures), tuple(verdicts)


def _sides(data: ComparisonData, table: ReleasedTable, profile: Profile, thresholds: Thresholds) -> Sides:
    shown = [row for row in table.rows if row.labels[0] in data.coded and row.value.marker in (None, "low")]
    uncoded = [row for row in table.rows if row.labels[0] not in data.coded]
    return Sides(
        dimension=data.dimension,
        ordered=data.dimension in _ORDERED,
        polarity=data.polarity,
        counts=pd.DataFrame(
            {
                "group": [row.labels[0] for row in shown],
                "numerator": [float(row.numerator.value or 0) for row in shown],
                "denominator": [float(row.denominator.value or 0) for row in shown],
            }
        ),
        uncoded=_total(uncoded),
        strata=rounded_strata(data.strata, profile),
        effects=data.effects,
        least_points=thresholds.differs_points,
        least_denominator=thresholds.least_denominator,
        level=LEVEL,
    )


def rounded_strata(strata: pd.DataFrame | None, profile: Profile) -> pd.DataFrame | None:
    """Counts by age and sex, which are printed nowhere, rounded before anything is worked out from them.

    Otherwise a group that lies in one stratum would print its exact share and interval, and these give back its counts.
    Sums from the first stratum of a group on are rounded, so that small strata are not all rounded to nothing and the strata
    of a group add up to what is printed of it.
    """
    if strata is None or profile.primary is None:
        return strata
    base = profile.round_to or STRATA_BASE
    counts = strata[["numerator", "denominator"]].astype("int64")
    running = (2 * counts.groupby(strata["group"], sort=False).cumsum() + base) // (2 * base) * base
    told = running.groupby(strata["group"], sort=False).diff().fillna(running).astype("int64")
    return strata.assign(numerator=told["numerator"].clip(upper=told["denominator"]), denominator=told["denominator"])


def _total(rows: Sequence[TableRow]) -> tuple[float, float]:
    shown = [row for row in rows if row.numerator.value is not None and row.denominator.value is not None]
    return sum(float(row.numerator.value or 0) for row in shown), sum(
        float(row.denominator.value or 0) for row in shown
    )


def _released(figure: Figure, data: ComparisonData, profile: Profile) -> ReleasedMeasure:
    decimals = 2 if figure.measure.startswith(_RATIOS) else 4 if figure.measure.endswith("_p") else None

    def number(value: float) -> float | None:
        if not isfinite(value):
            return None
        return round(value, decimals) if decimals and profile.primary is not None else rounded(value, profile)

    return ReleasedMeasure(
        measure=figure.measure,
        outcome=data.outcome,
        dimension=data.dimension,
        group=figure.group,
        against=figure.against,
        estimate=number(figure.estimate),
        lower=number(figure.lower),
        upper=number(figure.upper),
        level=LEVEL,
        method=figure.method,
        n=Cell(round(figure.n)) if isfinite(figure.n) else Cell(None, "z"),
        reason_withheld=figure.reason_withheld or _why_endless(figure),
        differs=figure.differs,
    )


def _why_endless(figure: Figure) -> str | None:
    """Why a figure that was not withheld is no number: every null has its reason."""
    if isfinite(figure.estimate):
        return None
    if figure.measure == "tipping_gamma":
        return "no difference between coded and uncoded records would overturn it"
    return "no event in the group compared with" if figure.estimate > 0 else "not defined for these counts"


def _verdict(
    data: ComparisonData,
    table: ReleasedTable,
    sides: Sides,
    figures: Sequence[Figure],
    findings: Sequence[ReleasedFinding],
    thresholds: Thresholds,
) -> Verdict:
    coded = sum(float(row.denominator.value or 0) for row in table.rows if row.labels[0] in data.coded)
    records = sum(float(row.denominator.value or 0) for row in table.rows)
    failing = _failing(findings, _SETS[data.dimension])
    # A group that is hidden or too small to show is smaller than every threshold.
    complete = len(sides.counts) == len(data.coded)
    smallest = (
        (float(sides.counts["denominator"].min()), float(sides.counts["numerator"].min())) if complete else (0.0, 0.0)
    )
    verdict, sentence = verdict_of(
        figures,
        coded_share=coded / records if records else 0.0,
        smallest=smallest,
        coded_words=_CODED_WORDS[data.dimension],
        proved=not any(code in failing for code in _PROOF[data.dimension]),
        keyed=data.keyed,
        may_act=data.headline,
        thresholds=thresholds,
        counted=data.counted,
    )
    return Verdict(
        subject=f"{data.outcome}_by_{data.dimension}",
        verdict=verdict,  # type: ignore[arg-type]
        sentence=sentence,
        because=failing,
    )


def _failing(findings: Sequence[ReleasedFinding], rule_set: str) -> tuple[str, ...]:
    return tuple(
        found.rule.code
        for found in findings
        if found.rule.rule_set == rule_set and found.outcome == "fail" and found.rule.severity == "error"
    )


def completeness_verdicts(
    ethnicity: Mapping[str, Any],
    deprivation: Mapping[str, Any],
    findings: Sequence[ReleasedFinding],
    thresholds: Thresholds,
) -> tuple[Verdict, ...]:
    """How far ethnic coding and deprivation linkage as such can be trusted, whatever is compared by them."""
    verdicts = []
    for dimension, facts, key in (("ethnic_group", ethnicity, "valid"), ("imd_quintile", deprivation, "linked")):
        if not facts or not facts["records"].value or facts["classes"][key].value is None:
            continue
        share = facts["classes"][key].value / facts["records"].value
        failing = _failing(findings, _SETS[dimension])
        coded = linked_words(facts.get("routes", {})) if dimension == "imd_quintile" else _CODED_WORDS[dimension]
        few = facts["records"].value < FEWEST_FOR_A_SHARE
        words = f"too few records {coded}" if few else f"{share:.1%} of records {coded}"
        if any(code in failing for code in _PROOF[dimension]):
            verdict, sentence = "do_not_use", f"Do not use yet: {NOT_PROVED}."
        elif share < thresholds.do_not_use_below:
            verdict, sentence = (
                "do_not_use",
                f"Do not use yet: {words}, and at least {thresholds.do_not_use_below:.0%} are needed.",
            )
        elif few:
            # The careful one of the three words that a scheduled job knows; the sentence says that nothing was judged.
            verdict, sentence = "care", f"{TOO_FEW_TO_JUDGE}."
        elif share < thresholds.act_from:
            verdict, sentence = "care", f"Read with care: {words}; {thresholds.act_from:.0%} would be complete enough."
        else:
            verdict, sentence = "act", f"Complete enough to use: {words}."
        verdicts.append(
            Verdict(subject=_SETS[dimension], verdict=verdict, sentence=sentence, because=failing)  # type: ignore[arg-type]
        )
    return tuple(verdicts)
