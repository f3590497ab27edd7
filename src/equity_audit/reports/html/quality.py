"""The section on data quality: completeness, months, sites; and the section on the rules that failed."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import pandas as pd

from equity_audit.board import Board
from equity_audit.charts import funnel as funnel_chart
from equity_audit.charts import spc
from equity_audit.charts.canvas import Story
from equity_audit.measures import funnel
from equity_audit.model import OutcomeFacts, ReleasedFinding, Report
from equity_audit.narrative import (
    ETHNIC_CLASSES,
    LINK_CLASSES,
    class_share,
    completeness_sentences,
    percent,
    recoverable_sentence,
    rules_sentence,
    table_of,
)  # fmt: skip
from equity_audit.reports.fixes import fix_words
from equity_audit.reports.html.facts import chosen_outcomes
from equity_audit.reports.html.parts import Chart, Section, Table, Text, chart, count, interval, marks_in, share
from equity_audit.reports.html.tables import group_table
from equity_audit.reports.trend import (
    FEWEST_MONTHS,
    Trend,
    outcome_trend,
    recording_rows,
    recording_trend,
    records_trend,
)
from equity_audit.reports.workbook.words import month_words

Blocks = list[Text | Chart | Table]
_OUTCOMES = {"fail": "Failed", "error": "Stopped"}
_SEVERITY = {"error": "Error", "warning": "Warning", "info": "Information"}


def section(report: Report, board: Board) -> Section | None:
    """Scores of both fields, then months, then sites."""
    blocks: Blocks = [Text(words=sentence) for sentence in completeness_sentences(report)]
    gain = recoverable_sentence(report)
    blocks += [Text(words=gain)] if gain else []
    scores = _scores(report)
    blocks += [scores] if scores else []
    chosen = chosen_outcomes(report, board)
    recording = _recording(report)
    blocks += recording + _months(report, chosen[0] if chosen else None, records_too=not recording)
    if chosen:
        blocks += _sites(report, chosen[0], board)
    return Section(name="data-quality", heading="Data quality", blocks=tuple(blocks)) if blocks else None


def _scores(report: Report) -> Table | None:
    rows = []
    for field, facts, words in (
        ("Ethnic category", report.ethnicity, ETHNIC_CLASSES),
        ("Deprivation linkage", report.deprivation, LINK_CLASSES),
    ):
        for name, cell in facts["classes"].items() if facts else ():
            if cell.value != 0:
                told = words.get(name, name)
                rows.append((f"{field}: {told}", count(cell), share(class_share(report, facts, name))))
    if not rows:
        return None
    return Table(
        name="scores", caption="How well ethnicity and deprivation are recorded, records by class",
        columns=("Field and class of record", "Records", "Share of records"), numeric=(False, True, True),
        rows=tuple(rows), notes=("Each record is in one class of each field.", *marks_in(tuple(rows))),
    )  # fmt: skip


def _recording(report: Report) -> Blocks:
    """A control chart of how completely ethnicity is recorded, month by month."""
    trend = recording_trend(report)
    if trend is None:
        return []
    rows = tuple(
        (
            month_words(row.labels[0]), count(row.numerator), count(row.denominator), share(row.value),
            interval(row.lower, row.upper), spc.SHAPES[month.kind][2],
        )
        for row, month in zip(recording_rows(report, trend), trend.months, strict=True)
    )  # fmt: skip
    table = Table(
        name="recording-by-month", caption="Records with a usable ethnic group by month",
        columns=("Month", "Usable ethnic group", "Records", "Per cent", "95% interval", "What the month shows"),
        numeric=(False, True, True, True, True, False), rows=rows, notes=marks_in(rows), folded=True, annex=True,
    )  # fmt: skip
    subtitle = "Records with a usable ethnic group, per cent of records by month, with process limits"
    return [*_control_chart("recording", trend, subtitle), table]


def _months(report: Report, facts: OutcomeFacts | None, *, records_too: bool) -> Blocks:
    """A control chart of the outcome by month where there are figures, else, if wanted, of the number of records."""
    trend = outcome_trend(report, facts) if facts else None
    counts = trend is None
    if trend is None and records_too:
        trend = records_trend(report)
    released = table_of(report, facts.name, "month") if facts else None
    # Without a chart the table stands in its place, unless most of it is hidden.
    hidden = released is not None and 2 * sum(row.value.value is None for row in released.rows) > len(released.rows)
    annex = trend is not None or not records_too or hidden
    table = group_table(report, "month", facts, folded=True, annex=annex)
    if trend is None:
        told = f"Fewer than {FEWEST_MONTHS} months in a row have a figure, so no trend is drawn."
        return [*([Text(words=told, tone="quiet")] if records_too else []), table] if table else []
    whole = "" if counts or facts is None else f", per cent of {facts.noun}"
    subtitle = f"{trend.what} by month{whole}, with process limits"
    return [*_control_chart("months", trend, subtitle, counts=counts), *([table] if table else [])]


def _control_chart(name: str, trend: Trend, subtitle: str, *, counts: bool = False) -> Blocks:
    shown = f"{trend.months[0].label} to {trend.months[-1].label}"
    story = Story(name=name, title=trend.title, description=f"{trend.what} by month, {shown}. {trend.sentence}")
    draw = partial(spc.draw, trend.months, story, target=trend.target, counts=counts)
    return [chart(story.name, story.title, subtitle, draw, trend.limits_note), Text(words=trend.sentence)]


def _sites(report: Report, facts: OutcomeFacts, board: Board) -> Blocks:
    """Sites against the funnel that chance allows."""
    table = table_of(report, facts.name, "site")
    rows = [row for row in table.rows if not board.sites or row.labels[0] in board.sites] if table else []
    shown = [row for row in rows if row.value.value is not None]
    numbers = group_table(report, "site", facts, folded=True, annex=True, counts=False, only=board.sites)
    if len(shown) < 3:
        return [numbers] if numbers else []
    pairs = pd.DataFrame(
        [(row.numerator.value, row.denominator.value) for row in shown], columns=["numerator", "denominator"]
    )
    target = float(pairs["numerator"].sum() / pairs["denominator"].sum())
    labels = funnel(pairs, "proportion", target=target)["label"]
    outside = [row.labels[0] for row, label in zip(shown, labels, strict=True) if "0.001" in label]
    widest = int(pairs["denominator"].max() * 1.1)
    sizes = sorted({max(1, widest * step // 40) for step in range(1, 41)})
    grid = funnel(pd.DataFrame({"numerator": 0, "denominator": sizes}), "proportion", target=target)
    limits = [
        funnel_chart.Limit(
            size=size,
            lower=row["lower998"],
            upper=row["upper998"],
            lower_inner=row["lower95"],
            upper_inner=row["upper95"],
        )
        for size, row in zip(sizes, grid.to_dict("records"), strict=True)
    ]
    sites = [
        funnel_chart.Site(
            label=row.labels[0], size=int(row.denominator.value or 0), value=float(row.value.value or 0),
            outside=row.labels[0] in outside,
        )
        for row in shown
    ]  # fmt: skip
    seen = " shown" if len(shown) < len(rows) else ""
    title = (
        f"{facts.label}: {len(outside)} of {len(shown)} sites{seen} outside what chance allows"
        if outside
        else f"{facts.label}: no site{seen} is outside what chance allows"
    )
    told = f"{len(shown)} sites by size. Mean {percent(target)}. Outside: {', '.join(outside) or 'none'}."
    story = Story(name="sites", title=title, description=told)
    note = "Solid lines: 99.8% limits. Dashed: 95%. Filled triangle: outside the 99.8% limits. Not a ranking."
    draw = partial(funnel_chart.draw, sites, limits, target, story)
    drawn = chart(story.name, title, f"{facts.label}, per cent of {facts.noun}, by site and its size", draw, note)
    return [drawn, *([numbers] if numbers else [])]


def rules_section(report: Report) -> Section:
    """Rules that failed, errors first, with what to do; then what the values that failed look like."""
    order = list(_SEVERITY)
    failed = sorted(
        (found for found in report.findings if found.outcome in _OUTCOMES),
        key=lambda found: (order.index(found.rule.severity), -(found.rate.value or 0), found.rule.code),
    )
    blocks: Blocks = [Text(words=rules_sentence(report))]
    if failed:
        rows = tuple(_rule_row(report, found) for found in failed)
        blocks.append(
            Table(
                name="rules", caption="Rules that failed, errors first, and what to do",
                columns=("Rule", "What is wrong", "Severity", "Failed", "Of judged", "Per cent", "What to do"),
                numeric=(False, False, False, True, True, True, False), rows=rows, notes=marks_in(rows),
            )
        )  # fmt: skip
    unjudged = [found for found in report.findings if found.outcome == "not_judged"]
    if unjudged:
        blocks.append(Text(words="Could not be judged:", tone="quiet"))
        blocks.append(Text(items=_by_reason(unjudged)))
    shapes = _shapes(report)
    return Section(name="rules", heading="Rules that failed", blocks=(*blocks, *([shapes] if shapes else [])))


def _by_reason(unjudged: Sequence[ReleasedFinding]) -> tuple[str, ...]:
    """One line a reason: a missing column may stop twenty rules."""
    reasons: dict[str, list[str]] = {}
    for found in unjudged:
        reasons.setdefault(found.why_not_judged or "no reason given", []).append(found.rule.code)
    titles = {found.rule.code: found.rule.title for found in unjudged}
    return tuple(
        f"{reason[0].upper()}{reason[1:]}: {codes[0]} {titles[codes[0]]}."
        if len(codes) == 1
        else f"{reason[0].upper()}{reason[1:]}: {len(codes)} rules, {', '.join(codes)}."
        for reason, codes in reasons.items()
    )


def _rule_row(report: Report, found: ReleasedFinding) -> tuple[str, ...]:
    rule = found.rule
    advice = (
        fix_words(report, found)
        if found.outcome == "fail"
        else f"Not worked out: {found.why_not_judged or 'tell the makers'}."
    )
    severity = _SEVERITY[rule.severity] if found.outcome == "fail" else _OUTCOMES[found.outcome]
    # A rule on the extract as a whole counts sites or levels, not people: its numbers would mislead here.
    whole = rule.unit == "extract"
    numbers = ("[z]",) * 3 if whole else (count(found.failed), count(found.judged), share(found.rate))
    return (rule.code, rule.title, severity, *numbers, advice)


def _shapes(report: Report) -> Table | None:
    rows = tuple(
        (code, shape or "blank", count(cell)) for code, shapes in report.shapes.items() for shape, cell in shapes
    )
    if not rows:
        return None
    return Table(
        name="shapes", caption="What the values that failed look like (letters as A, digits as 9)",
        columns=("Rule", "Shape", "Records"), numeric=(False, False, True), rows=rows, notes=marks_in(rows),
        folded=True, annex=True,
    )  # fmt: skip
