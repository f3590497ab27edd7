"""Which counts to hide besides, so that small ones keep enough possible values: the cheapest way out, by linear programme.

Every shown count may leave the range it is printed in, at a price; those that must, for a small count to move far enough,
are hidden. A reader would miss a cell of a large table less than a margin, and this less than the classes of page one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from equity_audit.disclosure.knowledge import ANY, Knowledge, Range
from equity_audit.disclosure.ledger import Count
from equity_audit.disclosure.propagate import CLOSE, Array, Terms
from equity_audit.disclosure.warm import Warm

# For each step out of its range, by what a reader would miss: details and cells, other counts, margins, classes.
PRICES = (10.0, 20.0, 60.0, 200.0)
EMPTY = 3.0  # times as dear: zeros are shown, and hiding one protects nobody unless nothing else is left
_TABLES = ("all", "numerator:", "denominator:", "judged:", "failed:")
_CLASSES: tuple[set[str], ...] = ({"ethnic_class"}, {"link_class"}, {"ethnic_group"}, {"imd_quintile"}, set())


def company(
    known: Knowledge, terms: Terms, narrow: Iterable[int], shown: Iterable[int], before: Mapping[Count, Range]
) -> set[int]:
    """Numbers of ``shown`` to hide so that the ``narrow`` ones can take as many values as they must, as far as can be.

    What an earlier release says of a number (``before``) stays known when it is hidden.
    """
    low, high = np.array(known.low), np.array(known.high)
    lowest, highest, price = low.copy(), high.copy(), np.ones(len(low))
    for number in shown:
        value = known.true[number]
        lowest[number], highest[number] = before.get(known.names[number], ANY)
        price[number] = PRICES[standing(known.names[number])] * (1 if value else EMPTY) + np.log1p(value) / 10
    warm = Warm(terms, low, high, np.array(known.true, dtype=float), wider=(lowest, highest, price))
    chosen: set[int] = set()
    for number in narrow:
        for found in _ways(warm, known, number):
            moved = np.flatnonzero((found < low - CLOSE * 10) | (found > high + CLOSE * 10))
            for each in moved.tolist():
                if each not in chosen:
                    warm.free(each)
                    chosen.add(each)
    return chosen


def nearest(known: Knowledge, number: int, shown: Iterable[int]) -> int | None:
    """The count that would be missed least among those in one sum with a number, else a sum or two further.

    For a number that fractions satisfy and whole numbers do not: the programme sees no need to hide anything.
    """
    offered, near = set(shown), {number}
    for _ in range(3):
        wider = {each for terms in known.sums if not near.isdisjoint(n for n, _ in terms) for each, _ in terms}
        found = [each for each in wider - near if each in offered]
        if found:
            return min(found, key=lambda each: (not known.true[each], standing(known.names[each]), known.true[each]))
        near |= wider
    return None


def _ways(warm: Warm, known: Knowledge, number: int) -> list[Array]:
    """Up as far as it must be able to go, then what is missing down; nothing where both do not come so far."""
    ways: list[Array] = []
    least = most = known.true[number]
    for side in (1, 0):
        if known.enough(number, least, most):
            break
        found = warm.lead(number, max(known.wants(number, least, most)[side], known.low[number]))
        if found is None:
            return []
        ways.append(found)
        value = round(found[number])
        least, most = min(least, value), max(most, value)
    return ways if known.enough(number, least, most) else []


def standing(count: Count) -> int:
    """How much a reader would miss a count, from 0: the position of its price."""
    dimensions = {dimension for dimension, _ in count.cell}
    if "details" in count.quantity or len(dimensions) > 1:
        return 0
    if not count.quantity.startswith(_TABLES):
        return 1
    return 3 if dimensions in _CLASSES and count.quantity == "all" else 2
