import itertools
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equity_audit.disclosure import suppress, suppress_system
from equity_audit.errors import DisclosureError, UsageError
from unit.disclosure.attack import feasible_ranges
from unit.disclosure.tables import made_up, recover, with_margins

PUBLISHED = Path(__file__).parent / "published"
TABLES = pd.read_csv(PUBLISHED / "suppression_tables.csv", dtype={"row": str, "col": str})
SUMMARY = pd.read_csv(PUBLISHED / "suppression_summary.csv").set_index("case")


def sums_of(frame, dimensions):
    """Every margin as a relation between row numbers, written without the code under test."""
    keys = {key: number for number, key in enumerate(frame[dimensions].itertuples(index=False, name=None))}
    for key, number in keys.items():
        for axis in range(len(dimensions)):
            if key[axis] == "total":
                rest = [
                    other
                    for other in keys
                    if other[axis] != "total" and all(other[i] == key[i] for i in range(len(key)) if i != axis)
                ]
                yield number, [keys[other] for other in rest]


def attacked(frame, dimensions):
    cells = pd.DataFrame(
        {
            "cell": range(len(frame)),
            "low": np.where(frame["hidden"], 0.0, frame["count"]),
            "high": np.where(frame["hidden"], np.inf, frame["count"]),
            "hidden": frame["hidden"].to_numpy(),
        }
    )
    return feasible_ranges(cells, sums_of(frame, dimensions)).set_index("cell")


def assert_covered(frame, dimensions, cover):
    ranges = attacked(frame, dimensions)
    for number in np.flatnonzero(frame["reason"] == "primary"):
        assert ranges.loc[number, "low"] <= min(cover[0], frame["count"].iloc[number])
        assert ranges.loc[number, "high"] >= cover[1]
    for number in np.flatnonzero(frame["reason"] == "complementary"):
        assert ranges.loc[number, "values"] >= 3


@pytest.mark.parametrize("case", SUMMARY.index)
def test_published_tables_are_protected_with_the_published_number_of_cells(case):
    table = TABLES[TABLES["case"] == case].reset_index(drop=True)
    result = suppress(table[["row", "col", "count"]], ["row", "col"], cover=(0, 8))
    assert (result["reason"] == "primary").sum() == SUMMARY.loc[case, "n_primary"] == table["primary"].sum()
    assert (result["reason"] == "complementary").sum() <= SUMMARY.loc[case, "min_complementary_cells"]
    assert_covered(result, ["row", "col"], (0, 8))


def enumerate_values(frame, dimensions, most):
    """Values each hidden cell takes over all whole tables up to `most`; written out in full, cell by cell."""
    totals = (frame[dimensions] == "total").sum(axis=1).tolist()
    counts, is_hidden = frame["count"].tolist(), frame["hidden"].tolist()
    inner = [i for i, number in enumerate(totals) if number == 0]
    hidden = [i for i in inner if is_hidden[i]]
    sums = sorted(sums_of(frame, dimensions), key=lambda pair: totals[pair[0]])
    seen = {i: set() for i, hide in enumerate(is_hidden) if hide}
    for guess in itertools.product(range(most + 1), repeat=len(hidden)):
        table = {i: counts[i] for i in inner} | dict(zip(hidden, guess, strict=True))
        for total, parts in sums:
            table[total] = sum(table[part] for part in parts)
        if all(is_hidden[i] or table[i] == counts[i] for i in table):
            for i, values in seen.items():
                values.add(table[i])
    return seen


@settings(derandomize=True, max_examples=12, deadline=None)
@given(
    st.lists(st.sampled_from([0, 1, 2, 3, 4, 5, 6]), min_size=4, max_size=4),
    st.sampled_from([((1, 2), (1, 2)), ((1, 3), (0, 3))]),
)
def test_enumeration_finds_every_value_of_the_cover(counts, rule):
    primary, cover = rule
    frame, dimensions = with_margins(np.reshape(counts, (2, 2)))
    result = suppress(frame, dimensions, primary=primary, cover=cover)
    seen = enumerate_values(result, dimensions, most=9)
    for i in result.index[result["reason"] == "primary"]:
        assert set(range(cover[0], cover[1] + 1)) <= seen[i]
    for i in result.index[result["reason"] == "complementary"]:
        assert len(seen[i]) >= 3


def fewest_by_trial(frame, dimensions, cover):
    """Fewest complementary cells, by trying every pattern in order of size."""
    small = frame["count"].between(1, 7)
    others = list(frame.index[~small])
    for size in range(len(others) + 1):
        for extra in itertools.combinations(others, size):
            tried = frame.assign(hidden=small | frame.index.isin(extra))
            ranges = attacked(tried, dimensions)
            mine = ranges.loc[list(frame.index[small])]
            rest = ranges.loc[list(extra)]
            if (mine["low"] <= cover[0]).all() and (mine["high"] >= cover[1]).all() and (rest["values"] > 1).all():
                return size
    raise AssertionError


@pytest.mark.parametrize("seed", range(4))
def test_no_smaller_pattern_exists(seed):
    frame, dimensions = made_up((2, 3), seed, mean=9)
    result = suppress(frame, dimensions)
    assert (result["reason"] == "complementary").sum() == fewest_by_trial(frame, dimensions, (1, 7))


@pytest.mark.parametrize(
    ("shape", "seed"),
    [((6,), 0), ((6,), 1), ((5, 6), 2), ((8, 5), 3), ((4, 3, 3), 0), ((4, 3, 3), 5), ((2, 3, 2, 2), 1)],
)
def test_generated_tables_hold_against_both_attacks(shape, seed, tmp_path):
    frame, dimensions = made_up(shape, seed)
    result = suppress(frame, dimensions)
    assert_covered(result, dimensions, (1, 7))
    assert recover(result, dimensions, tmp_path)[0] == 0


def test_the_outside_attack_recovers_a_primary_only_version(tmp_path):
    frame, dimensions = made_up((5, 6), 2)
    result = suppress(frame, dimensions)
    result["only_small"] = result["reason"] == "primary"
    code, said = recover(result, dimensions, tmp_path, hidden="only_small")
    assert code == 1
    assert "EXACT" in said


@pytest.mark.parametrize("shape", [(40, 30), (11, 9, 10)])
def test_tables_too_large_for_the_proof_are_protected_too(shape):
    frame, dimensions = made_up(shape, 3, mean=40)
    result = suppress(frame, dimensions)
    cells = result.assign(
        cell=range(len(result)),
        low=np.where(result["hidden"], 0, result["count"]),
        high=np.where(result["hidden"], np.inf, result["count"]),
    )
    ranges = feasible_ranges(cells, sums_of(result, dimensions), enough=7).set_index("cell")
    assert (ranges.loc[np.flatnonzero(result["reason"] == "primary"), "values"] >= 7).all()
    assert (ranges["values"] >= 3).all()


def test_zero_is_shown_and_may_be_hidden_only_as_a_complement():
    frame, dimensions = with_margins([[0, 50], [60, 70]])
    assert not suppress(frame, dimensions)["hidden"].any()
    frame, dimensions = with_margins([[0, 3], [0, 0]])
    result = suppress(frame, dimensions)
    assert (result.loc[result["count"] == 3, "reason"] == "primary").all()
    assert not (result.loc[result["count"] == 0, "reason"] == "primary").any()
    assert_covered(result, dimensions, (1, 7))


def test_zero_is_hidden_when_the_primary_range_begins_at_zero():
    frame, dimensions = with_margins([[0, 50, 40], [60, 70, 80]])
    result = suppress(frame, dimensions, primary=(0, 4), cover=(0, 4))
    assert result.loc[0, "reason"] == "primary"
    assert_covered(result, dimensions, (0, 4))


def test_small_margins_are_hidden_as_primary():
    frame, dimensions = with_margins([[1, 2], [60, 70]])
    result = suppress(frame, dimensions)
    assert result.loc[(result["d0"] == "a0") & (result["d1"] == "total"), "reason"].item() == "primary"
    assert_covered(result, dimensions, (1, 7))


def test_rows_index_and_columns_come_back_as_they_were():
    frame, dimensions = made_up((3, 3), 0)
    frame = frame.sample(frac=1, random_state=1).assign(note="kept")
    result = suppress(frame, dimensions)
    pd.testing.assert_frame_equal(result[frame.columns], frame)
    assert result["hidden"].dtype == bool
    assert set(result["reason"]) <= {"primary", "complementary", None}


def test_a_table_without_margins_needs_no_complements():
    frame = pd.DataFrame({"group": ["a", "b", None], "count": [3, 40, 5]})
    assert suppress(frame, ["group"])["reason"].tolist() == ["primary", None, "primary"]


def test_unprinted_margins_bind_the_cells_under_them():
    # No row totals are printed, but columns and the grand total are: the 3 is still 43 - 40.
    frame, dimensions = with_margins([[3, 50], [40, 60]])
    frame = frame[(frame["d1"] != "total") | (frame["d0"] == "total")].reset_index(drop=True)
    result = suppress(frame, dimensions)
    assert (result["reason"] == "complementary").any()


def test_a_remainder_that_is_small_is_protected():
    # The parts add up to 5 fewer than the printed total: five people the reader could find.
    frame = pd.DataFrame({"group": ["a", "b", "total"], "count": [30, 40, 75]})
    assert suppress(frame, ["group"])["reason"].tolist().count("complementary") == 1


def test_the_same_table_gives_the_same_pattern():
    frame, dimensions = made_up((7, 6), 4)
    pd.testing.assert_frame_equal(suppress(frame, dimensions), suppress(frame, dimensions))


def test_an_empty_table():
    frame = pd.DataFrame({"group": pd.Series([], dtype=object), "count": pd.Series([], dtype=int)})
    assert suppress(frame, ["group"]).empty


@pytest.mark.parametrize(
    ("frame", "dimensions", "says"),
    [
        ({"g": ["a"], "count": [1]}, ["h"], "no column `h`"),
        ({"g": ["a"]}, ["g"], "no column `count`"),
        ({"g": ["a", "a"], "count": [1, 2]}, ["g"], "more than one row"),
        ({"g": ["a", "b"], "count": [1, -2]}, ["g"], "row 1 is not"),
        ({"g": ["a", "b"], "count": [1, 2.5]}, ["g"], "row 1 is not"),
        ({"g": ["a", "b", "total"], "count": [9, 9, 10]}, ["g"], "less than the sum"),
        ({"g": ["a"], "count": [1]}, [], "at least one dimension"),
    ],
)
def test_what_cannot_be_protected_is_refused(frame, dimensions, says):
    with pytest.raises(UsageError, match=says):
        suppress(pd.DataFrame(frame), dimensions)


@pytest.mark.parametrize("range_", [(3, 1), (-1, 4)])
def test_ranges_are_checked(range_):
    frame, dimensions = made_up((2, 2), 0)
    with pytest.raises(UsageError, match="smallest first"):
        suppress(frame, dimensions, primary=range_)
    with pytest.raises(UsageError, match="smallest first"):
        suppress(frame, dimensions, cover=range_)


LINKED = pd.DataFrame(
    {"cell": ["all", "a", "b", "c", "x", "y", "z"], "count": [103, 3, 40, 60, 20, 33, 50]},
)
SUMS = [("all", ["a", "b", "c"]), ("all", ["x", "y", "z"])]


def test_linked_tables_are_protected_together():
    result = suppress_system(LINKED, SUMS).set_index("cell")
    assert result.loc["a", "reason"] == "primary"
    assert (result["reason"] == "complementary").sum() == 1
    assert not result.loc["all", "hidden"]  # it would be given away by x + y + z


def test_fixed_cells_are_not_hidden():
    fixed = LINKED.assign(fixed=LINKED["cell"].isin(["b", "all"]))
    assert suppress_system(fixed, SUMS).set_index("cell")["hidden"].to_dict()["c"]
    with pytest.raises(DisclosureError, match="can be worked out"):
        suppress_system(LINKED.assign(fixed=LINKED["cell"] != "a"), SUMS)
    with pytest.raises(DisclosureError, match="already published"):
        suppress_system(LINKED.assign(fixed=True), SUMS)


def test_unpublished_cells_cost_nothing_and_forced_ones_are_hidden():
    cells = LINKED.assign(published=LINKED["cell"] != "b", hide=LINKED["cell"] == "z")
    result = suppress_system(cells, SUMS).set_index("cell")
    assert not result.loc["b", "hidden"]
    assert result.loc["z", "reason"] == "primary"
    assert result["hidden"].sum() == 3


@pytest.mark.parametrize(
    ("cells", "sums", "says"),
    [
        (LINKED.drop(columns="cell"), SUMS, "no column `cell`"),
        (LINKED.drop(columns="count"), SUMS, "no column `count`"),
        (pd.concat([LINKED, LINKED]), SUMS, "more than one row"),
        (LINKED, [("all", ["a"])], "relation 1 is not the sum"),
        (LINKED, [("all", ["q"])], "relation 1 names a cell"),
    ],
)
def test_a_system_that_cannot_be_protected_is_refused(cells, sums, says):
    with pytest.raises(UsageError, match=says):
        suppress_system(cells, sums)


def test_scipy_is_not_imported_before_it_is_needed():
    code = "import sys; from equity_audit.disclosure import suppress; print(callable(suppress), 'scipy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "True False"
