"""Cover, Contents and Summary."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from equity_audit.board import Board
from equity_audit.model import Cell, OutcomeFacts, Report
from equity_audit.narrative import (
    SHORTHAND,
    VERDICTS,
    ask_sentence,
    class_share,
    completeness_sentences,
    gap_sentence,
    groups_sentence,
    measure_of,
    ordered_outcomes,
    recoverable_sentence,
    rules_sentence,
    too_few_records,
)
from equity_audit.reports.html.top import findings_of
from equity_audit.reports.workbook import notes
from equity_audit.reports.workbook.parts import (
    ChartSheet,
    Column,
    NoteBook,
    Sheet,
    TableSheet,
    TextSheet,
    Value,
)
from equity_audit.reports.workbook.tables import ONE_TABLE, about_lines
from equity_audit.reports.workbook.words import day_words, outside_period, period_of, titled, watermark_lines

Block = tuple[Literal["heading", "text"], str]
_NONE = Cell(None, "z")


def cover_sheet(report: Report, board: Board) -> TextSheet:
    """What the board needs to know, then what this workbook is."""
    run = report.run
    facts = {
        "Source": f"{run.label} ({run.dataset_title}); {many(report.records_audited)} records audited, "
        f"{many(report.records_rejected)} rejected while reading.",
        "Period": f"{board.period or period_of(report)}. {'' if board.period else outside_period(report)}".strip(),
        "Published": f"{day_words(run.finished)}, the day of the audit.",
        "Next update": "when the audit is next run.",
        "Status": "provisional: these are management figures, not official statistics.",
        "Contact": f"{board.contact or 'the team that sent you this workbook'}.",
        "Tool": f"equity-audit {run.version}, rules {run.rules_version}, run {run.id}.",
        "Deprivation": _edition(report),
    }
    blocks: list[Block] = [("text", line) for line in watermark_lines(report)]
    blocks.append(("heading", "What the board needs to know"))
    blocks += [("text", sentence) for sentence in _told(report, board) if sentence]
    blocks.append(("heading", "About this workbook"))
    blocks.append(("text", "Summary: how well ethnicity and deprivation are recorded, and activity by both."))
    blocks += [("text", f"{name}: {text}") for name, text in facts.items()]
    blocks.append(("heading", "Shorthand and notes"))
    blocks += [("text", f"[{marker}] means {meaning}.") for marker, meaning in SHORTHAND.items()]
    blocks.append(("text", "Notes are marked in square brackets with their number and listed on the Notes worksheet."))
    return TextSheet(
        tab="Cover",
        title=titled(
            report, f"Equity audit of ethnicity and deprivation{', ' if board.trust_name else ''}{board.trust_name}"
        ),
        blocks=tuple(blocks),
    )


def _told(report: Report, board: Board) -> tuple[str, ...]:
    """Each finding with the verdict on it, as on the page; then the rules, the ask and who leads."""
    lead = f"Executive lead: {board.executive_lead}" if board.executive_lead else ""
    found = [
        words
        for finding in findings_of(report, board)
        for words in (
            finding.lead + finding.sentence,
            finding.verdict and f"How far to trust this: {finding.verdict.lower()}.",
        )
    ]
    ask = board.ask or ask_sentence(report, board.outcomes)
    return (*found, rules_sentence(report), ask, recoverable_sentence(report), lead)


def _edition(report: Report) -> str:
    edition = report.deprivation.get("edition") if report.deprivation else None
    return f"Index of Multiple Deprivation, edition {edition}." if edition else "no IMD edition was used."


def many(cell: Cell) -> str:
    """A count with thousands commas, or the marker in its place."""
    return f"{cell.value:,}" if cell.value is not None else f"[{cell.marker}]"


def contents_sheet(report: Report, sheets: list[Sheet], left_out: Sequence[str] = ()) -> TableSheet:
    """Every other sheet with a link to it; and which tables are not there, because they would show no figure."""
    ends = titled(report, "")
    named = [title.removesuffix(ends).partition(": ")[2] for title in left_out]
    absent = f"Left out, because hardly a figure of them can be shown: {'; '.join(named)}." if named else ""
    rows: tuple[tuple[Value, ...], ...] = tuple((sheet.tab, _kind(sheet), _what(report, sheet)) for sheet in sheets)
    return TableSheet(
        tab="Contents",
        title=titled(report, "Contents"),
        about=(
            ONE_TABLE,
            *watermark_lines(report),
            "Choose a worksheet name to go to it. A table keeps its number from run to run, so some are not used.",
            *([absent] if absent else []),
        ),
        name="Table_of_contents",
        columns=(Column("Worksheet", "text", 16), Column("Kind", "text", 12), Column("What it holds", "text", 70)),
        rows=rows,
        links=True,
    )


def _kind(sheet: Sheet) -> str:
    if isinstance(sheet, ChartSheet):
        return "Chart"
    return "Table" if isinstance(sheet, TableSheet) else "Text"


def _what(report: Report, sheet: Sheet) -> str:
    """The title without who and when, which all sheets share."""
    what = sheet.title.removesuffix(titled(report, ""))
    told = what.partition(": ")[2] or what
    return told[0].upper() + told[1:]


def summary_sheet(report: Report, board: Board, book: NoteBook) -> TableSheet:
    """Each finding with its number, interval, how many people, and how far it can be trusted."""
    rows: list[tuple[Value, ...]] = []
    verdicts = {verdict.subject: VERDICTS[verdict.verdict] for verdict in report.verdicts}
    for facts in ordered_outcomes(report, board.outcomes):
        own = verdicts.get(f"{facts.name}_by_imd_quintile")
        rows += _gap_row(report, facts, own or verdicts.get("deprivation", "Not judged"))
        own = verdicts.get(f"{facts.name}_by_ethnic_group")
        rows += _difference_rows(report, facts, own or verdicts.get("ethnicity", "Not judged"))
    sentences = iter(completeness_sentences(report))
    patients = report.ethnicity.get("patients", {}).get("distinct", _NONE) if report.ethnicity else _NONE
    for subject, found, key in (
        ("ethnicity", report.ethnicity, "valid"),
        ("deprivation", report.deprivation, "linked"),
    ):
        share = class_share(report, found, key) if found else _NONE
        if share.value is not None:
            value = Cell(round(share.value * 100, 1))
            trust = verdicts.get(subject, "Not judged")
            if trust != VERDICTS["do_not_use"] and too_few_records(report, subject):
                trust = "Not judged"
            counted = found["classes"][key]
            told = next(sentences)
            row = (subject.capitalize(), told, trust, "% of records", value, _NONE, _NONE, counted)
            rows.append(row)
    if not rows:
        rows.append(("Rules", rules_sentence(report), "Not judged", "none", _NONE, _NONE, _NONE, patients))
    return TableSheet(
        tab="Summary",
        title=titled(report, "Summary of findings"),
        about=about_lines(
            report, tuple(rows), rules_sentence(report), board.ask or ask_sentence(report, board.outcomes)
        ),
        name="Summary_of_findings",
        columns=(
            Column("Subject", "text", 15),
            Column(f"Finding {book.mark(notes.DIFFERENCE)}", "text", 50),
            Column("How far to trust it", "text", 16),
            Column("Unit", "text", 14),
            Column("Value (see unit)", "decimal", 12),
            Column(f"Lower limit (see unit) {book.mark(notes.INTERVAL)}", "decimal", 15),
            Column(f"Upper limit (see unit) {book.mark(notes.INTERVAL)}", "decimal", 15),
            Column(f"Counted (number) {book.mark(notes.disclosure_note(report))}", "count", 14),
        ),
        rows=tuple(rows),
    )


def _gap_row(report: Report, facts: OutcomeFacts, trust: str) -> list[tuple[Value, ...]]:
    gap = measure_of(report, "gap", facts.name)
    if gap is None:
        return []
    ends = [_points(value) for value in (gap.estimate, gap.lower, gap.upper)]
    return [(facts.label, gap_sentence(report, facts), trust, "percentage points", *ends, gap.n)]


def _difference_rows(report: Report, facts: OutcomeFacts, trust: str) -> list[tuple[Value, ...]]:
    """One row that names the ethnic groups which differ, or those compared that do not."""
    sentence = groups_sentence(report, facts)
    if not sentence:
        return []
    return [(facts.label, sentence, trust, "see the finding", _NONE, _NONE, _NONE, _NONE)]


def _points(value: float | None) -> Cell:
    return Cell(None, "x") if value is None else Cell(round(value * 100, 1) + 0.0)
