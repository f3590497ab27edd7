"""Linkage beyond its classes as table sheets: supplied against looked-up, evenness over groups, effect of the edition."""

from __future__ import annotations

from equity_audit.model import Report
from equity_audit.reports.linkagelines import Grid, linkage_grids, linkage_lines
from equity_audit.reports.workbook import notes
from equity_audit.reports.workbook.parts import Column, NoteBook, TableSheet, Value
from equity_audit.reports.workbook.tables import about_lines
from equity_audit.reports.workbook.words import label_of, titled

# Number (the same from run to run), how the sentence told above begins, and how to read the table.
_SHEETS = {
    "supplied-scale": (
        14,
        "Supplied",
        "Each row holds the records of one supplied value; the columns say what was looked up for the same records.",
    ),
    "linkage-by-ethnic-group": (15, "Linked least where the ethnic group", ""),
    "linkage-by-site": (16, "Linked least where the site", ""),
    "linkage-by-month": (17, "Linked least where the month", ""),
    "edition-effect": (
        18,
        "In IMD",
        "Each row holds the records of one quintile by the edition used; the columns say where the other edition puts them.",
    ),
}
_ROUTES = {
    "lsoa": "area code", "bridged": "area code of other boundaries", "supplied": "supplied decile or quintile",
}  # fmt: skip


def linkage_sheets(report: Report, book: NoteBook) -> list[TableSheet]:
    """One sheet for each table that linkage has beyond its classes; none where nothing could be linked."""
    told = [f"{line[0].upper()}{line[1:]}." for line in linkage_lines(report)]
    grids = sorted(linkage_grids(report), key=lambda grid: _SHEETS[grid.name][0])
    return [_sheet(report, grid, told, book) for grid in grids]


def _sheet(report: Report, grid: Grid, told: list[str], book: NoteBook) -> TableSheet:
    number, start, reading = _SHEETS[grid.name]
    square = bool(grid.across)
    dimension = grid.name.removeprefix("linkage-by-").replace("-", "_")
    rows: tuple[tuple[Value, ...], ...] = tuple(
        (label_of(dimension, label), *cells) for label, cells in zip(grid.labels, grid.cells, strict=True)
    )
    disclosure = book.mark(notes.disclosure_note(report))
    headed = f"{grid.columns[0]} {disclosure}" if square else grid.columns[0]
    return TableSheet(
        tab=f"Table_{number}",
        title=titled(report, f"Table {number}: {grid.title}"),
        about=about_lines(report, rows, reading, *(line for line in told if line.startswith(start))),
        name=grid.name.replace("-", "_"),
        columns=(
            Column(headed, "text", 24),
            *(_square_columns(grid) if square else _spread_columns(grid, disclosure, book.mark(notes.LINKABLE))),
        ),
        rows=rows,
    )


def _square_columns(grid: Grid) -> tuple[Column, ...]:
    return tuple(Column(f"{grid.across}{name} (records)", "count", 11) for name in grid.columns[1:])


def _spread_columns(grid: Grid, disclosure: str, linkable: str) -> tuple[Column, ...]:
    routes = (name.removeprefix("by ") for name in grid.columns[4:])
    return (
        Column(f"Could be linked (records) {linkable} {disclosure}", "count", 18),
        Column("Linked (records)", "count", 14),
        Column("Linked (% of those that could be)", "percent", 16),
        *(Column(f"Linked by {_ROUTES.get(name, name)} (records)", "count", 16) for name in routes),
    )
