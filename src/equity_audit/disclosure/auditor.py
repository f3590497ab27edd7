"""The last look before any writer: what a reader of everything in this run, and of the last one, can work out.

First a walk without a solver, which proves nearly every count of a profile that rounds; then interval propagation, which
finds what is surely too narrow. What is still in doubt is hidden better where counts are rounded, and goes to HiGHS where
they are whole. What cannot be protected is not written.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping

import numpy as np

from equity_audit.disclosure.hiding import own_sake, with_parts
from equity_audit.disclosure.knowledge import Knowledge, Range, knowledge_of, shown_range
from equity_audit.disclosure.ledger import Count, Ledger
from equity_audit.disclosure.profiles import Profile
from equity_audit.disclosure.propagate import Terms, tighten_terms
from equity_audit.disclosure.walk import JOINTS, Walk
from equity_audit.errors import DisclosureError

REACH = 3  # sums between a count and another that is hidden to keep it company
FEW = 25  # numbers in doubt that are worth branch and bound; where more are, a few more counts are hidden instead
ROUNDS = 1  # of hiding more for what is in doubt, before the solver is asked


def in_doubt(known: Knowledge, watched: Iterable[int]) -> list[int]:
    """Numbers that no walk led through as many values as they must be able to take."""
    doubtful = [number for number in watched if number in known.targets]
    if doubtful:
        walk = Walk(known)
        for joints in JOINTS:
            doubtful = [number for number in doubtful if not walk.reach(number, known.targets[number], joints)]
            doubtful = [number for number in doubtful if not walk.again(number, known.targets[number], joints)]
    return doubtful


def surely_narrow(known: Knowledge) -> list[int]:
    """Numbers that single sums, one after the other, narrow down too far."""
    return _narrow(known, *_propagated(known))


def _narrow(known: Knowledge, low: np.ndarray, high: np.ndarray) -> list[int]:
    return [number for number, values in known.targets.items() if high[number] - low[number] + 1 < values]


def _propagated(known: Knowledge) -> tuple[np.ndarray, np.ndarray]:
    entries = [(row, number, sign) for row, terms in enumerate(known.sums) for number, sign in terms]
    rows, columns, signs = (
        (np.array(column) for column in zip(*entries, strict=True)) if entries else (np.zeros(0, int),) * 3
    )
    nothing = np.zeros(len(known.sums))
    terms = Terms(rows, columns, signs.astype(float))
    return tighten_terms(terms, nothing, nothing, np.array(known.low), np.array(known.high))


def _solved(known: Knowledge, doubtful: list[int], thorough: bool = True) -> list[int]:
    """Those that HiGHS finds too narrow, or by linear programmes alone cannot prove wide enough."""
    import pandas as pd

    from equity_audit.disclosure.attack import Fact, feasible_ranges

    # A count that may be below 0 is an overlap: turned round, it is one from 0 like any other.
    turn = [-1 if low == -math.inf else 1 for low in known.low]
    cells = pd.DataFrame(
        {
            "cell": range(len(known.true)),
            "count": [value * by for value, by in zip(known.true, turn, strict=True)],
            "low": [low if by == 1 else -high for low, high, by in zip(known.low, known.high, turn, strict=True)],
            "high": [high if by == 1 else -low for low, high, by in zip(known.low, known.high, turn, strict=True)],
        }
    )
    wanted = set(doubtful)
    facts = [Fact({number: float(sign * turn[number]) for number, sign in terms}, 0, 0) for terms in known.sums]
    ranges = feasible_ranges(
        cells.assign(hidden=[number in wanted for number in range(len(cells))]),
        facts=facts, enough=max(known.targets[number] for number in doubtful), thorough=thorough,
    )  # fmt: skip
    values = dict(zip(ranges["cell"], ranges["values"], strict=True))
    return [number for number in doubtful if values[number] < known.targets[number]]


def hide_until_safe(
    ledger: Ledger, hidden: set[Count], profile: Profile, before: Mapping[Count, Range] | None = None
) -> set[Count]:
    """Hide more until no hidden count, and no small difference, can be narrowed down too far.

    Raises
    ------
    DisclosureError
        A count cannot be protected whatever is hidden besides; says in which table.
    """
    watched: dict[int, None] | None = None
    tries: Counter[Count] = Counter()
    rounds = tried = 0
    own = own_sake(ledger, profile)  # none or all of few: worth hiding more for, but not everything
    plain: set[Count] = set()  # no small counts, and worked out anyhow: hiding one again would lead nowhere
    while True:
        known = knowledge_of(ledger, hidden, profile, before)
        low, high = _propagated(known)
        narrow = _narrow(known, low, high)
        idle = _idle(known, narrow, low, high, profile) - (own if tried < REACH else set())
        if idle:
            plain, hidden, watched = plain | idle, hidden - idle, None
            continue
        tried += 1
        if not narrow:
            doubtful = in_doubt(known, known.targets if watched is None else watched)
            small = [number for number in doubtful if known.targets[number] >= known.least]
            # A solver costs more than the few counts that rounding would spare by it; whole numbers are worth it.
            narrow = (
                _solved(known, doubtful, thorough=len(doubtful) <= FEW)
                if doubtful and (profile.exact or rounds >= ROUNDS or not small)
                else small
            )
            if not narrow:
                return hidden
            watched = dict.fromkeys(doubtful)
            rounds += 1
        tries.update(known.names[number] for number in narrow if number < len(known.names))
        # What is no small count is worth the company of a few others; then it is shown, and everything is looked at again.
        given_up = {
            known.names[number] for number in narrow
            if number < len(known.names) and known.targets[number] < known.least and tries[known.names[number]] > REACH
        }  # fmt: skip
        if given_up:
            plain, hidden, watched = plain | given_up, hidden - given_up, None
            continue
        more = with_parts(ledger, hidden | _companies(ledger, known, narrow, hidden | plain)) - plain
        if more == hidden:
            narrow = _solved(known, narrow)
            if not narrow:
                return hidden
            for number in narrow:
                if known.targets[number] >= known.least:
                    raise DisclosureError(refusal(ledger, known.owners[number]))
            # What is left is no small count and can be worked out anyhow: to show it gives nothing away.
            plain |= {known.names[number] for number in narrow}
            more, watched = hidden - plain, None
        if watched is not None:
            # Hiding more never narrows what a reader thinks possible: what was safe stays safe.
            watched |= dict.fromkeys(number for number, name in enumerate(known.names) if name in more - hidden)
        hidden = more


def _idle(known: Knowledge, narrow: list[int], low: np.ndarray, high: np.ndarray, profile: Profile) -> set[Count]:
    """Counts that are no small ones, and that hiding does not hide: the sums around them tell no less than they would."""
    found = set()
    for number in narrow:
        if number < len(known.names) and known.targets[number] < known.least:
            least, most = shown_range(known.true[number], profile)
            if least <= low[number] and high[number] <= most:
                found.add(known.names[number])
    return found


def _companies(ledger: Ledger, known: Knowledge, narrow: list[int], hidden: set[Count]) -> set[Count]:
    """For each number the least important shown count near it: in one of its sums, else one sum further."""
    places: dict[int, list[int]] = {}
    for sum_, terms in enumerate(known.sums):
        for number, _ in terms:
            places.setdefault(number, []).append(sum_)
    small = {number for number in narrow if known.targets[number] >= known.least}
    chosen: set[int] = set()
    shown = [name not in hidden and name not in ledger.totals | ledger.unprinted for name in known.names]
    for number in narrow:
        rings: list[set[int]] = [{number}]
        for _ in range(REACH):
            seen = set().union(*rings)
            rings.append(
                {each for at in rings[-1] for sum_ in places.get(at, ()) for each, _ in known.sums[sum_]} - seen
            )
        offered = [[each for each in ring if each < len(shown) and shown[each]] for ring in rings[1:]]
        counted = [[each for each in ring if known.true[each]] for ring in offered]
        # Zeros are shown, and hiding one protects nobody unless nothing else is left.
        for ring in (*counted, *(offered if number in small else ())):
            if ring:
                # Cells inside a table before the margins that everybody reads; small counts before large.
                best = min(ring, key=lambda each: (-len(known.names[each].cell), known.true[each], each))
                chosen.add(best)
                shown[best] = False
                break
    return {known.names[number] for number in chosen}


def refusal(ledger: Ledger, count: Count) -> str:
    """What is said when nothing may be written."""
    return (
        f"Table {ledger.tables.get(count, 'of an earlier release')}: a small count can be worked out from the other figures, "
        "whatever is hidden. Nothing was written. Publish fewer tables, or use a profile that rounds."
    )
