"""The most against the least deprived fifth, in sentences."""

from __future__ import annotations

from equity_audit.model import OutcomeFacts, Report, TableRow
from equity_audit.narrative.lookups import measure_of, rows_of
from equity_audit.narrative.words import percent, points, with_caution


def gap_sentence(report: Report, facts: OutcomeFacts) -> str:
    """Quintile 1 (most deprived) against quintile 5 (least deprived); blank where nothing was measured."""
    gap = measure_of(report, "gap", facts.name)
    if gap is None:
        return ""
    if gap.estimate is None or gap.lower is None or gap.upper is None:
        return f"{facts.label}: no gap by deprivation is given, because {gap.reason_withheld or 'it was not measured'}."
    if gap.lower <= 0 <= gap.upper:
        return with_caution(
            f"{facts.label}: there is no clear evidence of a gap by deprivation. The data fit a gap anywhere from "
            f"{points(gap.lower)} to {points(gap.upper)} percentage points "
            "(above 0: higher in the most deprived fifth of areas).",
            facts,
        )
    ends = {row.labels[0][0]: row for row in rows_of(report, facts.name, "imd_quintile") if row.labels}
    low, high = sorted((abs(gap.lower), abs(gap.upper)))
    direction = "higher" if gap.estimate > 0 else "lower"
    return with_caution(
        f"{facts.label}: {_share_told(ends['1'], facts.noun)} from the most deprived fifth of areas, against "
        f"{_share_told(ends['5'])} from the least deprived fifth: a gap of {points(abs(gap.estimate))} "
        f"percentage points ({points(low)} to {points(high)}), {direction} in the most deprived fifth"
        f"{_adjusted(report, facts)}.",
        facts,
    )


def _share_told(row: TableRow, noun: str = "") -> str:
    """A share of a noun with its counts, since a board must see how many people a per cent stands for."""
    counts = (row.numerator.value, row.denominator.value)
    how_many = "" if None in counts else f" ({counts[0]:,} of {counts[1]:,})"
    share = f"a share that is hidden [{row.value.marker}]" if row.value.value is None else percent(row.value.value)
    return f"{share}{f' of {noun}' if noun else ''}{how_many}"


def ratio_sentence(report: Report, facts: OutcomeFacts) -> str:
    """How many times the share of the least deprived fifth that of the most deprived is; blank where no gap is told."""
    gap, ratio = measure_of(report, "gap", facts.name), measure_of(report, "ratio", facts.name)
    if gap is None or gap.lower is None or gap.upper is None or gap.lower <= 0 <= gap.upper:
        return ""
    if ratio is None or ratio.estimate is None or ratio.lower is None or ratio.upper is None:
        return ""
    return (
        f"The share in the most deprived fifth is {ratio.estimate:.1f} times that in the least deprived fifth "
        f"({ratio.lower:.1f} to {ratio.upper:.1f})."
    )


def _adjusted(report: Report, facts: OutcomeFacts) -> str:
    gap = measure_of(report, "standardised_gap", facts.name)
    if gap is None or gap.estimate is None or gap.lower is None or gap.upper is None:
        return "; age and sex are not allowed for"
    if gap.lower <= 0 <= gap.upper:
        return (
            "; allowing for age and sex as recorded, there is no clear evidence of a gap "
            f"({points(gap.lower)} to {points(gap.upper)} percentage points)"
        )
    return (
        f"; allowing for age and sex as recorded, {points(gap.estimate)} ({points(gap.lower)} to {points(gap.upper)})"
    )
