"""The section on deprivation: for each outcome the gradient, its table and what was measured on it; then the records."""

from __future__ import annotations

from functools import partial

from equity_audit.board import Board
from equity_audit.charts import dumbbell, quintile_gradient, scorecard, waterfall
from equity_audit.charts.canvas import Story
from equity_audit.model import OutcomeFacts, Report
from equity_audit.narrative import (
    LINK_CLASSES,
    gap_sentence,
    measure_of,
    missing_sentence,
    percent,
    points,
    ratio_sentence,
    table_of,
    unlinked_sentence,
)
from equity_audit.reports.html.facts import (
    any_shown,
    average_of,
    chosen_outcomes,
    fifths,
    measure_value,
    verdict_on,
)  # fmt: skip
from equity_audit.reports.html.linkage import linkage_blocks
from equity_audit.reports.html.measures import measures_table, slope_sentence
from equity_audit.reports.html.parts import Chart, Section, Table, Text, chart
from equity_audit.reports.html.rates import rates_table
from equity_audit.reports.html.tables import group_table, nothing_shown

Blocks = list[Text | Chart | Table]


def section(report: Report, board: Board) -> Section | None:
    """Nothing where the extract has no location."""
    blocks: Blocks = []
    chosen = chosen_outcomes(report, board)
    unlinked = unlinked_sentence(report)
    # The outcome that leads keeps its one row, which is of all records; the others would say nothing by quintile.
    blocks += [Text(words=unlinked)] if unlinked else []
    for position, facts in enumerate(chosen[:1] if unlinked else chosen):
        blocks += _outcome(report, facts, leads=position == 0)
        blocks += _overview(report, chosen) if position == 0 else []
    if not chosen:
        records = group_table(report, "imd_quintile", None)
        blocks += [records] if records else []
    blocks += [*_losses(report), *linkage_blocks(report)]
    if not blocks:
        return None
    return Section(name="deprivation", heading="Deprivation", blocks=tuple(blocks))


def _outcome(report: Report, facts: OutcomeFacts, *, leads: bool) -> Blocks:
    rows = fifths(table_of(report, facts.name, "imd_quintile"))
    blocks: Blocks = [] if leads else [Text(words=facts.label, tone="strong")]
    if not leads and not any_shown(rows):
        return [*blocks, *nothing_shown(report, facts, "imd_quintile")]
    if leads and any_shown(rows):
        ends = [measure_value(report, name, facts.name) for name in ("fitted_most_deprived", "fitted_least_deprived")]
        fitted = (ends[0], ends[1]) if ends[0] is not None and ends[1] is not None else None
        title = gradient_title(report, facts)
        story = Story(
            name=f"gradient-{facts.name}".replace("_", "-"), title=title,
            description=f"{facts.label} by IMD quintile, 1 most deprived to 5 least deprived, with 95% intervals: "
            + ", ".join(f"{row.labels[0]} {_share(row.value.value, row.value.marker)}" for row in rows) + ".",
        )  # fmt: skip
        note = "Bars are 95% intervals. Average: the quintiles shown together."
        if fitted:
            note += " Dashed: the fitted line, national placing."
        blocks.append(
            chart(
                story.name, title, f"{facts.label}, per cent of {facts.noun}, by national IMD quintile of area",
                partial(quintile_gradient.draw, rows, story, average=average_of(rows), fitted=fitted), note,
            )
        )  # fmt: skip
    told = [gap_sentence(report, facts)]
    told += [ratio_sentence(report, facts), slope_sentence(report, facts)] if leads else []
    blocks += [Text(words=sentence) for sentence in told if sentence]
    if leads and all(row.value.value is not None for row in rows) and not dumbbell.tells_the_truth(rows):
        blocks.append(
            Text(words="Quintiles 2 to 4 do not all lie between 1 and 5, so the two ends alone do not tell the whole.")
        )
    verdict = verdict_on(report, "imd_quintile", facts.name)
    blocks += [Text(words=verdict.sentence, tone="note")] if verdict else []
    missing = missing_sentence(report, facts, "imd_quintile") if leads and verdict and verdict.verdict == "care" else ""
    blocks += [Text(words=missing)] if missing else []
    tables = (
        group_table(report, "imd_quintile", facts, counts=leads, folded=not leads),
        rates_table(report, facts, "imd_quintile", folded=not leads),
        measures_table(report, facts, "imd_quintile"),
    )
    return [*blocks, *(table for table in tables if table)]


def gradient_title(report: Report, facts: OutcomeFacts) -> str:
    """The finding in at most ten words or so, from the published gap alone."""
    gap = measure_of(report, "gap", facts.name)
    if gap is None or gap.estimate is None or gap.lower is None or gap.upper is None:
        return f"{facts.label} by deprivation"
    if gap.lower <= 0 <= gap.upper:
        return f"{facts.label}: no clear gap between most and least deprived areas"
    return f"{facts.label} is {'higher' if gap.estimate > 0 else 'lower'} in the most deprived areas"


def _overview(report: Report, chosen: tuple[OutcomeFacts, ...]) -> Blocks:
    """Several outcomes side by side: both ends where that is honest of all, else the gaps around zero."""
    pairs, gaps = [], []
    for facts in chosen:
        rows = fifths(table_of(report, facts.name, "imd_quintile"))
        most, least = (rows[0].value.value, rows[4].value.value) if len(rows) == 5 else (None, None)
        if dumbbell.tells_the_truth(rows) and most is not None and least is not None:
            pairs.append(dumbbell.Pair(label=facts.label, most=most, least=least))
        gap = measure_of(report, "gap", facts.name)
        if gap and gap.estimate is not None and gap.lower is not None and gap.upper is not None:
            gaps.append(
                scorecard.Difference(label=facts.label, estimate=gap.estimate, lower=gap.lower, upper=gap.upper)
            )
    if len(gaps) < 2:
        return []
    clear = sum(gap.lower > 0 or gap.upper < 0 for gap in gaps)
    title = overview_title(clear, len(gaps), len(chosen))
    told = "; ".join(f"{gap.label} {points(gap.estimate)}" for gap in gaps)
    if len(pairs) == len(gaps):
        told = "; ".join(f"{pair.label} {percent(pair.most)} and {percent(pair.least)}" for pair in pairs)
        story = Story(name="most-and-least", title=title, description=f"Most and least deprived fifth: {told}.")
        subtitle = "Per cent, most and least deprived fifth of areas"
        return [chart(story.name, title, subtitle, partial(dumbbell.draw, pairs, story))]
    story = Story(name="gaps", title=title, description=f"Gaps in percentage points: {told}.")
    note = "To the right of zero: higher in the most deprived fifth. Solid: the interval excludes none."
    subtitle = "Quintile 1 less quintile 5, percentage points, with 95% intervals"
    return [chart(story.name, title, subtitle, partial(scorecard.draw, gaps, story), note)]


def overview_title(clear: int, given: int, outcomes: int) -> str:
    """How many outcomes have a clear gap, of those whose gap is given."""
    of = f"the {given} outcomes whose gap can be given" if given < outcomes else f"{given} outcomes"
    many = "None" if not clear else str(clear)
    return f"{many} of {of} {'has' if clear <= 1 else 'have'} a clear gap between most and least deprived areas"


def _losses(report: Report) -> Blocks:
    """Where records are lost on the way to a quintile."""
    facts = report.deprivation
    if not facts or not facts["records"].value:
        return []
    losses = [
        (_capital(LINK_CLASSES.get(name, name)), cell)
        for name, cell in facts["classes"].items()
        if name != "linked" and (cell.value is None or cell.value)
    ]
    linked = facts["classes"]["linked"]
    if not losses:
        return []
    told = ", ".join(
        f"{label} {cell.value if cell.value is not None else f'[{cell.marker}]'}" for label, cell in losses
    )
    story = Story(
        name="linkage", title="Where records are lost on the way to a quintile",
        description=f"Of {facts['records'].value:,} records: {told}.",
    )  # fmt: skip
    draw = partial(waterfall.draw, int(facts["records"].value), losses, ("Linked to a quintile", linked), story)
    return [chart(story.name, story.title, "Records by reason, of the classes that are shown", draw)]


def _capital(words: str) -> str:
    return words[0].upper() + words[1:]


def _share(value: float | int | None, marker: str | None) -> str:
    return percent(value) if value is not None else f"[{marker}]"
