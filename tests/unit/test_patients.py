"""One ethnicity a patient by four methods: the engine's answers against a slow one in plain Python, on two engines."""

import sqlite3
from collections import Counter
from datetime import date, timedelta
from typing import Any

import ibis
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from equity_audit import engine
from equity_audit.cube import decode_records
from equity_audit.decode.dimensions import month_dimension
from equity_audit.decode.ethnicity import NO_PLACE, PLACES, decode_ethnicity
from equity_audit.decode.patients import (
    LOWEST,
    METHODS,
    describe_patients,
    describe_recoverable,
    method_counts,
    with_ranks,
)
from equity_audit.patients import count_patients

# Group and census order (2011, commonest first) of every answer used here, written down again by hand.
GROUP = {
    "A": "White", "B": "White", "C": "White", "D": "Mixed", "G": "Mixed", "H": "Asian", "J": "Asian", "L": "Asian",
    "M": "Black", "N": "Black", "P": "Black", "R": "Other", "S": "Other", "T": "White", "W": "Other", "ROMA": "White",
}  # fmt: skip
GROUP_2021 = {**GROUP, "R": "Asian"}
COMMONEST = [*"ACHJNLMBDRGP", "T", "W", "ROMA", "S"]
UNKNOWN = ["Z", "99", "", "7"]
Record = tuple[str | None, str, date | None]

records = st.lists(
    st.tuples(
        st.sampled_from(["p1", "p2", "p3", "p4", None]),
        st.sampled_from([*GROUP, *UNKNOWN]),
        st.one_of(st.none(), st.integers(0, 4).map(lambda day: date(2024, 5, 30) + timedelta(days=day))),
    ),
    min_size=1,
    max_size=14,
)  # fmt: skip


def most_recent(mine: list[Record]) -> str:
    latest = max(day or date.min for _, _, day in mine)
    there = [code for _, code, day in mine if (day or date.min) == latest]
    often = Counter(code for _, code, _ in mine)
    return min(set(there), key=lambda code: (-often[code], COMMONEST.index(code)))


def most_frequent(mine: list[Record]) -> str:
    often = Counter(code for _, code, _ in mine)
    newest = {code: max(day or date.min for _, other, day in mine if other == code) for code in often}
    return min(often, key=lambda code: (-often[code], -newest[code].toordinal(), COMMONEST.index(code)))


def ohid(mine: list[Record]) -> str:
    return most_frequent([record for record in mine if record[1] != "S"] or mine)


def asset(mine: list[Record]) -> str | None:
    latest = max(day or date.min for _, _, day in mine)
    there = {code for _, code, day in mine if (day or date.min) == latest}
    return there.pop() if len(there) == 1 else None


def group_choices(mine: list[Record], groups: dict[str, str]) -> tuple[set[str], set[str]]:
    """The groups of the latest day and the commonest groups."""
    latest = max(day or date.min for _, _, day in mine)
    often = Counter(groups[code] for _, code, _ in mine)
    recent = {groups[code] for _, code, day in mine if (day or date.min) == latest}
    return recent, {group for group, number in often.items() if number == max(often.values())}


def table_of(rows: list[Record], backend: str) -> Any:
    frame = pd.DataFrame(
        [(key, code, "" if day is None else day.isoformat()) for key, code, day in rows],
        columns=[engine.KEY, "ethnicity", "activity_date"],
    ).astype(object)
    frame = frame.where(frame.notna(), None)
    if backend == "duckdb":
        connection = ibis.duckdb.connect()
        schema = ibis.schema(dict.fromkeys(frame.columns, "string"))
        return connection.create_table("extract", frame, schema=schema)
    connection = ibis.sqlite.connect()
    connection.create_table("extract", schema=ibis.schema(dict.fromkeys(frame.columns, "string")))
    assert isinstance(connection.con, sqlite3.Connection)
    connection.con.executemany("INSERT INTO extract VALUES (?, ?, ?)", frame.to_numpy().tolist())
    return connection.table("extract")


def audit(rows: list[Record], backend: str, grouping: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    table = table_of(rows, backend)
    dictionary, _ = decode_ethnicity(engine.tally(table, ["ethnicity"]), grouping=grouping)
    dates = month_dimension(engine.tally(table, ["activity_date"])).dictionary
    decoded = {"ethnicity": ["ethnic_rank", "ethnic_high_group", "ethnic_class_code"], "month": ["day"]}
    people = engine.number_patients(table)
    records = decode_records(table, [with_ranks(dictionary), dates], decoded, people)
    counts = count_patients(records, lowest=LOWEST)
    keys = {key for key, _, _ in rows if key is not None}
    return describe_patients(counts.patterns, len(keys), grouping), describe_recoverable(counts.unknown, len(rows))


def place(answer: str | None) -> int:
    if answer is None:
        return NO_PLACE
    return PLACES.index("White") if answer == "ROMA" else PLACES.index(answer)


@pytest.mark.parametrize("backend", ["duckdb", "sqlite"])
@pytest.mark.parametrize("grouping", ["2001", "2021"])
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(rows=records)
def test_the_engine_agrees_with_plain_python(backend: str, grouping: str, rows: list[Record]) -> None:
    groups = GROUP if grouping == "2001" else GROUP_2021
    described, recoverable = audit(rows, backend, grouping)
    expected: Counter[tuple[Any, ...]] = Counter()
    filled: Counter[str] = Counter()
    for key in {key for key, _, _ in rows if key is not None}:
        mine = [record for record in rows if record[0] == key]
        usable = [record for record in mine if record[1] in groups]
        if not usable:
            expected["none", "none", "none", "none", *[NO_PLACE] * 4] += 1
            continue
        codes, found = {code for _, code, _ in usable}, {groups[code] for _, code, _ in usable}
        if len(found) == 1:
            filled[next(iter(found))] += len(mine) - len(usable)
        recent, frequent = group_choices(usable, groups)
        several = len(usable) > 1
        chosen = [place(method(usable)) for method in (most_recent, most_frequent, ohid, asset)]
        # Of equals the method takes the one on which both agree, where there is one.
        expected[
            "several" if several else "one",
            ("conflict" if len(codes) > 1 else "agree") if several else "one",
            ("conflict" if len(found) > 1 else "agree") if several else "one",
            "same" if recent & frequent else "differs",
            *chosen,
        ] += 1
    columns = ["usable_records", "code_agreement", "group_agreement", "method_agreement", *METHODS]
    seen: Counter[tuple[Any, ...]] = Counter()
    for row in described.to_dict("records"):
        if row["records"]:
            seen[tuple(row[name] for name in columns)] += row["records"]
    assert seen == expected
    gained = recoverable[recoverable["recoverable"] == "yes"].groupby("filled_group")["records"].sum().to_dict()
    assert gained == {group: number for group, number in filled.items() if number}
    with_key = recoverable[recoverable["unknown_with_key"] == "yes"]["records"].sum()
    assert with_key == sum(key is not None and code in UNKNOWN for key, code, _ in rows)
    assert recoverable["records"].sum() == len(rows)


def test_what_each_method_is_for() -> None:
    day = [date(2024, 1, n) for n in range(1, 10)]
    rows: list[Record] = [
        ("p", "A", day[1]), ("p", "A", day[2]), ("p", "H", day[3]),  # frequent A, recent H
        ("q", "S", day[1]), ("q", "S", day[2]), ("q", "N", day[0]),  # OHID never takes S where there is another
        ("r", "A", day[4]), ("r", "H", day[4]),  # two answers on one day: the asset takes neither
        ("s", "Z", day[1]),
    ]  # fmt: skip
    described, _ = audit(rows, "duckdb", "2001")
    counts = method_counts(described, "2001")
    empty = {"White": 0, "Mixed": 0, "Asian": 0, "Black": 0, "Other": 0}
    assert counts["most_recent"] == {**empty, "White": 1, "Asian": 1, "Other": 1, "Not known": 1}
    assert counts["most_frequent"] == {**empty, "White": 2, "Other": 1, "Not known": 1}
    assert counts["ohid"] == {**empty, "White": 2, "Black": 1, "Not known": 1}
    assert counts["asset"] == {**empty, "Asian": 1, "Other": 1, "Not known": 2}
    assert described.loc[described["methods_agree"] == "no", "records"].sum() == 2
