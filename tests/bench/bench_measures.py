"""Time a million-row cube, aggregated and measured. Run: python tests/bench/bench_measures.py."""

from time import process_time

import numpy as np
import pandas as pd


def cube(rows: int = 1_000_000) -> pd.DataFrame:
    """Make a cube of fifths, ethnic groups, sites, age bands, sexes and months, with counts in each cell."""
    random = np.random.default_rng(0)
    sizes = {"order": 5, "group": 19, "site": 25, "age": 20, "sex": 3, "month": 24}
    frame = pd.DataFrame({name: random.integers(0, size, rows) for name, size in sizes.items()})
    frame["denominator"] = random.integers(1, 40, rows)
    frame["numerator"] = random.binomial(frame["denominator"], 0.1)
    return frame


def main() -> None:
    """Print the CPU seconds of each step, and of all."""
    frame = cube()
    start = process_time()
    from equity_audit import measures

    steps = {"imports": process_time() - start}
    counted = ["numerator", "denominator"]

    def step(name, work):
        begun = process_time()
        out = work()
        steps[name] = process_time() - begun
        return out

    cells = step("aggregate", lambda: frame.groupby(["order", "group", "site"], as_index=False)[counted].sum())
    groups = cells.groupby("group", as_index=False)[counted].sum()
    step("proportion of every row", lambda: measures.proportion(frame))
    step("proportion of every cell", lambda: measures.proportion(cells))
    step("missingness", lambda: measures.missingness(groups))
    step("relative_risk", lambda: measures.relative_risk(groups, 0))
    step("risk_difference", lambda: measures.risk_difference(groups, 0))
    fifths = cells.groupby("order", as_index=False)[counted].sum()
    shares = measures.proportion(fifths).assign(order=fifths["order"] + 1, population=fifths["denominator"])
    step("slope_index", lambda: measures.slope_index(shares, "proportion"))
    strata = frame.groupby(["group", "age"], as_index=False)[counted].sum()
    strata = strata.rename(columns={"age": "stratum", "numerator": "events", "denominator": "population"})
    step("standardised_rate", lambda: measures.standardised_rate(strata.assign(standard_population=1)))
    for name, seconds in steps.items():
        print(f"{name:28} {seconds:6.3f}")
    print(f"{'all, CPU seconds':28} {sum(steps.values()):6.3f}")


if __name__ == "__main__":
    main()
