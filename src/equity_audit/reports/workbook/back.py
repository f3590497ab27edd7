"""Notes and Method."""

from __future__ import annotations

from equity_audit.model import Report
from equity_audit.narrative import LINK_CLASSES, shown_notes
from equity_audit.reports.workbook import notes
from equity_audit.reports.workbook.front import Block, many
from equity_audit.reports.workbook.parts import Column, NoteBook, TableSheet, TextSheet, Value
from equity_audit.reports.workbook.tables import ONE_TABLE
from equity_audit.reports.workbook.words import columns_used, day_words, reference_words, titled, watermark_lines


def notes_sheet(report: Report, book: NoteBook) -> TableSheet:
    """Every note that is used, in order."""
    rows: tuple[tuple[Value, ...], ...] = tuple((mark[1:-1].capitalize(), text) for text, mark in book.texts.items())
    return TableSheet(
        tab="Notes",
        title=titled(report, "Notes"),
        about=(
            ONE_TABLE,
            *watermark_lines(report),
            "Each note is marked by its number in square brackets where it applies.",
        ),
        name="Notes",
        columns=(Column("Note", "text", 12), Column("What it says", "text", 84)),
        rows=rows,
    )


def method_sheet(report: Report) -> TextSheet:
    """How the figures were made, and what was used."""
    run = report.run
    blocks: list[Block] = [("text", line) for line in watermark_lines(report)]
    blocks.append(("heading", "How the figures were made"))
    blocks += [
        (
            "text",
            "Every record read is either audited or rejected, and the two are checked against an independent count.",
        ),
        (
            "text",
            "Records, patients and the units of an outcome are counted each by itself and never added to one another.",
        ),
        ("text", "Shares are worked out from the counts that are shown, after counts were hidden or rounded."),
        ("text", notes.disclosure_note(report)),
        ("text", "Shares in the tables are crude. Where a sentence allows for age and sex, it says so."),
        (
            "text",
            "What could not be linked: " + ", ".join(list(LINK_CLASSES.values())[1:]) + ". Each is counted in Table 4.",
        ),
    ]
    blocks.append(("heading", "About this run"))
    blocks += [("text", note) for note in (*shown_notes(report), *report.remarks)]
    blocks += [
        ("text", f"Rejected while reading: {reason}: {many(number)} records.") for reason, number in report.rejections
    ]
    blocks.append(("text", columns_used(report)))
    blocks += [("text", reference_words(entry)) for entry in run.references]
    blocks.append(("text", f"Run {run.id}, finished {day_words(run.finished)}, equity-audit {run.version}."))
    return TextSheet(tab="Method", title=titled(report, "Method"), blocks=tuple(blocks))
