"""The warm programme says nothing that trying every table does not say; the company it finds is enough."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equity_audit.disclosure.auditor import _terms, hide_until_safe
from equity_audit.disclosure.company import company, nearest, standing
from equity_audit.disclosure.knowledge import Knowledge, knowledge_of
from equity_audit.disclosure.ledger import PATIENTS, RECORDS, Count, Ledger, bind_margins, of
from equity_audit.disclosure.profiles import Profile, load_profile
from equity_audit.disclosure.warm import Warm, is_whole, lead_all

EXACT, HES = load_profile("exact"), load_profile("hes")
MOST = 10  # tried for each cell: counts are at most 3, and none must take more than 7 values
COUNTS = st.lists(st.integers(0, 3), min_size=4, max_size=4)


def two_by_two(counts: list[int]) -> Ledger:
    """A table of two dimensions with its margins."""
    ledger = Ledger()
    cells = dict(zip(itertools.product("ab", "xy"), counts, strict=True))
    ledger.add(RECORDS, sum(counts), "table")
    for place, dimension in enumerate(("first", "second")):
        for label in "ab" if place == 0 else "xy":
            ledger.add(
                of("records", dimension, label), sum(n for at, n in cells.items() if at[place] == label), "table"
            )
    for (first, second), count in cells.items():
        ledger.add(Count("records", "all", frozenset({("first", first), ("second", second)})), count, "table")
    bind_margins(ledger)
    ledger.settle()
    return ledger


def tables(known: Knowledge) -> list[tuple[int, ...]]:
    """Every set of counts that prints as this one, each number up to a limit."""
    inner = [n for n, name in enumerate(known.names) if len(name.cell) == 2]
    spans = [range(int(known.low[n]), int(min(known.high[n], MOST)) + 1) for n in inner]
    found = []
    for cells in itertools.product(*spans):
        at = dict(zip(inner, cells, strict=True))
        for number, name in enumerate(known.names):
            if len(name.cell) < 2:
                at[number] = sum(at[n] for n in inner if name.cell <= known.names[n].cell)
        if all(known.low[n] <= value <= known.high[n] for n, value in at.items()):
            found.append(tuple(at[n] for n in range(len(known.names))))
    return found


def warm_of(known: Knowledge) -> Warm:
    return Warm(_terms(known), np.array(known.low), np.array(known.high), np.array(known.true, dtype=float))


def some_hidden(ledger: Ledger, which: list[int]) -> set[Count]:
    names = list(ledger.counts)
    return {names[number % len(names)] for number in which}


@settings(max_examples=20, deadline=None)
@given(COUNTS, st.lists(st.integers(0, 8), min_size=1, max_size=6), st.sampled_from([EXACT, HES]))
def test_what_it_takes_for_uncertain_is(counts: list[int], which: list[int], profile: Profile) -> None:
    ledger = two_by_two(counts)
    hidden = some_hidden(ledger, which)
    if profile.round_to:  # which prints no small count
        hidden |= {count for count, value in ledger.counts.items() if profile.hides(value)}
    known = knowledge_of(ledger, hidden, profile)
    possible = tables(known)
    assert known.true in possible
    warm = warm_of(known)
    asked = list(known.targets)
    narrow, unclear = lead_all(warm, known, asked)
    for number in asked:
        values = {table[number] for table in possible}
        if number not in (*narrow, *unclear):
            assert known.enough(number, min(values), max(values))
        if number in narrow:
            assert not known.enough(number, min(values), max(values))


@settings(max_examples=20, deadline=None)
@given(COUNTS, st.lists(st.integers(0, 8), min_size=1, max_size=6), st.integers(0, 8), st.integers(0, 9))
def test_where_it_leads_is_a_table_that_prints_the_same(
    counts: list[int], which: list[int], number: int, want: int
) -> None:
    ledger = two_by_two(counts)
    known = knowledge_of(ledger, some_hidden(ledger, which), EXACT)
    warm = warm_of(known)
    for _ in range(2):  # a question leaves no trace on the next
        found = warm.lead(number, want)
        assert found is not None
        assert is_whole(found)
        whole = np.round(found)
        assert all(sum(sign * whole[at] for at, sign in terms) == 0 for terms in known.sums)
        assert (whole >= np.array(known.low)).all()
        assert (whole <= np.array(known.high)).all()
        best = min((abs(table[number] - want) for table in tables(known)), default=0)
        assert abs(whole[number] - want) <= best


@settings(max_examples=20, deadline=None)
@given(COUNTS, st.sampled_from([EXACT, HES]))
def test_the_company_it_chooses_is_enough(counts: list[int], profile: Profile) -> None:
    ledger = two_by_two(counts)
    small = {count for count, value in ledger.counts.items() if profile.hides(value)}
    hidden = hide_until_safe(ledger, set(small), profile)
    known = knowledge_of(ledger, hidden, profile)
    possible = tables(known)
    for number in known.targets:
        values = {table[number] for table in possible}
        if known.small(number):
            assert known.enough(number, min(values), max(values))


def test_cells_are_hidden_before_margins_and_classes_last() -> None:
    crossed = Count("records", "all", frozenset({("site", "A"), ("sex", "Male")}))
    ranks = [
        crossed,
        Count("lines", "read"),
        of("records", "site", "A"),
        of("records", "ethnic_class", "valid"),
        PATIENTS,
    ]
    assert [standing(count) for count in ranks] == [0, 1, 2, 3, 3]
    ledger = two_by_two([3, 30, 40, 50])
    known = knowledge_of(ledger, {Count("records", "all", frozenset({("first", "a"), ("second", "x")}))}, EXACT)
    narrow = list(known.targets)
    chosen = company(known, _terms(known), narrow, range(len(known.names)), {})
    assert {len(known.names[number].cell) for number in chosen} == {2}
    assert len(chosen) == 3


def test_what_an_earlier_release_tells_is_no_company() -> None:
    ledger = two_by_two([3, 30, 40, 50])
    small = Count("records", "all", frozenset({("first", "a"), ("second", "x")}))
    known = knowledge_of(ledger, {small}, EXACT)
    told = {name: (value, value) for name, value in ledger.counts.items() if name != small}
    assert company(known, _terms(known), list(known.targets), range(len(known.names)), told) == set()


def test_the_nearest_count_is_one_of_the_same_sum() -> None:
    ledger = two_by_two([3, 30, 40, 50])
    known = knowledge_of(ledger, set(), EXACT)
    number = known.names.index(Count("records", "all", frozenset({("first", "a"), ("second", "x")})))
    found = nearest(known, number, range(len(known.names)))
    assert found is not None
    assert found != number
    assert any({number, found} <= {each for each, _ in terms} for terms in known.sums)
    assert nearest(known, number, []) is None


@pytest.mark.parametrize("cover", [None, (1, 7)])
def test_enough_is_all_of_the_range_where_whole_numbers_are_shown(cover: tuple[int, int] | None) -> None:
    known = replace(knowledge_of(two_by_two([3, 30, 40, 50]), {RECORDS}, EXACT), targets={0: 7}, cover=cover)
    assert known.enough(0, 1, 7)
    assert known.enough(0, 5, 12) == (cover is None)
