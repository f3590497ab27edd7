"""From an Audit to its ledger: every count that a report prints, and what a reader knows of how they hang together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from equity_audit.collapse import quarter_of
from equity_audit.decode.ethnicity import CLASSES, CODES
from equity_audit.decode.grouping import (
    ALL_OTHER,
    GROUP_ONLY,
    UNUSABLE,
    group_labels,
    high_group,
    shown_group,
    white_labels,
)
from equity_audit.decode.labels import QUINTILES
from equity_audit.disclosure.ledger import PATIENTS, READ, RECORDS, Count, Ledger, bind_margins, of
from equity_audit.disclosure.naming import entered, placed, row_counts, rule_count, walk
from equity_audit.disclosure.sums import bind_figures, imply_totals, same_figures
from equity_audit.model import Audit, Breakdown, Finding


def gather(audit: Audit, breakdowns: Iterable[Breakdown]) -> Ledger:
    """The ledger of a run; ``breakdowns`` are those that will be printed."""
    ledger = Ledger()
    ledger.add(RECORDS, audit.intake.records_audited, "intake")
    ledger.totals.add(RECORDS)
    for breakdown in breakdowns:
        _enter_table(ledger, breakdown, {outcome.name: outcome.unit for outcome in audit.outcomes})
    sections = (
        ("ethnicity", audit.ethnicity), ("deprivation", audit.deprivation),
        ("ethnicity_details", audit.ethnicity_details), ("deprivation_details", audit.deprivation_details),
    )  # fmt: skip
    for section, facts in sections:
        for count, value in walk(section, facts):
            ledger.add(entered(ledger.named, count, value, section), value, section)
    _enter_lists(ledger, audit)
    for finding in audit.findings:
        _enter_rule(ledger, finding)
    imply_totals(ledger, audit)
    _same_outcomes(ledger, audit)
    same_figures(ledger, audit)
    _same_core20(ledger)
    _bind_collapsed(ledger)
    bind_margins(ledger)
    _bind_classes(ledger, audit)
    bind_figures(ledger, audit)
    _bind_rules(ledger, audit)
    _bind_people(ledger)
    ledger.settle()
    return ledger


def _enter_table(ledger: Ledger, table: Breakdown, units: Mapping[str, str]) -> None:
    for *labels, numerator, denominator in table.frame[[*table.dimensions, "numerator", "denominator"]].itertuples(
        index=False, name=None
    ):
        part, whole = row_counts(table.unit, table.outcome, table.dimensions, [str(label) for label in labels], units)
        ledger.add(part, numerator, table.id)
        ledger.add(whole, denominator, table.id)
        if table.outcome is not None:
            ledger.bind(whole, [part], open_=True)


def _enter_lists(ledger: Ledger, audit: Audit) -> None:
    reasons = [(placed("rejected", each.reason), each.records) for each in audit.intake.rejections]
    for count, value in reasons:
        ledger.add(count, value, "intake")
    for outcome in audit.outcomes:
        for reason, number in outcome.apart.items():
            ledger.add(placed(f"apart:{outcome.name}", reason), number, "outcomes")
    for code, shapes in audit.shapes.items():
        for shape, number in shapes:
            ledger.add(placed(f"shape:{code}", shape), number, "shapes")


def _enter_rule(ledger: Ledger, finding: Finding) -> None:
    unit = finding.rule.unit
    if unit == "extract":
        return  # sites and tables are counted here, not people
    for which in ("judged", "failed", "not_judged"):
        ledger.add(rule_count(finding.rule.code, unit, which), getattr(finding, which), f"rule {finding.rule.code}")


def _same_outcomes(ledger: Ledger, audit: Audit) -> None:
    """An outcome that leaves nobody apart has everyone as its denominator: the same facts, cell by cell."""
    for outcome in audit.outcomes:
        if not any(outcome.apart.values()):
            name = f"denominator:{outcome.name}"
            for count in [each for each in ledger.counts if each.quantity == name]:
                other = Count(count.unit, "all", count.cell)
                if other in ledger.counts:
                    ledger.same(count, other)


def _same_core20(ledger: Ledger) -> None:
    """Core20 is the first quintile by another name, the others are quintiles 2 to 5."""
    for count in list(ledger.counts):
        for dimension, label in count.cell:
            if dimension == "core20":
                rest = count.cell - {(dimension, label)}
                fifths = [Count(count.unit, count.quantity, rest | {("imd_quintile", name)}) for name in QUINTILES]
                if label.startswith("Core20") and fifths[0] in ledger.counts:
                    ledger.same(count, fifths[0])
                elif label == QUINTILES[5] and fifths[5] in ledger.counts:
                    ledger.same(count, fifths[5])
                elif not label.startswith("Core20"):
                    ledger.bind(count, fifths[1:5])


def _bind_collapsed(ledger: Ledger) -> None:
    """Groups told together are the sums of the groups told apart: all other ethnic groups, White of 16, quarters of months."""
    white = white_labels()
    cells: dict[tuple[str, str], list[Count]] = {}
    for count in ledger.counts:
        dimensions = {dimension for dimension, _ in count.cell}
        if dimensions == {"imd_quintile", "ethnic_group"} or dimensions == {"month"}:
            cells.setdefault((count.unit, count.quantity), []).append(count)
    for count in list(ledger.counts):
        labels, fine = dict(count.cell), cells.get((count.unit, count.quantity), [])
        if "quarter" in labels:
            ledger.bind(
                count, [each for each in fine if quarter_of(dict(each.cell).get("month", "")) == labels["quarter"]]
            )
        if set(labels) == {"core20", "ethnic_group"}:
            first, of_white = labels["core20"].startswith("Core20"), labels["ethnic_group"] != ALL_OTHER
            ledger.bind(
                count,
                [
                    each for each in fine
                    for found in [dict(each.cell)]
                    if found.get("imd_quintile") in (QUINTILES[:1] if first else QUINTILES[1:5])
                    and (found["ethnic_group"] in white) == of_white
                    and found["ethnic_group"] not in (*UNUSABLE, GROUP_ONLY)
                ],
            )  # fmt: skip


def _bind_classes(ledger: Ledger, audit: Audit) -> None:
    """Ethnic classes and codes, link classes, routes, quintiles and deciles are cuts of the same records."""
    grouping = audit.run.ethnic_grouping
    unusable = [of("records", "ethnic_group", label) for label in UNUSABLE]
    valid, linked = of("records", "ethnic_class", "valid"), of("records", "link_class", "linked")
    ledger.bind(RECORDS, [valid, *unusable])
    codes = [*CODES, "T", "W"]
    ledger.bind(valid, [of("records", "ethnic_code", code) for code in codes])
    for unit in ("records", "patients"):
        for size in (5, 6, 16):
            labels = [label for label in group_labels(size) if label not in UNUSABLE]
            groups = [of(unit, "ethnic_group", label) for label in labels]
            if unit == "records" and all(ledger.find(group) in ledger.counts for group in groups):
                ledger.bind(valid, groups)
                for label, group in zip(labels, groups, strict=True):
                    inside = [code for code in CODES if shown_group(code, high_group(code, grouping), size) == label]
                    ledger.bind(group, [of(unit, "ethnic_code", code) for code in inside])
    for name, code in ((CLASSES[1], "Z"), (CLASSES[2], "99")):
        label = dict(zip(CLASSES[1:], UNUSABLE, strict=True))[name]
        ledger.bind(of("records", "ethnic_group", label), [of("records", "ethnic_code", code)])
    quintiles = [of("records", "imd_quintile", label) for label in QUINTILES]
    ledger.bind(linked, quintiles[:5])
    others = [
        c for c in ledger.counts if c.unit == "records" and [d for d, _ in c.cell] == ["link_class"] and c != linked
    ]
    ledger.bind(quintiles[5], others)
    for number, quintile in enumerate(quintiles[:5], start=1):
        ledger.bind(
            quintile, [of("records", "imd_decile", str(2 * number - 1)), of("records", "imd_decile", str(2 * number))]
        )


def _bind_rules(ledger: Ledger, audit: Audit) -> None:
    """Rules are counted over the same records: judged and not judged make up everyone, failed is a part of judged."""
    ledger.add(READ, audit.intake.records_read, "intake")
    ledger.totals.add(READ)
    ledger.bind(READ, [RECORDS, *(placed("rejected", each.reason) for each in audit.intake.rejections)])
    for finding in audit.findings:
        code, unit = finding.rule.code, finding.rule.unit
        if unit == "extract":
            continue
        judged, failed, rest = (rule_count(code, unit, which) for which in ("judged", "failed", "not_judged"))
        if code == "STR002":
            ledger.same(judged, READ)
        everyone = RECORDS if unit == "records" else PATIENTS
        if ledger.counts.get(ledger.find(everyone)) == finding.judged + finding.not_judged:
            ledger.bind(everyone, [judged, rest])
        ledger.bind(judged, [failed], open_=True)
        ledger.bind(failed, [placed(f"shape:{code}", shape) for shape, _ in audit.shapes.get(code, ())])
    for outcome in audit.outcomes:
        ledger.bind(RECORDS, [placed(f"apart:{outcome.name}", reason) for reason in outcome.apart])


def _bind_people(ledger: Ledger) -> None:
    """Patients of a cell are no more than its records, and where they are few the records are hidden with them."""
    for count in list(ledger.named):
        if count.quantity == "linkable":
            ledger.bind(Count("records", "all", count.cell), [count], open_=True)
        if count.unit == "patients" and count.quantity == "all":
            records = Count("records", "all", count.cell)
            if ledger.find(records) in ledger.counts:
                ledger.bind(records, [count], open_=True)
                ledger.together.append((ledger.find(count), ledger.find(records)))
