"""What a reader of a whole run knows: the range of every printed count, and the sums that bind them."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from equity_audit.disclosure.ledger import Count, Ledger
from equity_audit.disclosure.profiles import Profile

Range = tuple[float, float]
ANY: Range = (0.0, math.inf)


@dataclass(frozen=True)
class Knowledge:
    """Numbers in a fixed order, the true ones first of all: nobody but the auditor sees ``true``.

    Numbers beyond the ``names`` of the ledger are what sums leave over. ``sums`` hold (number, sign) and come to 0.
    ``targets`` are the numbers that must stay uncertain, each with the fewest values it must be able to take; where
    whole numbers are shown, a small one must be able to take all of ``cover``, both ends included.
    """

    names: tuple[Count, ...]
    owners: tuple[Count, ...]
    true: tuple[int, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    sums: tuple[tuple[tuple[int, int], ...], ...]
    targets: Mapping[int, int]
    least: int  # values a small count must be able to take
    cover: tuple[int, int] | None = None

    def small(self, number: int) -> bool:
        """Whether a number is a small count, or a small difference, and not only hidden to protect others."""
        return self.targets[number] >= self.least

    def enough(self, number: int, low: float, high: float) -> bool:
        """Whether a number that a reader has between these two is uncertain enough."""
        if self.cover and self.small(number):
            return low <= self.cover[0] and high >= self.cover[1]
        return high - low + 1 >= self.targets[number]

    def wants(self, number: int, least: float, most: float) -> tuple[float, float]:
        """How far down, and how far up, a number must be led that was led from ``least`` to ``most``."""
        if self.cover and self.small(number):
            return min(least, self.cover[0]), max(most, self.cover[1])
        return most - self.targets[number] + 1, least + self.targets[number] - 1


def shown_range(value: int, profile: Profile) -> Range:
    """The counts that print as this one does: base 5 prints 18 to 22 as 20, and never one that would be hidden."""
    base = profile.round_to
    if not base:
        return value, value
    shown = (2 * value + base) // (2 * base) * base
    fitting = [n for n in range(max(0, shown - base // 2), shown + (base - 1) // 2 + 1) if not profile.hides(n)]
    return fitting[0], fitting[-1]


def knowledge_of(
    ledger: Ledger, hidden: Collection[Count], profile: Profile, before: Mapping[Count, Range] | None = None
) -> Knowledge:
    """Everything a reader knows when these counts are hidden; ``before`` is what an earlier release says of them.

    Percentages, intervals, gaps, ratios and the other measures are worked out from the printed counts, so they say
    nothing the counts do not, and do not occur here. Standardised and reallocated figures rest on counts by age and
    sex that are printed nowhere and were rounded before use (`derive.rounded_strata`); a design effect is one number made
    of the records of every patient of a group, none of which is printed. None of them gives a count of a table back.
    The events of a rate per population are counts of their own, entered by `rates.enter_rates`.
    """
    hidden = frozenset(hidden)
    names = tuple(ledger.counts)
    place = {name: number for number, name in enumerate(names)}
    true = list(ledger.counts.values())
    low: list[float] = []
    high: list[float] = []
    targets: dict[int, int] = {}
    for number, (name, value) in enumerate(ledger.counts.items()):
        if name in hidden:
            ends = ANY  # one marker for all that is hidden: it does not say for which reason
            targets[number] = profile.values if profile.hides(value) else min(3, profile.values)
        elif name in ledger.unprinted:
            ends = ANY
        elif name in ledger.totals and profile.round_to:
            ends = ANY  # the sum of released cells: says nothing that they do not
        else:
            ends = shown_range(value, profile)
        least, most = (before or {}).get(name, ANY)
        low.append(max(ends[0], least))
        high.append(min(ends[1], most))
    owners = list(names)
    sums = []
    for bond in ledger.bonds:
        terms = [(place[bond.total], 1), *((place[part], -1) for part in bond.parts)]
        if bond.open or bond.rest:
            number = len(true)
            terms.append((number, -1))
            true.append(bond.rest)
            owners.append(bond.total)
            low.append(0.0 if bond.rest >= 0 else -math.inf)
            high.append(math.inf if bond.rest >= 0 else 0.0)
            same_unit = all(part.unit == bond.total.unit for part in bond.parts)
            # What is left of a hidden count is as uncertain as that one.
            if same_unit and profile.hides(bond.rest) and bond.total not in hidden | ledger.unprinted:
                targets[number] = profile.values
        sums.append(tuple(terms))
    cover = profile.primary if profile.exact else None
    return Knowledge(
        names, tuple(owners), tuple(true), tuple(low), tuple(high), tuple(sums), targets, profile.values, cover
    )
