"""Breakdowns as table sheets: records and patients by group, and each outcome by group."""

from __future__ import annotations

from collections.abc import Sequence

from equity_audit.comparing import UNCODED as _UNCODED
from equity_audit.model import Cell, OutcomeFacts, ReleasedTable, Report
from equity_audit.narrative import (
    NOT_A_RATE,
    difference_of,
    difference_words,
    gap_sentence,
    groups_sentence,
    table_of,
    told_rows,
    uncapped,
    unlinked_sentence,
)
from equity_audit.reports.workbook import notes
from equity_audit.reports.workbook.parts import Column, Kind, NoteBook, TableSheet, Value, used_markers
from equity_audit.reports.workbook.words import HEADERS, header_of, label_of, shorthand_line, titled, watermark_lines

ONE_TABLE = "This worksheet contains one table."
NOTES_TOLD = "Notes are marked in square brackets and listed on the Notes worksheet."
COMPARED = (("imd_quintile",), ("ethnic_group",))
CROSS = ("imd_quintile", "ethnic_group")
# Labels of records without a group, or with one too rare to name.
_NO_GROUP = frozenset((*_UNCODED, "not recorded", "other"))
_WIDE = {"imd_quintile": 24, "ethnic_group": 20, "month": 22, "site": 20}


def about_lines(
    report: Report, rows: tuple[tuple[Value, ...], ...], *sentences: str, noted: bool = True, kind: Kind = "percent"
) -> tuple[str, ...]:
    """The lines of column A between a title and its table."""
    told = f"{ONE_TABLE} {NOTES_TOLD}" if noted else ONE_TABLE
    lines = (told, *watermark_lines(report), *sentences, *shorthand_line(used_markers(rows, kind)))
    return tuple(line for line in lines if line)


def counts_sheet(report: Report, number: int, dimensions: tuple[str, ...], book: NoteBook) -> TableSheet | None:
    """Records by group, their share of all records with its interval, and patients where the extract has a key."""
    records = table_of(report, None, *dimensions, unit="records")
    if records is None:
        return None
    patients = table_of(report, None, *dimensions, unit="patients")
    keyed = {row.labels: row.numerator for row in patients.rows} if patients else {}
    rows: tuple[tuple[Value, ...], ...] = tuple(
        (*_labels(records, row.labels), row.numerator, row.value, row.lower, row.upper,
         *((keyed[row.labels],) if row.labels in keyed else ()))
        for row in told_rows(report, records)
    )  # fmt: skip
    if any(len(row) != len(rows[0]) for row in rows):
        rows = tuple(row[: len(dimensions) + 4] for row in rows)
    disclosure = book.mark(notes.disclosure_note(report))
    columns = [
        *_dimension_columns(dimensions, book),
        Column(f"Records (number) {disclosure}", "count"),
        *_share_columns("Share of records", book),
    ]
    if rows and len(rows[0]) > len(columns):
        columns.append(Column(f"Patients (number) {book.mark(notes.PATIENTS)}", "count"))
    return TableSheet(
        tab=f"Table_{number}",
        title=titled(report, f"Table {number}: Records by {uncapped_all(dimensions)}"),
        about=about_lines(
            report,
            rows,
            f"How many records fall in each group, and their share of {whole_of(records)}.",
            _unlinked(report, dimensions),
        ),
        name=records.id,
        columns=tuple(columns),
        rows=rows,
        breakdown=0 if dimensions in COMPARED else len(dimensions),
    )


def whole_of(table: ReleasedTable) -> str:
    """What a table's shares are shares of."""
    hidden = any(row.numerator.value is None for row in table.rows)
    return f"all {table.unit} in the groups shown" if hidden else f"all {table.unit}"


def outcome_sheet(
    report: Report, number: int, facts: OutcomeFacts, dimensions: tuple[str, ...], book: NoteBook
) -> TableSheet | None:
    """An outcome by group: how many, of how many, the share with its interval."""
    table = table_of(report, facts.name, *dimensions)
    if table is None:
        return None
    rows: tuple[tuple[Value, ...], ...] = tuple(
        (
            *_labels(table, row.labels),
            *_verdict_words(report, facts, dimensions, row.labels),
            row.numerator,
            row.denominator,
            row.value,
            row.lower,
            row.upper,
        )
        for row in told_rows(report, table)
    )
    outcome, disclosure = book.mark(notes.outcome_note(report, facts)), book.mark(notes.disclosure_note(report))
    columns = (
        *_dimension_columns(dimensions, book),
        *_verdict_column(dimensions, book),
        Column(f"{facts.label} ({facts.noun}) {outcome}", "count", 18),
        Column(f"All counted ({facts.noun}) {disclosure}", "count", 18),
        *_share_columns(f"Share of {facts.noun}", book),
    )
    sentence = finding_of(report, facts, dimensions)
    return TableSheet(
        tab=f"Table_{number}",
        title=titled(report, f"Table {number}: {facts.label} by {uncapped_all(dimensions)}"),
        about=about_lines(
            report,
            rows,
            f"How many {facts.noun} in each group count as this outcome, of all {facts.noun} counted.",
            sentence,
            _unlinked(report, dimensions),
        ),
        name=table.id,
        columns=columns,
        rows=rows,
        breakdown=0 if dimensions in COMPARED else len(dimensions),
    )


def _unlinked(report: Report, dimensions: tuple[str, ...]) -> str:
    return unlinked_sentence(report) if "imd_quintile" in dimensions else ""


def shows_figures(sheet: TableSheet) -> bool:
    """Whether a breakdown tells two of its groups apart, records without a group aside; an outcome defined by age does not."""
    at = next(position for position, column in enumerate(sheet.columns) if column.kind == "percent")
    first = next(position for position, column in enumerate(sheet.columns) if column.kind == "count")
    coded = [row for row in sheet.rows if not set(row[: sheet.breakdown]) & _NO_GROUP]
    shown = [
        row for row in coded if _value(row[at]) is not None and _value(row[first + 1 if at > first + 1 else first])
    ]
    if any(column.header.startswith(HEADERS["age_band"]) for column in sheet.columns) and of_age(
        [_value(row[at]) for row in coded]
    ):
        return False
    return len(shown) >= min(2, len(coded)) > 0


def of_age(shares: Sequence[float | None]) -> bool:
    """Whether shares by age are all or nothing, as they are of an outcome that is defined by age."""
    shown = {share for share in shares if share is not None}
    return shown == {0.0, 1.0}


def _value(value: Value) -> float | int | None:
    return value.value if isinstance(value, Cell) else None


def uncapped_all(dimensions: tuple[str, ...]) -> str:
    """The names of dimensions inside a title."""
    return " and ".join(uncapped(header_of(name)) for name in dimensions)


def _verdict_column(dimensions: tuple[str, ...], book: NoteBook) -> tuple[Column, ...]:
    if dimensions not in COMPARED:
        return ()
    return (Column(f"Against all other known groups {book.mark(notes.DIFFERS)}", "text", 22),)


def _verdict_words(
    report: Report, facts: OutcomeFacts, dimensions: tuple[str, ...], labels: tuple[str, ...]
) -> tuple[str, ...]:
    if dimensions not in COMPARED:
        return ()
    words = difference_words(difference_of(report, facts.name, dimensions[0], labels[0]))
    return (words[0].upper() + words[1:],)


def finding_of(report: Report, facts: OutcomeFacts, dimensions: tuple[str, ...]) -> str:
    """What is said above an outcome's table: the gap, or the groups that differ; else the caution that it carries."""
    told = {"imd_quintile": gap_sentence, "ethnic_group": groups_sentence}
    sentence = told[dimensions[0]](report, facts) if dimensions in COMPARED else ""
    return sentence or NOT_A_RATE.get(facts.name, "")


def _dimension_columns(dimensions: tuple[str, ...], book: NoteBook) -> list[Column]:
    marks = {name: book.mark(text) for name, text in notes.dimension_notes(dimensions).items()}
    return [
        Column(f"{header_of(name)} {marks.get(name, '')}".strip(), "text", _WIDE.get(name, 20)) for name in dimensions
    ]


def _share_columns(what: str, book: NoteBook) -> tuple[Column, ...]:
    mark = book.mark(notes.INTERVAL)
    return (
        Column(f"{what} (%)", "percent", 14),
        Column(f"Lower limit (%) {mark}", "percent", 14),
        Column(f"Upper limit (%) {mark}", "percent", 14),
    )


def _labels(table: ReleasedTable, labels: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(label_of(name, label) for name, label in zip(table.dimensions, labels, strict=True))
