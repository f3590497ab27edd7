"""What a board is told first, and what it is asked to do."""

from __future__ import annotations

from collections.abc import Sequence

from equity_audit.model import Report
from equity_audit.narrative.completeness import completeness_sentences, other_classes, trust_sentence
from equity_audit.narrative.gaps import gap_sentence
from equity_audit.narrative.groups import groups_sentence
from equity_audit.narrative.lookups import class_share, is_shown, may_be_headline, ordered_outcomes, too_few_records
from equity_audit.narrative.words import ETHNIC_CLASSES, LINK_CLASSES, LINKED, USABLE, listed, uncapped


def headline_sentences(report: Report, named: Sequence[str] = ()) -> tuple[str, ...]:
    """At most three sentences for a board: the gap by deprivation, ethnic groups that differ, how far to trust both.

    ``named`` are the outcomes that a board asked for, the first of them the one to lead with.
    """
    told = [sentence for sentence in _lead_sentences(report, named) if sentence]
    absent = _absent_sentences(report)
    trust = (*completeness_sentences(report), *absent)
    if len(told) + len(trust) > 3:
        trust = (" ".join(part for part in (trust_sentence(report), *absent) if part),)
    return (*told, *trust)


def _absent_sentences(report: Report) -> tuple[str, ...]:
    """What nothing can be said about, and why: no column, or so few records that even how many is hidden."""
    if not report.tables:
        return ()
    told = []
    for facts, key, lacks, about, words, classes in (
        (report.ethnicity, "valid", "no ethnicity column", "ethnic groups", USABLE, ETHNIC_CLASSES),
        (report.deprivation, "linked", "no location", "deprivation", LINKED, LINK_CLASSES),
    ):
        if not facts:
            told.append(f"This extract has {lacks}, so nothing is said about {about}.")
        elif class_share(report, facts, key).marker == "c":
            rest = other_classes(report, facts["classes"], key, classes)
            told.append(f"How many records {words} is hidden to protect confidentiality{rest}.")
    return tuple(told)


def _lead_sentences(report: Report, named: Sequence[str]) -> tuple[str, ...]:
    """What is told of the outcome that leads; plainly that none can lead, and why."""
    if not report.tables:
        return ()
    found = ordered_outcomes(report, named)
    if not found:
        return ("No gap is given: this extract holds no outcome, such as a wait or a missed appointment, to compare.",)
    lead = next((facts for facts in found if may_be_headline(facts) and is_shown(report, facts.name)), None)
    if lead is not None:
        sentences = gap_sentence(report, lead), groups_sentence(report, lead)
        none = f"{lead.label}: with this extract no groups can be compared, so no gap is given."
        return sentences if any(sentences) else (none,)
    meant = [facts.label for facts in found if may_be_headline(facts)]
    told = (
        f"{listed(meant)}: no gap is given, because the counts are too small to publish."
        if meant
        else f"No gap leads here: {_why_none_leads(report)}."
    )
    others = [uncapped(facts.label) for facts in found if is_shown(report, facts.name)]
    if others:
        told += (
            f" Figures for {listed(others)} follow below; they depend on who comes to this trust, so they do not lead."
        )
    return (told,)


def _why_none_leads(report: Report) -> str:
    if any(note.startswith("A quick audit") for note in report.notes):
        return "a quick audit has one outcome, and this one is not told first"
    return "none of this extract's outcomes is one to be told first"


def ask_sentence(report: Report, named: Sequence[str] = ()) -> str:
    """What a board is asked to do, from the verdicts on both fields and on the outcome that leads."""
    verdicts = {verdict.subject: verdict.verdict for verdict in report.verdicts}
    lead = next(iter(ordered_outcomes(report, named)), None)
    told = {"ethnicity", "deprivation"}
    told |= {f"{lead.name}_by_{dimension}" for dimension in ("imd_quintile", "ethnic_group")} if lead else set()
    if any(verdicts.get(subject) == "do_not_use" for subject in told):
        return "The board is asked to decide how recording will be improved before these comparisons are used."
    wanted = [
        words
        for subject, words in (
            ("ethnicity", USABLE), ("deprivation", LINKED),
        )
        if verdicts.get(subject) == "care" and not too_few_records(report, subject)
    ]  # fmt: skip
    if not wanted:
        return "The board is asked to note these figures and to discuss how the recording faults will be put right."
    return (
        f"The board is asked to note these figures, and to agree who will see that more records {' and '.join(wanted)}."
    )
