"""Breakdowns that no other section shows (age, sex, specialty, flags …), folded away and not printed."""

from __future__ import annotations

from equity_audit.board import Board
from equity_audit.model import OutcomeFacts, Report
from equity_audit.narrative import table_of
from equity_audit.reports.html.facts import chosen_outcomes, tells_apart
from equity_audit.reports.html.parts import Chart, Section, Table, Text
from equity_audit.reports.html.tables import group_table
from equity_audit.reports.statement import is_of_age

_ELSEWHERE = ("imd_quintile", "ethnic_group", "month", "site")


def _tells(report: Report, dimension: str, facts: OutcomeFacts) -> bool:
    """Whether an outcome by a dimension has figures to compare; one defined by age has none by age."""
    table = table_of(report, facts.name, dimension)
    return table is not None and tells_apart(table) and not (dimension == "age_band" and is_of_age(report, facts.name))


def section(report: Report, board: Board) -> Section | None:
    """One table a dimension and outcome; crossings of two are in tidy.csv and the workbook."""
    single = dict.fromkeys(table.dimensions[0] for table in report.tables if len(table.dimensions) == 1)
    chosen = chosen_outcomes(report, board) or (None,)
    tables = [
        group_table(report, dimension, facts, counts=facts is chosen[0], folded=True, annex=True)
        for dimension in single
        if dimension not in _ELSEWHERE
        for facts in chosen
        if facts is None or _tells(report, dimension, facts)
    ]
    found = tuple(table for table in tables if table)
    if not found:
        return None
    told = "These tables open on the screen and are not printed."
    blocks: tuple[Text | Chart | Table, ...] = (Text(words=told, tone="quiet"), *found)
    return Section(name="other-groups", heading="Other groups", blocks=blocks, screen_only=True)
