"""What of a rate may be released: events spread in rounded shape, hidden where they would tell, withheld with a reason."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equity_audit.disclosure.ledger import RECORDS, Count, Ledger, bind_margins, of
from equity_audit.disclosure.naming import rated_count
from equity_audit.disclosure.profiles import load_profile
from equity_audit.disclosure.rates import _spread, enter_rates, released_rates
from equity_audit.disclosure.released import Released
from equity_audit.model import PopulationFacts, RateData
from equity_audit.populations import standard_population

HES, NONE, EXACT = (load_profile(name) for name in ("hes", "none", "exact"))
BANDS = list(standard_population()["age_band"])


def strata(counts: list[int]) -> pd.DataFrame:
    rows = [("1", band, sex, 0) for band in BANDS for sex in ("Male", "Female")][: len(counts)]
    frame = pd.DataFrame(rows, columns=["group", "age_band", "sex", "events"])
    return frame.assign(events=counts)


def data(events: dict[str, int], counts: list[int], dimension: str = "imd_quintile") -> RateData:
    groups = list(events)
    people = pd.DataFrame(
        [(group, band, sex, 1000) for group in groups for band in BANDS for sex in ("Male", "Female")],
        columns=["group", "age_band", "sex", "population"],
    )
    spread = pd.concat([strata(counts).assign(group=group) for group in groups])
    return RateData(
        outcome="o", dimension=dimension, events=pd.DataFrame({"group": groups, "events": list(events.values())}),
        strata=spread, population=people, effects={},
    )  # fmt: skip


def facts(groups: list[str], dimension: str = "imd_quintile") -> PopulationFacts:
    size = 1000 * 2 * len(BANDS)
    return PopulationFacts(
        dimension=dimension, name="p", vintage="2021", groups=tuple((group, size) for group in groups)
    )


def ledger_of(numerators: dict[str, int], dimension: str = "imd_quintile") -> Ledger:
    ledger = Ledger()
    ledger.add(RECORDS, 10_000, "t")
    for group, number in numerators.items():
        cell = frozenset({(dimension, group)})
        ledger.add(Count("records", "numerator:o", cell), number, "t")
        ledger.add(of("records", dimension, group), 2_000, "t")
    bind_margins(ledger)
    ledger.settle()
    return ledger


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(0, 60), min_size=4, max_size=38), st.integers(0, 400))
def test_the_spread_adds_up_to_the_released_count(counts: list[int], released: int) -> None:
    for profile in (HES, NONE, EXACT):
        found = _spread(strata(counts), "1", released, profile)
        assert found["events"].sum() == released
        assert (found["events"] >= 0).all()


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(0, 40), min_size=4, max_size=30))
def test_the_shape_says_no_more_than_running_totals_in_fives(counts: list[int]) -> None:
    """Two extracts whose running totals round alike print the same rate, whatever single strata hold."""
    running = np.cumsum(counts)
    rounded = (2 * running + 5) // 10 * 5
    other = np.diff(rounded, prepend=0)
    if rounded[-1]:
        first, second = (_spread(strata(list(each)), "1", int(rounded[-1]), HES)["events"] for each in (counts, other))
        assert list(first) == list(second)


def test_all_of_a_numerator_is_the_same_fact() -> None:
    ledger = ledger_of({"1": 60, "2": 3})
    hidden = enter_rates(ledger, [data({"1": 60, "2": 3}, [30, 30])], frozenset(), HES, None)
    numerator = Count("records", "numerator:o", frozenset({("imd_quintile", "1")}))
    assert ledger.find(rated_count("o", "imd_quintile", "1")) == numerator
    assert hidden == frozenset()


@pytest.mark.parametrize(
    ("numerator", "events", "profile", "shown"),
    [
        # 30 and 25 are printed: the difference may be anything from 1 to 9.
        (30, 27, HES, True),
        # Both print as 30: fewer than five are not of the population, and that is too near.
        (31, 29, HES, False),
        (60, 35, HES, True),
        (30, 5, HES, False),
        (60, 35, EXACT, False),
        (31, 29, NONE, True),
    ],
)
def test_a_part_is_shown_where_it_tells_nothing_of_the_rest(numerator, events, profile, shown) -> None:
    ledger = ledger_of({"1": numerator})
    hidden = enter_rates(ledger, [data({"1": events}, [events])], frozenset(), profile, None)
    assert (rated_count("o", "imd_quintile", "1") not in hidden) == shown


def test_a_part_of_a_hidden_numerator_is_hidden() -> None:
    ledger = ledger_of({"1": 60})
    numerator = Count("records", "numerator:o", frozenset({("imd_quintile", "1")}))
    assert rated_count("o", "imd_quintile", "1") in enter_rates(
        ledger, [data({"1": 35}, [35])], frozenset({numerator}), HES, None
    )


def test_every_withheld_rate_says_why() -> None:
    groups = {"1": 40, "2": 100, "3": 0, "4": 60}
    ledger = ledger_of(groups)
    rates = data(groups, [40])
    # In group 2 most events have no age; in group 3 there are none.
    rates = replace(rates, strata=rates.strata[rates.strata["group"].isin(["1", "2", "4"])])
    hidden = frozenset({rated_count("o", "imd_quintile", "4")})
    enter_rates(ledger, [rates], hidden, HES, None)
    hidden |= {ledger.find(rated_count("o", "imd_quintile", "4"))}
    rows = released_rates([rates], [facts(list(groups))], Released(ledger, hidden, {}, HES, {}))
    told = {(row.measure, row.group): row for row in rows}
    assert told["standardised_rate", "1"].reason_withheld is None
    assert told["standardised_rate", "1"].estimate == pytest.approx(100_000 * 5000 * 40 / 1000 / 200_000, abs=0.05)
    assert "no age or no sex" in str(told["standardised_rate", "2"].reason_withheld)
    assert told["standardised_rate", "3"].reason_withheld == "fewer than 10 events"
    assert told["rate", "3"].estimate == 0
    assert told["rate", "4"].reason_withheld == "hidden to protect confidentiality"
    assert (told["rate", "4"].n.value, told["rate", "4"].n.marker) == (None, "c")
    assert all((row.estimate is None) == (row.reason_withheld is not None) for row in rows)
