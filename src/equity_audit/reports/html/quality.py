"""The section on data quality: completeness, months, sites; and the section on the rules that failed."""

from __future__ import annotations

from functools import partial

import pandas as pd

from equity_audit.board import Board
from equity_audit.charts import funnel as funnel_chart
from equity_audit.charts import spc
from equity_audit.charts.canvas import Story
from equity_audit.measures import funnel, xmr
from equity_audit.model import OutcomeFacts, ReleasedFinding, ReleasedTable, Report
from equity_audit.narrative import (
    ETHNIC_CLASSES,
    LINK_CLASSES,
    class_share,
    completeness_sentences,
    percent,
    rules_sentence,
    table_of,
)  # fmt: skip
from equity_audit.reports.html.facts import chosen_outcomes
from equity_audit.reports.html.parts import Chart, Section, Table, Text, chart, count, marks_in, share
from equity_audit.reports.html.tables import group_table
from equity_audit.reports.workbook.words import month_words

Blocks = list[Text | Chart | Table]
FEWEST_MONTHS = 12
_SHORT = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DIRECTION = {"adverse": "decrease", "favourable": "increase"}
_CHANGES = {"improvement": "improving", "concern": "concerning", "high": "high", "low": "low"}
_OUTCOMES = {"fail": "Failed", "error": "Stopped"}
_SEVERITY = {"error": "Error", "warning": "Warning", "info": "Information"}


def section(report: Report, board: Board) -> Section | None:
    """Scores of both fields, then months, then sites."""
    blocks: Blocks = [Text(words=sentence) for sentence in completeness_sentences(report)]
    scores = _scores(report)
    blocks += [scores] if scores else []
    chosen = chosen_outcomes(report, board)
    blocks += _months(report, chosen[0] if chosen else None)
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


def _months(report: Report, facts: OutcomeFacts | None) -> Blocks:
    """A control chart of the outcome by month where there are figures, else of the number of records."""
    outcome = table_of(report, facts.name, "month") if facts else None
    series = _series(outcome, shares=True)
    counts = False
    if facts is None or len(series) < FEWEST_MONTHS:
        series, counts = _series(table_of(report, None, "month", unit="records"), shares=False), True
    table = group_table(report, "month", facts, folded=True, annex=len(series) >= FEWEST_MONTHS)
    if len(series) < FEWEST_MONTHS:
        told = f"Fewer than {FEWEST_MONTHS} months in a row have a figure, so no trend is drawn."
        return [Text(words=told, tone="quiet"), table] if table else []
    what = "Records" if counts or facts is None else facts.label
    direction = "neutral" if counts or facts is None else _DIRECTION.get(facts.polarity, "neutral")
    months, title, sentence = control_chart(series, what, direction)
    shown = f"{series[0][0]} to {series[-1][0]}"
    story = Story(name="months", title=title, description=f"{what} by month, {shown}. {sentence}")
    subtitle = f"{what} by month{'' if counts or facts is None else f', per cent of {facts.noun}'}, with process limits"
    note = "Limits: mean ± 2.66 × the mean moving range (XmR), from the months shown."
    drawn = chart(story.name, story.title, subtitle, partial(spc.draw, months, story, counts=counts), note)
    return [drawn, Text(words=sentence), *([table] if table else [])]


def _series(table: ReleasedTable | None, *, shares: bool) -> list[tuple[str, float]]:
    """The longest run of months without a gap: limits from month to month need neighbours."""
    runs: list[list[tuple[str, float]]] = [[]]
    before = None
    for row in sorted(table.rows, key=lambda row: row.labels[0]) if table else ():
        label, cell = row.labels[0], row.value if shares else row.numerator
        if month_words(label) == label or cell.value is None:
            continue
        number = int(label[:4]) * 12 + int(label[5:])
        if before is not None and number != before + 1:
            runs.append([])
        runs[-1].append((_short(label), float(cell.value)))
        before = number
    return max(runs, key=len)


def _short(label: str) -> str:
    year, _, month = label.partition("-")
    return f"{_SHORT[int(month) - 1]} {year}"


def control_chart(series: list[tuple[str, float]], what: str, direction: str) -> tuple[list[spc.Month], str, str]:
    """The points with their limits, and the title and sentence that the signals support."""
    values = pd.Series([value for _, value in series])
    result = xmr(values, direction=direction).to_dict("records")
    months = [
        spc.Month(
            label=label, value=value, kind=row["point_type"] or "common_cause", mean=row["mean"], lower=row["lower"],
            upper=row["upper"],
        )
        for (label, value), row in zip(series, result, strict=True)
    ]  # fmt: skip
    if result[-1]["flag"]:
        words = _CHANGES.get(months[-1].kind.rpartition("_")[2], "unusual")
        title = f"{what}: the latest month is a special cause, {words}"
        return months, title, f"{title}. Signal: {result[-1]['special_cause']}."
    earlier = [month.label for month in months if month.kind != "common_cause"]
    sentence = "No clear change lately: the latest movement is what we expect from month to month."
    sentence += f" Special causes earlier: {', '.join(earlier)}." if earlier else ""
    return months, f"{what}: no clear change lately", sentence


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
    title = (
        f"{facts.label}: {len(outside)} of {len(shown)} sites outside what chance allows"
        if outside
        else f"{facts.label}: no site is outside what chance allows"
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
        rows = tuple(_rule_row(found) for found in failed)
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
        blocks.append(
            Text(
                items=tuple(f"{f.rule.code} {f.rule.title}: {f.why_not_judged or 'no reason given'}." for f in unjudged)
            )
        )
    shapes = _shapes(report)
    return Section(name="rules", heading="Rules that failed", blocks=(*blocks, *([shapes] if shapes else [])))


def _rule_row(found: ReleasedFinding) -> tuple[str, ...]:
    rule = found.rule
    advice = rule.fix if found.outcome == "fail" else f"Not worked out: {found.why_not_judged or 'tell the makers'}."
    severity = _SEVERITY[rule.severity] if found.outcome == "fail" else _OUTCOMES[found.outcome]
    return (rule.code, rule.title, severity, count(found.failed), count(found.judged), share(found.rate), advice)


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
