"""A share that would print as zero and is not has the marker `low`: 0 is said of none only."""

from dataclasses import replace

import pytest

from equity_audit.disclosure.profiles import load_profile
from equity_audit.disclosure.release import LOW, rounded, share_of
from equity_audit.disclosure.released import intervals
from equity_audit.model import Cell
from equity_audit.narrative import percent, shown_percent

HES, NONE = load_profile("hes"), load_profile("none")


@pytest.mark.parametrize(
    ("part", "whole", "shown"),
    [(10, 30_000, LOW), (0, 30_000, Cell(0.0)), (20, 30_000, Cell(0.001)), (30, 30_000, Cell(0.001))],
)
def test_zero_is_said_of_none_only(part, whole, shown):
    assert share_of(Cell(part), Cell(whole), HES) == shown


def test_a_profile_with_fewer_decimals_says_low_sooner():
    whole_percents = replace(HES, decimals=0)
    assert share_of(Cell(10), Cell(3_000), whole_percents) == LOW
    assert share_of(Cell(20), Cell(3_000), whole_percents) == Cell(0.01)


def test_exact_figures_are_kept_and_marked_where_they_are_printed_with_one_decimal():
    assert share_of(Cell(1), Cell(30_000), NONE) == Cell(1 / 30_000)
    assert [shown_percent(share) for share in (0.0, 0.0004, 0.0006)] == ["0.0%", "[low]", "0.1%"]
    assert [percent(share) for share in (0.0, 0.0004, 0.0006)] == ["0.0%", "less than 0.1%", "0.1%"]


def test_an_end_of_an_interval_is_zero_only_where_it_is():
    parts, wholes = [Cell(0), Cell(10)], [Cell(30_000)] * 2
    values = [share_of(part, whole, HES) for part, whole in zip(parts, wholes, strict=True)]
    (none, _), (few, more) = intervals(parts, wholes, values, HES)
    assert none == Cell(0.0)
    assert few == LOW
    assert more == Cell(0.001)


def test_a_share_is_rounded_as_the_percentage_that_is_printed():
    assert [rounded(share, HES) for share in (0.1125, 0.25, 1 / 3)] == [0.112, 0.25, 0.333]
    assert all(f"{rounded(n / 800, HES):.1%}" == f"{n / 800:.1%}" for n in range(801))
