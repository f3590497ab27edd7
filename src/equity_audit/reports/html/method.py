"""The last section: how the figures were made, notes, versions and whom to ask."""

from __future__ import annotations

from equity_audit.board import Board
from equity_audit.model import Report
from equity_audit.narrative import SHORTHAND, outcomes_of, shown_notes
from equity_audit.reports.html.parts import Section, Text, count
from equity_audit.reports.workbook import notes
from equity_audit.reports.workbook.words import columns_used, day_words, outside_period, reference_words


def section(report: Report, board: Board) -> Section:
    """Everything a reader needs to judge the figures and to ask about them."""
    run = report.run
    told = [
        notes.disclosure_note(report),
        notes.INTERVAL,
        notes.QUINTILES,
        notes.GROUPS,
        notes.PATIENTS,
        notes.DIFFERENCE.replace("workbook", "report"),
    ]
    told += [notes.outcome_note(report, facts) for facts in outcomes_of(report)]
    about = [*shown_notes(report), *report.remarks]
    about.append(
        f"Records read {count(report.records_read)}, audited {count(report.records_audited)}, "
        f"rejected {count(report.records_rejected)}."
    )
    about += [words for words in (outside_period(report),) if words]
    about += [f"Rejected while reading: {reason}: {count(cell)} records." for reason, cell in report.rejections]
    about.append(columns_used(report))
    about += [reference_words(entry) for entry in run.references]
    about.append(
        f"Run {run.id}, finished {day_words(run.finished)}, equity-audit {run.version}, rules {run.rules_version}, "
        f"disclosure profile {report.profile}."
    )
    shorthand = "; ".join(f"[{marker}] {meaning}" for marker, meaning in SHORTHAND.items())
    contact = board.contact or "the team that sent you this report"
    lead = f" Executive lead: {board.executive_lead}." if board.executive_lead else ""
    return Section(
        name="method",
        heading="Method, notes and contact",
        blocks=(
            Text(items=tuple(told)),
            Text(words="Shorthand", tone="strong"),
            Text(words=f"{shorthand}."),
            Text(words="About this run", tone="strong"),
            Text(items=tuple(about)),
            Text(words=f"Contact: {contact}.{lead}"),
        ),
    )
