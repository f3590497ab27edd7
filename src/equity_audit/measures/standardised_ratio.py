"""Observed against expected events, and the indirectly standardised rate."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from equity_audit.measures._intervals import poisson
from equity_audit.measures._shape import Floats, keys, measurements, numbers, refuse, require, z_value

PER = 100_000


def standardised_ratio(
    frame: pd.DataFrame, reference: pd.DataFrame, by: str | Sequence[str] = "group", level: float = 0.95
) -> pd.DataFrame:
    """Compare each group's events with those expected at the reference's rates.

    Reads the `by` columns, `stratum`, `events` and `population`; `reference` has one row a `stratum` with
    `events` and `population`. Two rows a group; `n` is the observed events, `expected` the expected.

    Interpretation
    --------------
    `standardised_ratio` is 1 when there are as many events as expected, 1.2 when there are 20 % more.
    `indirectly_standardised_rate` is that ratio times the reference's crude rate, per 100,000.

    Applicability
    -------------
    Groups too small to be directly standardised. Two such ratios compare each group with the reference, and
    compare with each other only if the groups have the same make-up.

    Method
    ------
    Expected = Σ population × the reference's rate in that stratum, strata matched by name. Ends: those of the
    observed count ÷ expected, exact below 10 events and Byar from 10; the column `method` says which.

    Small numbers
    -------------
    No observed events give 0 with a finite upper end. Nothing expected is withheld.

    Warning
    -------
    The expected count is taken as known: with a reference hardly larger than the group, the interval is too narrow.

    References
    ----------
    Breslow NE, Day NE (1987), Statistical Methods in Cancer Research II, IARC, ch 2.
    """
    z = z_value(level)
    names = [by] if isinstance(by, str) else list(by)
    require(frame, [*names, "stratum"])
    require(reference, ["stratum"])
    refuse(np.asarray(frame.duplicated([*names, "stratum"])), "stratum repeats an earlier row of its group")
    refuse(np.asarray(reference["stratum"].duplicated()), "reference stratum repeats an earlier row")
    x, people = numbers(frame, "events"), numbers(frame, "population")
    reference_events, reference_people = numbers(reference, "events"), numbers(reference, "population")
    refuse(reference_people == 0, "reference population is 0")
    place = pd.Index(reference["stratum"]).get_indexer(pd.Index(frame["stratum"]))
    refuse(place < 0, "stratum has no partner in the reference")
    groups, code = keys(frame, names)
    strata_found = np.bincount(code)
    for group in np.flatnonzero(strata_found < len(reference)):
        label = ", ".join(map(str, groups.iloc[int(group)]))
        raise ValueError(f"a stratum of the reference has no partner in group {label}")

    observed: Floats = np.bincount(code, weights=x).astype(np.float64)
    rates = (reference_events / reference_people)[place]
    expected = np.bincount(code, weights=people * rates)
    lower, upper, method = poisson(observed, level, z)
    total = reference_people.sum()
    crude = PER * reference_events.sum() / total if total else np.nan
    per = 1 / np.where(expected > 0, expected, np.nan)
    scale = np.tile([1.0, crude], len(groups))
    return measurements(
        ["standardised_ratio", "indirectly_standardised_rate"] * len(groups),
        np.repeat(observed * per, 2) * scale,
        np.repeat(lower * per, 2) * scale,
        np.repeat(upper * per, 2) * scale,
        level=level,
        method=np.repeat(method, 2).tolist(),
        n=np.repeat(observed, 2),
        reason=["no events are expected" if none else None for none in np.repeat(expected == 0, 2)],
        first=groups.iloc[np.repeat(np.arange(len(groups)), 2)],
        more={"expected": np.repeat(expected, 2)},
    )
