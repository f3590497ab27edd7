"""Breakdowns as tables of a page."""

from __future__ import annotations

from collections.abc import Callable

from equity_audit.comparing import UNCODED
from equity_audit.model import Cell, OutcomeFacts, ReleasedTable, Report, TableRow
from equity_audit.narrative import difference_of, difference_words, table_of, told_rows, uncapped
from equity_audit.reports.html.measures import standardised
from equity_audit.reports.html.parts import Chart, Table, Text, count, interval, marks_in, share
from equity_audit.reports.workbook.words import header_of, label_of

Columns = tuple[tuple[str, ...], Callable[[tuple[str, ...]], list[str]]]
AGAINST = "Against all other groups"
COMPARED = ("imd_quintile", "ethnic_group")


def group_table(
    report: Report,
    dimension: str,
    facts: OutcomeFacts | None,
    *,
    folded: bool = False,
    counts: bool = True,
    annex: bool = False,
    only: tuple[str, ...] = (),
) -> Table | None:
    """One row a group. With ``counts`` records, their share and patients; with an outcome its figures beside them."""
    outcome = table_of(report, facts.name, dimension) if facts else None
    records = table_of(report, None, dimension, unit="records") if counts or outcome is None else None
    patients = table_of(report, None, dimension, unit="patients") if records else None
    spine = outcome or records
    if spine is None:
        return None
    parts = [_count_columns(records, patients)] if records else []
    if outcome and facts:
        parts.append(_outcome_columns(report, outcome, facts))
    names = [row.labels for row in told_rows(report, spine) if not only or row.labels[0] in only]
    rows = tuple(
        (label_of(dimension, labels[0]), *(cell for _, cells in parts for cell in cells(labels))) for labels in names
    )
    columns = (header_of(dimension), *(header for headers, _ in parts for header in headers))
    return Table(
        name=f"{facts.name if facts else 'records'}-by-{dimension}".replace("_", "-"),
        caption=f"{facts.label if facts else 'Records'} by {uncapped(header_of(dimension))}",
        columns=columns,
        numeric=tuple(header not in (columns[0], AGAINST) for header in columns),
        rows=rows,
        notes=marks_in(rows),
        folded=folded,
        annex=annex,
    )


def nothing_shown(report: Report, facts: OutcomeFacts, dimension: str) -> list[Text | Chart | Table]:
    """Said plainly in place of a table of markers, which stays on the screen for whoever asks; nothing if not counted."""
    table = group_table(report, dimension, facts, counts=False, folded=True, annex=True)
    released = table_of(report, facts.name, dimension)
    if table is None or released is None:
        return []
    coded = [row for row in released.rows if row.labels[0] not in UNCODED and row.value.marker != "z"]
    why = "the counts are too small to publish" if coded else f"none of these {facts.noun} has one"
    return [Text(words=f"No figure can be shown by {uncapped(header_of(dimension))}: {why}."), table]


def _count_columns(records: ReleasedTable, patients: ReleasedTable | None) -> Columns:
    of_records, of_patients = _by_label(records), _by_label(patients)

    def cells(labels: tuple[str, ...]) -> list[str]:
        row, other = of_records.get(labels), of_patients.get(labels)
        found = [count(row.numerator), share(row.value)] if row else ["[x]", "[x]"]
        return [*found, *([count(other.numerator) if other else "[x]"] if patients else [])]

    return ("Records", "Share of records", *(("Patients",) if patients else ())), cells


def _outcome_columns(report: Report, outcome: ReleasedTable, facts: OutcomeFacts) -> Columns:
    by_label, dimension = _by_label(outcome), outcome.dimensions[0]
    compared = dimension in COMPARED and any(
        m.outcome == facts.name and m.dimension == dimension for m in report.measures
    )

    def cells(labels: tuple[str, ...]) -> list[str]:
        row, group = by_label[labels], labels[0]
        found = [count(row.numerator), count(row.denominator), share(row.value), interval(row.lower, row.upper)]
        if compared:
            words = difference_words(difference_of(report, facts.name, dimension, group))
            found += [standardised(report, facts.name, dimension, group), words]
        return found

    headers = (facts.label, f"All {facts.noun}", "Per cent", "95% interval")
    return (*headers, *(("Allowing for age and sex (%)", AGAINST) if compared else ())), cells


def _by_label(table: ReleasedTable | None) -> dict[tuple[str, ...], TableRow]:
    return {row.labels: row for row in table.rows} if table else {}


def cross_table(
    table: ReleasedTable,
    across: tuple[str, ...],
    down: tuple[str, ...],
    caption: str,
    *,
    folded: bool = False,
    annex: bool = False,
) -> Table:
    """Two dimensions as rows and columns: the share where the table has an outcome, else the number of records."""
    cells = {row.labels: row.value if table.outcome else row.numerator for row in table.rows}
    write = share if table.outcome else count
    rows = tuple((label, *(write(cells.get((other, label), Cell(None, "x"))) for other in across)) for label in down)
    return Table(
        name=f"{table.id}-cross".replace("_", "-"),
        caption=caption,
        columns=(header_of(table.dimensions[1]), *across),
        numeric=(False, *(True for _ in across)),
        rows=rows,
        notes=marks_in(rows),
        folded=folded,
        annex=annex,
    )
