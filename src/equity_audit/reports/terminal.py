"""What a person reads at a prompt: what was read, the mapping, the figures, the rules that failed, the breakdown.

Past 300 lines, so that the order of what is printed is read in one place.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from equity_audit.decode.labels import QUINTILES
from equity_audit.model import Cell, ReleasedFinding, ReleasedMeasure, ReleasedTable, Report, TableRow
from equity_audit.narrative import (
    measure_of,
    nothing_linked,
    rate_sentence,
    shown_notes,
    shown_percent,
    told_rows,
    unlinked_sentence,
)
from equity_audit.reports.detaillines import ethnicity_lines
from equity_audit.reports.fixes import fix_words
from equity_audit.reports.json import watermark, watermark_line
from equity_audit.reports.linkagelines import linkage_lines, linkage_tables

WIDTH_WHEN_PIPED = 110
_WORDS = {
    "not_stated": "not stated", "not_known": "not known", "no_location": "no location recorded",
    "withheld": "identity withheld", "no_fixed_abode": "no fixed abode", "address_unknown": "address unknown",
    "outside_england": "outside England", "postcode_not_found": "postcode not in the directory",
    "lsoa_not_found": "LSOA not in the edition", "wrong_vintage": "LSOA of another vintage",
    "no_reference": "nothing installed to look it up in",
}  # fmt: skip
_DIMENSIONS = {
    "imd_quintile": "IMD quintile",
    "imd_quintile_compared": "quintile of the other edition",
    "ethnic_group": "ethnic group",
}
_SEVERITY = {"error": 0, "warning": 1, "info": 2}


def print_report(report: Report, *, quiet: bool = False, verbose: bool = False, color: str = "auto") -> None:
    """Print a report to standard output; ``quiet`` keeps the last line only."""
    console = Console(
        file=sys.stdout,
        force_terminal=True if color == "always" else None,
        no_color=color == "never" or None,
        width=None if sys.stdout.isatty() else WIDTH_WHEN_PIPED,
        highlight=False,
        markup=False,
        emoji=False,
        soft_wrap=False,
    )
    if not quiet:
        for part in _parts(report, verbose):
            console.print(part)
        if report.hints:
            console.print("To look up more, run:  " + "  then  ".join(" ".join(hint.split()) for hint in report.hints))
    console.print(last_line(report), soft_wrap=True)


def last_line(report: Report) -> str:
    """The one line that says how the audit ended."""
    outcomes = [found.outcome for found in report.findings]
    return (
        f"rules {len(outcomes)}: passed {outcomes.count('pass')}, failed {outcomes.count('fail')}, "
        f"not judged {outcomes.count('not_judged')}, errors {outcomes.count('error')}; "
        f"records read {_number(report.records_read)}, audited {_number(report.records_audited)}, "
        f"rejected {_number(report.records_rejected)}"
    )


def _parts(report: Report, verbose: bool) -> Iterable[Any]:
    run = report.run
    mark = watermark(report)
    if mark and report.exact:
        owner = f"For {report.internal_name}: " if report.internal_name else "Exact counts: "
        yield Text(f"{owner}{mark}.\n", style="bold")
    elif mark:
        yield Text(f"{watermark_line(report)}\n", style="bold")
    if not report.exact:
        yield Text(
            f"Disclosure profile {report.profile}: small counts are hidden ([c]), the rest rounded; no share is given of "
            "fewer than 100 ([u]).\n"
        )
    yield Text(f"{run.label}: {_number(report.records_audited)} {_noun(report.records_audited)}", style="bold")
    yield _intake(report)
    yield _mapping(report)
    if report.ethnicity:
        yield _classes("Ethnicity", report.ethnicity, "valid", "usable", exact=report.exact)
        yield _ethnicity_line(report.ethnicity)
        yield from (Text(f"  {line}") for line in (*ethnicity_lines(report), ""))
    if report.deprivation:
        yield _classes("Deprivation", report.deprivation, "linked", "linked", exact=report.exact)
        yield from (Text(f"  {line}") for line in linkage_lines(report))
    for note in shown_notes(report):
        yield Text(f"  · {note}")
    for verdict in report.verdicts:
        because = f" ({', '.join(verdict.because)})" if verdict.because else ""
        yield Text(f"  {_subject(verdict.subject, report)}: {verdict.sentence}{because}", style="bold")
    yield Text()
    yield _rules(report, verbose)
    yield from _shapes(report)
    yield from _breakdowns(report)
    if verbose:
        for table in linkage_tables(report):
            yield table
            yield Text()


def _subject(subject: str, report: Report) -> str:
    """What a verdict is about, in words."""
    for facts, _ in report.outcomes:
        dimension = subject.removeprefix(f"{facts.name}_by_")
        if dimension != subject:
            return f"{facts.label} by {_DIMENSIONS.get(dimension, dimension.replace('_', ' '))}"
    return subject.capitalize()


def _intake(report: Report) -> Text:
    encoding = f", {report.encoding}" if report.encoding else ""
    text = Text(
        f"  read as {report.format}{encoding}: {_number(report.records_read)} {_noun(report.records_read)} read"
    )
    place = "row" if report.format == "xlsx" else "line"
    for reason, cell in report.rejections:
        lines = report.rejected_lines.get(reason, ())
        named = ", ".join(f"{line:,}" for line in lines) + (" …" if len(lines) < (cell.value or 0) else "")
        text.append(
            f"\n  rejected {_number(cell)}: {reason}"
            + (f" ({place}{'' if len(lines) == 1 else 's'} {named})" if lines else "")
        )
    for remark in report.remarks:
        text.append(f"\n  {remark}")
    return text


def _mapping(report: Report) -> Text:
    mapping = report.run.mapping
    pairs = [
        f"{field} ← {column}" + (" (blank)" if field in mapping.blank else "")
        for field, column in mapping.columns.items()
    ]
    text = Text(f"  dataset {mapping.dataset}: " + ", ".join(pairs))
    if mapping.unused:
        passed = [f"{', '.join(columns)} ({field})" for field, columns in mapping.unused.items()]
        text.append("\n  not used: " + ", ".join(passed))
    text.append("\n")
    return text


def _classes(title: str, facts: Mapping[str, Any], good: str, word: str, *, exact: bool) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("")
    table.add_column("records", justify="right")
    table.add_column("share", justify="right")
    for name, cell in facts["classes"].items():
        if cell.value or cell.marker or name == good:
            label = _WORDS.get(name, name) + (f" ({word})" if name != word and name == good else "")
            table.add_row(label, _number(cell), _share(cell, facts["records"]))
    whole = exact or not any(cell.value for cell in facts["classes"].values())
    table.add_row("all" if whole else "all shown", _number(facts["records"]), "")
    return table


def _ethnicity_line(facts: Mapping[str, Any]) -> Text:
    classes, records = facts["classes"], facts["records"]

    def together(*names: str) -> str:
        cells = [classes[name] for name in names]
        if any(cell.marker for cell in cells):
            return "[c]"
        return _share(Cell(sum(cell.value for cell in cells)), records)

    populated = together("valid", "not_stated", "not_known", "invalid")
    return Text(
        f"  populated {populated} (not missing) · valid or stated {together('valid', 'not_stated')} (the person was asked) · "
        f"usable {together('valid')} (known and stated)"
    )


def _rules(report: Report, verbose: bool) -> Table | Text:
    failed = [found for found in report.findings if found.outcome in ("fail", "error")]
    failed.sort(key=lambda found: (_SEVERITY[found.rule.severity], -(found.rate.value or 0)))
    shown = failed + ([found for found in report.findings if found.outcome not in ("fail", "error")] if verbose else [])
    if not shown:
        return Text("No rule failed.\n", style="bold")
    table = Table(
        title="Rules that failed, worst first", title_justify="left", title_style="bold", box=None, pad_edge=False
    )
    for name, justify in (("rule", "left"), ("", "left"), ("failed", "right"), ("rate", "right"), ("", "left")):
        table.add_column(name, justify=justify, overflow="fold")  # type: ignore[arg-type]
    for found in shown:
        table.add_row(*_rule_row(report, found))
    return table


def _rule_row(report: Report, found: ReleasedFinding) -> tuple[str, str, str, str, Text]:
    rule = found.rule
    if found.outcome == "not_judged":
        return rule.code, "not judged", "", "", Text(f"{rule.title}: {found.why_not_judged}")
    told = Text(rule.title)
    if found.outcome == "error":
        told.append(f": {found.why_not_judged}")
    if found.outcome == "fail":
        told.append(f"\n→ {fix_words(report, found)}", style="dim")
    word = rule.severity if found.outcome == "fail" else {"pass": "passed", "error": "not run"}[found.outcome]
    people = rule.unit != "extract"
    return rule.code, word, _number(found.failed) if people else "", _percent(found.rate) if people else "", told


def _shapes(report: Report) -> Iterable[Text]:
    titles = {found.rule.code: found.rule.title for found in report.findings}
    if report.shapes:
        yield Text("\nWhat the values that failed look like (letters as A, digits as 9)", style="bold")
    for code, shapes in report.shapes.items():
        listed = ", ".join(f"{shape or 'blank'} ({_number(cell)})" for shape, cell in shapes)
        yield Text(f"  {code} {titles.get(code, '')}: {listed}")


def _breakdowns(report: Report) -> Iterable[Any]:
    tables = {table.id: table for table in report.tables}
    for dimension, title in (("imd_quintile", "IMD quintile"), ("ethnic_group", "Ethnic group")):
        records = tables.get(f"records_by_{dimension}")
        if records is not None:
            yield Text()
            yield _breakdown(f"By {title}", records, tables, dimension, report)
            if len(report.outcomes) > 1:
                yield Text()
                yield _more_outcomes(f"Other outcomes by {title}", tables, dimension, report)
            if dimension == "imd_quintile" and nothing_linked(report):
                yield Text(unlinked_sentence(report))
    crossed = tables.get("records_by_imd_quintile_by_ethnic_group")
    if crossed is not None and not nothing_linked(report):
        yield Text()
        yield _crossed(crossed)
    for measure in report.measures:
        if measure.measure == "gap" and measure.estimate is not None:
            label = next(facts.label for facts, _ in report.outcomes if facts.name == measure.outcome)
            other = report.deprivation_details.get("words", {}).get("compared_edition")
            edition = f" of IMD {other}" if measure.dimension == "imd_quintile_compared" else ""
            yield Text(
                f"{label}, quintile 1 (most deprived) less quintile 5{edition}: {100 * measure.estimate:+.1f} points "
                f"({100 * (measure.lower or 0):+.1f} to {100 * (measure.upper or 0):+.1f})"
                f"{_ratio(report, measure)}"
            )
    for facts, _ in report.outcomes:
        told = (rate_sentence(report, facts, each.dimension) for each in report.populations)
        yield from (Text(sentence) for sentence in told if sentence)
    yield Text()


def _ratio(report: Report, gap: ReleasedMeasure) -> str:
    """The same two quintiles as a ratio, which a gap in points does not tell; why there is none."""
    found = measure_of(report, "ratio", gap.outcome, gap.dimension)
    if found is None:
        return ""
    if found.estimate is None or found.lower is None or found.upper is None:
        return f"; no ratio: {found.reason_withheld}" if found.reason_withheld else ""
    return f"; ratio {found.estimate:.2f} ({found.lower:.2f} to {found.upper:.2f})"


def _breakdown(
    title: str, records: ReleasedTable, tables: Mapping[str, ReleasedTable], dimension: str, report: Report
) -> Table:
    patients = tables.get(f"patients_by_{dimension}")
    outcomes = [(facts, tables[f"{facts.name}_by_{dimension}"]) for facts, _ in report.outcomes[:1]]
    table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("")
    for name in ("records", "share", "95% interval", *(("patients",) if patients else ())):
        table.add_column(name, justify="right")
    for facts, _ in outcomes:
        table.add_column(facts.label.lower(), justify="right")
        table.add_column("95% interval", justify="right")
    for position, row in _told(report, records):
        cells = [row.labels[0], _number(row.numerator), _percent(row.value), _interval(row.lower, row.upper)]
        if patients:
            cells.append(_number(patients.rows[position].numerator))
        for _, outcome in outcomes:
            found = outcome.rows[position]
            shown = found.denominator.value != 0 and found.value.marker != "c"
            counts = f" ({_number(found.numerator)} of {_number(found.denominator)})" if shown else ""
            cells += [_percent(found.value) + counts, _interval(found.lower, found.upper)]
        table.add_row(*cells)
    return table


def _more_outcomes(title: str, tables: Mapping[str, ReleasedTable], dimension: str, report: Report) -> Table:
    """Share and denominator of each outcome after the first; intervals are in the files."""
    table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("")
    found = [(facts, tables[f"{facts.name}_by_{dimension}"]) for facts, _ in report.outcomes[1:]]
    for facts, _ in found:
        table.add_column(facts.label.lower(), justify="right")
    for position, row in _told(report, found[0][1]):
        cells = [outcome.rows[position] for _, outcome in found]
        table.add_row(row.labels[0], *(f"{_percent(cell.value)} of {_number(cell.denominator)}" for cell in cells))
    return table


def _told(report: Report, table: ReleasedTable) -> Iterable[tuple[int, TableRow]]:
    """The rows to show, each with its place in the table."""
    told = {row.labels for row in told_rows(report, table)}
    return ((position, row) for position, row in enumerate(table.rows) if row.labels in told)


def _crossed(crossed: ReleasedTable) -> Table:
    table = Table(
        title="Records by ethnic group and IMD quintile", title_justify="left", title_style="bold", box=None, pad_edge=False,
        padding=(0, 2, 0, 0),
    )  # fmt: skip
    table.add_column("")
    for quintile in QUINTILES:
        table.add_column(quintile, justify="right")
    cells = {row.labels: row.numerator for row in crossed.rows}
    for group in dict.fromkeys(row.labels[1] for row in crossed.rows):
        table.add_row(group, *(_number(cells[quintile, group]) for quintile in QUINTILES))
    return table


def _number(cell: Cell) -> str:
    return f"[{cell.marker}]" if cell.value is None else f"{cell.value:,}"


def _noun(cell: Cell) -> str:
    return "record" if cell.value == 1 else "records"


def _percent(cell: Cell) -> str:
    return f"[{cell.marker}]" if cell.value is None else shown_percent(cell.value)


def _share(part: Cell, whole: Cell) -> str:
    if part.value is None:
        return f"[{part.marker}]"
    return shown_percent(part.value / whole.value) if whole.value else "[z]"


def _interval(lower: Cell, upper: Cell) -> str:
    if any(end.value is None and end.marker != "low" for end in (lower, upper)):
        return ""
    return f"{_percent(lower)} to {_percent(upper)}"
