"""Sparse tables are told in fewer cells, with nothing lost of what is counted, and it is said."""

import itertools
from dataclasses import replace

import pandas as pd
import pytest

from equity_audit.breakdowns import CORE20
from equity_audit.collapse import (
    TWO_BY_TWO,
    by_quarter,
    collapse_notes,
    has_small_months,
    is_sparse,
    quarter_of,
    two_by_two,
    with_collapsed,
)
from equity_audit.decode.grouping import ALL_OTHER, GROUPS, HIGH, group_labels
from equity_audit.decode.labels import QUINTILES
from equity_audit.model import Breakdown, OutcomeFacts


def crossed(counts: dict[tuple[str, str], int], rest: int, labels: tuple[str, ...] = GROUPS) -> Breakdown:
    rows = [
        (quintile, group, counts.get((quintile, group), rest) // 10, counts.get((quintile, group), rest))
        for quintile, group in itertools.product(QUINTILES, labels)
    ]
    frame = pd.DataFrame(rows, columns=["imd_quintile", "ethnic_group", "numerator", "denominator"])
    return Breakdown(
        id="wait_by_imd_quintile_by_ethnic_group", title="Wait by IMD quintile and ethnic group", unit="pathways",
        outcome="wait", dimensions=("imd_quintile", "ethnic_group"), frame=frame,
    )  # fmt: skip


def by_month(counts: dict[str, int]) -> Breakdown:
    frame = pd.DataFrame(
        {"month": list(counts), "numerator": [n // 2 for n in counts.values()], "denominator": list(counts.values())}
    )
    return Breakdown(
        id="wait_by_month", title="Wait by month", unit="pathways", outcome="wait", dimensions=("month",), frame=frame
    )


def facts(least: int | None = None) -> OutcomeFacts:
    return OutcomeFacts(
        name="wait",
        label="Wait",
        description="",
        noun="pathways",
        polarity="adverse",
        headline=True,
        apart={},
        least=least,
    )


def test_a_table_is_sparse_below_four_fifths_of_its_known_cells() -> None:
    small = [(quintile, group) for quintile in QUINTILES[:5] for group in HIGH]
    assert not is_sparse(crossed(dict.fromkeys(small[:5], 99), 100))
    assert is_sparse(crossed(dict.fromkeys(small[:6], 99), 100))
    # Who is not linked, and who has no known group, is no cell of the table.
    assert not is_sparse(crossed({(QUINTILES[5], group): 1 for group in GROUPS}, 100))


def test_the_two_by_two_table_has_every_coded_record_once() -> None:
    table = crossed({("1 (most deprived)", "White"): 300, ("2", "Mixed"): 7, ("5 (least deprived)", "Other"): 11}, 40)
    made = two_by_two(table)
    assert (made.id, made.dimensions) == ("wait_by_core20_by_ethnic_group", TWO_BY_TWO)
    found = made.frame.set_index(list(TWO_BY_TWO))["denominator"]
    assert found[CORE20[0], "White"] == 300
    assert found[CORE20[0], ALL_OTHER] == 4 * 40
    assert found[CORE20[1], "White"] == 4 * 40
    assert found[CORE20[1], ALL_OTHER] == 14 * 40 + 7 + 11
    coded = table.frame[table.frame["ethnic_group"].isin(HIGH) & (table.frame["imd_quintile"] != "not linked")]
    assert made.frame["numerator"].sum() == coded["numerator"].sum()


def test_sixteen_groups_have_white_from_three_codes() -> None:
    labels = group_labels(16)
    table = crossed({}, 10, labels)
    found = two_by_two(table).frame.set_index(list(TWO_BY_TWO))["denominator"]
    assert found[CORE20[0], "White"] == 30
    assert found[CORE20[0], ALL_OTHER] == 130


def test_months_become_quarters_where_one_of_the_series_is_small() -> None:
    series = {"2025-01": 60, "2025-02": 49, "2025-03": 70, "2025-04": 80, "Not known": 3}
    assert has_small_months(by_month(series))
    # A stray date is no month of the series.
    assert not has_small_months(by_month({**series, "2025-02": 50, "1801-01": 1}))
    made = by_quarter(by_month(series)).frame
    assert list(made["quarter"]) == ["2025 Q1 (January to March)", "2025 Q2 (April to June)", "Not known"]
    assert list(made["denominator"]) == [179, 80, 3]
    assert quarter_of("2025-12") == "2025 Q4 (October to December)"


def test_the_fine_table_stays_and_the_report_says_what_was_collapsed() -> None:
    tables = (crossed({}, 40), by_month({"2025-01": 20, "2025-02": 30}))
    made = with_collapsed(tables, [facts()])
    assert [table.dimensions for table in made] == [tables[0].dimensions, TWO_BY_TWO, ("month",), ("quarter",)]
    told = " ".join(collapse_notes(made))
    assert "White and all other ethnic groups combined" in told
    assert "fewer than 80%" in told
    assert "quarters" in told
    assert collapse_notes(tables) == ()


@pytest.mark.parametrize("outcome", [None, "wait"])
def test_patients_do_not_add_up_so_their_tables_are_left(outcome: str | None) -> None:
    table = replace(crossed({}, 40), outcome=outcome, unit="patients")
    assert with_collapsed([table], [facts(least=5)]) == (table,)
