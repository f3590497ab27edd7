"""From a file to an Extract: find the dataset, bind its columns to fields, load them, settle which are blank."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from equity_audit import engine
from equity_audit.datasets import Dataset, candidate_columns, detect_dataset, load_dataset
from equity_audit.errors import DataError
from equity_audit.fields import LOCATION_FIELDS, PATIENT_KEY_FIELDS
from equity_audit.model import Extract, FieldMapping, Intake
from equity_audit.sources import Source, open_source

_PERSONAL = re.compile(
    r"\d{3}[ -]?\d{3}[ -]?\d{4}|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|\d{4}-\d{2}-\d{2}|\d{2}[/.-]\d{2}[/.-]\d{4}", re.IGNORECASE
)
_LONGEST_HEADER = 60


def read_extract(
    path: Path,
    workspace: Path,
    backend: Any,
    *,
    dataset: str | None = None,
    overrides: Mapping[str, str] | None = None,
    sheet: str | None = None,
) -> tuple[Extract, Dataset]:
    """Read an extract into ``backend``. Raises UsageError and DataError as its parts do."""
    source = open_source(path, workspace, sheet=sheet)
    chosen = load_dataset(dataset) if dataset else detect_dataset(source.header)
    candidates = candidate_columns(source.header, chosen, overrides or {})
    if "ethnicity" not in candidates and not any(field in candidates for field in LOCATION_FIELDS):
        raise DataError(
            f"No column for ethnicity and none for location was found (dataset {chosen.name}), so there is nothing to "
            "audit. Name one with --map, for example --map ethnicity=COLUMN; `equity-audit datasets` lists what is looked for."
        )
    loaded = _worth_loading(candidates, source)
    columns = {_name(field, rank): position for field, places in loaded.items() for rank, position in enumerate(places)}
    table, intake = engine.load(backend, source, columns)
    engine.seal(backend)
    if intake.records_audited == 0:
        raise DataError("Every record of the extract was rejected while reading, so nothing could be audited. " + _why(intake))
    return _bind(table, intake, candidates, loaded, source.header, chosen), chosen


def _worth_loading(candidates: Mapping[str, tuple[int, ...]], source: Source) -> dict[str, tuple[int, ...]]:
    """For each field the columns down to the first that the first records show to be filled."""
    result = {}
    for field, places in candidates.items():
        filled = [rank for rank, position in enumerate(places) if any((row[position] or "").strip() for row in source.sample)]
        result[field] = places[: filled[0] + 1] if filled else places
    return result


def _bind(
    table: Any,
    intake: Intake,
    candidates: Mapping[str, tuple[int, ...]],
    loaded: Mapping[str, tuple[int, ...]],
    header: tuple[str, ...],
    dataset: Dataset,
) -> Extract:
    names = [_name(field, rank) for field, places in loaded.items() for rank in range(len(places))]
    filled = engine.filled_counts(table, names)
    columns, unused, blank, chosen = {}, {}, [], {}
    for field, places in loaded.items():
        ranks = [rank for rank in range(len(places)) if filled[_name(field, rank)]]
        rank = ranks[0] if ranks else 0
        chosen[field] = table[_name(field, rank)]
        columns[field] = safe_header(header[places[rank]], places[rank])
        passed_over = [position for position in candidates[field] if position != places[rank]]
        if passed_over:
            unused[field] = tuple(safe_header(header[position], position) for position in passed_over)
        if not ranks:
            blank.append(field)
    mapping = FieldMapping(dataset=dataset.name, columns=columns, unused=unused, blank=tuple(blank))
    key = next((field for field in PATIENT_KEY_FIELDS if field in columns and field not in blank), None)
    bound = engine.with_patient_key(table.select(**chosen), key)
    return Extract(table=bound, mapping=mapping, intake=intake, patient_key=key)


def _name(field: str, rank: int) -> str:
    return f"{field}__{rank}"


def _why(intake: Intake) -> str:
    return "; ".join(f"{rejection.reason}: {rejection.records:,}" for rejection in intake.rejections) + "."


def safe_header(name: str, position: int) -> str:
    """A header as it may be shown: one that holds an NHS number, postcode or date is only its place."""
    if not name or _PERSONAL.search(name) or len(name) > _LONGEST_HEADER or not name.isprintable():
        return f"column {position + 1}"
    return name
