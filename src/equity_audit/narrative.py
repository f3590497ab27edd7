"""From a Report to sentences. Every output says the same thing in the same words, because all of them ask here.

Rules of wording: a difference is claimed only where its interval excludes none; percentages have one decimal;
a share of admissions is never called a rate; nothing is ranked. Past 300 lines, so that all wording is in one place.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from equity_audit.decode.labels import QUINTILES, linked_words
from equity_audit.model import Cell, OutcomeFacts, PopulationFacts, ReleasedMeasure, ReleasedTable, Report, TableRow

SHORTHAND = {
    "c": "hidden to protect confidentiality",
    "u": "too few records to give a reliable share",
    "x": "not available",
    "z": "not applicable",
    "low": "rounds to zero but is not zero",
}
LEAST_SHOWN = 0.0005  # less is 0.0% with one decimal
VERDICTS = {"act": "Complete enough to use", "care": "Read with care", "do_not_use": "Do not use yet"}
ETHNIC_CLASSES = {
    "valid": "usable ethnic group",
    "not_stated": "not stated",
    "not_known": "not known",
    "invalid": "not a national code",
    "missing": "missing",
}
LINK_CLASSES = {
    "linked": "linked to an IMD quintile",
    "no_location": "no location recorded",
    "withheld": "identity legally withheld",
    "no_fixed_abode": "no fixed abode",
    "address_unknown": "address not known",
    "overseas": "living overseas",
    "outside_england": "living outside England",
    "malformed": "location not readable",
    "postcode_not_found": "postcode not in the directory",
    "lsoa_not_found": "area code not in the IMD edition",
    "wrong_vintage": "area code of other boundaries",
    "no_reference": "no reference table to look it up in",
}
GROUP_WORDS = {
    "White": "White patients",
    "Mixed": "patients of Mixed ethnicity",
    "Asian": "Asian patients",
    "Black": "Black patients",
    "Other": "patients from other ethnic groups",
}
# Told only with these words beside it, and never among the headlines: the trust's case mix decides it.
NOT_A_RATE = {"emergency_admission": "This is a share of this trust's admissions, not a rate."}
_RULE_WORDS = {
    "fail": "failed",
    "pass": "passed",
    "not_judged": "could not be judged",
    "error": "stopped with an error",
}
USABLE, _LINKED = "have a usable ethnic group", "are linked to an IMD quintile"
FEWEST_FOR_A_SHARE = 100
HIDDEN_SENTENCE = f"[c]: {SHORTHAND['c']}."


def percent(share: float) -> str:
    """A share as a percentage with one decimal, for a sentence."""
    return "less than 0.1%" if 0 < share < LEAST_SHOWN else f"{share:.1%}"


def shown_percent(share: float) -> str:
    """A share as a percentage with one decimal, for a table: 0.0% is said of none only."""
    return "[low]" if 0 < share < LEAST_SHOWN else f"{share:.1%}"


def shown_rate(rate: float, decimals: int = 1, low: str = "[low]") -> str:
    """A rate or ratio, for a table unless ``low`` is words: only a true zero is written as one."""
    return low if rate and not round(rate, decimals) else f"{rate:,.{decimals}f}"


def points(difference: float) -> str:
    """A difference of shares as percentage points with one decimal, without a minus before zero."""
    return f"{round(difference * 100, 1) + 0.0:.1f}"


def headline_sentences(report: Report, named: Sequence[str] = ()) -> tuple[str, ...]:
    """At most three sentences for a board: the gap by deprivation, ethnic groups that differ, how far to trust both.

    ``named`` are the outcomes that a board asked for, the first of them the one to lead with.
    """
    told = [sentence for sentence in _lead_sentences(report, named) if sentence]
    absent = _absent_sentences(report)
    trust = (*completeness_sentences(report), *absent)
    if len(told) + len(trust) > 3:
        trust = (" ".join(part for part in (trust_sentence(report), *absent) if part),)
    return (*told, *trust)


def _absent_sentences(report: Report) -> tuple[str, ...]:
    """What nothing can be said about, and why: no column, or so few records that even how many is hidden."""
    if not report.tables:
        return ()
    told = []
    for facts, key, lacks, about, words, classes in (
        (report.ethnicity, "valid", "no ethnicity column", "ethnic groups", USABLE, ETHNIC_CLASSES),
        (report.deprivation, "linked", "no location", "deprivation", _LINKED, LINK_CLASSES),
    ):
        if not facts:
            told.append(f"This extract has {lacks}, so nothing is said about {about}.")
        elif class_share(report, facts, key).marker == "c":
            rest = _rest(report, facts["classes"], key, classes)
            told.append(f"How many records {words} is hidden to protect confidentiality{rest}.")
    return tuple(told)


def _lead_sentences(report: Report, named: Sequence[str]) -> tuple[str, ...]:
    """What is told of the outcome that leads; plainly that none can lead, and why."""
    if not report.tables:
        return ()
    found = ordered_outcomes(report, named)
    if not found:
        return ("No gap is given: this extract holds no outcome, such as a wait or a missed appointment, to compare.",)
    lead = next((facts for facts in found if may_be_headline(facts) and is_shown(report, facts.name)), None)
    if lead is not None:
        sentences = gap_sentence(report, lead), groups_sentence(report, lead)
        none = f"{lead.label}: with this extract no groups can be compared, so no gap is given."
        return sentences if any(sentences) else (none,)
    meant = [facts.label for facts in found if may_be_headline(facts)]
    told = (
        f"{_listed(meant)}: no gap is given, because the counts are too small to publish."
        if meant
        else "No gap leads here, because no outcome of this extract is set to lead a report."
    )
    others = [uncapped(facts.label) for facts in found if is_shown(report, facts.name)]
    if others:
        told += (
            f" Figures for {_listed(others)} follow below; they depend on who comes to this trust, so they do not lead."
        )
    return (told,)


def may_be_headline(facts: OutcomeFacts) -> bool:
    """Whether an outcome may be told first."""
    return facts.headline and facts.name not in NOT_A_RATE


def ordered_outcomes(report: Report, named: Sequence[str] = ()) -> tuple[OutcomeFacts, ...]:
    """The outcomes that a board named, as it named them; else all, those first whose figures are shown and may lead."""
    found = {facts.name: facts for facts in outcomes_of(report)}
    if found.keys() & set(named):
        return tuple(found[name] for name in named if name in found)

    def place(facts: OutcomeFacts) -> tuple[bool, ...]:
        shown, gap = is_shown(report, facts.name), measure_of(report, "gap", facts.name)
        headline = may_be_headline(facts)
        return not (shown and headline), not shown, gap is None or gap.estimate is None, not headline

    return tuple(sorted(found.values(), key=place))


def is_shown(report: Report, outcome: str) -> bool:
    """Whether an outcome has a figure by quintile or by ethnic group that disclosure control has not hidden."""
    return any(
        row.value.value is not None
        for dimension in ("imd_quintile", "ethnic_group")
        for row in rows_of(report, outcome, dimension)
    )


def outcomes_of(report: Report) -> tuple[OutcomeFacts, ...]:
    """What this extract's outcomes are."""
    return tuple(facts for facts, _ in report.outcomes)


def gap_sentence(report: Report, facts: OutcomeFacts) -> str:
    """Quintile 1 (most deprived) against quintile 5 (least deprived); blank where nothing was measured."""
    gap = measure_of(report, "gap", facts.name)
    if gap is None:
        return ""
    if gap.estimate is None or gap.lower is None or gap.upper is None:
        return f"{facts.label}: no gap by deprivation is given, because {gap.reason_withheld or 'it was not measured'}."
    if gap.lower <= 0 <= gap.upper:
        return _with_caution(
            f"{facts.label}: there is no clear evidence of a gap by deprivation. The data fit a gap anywhere from "
            f"{points(gap.lower)} to {points(gap.upper)} percentage points "
            "(above 0: higher in the most deprived fifth of areas).",
            facts,
        )
    ends = {row.labels[0][0]: row for row in rows_of(report, facts.name, "imd_quintile") if row.labels}
    low, high = sorted((abs(gap.lower), abs(gap.upper)))
    direction = "higher" if gap.estimate > 0 else "lower"
    return _with_caution(
        f"{facts.label}: {_share_told(ends['1'], facts.noun)} from the most deprived fifth of areas, against "
        f"{_share_told(ends['5'])} from the least deprived fifth: a gap of {points(abs(gap.estimate))} "
        f"percentage points ({points(low)} to {points(high)}), {direction} in the most deprived fifth"
        f"{_adjusted(report, facts)}.",
        facts,
    )


def _share_told(row: TableRow, noun: str = "") -> str:
    """A share of a noun with its counts, since a board must see how many people a per cent stands for."""
    counts = (row.numerator.value, row.denominator.value)
    how_many = "" if None in counts else f" ({counts[0]:,} of {counts[1]:,})"
    return f"{percent(row.value.value or 0)}{f' of {noun}' if noun else ''}{how_many}"


def ratio_sentence(report: Report, facts: OutcomeFacts) -> str:
    """How many times the share of the least deprived fifth that of the most deprived is; blank where no gap is told."""
    gap, ratio = measure_of(report, "gap", facts.name), measure_of(report, "ratio", facts.name)
    if gap is None or gap.lower is None or gap.upper is None or gap.lower <= 0 <= gap.upper:
        return ""
    if ratio is None or ratio.estimate is None or ratio.lower is None or ratio.upper is None:
        return ""
    return (
        f"The share in the most deprived fifth is {ratio.estimate:.1f} times that in the least deprived fifth "
        f"({ratio.lower:.1f} to {ratio.upper:.1f})."
    )


def _adjusted(report: Report, facts: OutcomeFacts) -> str:
    gap = measure_of(report, "standardised_gap", facts.name)
    if gap is None or gap.estimate is None or gap.lower is None or gap.upper is None:
        return "; age and sex are not allowed for"
    if gap.lower <= 0 <= gap.upper:
        return (
            "; allowing for age and sex as recorded, there is no clear evidence of a gap "
            f"({points(gap.lower)} to {points(gap.upper)} percentage points)"
        )
    return (
        f"; allowing for age and sex as recorded, {points(gap.estimate)} ({points(gap.lower)} to {points(gap.upper)})"
    )


def _with_caution(sentence: str, facts: OutcomeFacts) -> str:
    return " ".join(part for part in (sentence, NOT_A_RATE.get(facts.name)) if part)


def group_sentences(report: Report, facts: OutcomeFacts) -> tuple[str, ...]:
    """One sentence for each ethnic group with a figure: its share beside all others'. A difference is claimed where it is clear."""
    rows = [row for row in rows_of(report, facts.name, "ethnic_group") if row.labels[0] in GROUP_WORDS]
    sentences = []
    for row in rows:
        if row.value.value is None or row.lower.value is None or row.upper.value is None:
            continue
        start = (
            f"{facts.label}: {percent(row.value.value)} of {facts.noun} of {GROUP_WORDS[row.labels[0]]} "
            f"({percent(row.lower.value)} to {percent(row.upper.value)})"
        )
        words = difference_words(difference_of(report, facts.name, "ethnic_group", row.labels[0]))
        claim = f": {words}" if words in ("higher", "lower", "no clear difference") else ""
        sentences.append(_with_caution(f"{start}{_others(row, rows, facts)}{claim}.", facts))
    return tuple(sentences)


def difference_of(report: Report, outcome: str, dimension: str, group: str) -> ReleasedMeasure | None:
    """A group against all other groups that are compared."""
    return next(
        (
            found
            for found in report.measures
            if (found.measure, found.outcome, found.dimension) == ("risk_difference", outcome, dimension)
            and found.group == group
            and found.against == "rest"
        ),
        None,
    )


def difference_words(found: ReleasedMeasure | None) -> str:
    """Whether a group differs from all others, in words: claimed only where the interval excludes none."""
    if found is None or found.estimate is None or found.lower is None or found.upper is None:
        return "not compared"
    if not found.differs or found.lower <= 0 <= found.upper:
        return "no clear difference"
    return "higher" if found.estimate > 0 else "lower"


def differing_sentence(report: Report, facts: OutcomeFacts) -> str:
    """The ethnic groups whose share differs from that of all other patients with a known group; blank if none does."""
    told = []
    for group, who in GROUP_WORDS.items():
        found = difference_of(report, facts.name, "ethnic_group", group)
        words = difference_words(found)
        if words in ("higher", "lower") and found is not None:
            low, high = sorted((abs(found.lower or 0), abs(found.upper or 0)))
            size = f"{points(abs(found.estimate or 0))} percentage points ({points(low)} to {points(high)})"
            told.append(f"{who} {words} by {size}")
    if not told:
        return ""
    return _with_caution(
        f"{facts.label}, against all other patients with a known ethnic group: {'; '.join(told)}.", facts
    )


def groups_sentence(report: Report, facts: OutcomeFacts) -> str:
    """The ethnic groups that differ, else which were compared and do not; blank if none was compared."""
    told = differing_sentence(report, facts)
    compared = [
        group
        for group in GROUP_WORDS
        if difference_words(difference_of(report, facts.name, "ethnic_group", group)) != "not compared"
    ]
    if told or not compared:
        return told
    few = [group for group in GROUP_WORDS if group not in compared]
    sentence = (
        f"{facts.label} by ethnic group: {_listed(compared)} {'does' if len(compared) == 1 else 'do'} not clearly differ "
        "from all other patients with a known group"
    )
    left = f"; too few records to compare {_listed(few)}" if few else ""
    return _with_caution(f"{sentence}{left}.", facts)


def _listed(names: Sequence[str]) -> str:
    return " and ".join([*([", ".join(names[:-1])] if len(names) > 1 else []), names[-1]])


def uncapped(words: str) -> str:
    """A label inside a sentence; one that begins with an abbreviation keeps its capitals."""
    named = words[:2].isupper() or any(letter.isdigit() for letter in words.partition(" ")[0])
    return words if named else words[:1].lower() + words[1:]


def _others(row: TableRow, rows: Iterable[TableRow], facts: OutcomeFacts) -> str:
    others = [other for other in rows if other is not row]
    shown = [other for other in others if other.numerator.value is not None and other.denominator.value]
    whole = sum(int(other.denominator.value or 0) for other in shown)
    if whole < FEWEST_FOR_A_SHARE:
        return ""
    share = sum(int(other.numerator.value or 0) for other in shown) / whole
    who = "all other patients with a known group" if len(shown) == len(others) else "patients of the other groups shown"
    return f", {percent(share)} of {facts.noun} of {who}"


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
        words = USABLE if subject == "ethnicity" else linked_words(facts.get("routes", {}))
        told.append(f"{start}{percent(share)} of records {words}{_rest(report, facts['classes'], key, classes)}.")
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
    return f"{start}{'of' if start else 'Of'} the records, {' and '.join(shares)}." if shares else ""


def _rest(report: Report, counts: dict[str, Cell], key: str, words: dict[str, str]) -> str:
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


def rules_sentence(report: Report) -> str:
    """How the rules came out, as whole numbers."""
    told = []
    for outcome, words in _RULE_WORDS.items():
        number = sum(found.outcome == outcome for found in report.findings)
        if number or outcome in ("fail", "pass"):
            told.append(f"{number} {words}")
    return f"Of {len(report.findings)} data-quality rules, {', '.join(told[:-1])} and {told[-1]}."


def ask_sentence(report: Report, named: Sequence[str] = ()) -> str:
    """What a board is asked to do, from the verdicts on both fields and on the outcome that leads."""
    verdicts = {verdict.subject: verdict.verdict for verdict in report.verdicts}
    lead = next(iter(ordered_outcomes(report, named)), None)
    told = {"ethnicity", "deprivation"}
    told |= {f"{lead.name}_by_{dimension}" for dimension in ("imd_quintile", "ethnic_group")} if lead else set()
    if any(verdicts.get(subject) == "do_not_use" for subject in told):
        return "The board is asked to decide how recording will be improved before these comparisons are used."
    wanted = [
        words
        for subject, words in (
            ("ethnicity", USABLE), ("deprivation", _LINKED),
        )
        if verdicts.get(subject) == "care"
    ]  # fmt: skip
    if not wanted:
        return "The board is asked to note these figures and to discuss how the recording faults will be put right."
    return (
        f"The board is asked to note these figures, and to agree who will see that more records {' and '.join(wanted)}."
    )


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
    sizes = [(row.labels[0] in _NO_GROUP, int(row.denominator.value or 0)) for row in rows]
    whole = sum(size for _, size in sizes)
    missing = sum(size for without, size in sizes if without)
    if not found or not missing:
        return ""
    what = "no IMD quintile" if dimension == "imd_quintile" else "no usable ethnic group"
    return (
        f"{percent(missing / whole)} of {facts.noun} have {what}. Depending on who those patients are, the figures lie between: "
        f"{'; '.join(found)} (Γ = 2)."
    )


_NO_GROUP = ("not linked", "Not stated", "Not known", "Invalid", "Missing")
RATES = ("rate", "standardised_rate", "indirectly_standardised_rate", "standardised_ratio")


def rates_of(report: Report, outcome: str, dimension: str) -> tuple[ReleasedMeasure, ...]:
    """The rates per population of an outcome by a dimension, group by group."""
    wanted = (outcome, dimension)
    return tuple(row for row in report.measures if row.measure in RATES and (row.outcome, row.dimension) == wanted)


def rate_sentence(report: Report, facts: OutcomeFacts, dimension: str, *, ends: bool = False) -> str:
    """Directly standardised rates of the groups (or both ends), without a claim that they differ; blank where none is given."""
    shown = [
        f"{row.group}: {_rate(row.estimate)} ({_rate(row.lower)} to {_rate(row.upper)})"
        for row in rates_of(report, facts.name, dimension)
        if row.measure == "standardised_rate" and (not ends or row.group in _ENDS)
        and row.estimate is not None and row.lower is not None and row.upper is not None
    ]  # fmt: skip
    population = next((each for each in report.populations if each.dimension == dimension), None)
    if not shown or population is None:
        return ""
    return (
        f"{facts.label}, rate per 100,000 population, directly standardised to the European Standard Population 2013 "
        f"({_population_name(population)}), by {_DIMENSIONS[dimension]}: {'; '.join(shown)}."
    )


def _rate(rate: float) -> str:
    return shown_rate(rate, low="less than 0.1")


_ENDS = (QUINTILES[0], QUINTILES[4])
_DIMENSIONS = {"imd_quintile": "IMD quintile", "ethnic_group": "ethnic group"}


def _population_name(population: PopulationFacts) -> str:
    lsoa = "LSOA " if population.vintage in ("2011", "2021") else ""
    return f"population {population.name}, {lsoa}{population.vintage}"


def population_sentence(population: PopulationFacts) -> str:
    """Which population rates are of, and for what they allow; or plainly that there are none, and why."""
    what = f"by {_DIMENSIONS[population.dimension]}"
    if population.refused is not None:
        return f"No rates per population {what} ({_population_name(population)}): {population.refused}"
    areas = f" in {population.areas:,} areas" if population.areas is not None else ""
    allowed = "age and sex" if population.by_sex else "age, not sex"
    caution = f" {population.caution}" if population.caution else ""
    return (
        f"Rates per 100,000 population {what} are of the {_population_name(population)}: {population.people:,} people{areas}, "
        f"{allowed} allowed for, {population.ages_to} and over as one band.{caution}"
    )


def class_share(report: Report, facts: Mapping[str, Any], name: str) -> Cell:
    """A class as a share of all released records; hidden where the class is, too few where the whole is small."""
    part, whole = facts["classes"][name], facts["records"]
    if part.value is None:
        return Cell(None, part.marker)
    if not whole.value or part.value > whole.value:
        return Cell(None, "z")
    if not report.exact and whole.value < FEWEST_FOR_A_SHARE:
        return Cell(None, "u")
    share = part.value / whole.value
    if not report.exact and 0 < share < LEAST_SHOWN:
        return Cell(None, "low")
    # Rounded as a percentage, as every table writes its shares: 0.1125 is 11.2% here, too.
    return Cell(share if report.exact else round(round(100 * share, 1) / 100, 3))


def measure_of(report: Report, measure: str, outcome: str, dimension: str = "imd_quintile") -> ReleasedMeasure | None:
    """The measure of that name for an outcome."""
    wanted = (measure, outcome, dimension)
    return next((found for found in report.measures if (found.measure, found.outcome, found.dimension) == wanted), None)


def table_of(report: Report, outcome: str | None, *dimensions: str, unit: str | None = None) -> ReleasedTable | None:
    """The released table of an outcome (None: plain counts) by dimensions."""
    for table in report.tables:
        if table.outcome == outcome and table.dimensions == dimensions and unit in (None, table.unit):
            return table
    return None


def rows_of(report: Report, outcome: str | None, *dimensions: str) -> tuple[TableRow, ...]:
    """The rows of that table; none where there is no such table."""
    table = table_of(report, outcome, *dimensions)
    return table.rows if table else ()
