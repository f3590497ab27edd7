import dataclasses

import pytest

from equity_audit.disclosure.profiles import load_profile, profile_from, profile_names
from equity_audit.errors import UsageError


def test_the_five_profiles():
    assert profile_names() == ["exact", "hes", "mhsds", "none", "opensafely"]
    ranges = {name: load_profile(name).primary for name in profile_names()}
    assert ranges == {"exact": (1, 7), "hes": (1, 7), "mhsds": (1, 4), "none": None, "opensafely": (1, 7)}
    assert {name: load_profile(name).values for name in ranges} == {
        "exact": 7,
        "hes": 7,
        "mhsds": 4,
        "none": 0,
        "opensafely": 7,
    }
    assert {name for name in ranges if load_profile(name).round_to == 5} == {"hes", "mhsds", "opensafely"}
    assert [name for name in ranges if load_profile(name).exact] == ["exact"]
    assert [name for name in ranges if load_profile(name).internal] == ["none"]
    for name in ranges:
        profile = load_profile(name)
        assert profile.name == name
        assert profile.description
        assert profile.source
        assert profile.minimum_denominator == (0 if name == "none" else 100)


def test_small_counts_are_hidden_and_zero_is_shown():
    hes = load_profile("hes")
    assert [count for count in range(12) if hes.hides(count)] == [1, 2, 3, 4, 5, 6, 7]
    assert not any(load_profile("none").hides(count) for count in range(12))


def test_profiles_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        load_profile("hes").primary = None


def test_an_unknown_profile_suggests_the_nearest():
    with pytest.raises(UsageError, match="Did you mean `mhsds`"):
        load_profile("MHSD")
    with pytest.raises(UsageError, match="Choose one of: exact, hes"):
        load_profile("../secrets")


def test_a_profile_of_ones_own():
    own = profile_from({"name": "ward", "primary": [1, 9], "round_to": 10})
    assert (own.primary, own.round_to, own.minimum_denominator) == ((1, 9), 10, 100)


@pytest.mark.parametrize(
    ("mapping", "says"),
    [
        ({"primary": [1, 7]}, "`name` is missing"),
        ({"name": "a"}, "`primary` is missing"),
        ({"name": "a", "primary": [7, 1]}, "smallest first"),
        ({"name": "a", "primary": [-1, 7]}, "smallest first"),
        ({"name": "a", "primary": 7}, "two whole numbers"),
        ({"name": "a", "primary": [True, 7]}, "two whole numbers"),
        ({"name": "a", "primary": [1, 7], "rond_to": 5}, "Did you mean `round_to`"),
        ({"name": "a", "primary": [1, 7], "zzz": 5}, "Known settings: name"),
        ({"name": "a", "primary": [1, 7], "round_to": 1}, "`round_to` must be"),
        ({"name": "a", "primary": [1, 7], "exact": "yes"}, "`exact` must be true or false"),
        ({"name": "a", "primary": [1, 7], "exact": True, "round_to": 5}, "no `round_to`"),
        ({"name": "a", "primary": None, "exact": True}, "needs a `primary`"),
        ({"name": 3, "primary": None}, "`name` must be text"),
        ({"name": "a", "primary": None, "decimals": -1}, "`decimals` must be"),
        (["a"], "must be a mapping"),
    ],
)
def test_a_wrong_profile_is_refused(mapping, says):
    with pytest.raises(UsageError, match=says):
        profile_from(mapping)
