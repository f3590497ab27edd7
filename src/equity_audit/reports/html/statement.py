"""The page on the national statement (section 13SA): every indicator, and the figures of those in this extract."""

from __future__ import annotations

from dataclasses import replace

from equity_audit.model import Report, TableRow
from equity_audit.narrative import NOT_A_RATE, outcomes_of, uncapped
from equity_audit.reports.html.parts import Chart, Section, Table, Text, interval, marks_in, share
from equity_audit.reports.html.rates import rates_table
from equity_audit.reports.statement import (
    DIMENSIONS,
    Indicator,
    rows_of_statement,
    shares_sentence,
    source_of_statement,
)
from equity_audit.reports.workbook.words import header_of, label_of


def section(report: Report) -> Section:
    """The list, then one table for each indicator that the extract gives."""
    indicators = rows_of_statement(report)
    there = [indicator for indicator in indicators if indicator.outcome]
    many = len(there) or "None"
    told = f"{many} of the {len(indicators)} indicators of the national statement can be worked out from this extract."
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
    blocks += [_figures(there)] if there else []
    for each in there:
        blocks += _rates(report, each)
    return Section(name="statement-13sa", heading="National statement (section 13SA)", blocks=(*blocks, listed))


def _rates(report: Report, indicator: Indicator) -> list[Text | Chart | Table]:
    """The rates per population of an indicator, which are what the statement asks for."""
    facts = next(facts for facts in outcomes_of(report) if facts.name == indicator.outcome)
    made = ((name, rates_table(report, facts, name, folded=False)) for name in indicator.rates)
    return [
        replace(
            table,
            name=f"statement-{table.name}",
            caption=f"{indicator.name}: rates per 100,000 population by {uncapped(header_of(name))}",
        )
        for name, table in made
        if table
    ]


def _figures(there: list[Indicator]) -> Table:
    """One row a group, one column an indicator."""
    shown = [
        {(name, row.labels[0]): row for name, table in each.tables.items() for row in table.rows} for each in there
    ]
    groups = dict.fromkeys(key for name in DIMENSIONS for rows in shown for key in rows if key[0] == name)
    rows = tuple(
        (label_of(name, label), header_of(name), *(_figure(rows.get((name, label))) for rows in shown))
        for name, label in groups
    )
    cautions = tuple(dict.fromkeys(NOT_A_RATE[each.outcome or ""] for each in there if each.outcome in NOT_A_RATE))
    return Table(
        name="statement-figures",
        caption="Indicators in this extract by deprivation, ethnicity, age and sex: per cent and 95% interval",
        columns=("Group", "By", *(each.name for each in there)),
        numeric=(False, False, *(True for _ in there)),
        rows=rows,
        notes=tuple(note for note in (*cautions, shares_sentence(there), *marks_in(rows)) if note),
    )


def _figure(row: TableRow | None) -> str:
    if row is None:
        return "[x]"
    if row.value.value is None:
        return f"[{row.value.marker}]"
    return f"{share(row.value)} ({interval(row.lower, row.upper)})"
