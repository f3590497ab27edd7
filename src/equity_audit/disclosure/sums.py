"""What the figures of the details are made of: sums, parts and other names of counts that tables and classes print.

`naming` gives one name to what is plainly one count; here stands what follows by addition. Each line is true of every
extract; `Ledger.same` and `Ledger.bind` look at the true counts and leave out what an extract does not bear out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from equity_audit.decode.ethnicity import CLASSES
from equity_audit.decode.grouping import UNUSABLE
from equity_audit.decode.labels import QUINTILES
from equity_audit.disclosure.ledger import PATIENTS, RECORDS, Count, Ledger, of
from equity_audit.disclosure.naming import fact_count, placed, rule_count
from equity_audit.model import Audit, OutcomeFacts
from equity_audit.subjects import NOT_LINKABLE

LINKABLE, UNKNOWN = Count("records", "linkable"), Count("records", "unknown")
_LABELS = dict(zip(CLASSES[1:], UNUSABLE, strict=True))
_LINKED = ("link_class", "linked")
# Failed, and not judged (None: nobody), by class: these rules and the classes are two ways to say one thing.
_RULES = {
    "ETH001": (("ethnicity", "missing"), None), "ETH002": (("ethnicity", "not_known"), None),
    "ETH003": (("ethnicity", "not_stated"), None), "ETH004": (("ethnicity", "invalid"), ("ethnicity", "missing")),
    "DEP001": (("deprivation", "no_location"), ("deprivation", "withheld")),
    "DEP006": (("deprivation", "outside_england"), None),
}  # fmt: skip
_ALL_BUT_MISSING = ("ETH005", "ETH006", "ETH009", "ETH010")
_METHODS_OF_ALL = ("most_recent", "most_frequent", "ohid")  # "asset" chooses nothing for some who have a usable record


def imply_totals(ledger: Ledger, audit: Audit) -> None:
    """Enter what every cut of a run comes to together and no table prints: each outcome in all, records of no usable group."""
    for outcome in _added_up(audit):
        for which in ("numerator", "denominator"):
            sums: dict[str, int] = {}
            for count, value in ledger.counts.items():
                if count[:2] == (outcome.unit, f"{which}:{outcome.name}") and len(count.cell) == 1:
                    name = next(iter(count.cell))[0]
                    sums[name] = sums.get(name, 0) + value
            if sums:
                ledger.imply(Count(outcome.unit, f"{which}:{outcome.name}"), max(sums.values()))
    valid = of("records", "ethnic_class", "valid")
    if valid in ledger.counts:
        ledger.imply(UNKNOWN, ledger.counts[RECORDS] - ledger.counts[valid])


def same_figures(ledger: Ledger, audit: Audit) -> None:
    """Counts that are printed under two names."""
    told = {finding.rule.code: finding for finding in audit.findings if finding.why_not_judged is None}
    for code, (failed, rest) in _RULES.items():
        if code in told:
            _same(ledger, rule_count(code, "records", "failed"), _class_of(*failed))
            if rest is not None:
                _same(ledger, rule_count(code, "records", "not_judged"), _class_of(*rest))
            else:
                _same(ledger, rule_count(code, "records", "judged"), RECORDS)
    for code in _ALL_BUT_MISSING:
        if code in told and "ETH004" in told:
            for which in ("judged", "not_judged"):
                _same(ledger, rule_count(code, "records", which), rule_count("ETH004", "records", which))
    for name, count in (("linked", of("records", *_LINKED)), ("all records", RECORDS)):
        _same(ledger, _fact("deprivation_details", "linkage", name), count)
    ethnic = "ethnicity_details"
    for name, code in ((CLASSES[1], "Z"), (CLASSES[2], "99")):
        _same(ledger, of("records", "ethnic_code", code), _class_of("ethnicity", name))
    _same(ledger, _fact(ethnic, "recoverable", "usable_now"), _class_of("ethnicity", "valid"))
    _same(ledger, _fact(ethnic, "recoverable", "unknown_with_key"), rule_count("ETH018", "records", "judged"))
    _same(ledger, _fact(ethnic, "recoverable", "recoverable"), rule_count("ETH018", "records", "failed"))
    none = _fact("ethnicity", "patients", "none_usable")
    for method in _METHODS_OF_ALL:
        _same(ledger, _fact(ethnic, "methods", method, UNUSABLE[1]), none)
    _same(
        ledger, rule_count("ETH012", "patients", "failed"), _fact("ethnicity", "patients", "several_conflict_in_group")
    )
    if "ETH019" in told and "ETH012" in told:
        for which in ("judged", "not_judged"):
            _same(ledger, rule_count("ETH019", "patients", which), rule_count("ETH012", "patients", which))
    for code, name, label in (
        ("DEP004", "directory", "not_found"),
        ("DEP005", "ended_postcodes", "ended before the activity"),
    ):
        if code in told:
            _same(ledger, rule_count(code, "records", "failed"), _fact("deprivation_details", name, label))
    for outcome in _added_up(audit):
        cell = frozenset({(f"outcome: {outcome.name}", outcome.label)})
        _same(ledger, Count("records", "all", cell), Count(outcome.unit, f"numerator:{outcome.name}"))


def bind_figures(ledger: Ledger, audit: Audit) -> None:
    """Sums of the details; margins of their dimensions are bound already."""
    _bind_ethnicity(ledger, audit)
    _bind_unknown(ledger)
    _bind_linkage(ledger, audit.deprivation_details)
    _bind_linked(ledger)
    _bind_together(ledger)
    for outcome in _added_up(audit):
        whole = Count(outcome.unit, f"denominator:{outcome.name}")
        apart = [placed(f"apart:{outcome.name}", reason) for reason in outcome.apart]
        if ledger.find(whole) in ledger.counts:
            ledger.bind(RECORDS, [whole, *apart])
            rest = Count("records", "all", frozenset({(f"outcome: {outcome.name}", f"not: {outcome.label}")}))
            ledger.bind(whole, [Count(outcome.unit, f"numerator:{outcome.name}"), rest])


def _bind_ethnicity(ledger: Ledger, audit: Audit) -> None:
    section = "ethnicity_details"
    valid = _class_of("ethnicity", "valid")
    vodim = {name: _fact(section, "vodim", name) for name in ("valid", "other", "default", "invalid", "missing")}
    _bind_all(ledger, RECORDS, vodim.values())
    first = [vodim[name] for name in ("valid", "other", "default")]
    _bind_all(ledger, _fact(section, "standards", "first_character"), first)
    decoded = [valid, *(_class_of("ethnicity", name) for name in ("not_stated", "not_known"))]
    _bind_all(ledger, _fact(section, "standards", "decoded"), decoded)
    ledger.bind(RECORDS, [_fact(section, "standards", "exact")], open_=True)
    gain = _fact(section, "recoverable", "recoverable")
    _bind_all(ledger, _fact(section, "recoverable", "usable_reached"), [valid, gain])
    found: Mapping[str, Any] = audit.ethnicity_details.get("recoverable", {})
    for name in ("by_class", "by_group", "by_site"):
        ledger.bind(gain, [_fact(section, "recoverable", name, each) for each in found.get(name, ())])
    ledger.bind(UNKNOWN, [_fact(section, "recoverable", "unknown_with_key")], open_=True)
    for name in CLASSES[1:]:
        ledger.bind(
            _class_of("ethnicity", name), [_fact(section, "recoverable", "by_class", name)], open_=True
        )  # fmt: skip
    patients = {name: _fact("ethnicity", "patients", name) for name in audit.ethnicity.get("patients", {})}
    if "several_agree" in patients:
        alone, several = ("none_usable", "one_usable"), ("several_agree", "several_conflict_in_code")
        _bind_all(ledger, PATIENTS, [patients[name] for name in (*alone, *several)])
        ledger.bind(patients[several[1]], [patients["several_conflict_in_group"]], open_=True)
        _bind_all(ledger, rule_count("ETH012", "patients", "judged"), [patients[name] for name in several])
        _bind_all(ledger, rule_count("ETH012", "patients", "not_judged"), [patients[name] for name in alone])
    for method in audit.ethnicity_details.get("methods", {}):
        groups = audit.ethnicity_details["methods"][method]
        _bind_all(ledger, PATIENTS, [_fact(section, "methods", method, group) for group in groups])


def _bind_unknown(ledger: Ledger) -> None:
    """Records of no usable group, in all and at each level: the four classes, and what the known leave."""
    ledger.bind(UNKNOWN, [of("records", "ethnic_group", label) for label in UNUSABLE])
    for count in [each for each in ledger.counts if each.cell and each.quantity in ("unknown", "known", "residual")]:
        whole = Count("records", "all", count.cell)
        if count.quantity == "residual":
            site = frozenset(place for place in count.cell if place[0] == "site")
            ledger.bind(Count("records", "known", site), [count], open_=True)
            continue
        if count.quantity == "unknown":
            twins = (
                Count("records", "known", count.cell),
                Count("records", "all", count.cell | {("ethnic_class", "valid")}),
            )
            known = [twin for twin in twins if ledger.find(twin) in ledger.counts]
            ledger.bind(whole, [count, *known[:1]], open_=not known)
            ledger.bind(count, [Count("records", "all", count.cell | {("ethnic_group", label)}) for label in UNUSABLE])


def _bind_together(ledger: Ledger) -> None:
    """Link classes by ethnic class: usable is a class, the four others are groups."""
    for name in _link_classes(ledger):
        place = ("link_class", name)
        usable = Count("records", "all", frozenset({("ethnic_class", "valid"), place}))
        others = [Count("records", "all", frozenset({("ethnic_group", label), place})) for label in UNUSABLE]
        ledger.bind(of("records", *place), [usable, *others])


def _bind_linkage(ledger: Ledger, details: Mapping[str, Any]) -> None:
    section = "deprivation_details"
    part = {name: _fact(section, "linkage", name) for name in details.get("linkage", {})}
    if part:
        homeless = of("records", "link_class", "no_fixed_abode")
        ledger.bind(
            LINKABLE, [of("records", "link_class", name) for name in _link_classes(ledger) if name not in NOT_LINKABLE]
        )
        ledger.bind(part["the same with no fixed abode"], [LINKABLE, homeless])
        ended = part["linked through an ended postcode"]
        ledger.bind(of("records", "route", "postcode"), [ended], open_=True)
        ledger.bind(ended, [part["of these, not linked if ended postcodes were refused"]], open_=True)
    nations = [_fact(section, "nations", name) for name in details.get("nations", {})]
    ledger.bind(of("records", "link_class", "outside_england"), nations)
    reasons: dict[str, list[Count]] = {}
    for name in details.get("sub_reasons", {}):
        reasons.setdefault(name.partition(": ")[0], []).append(_fact(section, "sub_reasons", name))
    for name, parts in reasons.items():
        ledger.bind(of("records", "link_class", name), parts)
    directory = {name: _fact(section, "directory", name) for name in details.get("directory", {})}
    states = {name: _fact(section, "ended_postcodes", name) for name in details.get("ended_postcodes", {})}
    ledger.bind(RECORDS, directory.values())
    ledger.bind(rule_count("DEP004", "records", "judged"), directory.values())
    if "found" in directory:
        ledger.bind(directory["found"], states.values())
    dated = [count for name, count in states.items() if name != "ended, activity date unknown"]
    ledger.bind(rule_count("DEP005", "records", "judged"), dated)
    _bind_agreement(ledger, details.get("supplied_against_looked_up", {}))
    for name, unit in (("edition_effect", "records"), ("edition_effect_patients", "patients")):
        for end, dimension in enumerate(("imd_quintile", "imd_quintile_compared")):
            for label in QUINTILES:
                pairs = [pair for pair in details.get(name, {}) if pair.split(" → ")[end] == label]
                ledger.bind(of(unit, dimension, label), [_fact(section, name, pair) for pair in pairs])


def _bind_agreement(ledger: Ledger, pairs: Iterable[str]) -> None:
    """Records that have both a supplied and a looked-up value: a part of those of the looked-up one, if it is in use."""
    words = {name: name.replace(",", "").split() for name in pairs}  # decile 3 supplied, 4 looked up
    named = {name: _fact("deprivation_details", "supplied_against_looked_up", name) for name in words}
    ledger.bind(rule_count("DEP011", "records", "judged"), named.values())
    ledger.bind(
        rule_count("DEP011", "records", "failed"), [named[name] for name, word in words.items() if word[1] != word[3]]
    )
    for number in range(1, 11):
        found = [(word[0], named[name]) for name, word in words.items() if word[3] == str(number)]
        for scale, whole in (
            ("decile", of("records", "imd_decile", str(number))),
            ("quintile", of("records", "imd_quintile", QUINTILES[min(number, 5) - 1])),
        ):
            ledger.bind(whole, [count for name, count in found if name == scale])


def _bind_linked(ledger: Ledger) -> None:
    """At each level: linked is the sum of its quintiles (and of its routes: `bind_margins`), and a part of what could be."""
    levels: dict[frozenset[tuple[str, str]], None] = {}
    for count in ledger.named:
        if count.quantity == "linkable" and count.cell:
            levels.setdefault(count.cell)
    for cell in levels:
        linked = Count("records", "all", cell | {_LINKED})
        ledger.bind(linked, [Count("records", "all", cell | {("imd_quintile", name)}) for name in QUINTILES[:5]])
        ledger.bind(Count("records", "linkable", cell), [linked], open_=True)
    both = [name for name in _link_classes(ledger) if name not in NOT_LINKABLE]
    for label in UNUSABLE:  # what the usable groups come to follows from these and from everyone
        cell = frozenset({("ethnic_group", label)})
        crossed = [Count("records", "all", cell | {("link_class", name)}) for name in both]
        ledger.bind(Count("records", "linkable", cell), crossed)


def _link_classes(ledger: Ledger) -> list[str]:
    return [name for count in ledger.counts if count[:2] == ("records", "all") and len(count.cell) == 1
            for dimension, name in count.cell if dimension == "link_class"]  # fmt: skip


def _added_up(audit: Audit) -> list[OutcomeFacts]:
    """Outcomes whose cells add up: a patient may stand in several."""
    return [outcome for outcome in audit.outcomes if outcome.unit != "patients"]


def _class_of(section: str, name: str) -> Count:
    return fact_count(section, ("classes", name))


def _fact(section: str, *path: str) -> Count:
    return fact_count(section, path)


def _same(ledger: Ledger, count: Count, other: Count) -> None:
    if ledger.find(count) in ledger.counts and ledger.find(other) in ledger.counts:
        ledger.same(count, other)


def _bind_all(ledger: Ledger, total: Count, parts: Iterable[Count]) -> None:
    """A sum that is known as one only where every part of it is printed."""
    found: Sequence[Count] = list(parts)
    if all(ledger.find(part) in ledger.counts for part in found):
        ledger.bind(total, found)
