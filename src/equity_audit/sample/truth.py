"""The truth of an extract, added up chunk by chunk from what was planted."""

from collections import Counter
from typing import Any

import numpy as np

from equity_audit.sample import ethnicity, location
from equity_audit.sample.chunk import BAD_DATES, Activity, Chunk
from equity_audit.sample.layout import Layout
from equity_audit.sample.noise import Array
from equity_audit.sample.patients import count_patient_rules
from equity_audit.sample.people import SITES
from equity_audit.sample.places import DECILES
from equity_audit.sample.state import State

QUINTILE_LABELS = ("1", "2", "3", "4", "5", "not_linked")
_NOT_LINKED = 5
_ROUTES = ("lsoa", "supplied")
_MISSING = ethnicity.CLASSES.index("missing")


class Tally:
    """Counts by name, that chunks add to."""

    def __init__(self) -> None:
        self.counts: Counter[Any] = Counter()
        self.rejections: list[dict[str, Any]] = []

    def add(self, name: Any, mask: Array) -> None:
        """Count the records of a mask."""
        self.counts[name] += int(np.count_nonzero(mask))

    def add_each(self, name: str, labels: Any, numbers: Array) -> None:
        """Count the records of each label."""
        for label, count in zip(labels, np.bincount(numbers, minlength=len(labels)), strict=True):
            self.counts[name, label] += int(count)

    def each(self, name: str, labels: Any) -> dict[str, int]:
        """Give the counts of each label."""
        return {str(label): self.counts[name, label] for label in labels}

    def rule(self, code: str, judged: Array, failed: Array) -> None:
        """Count the records that a rule is judged on, and those it finds."""
        self.add((code, "judged"), judged)
        self.add((code, "failed"), judged & failed)


def add_chunk(tally: Tally, chunk: Chunk, layout: Layout, activity: Activity, state: State) -> None:
    """Add one chunk's truth."""
    groups = ethnicity.FORM_GROUP[state.form]
    link = _link(tally, layout, state)
    tally.counts["records"] += len(groups)
    tally.add("keyless", ~state.keyed)
    _add_ethnicity(tally, chunk, state)
    _add_structure(tally, chunk, layout, state)
    _add_cells(tally, chunk, state, link, groups)
    for outcome in activity.outcomes:
        had = outcome.counts & outcome.had
        for part, mask in (("denominator", outcome.counts), ("numerator", had)):
            tally.add((outcome.name, part), mask)
            tally.add_each(f"{outcome.name} {part} quintile", QUINTILE_LABELS, _shorten(link)[mask])
            tally.add_each(f"{outcome.name} {part} class", location.LINK_CLASSES, _class_of(link)[mask])
            tally.add_each(f"{outcome.name} {part} group", ethnicity.GROUPS, groups[mask])
    for code, parts in count_patient_rules(chunk, state, groups, link).items():
        for part, count in parts.items():
            tally.counts[code, part] += count


def _add_ethnicity(tally: Tally, chunk: Chunk, state: State) -> None:
    """Count classes and codes, and the rules on each record's form."""
    classes = ethnicity.FORM_CLASS[state.form]
    tally.add_each("ethnic class", ethnicity.CLASSES, classes)
    for form, count in zip(ethnicity.FORMS, np.bincount(state.form, minlength=len(ethnicity.FORMS)), strict=True):
        if form.code:
            tally.counts["code", form.code] += int(count)
    everybody, present = np.ones(len(classes), dtype=bool), classes != _MISSING
    tally.rule("ETH001", everybody, classes == _MISSING)
    tally.rule("ETH002", everybody, classes == ethnicity.CLASSES.index("not_known"))
    tally.rule("ETH003", everybody, classes == ethnicity.CLASSES.index("not_stated"))
    # What a foreign scheme means by 9 or 3 is its own affair.
    national = present & (state.form < ethnicity.FOREIGN_START)
    for code, broken in ethnicity.FORM_BREAKS.items():
        tally.rule(code, national if code in ("ETH008", "ETH011") else present, broken[state.form])
    # For ETH015: what the commonest code is worth at each site.
    letters = np.array([f"{ethnicity.CODES}Z".find(code) if code and code != "99" else -1 for code in _codes()])
    letter = letters[state.form]
    tally.add_each("site", SITES, chunk.site)
    tally.add_each("site A", SITES, chunk.site[letter == 0])
    tally.add_each("site not A", SITES, chunk.site[letter > 0])


def _codes() -> list[str]:
    return [form.code for form in ethnicity.FORMS]


def _link(tally: Tally, layout: Layout, state: State) -> Array:
    """Count link classes, routes and the rules on places; give each record its quintile - 1, or 4 + its class."""
    plant, width = state.plant, layout.supplied_width
    final = np.array([item.final for item in location.PLANTS])[plant]
    unlinked = np.array([location.LINK_CLASSES.index(item.unlinked) for item in location.PLANTS])[plant]
    has_home = location.has("lsoa", "home")[plant]
    by_supplied = ~has_home & ~final & (state.supplied > 0)
    linked = has_home | by_supplied
    class_number = np.where(linked, 0, unlinked)
    decile = DECILES[state.home]
    from_supplied = (state.supplied + 1) // 2 if width == 10 else state.supplied
    quintile = np.where(has_home, (decile + 1) // 2, from_supplied)
    tally.add_each("link class", location.LINK_CLASSES, class_number)
    tally.add_each("route", _ROUTES, by_supplied[linked].astype(np.int64))
    tally.add_each("quintile", QUINTILE_LABELS[:5], quintile[linked] - 1)

    pseudo = location.has("postcode", *location.PSEUDO)[plant]
    postcode = ~location.has("postcode", "none")[plant] & (not layout.lsoa_only)
    lsoa = ~location.has("lsoa", "none")[plant]
    english = location.has("lsoa", "home", "absent", "retired")[plant]
    is_class = {name: class_number == number for number, name in enumerate(location.LINK_CLASSES)}
    tally.rule("DEP001", ~is_class["withheld"], is_class["no_location"])
    tally.rule("DEP002", postcode, pseudo)
    tally.rule("DEP003", postcode & ~pseudo, location.has("postcode", "malformed")[plant])
    tally.rule("DEP006", postcode | lsoa | (state.supplied != 0), is_class["outside_england"])
    tally.rule("DEP007", lsoa, location.has("lsoa", "malformed")[plant])
    tally.rule("DEP008", english, location.has("lsoa", "absent")[plant])
    looked_up = decile if width == 10 else (decile + 1) // 2
    tally.rule("DEP011", has_home & (state.supplied > 0), state.supplied != looked_up)
    tally.rule("DEP018", state.supplied != 0, state.supplied < 0)
    for kind in location.PSEUDO:
        tally.add(("DEP002", "parts", kind), location.has("postcode", kind)[plant])
    return np.where(linked, quintile - 1, 4 + class_number)


def _shorten(link: Array) -> Array:
    """Give the place in QUINTILE_LABELS."""
    return np.minimum(link, _NOT_LINKED)


def _class_of(link: Array) -> Array:
    """Give the place in LINK_CLASSES."""
    number: Array = np.maximum(link - _NOT_LINKED + 1, 0)
    return number


def _add_structure(tally: Tally, chunk: Chunk, layout: Layout, state: State) -> None:
    everybody = np.ones(len(chunk.rows), dtype=bool)
    tally.rule("STR003", everybody, chunk.repeats)
    tally.rule("STR004", everybody, state.date_fault > 0)
    for number, kind in enumerate(BAD_DATES, start=1):
        tally.add(("STR004", "parts", kind), state.date_fault == number)
    tally.rule("STR005", everybody, state.bad_person > 0)
    for number, kind in enumerate(("sex", "age"), start=1):
        tally.add(("STR005", "parts", kind), state.bad_person == number)
    tally.rule("STR006", state.keyed, chunk.people.bad_check_digit[chunk.patient])


def _add_cells(tally: Tally, chunk: Chunk, state: State, link: Array, groups: Array) -> None:
    """Count records and distinct patients by quintile, by group and by both; a patient's records share a chunk."""
    quintile = _shorten(link)
    for name, cell, labels in (
        ("by quintile", quintile, QUINTILE_LABELS),
        ("by class", _class_of(link), location.LINK_CLASSES),
        ("by group", groups, ethnicity.GROUPS),
        ("by both", quintile * len(ethnicity.GROUPS) + groups, range(len(QUINTILE_LABELS) * len(ethnicity.GROUPS))),
    ):
        tally.add_each(f"records {name}", labels, cell)
        size = len(labels)
        pairs = np.unique(chunk.patient[state.keyed] * size + cell[state.keyed])
        tally.add_each(f"patients {name}", labels, pairs % size)
    tally.counts["patients"] += len(np.unique(chunk.patient[state.keyed]))
