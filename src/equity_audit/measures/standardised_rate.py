"""A directly standardised rate, also for repeat attenders."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from equity_audit.measures._intervals import byar
from equity_audit.measures._shape import keys, measurements, numbers, positive, refuse, require, z_value

FEWEST_EVENTS = 10


def standardised_rate(
    frame: pd.DataFrame,
    by: str | Sequence[str] = "group",
    level: float = 0.95,
    multiplier: float = 100_000,
    independent_events: bool = True,
) -> pd.DataFrame:
    """Give each group's rate as it would be if all groups had the standard population.

    Reads the `by` columns, `stratum`, `events`, `population` and `standard_population`. With
    `independent_events=False` a stratum has one row for each `event_frequency`, with `persons` in place of `events`;
    population and standard repeat within the stratum and count once. `n` is the number of events.

    Interpretation
    --------------
    Events per `multiplier` with differences in the make-up of the groups taken out.
    Comparable between groups that were standardised to the same population.

    Applicability
    -------------
    Groups with people in every stratum of the standard.

    Method
    ------
    Σ wᵢxᵢ/nᵢ ÷ Σ wᵢ. Interval after Dobson: rate + √(var/T)·(Byar(T) − T), with T events and
    var = Σ(wᵢ/nᵢ)²xᵢ ÷ (Σ wᵢ)². For repeat attenders xᵢ = Σ f·persons and, in var, Σ f²·persons.

    Small numbers
    -------------
    Withheld below 10 events (10 is kept), and where a stratum of the standard has no population in the group.

    Warning
    -------
    Depends on the standard: name it beside the figure. With independent events assumed, a few people who
    attend often make the interval too narrow.

    References
    ----------
    Dobson AJ et al (1991), Stat Med 10:457–462. Fay MP, Feuer EJ (1997), Stat Med 16:791–801.
    """
    z = z_value(level)
    positive("multiplier", multiplier)
    names = [by] if isinstance(by, str) else list(by)
    require(frame, [*names, "stratum"])
    strata = frame if independent_events else _gather(frame, names)
    refuse(np.asarray(strata.duplicated([*names, "stratum"])), "stratum repeats an earlier row of its group")
    x, n, weight = (numbers(strata, column) for column in ("events", "population", "standard_population"))
    squares = x if independent_events else numbers(strata, "squared_events")
    groups, code = keys(strata, names)

    def total(figures: np.ndarray) -> np.ndarray:
        return np.bincount(code, weights=figures)

    with np.errstate(divide="ignore", invalid="ignore"):
        each = np.where(n == 0, 0.0, weight / n)
        events, standard = total(x), total(weight)
        value = total(each * x) / standard
        variance = total(each**2 * squares) / standard**2
        low, high = byar(events, z)
        spread = np.sqrt(variance / events)
    used = strata.loc[weight > 0, "stratum"].nunique(dropna=False)
    covered = total(((weight > 0) & (n > 0)).astype(np.float64))
    return measurements(
        "standardised_rate",
        multiplier * value,
        multiplier * (value + spread * (low - events)),
        multiplier * (value + spread * (high - events)),
        level=level,
        method="dobson",
        n=events,
        reason=[
            _why_withheld(count, share, filled < used)
            for count, share, filled in zip(events, standard, covered, strict=True)
        ],
        first=groups,
    )


def _why_withheld(events: float, standard: float, gaps: bool) -> str | None:
    if events < FEWEST_EVENTS:
        return f"fewer than {FEWEST_EVENTS} events"
    if standard == 0:
        return "the standard population is 0"
    return "a stratum of the standard has no population in this group" if gaps else None


def _gather(frame: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    """Add up repeat attenders: one row a group and stratum, with its events and their squared frequencies."""
    often, persons = numbers(frame, "event_frequency"), numbers(frame, "persons")
    numbers(frame, "population"), numbers(frame, "standard_population")
    label = [*names, "stratum"]
    grouped = frame.groupby(label, sort=True, dropna=False, observed=True)
    for column in ("population", "standard_population"):
        differs = frame[column].to_numpy() != grouped[column].transform("first").to_numpy()
        refuse(np.asarray(differs, dtype=bool), f"{column} differs from an earlier row of its group and stratum")
    found, code = keys(frame, label)
    first = np.unique(code, return_index=True)[1]
    return found.assign(
        events=np.bincount(code, weights=often * persons),
        squared_events=np.bincount(code, weights=often**2 * persons),
        population=frame["population"].to_numpy()[first],
        standard_population=frame["standard_population"].to_numpy()[first],
    )
