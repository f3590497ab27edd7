"""Supplied scales held against the looked-up values: direction, width, edition."""

from collections.abc import Callable

import pandas as pd
import pytest

from equity_audit.decode.supplied import ScaleTest, compare_scales
from equity_audit.reference.imd import ImdTable, build_table

AREAS = 200
CODES = [f"E01{900_000 + n}" for n in range(1, AREAS + 1)]


def edition(name: str, step: int) -> ImdTable:
    ranks = [(n * step) % AREAS + 1 for n in range(AREAS)]
    return build_table(pd.DataFrame({"code": CODES, "rank": ranks, "published": pd.NA}), name, "2021", "")


USED, OTHER = edition("used", 1), edition("other", 7)
RANK, DECILE, QUINTILE = (USED.frame[name].astype(int) for name in ("rank", "decile", "quintile"))


def compare(field: str, texts: pd.Series, areas: int = AREAS) -> ScaleTest:
    tally = pd.DataFrame({field: texts.astype(str).to_numpy()[:areas], "records": 5})
    (test,) = compare_scales(tally, pd.Series(CODES[:areas]), USED, {"other": OTHER})
    return test


@pytest.mark.parametrize("field", ["imd_rank", "imd_decile", "imd_quintile"])
def test_a_right_scale_agrees(field: str) -> None:
    test = compare(field, USED.frame[field.removeprefix("imd_")].astype(int))
    assert (test.agreement, test.direction, test.explanation) == (1.0, "agrees", "")
    assert test.spearman == pytest.approx(1.0)
    assert test.compared == 5 * AREAS


@pytest.mark.parametrize(
    ("field", "texts", "explanation"),
    [
        ("imd_decile", DECILE - 1, "deciles counted from 0"),
        ("imd_quintile", QUINTILE - 1, "quintiles counted from 0"),
        ("imd_decile", QUINTILE, "quintiles"),
        ("imd_decile", -(-4 * RANK // AREAS), "quartiles"),
        ("imd_decile", OTHER.frame["decile"].astype(int), "IMD other"),
        ("imd_rank", OTHER.frame["rank"].astype(int), "IMD other"),
        ("imd_rank", DECILE, "deciles"),
        ("imd_decile", (DECILE + 3) % 10 + 1, "unexplained"),
    ],
)
def test_the_best_explanation_is_named(field: str, texts: pd.Series, explanation: str) -> None:
    test = compare(field, texts)
    assert test.agreement < 0.95
    assert test.explanation == explanation
    assert test.direction != "reversed"


@pytest.mark.parametrize(
    ("field", "turned"),
    [("imd_decile", lambda: 11 - DECILE), ("imd_quintile", lambda: 6 - QUINTILE), ("imd_rank", lambda: AREAS + 1 - RANK),
     ("imd_decile", lambda: 10 - DECILE)],
)  # fmt: skip
def test_a_turned_scale_is_reversed(field: str, turned: Callable[[], pd.Series]) -> None:
    assert compare(field, turned()).direction == "reversed"


def test_what_cannot_be_looked_up_is_not_compared() -> None:
    tally = pd.DataFrame({"imd_decile": ["1", "2"], "records": 500})
    (test,) = compare_scales(tally, pd.Series(["", ""]), USED, {})
    assert (test.compared, test.explanation, test.direction) == (0, "", "unclear")


def test_labels_are_read_before_they_are_compared() -> None:
    labels = DECILE.map(lambda n: f"{n:02d} Most deprived" if n == 1 else ("10 Least deprived" if n == 10 else str(n)))
    assert compare("imd_decile", labels).agreement == 1.0
