"""The front sheet: short, the same sentences, and plain text whatever is in it."""

from __future__ import annotations

import re

import pytest

from equity_audit.board import Board
from equity_audit.narrative import ask_sentence, headline_sentences
from equity_audit.reports.markdown import render
from reports.made_up import made_up_report
from reports.samples import NAMES, hostile_report, sample_report


def unescaped(content: bytes) -> str:
    return re.sub(r"\\([\\`*_{}\[\]<>#|!~&])", r"\1", content.decode())


@pytest.mark.parametrize("name", NAMES)
def test_summary_is_short_and_says_the_same(name: str):
    report = sample_report(name)
    text = unescaped(render(report))
    for sentence in (*headline_sentences(report), ask_sentence(report)):
        assert " ".join(sentence.split()) in text
    assert "provisional" in text and "Audited 2 January 2026" in text and " records, " in text
    assert render(report) == render(report)


def test_summary_has_about_150_words():
    words = [len(re.findall(r"\w\S*", unescaped(render(sample_report(name))))) for name in NAMES]
    assert max(words) <= 180
    assert sum(words) / len(words) <= 160


def test_board_speaks_and_nothing_of_it_is_markup():
    board = Board(
        trust_name="Any_town [x](http://y) <b>", ask="*Agree*", executive_lead="A. Person", contact="a@example.org"
    )
    text = render(sample_report("outpatients"), board).decode()
    assert r"Any\_town \[x\](http://y) \<b\>" in text
    assert r"\*Agree\*" in text and "A. Person" in text and "Contact: a@example.org" in text


def test_label_of_an_extract_is_inert():
    lines = render(hostile_report()).decode().splitlines()
    assert any(r"\<h1\>=label\</h1\>" in line for line in lines)
    assert not any(re.match(r"\s*<", line) for line in lines)
    assert "\x07" not in "".join(lines)


def test_unsuppressed_summary_says_who_it_is_for():
    text = unescaped(render(made_up_report("none", "Board of Anytown")))
    assert "**For Board of Anytown: contains unsuppressed counts, not for publication.**" in text
