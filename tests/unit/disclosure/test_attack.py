import itertools
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equity_audit.disclosure.profiles import load_profile
from equity_audit.errors import DisclosureError, UsageError
from unit.disclosure.attack import (
    Fact,
    Share,
    feasible_ranges,
    gap_fact,
    known_range,
    ratio_facts,
    too_narrow,
)


def cells(**known):
    rows = [(name, *ends) if isinstance(ends, tuple) else (name, ends, ends) for name, ends in known.items()]
    return pd.DataFrame(rows, columns=["cell", "low", "high"])


def ends(frame):
    return {row.cell: (row.low, row.high) for row in frame.itertuples()}


HIDDEN = (0, math.inf)


def test_a_lone_hidden_cell_is_recovered():
    found = feasible_ranges(cells(a=HIDDEN, b=40, all=43), [("all", ["a", "b"])])
    assert ends(found) == {"a": (3, 3)}
    assert too_narrow(found, load_profile("hes"))["cell"].tolist() == ["a"]


def test_two_hidden_cells_share_what_is_left():
    found = feasible_ranges(cells(a=HIDDEN, b=HIDDEN, c=40, all=52), [("all", ["a", "b", "c"])])
    assert ends(found) == {"a": (0, 12), "b": (0, 12)}
    assert too_narrow(found, load_profile("hes")).empty


def test_a_hidden_total_has_no_upper_end():
    found = feasible_ranges(cells(a=HIDDEN, b=40, all=HIDDEN), [("all", ["a", "b"])])
    assert ends(found) == {"a": (0, math.inf), "all": (40, math.inf)}
    assert np.isinf(found["values"]).all()


@pytest.mark.parametrize(
    ("shown", "base", "expected"),
    [(20, 5, (18, 22)), (0, 5, (0, 2)), (20, 10, (15, 25)), (20, None, (20, 20)), (None, 5, (0, math.inf))],
)
def test_what_a_printed_count_says(shown, base, expected):
    assert known_range(shown, base) == expected


def test_a_known_leak_one_small_and_two_eights_beside_their_rounded_total():
    # True 1, 8, 8: prints [c], 10, 10 and the total 17 as 15. The small one can only be 1.
    release = cells(a=(1, 7), b=known_range(10, 5), c=known_range(10, 5), all=known_range(15, 5))
    found = feasible_ranges(release.assign(hidden=release["cell"] == "a"), [("all", ["a", "b", "c"])])
    assert ends(found) == {"a": (1, 1)}
    # A total of released cells is no sum of true counts: left out, nothing is given away.
    assert ends(feasible_ranges(release.assign(hidden=release["cell"] == "a"))) == {"a": (1, 7)}


def test_a_percentage_gives_back_its_numerator():
    found = feasible_ranges(cells(x=(1, 7), n=140), shares=[Share("x", "n", 2.9)])
    assert ends(found) == {"x": (4, 4)}


def test_a_percentage_of_a_hidden_denominator_leaves_several_values():
    found = feasible_ranges(cells(x=(1, 7), n=(98, 102)), shares=[Share("x", "n", 3.0)])
    assert ends(found) == {"x": (3, 3), "n": (99, 101)}


def test_a_wilson_interval_gives_back_both_counts():
    # 37 of 150: 24.7 % (18.5 to 32.1), with only the interval and rounded counts in print.
    release = cells(x=(33, 42), n=(145, 155))
    wide = feasible_ranges(release, shares=[Share("x", "n", 24.7)]).set_index("cell")
    narrow = feasible_ranges(release, shares=[Share("x", "n", 24.7, lower=18.5, upper=32.1)]).set_index("cell")
    assert narrow.loc["x", "low"] <= 37 <= narrow.loc["x", "high"]
    assert (narrow["values"] < wide["values"]).all()


def test_values_that_a_share_rules_out_are_not_counted():
    # 0.5 of n within 10 to 13: only 5 of 10 and 6 of 12.
    found = feasible_ranges(cells(x=(0, 20), n=(10, 13)), shares=[Share("x", "n", 50.0)]).set_index("cell")
    assert found.loc["n"].tolist() == [10, 12, 2]


def test_gaps_and_ratios_of_known_denominators():
    release = cells(x=(0, 20), y=25)
    gap = feasible_ranges(release, facts=[gap_fact(("x", 200), ("y", 500), -3.0)])
    assert ends(gap) == {"x": (4, 4)}
    ratio = feasible_ranges(release, facts=ratio_facts(("x", 200), ("y", 500), 0.40))
    assert ends(ratio) == {"x": (4, 4)}


def test_a_difference_between_two_releases():
    release = cells(now=HIDDEN, before=40)
    found = feasible_ranges(release, facts=[Fact({"now": 1, "before": -1}, 3, 5)])
    assert ends(found) == {"now": (43, 45)}


def test_contradictions_are_refused_without_a_value():
    for high in (2, 3):
        with pytest.raises(DisclosureError, match="contradict") as caught:
            feasible_ranges(cells(a=(0, high), b=41, all=47), [("all", ["a", "b"])])
        assert "47" not in str(caught.value)
    with pytest.raises(DisclosureError, match="contradict"):
        feasible_ranges(cells(x=(0, 9), n=100), shares=[Share("x", "n", 50.0)])


def test_contradictions_that_only_whole_tables_show():
    # 2x = 2y + 1: every interval is fine, no whole number is.
    with pytest.raises(DisclosureError, match="contradict"):
        feasible_ranges(cells(x=(0, 9), y=(0, 9)), facts=[Fact({"x": 2, "y": -2}, 1, 1)])


def test_ends_are_those_of_whole_numbers():
    # x + y + z = 3 pairwise at most 1 in thirds: the linear ends are not whole.
    release = cells(x=(0, 5), y=(0, 5), z=(0, 5))
    pairs = [Fact({a: 1, b: 1}, -math.inf, 1) for a, b in itertools.combinations("xyz", 2)]
    found = feasible_ranges(release, facts=[*pairs, Fact({"x": 2, "y": 2, "z": 2}, 2, 3)])
    assert ends(found) == dict.fromkeys("xyz", (0, 1))


@settings(derandomize=True, max_examples=15, deadline=None)
@given(st.lists(st.integers(0, 4), min_size=6, max_size=6), st.lists(st.booleans(), min_size=6, max_size=6))
def test_ranges_equal_enumeration(counts, hidden):
    table = np.reshape(counts, (2, 3))
    names = [f"{r}{c}" for r in range(2) for c in range(3)]
    release = {name: (0, 9) if hide else count for name, count, hide in zip(names, counts, hidden, strict=True)}
    release |= {f"r{r}": int(table[r].sum()) for r in range(2)} | {f"c{c}": int(table[:, c].sum()) for c in range(3)}
    sums = [(f"r{r}", [f"{r}{c}" for c in range(3)]) for r in range(2)]
    sums += [(f"c{c}", [f"{r}{c}" for r in range(2)]) for c in range(3)]
    targets = [name for name, hide in zip(names, hidden, strict=True) if hide]
    seen = {name: set() for name in targets}
    for guess in itertools.product(range(10), repeat=len(targets)):
        value = {**release, **dict(zip(targets, guess, strict=True))}
        if all(value[total] == sum(value[part] for part in parts) for total, parts in sums):
            for name in targets:
                seen[name].add(value[name])
    found = ends(feasible_ranges(cells(**release), sums))
    assert found == {name: (min(values), max(values)) for name, values in seen.items()}
    quick = feasible_ranges(cells(**release), sums, enough=2).set_index("cell")
    assert all((quick.loc[name, "values"] >= 2) == (len(seen[name]) >= 2) for name in targets)


def test_true_counts_are_used_only_when_they_agree():
    release = cells(a=HIDDEN, b=HIDDEN, all=20)
    for counts in ([5, 15, 20], [5, 5, 20], [5, None, 20]):
        found = feasible_ranges(release.assign(count=counts), [("all", ["a", "b"])])
        assert ends(found) == {"a": (0, 20), "b": (0, 20)}


def test_complementary_cells_need_fewer_values():
    ranges = pd.DataFrame({"cell": ["a", "b"], "low": [10, 10], "high": [12, 12], "values": [3, 3]})
    assert too_narrow(ranges, load_profile("exact"))["cell"].tolist() == ["a", "b"]
    assert too_narrow(ranges, load_profile("exact"), complementary=["b"])["cell"].tolist() == ["a"]
    assert too_narrow(ranges, load_profile("none")).empty


@pytest.mark.parametrize(
    ("frame", "arguments", "says"),
    [
        (cells(a=1).drop(columns="low"), {}, "no column `low`"),
        (pd.concat([cells(a=1), cells(a=2)]), {}, "more than one row"),
        (cells(a=1), {"relations": [("b", ["a"])]}, "names a cell"),
        (cells(a=1), {"facts": [Fact({"b": 1}, 0, 1)]}, "names a cell"),
    ],
)
def test_what_cannot_be_attacked_is_refused(frame, arguments, says):
    with pytest.raises(UsageError, match=says):
        feasible_ranges(frame, **arguments)
