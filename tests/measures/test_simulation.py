"""How often intervals hold the truth: 2,000 seeded draws each, figures printed (run with -s to see them)."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from equity_audit import measures

DRAWS = 2_000
pytestmark = pytest.mark.slow


def covers(frame, truth):
    return float(np.mean((frame["lower"] <= truth) & (frame["upper"] >= truth)))


def told(name, got, expected=None):
    print(f"\n{name}: {100 * got:.1f} %" + ("" if expected is None else f" (exactly {100 * expected:.1f} %)"), end="")
    return got


@pytest.mark.parametrize(("n", "share"), [(20, 0.1), (50, 0.3), (100, 0.02), (300, 0.5), (1000, 0.08)])
def test_coverage_of_proportion(n, share):
    random = np.random.default_rng(1)
    draws = pd.DataFrame({"numerator": random.binomial(n, share, DRAWS), "denominator": n})
    every = measures.proportion(pd.DataFrame({"numerator": range(n + 1), "denominator": n}))
    held = (every["lower"] <= share) & (every["upper"] >= share)
    exact = float(stats.binom.pmf(np.arange(n + 1), n, share) @ held)
    assert told(f"proportion n={n} p={share}", covers(measures.proportion(draws), share), exact) == pytest.approx(
        exact, abs=0.015
    )


@pytest.mark.parametrize("mean", [1, 4, 9.5, 30, 200])
def test_coverage_of_rate(mean):
    random = np.random.default_rng(2)
    draws = pd.DataFrame({"events": random.poisson(mean, DRAWS), "denominator": 1})
    counts = np.arange(400)
    every = measures.rate(pd.DataFrame({"events": counts, "denominator": 1}), multiplier=1)
    exact = float(stats.poisson.pmf(counts, mean) @ ((every["lower"] <= mean) & (every["upper"] >= mean)))
    got = covers(measures.rate(draws, multiplier=1), mean)
    assert told(f"rate mean={mean}", got, exact) == pytest.approx(exact, abs=0.015)
    assert exact > 0.93


@pytest.mark.parametrize("events", [30, 100, 1000])
def test_coverage_of_standardised_rate(events):
    random = np.random.default_rng(3)
    population = np.array([4000, 3000, 2000, 1000])
    standard = np.array([3000, 3000, 2500, 1500])
    rates = np.array([1, 2, 4, 8]) * events / (population @ [1, 2, 4, 8])
    frame = pd.DataFrame(
        {
            "group": np.repeat(np.arange(DRAWS), 4),
            "stratum": np.tile(np.arange(4), DRAWS),
            "events": random.poisson(rates * population, (DRAWS, 4)).ravel(),
            "population": np.tile(population, DRAWS),
            "standard_population": np.tile(standard, DRAWS),
        }
    )
    got = covers(measures.standardised_rate(frame, multiplier=1), float(rates @ standard / standard.sum()))
    assert 0.93 <= told(f"standardised rate, {events} events", got) <= 0.97


@pytest.mark.parametrize(("n1", "p1", "n0", "p0"), [(300, 0.1, 600, 0.05), (400, 0.2, 400, 0.2), (100, 0.6, 900, 0.3)])
def test_coverage_of_relative_risk(n1, p1, n0, p0):
    random = np.random.default_rng(4)
    inside = {"score": 0, "katz": 0, "difference": 0}
    drawn = pd.DataFrame({"numerator": random.binomial(n1, p1, DRAWS), "other": random.binomial(n0, p0, DRAWS)})
    for x0, rows in drawn.groupby("other"):  # all draws with the same comparator are groups of one frame
        one = pd.DataFrame({"group": ["b"], "numerator": [x0], "denominator": [n0]})
        frame = pd.concat([rows.reset_index(drop=True).assign(group=range(len(rows)), denominator=n1), one])
        got = {method: measures.relative_risk(frame, "b", method=method) for method in ("score", "katz")}
        got["difference"] = measures.risk_difference(frame, "b")
        for name, answers in got.items():
            pairs = answers[answers["against"] == "b"]
            inside[name] += len(pairs) * covers(pairs, p1 - p0 if name == "difference" else p1 / p0)
    for name, times in inside.items():
        assert 0.93 <= told(f"relative risk, {name}, {p1} against {p0}", times / DRAWS) <= 0.97


@pytest.mark.parametrize("basis", ["local", "national"])
def test_coverage_of_slope_index(basis):
    random = np.random.default_rng(5)
    population = np.array([900, 800, 700, 600, 500])
    weight = population / population.sum()
    ridit = np.cumsum(weight) - weight / 2 if basis == "local" else np.arange(0.1, 1, 0.2)
    share = 0.2 - 0.12 * ridit
    shares = measures.proportion(
        pd.DataFrame(
            {
                "numerator": random.binomial(population, share, (DRAWS, 5)).ravel(),
                "denominator": np.tile(population, DRAWS),
            }
        )
    ).assign(order=np.tile(np.arange(1, 6), DRAWS), population=np.tile(population, DRAWS))
    inside = {"sii": 0, "rii": 0}
    truth = {"sii": 0.12, "rii": 0.2 / 0.08}
    for draw in range(DRAWS):
        rows = shares.iloc[5 * draw : 5 * draw + 5]
        got = measures.slope_index(rows, "proportion", basis).set_index("measure")
        for name in inside:
            inside[name] += got.loc[name, "lower"] <= truth[name] <= got.loc[name, "upper"]
    for name, times in inside.items():
        assert 0.93 <= told(f"{name}, {basis}", times / DRAWS) <= 0.97


def test_coverage_of_clustered_proportion():
    """Patients repeat six-fold; a record's outcome is mostly the patient's own."""
    random = np.random.default_rng(6)
    patients, truth = 200, 0.3
    own = random.beta(truth * 1.5, (1 - truth) * 1.5, (DRAWS, patients))
    records = 1 + random.poisson(5, (DRAWS, patients))
    x = random.binomial(records, own)
    frame = pd.DataFrame(
        {"group": np.repeat(np.arange(DRAWS), patients), "numerator": x.ravel(), "denominator": records.ravel()}
    )
    got = measures.clustered_proportion(frame)
    plain = measures.proportion(pd.DataFrame({"numerator": x.sum(axis=1), "denominator": records.sum(axis=1)}))
    assert told("plain Wilson on repeated patients", covers(plain, truth)) < 0.85
    print(f"; median design effect {got['design_effect'].median():.2f}", end="")
    assert 0.93 <= told("clustered", covers(got, truth)) <= 0.97


def test_no_difference_matches_what_six_equal_groups_show():
    random = np.random.default_rng(7)
    n, share = np.array([15200, 620, 3100, 1800, 700, 380]), 0.09
    drawn = random.binomial(n, share, (DRAWS, 6)) / n
    ratio = np.median(drawn.max(axis=1) / drawn.min(axis=1))
    print(f"\nsix equal groups: median largest ÷ smallest {ratio:.2f}", end="")
    assert 1.2 < ratio < 1.6
    frame = pd.DataFrame(
        {"group": list("abcdef"), "population": n, "value": share, "se": np.sqrt(share * (1 - share) / n)}
    )
    expected = measures.between_group(frame).set_index("measure")["no_difference"]
    mean = (drawn @ n / n.sum())[:, None]
    seen = float(np.mean(np.abs(drawn - mean) @ n / n.sum() / mean[:, 0]) * 100)
    assert told("idis by chance, per cent ÷ 100", seen / 100) == pytest.approx(
        expected["idis_weighted"] / 100, rel=0.05
    )
