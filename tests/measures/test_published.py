"""Every published table is met, none skipped."""

import numpy as np
import pytest

from measures.oracles import ORACLES, PUBLISHED, read


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


def test_the_two_tables_of_the_rii_contradict_each_other():
    """Of the same groups they give two intervals, half of them further apart than the README's 1 % (rare events 4 %).

    The closed form is met to 1e-9, so no one interval meets both: `slope_index` has two, and each table is held
    against its own. It is not the simulation's noise: ours has a fifth of its draws, and agrees to 0.4 % of the width.
    """
    closed = read("sii_rii_closed_form").query("rank_basis == 'local'").set_index("case")
    beyond = {}
    for row in read("sii_expected").query("not transform").itertuples():
        ends = closed.loc[row.case, ["rii_lower_delta_log", "rii_upper_delta_log"]].to_numpy(float)
        ends = ends if row.multiplier == 1 else 1 / ends[::-1]
        simulated = np.array([row.rii_lower95, row.rii_upper95])
        apart = np.abs(ends - simulated).max() / np.ptp(simulated)
        if apart > (0.04 if row.case.startswith("rare_event") else 0.01):
            beyond[row.case, row.multiplier] = round(apart, 4)
    assert beyond == {
        ("dna_quintile", 1): 0.0106,
        ("dna_quintile", -1): 0.0134,
        ("rare_event_quintile", 1): 0.1048,
        ("rare_event_quintile", -1): 0.3562,
    }
