"""The head of the page: title, facts, and what the board needs to know."""

from __future__ import annotations

from equity_audit.board import Board
from equity_audit.model import Report
from equity_audit.narrative import (
    ask_sentence,
    gap_sentence,
    groups_sentence,
    headline_sentences,
    is_shown,
    may_be_headline,
    outcomes_of,
)
from equity_audit.reports.html.facts import chosen_outcomes, verdict_on, verdict_words
from equity_audit.reports.html.parts import Finding, count
from equity_audit.reports.workbook.words import day_words, period_of


def title_of(report: Report, board: Board) -> str:
    """What the paper is about and when."""
    labels = [
        facts.label
        for facts in chosen_outcomes(report, board)
        if may_be_headline(facts) and is_shown(report, facts.name)
    ]
    sides = [words for words, facts in (("deprivation", report.deprivation), ("ethnicity", report.ethnicity)) if facts]
    what = f"{labels[0] if labels else report.run.dataset_title} by {' and '.join(sides)}" if sides else "Equity audit"
    return f"{what}: {board.period or period_of(report)}"


def facts_line(report: Report) -> str:
    """How much it rests on, when it was made and by what."""
    parts = [f"{report.run.label}", f"{count(report.records_audited)} records"]
    patients = report.ethnicity.get("patients", {}).get("distinct") if report.ethnicity else None
    if patients is not None and patients.value:
        parts.append(f"{count(patients)} patients")
    audited = f"Audited {day_words(report.run.finished)} with equity-audit {report.run.version}"
    return f"{', '.join(parts)}. {audited}. Provisional: management figures, not official statistics."


def findings_of(report: Report, board: Board) -> tuple[Finding, ...]:
    """At most three sentences, each with how far it can be trusted; those that say it themselves get no second word."""
    found = []
    subjects = {gap_sentence(report, facts): ("imd_quintile", facts.name) for facts in outcomes_of(report)}
    subjects |= {groups_sentence(report, facts): ("ethnic_group", facts.name) for facts in outcomes_of(report)}
    for sentence in headline_sentences(report, board.outcomes):
        verdict = verdict_on(report, *subjects[sentence]) if sentence in subjects else None
        lead, colon, rest = sentence.partition(":")
        found.append(
            Finding(
                lead=lead + colon if rest else "", sentence=rest or sentence, verdict=verdict_words(verdict),
                level=verdict.verdict if verdict else "",
            )
        )  # fmt: skip
    return tuple(found)


def ask_of(report: Report, board: Board) -> str:
    """What the board is asked to do: its own words, else those that follow from the verdicts."""
    return board.ask or ask_sentence(report, board.outcomes)
