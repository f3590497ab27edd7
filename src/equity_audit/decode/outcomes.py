"""Raw outcome fields → in the numerator, in the denominator only, or apart and why.

Definitions are data (`datasets/*.yaml`); here they are applied to the distinct combinations of their fields.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from equity_audit.conditions import fields_of, holds
from equity_audit.datasets.definitions import DERIVED_FROM, PER_PATIENT, OutcomeDefinition
from equity_audit.decode.age import age_in_years
from equity_audit.decode.dates import is_open_end, minutes_of_day, read_dates
from equity_audit.decode.numbers import whole_numbers
from equity_audit.decode.places import by_distinct
from equity_audit.decode.window import outside_window
from equity_audit.errors import UsageError
from equity_audit.model import Dictionary

APART, DENOMINATOR, NUMERATOR = 0, 1, 2
OTHER_CENSUS = "other census dates"
NOT_COVERED = "not among the records this outcome covers"
OUTSIDE_WINDOW = "records outside the twelve months, or without a date"
# Fields of many thousand codes: only those that an outcome asks for are kept apart, in a column of this ending.
MANY_CODES = ("procedure", "diagnosis")
ASKED = "_asked"


def can_be_told(outcome: OutcomeDefinition, mapped: frozenset[str], *, keyed: bool = True) -> bool:
    """Whether the extract has the columns, and the patient key, without which the outcome cannot be counted."""
    return (keyed or outcome.least is None) and all(_available(name, mapped) for name in outcome.needs())


def not_applied(outcome: OutcomeDefinition, mapped: frozenset[str], filled: frozenset[str]) -> tuple[str, ...]:
    """What should be left apart and is not, because the column that tells it is missing or blank throughout."""

    def can_tell(condition: Mapping[str, Any]) -> bool:
        told_by_blanks = condition["field"] == "open_pathway" or "blank" in condition
        return _available(condition["field"], mapped if told_by_blanks else filled)

    return tuple(name for name, when in outcome.apart if not all(can_tell(condition) for condition in when))


def raw_fields(outcome: OutcomeDefinition, mapped: frozenset[str]) -> frozenset[str]:
    """The mapped fields an outcome's conditions read."""
    return (
        frozenset(raw for name in fields_of(outcome.conditions()) for raw in DERIVED_FROM.get(name, (name,))) & mapped
    )


def shared_tallies(
    outcomes: Sequence[OutcomeDefinition], mapped: frozenset[str]
) -> list[tuple[tuple[str, ...], list[OutcomeDefinition]]]:
    """Outcomes whose fields lie within another's are decoded from its tally: fewer passes over the records."""
    shared: list[tuple[frozenset[str], list[OutcomeDefinition]]] = []
    for outcome in sorted(outcomes, key=lambda each: -len(raw_fields(each, mapped))):
        fields = raw_fields(outcome, mapped)
        home = next((members for wider, members in shared if fields <= wider), None)
        if home is None:
            shared.append((fields, [outcome]))
        else:
            home.append(outcome)
    return [
        (tuple(sorted(f"{name}{ASKED}" if name in MANY_CODES else name for name in fields)), members)
        for fields, members in shared
    ]


def asked_codes(tally: pd.DataFrame, field: str, outcomes: Sequence[OutcomeDefinition]) -> Dictionary:
    """Keep the codes of a field that some outcome asks for; all others are ``-``, blank stays blank."""
    text = _tidy(tally[field])
    asked = pd.Series(False, index=tally.index)
    for condition in (each for outcome in outcomes for each in outcome.conditions() if each["field"] == field):
        if "starts_with" in condition:
            asked |= text.str.startswith(tuple(condition["starts_with"]))
        asked |= text.isin([*condition.get("in", ()), *condition.get("not_in", ())])
    kept = text.where(asked | (text == ""), "-")
    return Dictionary(subject=f"{field}{ASKED}", keys=(field,), frame=tally.assign(**{f"{field}{ASKED}": kept}))


def decode_outcomes(
    tally: pd.DataFrame, outcomes: Sequence[OutcomeDefinition], census: str | None = None
) -> Dictionary:
    """Give each distinct combination of the outcomes' fields its place in each outcome.

    Returns
    -------
        For each outcome ``<name>`` (0 apart, 1 denominator only, 2 numerator) and ``<name>_apart`` (why apart, else
        blank). Where patients are counted there is no 2: whether a patient has the outcome takes all their records.

    Raises
    ------
    UsageError
        Several census dates, and none chosen.
    """
    keys = tuple(str(name) for name in tally if name not in ("records", "patients"))
    raw = tally.rename(columns=lambda name: str(name).removesuffix(ASKED))
    values = _with_derived(raw)
    decoded: dict[str, Any] = {}
    for outcome in outcomes:
        place, why = _place(raw, values, outcome, census)
        decoded |= {outcome.name: place, f"{outcome.name}_apart": why}
    frame = tally.join(pd.DataFrame(decoded, index=tally.index))
    return Dictionary(subject=f"outcomes_{outcomes[0].name}", keys=keys, frame=frame)


def _place(
    raw: pd.DataFrame, values: pd.DataFrame, outcome: OutcomeDefinition, census: str | None
) -> tuple[pd.Series[Any], pd.Series[Any]]:
    why = pd.Series("", index=raw.index, dtype=object)
    if "rtt_start" in raw and "week_ending" in raw:
        why[_outside_census(raw, census)] = OTHER_CENSUS
    if outcome.least is not None:
        why[outside_window(raw)] = OUTSIDE_WINDOW
    why[(why == "") & ~holds(values, outcome.filter)] = NOT_COVERED
    for name, when in outcome.apart:
        if fields_of(when) <= set(values.columns):
            why[(why == "") & holds(values, when)] = name
    counted = (why == "") & holds(values, _of_a_record(outcome.denominator))
    why[(why == "") & ~counted] = NOT_COVERED
    had = counted & holds(values, outcome.numerator) if outcome.least is None else counted & False
    return counted.astype("int8") + had.astype("int8"), why


def _of_a_record(conditions: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [condition for condition in conditions if condition["field"] != PER_PATIENT]


def apart_counts(dictionary: Dictionary, name: str) -> Mapping[str, int]:
    """How many records are outside an outcome, by reason, most first."""
    frame = dictionary.frame
    counts = frame[frame[name] == APART].groupby(f"{name}_apart")["records"].sum()
    return {str(why): int(number) for why, number in counts.sort_values(ascending=False, kind="stable").items()}


def _tidy(column: pd.Series[Any]) -> pd.Series[Any]:
    """Upper case, trimmed; blank where there is none."""
    return by_distinct(column, lambda value: "" if value is None or value != value else str(value).strip().upper())


def _available(name: str, mapped: frozenset[str]) -> bool:
    if name == "department_minutes":
        return "minutes_in_department" in mapped or {"arrival_time", "departure_time"} <= mapped
    return set(DERIVED_FROM.get(name, (name,))) <= mapped


def _with_derived(tally: pd.DataFrame) -> pd.DataFrame:
    """Tidied codes (upper case, trimmed) and the derived numbers that the fields allow."""
    fields = [name for name in tally if name not in ("records", "patients")]
    values = tally[fields].apply(_tidy)
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
    if "age" in fields:
        derived["age_years"] = age_in_years(tally["age"])
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
