"""The section on ethnic group, and the one on ethnic group and deprivation together."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from equity_audit.board import Board
from equity_audit.charts import cross_table as heat
from equity_audit.charts import ethnic_dots
from equity_audit.charts.canvas import Story
from equity_audit.model import OutcomeFacts, ReleasedTable, Report
from equity_audit.narrative import (
    GROUP_WORDS,
    NOT_A_RATE,
    difference_of,
    difference_words,
    group_sentences,
    groups_sentence,
    missing_sentence,
    percent,
    table_of,
)  # fmt: skip
from equity_audit.reports.html.facts import FIFTHS, any_shown, average_of, chosen_outcomes, verdict_on
from equity_audit.reports.html.measures import measures_table
from equity_audit.reports.html.parts import Chart, Section, Table, Text, chart
from equity_audit.reports.html.rates import rates_table
from equity_audit.reports.html.tables import cross_table, group_table, nothing_shown

Blocks = list[Text | Chart | Table]
CROSS = ("imd_quintile", "ethnic_group")
TWO_BY_TWO = ("core20", "ethnic_group")


def section(report: Report, board: Board) -> Section | None:
    """Nothing where the extract has no ethnicity column."""
    blocks: Blocks = []
    chosen = chosen_outcomes(report, board)
    for position, facts in enumerate(chosen):
        blocks += _outcome(report, facts, leads=position == 0)
    if not chosen:
        table = group_table(report, "ethnic_group", None)
        blocks += [table] if table else []
    return Section(name="ethnic-group", heading="Ethnic group", blocks=tuple(blocks)) if blocks else None


def differences(report: Report, outcome: str) -> Mapping[str, bool] | None:
    """Which groups differ from all others, as the sentences tell it; None, and nothing claimed, where none was tested."""
    found = {group: difference_words(difference_of(report, outcome, "ethnic_group", group)) for group in GROUP_WORDS}
    told = {group: words in ("higher", "lower") for group, words in found.items() if words != "not compared"}
    return told or None


def _outcome(report: Report, facts: OutcomeFacts, *, leads: bool) -> Blocks:
    table = table_of(report, facts.name, "ethnic_group")
    if table is None:
        return []
    blocks: Blocks = [] if leads else [Text(words=facts.label, tone="strong")]
    if not leads and not any_shown(table.rows):
        return [*blocks, *nothing_shown(report, facts, "ethnic_group")]
    if leads and any_shown(table.rows):
        differs = differences(report, facts.name)
        names = [group for group, solid in (differs or {}).items() if solid]
        title = f"{facts.label} by ethnic group"
        if differs is not None:
            title += f": differs for {', '.join(names)}" if names else ": no group clearly differs"
        story = Story(
            name=f"groups-{facts.name}".replace("_", "-"), title=title,
            description=f"{facts.label}, per cent of {facts.noun}, with 95% intervals: " + ", ".join(
                f"{row.labels[0]} {percent(row.value.value) if row.value.value is not None else f'[{row.value.marker}]'}"
                for row in table.rows
            ) + ".",
        )  # fmt: skip
        known = [row for row in table.rows if row.labels[0] in GROUP_WORDS]
        note = "Average: the known groups that are shown, together. Bars are 95% intervals."
        note += (
            " Solid dot: differs from all other patients with a known group. Hollow dot: does not."
            if differs is not None
            else " Hollow dots: whether groups differ was not tested, so no difference is claimed."
        )
        draw = partial(ethnic_dots.draw, table.rows, story, average=average_of(known), differs=differs)
        blocks.append(
            chart(story.name, title, f"{facts.label}, per cent of {facts.noun}, by recorded ethnic group", draw, note)
        )
    caution = NOT_A_RATE.get(facts.name, "")
    sentences = tuple(sentence.removesuffix(caution).strip() for sentence in group_sentences(report, facts))
    told = groups_sentence(report, facts).removesuffix(caution).strip()
    blocks += [Text(items=sentences)] if leads and sentences else []
    blocks += [Text(words=told)] if told and not leads else []
    blocks += [Text(words=caution, tone="quiet")] if caution and (sentences if leads else told) else []
    verdict = verdict_on(report, "ethnic_group", facts.name)
    blocks += [Text(words=verdict.sentence, tone="note")] if verdict else []
    missing = missing_sentence(report, facts, "ethnic_group") if leads and verdict and verdict.verdict == "care" else ""
    blocks += [Text(words=missing)] if missing else []
    tables = (
        group_table(report, "ethnic_group", facts, counts=leads, folded=not leads),
        rates_table(report, facts, "ethnic_group", folded=not leads),
        measures_table(report, facts, "ethnic_group"),
    )
    return [*blocks, *(made for made in tables if made)]


def both_section(report: Report, board: Board) -> Section | None:
    """Ethnic group and deprivation overlap, so they are also shown together."""
    blocks: Blocks = []
    empty: list[str] = []
    for position, facts in enumerate(chosen_outcomes(report, board)):
        table, collapsed = table_of(report, facts.name, *CROSS), table_of(report, facts.name, *TWO_BY_TWO)
        if collapsed is not None and not any_shown(collapsed.rows):
            empty.append(facts.label)
        elif collapsed is not None:
            blocks += _two_by_two(collapsed, facts)
        elif table is not None:
            blocks += _crossed(table, facts, leads=position == 0)
    if empty:
        blocks.append(Text(words=f"No figure by both can be shown of: {'; '.join(empty)}.", tone="quiet"))
    records = table_of(report, None, *CROSS, unit="records")
    # Where nothing is linked this would be a table of zeros.
    if records is not None and any(row.numerator.value != 0 for row in records.rows if row.labels[0] in FIFTHS):
        down = tuple(dict.fromkeys(row.labels[1] for row in records.rows))
        across = tuple(dict.fromkeys(row.labels[0] for row in records.rows))
        blocks.append(cross_table(records, across, down, "Records by ethnic group and IMD quintile"))
    if not blocks:
        return None
    told = "Ethnicity and deprivation overlap: neither of the tables above allows for the other."
    return Section(name="both-together", heading="Both together", blocks=(Text(words=told), *blocks))


def _two_by_two(table: ReleasedTable, facts: OutcomeFacts) -> Blocks:
    """Where most cells of quintile by group are too few, the two ends of each are told, and that they are."""
    across = tuple(dict.fromkeys(row.labels[0] for row in table.rows))
    down = tuple(dict.fromkeys(row.labels[1] for row in table.rows))
    told = (
        f"{facts.label}: too few records in most cells of quintile by ethnic group, so quintile 1 (Core20) and the other "
        "quintiles are told by White and all other ethnic groups combined."
    )
    caption = f"{facts.label} by Core20 and ethnic group, per cent of {facts.noun}"
    return [Text(words=told, tone="quiet"), cross_table(table, across, down, caption)]


def _crossed(table: ReleasedTable, facts: OutcomeFacts, *, leads: bool) -> Blocks:
    down = tuple(dict.fromkeys(row.labels[1] for row in table.rows))
    rows = [row for row in table.rows if row.labels[0] in FIFTHS]
    shown = [label for label in down if any_shown([row for row in rows if row.labels[1] == label])]
    caption = f"{facts.label} by ethnic group and IMD quintile, per cent of {facts.noun}"
    numbers = cross_table(
        table, FIFTHS, down, caption, folded=len(shown) < 2 or not leads, annex=len(shown) < 2 or not leads
    )
    if not leads:
        return [numbers]
    if len(shown) < 2:
        few = "Too few records in most cells to draw ethnic group and quintile together."
        return [Text(words=few, tone="quiet"), numbers]
    title = f"{facts.label} by ethnic group and quintile"
    told = "Each cell is a percentage; cells without one are hatched. The table after this picture has every figure."
    story = Story(name=f"both-{facts.name}".replace("_", "-"), title=title, description=told)
    draw = partial(heat.draw, rows, FIFTHS, shown, story)
    note = "Hatched: [c] hidden to protect confidentiality, [u] too few records. Groups without any figure are in the table."
    return [chart(story.name, title, f"Per cent of {facts.noun}", draw, note), numbers]
