"""The outcomes of an extract: which can be told, how each record stands in them, what was left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from equity_audit import engine
from equity_audit.conditions import fields_of
from equity_audit.datasets import Dataset
from equity_audit.datasets.definitions import OutcomeDefinition
from equity_audit.decode.outcomes import (
    MANY_CODES,
    apart_counts,
    asked_codes,
    can_be_told,
    decode_outcomes,
    not_applied,
    raw_fields,
    shared_tallies,
)
from equity_audit.decode.window import window_words
from equity_audit.errors import UsageError
from equity_audit.model import Dictionary, Extract, OutcomeFacts


@dataclass(frozen=True, kw_only=True)
class Outcomes:
    """What the audit needs of outcomes: how each is counted, the dictionaries that say so, and their columns."""

    facts: tuple[OutcomeFacts, ...]
    dictionaries: tuple[Dictionary, ...]
    columns: dict[str, list[str]]


def tell_outcomes(
    extract: Extract, dataset: Dataset, own: Sequence[OutcomeDefinition], census: str | None
) -> tuple[Extract, Outcomes]:
    """Tally and decode the outcomes of the dataset that can be told, and all of one's own.

    Returns
    -------
        The extract, with a column more where an outcome asks for codes of a field that has thousands.

    Raises
    ------
    UsageError
        An outcome of one's own has the name of one of the dataset's, or needs a field without a column.
    """
    keyed = extract.patient_key is not None
    for outcome in own:
        _refuse_untold(outcome, dataset, extract, keyed)
    told = [outcome for outcome in (*dataset.outcomes, *own) if can_be_told(outcome, extract.filled, keyed=keyed)]
    extract = _with_asked_codes(extract, told)
    dictionaries: list[Dictionary] = []
    columns: dict[str, list[str]] = {}
    facts: dict[str, OutcomeFacts] = {}
    for keys, members in shared_tallies(told, extract.fields):
        dictionary = decode_outcomes(engine.tally(extract.table, keys), members, census)
        dictionaries.append(dictionary)
        columns[dictionary.subject] = [member.name for member in members]
        facts |= {member.name: _facts(member, dictionary, extract) for member in members}
    told_facts = tuple(facts[outcome.name] for outcome in told)
    return extract, Outcomes(facts=told_facts, dictionaries=tuple(dictionaries), columns=columns)


def _facts(outcome: OutcomeDefinition, dictionary: Dictionary, extract: Extract) -> OutcomeFacts:
    window = window_words(dictionary.frame) if outcome.least is not None else ""
    return OutcomeFacts(
        name=outcome.name, label=outcome.label, description=outcome.description + window, noun=outcome.noun,
        polarity=outcome.polarity, headline=outcome.headline, apart=apart_counts(dictionary, outcome.name),
        unit=outcome.unit, least=outcome.least, not_applied=not_applied(outcome, extract.fields, extract.filled),
        of_age="age_years" in fields_of(outcome.numerator),
    )  # fmt: skip


def _with_asked_codes(extract: Extract, told: Sequence[OutcomeDefinition]) -> Extract:
    asked = {field for outcome in told for field in raw_fields(outcome, extract.fields)} & set(MANY_CODES)
    if not asked:
        return extract
    codes = [asked_codes(engine.tally(extract.table, [field]), field, told) for field in sorted(asked)]
    return replace(extract, table=engine.with_decoded(extract.table, codes))


def _refuse_untold(outcome: OutcomeDefinition, dataset: Dataset, extract: Extract, keyed: bool) -> None:
    if outcome.name in {each.name for each in dataset.outcomes}:
        raise UsageError(
            f"--outcomes: {outcome.name} is an outcome of {dataset.name} already. Give yours another name."
        )
    if not can_be_told(outcome, extract.filled, keyed=True):
        needed = ", ".join(sorted(raw_fields(outcome, frozenset(outcome.raw_names())) - extract.filled))
        raise UsageError(
            f"--outcomes: {outcome.name} needs a column that holds something for: {needed}. Say which with --map FIELD=COLUMN."
        )
    if not can_be_told(outcome, extract.filled, keyed=keyed):
        raise UsageError(f"--outcomes: {outcome.name} counts patients, and the extract has no patient key.")
