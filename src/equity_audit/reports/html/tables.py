"""Breakdowns as tables of a page."""

from __future__ import annotations

from equity_audit.model import Cell, OutcomeFacts, ReleasedTable, Report, TableRow
from equity_audit.narrative import table_of
from equity_audit.reports.html.parts import Table, count, interval, marks_in, share
from equity_audit.reports.workbook.words import header_of, label_of


def group_table(
    report: Report, dimension: str, facts: OutcomeFacts | None, *, folded: bool = False, only: tuple[str, ...] = ()
) -> Table | None:
    """One row a group: records, their share, patients; with an outcome also how many of how many, share, interval."""
    records = table_of(report, None, dimension, unit="records")
    patients = table_of(report, None, dimension, unit="patients")
    outcome = table_of(report, facts.name, dimension) if facts else None
    spine = outcome or records
    if spine is None:
        return None
    tables = [table for table in (records, patients, outcome) if table is not None]
    by_label = {table.id: {row.labels: row for row in table.rows} for table in tables}
    labels = [row.labels for row in spine.rows if not only or row.labels[0] in only]
    columns, numeric = [header_of(dimension)], [False]
    if records:
        columns += ["Records", "Share of records"]
    if patients:
        columns.append("Patients")
    if outcome and facts:
        columns += [facts.label, f"All {facts.noun}", "Per cent", "95% interval"]
    numeric += [True] * (len(columns) - 1)
    rows = tuple(
        (label_of(dimension, names[0]), *_cells(names, by_label, records, patients, outcome)) for names in labels
    )
    what = facts.label if facts else "Records"
    return Table(
        name=f"{facts.name if facts else 'records'}-by-{dimension}".replace("_", "-"),
        caption=f"{what} by {_lower(header_of(dimension))}",
        columns=tuple(columns),
        numeric=tuple(numeric),
        rows=rows,
        notes=marks_in(rows),
        folded=folded,
    )


def _cells(
    names: tuple[str, ...],
    by_label: dict[str, dict[tuple[str, ...], TableRow]],
    records: ReleasedTable | None,
    patients: ReleasedTable | None,
    outcome: ReleasedTable | None,
) -> list[str]:
    cells: list[str] = []
    none = "[x]"
    if records:
        row = by_label[records.id].get(names)
        cells += [count(row.numerator), share(row.value)] if row else [none, none]
    if patients:
        row = by_label[patients.id].get(names)
        cells.append(count(row.numerator) if row else none)
    if outcome:
        row = by_label[outcome.id].get(names)
        cells += (
            [count(row.numerator), count(row.denominator), share(row.value), interval(row.lower, row.upper)]
            if row
            else [none] * 4
        )
    return cells


def cross_table(
    table: ReleasedTable, across: tuple[str, ...], down: tuple[str, ...], caption: str, *, folded: bool = False
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
    )


def _lower(words: str) -> str:
    return words if words[:2].isupper() else words[0].lower() + words[1:]
