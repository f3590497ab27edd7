"""The front sheet in about 150 words: the same sentences as everywhere, for a paper or the body of an e-mail."""

from __future__ import annotations

import re

from equity_audit.board import Board
from equity_audit.model import Report
from equity_audit.narrative import ask_sentence, ordered_outcomes, rate_sentence
from equity_audit.reports.grouping import grouping_words
from equity_audit.reports.html.parts import count
from equity_audit.reports.html.top import findings_of
from equity_audit.reports.inert import visible
from equity_audit.reports.workbook.words import day_words, period_of, watermark_lines

_NO_SETTINGS = Board()
_MARKS = re.compile(r"([\\`*_{}\[\]<>#|!~&])")


def render(report: Report, board: Board = _NO_SETTINGS) -> bytes:
    """The summary as Markdown. Whatever could be read as mark-up or HTML is escaped."""
    head = f"{board.trust_name}: equity audit" if board.trust_name else "Equity audit"
    lines = [f"# {_plain(f'{head}, {board.period or period_of(report)}')}", ""]
    lines += [f"**{_plain(line)}**\n" for line in watermark_lines(report)]
    lines += [_plain(_facts(report)), ""]
    for number, finding in enumerate(findings_of(report, board), 1):
        verdict = f" **{_plain(finding.verdict)}.**" if finding.verdict else ""
        lines.append(f"{number}. {_plain(finding.lead + finding.sentence)}{verdict}")
    outcomes = ordered_outcomes(report, board.outcomes)
    rates = (rate_sentence(report, facts, "imd_quintile", ends=True) for facts in outcomes)
    lines += [f"\n{_plain(sentence)}" for sentence in rates if sentence][:1]
    lines += ["", f"**{_plain(board.ask or ask_sentence(report, board.outcomes))}**"]
    if board.executive_lead:
        lines += ["", f"Executive lead: {_plain(board.executive_lead)}"]
    if board.contact:
        lines += ["", f"Contact: {_plain(board.contact)}"]
    made = (
        f"equity-audit {report.run.version}, run {report.run.id}, profile {report.profile}; {grouping_words(report)}."
    )
    lines += ["", _plain(made)]
    return ("\n".join(lines) + "\n").encode()


def _facts(report: Report) -> str:
    """How much it rests on, when it was made, and that it is provisional."""
    patients = report.ethnicity.get("patients", {}).get("distinct") if report.ethnicity else None
    keyed = f", {count(patients)} patients" if patients is not None and patients.value else ""
    return (
        f"{report.run.label}: {count(report.records_audited)} records{keyed}. Audited {day_words(report.run.finished)}; "
        "provisional management figures."
    )


def _plain(words: str) -> str:
    """One line of text that Markdown and HTML leave as it is."""
    return _MARKS.sub(r"\\\1", " ".join(visible(words).split()))
