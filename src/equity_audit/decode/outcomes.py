"""Raw outcome fields → in the numerator, in the denominator only, or apart and why.

Definitions are data (`datasets/*.yaml`); here they are applied to the distinct combinations of their fields.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from equity_audit.conditions import fields_of, holds
from equity_audit.datasets import DERIVED_FROM, OutcomeDefinition
from equity_audit.decode.dates import is_open_end, minutes_of_day, read_dates
from equity_audit.decode.numbers import whole_numbers
from equity_audit.errors import UsageError
from equity_audit.model import Dictionary

APART, DENOMINATOR, NUMERATOR = 0, 1, 2
OTHER_CENSUS = "other census dates"
NOT_COVERED = "not among the records this outcome covers"


def can_be_told(outcome: OutcomeDefinition, mapped: frozenset[str]) -> bool:
    """Whether the extract has the columns without which the outcome cannot be counted."""
    return all(_available(name, mapped) for name in outcome.needs())


def raw_fields(outcome: OutcomeDefinition, mapped: frozenset[str]) -> tuple[str, ...]:
    """The mapped fields an outcome's conditions read, in a fixed order."""
    conditions = [*outcome.numerator, *outcome.denominator, *(c for _, when in outcome.apart for c in when)]
    named = {raw for name in fields_of(conditions) for raw in DERIVED_FROM.get(name, (name,))}
    return tuple(sorted(named & mapped))


def decode_outcome(tally: pd.DataFrame, outcome: OutcomeDefinition, census: str | None = None) -> Dictionary:
    """Give each distinct combination of an outcome's fields its place.

    Returns
    -------
        ``<name>`` (0 apart, 1 denominator only, 2 numerator) and ``<name>_apart`` (why apart, else blank).

    Raises
    ------
    UsageError
        Several census dates, and none chosen.
    """
    keys = tuple(str(name) for name in tally if name not in ("records", "patients"))
    values = _with_derived(tally)
    why = pd.Series("", index=tally.index, dtype=object)
    if "week_ending" in tally:
        why[_outside_census(tally, census)] = OTHER_CENSUS
    for name, when in outcome.apart:
        if fields_of(when) <= set(values.columns):
            why[(why == "") & holds(values, when)] = name
    counted = (why == "") & holds(values, outcome.denominator)
    why[(why == "") & ~counted] = NOT_COVERED
    place = counted.astype("int8") + (counted & holds(values, outcome.numerator)).astype("int8")
    decoded = pd.DataFrame({outcome.name: place, f"{outcome.name}_apart": why})
    frame = tally.join(decoded)
    return Dictionary(subject=outcome.name, keys=keys, frame=frame)


def apart_counts(dictionary: Dictionary) -> Mapping[str, int]:
    """How many records are outside an outcome, by reason, most first."""
    frame = dictionary.frame
    counts = frame[frame[dictionary.subject] == APART].groupby(f"{dictionary.subject}_apart")["records"].sum()
    return {str(name): int(number) for name, number in counts.sort_values(ascending=False, kind="stable").items()}


def _available(name: str, mapped: frozenset[str]) -> bool:
    if name == "department_minutes":
        return "minutes_in_department" in mapped or {"arrival_time", "departure_time"} <= mapped
    return set(DERIVED_FROM.get(name, (name,))) <= mapped


def _with_derived(tally: pd.DataFrame) -> pd.DataFrame:
    """Tidied codes (upper case, trimmed) and the derived numbers that the fields allow."""
    fields = [name for name in tally if name not in ("records", "patients")]
    values: pd.DataFrame = tally[fields].astype("str").where(tally[fields].notna(), "")
    values = values.apply(lambda column: column.str.strip().str.upper())
    derived: dict[str, Any] = {}
    if {"arrival_time", "departure_time"} <= set(fields):
        elapsed = minutes_of_day(tally["departure_time"]) - minutes_of_day(tally["arrival_time"])
        derived["department_minutes"] = elapsed.where(~(elapsed < 0), elapsed + 24 * 60)  # left the next day
    if "minutes_in_department" in fields:
        stated = whole_numbers(tally["minutes_in_department"])
        stated = stated.where(stated >= 0)
        derived["department_minutes"] = stated.fillna(derived.get("department_minutes", stated))
    if {"rtt_start", "week_ending"} <= set(fields):
        derived["waiting_days"] = (read_dates(tally["week_ending"]) - read_dates(tally["rtt_start"])).dt.days
    if "rtt_end" in fields:
        derived["open_pathway"] = is_open_end(tally["rtt_end"]).map({True: "yes", False: "no"})
    return values.join(pd.DataFrame(derived, index=tally.index))


def _outside_census(tally: pd.DataFrame, census: str | None) -> pd.Series[bool]:
    dates = read_dates(tally["week_ending"])
    found = sorted(dates.dropna().unique())
    if census is None:
        if len(found) > 1:
            raise UsageError(
                f"The extract holds {len(found)} census dates, so waiting times would be counted several times. "
                f"Choose one with --census, for example --census {pd.Timestamp(found[-1]):%Y-%m-%d}."
            )
        return pd.Series(False, index=tally.index)
    chosen = pd.to_datetime(census, format="%Y-%m-%d", errors="coerce")
    if pd.isna(chosen) or chosen not in found:
        raise UsageError("--census takes one of the extract's census dates, written YYYY-MM-DD.")
    return dates != chosen
