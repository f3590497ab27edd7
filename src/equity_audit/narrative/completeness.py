"""How complete both fields are, what is missing and how the rules came out, in sentences."""

from __future__ import annotations

import re

from equity_audit.decode.labels import linked_words
from equity_audit.model import Cell, OutcomeFacts, Report
from equity_audit.narrative.lookups import class_share, nothing_linked, rows_of, too_few_records
from equity_audit.narrative.words import ETHNIC_CLASSES, LINK_CLASSES, USABLE, VERDICTS, percent
from equity_audit.verdict_settings import TOO_FEW_TO_JUDGE

_RULE_WORDS = {
    "fail": "failed",
    "pass": "passed",
    "not_judged": "could not be judged",
    "error": "stopped with an error",
}
_NO_GROUP = ("not linked", "Not stated", "Not known", "Invalid", "Missing")


def completeness_sentences(report: Report) -> tuple[str, ...]:
    """How many records have a usable ethnic group and a deprivation quintile, with the verdict on each."""
    verdicts = {verdict.subject: verdict.verdict for verdict in report.verdicts}
    told = []
    for subject, facts, key, classes in (
        ("ethnicity", report.ethnicity, "valid", ETHNIC_CLASSES),
        ("deprivation", report.deprivation, "linked", LINK_CLASSES),
    ):
        share = class_share(report, facts, key).value if facts else None
        if share is None:
            continue
        start = f"{VERDICTS[verdicts[subject]]}: " if subject in verdicts else ""
        if verdicts.get(subject) != "do_not_use" and too_few_records(report, subject):
            start = f"{TOO_FEW_TO_JUDGE}: "
        words = USABLE if subject == "ethnicity" else linked_words(facts.get("routes", {}))
        told.append(
            f"{start}{percent(share)} of records {words}{other_classes(report, facts['classes'], key, classes)}."
        )
    return tuple(told)


def trust_sentence(report: Report) -> str:
    """Completeness of both fields in one sentence, with the more careful of the two verdicts."""
    shares = []
    for facts, key in ((report.ethnicity, "valid"), (report.deprivation, "linked")):
        share = class_share(report, facts, key).value if facts else None
        if share is not None:
            words = USABLE if key == "valid" else linked_words(facts.get("routes", {}))
            shares.append(f"{percent(share)} {words}")
    found = {verdict.verdict for verdict in report.verdicts if verdict.subject in ("ethnicity", "deprivation")}
    start = next((f"{VERDICTS[name]}: " for name in ("do_not_use", "care", "act") if name in found), "")
    if "do_not_use" not in found and any(too_few_records(report, each) for each in ("ethnicity", "deprivation")):
        start = f"{TOO_FEW_TO_JUDGE}: "
    return f"{start}{'of' if start else 'Of'} the records, {' and '.join(shares)}." if shares else ""


def other_classes(report: Report, counts: dict[str, Cell], key: str, words: dict[str, str]) -> str:
    """The three largest other classes that are shown."""
    facts = {
        "classes": counts,
        "records": Cell(sum(int(cell.value) for cell in counts.values() if cell.value is not None)),
    }
    others = [(name, class_share(report, facts, name).value) for name in counts if name != key]
    largest = sorted(((name, share) for name, share in others if share), key=lambda item: -item[1])[:3]
    if not largest:
        return ""
    return "; " + ", ".join(f"{percent(share)} {words.get(name, name)}" for name, share in largest)


def unlinked_sentence(report: Report) -> str:
    """That no record is linked, and why; blank where one is, or where that is hidden."""
    if not nothing_linked(report):
        return ""
    classes = report.deprivation["classes"]
    why = other_classes(report, classes, "linked", LINK_CLASSES).removeprefix("; ")
    # Of few records no share is given, but the reasons are still known.
    why = why or ", ".join(LINK_CLASSES.get(name, name) for name, cell in classes.items() if cell.value)
    return f"No record is linked to an IMD quintile{': ' if why else ''}{why}."


def rules_sentence(report: Report) -> str:
    """How the rules came out, as whole numbers."""
    told = []
    for outcome, words in _RULE_WORDS.items():
        number = sum(found.outcome == outcome for found in report.findings)
        if number or outcome in ("fail", "pass"):
            told.append(f"{number} {words}")
    return f"Of {len(report.findings)} data-quality rules, {', '.join(told[:-1])} and {told[-1]}."


def wanted_share(report: Report) -> float | None:
    """The share of usable ethnic groups that would be complete enough, as the verdict on this report names it."""
    told = next((verdict.sentence for verdict in report.verdicts if verdict.subject == "ethnicity"), "")
    found = re.search(r"([\d.]+)% would be complete enough", told)
    return float(found[1]) / 100 if found else None


def recoverable_sentence(report: Report) -> str:
    """What other records of the same patients would fill in, the quickest gain there is; blank where nothing is known of it."""
    gain = report.ethnicity_details.get("recoverable")
    whole = report.ethnicity.get("records")
    if not gain or whole is None or not gain["recoverable"].value:
        return ""
    classes = {"now": gain["usable_now"], "reached": gain["usable_reached"]}
    now, reached = (class_share(report, {"classes": classes, "records": whole}, name).value for name in classes)
    if now is None or reached is None:
        return ""
    return (
        f"Quickest gain: other records of the same patients would fill {gain['recoverable'].value:,} records that lack a usable "
        f"ethnic group, and bring usable ones from {percent(now)} to {percent(reached)}."
    )


def missing_sentence(report: Report, facts: OutcomeFacts, dimension: str) -> str:
    """How far records without a group could move each group's figure; blank where nothing is missing or measured."""
    rows, found = rows_of(report, facts.name, dimension), []
    for row in rows:
        bounds = next(
            (
                each for each in report.measures
                if (each.measure, each.outcome, each.dimension) == ("proportion_gamma_2", facts.name, dimension)
                and each.group == row.labels[0] and each.lower is not None and each.upper is not None
            ),
            None,
        )  # fmt: skip
        if bounds is not None:
            name = f"quintile {row.labels[0]}" if dimension == "imd_quintile" else row.labels[0]
            found.append(f"{name} {percent(bounds.lower or 0)} to {percent(bounds.upper or 0)}")
    sizes = [(row.labels[0] in _NO_GROUP, row.denominator) for row in rows]
    hidden = any(size.value is None for _, size in sizes)
    whole = sum(int(size.value) for _, size in sizes if size.value is not None)
    missing = sum(int(size.value) for without, size in sizes if without and size.value is not None)
    if not found or not (missing or hidden):
        return ""
    what = "no IMD quintile" if dimension == "imd_quintile" else "no usable ethnic group"
    start = (
        f"How many {facts.noun} have {what} is partly hidden to protect confidentiality"
        if hidden
        else f"{percent(missing / whole)} of {facts.noun} have {what}"
    )
    return f"{start}. Depending on who those patients are, the figures lie between: {'; '.join(found)} (Γ = 2)."
