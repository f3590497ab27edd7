"""Slips of O for 0 and I for 1: suggested, never applied."""

import pandas as pd
import pytest

from equity_audit.decode.postcodes import suggest_postcode


@pytest.mark.parametrize(
    ("raw", "meant"),
    [
        ("SWIA 1AA", "SW1A 1AA"),
        ("M1 IAE", "M1 1AE"),
        ("m1iae", "M1 1AE"),
        ("LS1O 1AA", None),  # a postcode by its form: only a directory tells
        ("B33 8TH", None),
        ("ZZ99 3VZ", None),
        ("XQ1", None),
        ("", None),
        (None, None),
    ],
)
def test_suggestions(raw: object, meant: str | None) -> None:
    assert suggest_postcode(raw) == meant


def test_with_a_directory_a_suggestion_must_exist() -> None:
    known = pd.Index(["LS101AA", "M11AE"])
    assert suggest_postcode("LS1O 1AA", known) == "LS10 1AA"
    assert suggest_postcode("LS2O 1AA", known) is None


def test_two_ways_to_mend_it_are_none() -> None:
    known = pd.Index(["LO11AA", "L011AA"])
    assert suggest_postcode("LOI 1AA", known) is None
