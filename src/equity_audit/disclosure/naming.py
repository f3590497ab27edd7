"""What each printed count is called in the ledger: the one place where tables, facts and rules get their identities."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from equity_audit.decode.ethnicity import CLASSES
from equity_audit.decode.grouping import UNUSABLE
from equity_audit.decode.labels import QUINTILES
from equity_audit.disclosure.ledger import PATIENTS, RECORDS, Count, of

# Whole numbers in the facts that count no people: settings, editions, positions, degrees of freedom, areas and tests.
NON_COUNTS = frozenset(
    {"edition", "vintage", "year", "rank", "decile", "quintile", "order", "level", "tests", "df", "seed", "threshold",
     "dqmi_default_threshold", "areas", "lsoas", "rows", "tables", "places", "postcodes", "months", "first_lines"}
)  # fmt: skip
# What a list says of its rows: other texts of a row are judgements, not coordinates.
_COORDINATES = {
    "spread": ("dimension", "level"), "units": ("dimension", "unit"), "sites_filled": ("site",), "months": ("month",),
    "residual": ("site", "code"),
}  # fmt: skip
# What a list counts at each level besides all records there.
_OF_LEVEL = {
    ("spread", "numerator"): "unknown", ("units", "numerator"): "unknown", ("months", "numerator"): "known",
    ("residual", "denominator"): "known", ("residual", "numerator"): "residual",
}  # fmt: skip
_CLASS_OF_GROUP = dict(zip(CLASSES[1:], UNUSABLE, strict=True))


def row_counts(
    unit: str, outcome: str | None, dimensions: Sequence[str], labels: Sequence[str], units: Mapping[str, str]
) -> tuple[Count, Count]:
    """Numerator and denominator of a row of a breakdown; ``units`` says whether an outcome counts records or patients."""
    cell = frozenset(zip(dimensions, labels, strict=True))
    if outcome is None:
        return Count(unit, "all", cell), Count(unit)
    counted = units.get(outcome, "records")
    return Count(counted, f"numerator:{outcome}", cell), Count(counted, f"denominator:{outcome}", cell)


def rated_count(outcome: str, dimension: str, group: str) -> Count:
    """The events of an outcome among the people of a group's population, as its rates print them."""
    return Count("records", f"rated:{outcome}", frozenset({(dimension, group)}))


def fact_count(section: str, path: Sequence[str]) -> Count:
    """A count of the ethnicity or deprivation facts, by its path of keys there."""
    joined = "/".join(path)
    if joined == "records":
        return RECORDS
    if joined == "patients/distinct":
        return PATIENTS
    if path[-2:] == ("linkage", "records that could be linked"):
        return Count("records", "linkable")
    if len(path) == 2:
        kind, name = path
        if kind == "classes" and section == "ethnicity":
            return _ethnic_class(name)
        if kind == "classes":
            return of("records", "link_class", name)
        if kind == "codes":
            return of("records", "ethnic_code", name)
        if kind == "quintiles" and name in "12345":
            return of("records", "imd_quintile", QUINTILES[int(name) - 1])
        if kind.startswith("linked_by_"):
            return Count(
                "records", "all", frozenset({("link_class", "linked"), (kind.removeprefix("linked_by_"), name)})
            )
        if kind.startswith("linkable_by_"):
            return Count("records", "linkable", frozenset({(kind.removeprefix("linkable_by_"), name)}))
        if kind.startswith("routes_by_"):
            level, _, route = name.rpartition(": ")
            return Count("records", "all", frozenset({("route", route), (kind.removeprefix("routes_by_"), level)}))
        if kind in ("deciles", "routes"):
            return of("records", {"deciles": "imd_decile", "routes": "route"}[kind], name)
    if path[0] == "together" and len(path) == 3:
        return Count("records", "all", _ethnic_class(path[1]).cell | {("link_class", path[2])})
    about_patients = (path[0] == "methods" or "patients" in joined) and not path[-1].startswith("records")
    return Count("patients" if about_patients else "records", f"{section}/{joined}")


def _ethnic_class(name: str) -> Count:
    """An ethnic class; those without a group are groups of the breakdowns too."""
    if name in _CLASS_OF_GROUP:
        return of("records", "ethnic_group", _CLASS_OF_GROUP[name])
    return of("records", "ethnic_class", name)


def listed_count(section: str, path: Sequence[str], row: Mapping[str, Any], key: str) -> Count:
    """A count in a list of rows: its coordinates are texts of its row."""
    coordinates = _COORDINATES.get(path[-1], tuple(row))
    texts = {name: str(row[name]) for name in coordinates if isinstance(row.get(name), str)}
    if "dimension" in texts and ("level" in texts or "unit" in texts):
        texts[texts.pop("dimension")] = texts.pop("level" if "level" in texts else "unit")
    unit = "patients" if "patients" in key or "patients" in path else "records"
    quantity = _OF_LEVEL.get((path[-1], key))
    if path[-1] == "residual" and quantity is not None:
        code, site = texts["code"], texts["site"]
        if not site:
            return of(unit, "ethnic_code", code) if quantity == "residual" else _ethnic_class("valid")
        return Count(unit, quantity, frozenset({("site", site), *([("code", code)] if quantity == "residual" else [])}))
    if quantity is not None:
        return Count(unit, quantity, frozenset(texts.items()))
    if key in ("denominator", "records", "patients") and len(texts) == 1:
        return Count(unit, "all", frozenset(texts.items()))
    return Count(unit, "/".join((section, *path, key)), frozenset(texts.items()))


def rule_count(code: str, unit: str, which: str) -> Count:
    """``judged``, ``failed`` or ``not_judged`` of a rule."""
    return Count(unit, f"{which}:{code}")


def placed(labels: str, name: str) -> Count:
    """A count that stands in a list of its own: reasons of rejection, records left apart, shapes."""
    return Count("lines" if labels == "rejected" else "records", f"{labels}:{name}")


def is_count(key: str, value: object) -> bool:
    """Whether a value of the facts counts people."""
    return isinstance(value, int) and not isinstance(value, bool) and key not in NON_COUNTS


def walk(section: str, value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[Count, int]]:
    """Every count of nested facts, with its identity."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            if is_count(str(key), item):
                yield fact_count(section, (*path, str(key))), item
            elif isinstance(item, Mapping | list | tuple):
                yield from walk(section, item, (*path, str(key)))
    else:
        for row in value:
            if isinstance(row, Mapping):
                for key, item in row.items():
                    if is_count(str(key), item):
                        yield listed_count(section, path, row, str(key)), item


def entered(counts: Mapping[Count, int], count: Count, value: int, section: str) -> Count:
    """The name of a count of the facts: two figures of one name that differ are two facts."""
    if counts.get(count, value) == value:
        return count
    return Count(count.unit, f"{section}:{count.quantity}", count.cell)
