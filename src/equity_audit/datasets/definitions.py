"""What an outcome is, as a dataset file or a file of one's own states it: data only, every word of it checked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from equity_audit.conditions import OPERATORS, check_conditions, fields_of
from equity_audit.errors import UsageError
from equity_audit.fields import FIELDS
from equity_audit.yamlfile import read_yaml

PER_PATIENT = "records_of_patient"
# Numbers and words worked out from fields; each is there when these fields are (a wait in minutes in two ways).
DERIVED_FROM = {
    "department_minutes": ("minutes_in_department", "arrival_time", "departure_time"),
    "waiting_days": ("rtt_start", "week_ending"),
    "open_pathway": ("rtt_end",),
    "age_years": ("age",),
    PER_PATIENT: ("activity_date",),
}
DERIVED = set(DERIVED_FROM)
UNITS = ("records", "pathways", "patients")
POLARITIES = ("adverse", "favourable")
REQUIRED = ("label", "description", "unit", "noun", "polarity", "numerator", "denominator")
OPTIONAL = ("headline", "filter", "apart")
_NAME = re.compile(r"[a-z][a-z0-9_]{2,39}")
# Columns of the cube and of counts; an outcome of that name would be taken for one.
_TAKEN = (
    {"ethnic_group", "patient_key", "records", "keyed", "patients", "events", "identity_blank"} | set(FIELDS) | DERIVED
)

Conditions = tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, kw_only=True)
class OutcomeDefinition:
    """An outcome as its file states it; conditions are those of `equity_audit.conditions`.

    ``filter`` says which records it speaks of, ``apart`` what is left out by name, ``denominator`` what is counted of the
    rest, ``numerator`` what has the outcome. With the unit ``patients``, ``least`` records in twelve months make one.
    """

    name: str
    label: str
    description: str
    unit: str
    noun: str
    polarity: str
    headline: bool
    filter: Conditions
    apart: tuple[tuple[str, Conditions], ...]
    numerator: Conditions
    denominator: Conditions
    least: int | None = None

    def needs(self) -> set[str]:
        """Fields and derived numbers without which the outcome cannot be told."""
        return fields_of((*self.filter, *self.numerator, *self.denominator))

    def raw_names(self) -> set[str]:
        """Fields that its numerator, denominator and filter are read from."""
        return {raw for name in self.needs() for raw in DERIVED_FROM.get(name, (name,))}

    def conditions(self) -> Conditions:
        """Every condition, those of the parts left out included."""
        return (*self.filter, *self.numerator, *self.denominator, *(each for _, when in self.apart for each in when))


def load_outcomes(path: Path) -> tuple[OutcomeDefinition, ...]:
    """Outcomes of a file of one's own: a mapping ``outcomes``, name by name. Raises UsageError."""
    try:
        content = path.read_bytes()
    except OSError:
        raise UsageError("--outcomes takes a YAML file, and none can be read at that path.") from None
    raw = read_yaml(content, "The outcomes file")
    outcomes = raw.get("outcomes") if isinstance(raw, dict) else None
    if not isinstance(outcomes, dict) or not outcomes or set(raw) != {"outcomes"}:
        raise UsageError("The outcomes file needs one key, `outcomes:`, with each outcome by its name below it.")
    return tuple(parse_outcome(name, stated, "The outcomes file") for name, stated in outcomes.items())


def parse_outcome(name: Any, raw: Any, file: str) -> OutcomeDefinition:
    """Check one outcome and give it; UsageError says which file, which outcome, what is wrong and what might be meant."""
    if not isinstance(name, str) or not _NAME.fullmatch(name) or name in _TAKEN or name.endswith("_code"):
        raise UsageError(
            f"{file}: an outcome's name is 3 to 40 small letters, digits and underscores, and not the name of a field."
        )
    where = f"{file}, outcome {name}"
    if not isinstance(raw, dict):
        raise UsageError(f"{where}: needs the keys {', '.join(REQUIRED)}.")
    for key in raw:
        _known(key, (*REQUIRED, *OPTIONAL), f"{where}: there is no key")
    missing = [key for key in REQUIRED if key not in raw]
    if missing:
        raise UsageError(f"{where}: lacks {', '.join(missing)}.")
    for key in ("label", "description", "noun"):
        if not isinstance(raw[key], str) or not raw[key][:1].isalpha():
            raise UsageError(f"{where}: `{key}` is words, and begins with a letter.")
    for key, choices in (("unit", UNITS), ("polarity", POLARITIES)):
        if raw[key] not in choices:
            raise UsageError(f"{where}: `{key}` is one of {', '.join(choices)}.")
    if not isinstance(raw.get("headline", True), bool):
        raise UsageError(f"{where}: `headline` is true or false.")
    numerator = _conditions(raw["numerator"], f"{where}, numerator")
    least = _least(numerator, where) if raw["unit"] == "patients" else None
    return OutcomeDefinition(
        name=name, label=raw["label"], description=" ".join(raw["description"].split()), unit=raw["unit"], noun=raw["noun"],
        polarity=raw["polarity"], headline=raw.get("headline", True), least=least, numerator=numerator,
        filter=_conditions(raw.get("filter", []), f"{where}, filter", empty=True),
        apart=_apart(raw.get("apart") or [], where),
        denominator=_conditions(raw["denominator"], f"{where}, denominator"),
    )  # fmt: skip


def _least(numerator: Conditions, where: str) -> int:
    wanted = numerator[0].get("at_least") if len(numerator) == 1 and numerator[0]["field"] == PER_PATIENT else None
    if not isinstance(wanted, int) or wanted < 1:
        raise UsageError(
            f"{where}: with `unit: patients` the numerator is {{field: {PER_PATIENT}, at_least: a number}}."
        )
    return wanted


def _apart(entries: Any, where: str) -> tuple[tuple[str, Conditions], ...]:
    if not isinstance(entries, list) or not all(
        isinstance(each, dict) and set(each) == {"name", "when"} for each in entries
    ):
        raise UsageError(f"{where}: `apart` is a list of {{name: what is left out, when: conditions}}.")
    return tuple((str(each["name"]), _conditions(each["when"], f"{where}, apart")) for each in entries)


def _conditions(stated: Any, where: str, *, empty: bool = False) -> Conditions:
    if not isinstance(stated, list) or not all(isinstance(each, dict) for each in stated) or not (stated or empty):
        raise UsageError(f"{where}: needs a list of conditions such as {{field: age_years, below: 18}}.")
    for condition in stated:
        for key in condition:
            _known(key, ("field", *OPERATORS), f"{where}: there is no word")
    check_conditions(stated, where)
    return tuple(_tidy(condition, where) for condition in stated)


def _tidy(condition: Mapping[str, Any], where: str) -> Mapping[str, Any]:
    field = condition["field"]
    _known(field, (*FIELDS, *DERIVED), f"{where}: there is no field")
    ((operator, wanted),) = ((key, value) for key, value in condition.items() if key != "field")
    if operator in ("in", "not_in", "starts_with"):
        if not isinstance(wanted, list) or not wanted or not all(isinstance(each, str) for each in wanted):
            raise UsageError(f'{where}: `{operator}` takes a list of codes in quotes, such as ["01", "02"].')
        # Values are compared tidied; derived words are ours.
        return condition if field in DERIVED else {"field": field, operator: [each.strip().upper() for each in wanted]}
    if operator in ("filled", "blank"):
        if not isinstance(wanted, bool):
            raise UsageError(f"{where}: `{operator}` takes true or false.")
    elif isinstance(wanted, bool) or not isinstance(wanted, int | float):
        raise UsageError(f"{where}: `{operator}` takes a number.")
    return condition


def _known(word: Any, words: Iterable[str], problem: str) -> None:
    words = list(words)
    if word in words:
        return
    near = get_close_matches(str(word), words, n=1)
    hint = f"Did you mean {near[0]}?" if near else f"Choose from: {', '.join(words)}."
    raise UsageError(f"{problem} called {word}. {hint}")
