"""The last look before any writer: what a reader of everything in this run, and of the last one, can work out.

Interval propagation finds what is surely too narrow; a walk without a solver proves nearly every count; what is still in
doubt goes to HiGHS (`warm`). Where a count is too narrow, the cheapest way out says which others to hide besides
(`company`). What cannot be protected is not written.
"""

from __future__ import annotations

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

REACH = 3  # times that a count which is no small one is worth the company of a few others
FEW = 25  # numbers in doubt that are worth branch and bound; where more are, a few more counts are hidden instead


def in_doubt(known: Knowledge, watched: Iterable[int]) -> list[int]:
    """Numbers that no walk led through as many values as they must be able to take."""
    doubtful = [number for number in watched if number in known.targets]
    if doubtful:
        walk = Walk(known)
        for joints in JOINTS:
            doubtful = [number for number in doubtful if not _led(walk, known, number, joints)]
            # A stretch has tried from the true counts already.
            doubtful = [
                number for number in doubtful
                if _whole_range(known, number) or not walk.again(number, known.targets[number], joints)
            ]  # fmt: skip
    return doubtful


def _led(walk: Walk, known: Knowledge, number: int, joints: int) -> bool:
    if _whole_range(known, number):
        return walk.stretch(number, *known.wants(number, known.true[number], known.true[number]), joints)
    return walk.reach(number, known.targets[number], joints)


def _whole_range(known: Knowledge, number: int) -> bool:
    """Whether a reader must be left with all of a range, not only with so many values."""
    return known.cover is not None and known.small(number)


def surely_narrow(known: Knowledge) -> list[int]:
    """Numbers that single sums, one after the other, narrow down too far."""
    return _narrow(known, *_propagated(known))


def _narrow(known: Knowledge, low: np.ndarray, high: np.ndarray) -> list[int]:
    return [number for number in known.targets if not known.enough(number, low[number], high[number])]


def _propagated(known: Knowledge) -> tuple[np.ndarray, np.ndarray]:
    nothing = np.zeros(len(known.sums))
    return tighten_terms(_terms(known), nothing, nothing, np.array(known.low), np.array(known.high))


def _terms(known: Knowledge) -> Terms:
    entries = [(row, number, sign) for row, terms in enumerate(known.sums) for number, sign in terms]
    rows, columns, signs = (
        (np.array(column) for column in zip(*entries, strict=True)) if entries else (np.zeros(0, int),) * 3
    )
    return Terms(rows, columns, signs.astype(float))


def _solved(known: Knowledge, doubtful: list[int], thorough: bool = True) -> list[int]:
    """Those that HiGHS finds too narrow. What only branch and bound could settle is, unless thorough, taken as narrow."""
    from equity_audit.disclosure.warm import Warm, lead_all

    warm = Warm(_terms(known), np.array(known.low), np.array(known.high), np.array(known.true, dtype=float))
    narrow, unclear = lead_all(warm, known, doubtful)
    if unclear:
        narrow += _branched(known, unclear) if thorough and len(unclear) <= FEW else unclear
    return narrow


def _branched(known: Knowledge, doubtful: list[int]) -> list[int]:
    """Those that are too narrow by branch and bound."""
    from scipy import sparse

    from equity_audit.disclosure.facts import Facts
    from equity_audit.disclosure.reader import Reader

    true, terms = np.array(known.true, dtype=float), _terms(known)
    matrix = sparse.csr_array((terms.weights, (terms.rows, terms.columns)), shape=(len(known.sums), len(true)))
    nothing = np.zeros(len(known.sums))
    reader = Reader(Facts(matrix, nothing, nothing, np.array(known.low), np.array(known.high)), start=true)
    for side in (1, 0):
        wants = np.full((2, len(true)), np.nan)
        for number in doubtful:
            reached = reader.attained_low[number], reader.attained_high[number]
            wants[side, number] = known.wants(number, *reached)[side]
        reader.reach(*wants)
    low, high = reader.attained_low, reader.attained_high
    return [number for number in doubtful if not known.enough(number, low[number], high[number])]


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
    tried = 0
    own = own_sake(ledger, profile)  # none or all of few: worth hiding more for, but not everything
    says_nothing = ledger.totals if profile.round_to else set()  # sums of released cells
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
            narrow = _solved(known, doubtful, thorough=len(doubtful) <= FEW) if doubtful else []
            if not narrow:
                return hidden
            watched = dict.fromkeys(doubtful)
        tries.update(known.names[number] for number in narrow if number < len(known.names))
        # What is no small count is then shown, and everything is looked at again.
        given_up = {
            known.names[number] for number in narrow
            if number < len(known.names) and not known.small(number) and tries[known.names[number]] > REACH
        }  # fmt: skip
        if given_up:
            plain, hidden, watched = plain | given_up, hidden - given_up, None
            continue
        found = _company(ledger, known, narrow, hidden | plain | says_nothing, before or {})
        more = with_parts(ledger, hidden | found) - plain
        if more == hidden:
            narrow = _solved(known, narrow)
            if not narrow:
                return hidden
            small = next((number for number in narrow if known.small(number)), None)
            if small is None:
                # What is left is no small count and can be worked out anyhow: to show it gives nothing away.
                plain |= {known.names[number] for number in narrow}
                hidden, watched = hidden - plain, None
                continue
            found = _nearest(ledger, known, small, hidden | plain | says_nothing)
            more = with_parts(ledger, hidden | found) - plain
            if more == hidden:
                raise DisclosureError(refusal(ledger, known.owners[small]))
        if watched is not None:
            # Hiding more never narrows what a reader thinks possible: what was safe stays safe.
            watched |= dict.fromkeys(number for number, name in enumerate(known.names) if name in more - hidden)
        hidden = more


def _idle(known: Knowledge, narrow: list[int], low: np.ndarray, high: np.ndarray, profile: Profile) -> set[Count]:
    """Counts that are no small ones, and that hiding does not hide: the sums around them tell no less than they would."""
    found = set()
    for number in narrow:
        if number < len(known.names) and not known.small(number):
            least, most = shown_range(known.true[number], profile)
            if least <= low[number] and high[number] <= most:
                found.add(known.names[number])
    return found


def _company(
    ledger: Ledger, known: Knowledge, narrow: list[int], kept: set[Count], before: Mapping[Count, Range]
) -> set[Count]:
    """Counts to hide besides, none of the ``kept`` ones."""
    from equity_audit.disclosure.company import company

    return {
        known.names[number] for number in company(known, _terms(known), narrow, _shown(ledger, known, kept), before)
    }


def _nearest(ledger: Ledger, known: Knowledge, number: int, kept: set[Count]) -> set[Count]:
    from equity_audit.disclosure.company import nearest

    found = nearest(known, number, _shown(ledger, known, kept))
    return set() if found is None else {known.names[found]}


def _shown(ledger: Ledger, known: Knowledge, kept: set[Count]) -> list[int]:
    """Numbers that may be hidden; what is printed nowhere is hidden already."""
    kept = kept | ledger.unprinted
    return [number for number, name in enumerate(known.names) if name not in kept]


def refusal(ledger: Ledger, count: Count) -> str:
    """What is said when nothing may be written."""
    return (
        f"Table {ledger.tables.get(count, 'of an earlier release')}: a small count can be worked out from the other figures, "
        "whatever is hidden. Nothing was written. Publish fewer tables, or use a profile that rounds."
    )
