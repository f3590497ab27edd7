"""Every published table is met, none skipped."""

import pytest

from measures.oracles import ORACLES, PUBLISHED


@pytest.mark.parametrize("name", ORACLES)
def test_published_answers_are_met(name):
    compared = list(ORACLES[name]())
    assert compared
    for one in compared:
        worst = one.errors.max(initial=0.0)
        assert worst <= one.tolerance, f"{one.measure}, {one.what}: {worst:.3g} above {one.tolerance:.3g}"


def test_every_table_is_used():
    stems = {path.stem for path in PUBLISHED.glob("*.csv")}
    joined = {"_input", "_expected", "_limits", "_significance", "_reference"}
    unused = {
        stem for stem in stems if stem not in ORACLES and not any(stem.removesuffix(end) in ORACLES for end in joined)
    }
    assert unused == {"dsr_nonindependent_expected", "dsr_nonindependent_input", "xmr_cases"}  # read beside others
