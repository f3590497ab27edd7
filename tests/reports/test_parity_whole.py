"""Every number that the terminal and the front sheet print is the number of its place in the result document.

The document alone says, piece by piece and in order, what must stand there; between the pieces no digit may be left over.
So a number that differs is missed, and one that the document does not have is found.
"""

from __future__ import annotations

import contextlib
import io
import json
import re
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from typing import Any

import pytest

from equity_audit.disclosure.profiles import load_profile
from equity_audit.disclosure.protect import protect
from equity_audit.model import Report
from equity_audit.reports import json as document
from equity_audit.reports import markdown, terminal
from reports.samples import NAMES, UNLINKED, sample_audit, sample_report

NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
GROUPS = {
    "White": "White patients", "Mixed": "patients of Mixed ethnicity", "Asian": "Asian patients", "Black": "Black patients",
    "Other": "patients from other ethnic groups",
}  # fmt: skip
AREAS = {"lsoa", "lsoa_2001", "lsoa_2011", "lsoa_2021"}
QUINTILES = ("1 (most deprived)", "2", "3", "4", "5 (least deprived)", "not linked")
BY = {"imd_quintile": "IMD quintile", "age_band": "age", "admission_route": "admission route"}
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
)  # fmt: skip


class Result:
    """A result document; a place is the keys that lead to it."""

    def __init__(self, plain: dict[str, Any]) -> None:
        self.plain, self.markers = plain, plain["markers"]

    def at(self, *keys: Any) -> Any:
        value = self.plain
        for key in keys:
            value = value[key]
        return value

    def marker(self, *keys: Any) -> str | None:
        return self.markers.get("".join(f"/{str(key).replace('~', '~0').replace('/', '~1')}" for key in keys))

    def number(self, *keys: Any) -> str:
        value = self.at(*keys)
        return f"[{self.marker(*keys)}]" if value is None else f"{value:,}"

    def share(self, *keys: Any) -> str:
        value = self.at(*keys)
        return f"[{self.marker(*keys)}]" if value is None else told(value)

    def of(self, part: tuple[Any, ...], whole: tuple[Any, ...]) -> str:
        """A part of a whole as a percentage."""
        if self.at(*part) is None or self.at(*whole) is None:
            return f"[{self.marker(*part) or self.marker(*whole)}]"
        return told(min(1.0, self.at(*part) / self.at(*whole))) if self.at(*whole) else "[z]"

    def interval(self, *keys: Any) -> str:
        ends = [(*keys, end) for end in ("lower", "upper")]
        if any(self.at(*end) is None and self.marker(*end) != "low" for end in ends):
            return ""
        return " to ".join(self.share(*end) for end in ends)


def told(share: float) -> str:
    return "[low]" if 0 < share < 0.0005 else f"{share:.1%}"


def points(share: float) -> str:
    return f"{round(100 * share, 1) + 0.0:.1f}"


def leftovers(text: str, pieces: list[str]) -> list[str]:
    """What is wrong: pieces that do not follow in order, and digits that belong to none."""
    text, at, wrong = " ".join(text.split()), 0, []
    for piece in (" ".join(each.split()) for each in pieces):
        found = re.search(rf"(?<![\d.,]){re.escape(piece)}(?!\d|[.,]\d)", text[at:])
        if found is None:
            wrong.append(f"not there: {piece}")
            continue
        wrong += [f"not in the document: {number}" for number in NUMBER.findall(text[at : at + found.start()])]
        at += found.end()
    return wrong + [f"not in the document: {number}" for number in NUMBER.findall(text[at:])]


def on_the_terminal(result: Result) -> Iterator[str]:
    run, audited = result.at("run"), result.number("intake", "records_audited")
    if run["watermark"] is None:
        yield "no share is given of fewer than 100 ([u])."
    yield f"{run['extract']['label']}: {audited} records"
    yield f"{run['extract']['encoding']}: {result.number('intake', 'records_read')} records read"
    for place, each in enumerate(result.at("intake", "rejections")):
        yield f"rejected {result.number('intake', 'rejections', place, 'records')}: {each['reason']}"
        yield from (f"{line:,}" for line in each["first_lines"])
    yield f"dataset {run['dataset']}: " + ", ".join(f"{field} ← {column}" for field, column in run["mapping"].items())
    if run["not_used"]:
        yield "not used: " + ", ".join(f"{', '.join(columns)} ({field})" for field, columns in run["not_used"].items())
    yield from classes(result, "ethnicity", "valid")
    yield from ethnicity(result)
    yield from classes(result, "deprivation", "linked")
    yield from linkage(result)
    yield from (f"· {note}" for note in result.at("notes"))
    labels = {each["outcome"]: each["label"] for each in result.at("outcomes")}
    for verdict in result.at("verdicts"):
        label = next((label for name, label in labels.items() if verdict["subject"].startswith(f"{name}_by_")), "")
        because = f" ({', '.join(verdict['because'])})" if verdict["because"] else ""
        yield from ([label] if label else [])
        yield f"{verdict['sentence']}{because}"
    yield from rules(result)
    titles = {rule["code"]: rule["title"] for rule in result.at("rules")}
    if result.at("shapes"):
        yield "digits as 9"
    for code, shapes in result.at("shapes").items():
        listed = (
            f"{shape['shape'] or 'blank'} ({result.number('shapes', code, place, 'records')})"
            for place, shape in enumerate(shapes)
        )
        yield f"{code} {titles[code]}: " + ", ".join(listed)
    yield from breakdowns(result, labels)
    outcomes = [rule["outcome"] for rule in result.at("rules")]
    many = [outcomes.count(name) for name in ("pass", "fail", "not_judged", "error")]
    yield "rules {}: passed {}, failed {}, not judged {}, errors {}".format(len(outcomes), *many)
    yield "; records read {}, audited {}, rejected {}".format(
        *(result.number("intake", f"records_{name}") for name in ("read", "audited", "rejected"))
    )


def classes(result: Result, subject: str, good: str) -> Iterator[str]:
    whole = (subject, "records")
    for name, value in result.at(subject, "classes").items():
        cell = (subject, "classes", name)
        if value or result.marker(*cell) or name == good:
            word = terminal._WORDS.get(name, name) + (" (usable)" if name == "valid" else "")
            share = result.of(cell, whole) if value is not None else f"[{result.marker(*cell)}]"
            yield f"{word} {result.number(*cell)} {share}"
    yield f"{result.number(*whole)}"


def ethnicity(result: Result) -> Iterator[str]:
    base, whole = ("ethnicity", "classes"), result.at("ethnicity", "records")

    def together(*names: str) -> str:
        values = [result.at(*base, name) for name in names]
        return "[c]" if None in values else told(sum(values) / whole)

    yield f"populated {together('valid', 'not_stated', 'not_known', 'invalid')} (not missing)"
    yield f"valid or stated {together('valid', 'not_stated')} (the person was asked)"
    yield f"usable {together('valid')} (known and stated)"
    details = ("ethnicity", "details")
    for name, words in (("exact", "exact match"), ("first_character", "first character"), ("decoded", "as read here")):
        yield f"{words} {result.of((*details, 'standards', name), ('ethnicity', 'records'))}"
    yield "VODIM: " + ", ".join(
        f"{name} {result.number(*details, 'vodim', name)}" for name in result.at(*details, "vodim")
    )
    if "dqmi_item_score" in result.at(*details):
        yield f"DQMI item score {result.at(*details, 'dqmi_item_score')}"
        yield f"up to {result.at(*details, 'dqmi_default_threshold'):.0%} of records"
    for name, words in (
        ("one_usable", "with one usable record"), ("several_agree", "with several that agree"),
        ("several_conflict_in_code", "whose codes conflict"), ("several_conflict_in_group", "across groups"),
        ("group_depends_on_method", "the four methods do not all give one group"),
    ):  # fmt: skip
        yield f"{result.number('ethnicity', 'patients', name)} {words}"
    gain = (*details, "recoverable")
    if result.at(*gain, "recoverable"):
        yield f"quickest win: {result.number(*gain, 'recoverable')} unknown records"
        ends = [result.of((*gain, name), ("ethnicity", "records")) for name in ("usable_now", "usable_reached")]
        yield f"from {ends[0]} to {ends[1]}"
    yield from uneven(result, result.at(*details, "spread"))


def uneven(result: Result, spread: list[dict[str, Any]]) -> Iterator[str]:
    """The levels unknown more than all records, or of an outcome than all of its own."""
    unknown = 1 - round(result.at("ethnicity", "classes", "valid") / result.at("ethnicity", "records"), 3)
    if result.at("run", "watermark") is not None:
        unknown = 1 - result.at("ethnicity", "classes", "valid") / result.at("ethnicity", "records")
    found = []
    for row in spread:
        own = [(each["numerator"], each["denominator"]) for each in spread if each["dimension"] == row["dimension"]]
        overall = unknown
        if row["dimension"].startswith("outcome: ") and all(None not in pair for pair in own):
            overall = sum(pair[0] for pair in own) / sum(pair[1] for pair in own)
        told_once = row["dimension"] not in ("core20", "imd_quintile_compared")
        if told_once and row["uneven"] == "yes" and row["numerator"] and row["denominator"]:
            found.append((row["numerator"] / row["denominator"], overall, row))
    worse = sorted((each for each in found if each[0] > each[1]), key=lambda each: -each[0])
    for share, overall, row in worse[:5]:
        by = BY.get(row["dimension"], row["dimension"].partition(":")[0].replace("_", " "))
        yield f"{share:.1%} where the {by} is {row['level']}, against {overall:.1%} overall"


def linkage(result: Result) -> Iterator[str]:
    parts, linked = ("deprivation", "details", "linkage"), ("deprivation", "details", "linkage", "linked")
    yield f"linked {result.of(linked, (*parts, 'records that could be linked'))} of what could be linked"
    yield f"{result.of(linked, (*parts, 'the same with no fixed abode'))} with no fixed abode"
    yield f"{result.of(('deprivation', 'classes', 'linked'), ('deprivation', 'records'))} of all records"
    homeless = ("deprivation", "classes", "no_fixed_abode")
    if result.at(*homeless) or result.marker(*homeless):
        yield f"{result.number(*homeless)} with no fixed abode: an inclusion-health group"
    for dimension in ("ethnic_group", "month", "site"):
        yield from optional(least_linked(result, dimension))
    pairs = result.at("deprivation", "details").get("supplied_against_looked_up", {})
    if pairs:
        same = sum(number or 0 for name, number in pairs.items() if len(set(re.findall(r"\d+", name))) == 1)
        if None not in pairs.values():
            yield f"in {same / sum(pairs.values()):.1%} of the records that have both"
            return
        rule = next(each for each in result.at("rules") if each["code"] == "DEP011")
        if None not in (rule["failed"], rule["judged"], rule["rate"]):
            yield f"in {1 - rule['failed'] / rule['judged']:.1%} of the records that have both"


def optional(words: str) -> list[str]:
    return [f"?{words}"] if words else []


def least_linked(result: Result, dimension: str) -> str:
    """The level that is linked least; whether it is told depends on a test, so its figure is checked where it is."""
    details = result.at("deprivation", "details")
    shares = [
        (linked / whole, level)
        for level, whole in details.get(f"linkable_by_{dimension}", {}).items()
        if whole and (linked := details[f"linked_by_{dimension}"][level]) is not None and whole >= 30
    ]
    if not shares:
        return ""
    share, level = min(shares)
    return f"linked least where the {dimension.replace('_', ' ')} is {level}: {min(1.0, share):.1%}"


def rules(result: Result) -> Iterator[str]:
    order = {"error": 0, "warning": 1, "info": 2}
    failed = [(place, rule) for place, rule in enumerate(result.at("rules")) if rule["outcome"] in ("fail", "error")]
    for place, rule in sorted(failed, key=lambda item: (order[item[1]["severity"]], -(item[1]["rate"] or 0))):
        numbers = ""
        if rule["unit"] != "extract":
            numbers = f"{result.number('rules', place, 'failed')} {result.share('rules', place, 'rate')} "
        yield f"{rule['code']} {rule['severity']} {numbers}{rule['title']}"
        if rule["code"] == "DEP009" and {"lsoa_2001"} == set(result.at("run", "mapping")) & AREAS:
            yield "→ These areas are of 2001"
            yield "derive LSOA 2011 or 2021 codes"
            yield "LSOA11 or LSOA21 column"
            continue
        yield f"→ {explained(rule['code'])}{named(result, rule['code'])}"


def named(result: Result, code: str) -> str:
    """The sites or months that a rule means."""
    details = result.at("ethnicity", "details")
    flagged = {
        "ETH014": [f"{row['dimension']} {row['unit']}" for row in details["units"] if row["outside"] == "high"],
        "ETH015": [f"site {row['site']}" for row in details.get("sites_filled", ()) if row["filled"] == "yes"],
        "ETH017": [
            f"{datetime.fromisoformat(row['month'] + '-01'):%B %Y}"
            for row in details.get("months", ())
            if row["concern"] == "yes"
        ],
    }.get(code, [])
    more = f" and {len(flagged) - 5} more" if len(flagged) > 5 else ""
    return f" Here: {', '.join(flagged[:5])}{more}." if flagged else ""


@cache
def explained(code: str) -> str:
    return next(found.rule.fix for found in sample_audit(NAMES[0]).findings if found.rule.code == code)


def breakdowns(result: Result, labels: dict[str, str]) -> Iterator[str]:
    place = {table["id"]: number for number, table in enumerate(result.at("breakdowns"))}
    names = list(labels)
    for dimension in ("imd_quintile", "ethnic_group"):
        records = place[f"records_by_{dimension}"]
        patients, first = place[f"patients_by_{dimension}"], place[f"{names[0]}_by_{dimension}"]
        # A heading may be broken over lines, so only its numbers follow each other.
        yield from ("95%", *NUMBER.findall(labels[names[0]]), "95%")
        for row, plain in told_rows(result, dimension, records):
            at = ("breakdowns", records, "rows", row)
            yield f"{plain[dimension]} {result.number(*at, 'numerator')} {result.share(*at, 'value')} {result.interval(*at)}"
            yield result.number("breakdowns", patients, "rows", row, "numerator")
            at = ("breakdowns", first, "rows", row)
            yield result.share(*at, "value")
            if result.at(*at, "denominator") != 0 and result.marker(*at, "value") != "c":
                yield f"({result.number(*at, 'numerator')} of {result.number(*at, 'denominator')})"
            yield from ([result.interval(*at)] if result.interval(*at) else [])
        if len(names) > 1:
            yield from (number for name in names[1:] for number in NUMBER.findall(labels[name]))
            for row, plain in told_rows(result, dimension, records):
                yield plain[dimension]
                for name in names[1:]:
                    at = ("breakdowns", place[f"{name}_by_{dimension}"], "rows", row)
                    yield f"{result.share(*at, 'value')} of {result.number(*at, 'denominator')}"
        if dimension == "imd_quintile" and nothing_linked(result):
            yield from unlinked(result)
    if not nothing_linked(result):
        yield from by_both(result, place["records_by_imd_quintile_by_ethnic_group"])
    for measure in result.at("measures"):
        if measure["measure"] == "gap" and measure["estimate"] is not None:
            ends = [100 * (measure[name] or 0) for name in ("estimate", "lower", "upper")]
            yield (
                f"{labels[measure['outcome']]}, quintile 1 (most deprived) less quintile 5: "
                "{:+.1f} points ({:+.1f} to {:+.1f})".format(*ends)
            )
            same = ("ratio", measure["outcome"], measure["dimension"])
            ratio = next(m for m in result.at("measures") if (m["measure"], m["outcome"], m["dimension"]) == same)
            if ratio["estimate"] is not None:
                yield "; ratio {estimate:.2f} ({lower:.2f} to {upper:.2f})".format(**ratio)


def nothing_linked(result: Result) -> bool:
    return bool(result.at("deprivation", "classes", "linked") == 0)


def told_rows(result: Result, dimension: str, table: int) -> list[tuple[int, dict[str, Any]]]:
    """Where no record is linked, the five quintiles are empty and left out."""
    rows = enumerate(result.at("breakdowns", table, "rows"))
    empty = QUINTILES[:5] if dimension == "imd_quintile" and nothing_linked(result) else ()
    return [(number, row) for number, row in rows if row[dimension] not in empty]


def unlinked(result: Result) -> Iterator[str]:
    classes, whole = result.at("deprivation", "classes"), result.at("deprivation", "records")
    others = sorted((value / whole for name, value in classes.items() if value and name != "linked"), reverse=True)
    yield "No record is linked to an IMD quintile"
    yield from (told(share) for share in others[:3])


def by_both(result: Result, crossed: int) -> Iterator[str]:
    cells = {
        (row["imd_quintile"], row["ethnic_group"]): result.number("breakdowns", crossed, "rows", number, "numerator")
        for number, row in enumerate(result.at("breakdowns", crossed, "rows"))
    }
    yield " ".join(QUINTILES)
    for group in dict.fromkeys(group for _, group in cells):
        yield f"{group} " + " ".join(cells[quintile, group] for quintile in QUINTILES)


def on_the_front_sheet(result: Result, text: str) -> Iterator[str]:
    yield from period(result)
    run = result.at("run")
    patients = result.number("ethnicity", "patients", "distinct")
    yield f"{run['extract']['label']}: {result.number('intake', 'records_audited')} records, {patients} patients"
    year, month, day = map(int, run["finished"][:10].split("-"))
    yield f"Audited {day} {MONTHS[month - 1]} {year}"
    findings = re.findall(r"(?m)^(\d)\. (.*)$", text)
    leads = [each for each in result.at("outcomes") if any(words.startswith(each["label"]) for _, words in findings)]
    assert len(leads) == 1
    found = [*gap(result, leads[0]), *differences(result, leads[0]), *completeness(result)]
    assert len(findings) == len(found) == 3
    for number, pieces in enumerate(found, 1):
        yield f"{number}."
        yield from pieces
    yield f"equity-audit {result.at('tool', 'version')}, run {run['id']}"
    yield "(2001 grouping)"


def period(result: Result) -> Iterator[str]:
    """First and last month that hold a tenth of the fullest one, with all next to them; the census; else the day."""
    tables = [table for table in result.at("breakdowns") if table["id"] == "records_by_month"]
    counts = {row["month"]: row["numerator"] for table in tables for row in table["rows"] if row["numerator"] != 0}
    months = sorted(name for name in counts if name[0].isdigit())
    most = max((counts[name] or 0 for name in months), default=0)
    full = [name for name in months if (counts[name] or 0) >= most / 10] or result.at("run", "census_months")
    while full and following(full[-1], 1) in months:
        full.append(following(full[-1], 1))
    while full and following(full[0], -1) in months:
        full.insert(0, following(full[0], -1))
    if not full:
        year, month, day = map(int, result.at("run", "finished")[:10].split("-"))
        yield f"audited on {day} {MONTHS[month - 1]} {year}"
        return
    ends = [f"{MONTHS[int(name[5:]) - 1]} {name[:4]}" for name in (full[0], full[-1])]
    yield ends[0] if ends[0] == ends[1] else f"{ends[0]} to {ends[1]}"


def following(month: str, step: int) -> str:
    number = 12 * int(month[:4]) + int(month[5:]) - 1 + step
    return f"{number // 12}-{number % 12 + 1:02d}"


def measured(result: Result, name: str, outcome: str) -> dict[str, Any] | None:
    wanted = (name, outcome, "imd_quintile")
    return next((m for m in result.at("measures") if (m["measure"], m["outcome"], m["dimension"]) == wanted), None)


def gap(result: Result, outcome: dict[str, Any]) -> list[list[str]]:
    found, allowed = (measured(result, name, outcome["outcome"]) for name in ("gap", "standardised_gap"))
    start = f"{outcome['label']}: "
    if found is None or found["estimate"] is None:
        return [[f"{start}no gap by deprivation is given, because {found['reason_withheld']}"]] if found else []
    ends = [points(found[end]) for end in ("lower", "upper")]
    if found["lower"] <= 0 <= found["upper"]:
        told = f"{start}there is no clear evidence of a gap by deprivation. The data fit a gap anywhere from"
        return [[f"{told} {ends[0]} to {ends[1]} percentage points (above 0: "]]
    number = [table["id"] for table in result.at("breakdowns")].index(f"{outcome['outcome']}_by_imd_quintile")
    pieces = [start]
    for row in (0, 4):
        at = ("breakdowns", number, "rows", row)
        counts = f"({result.number(*at, 'numerator')} of {result.number(*at, 'denominator')})"
        pieces += [result.share(*at, "value"), counts]
    low, high = sorted(abs(found[end]) for end in ("lower", "upper"))
    pieces.append(f"a gap of {points(abs(found['estimate']))} percentage points ({points(low)} to {points(high)})")
    if allowed and allowed["estimate"] is not None:
        ends = [points(allowed[end]) for end in ("estimate", "lower", "upper")]
        clear = not allowed["lower"] <= 0 <= allowed["upper"]
        pieces.append(f"{ends[0]} ({ends[1]} to {ends[2]})" if clear else f"({ends[1]} to {ends[2]} percentage points)")
    return [pieces]


def differences(result: Result, outcome: dict[str, Any]) -> list[list[str]]:
    tested = [
        measure
        for measure in result.at("measures")
        if (measure["measure"], measure["outcome"], measure["dimension"])
        == ("risk_difference", outcome["outcome"], "ethnic_group")
    ]
    pieces = [outcome["label"]]
    for each in tested:
        if each["differs"] and not each["lower"] <= 0 <= each["upper"]:
            low, high = sorted(abs(each[end]) for end in ("lower", "upper"))
            words = "higher" if each["estimate"] > 0 else "lower"
            size = f"{points(abs(each['estimate']))} percentage points ({points(low)} to {points(high)})"
            pieces.append(f"{GROUPS[each['group']]} {words} by {size}")
    return [pieces] if tested else []


def completeness(result: Result) -> list[list[str]]:
    pieces = []
    for subject, name, words in (
        ("ethnicity", "valid", "usable ethnic group"),
        ("deprivation", "linked", "are linked to"),
    ):
        share = result.of((subject, "classes", name), (subject, "records"))
        pieces.append(f"{share} {'have a ' if subject == 'ethnicity' else ''}{words}")
    return [pieces]


def without_absent_options(text: str, pieces: list[str]) -> list[str]:
    screen = " ".join(text.split())
    return [
        piece.removeprefix("?")
        for piece in pieces
        if not piece.startswith("?") or piece[1:].partition(" is ")[0] in screen
    ]


@cache
def report_of(name: str, profile: str) -> Report:
    if profile == "hes":
        return sample_report(name)
    return protect(sample_audit(name), load_profile(profile), internal_name="the board")


@cache
def printed(name: str, profile: str) -> str:
    text = io.StringIO()
    with contextlib.redirect_stdout(text):
        terminal.print_report(report_of(name, profile))
    return text.getvalue()


@cache
def written(name: str, profile: str) -> str:
    return re.sub(r"\\(.)", r"\1", markdown.render(report_of(name, profile)).decode())


def result_of(name: str, profile: str) -> Result:
    return Result(json.loads(document.render(report_of(name, profile))))


CASES = [(name, profile) for name in NAMES for profile in ("none", "hes")]


@pytest.mark.parametrize(("name", "profile"), [*CASES, (UNLINKED, "none"), (UNLINKED, "hes")])
def test_the_terminal_prints_the_numbers_of_the_document_and_no_others(name: str, profile: str):
    text = printed(name, profile)
    pieces = without_absent_options(text, list(on_the_terminal(result_of(name, profile))))
    assert leftovers(text, pieces) == []
    # Fewer where nothing is told by quintile.
    assert len(NUMBER.findall(" ".join(pieces))) > (400 if name in NAMES else 300)


@pytest.mark.parametrize(("name", "profile"), CASES)
def test_the_front_sheet_has_the_numbers_of_the_document_and_no_others(name: str, profile: str):
    text = written(name, profile)
    assert leftovers(text, list(on_the_front_sheet(result_of(name, profile), text))) == []


def planted(text: str) -> Iterator[str]:
    """The text with one of its numbers changed by one, each in turn."""
    for found in NUMBER.finditer(text):
        last = text[found.end() - 1]
        yield text[: found.end() - 1] + str((int(last) + 1) % 10) + text[found.end() :]


@pytest.mark.parametrize("profile", ["none", "hes"])
def test_any_number_that_differs_is_noticed(profile: str):
    result = result_of("admitted_care", profile)
    screen, sheet = (make("admitted_care", profile) for make in (printed, written))
    on_screen = without_absent_options(screen, list(on_the_terminal(result)))
    on_sheet = list(on_the_front_sheet(result, sheet))
    changed = [*((each, on_screen) for each in planted(screen)), *((each, on_sheet) for each in planted(sheet))]
    assert len(changed) > 500
    missed = [text for text, pieces in changed if not leftovers(text, pieces)]
    assert missed == []


@pytest.mark.parametrize(
    ("path", "changed"),
    [
        (("ethnicity", "classes", "valid"), 1), (("deprivation", "details", "linkage", "linked"), 1),
        (("intake", "records_read"), 1), (("rules", 0, "outcome"), "pass"), (("shapes", "ETH004", 0, "records"), 1),
    ],
)  # fmt: skip
def test_a_document_that_differs_is_noticed(path: tuple[Any, ...], changed: Any):
    result, text = result_of("admitted_care", "none"), printed("admitted_care", "none")
    *way, last = path
    place = result.at(*way)
    assert place[last] != changed
    place[last] = changed
    assert leftovers(text, without_absent_options(text, list(on_the_terminal(result))))
