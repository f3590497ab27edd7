"""Ethnic groups beside all others, in sentences."""

from __future__ import annotations

from collections.abc import Iterable

from equity_audit.model import OutcomeFacts, ReleasedMeasure, Report, TableRow
from equity_audit.narrative.lookups import FEWEST_FOR_A_SHARE, difference_of, rows_of
from equity_audit.narrative.words import GROUP_WORDS, listed, percent, points, with_caution


def group_sentences(report: Report, facts: OutcomeFacts) -> tuple[str, ...]:
    """One sentence for each ethnic group with a figure: its share beside all others'. A difference is claimed where it is clear."""
    rows = [row for row in rows_of(report, facts.name, "ethnic_group") if row.labels[0] in GROUP_WORDS]
    sentences = []
    for row in rows:
        if row.value.value is None or row.lower.value is None or row.upper.value is None:
            continue
        start = (
            f"{facts.label}: {percent(row.value.value)} of {facts.noun} of {GROUP_WORDS[row.labels[0]]} "
            f"({percent(row.lower.value)} to {percent(row.upper.value)})"
        )
        words = difference_words(difference_of(report, facts.name, "ethnic_group", row.labels[0]))
        claim = f": {words}" if words in ("higher", "lower", "no clear difference") else ""
        sentences.append(with_caution(f"{start}{_others(row, rows, facts)}{claim}.", facts))
    return tuple(sentences)


def difference_words(found: ReleasedMeasure | None) -> str:
    """Whether a group differs from all others, in words: claimed only where the interval excludes none."""
    if found is None or found.estimate is None or found.lower is None or found.upper is None:
        return "not compared"
    if not found.differs or found.lower <= 0 <= found.upper:
        return "no clear difference"
    return "higher" if found.estimate > 0 else "lower"


def differing_sentence(report: Report, facts: OutcomeFacts) -> str:
    """The ethnic groups whose share differs from that of all other patients with a known group; blank if none does."""
    told = []
    for group, who in GROUP_WORDS.items():
        found = difference_of(report, facts.name, "ethnic_group", group)
        words = difference_words(found)
        if words in ("higher", "lower") and found is not None:
            low, high = sorted((abs(found.lower or 0), abs(found.upper or 0)))
            size = f"{points(abs(found.estimate or 0))} percentage points ({points(low)} to {points(high)})"
            told.append(f"{who} {words} by {size}")
    if not told:
        return ""
    return with_caution(
        f"{facts.label}, against all other patients with a known ethnic group: {'; '.join(told)}.", facts
    )


def groups_sentence(report: Report, facts: OutcomeFacts) -> str:
    """The ethnic groups that differ, else which were compared and do not; blank if none was compared."""
    told = differing_sentence(report, facts)
    compared = [
        group
        for group in GROUP_WORDS
        if difference_words(difference_of(report, facts.name, "ethnic_group", group)) != "not compared"
    ]
    if told or not compared:
        return told
    few = [group for group in GROUP_WORDS if group not in compared]
    sentence = (
        f"{facts.label} by ethnic group: {listed(compared)} {'does' if len(compared) == 1 else 'do'} not clearly differ "
        "from all other patients with a known group"
    )
    left = f"; too few records to compare {listed(few)}" if few else ""
    return with_caution(f"{sentence}{left}.", facts)


def _others(row: TableRow, rows: Iterable[TableRow], facts: OutcomeFacts) -> str:
    others = [other for other in rows if other is not row]
    shown = [other for other in others if other.numerator.value is not None and other.denominator.value]
    whole = sum(int(other.denominator.value or 0) for other in shown)
    if whole < FEWEST_FOR_A_SHARE:
        return ""
    share = sum(int(other.numerator.value or 0) for other in shown) / whole
    who = "patients of the other groups shown"
    if len(shown) == len(others):
        who = "all other patients with a known group"
    elif len(shown) == 1:
        who = GROUP_WORDS[shown[0].labels[0]]
    return f", {percent(share)} of {facts.noun} of {who}"
