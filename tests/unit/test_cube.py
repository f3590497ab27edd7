"""What is counted over decoded records, against counting the same in pandas."""

import ibis
import pandas as pd
import pytest

from equity_audit import cube as counting
from equity_audit import engine, joins
from equity_audit.cube import Grouping, coincidences, cube, decode_records
from equity_audit.model import Dictionary

ROWS = [
    # key, letter, digit, moment
    ("p1", "a", "1", "x"), ("p1", "b", "1", "x"), ("p1", "a", "2", "y"), ("p2", "a", "1", "x"), ("p2", "a", "1", "x"),
    ("p3", None, "2", "y"), (None, "b", "2", "y"), (None, "b", "2", "x"), ("NULL", "a", "1", "x"), ("n/a", "b", "2", "y"),
]  # fmt: skip
LETTERS = {"a": 0, "b": 1, None: 2}


@pytest.fixture(params=["duckdb", "sqlite"])
def table(request: pytest.FixtureRequest) -> object:
    frame = pd.DataFrame(ROWS, columns=["key", "letter", "digit", "moment"]).astype(object)
    connection = getattr(ibis, request.param).connect()
    names = ["key", "letter", "digit", "moment"]
    made = connection.create_table("extract", schema=ibis.schema(dict.fromkeys(names, "string")))
    connection.insert("extract", ibis.memtable(frame.where(frame.notna(), None), schema=made.schema()))
    return engine.with_patient_key(connection.table("extract"), "key")


def dictionaries(table: object) -> list[Dictionary]:
    letters = engine.tally(table, ["letter"])
    places = letters["letter"].map(lambda value: LETTERS[None if pd.isna(value) else value])
    digits, moments = engine.tally(table, ["digit"]), engine.tally(table, ["moment"])
    return [
        Dictionary(subject="letter", keys=("letter",), frame=letters.assign(letter_code=places.astype("int64"))),
        Dictionary(subject="digit", keys=("digit",), frame=digits.assign(digit_code=digits["digit"].astype("int64"))),
        Dictionary(
            subject="moment",
            keys=("moment",),
            frame=moments.assign(moment_code=(moments["moment"] == "y").astype("int64")),
        ),
    ]


DECODED = {"letter": ["letter_code"], "digit": ["digit_code"], "moment": ["moment_code"]}
PLAIN = pd.DataFrame(
    [(key if key in ("p1", "p2", "p3") else None, LETTERS[letter], int(digit)) for key, letter, digit, _ in ROWS],
    columns=["key", "letter_code", "digit_code"],
)


def test_what_stands_for_no_key_is_no_patient(table: object) -> None:
    people = engine.number_patients(table)
    assert (people.patients, people.most_records) == (3, 3)


@pytest.mark.parametrize(("most", "grid"), [(1, 1_000_000), (100_000, 1_000_000), (100_000, 1)])
def test_counts_equal_counting_record_by_record(
    table: object, most: int, grid: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "LARGEST_SUMMED", most)  # each by itself, or all summed from one
    monkeypatch.setattr(counting, "MOST_PLACES", grid)
    records = decode_records(table, dictionaries(table), DECODED, engine.number_patients(table))
    groupings = [
        Grouping(columns=(), patients=True), Grouping(columns=("letter_code",), patients=True),
        Grouping(columns=("digit_code",)), Grouping(columns=("letter_code", "digit_code"), patients=True),
    ]  # fmt: skip
    found = cube(records, groupings, varying=("digit_code",))
    everyone = found[groupings[0]].iloc[0]
    assert (everyone["records"], everyone["keyed"], everyone["patients"]) == (10, 6, 3)
    for grouping in groupings[1:]:
        by = PLAIN.groupby(list(grouping.columns))
        expected = pd.DataFrame({"records": by.size(), "keyed": by["key"].count()})
        if grouping.patients:
            expected["patients"] = by["key"].nunique()
        actual = found[grouping].set_index(list(grouping.columns))
        pd.testing.assert_frame_equal(actual, expected, check_dtype=False, check_index_type=False)


def test_a_key_that_decides_nothing_is_not_joined_on(table: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(joins, "LOOKING", 0)
    monkeypatch.setattr(joins, "LOOKING_EACH", 0)
    pairs = engine.tally(table, ["letter", "moment", "digit"])
    blank = pairs["letter"].isna()
    places = pairs["letter"].map(lambda value: LETTERS[None if pd.isna(value) else value])
    asked = {
        "by letter": places.astype("int64"),
        "by both": (places * 2 + (pairs["digit"] == "2")).astype("int64"),
        "by all": pd.Series(range(len(pairs))),
    }
    expected_keys = {"by letter": ("letter",), "by both": ("letter", "digit"), "by all": ("letter", "moment", "digit")}
    assert blank.any()
    for name, code in asked.items():
        dictionary = Dictionary(
            subject="pair", keys=("letter", "moment", "digit"), frame=pairs.assign(code=code, other=code % 2)
        )
        found = joins.with_deciding_keys(dictionary, ["code", "other"])
        assert found.keys == expected_keys[name]
        records = decode_records(table, [dictionary], {"pair": ["code"]}, None)
        counted = cube(records, [Grouping(columns=("code",))])[Grouping(columns=("code",))]
        expected = pairs["records"].groupby(code).sum()
        assert dict(zip(counted["code"], counted["records"], strict=True)) == expected.to_dict()


def test_patients_with_two_values_at_one_moment_are_told_from_those_with_one(table: object) -> None:
    records = decode_records(table, dictionaries(table), DECODED, engine.number_patients(table))
    found = coincidences(records, "moment_code", "letter_code")
    # p1 has a and b at x; p2 a twice at x; p3 one record only.
    assert found.to_dict("list") == {"different": [0, 1], "patients": [1, 1]}


def test_without_keys_every_record_counts_and_no_patient(table: object) -> None:
    records = decode_records(engine.with_patient_key(table, None), dictionaries(table), DECODED, None)
    found = cube(records, [Grouping(columns=("digit_code",), patients=True)])
    assert found[Grouping(columns=("digit_code",), patients=True)]["patients"].tolist() == [0, 0]


def test_sharing_patients_are_exact_where_few_and_enough_where_many(table: object) -> None:
    people = engine.number_patients(table)
    found = engine.tally_shared(table, "digit", people, 2).set_index("digit")["patients"]
    assert found["1"] == 2  # five records; one patient may have three
    assert found["2"] >= 2
    alone = engine.tally_shared(table, "digit", None, 2).set_index("digit")["patients"]
    assert alone.to_dict() == {"1": 5, "2": 5}


def test_a_tally_of_fewer_fields_is_added_up_from_a_finer_one(table: object) -> None:
    fine = engine.tally(table, ["letter", "digit"])
    finer = [Dictionary(subject="both", keys=("letter", "digit"), frame=fine)]
    for keys in (["letter"], ["digit"]):
        pd.testing.assert_frame_equal(
            engine.tally(table, keys, finer=finer), engine.tally(table, keys), check_dtype=False
        )


def test_a_dictionary_carries_the_columns_of_one_with_fewer_keys(table: object) -> None:
    letters, digits, moments = dictionaries(table)
    fine = engine.tally(table, ["letter", "digit"])
    both = Dictionary(subject="both", keys=("letter", "digit"), frame=fine.assign(pair_code=range(len(fine))))
    people = engine.number_patients(table)
    columns = ["letter_code", "digit_code", "moment_code"]
    apart = decode_records(table, [letters, digits, moments], DECODED, people).table.to_pandas()
    folded = decode_records(table, [letters, both, digits, moments], DECODED | {"both": ["pair_code"]}, people)
    together = folded.table.to_pandas()
    assert together["pair_code"].notna().all()
    order = ["patient", *columns]
    pd.testing.assert_frame_equal(
        together[order].sort_values(order, ignore_index=True), apart[order].sort_values(order, ignore_index=True)
    )
