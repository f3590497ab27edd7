"""Every count that a run will publish, once: who it counts, what, and where it stands.

The same fact is printed in several tables (margins, classes, rules, months). Here it has one identity, so it is
hidden everywhere or nowhere and shown with one value; other facts are bound to it by sums that a reader knows.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple


class Count(NamedTuple):
    """The identity of a published count.

    ``unit``: records, patients or lines of the file. ``quantity``: ``all``, ``numerator:<outcome>``,
    ``denominator:<outcome>``, ``failed:<rule>`` or the place it is printed at. ``cell``: its coordinates as
    (dimension, label); none of them is everyone.
    """

    unit: str
    quantity: str = "all"
    cell: frozenset[tuple[str, str]] = frozenset()


RECORDS, PATIENTS = Count("records"), Count("patients")
READ = Count("lines", "read")


def of(unit: str, dimension: str, label: str) -> Count:
    """All records or patients with one label of one dimension."""
    return Count(unit, "all", frozenset({(dimension, label)}))


@dataclass(frozen=True)
class Bond:
    """A sum that a reader knows: ``total`` = the sum of ``parts`` + ``rest`` (what is printed nowhere, never below 0).

    ``rest`` below 0 is an overlap: patients may stand in several parts. A rest of 0 is taken as known to be 0.
    ``open`` bonds only say that the parts are no more than the total, even where nothing is left over.
    """

    total: Count
    parts: tuple[Count, ...]
    rest: int
    open: bool = False


@dataclass
class Ledger:
    """Counts by identity, where they are printed, and what binds them."""

    counts: dict[Count, int] = field(default_factory=dict)
    tables: dict[Count, str] = field(default_factory=dict)
    bonds: list[Bond] = field(default_factory=list)
    totals: set[Count] = field(default_factory=set)
    together: list[tuple[Count, Count]] = field(default_factory=list)
    named: dict[Count, int] = field(default_factory=dict)
    unprinted: set[Count] = field(default_factory=set)
    _same: dict[Count, Count] = field(default_factory=dict)

    def add(self, count: Count, value: int, table: str) -> Count:
        """Enter a count that ``table`` prints; gives its one identity."""
        known = self.find(count)
        self.named.setdefault(count, int(value))
        self.counts.setdefault(known, int(value))
        self.tables.setdefault(known, table)
        self.unprinted.discard(known)
        return known

    def imply(self, count: Count, value: int) -> None:
        """Enter a total that is printed nowhere and that several sums share: none is hidden, and nobody is told it."""
        known = self.find(count)
        if known not in self.counts:
            self.counts[known] = int(value)
            self.unprinted.add(known)

    def find(self, count: Count) -> Count:
        """The one identity of a count."""
        while count in self._same:
            count = self._same[count]
        return count

    def same(self, count: Count, other: Count) -> None:
        """Two names of one fact: where both are entered their values must agree, otherwise they are two facts."""
        count, other = self.find(count), self.find(other)
        if count == other or self.counts.get(count, 0) != self.counts.get(other, self.counts.get(count, 0)):
            return
        if count in (RECORDS, PATIENTS):  # everyone keeps its own name
            count, other = other, count
        self._same[count] = other
        printed = any(each in self.counts and each not in self.unprinted for each in (count, other))
        if count in self.counts:
            self.counts.setdefault(other, self.counts.pop(count))
        if count in self.tables:
            self.tables.setdefault(other, self.tables.pop(count))
        self.unprinted.discard(count)
        if printed:
            self.unprinted.discard(other)
        elif other in self.counts:
            self.unprinted.add(other)

    def bind(self, total: Count, parts: Iterable[Count], *, open_: bool = False) -> None:
        """Note that parts make up a total, as far as the true counts say so; unknown counts are left out."""
        known = self.find(total)
        pieces = tuple(dict.fromkeys(self.find(part) for part in parts))
        pieces = tuple(part for part in pieces if part in self.counts and part != known)
        if known not in self.counts or not pieces:
            return
        rest = self.counts[known] - sum(self.counts[part] for part in pieces)
        if rest < 0 and known.unit != "patients":
            return  # the parts overlap: no reader can take them for a sum
        self.bonds.append(Bond(known, pieces, rest, open_))

    def settle(self) -> None:
        """Bring bonds to the final identities; call once, when everything is entered."""
        found: dict[tuple[Count, tuple[Count, ...], bool], Bond] = {}
        for bond in self.bonds:
            total, parts = self.find(bond.total), tuple(dict.fromkeys(self.find(part) for part in bond.parts))
            if total not in parts and len(parts) == len(bond.parts):
                found[total, tuple(sorted(parts, key=repr)), bond.open] = Bond(total, parts, bond.rest, bond.open)
        self.bonds = list(found.values())
        self.together = [(self.find(first), self.find(second)) for first, second in self.together]
        self.totals = {self.find(count) for count in self.totals}


def bind_margins(ledger: Ledger) -> None:
    """Every margin of every family of tables: a cell is the sum of the cells that say one dimension more."""
    families: dict[tuple[str, str], list[Count]] = {}
    for count in list(ledger.counts):
        families.setdefault((count.unit, count.quantity), []).append(count)
    for (unit, quantity), members in families.items():
        below: dict[tuple[str, frozenset[tuple[str, str]]], list[Count]] = {}
        for count in members:
            for place in count.cell:
                below.setdefault((place[0], count.cell - {place}), []).append(count)
        for (dimension, cell), parts in below.items():
            # Only who is linked has a route.
            whole = Count(unit, quantity, cell | {("link_class", "linked")} if dimension == "route" else cell)
            if len(parts) == 1 and ledger.find(whole) in ledger.counts:
                ledger.same(parts[0], whole)  # where one part is everything
            ledger.bind(whole, parts)


def total_value(shown: Sequence[int | None]) -> int:
    """The sum of released counts; a hidden one counts 0."""
    return sum(value for value in shown if value is not None)
