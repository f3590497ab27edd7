"""The front sheet in about 150 words: the same sentences as everywhere, for a paper or the body of an e-mail."""

from __future__ import annotations

import re

from equity_audit.board import Board
from equity_audit.model import Report
from equity_audit.narrative import ask_sentence, headline_sentences, ordered_outcomes, rate_sentence, rules_sentence
from equity_audit.reports.grouping import grouping_words
from equity_audit.reports.html.top import facts_line, title_of
from equity_audit.reports.inert import visible
from equity_audit.reports.workbook.words import watermark_lines

_NO_SETTINGS = Board()
_MARKS = re.compile(r"([\\`*_{}\[\]<>#|!~&])")


def render(report: Report, board: Board = _NO_SETTINGS) -> bytes:
    """The summary as Markdown. Whatever could be read as mark-up or HTML is escaped."""
    trust = f"{board.trust_name}: " if board.trust_name else ""
    lines = [f"# {_plain(trust + title_of(report, board))}", ""]
    lines += [f"**{_plain(line)}**\n" for line in watermark_lines(report)]
    lines += [_plain(facts_line(report)), "", "## What the board needs to know", ""]
    lines += [
        f"{number}. {_plain(sentence)}" for number, sentence in enumerate(headline_sentences(report, board.outcomes), 1)
    ]
    rates = (rate_sentence(report, facts, "imd_quintile") for facts in ordered_outcomes(report, board.outcomes))
    lines += [f"\n{_plain(sentence)}" for sentence in rates if sentence][:1]
    lines += [
        "",
        _plain(rules_sentence(report)),
        "",
        f"**The ask.** {_plain(board.ask or ask_sentence(report, board.outcomes))}",
    ]
    if board.executive_lead:
        lines += ["", f"Executive lead: {_plain(board.executive_lead)}"]
    if board.contact:
        lines += ["", f"Contact: {_plain(board.contact)}"]
    lines += [
        "",
        f"Run {report.run.id}, disclosure profile {_plain(report.profile)}; {_plain(grouping_words(report))}.",
    ]
    return ("\n".join(lines) + "\n").encode()


def _plain(words: str) -> str:
    """One line of text that Markdown and HTML leave as it is."""
    return _MARKS.sub(r"\\\1", " ".join(visible(words).split()))
