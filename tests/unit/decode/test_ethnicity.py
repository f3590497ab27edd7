"""Classes, groups and the two national standards, side by side."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from equity_audit.decode.ethnicity import CLASSES, NO_PLACE, PLACES, decode_ethnicity
from equity_audit.decode.ethnicity_2021 import compare_fields
from equity_audit.decode.grouping import (
    CODES,
    GROUP_ONLY,
    GROUPS,
    describe_grouping,
    group_labels,
    require_same_grouping,
)
from equity_audit.decode.readings import Reading
from equity_audit.errors import UsageError
from equity_audit.ethnic_facts import dqmi_score, standards_of


def decoded(values: list[str | None], **how: object) -> pd.DataFrame:
    tally = pd.DataFrame({"ethnicity": pd.Series(values, dtype=object), "records": 1})
    return decode_ethnicity(tally, **how)[0].frame  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("raw", "exact", "vodim", "ethnic_class"),
    [
        ("A", "yes", "valid", "valid"),
        ("a", "no", "valid", "valid"),
        ("A ", "no", "valid", "valid"),
        (" A", "no", "invalid", "valid"),
        ("A*", "no", "valid", "valid"),
        ("C3", "no", "valid", "valid"),
        ("Z", "yes", "other", "not_stated"),
        ("99", "yes", "default", "not_known"),
        ("9", "no", "invalid", "not_known"),
        ("X", "no", "invalid", "not_known"),
        ("NULL", "no", "valid", "missing"),  # a first character alone makes African of it
        ("NS", "no", "valid", "not_stated"),
        ("Ａ", "no", "invalid", "valid"),
        ("", "no", "missing", "missing"),
        ("  ", "no", "missing", "missing"),
        (None, "no", "missing", "missing"),
        ("7", "no", "invalid", "invalid"),
    ],
)  # fmt: skip
def test_two_standards_and_ours(raw: str | None, exact: str, vodim: str, ethnic_class: str) -> None:
    row = decoded([raw]).iloc[0]
    assert (row["exact"], row["vodim"], row["ethnic_class"]) == (exact, vodim, ethnic_class)


def test_standards_are_counts_of_records() -> None:
    tally = pd.DataFrame({"ethnicity": ["A", "a", "Z", "99", "9", ""], "records": [50, 5, 10, 20, 10, 5]})
    found = standards_of(decode_ethnicity(tally)[0])
    assert found["standards"] == {"exact": 80, "first_character": 85, "decoded": 95}
    assert found["vodim"] == {"valid": 55, "other": 10, "default": 20, "invalid": 10, "missing": 5}


@pytest.mark.parametrize(("threshold", "score"), [(0.0, 65.0), (0.05, 70.0), (0.2, 85.0), (1.0, 85.0)])
def test_dqmi_counts_defaults_above_its_threshold_out(threshold: float, score: float) -> None:
    vodim = {"valid": 55, "other": 10, "default": 20, "invalid": 10, "missing": 5}
    assert dqmi_score(vodim, threshold) == pytest.approx(score)
    assert dqmi_score(dict.fromkeys(vodim, 4), threshold) is None


@pytest.mark.parametrize(
    ("size", "grouping", "chinese"),
    [(5, "2001", "Other"), (5, "2021", "Asian"), (6, "2001", "Chinese"), (6, "2021", "Chinese"),
     (16, "2001", "Other Ethnic Groups - Chinese")],
)  # fmt: skip
def test_chinese_has_its_place_in_every_grouping(size: int, grouping: str, chinese: str) -> None:
    frame = decoded(["R", "A", "S"], grouping=grouping, groups=size)
    labels = group_labels(size)
    assert labels[frame["ethnic_group"].iloc[0]] == chinese
    assert GROUPS[frame["ethnic_high_group"].iloc[0]] == ("Other" if grouping == "2001" else "Asian")
    assert describe_grouping(grouping, size)


def test_group_only_answers_keep_their_group_and_no_code_of_sixteen() -> None:
    frame = decoded(["T", "W", "Gypsy or Irish Traveller"], groups=16)
    assert {group_labels(16)[position] for position in frame["ethnic_group"]} == {GROUP_ONLY}
    assert [GROUPS[position] for position in frame["ethnic_high_group"]] == ["White", "Other", "White"]


@given(
    st.lists(
        st.text(max_size=4) | st.sampled_from([*CODES, "Z", "99", "T", "W", "9", "X", ""]), min_size=1, unique=True
    )
)
def test_every_value_has_one_class_and_its_positions_agree(values: list[str]) -> None:
    for size in (5, 6, 16):
        frame = decoded(list(values), groups=size)
        assert frame["ethnic_class"].isin(CLASSES).all()
        usable = frame["ethnic_class"] == "valid"
        assert (frame["ethnic_class_code"] == frame["ethnic_class"].map(CLASSES.index)).all()
        assert ((frame["ethnic_place"] < NO_PLACE) == usable).all()
        assert ((frame["ethnic_high_group"] < 5) == usable).all()
        assert ((frame["ethnic_group"] < len(group_labels(size)) - 4) == usable).all()
        for place, code in zip(frame["ethnic_place"], frame["ethnic_code"], strict=True):
            assert place == NO_PLACE or not isinstance(code, str) or PLACES[place] == code


def test_a_population_in_the_other_grouping_is_refused() -> None:
    require_same_grouping("2001", "2001")
    with pytest.raises(UsageError, match=r"Chinese stands in Other here .* but in Asian in the census"):
        require_same_grouping("2001", "2021", "the census")
    with pytest.raises(UsageError, match="no ethnic grouping"):
        require_same_grouping("2001", "2011")


def test_the_second_field_against_the_first() -> None:
    tally = pd.DataFrame(
        {
            "ethnicity_2021": ["wbr", "AIN", "", None, "XXX", "NSX", "wbr"],
            "ethnicity": ["A", "J", "A", "A", "A", "A", "N"],
            "records": [10, 20, 30, 5, 2, 1, 4],
        }
    )
    first, _ = decode_ethnicity(tally.groupby("ethnicity", as_index=False)["records"].sum())
    mapping = {"WBR": Reading("valid", "A", "declared"), "AIN": Reading("valid", "H", "declared"),
               "NSX": Reading("not_stated", "Z", "declared")}  # fmt: skip
    frame = compare_fields(tally, first, mapping, "2001")
    assert frame["filled_2021"].tolist() == ["yes", "yes", "no", "no", "yes", "yes", "yes"]
    assert frame["mapped_2021"].tolist() == ["yes", "yes", "", "", "no", "yes", "yes"]
    assert frame["fields_agree"].tolist() == ["same code", "same group", "", "", "", "", "differs"]
    assert frame["records"].sum() == 72
    unmapped = compare_fields(tally, first, None, "2001")
    assert set(unmapped.loc[unmapped["filled_2021"] == "yes", "mapped_2021"]) == {"no"}
