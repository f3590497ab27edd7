"""An earlier release: what its readers know already, and what the difference to this run would tell them."""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from equity_audit.disclosure.knowledge import ANY, Range, shown_range
from equity_audit.disclosure.ledger import Count, Ledger
from equity_audit.disclosure.naming import (
    NON_COUNTS,
    fact_count,
    is_count,
    listed_count,
    placed,
    rated_count,
    row_counts,
    rule_count,
)  # fmt: skip
from equity_audit.disclosure.profiles import Profile, load_profile
from equity_audit.errors import UsageError


@dataclass(frozen=True)
class Previous:
    """The counts of an earlier result document: what each may have been. Hidden ones may have been anything."""

    profile: Profile
    known: Mapping[Count, Range] = field(default_factory=dict)

    def shared(self, ledger: Ledger) -> Iterator[tuple[Count, Range]]:
        """Counts of this run that were printed before; sums of released cells tell nothing of their own."""
        for count, ends in self.known.items():
            known = ledger.find(count)
            if known in ledger.counts and not (known in ledger.totals and self.profile.round_to):
                yield known, ends

    def same_extract(self, ledger: Ledger) -> bool:
        """Whether every count of this run fits what was printed: the same records, told again."""
        fits = [low <= ledger.counts[count] <= high for count, (low, high) in self.shared(ledger)]
        return bool(fits) and all(fits)

    def ranges(self, ledger: Ledger) -> dict[Count, Range]:
        """What the earlier release says of this run's counts; nothing where it was of other records."""
        found: dict[Count, Range] = {}
        if self.same_extract(ledger):
            for count, (low, high) in self.shared(ledger):
                before = found.get(count, ANY)
                found[count] = (max(low, before[0]), min(high, before[1]))
        return found

    def to_hide(self, ledger: Ledger, hidden: Collection[Count], profile: Profile) -> set[Count]:
        """Counts that must be hidden because of what was printed before.

        Of the same records: what was hidden as small stays hidden. Of others: a count that changed by few since it was
        printed, since the difference is those few people.
        """
        again = self.same_extract(ledger)
        more: set[Count] = set()
        for known, (low, high) in self.shared(ledger):
            if known in hidden or (known in ledger.totals and profile.round_to):
                continue
            value = ledger.counts[known]
            if again:
                if (low, high) == ANY and self.profile.hides(value):
                    more.add(known)
                continue
            now = shown_range(value, profile)
            rise, fall = (now[0] - high, now[1] - low), (low - now[1], high - now[0])
            if any(certainly_few(*ends, profile) for ends in (rise, fall)):
                more.add(known)
        return more


def certainly_few(least: float, most: float, profile: Profile) -> bool:
    """Whether a difference is known to be of a few people: at least one, and no more than the largest hidden count."""
    return profile.primary is not None and least >= 1 and most <= profile.primary[1]


def read_document(path: Path) -> dict[str, Any]:
    """The result document of an earlier run as plain values. Raises UsageError where it is none."""
    try:
        document = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        raise UsageError(
            "--previous names no readable result document: give the JSON file of an earlier run."
        ) from None
    if (
        not isinstance(document, dict)
        or document.get("schema_version") != 1
        or not isinstance(document.get("run"), dict)
    ):
        raise UsageError("--previous is not a result document of equity-audit: give the JSON file of an earlier run.")
    return document


def read_previous(path: Path, own: Mapping[str, Mapping[str, Any]] | None = None) -> Previous:
    """Read what an earlier run told of each count. Raises UsageError where the file is none of ours."""
    document = read_document(path)
    try:
        return previous_of(document, load_profile(str(document["run"]["disclosure"]), own))
    except (KeyError, TypeError, ValueError, AttributeError):
        raise UsageError("--previous is a damaged result document. Give the file as an earlier run wrote it.") from None


def previous_of(document: Mapping[str, Any], rule: Profile) -> Previous:
    """The counts of a result document made under a profile, by identity."""
    known: dict[Count, Range] = {}
    for count, value in _counts(document):
        ends = ANY if value is None else shown_range(int(value), rule)
        before = known.get(count, ANY)
        known[count] = (max(ends[0], before[0]), min(ends[1], before[1]))
    return Previous(
        rule, {count: ends for count, ends in known.items() if ends[0] <= ends[1] and not math.isnan(ends[0])}
    )


def _counts(document: Mapping[str, Any]) -> Iterator[tuple[Count, int | None]]:
    """Every printed count of a document but totals, which are sums of the others."""
    units = {each["outcome"]: each.get("unit", "records") for each in document["outcomes"]}
    for table in document["breakdowns"]:
        for row in table["rows"]:
            labels = [str(row[name]) for name in table["dimensions"]]
            part, whole = row_counts(table["unit"], table["outcome"], table["dimensions"], labels, units)
            yield part, row["numerator"]
            if whole.cell:
                yield whole, row["denominator"]
    for row in document["measures"]:
        if row["measure"] == "rate":
            yield rated_count(row["outcome"], row["dimension"], row["group"]), row["n"]
    for rejection in document["intake"]["rejections"]:
        yield placed("rejected", rejection["reason"]), rejection["records"]
    for section in ("ethnicity", "deprivation"):
        yield from _facts(section, {key: value for key, value in document[section].items() if key != "details"})
        yield from _facts(f"{section}_details", document[section].get("details", {}))
    for found in document["rules"]:
        if found["unit"] != "extract":
            for which in ("judged", "failed", "not_judged"):
                yield rule_count(found["code"], found["unit"], which), found[which]
    for code, shapes in document["shapes"].items():
        for shape in shapes:
            yield placed(f"shape:{code}", shape["shape"]), shape["records"]
    for outcome in document["outcomes"]:
        for apart in outcome["apart"]:
            yield placed(f"apart:{outcome['outcome']}", apart["reason"]), apart["records"]


def _facts(section: str, value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[Count, int | None]]:
    """As `naming.walk`, over printed facts: a hidden count is None. A text that is missing gets a name no count has."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            if (item is None and path and key not in NON_COUNTS) or is_count(str(key), item):
                yield fact_count(section, (*path, str(key))), item
            elif isinstance(item, Mapping | list):
                yield from _facts(section, item, (*path, str(key)))
    elif isinstance(value, list):
        for row in value:
            if isinstance(row, Mapping):
                for key, item in row.items():
                    if (item is None and key not in NON_COUNTS) or is_count(str(key), item):
                        yield listed_count(section, path, row, str(key)), item
