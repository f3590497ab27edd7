"""The page on the national statement (section 13SA): every indicator, and the figures of those in this extract."""

from __future__ import annotations

from equity_audit.model import Report
from equity_audit.narrative import NOT_A_RATE
from equity_audit.reports.html.parts import Chart, Section, Table, Text, count, interval, marks_in, share
from equity_audit.reports.statement import DIMENSIONS, Indicator, rows_of_statement, source_of_statement
from equity_audit.reports.workbook.words import header_of, label_of


def section(report: Report) -> Section:
    """The list, then one table for each indicator that the extract gives."""
    indicators = rows_of_statement(report)
    there = [indicator for indicator in indicators if indicator.outcome]
    told = f"{len(there)} of the {len(indicators)} indicators of the national statement can be worked out from this extract."
    listed = Table(
        name="statement",
        caption="Indicators of the national statement on health inequalities (section 13SA)",
        columns=("Indicator", "Domain", "In this report"),
        numeric=(False, False, False),
        rows=tuple((indicator.name, indicator.domain, indicator.status) for indicator in indicators),
        notes=(f"Source: {source_of_statement()} Check the wording against the statement in force.",),
        folded=True,
    )
    blocks: list[Text | Chart | Table] = [Text(words=told)]
    blocks += [_figures(indicator) for indicator in there]
    return Section(name="statement-13sa", heading="National statement (section 13SA)", blocks=(*blocks, listed))


def _figures(indicator: Indicator) -> Table:
    rows = tuple(
        (
            label_of(name, row.labels[0]), header_of(name), count(row.numerator), count(row.denominator),
            share(row.value), interval(row.lower, row.upper),
        )
        for name in DIMENSIONS
        for row in (indicator.tables[name].rows if name in indicator.tables else ())
    )  # fmt: skip
    caution = NOT_A_RATE.get(indicator.outcome or "", "")
    return Table(
        name=f"statement-{indicator.outcome}".replace("_", "-"),
        caption=f"{indicator.name}, {indicator.status}",
        columns=("Group", "By", "Numerator", "Denominator", "Per cent", "95% interval"),
        numeric=(False, False, True, True, True, True),
        rows=rows,
        notes=(*((caution,) if caution else ()), *marks_in(rows)),
    )
