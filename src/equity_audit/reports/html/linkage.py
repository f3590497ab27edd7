"""What is known of linkage beyond its classes: sentences, and tables that open on demand."""

from __future__ import annotations

from equity_audit.model import Report
from equity_audit.reports.html.parts import Chart, Table, Text, marks_in
from equity_audit.reports.linkagelines import linkage_grids, linkage_lines


def linkage_blocks(report: Report) -> list[Text | Chart | Table]:
    """Rates, ended postcodes, the supplied scale, the other edition; agreement, spread and movement as tables."""
    told = tuple(f"{line[0].upper()}{line[1:]}." for line in (line.strip() for line in linkage_lines(report)))
    tables = [
        Table(
            name=grid.name, caption=grid.title, columns=grid.columns, rows=grid.rows,
            numeric=tuple(column > 0 for column in range(len(grid.columns))), notes=marks_in(grid.rows), folded=True,
            annex=True,
        )
        for grid in linkage_grids(report)
    ]  # fmt: skip
    return [*([Text(items=told)] if told else []), *tables]
