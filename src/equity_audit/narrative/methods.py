"""What the codes of methods are called for a reader; the result document and the tidy file keep the codes."""

from __future__ import annotations

import re

from equity_audit.model import ReleasedMeasure

METHODS = {
    "newcombe": "Newcombe's score interval",
    "delta": "Delta method",
    "delta, log scale": "Delta method, on the log scale",
    "national ranks, delta": "Line through national ranks, delta method",
    "chi-squared": "Chi-squared test",
    "score, bh": "Score test, Benjamini–Hochberg adjustment",
    "gamma": "Bounds under Γ on the odds among uncoded records",
    "worst_case": "Bounds, whatever the uncoded records are",
    "reallocated": "Uncoded records shared out, age by age and sex by sex",
    "direct, own denominators": "Directly standardised to all records of this extract",
    "clustered by patient": "Clustered by patient",
}
_COVERED = re.compile(r"(.+), (\d+%) covered")


def method_words(measure: ReleasedMeasure) -> str:
    """How a figure was worked out, or why it is withheld."""
    if measure.reason_withheld:
        return measure.reason_withheld
    covered = _COVERED.fullmatch(measure.method)
    if covered:
        return f"{METHODS.get(covered[1], covered[1])}; {covered[2]} of them can be compared like with like"
    return METHODS.get(measure.method, measure.method)
