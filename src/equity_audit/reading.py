"""From a file to an Extract: find the dataset, bind its columns to fields, load them, settle which are blank."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from equity_audit import engine
from equity_audit.datasets import Dataset, candidate_columns, detect_dataset, load_dataset
from equity_audit.decode.dates import NOT_READ, READ, date_states
from equity_audit.decode.outcomes import raw_fields
from equity_audit.errors import DataError
from equity_audit.fields import IDENTITY_BLANK, IDENTITY_FIELDS, LOCATION_FIELDS, PATIENT_KEY_FIELDS
from equity_audit.headers import safe_header
from equity_audit.model import Extract, FieldMapping, Intake
from equity_audit.sources import Source, open_source

# Mapped and told, but read by nothing yet unless an outcome of the dataset needs them: not worth loading.
_NOT_READ = {"record_key", "provider", "discharge_date", "length_of_stay"}
# What a quick audit reads no more of either.
_NOT_READ_QUICKLY = {"specialty", "ethnicity_2021"}


def read_extract(
    path: Path,
    workspace: Path,
    backend: Any,
    *,
    dataset: str | None = None,
    overrides: Mapping[str, str] | None = None,
    sheet: str | None = None,
    wanted: Collection[str] = (),
    quick: bool = False,
) -> tuple[Extract, Dataset]:
    """Read an extract into ``backend``; ``wanted`` fields are loaded even where no figure needs them.

    The dataset comes back with the outcomes to be told: all of them, or where it is to be ``quick`` the first.

    Raises UsageError and DataError as its parts do.
    """
    source = open_source(path, workspace, sheet=sheet)
    chosen = load_dataset(dataset) if dataset else detect_dataset(source.header)
    if quick:
        chosen = replace(chosen, outcomes=chosen.outcomes[:1])
    candidates = candidate_columns(source.header, chosen, overrides or {})
    if "ethnicity" not in candidates and not any(field in candidates for field in LOCATION_FIELDS):
        raise DataError(
            f"No column for ethnicity and none for location was found (dataset {chosen.name}), so there is nothing to "
            "audit. The first row must be the header, with no title above it. Name a column with --map, for example --map "
            "ethnicity=COLUMN; `equity-audit datasets` lists what is looked for."
        )
    seen_filled = {
        position
        for position in range(len(source.header))
        if any((row[position] or "").strip() for row in source.sample)
    }
    loaded = _worth_loading(candidates, seen_filled)
    needed = {field for outcome in chosen.outcomes for field in raw_fields(outcome, frozenset(candidates))}
    skipped = (_NOT_READ | (_NOT_READ_QUICKLY if quick else set())) - needed - set(wanted)
    columns = {
        _name(field, rank): position
        for field, places in loaded.items()
        if field not in skipped
        for rank, position in enumerate(places)
    }
    identity = [name for name in columns if name.rpartition("__")[0] in IDENTITY_FIELDS]
    # Where each identity field has one column, whether all are blank is settled while loading.
    blank = {IDENTITY_BLANK: identity} if {*identity} == {_name(field, 0) for field in IDENTITY_FIELDS} else {}
    aged = any(position in seen_filled for position in loaded.get("age", ()))
    unkept = {_name("birth_date", 0)} if blank and aged and "birth_date" not in needed | set(wanted) else set()
    table, intake = engine.load(backend, source, columns, blank, unkept)
    if unkept and IDENTITY_BLANK in table.columns:
        # Else the source was read batch by batch: the column is there, and the flag is yet to be made of it.
        skipped |= {"birth_date"}
    engine.seal(backend)
    if intake.records_audited == 0:
        raise DataError(
            "Every record of the extract was rejected while reading, so nothing could be audited. " + _why(intake)
        )
    intake = replace(intake, remarks=(*intake.remarks, *_days_not_read(source, candidates)))
    return _bind(backend, table, intake, candidates, loaded, source.header, chosen, seen_filled, skipped), chosen


def _days_not_read(source: Source, candidates: Mapping[str, tuple[int, ...]]) -> tuple[str, ...]:
    """That an arrival time holds the day as well, where no column is the activity date: told, since headers alone map.

    Most columns of that name hold a time of day only, so the name is no alias of the date.
    """
    if "activity_date" in candidates or "arrival_time" not in candidates:
        return ()
    position = candidates["arrival_time"][0]
    name = source.header[position]
    states = date_states(pd.Series([row[position] for row in source.sample], dtype="str"))
    if safe_header(name, position) != name or not (states == READ).any() or (states == NOT_READ).any():
        return ()
    return (
        f"{name} holds the day, too, and no column is mapped to activity_date: where it is the day of the activity, add "
        f'--map "activity_date={name}" --map "arrival_time={name}"',
    )


def _worth_loading(candidates: Mapping[str, tuple[int, ...]], filled: set[int]) -> dict[str, tuple[int, ...]]:
    """For each field the columns down to the first that the first records show to be filled."""
    return {
        field: places[: next((rank for rank, position in enumerate(places) if position in filled), len(places)) + 1]
        for field, places in candidates.items()
    }


def _bind(
    backend: Any,
    table: Any,
    intake: Intake,
    candidates: Mapping[str, tuple[int, ...]],
    loaded: Mapping[str, tuple[int, ...]],
    header: tuple[str, ...],
    dataset: Dataset,
    seen_filled: set[int],
    skipped: set[str],
) -> Extract:
    # Only columns that were blank in the first records need the whole of them looked at.
    names = {_name(field, rank): position for field, places in loaded.items() for rank, position in enumerate(places)}
    unsure = [name for name, position in names.items() if position not in seen_filled and name in table.columns]
    filled = dict.fromkeys(names, 1) | engine.filled_counts(table, unsure)
    columns, unused, blank, chosen = {}, {}, [], {}
    for field, places in loaded.items():
        ranks = [rank for rank in range(len(places)) if filled[_name(field, rank)]]
        rank = ranks[0] if ranks else 0
        if field not in skipped:
            chosen[field] = table[_name(field, rank)]
        columns[field] = safe_header(header[places[rank]], places[rank])
        passed_over = [position for position in candidates[field] if position != places[rank]]
        if passed_over:
            unused[field] = tuple(safe_header(header[position], position) for position in passed_over)
        if not ranks:
            blank.append(field)
    mapping = FieldMapping(dataset=dataset.name, columns=columns, unused=unused, blank=tuple(blank))
    key = next((field for field in PATIENT_KEY_FIELDS if field in columns and field not in blank), None)
    chosen[engine.ROW] = engine.row_numbers(table)
    if IDENTITY_BLANK in table.columns:
        chosen[IDENTITY_BLANK] = table[IDENTITY_BLANK]
    bound = engine.with_patient_key(table.select(**chosen), key)
    if set(IDENTITY_FIELDS) <= set(columns) and IDENTITY_BLANK not in chosen:
        bound = engine.with_blank_flag(bound, IDENTITY_BLANK, IDENTITY_FIELDS)
    return Extract(table=engine.named(backend, bound), mapping=mapping, intake=intake, patient_key=key)


def _name(field: str, rank: int) -> str:
    return f"{field}__{rank}"


def _why(intake: Intake) -> str:
    return "; ".join(f"{rejection.reason}: {rejection.records:,}" for rejection in intake.rejections) + "."
