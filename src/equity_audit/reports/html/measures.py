"""Measures of a comparison as tables of a page, and the sentence on the fitted line."""

from __future__ import annotations

from collections.abc import Mapping

from equity_audit.model import OutcomeFacts, ReleasedMeasure, Report
from equity_audit.narrative import RATES, measure_of, method_words, points
from equity_audit.reports.html.parts import Table, marks_in

# What each measure is called for a reader; those told in percentage points or per cent are multiplied by 100.
POINTS: Mapping[str, str] = {
    "gap": "Gap, quintile 1 less quintile 5 (percentage points)",
    "standardised_gap": "Gap, allowing for age and sex (percentage points)",
    "sii": "Slope index of inequality (percentage points)",
    "fitted_most_deprived": "Fitted line at the most deprived end (%)",
    "fitted_least_deprived": "Fitted line at the least deprived end (%)",
    "risk_difference": "Difference from all other groups (percentage points)",
    "standardised_difference": "Difference, allowing for age and sex (percentage points)",
    "standardised_proportion": "Share, allowing for age and sex (%)",
    "reallocated_proportion": "Share, uncoded records shared out (%)",
    "proportion_gamma_2": "Share if uncoded odds differ up to 2 times (%)",
}
OTHERS: Mapping[str, str] = {
    "ratio": "Ratio, quintile 1 to quintile 5",
    "rii": "Relative index of inequality",
    "middle_quintiles_between": "Quintiles 2 to 4 lie between 1 and 5 (1 yes, 0 no)",
    "lack_of_fit_p": "Lack of fit of the line (p)",
    "adjusted_p": "Adjusted p of the difference",
    "design_effect": "Design effect of repeat patients",
    "relative_risk_worst_case": "Ratio, at the bounds whatever the uncoded are",
    "relative_risk_gamma_2": "Ratio if uncoded odds differ up to 2 times",
    "relative_risk_gamma_3": "Ratio if uncoded odds differ up to 3 times",
    "relative_risk_gamma_5": "Ratio if uncoded odds differ up to 5 times",
    "tipping_gamma": "How many times uncoded odds must differ to overturn it",
}


def measures_table(report: Report, facts: OutcomeFacts, dimension: str) -> Table | None:
    """Everything measured on one comparison, a row each; for whoever checks the figures, so it is folded away."""
    found = [
        measure for measure in report.measures
        if (measure.outcome, measure.dimension) == (facts.name, dimension) and measure.measure not in RATES
    ]  # fmt: skip
    rows = tuple(_row(measure) for measure in found)
    if not rows:
        return None
    what = "deprivation" if dimension == "imd_quintile" else "ethnic group"
    return Table(
        name=f"measures-{facts.name}-{dimension}".replace("_", "-"),
        caption=f"{facts.label}: everything measured by {what}",
        columns=("Measure", "Group", "Value", "95% interval", "Method, or why it is withheld"),
        numeric=(False, False, True, True, False),
        rows=rows,
        notes=("A positive gap or slope means that the share is higher in the most deprived areas.", *marks_in(rows)),
        folded=True,
        annex=True,
    )


def _row(measure: ReleasedMeasure) -> tuple[str, ...]:
    name = measure_words(measure.measure)
    write = points if measure.measure in POINTS else "{:.2f}".format
    told = [write(end) if end is not None else "[z]" for end in (measure.estimate, measure.lower, measure.upper)]
    against = f" against {measure.against}" if measure.against and measure.against != "rest" else ""
    ends = f"{told[1]} to {told[2]}" if measure.lower is not None and measure.upper is not None else "[z]"
    return (name, f"{measure.group or 'all'}{against}", told[0], ends, method_words(measure))


def measure_words(name: str) -> str:
    """What a measure is called for a reader."""
    return POINTS.get(name) or OTHERS.get(name) or name.replace("_", " ").capitalize()


def of_group(report: Report, name: str, outcome: str, dimension: str, group: str) -> ReleasedMeasure | None:
    """A measure of one group."""
    wanted = (name, outcome, dimension, group)
    return next((m for m in report.measures if (m.measure, m.outcome, m.dimension, m.group) == wanted), None)


def standardised(report: Report, outcome: str, dimension: str, group: str) -> str:
    """The share allowing for age and sex with its interval; not available where withheld, else not applicable."""
    found = of_group(report, "standardised_proportion", outcome, dimension, group)
    if found is None:
        return "[z]"
    if found.estimate is None or found.lower is None or found.upper is None:
        return "[x]"
    return f"{found.estimate:.1%} ({found.lower:.1%} to {found.upper:.1%})"


def slope_sentence(report: Report, facts: OutcomeFacts) -> str:
    """The fitted difference from end to end beside the gap between fifths; why it is withheld; blank if not measured."""
    slope, gap = measure_of(report, "sii", facts.name), measure_of(report, "gap", facts.name)
    if slope is None:
        return ""
    if slope.estimate is None or slope.lower is None or slope.upper is None:
        return f"No fitted line is given: {slope.reason_withheld}." if slope.reason_withheld else ""
    between = f"; between the fifths, {points(gap.estimate)}" if gap and gap.estimate is not None else ""
    return (
        f"Fitted from the very most to the very least deprived area the difference is {points(slope.estimate)} points "
        f"({points(slope.lower)} to {points(slope.upper)}){between}. National placing. "
        "Above 0: the most deprived are worse off."
    )
