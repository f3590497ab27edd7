"""One verdict a comparison: act, read with care, or do not use yet; only its own dimension counts."""

from __future__ import annotations

from collections.abc import Sequence
from math import isnan

from equity_audit.comparisons.compare import Figure
from equity_audit.verdict_settings import Thresholds

WORDS = {
    "act": "Complete enough to use. This does not show why groups differ.",
    "care": "Read with care: {reason}.",
    "do_not_use": "Do not use yet: {reason}.",
}
# The smallest group where one is hidden or too small to show: smaller than any threshold, but nobody may say how small.
HIDDEN = (0.0, 0.0)
NOT_PROVED = "the code scheme, vintage or direction of the scale is not proved, or not that of the edition"
_MIX, _REPEATS = "the mix of ages and sexes", "repeat patients"


def verdict_of(
    figures: Sequence[Figure],
    *,
    coded_share: float,
    smallest: tuple[float, float],
    coded_words: str,
    proved: bool,
    keyed: bool,
    may_act: bool,
    thresholds: Thresholds | None = None,
    counted: str = "records",
) -> tuple[str, str]:
    """The verdict and its sentence.

    Parameters
    ----------
    coded_share
        Share of the outcome's denominators that are usable (or linked); ``coded_words`` says so in words.
    smallest
        Fewest records and fewest events in any group compared; `HIDDEN` where one is not shown.
    proved
        Whether vintage, direction and code scheme are proved.
    keyed
        Whether records could be clustered by patient.
    may_act
        False for outcomes that are never acted on (the share of admissions that are emergencies).
    counted
        What the outcome counts: records or patients.
    """
    at = thresholds or Thresholds()
    if coded_share < at.do_not_use_below:
        return _say(
            "do_not_use",
            f"{coded_share:.1%} of the {counted} counted here {coded_words}, and at least {at.do_not_use_below:.0%} are needed",
        )
    if not proved:
        return _say("do_not_use", NOT_PROVED)
    like_with_like = _like_with_like(figures)
    unchecked = [words for words, done in ((_MIX, like_with_like), (_REPEATS, keyed)) if not done]
    for holds, reason in (
        (
            coded_share >= at.act_from,
            f"{coded_share:.1%} of the {counted} counted here {coded_words}; {at.act_from:.0%} would be enough to act on",
        ),
        (smallest != HIDDEN, f"a group is hidden, or has fewer than {at.least_denominator} {counted}"),
        (smallest[0] >= at.least_denominator, f"a group has fewer than {at.least_denominator} {counted}"),
        (smallest[1] >= at.least_events, f"a group has fewer than {at.least_events} events"),
        (
            keyed,
            f"{_REPEATS} could not be checked, since no key groups records by patient: intervals may be too narrow",
        ),
        (may_act, "it is a share of this trust's admissions, not a rate"),
        (like_with_like, f"{_MIX} could not be checked"),
        (_standardised_agrees(figures), "crude figures and those that allow for age and sex do not agree"),
        (_survives(figures, at), "records without a group could change the conclusion"),
    ):
        if not holds:
            return _say("care", reason, unchecked)
    return _say("act", "", unchecked)


def _say(verdict: str, reason: str, unchecked: Sequence[str] = ()) -> tuple[str, str]:
    """The words of a verdict, then what nobody could look at: only one reason is named, which must not hide that."""
    told = " and ".join(words for words in unchecked if words not in reason)
    rest = f" {told[0].upper()}{told[1:]} could not be checked." if told else ""
    return verdict, WORDS[verdict].format(reason=reason) + rest


def _claimed(figures: Sequence[Figure]) -> list[Figure]:
    """Crude differences that would be claimed: groups that differ, or a gap whose interval excludes none."""
    gaps = [figure for figure in figures if figure.measure == "gap" and _excludes(figure, 0)]
    return gaps or [figure for figure in figures if figure.measure == "risk_difference" and figure.differs]


def _like_with_like(figures: Sequence[Figure]) -> bool:
    """Whether each difference that would be claimed, else any, could be worked out allowing for age and sex."""
    allowed = {
        (figure.group, figure.against)
        for figure in figures
        if figure.measure in ("standardised_gap", "standardised_difference") and not isnan(figure.estimate)
    }
    claims = {(claim.group, claim.against) for claim in _claimed(figures)}
    return claims <= allowed if claims else bool(allowed)


def _standardised_agrees(figures: Sequence[Figure]) -> bool:
    standardised = {
        (figure.group, figure.against): figure
        for figure in figures
        if figure.measure in ("standardised_gap", "standardised_difference")
    }
    for claim in _claimed(figures):
        other = standardised.get((claim.group, claim.against))
        if other is None or not _excludes(other, 0) or (other.estimate > 0) != (claim.estimate > 0):
            return False
    return True


def _survives(figures: Sequence[Figure], at: Thresholds) -> bool:
    claimed = {(figure.group, figure.against) for figure in _claimed(figures)}
    if claimed:
        bounds = [figure for figure in figures if figure.measure == f"relative_risk_gamma_{at.gamma:g}"]
        return all(_excludes(figure, 1) for figure in bounds if (figure.group, figure.against) in claimed)
    # "No difference" may be acted on only where missing data could not hide one that matters.
    bounds = [figure for figure in figures if figure.measure == "relative_risk_gamma_2"]
    # The share as coded where the uncoded could not be shared out: no share at all would let every bound pass.
    shares = {
        figure.group: figure.estimate
        for name in ("proportion_gamma_2", "reallocated_proportion")
        for figure in figures
        if figure.measure == name and not isnan(figure.estimate)
    }
    within = []
    for figure in bounds:
        base = shares.get(figure.against or "", shares.get(figure.group or "", 0.0))
        within.append(max(abs(figure.lower - 1), abs(figure.upper - 1)) * base <= at.no_difference_points)
    return all(within)


def _excludes(figure: Figure, value: float) -> bool:
    return not isnan(figure.lower) and (figure.lower > value or figure.upper < value)
