"""One self-contained page: no script, no network, charts as SVG, prints to A4. The same report gives the same bytes."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from equity_audit.board import Board
from equity_audit.model import Report
from equity_audit.narrative import recoverable_sentence
from equity_audit.reports.inert import visible

if TYPE_CHECKING:
    from jinja2 import Template

_NO_SETTINGS = Board()


def render(report: Report, board: Board = _NO_SETTINGS) -> bytes:
    """The page of a report, under a board's own name where it gave one."""
    from equity_audit.reports.html import deprivation, ethnicity, method, others, quality, statement, top
    from equity_audit.reports.sites import of_sites
    from equity_audit.reports.workbook.words import watermark_lines

    report = of_sites(report, board.sites)
    sections = (
        deprivation.section(report, board),
        ethnicity.section(report, board),
        ethnicity.both_section(report, board),
        others.section(report, board),
        quality.section(report, board),
        quality.rules_section(report),
        statement.section(report),
        method.section(report, board),
    )
    page = _template().render(
        title=top.title_of(report, board),
        facts=top.facts_line(report),
        findings=top.findings_of(report, board),
        gain=recoverable_sentence(report),
        ask=top.ask_of(report, board),
        board=board,
        watermark=watermark_lines(report),
        sections=[section for section in sections if section is not None],
    )
    return (visible(page).strip() + "\n").encode()


@cache
def _template() -> Template:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("equity_audit.reports.html"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("page.html.j2")
