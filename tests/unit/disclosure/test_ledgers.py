"""Random ledgers of tables that share margins: protected, then attacked by programmes written without the code under test."""

import itertools

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy.optimize import Bounds, LinearConstraint, milp

from equity_audit.disclosure.hiding import own_sake
from equity_audit.disclosure.ledger import RECORDS, Count, Ledger, bind_margins
from equity_audit.disclosure.profiles import load_profile
from equity_audit.disclosure.protect import hidden_counts
from equity_audit.errors import DisclosureError

FIFTHS = ("1", "2", "not linked")
GROUPS = ("White", "Asian", "Not known")
SITES = ("North", "South")
LABELS = (FIFTHS, GROUPS, SITES)
NAMES = ("imd_quintile", "ethnic_group", "site")
CUTS = ((0,), (1,), (2,), (0, 1), (1, 2))  # what is printed of everyone; of the outcome by fifth, group and both
OUTCOME_CUTS = ((0,), (1,), (0, 1))


def cells():
    """Each printed count with the atoms it sums: fifth x group x site x (not in the outcome, in it)."""
    atoms = np.arange(3 * 3 * 2 * 2).reshape(3, 3, 2, 2)
    yield RECORDS, atoms.ravel()
    for cut in CUTS:
        for place in itertools.product(*(range(len(LABELS[axis])) for axis in cut)):
            index = [slice(None)] * 4
            for axis, label in zip(cut, place, strict=True):
                index[axis] = label
            cell = frozenset((NAMES[axis], LABELS[axis][label]) for axis, label in zip(cut, place, strict=True))
            yield Count("records", "all", cell), atoms[tuple(index)].ravel()
            if cut in OUTCOME_CUTS:
                yield Count("records", "numerator:seen", cell), atoms[(*index[:3], 1)].ravel()


def ledger_of(people):
    ledger = Ledger()
    for count, atoms in cells():
        ledger.add(count, int(people.ravel()[atoms].sum()), "made up")
    ledger.totals.add(RECORDS)
    for count in [count for count in ledger.counts if count.quantity == "numerator:seen"]:
        ledger.bind(count._replace(quantity="all"), [count], open_=True)
    bind_margins(ledger)
    ledger.settle()
    return ledger


def printed_range(value, profile):
    """The counts that print alike, told from the profile's words: to the nearest 5 (halves up), and 1 to 7 never shown."""
    if not profile.round_to:
        return value, value
    alike = [n for n in range(max(0, value - 9), value + 10) if (n + 2) // 5 == (value + 2) // 5]
    shown = [n for n in alike if not profile.hides(n)]
    return shown[0], shown[-1]


def attack(people, hidden, profile, wanted):
    """Least and most of each wanted sum of atoms for a reader of every count that is not hidden."""
    rows, low, high = [], [], []
    for count, atoms in cells():
        if count in hidden or (count == RECORDS and profile.round_to):
            continue  # a rounded total is the sum of what is shown
        rows.append(np.isin(np.arange(people.size), atoms).astype(float))
        ends = printed_range(int(people.ravel()[atoms].sum()), profile)
        low.append(ends[0])
        high.append(ends[1])
    limits = [LinearConstraint(np.array(rows), low, high)] if rows else []
    for name, atoms in wanted:
        goal = np.isin(np.arange(people.size), atoms).astype(float)
        ends = []
        for sign in (1, -1):
            found = milp(sign * goal, constraints=limits, bounds=Bounds(0, 1_000), integrality=np.ones(people.size))
            assert found.status == 0, found.message
            ends.append(round(sign * found.fun))
        yield name, ends[0], ends[1]


def assert_withstands(people, hidden, profile):
    true = {count: int(people.ravel()[atoms].sum()) for count, atoms in cells()}
    atoms_of = dict(cells())
    wanted = [(count, atoms_of[count]) for count in hidden]
    for count in atoms_of:  # those who are not in the outcome, where both figures beside them are printed
        numerator = count._replace(quantity="numerator:seen")
        if count.quantity == "all" and numerator in atoms_of and not {count, numerator} & set(hidden):
            rest = np.setdiff1d(atoms_of[count], atoms_of[numerator])
            if profile.hides(true[count] - true[numerator]):
                wanted.append((("rest", count), rest))
    for name, least, most in attack(people, hidden, profile, wanted):
        small = name not in true or profile.hides(true[name])
        assert most - least + 1 >= (profile.values if small else 3), (name, least, most)
        if profile.exact and name in true and small:
            assert least <= profile.primary[0] and most >= profile.primary[1], (name, least, most)


people = arrays.arrays(
    np.int64,
    (3, 3, 2, 2),
    elements=st.one_of(st.integers(0, 4), st.integers(0, 60), st.sampled_from([0, 0, 1, 8, 200])),
)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(people=people, name=st.sampled_from(["exact", "hes", "mhsds", "opensafely"]))
def test_every_hidden_count_keeps_its_width(people, name):
    profile = load_profile(name)
    ledger = ledger_of(people)
    try:
        hidden = hidden_counts(ledger, profile)
    except DisclosureError:
        # Nothing is written. It happens only where hardly anybody is left to hide among.
        assert people.sum() < 60
        return
    assert hidden >= {count for count, value in ledger.counts.items() if profile.hides(value)}
    assert_withstands(people, hidden, profile)


@pytest.mark.parametrize("seed", range(3))
def test_the_attack_finds_what_primary_suppression_alone_gives_away(seed):
    profile = load_profile("exact")
    people = np.random.default_rng(seed).poisson(25, (3, 3, 2, 2))
    people[0, 1] = [[1, 1], [1, 0]]
    ledger = ledger_of(people)
    with pytest.raises(AssertionError):
        assert_withstands(people, own_sake(ledger, profile), profile)
    assert_withstands(people, hidden_counts(ledger, profile), profile)
