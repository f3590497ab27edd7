"""One dataset, one YAML file: header aliases → canonical fields, and the outcomes its fields allow.

The mapping is found from the header alone and always printed; nothing is guessed from values.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib import resources

from equity_audit.datasets.definitions import OutcomeDefinition, parse_outcome
from equity_audit.errors import DataError, UsageError
from equity_audit.fields import FIELDS
from equity_audit.headers import nearest_header, normalise_header
from equity_audit.yamlfile import read_yaml


@dataclass(frozen=True, kw_only=True)
class Dataset:
    """One dataset: what a record is, which headers carry which field, which outcomes it has."""

    name: str
    title: str
    activity: str
    source: str
    signature: tuple[str, ...]
    fields: Mapping[str, tuple[str, ...]]
    outcomes: tuple[OutcomeDefinition, ...]


@cache
def load_dataset(name: str) -> Dataset:
    """The dataset of that name; UsageError names the ones there are."""
    folder = resources.files(__package__)
    file = folder / f"{name}.yaml"
    if not re.fullmatch(r"\w+", name) or not file.is_file():
        raise UsageError(f"No dataset is called {name}. Datasets: {', '.join(dataset_names())}.")
    raw = read_yaml(file.read_bytes(), f"datasets/{name}.yaml", shipped=True)
    unknown = set(raw["fields"]) - set(FIELDS)
    if unknown:
        raise UsageError(f"datasets/{name}.yaml maps to unknown fields: {', '.join(sorted(unknown))}.")
    return Dataset(
        name=raw["name"],
        title=raw["title"],
        activity=raw["activity"],
        source=raw["source"],
        signature=tuple(raw["signature"]),
        fields={field: tuple(headers) for field, headers in raw["fields"].items()},
        outcomes=tuple(
            parse_outcome(key, value, f"datasets/{name}.yaml") for key, value in (raw.get("outcomes") or {}).items()
        ),
    )


@cache
def dataset_names() -> tuple[str, ...]:
    """Names of the datasets there are, `generic` last."""
    names = sorted(
        entry.name.removesuffix(".yaml")
        for entry in resources.files(__package__).iterdir()
        if entry.name.endswith(".yaml")
    )
    return (*(name for name in names if name != "generic"), "generic")


def detect_dataset(header: Sequence[str]) -> Dataset:
    """The dataset whose signature this header carries best; `generic` where none has three of its headers."""
    present = {normalise_header(name) for name in header}

    def found(dataset: Dataset) -> int:
        return sum(normalise_header(name) in present for name in dataset.signature)

    def share(dataset: Dataset) -> float:
        return found(dataset) / max(1, len(dataset.signature))

    datasets = [load_dataset(name) for name in dataset_names()]
    candidates = [dataset for dataset in datasets if found(dataset) >= 3]
    return max(candidates, key=lambda dataset: (found(dataset), share(dataset)), default=load_dataset("generic"))


def candidate_columns(
    header: Sequence[str], dataset: Dataset, overrides: Mapping[str, str]
) -> dict[str, tuple[int, ...]]:
    """Positions of the columns that may carry each field, in order of preference.

    Raises
    ------
    UsageError
        `--map` names an unknown field, or a column that the header does not have.
    DataError
        Two headers that normalise alike could both carry a field.
    """
    positions: dict[str, int] = {}
    repeated = Counter(normalise_header(name) for name in header)
    for position, name in enumerate(header):
        positions.setdefault(normalise_header(name), position)
    result: dict[str, tuple[int, ...]] = {}
    for field, column in overrides.items():
        if field not in FIELDS:
            meant = get_close_matches(field.strip().casefold(), FIELDS, n=1)
            hint = f"Did you mean {meant[0]}?" if meant else f"Fields: {', '.join(FIELDS)}."
            raise UsageError(f"--map: there is no field called {field}. {hint}")
        exact = [position for position, name in enumerate(header) if name == column]
        found = exact or [positions[key] for key in [normalise_header(column)] if key in positions]
        if not found or (len(exact) != 1 and repeated[normalise_header(column)] > 1):
            if found:
                raise UsageError(f"--map {field}: that column is in the header more than once. Rename one of them.")
            near = nearest_header(column, header)
            hint = f"Did you mean {near}?" if near else "`equity-audit datasets` lists what is looked for."
            raise UsageError(f"--map {field}: that column is not in the header. {hint}")
        result[field] = (found[0],)
    taken = {position for columns in result.values() for position in columns}
    for field, aliases in dataset.fields.items():
        if field in result:
            continue
        keys = [key for key in dict.fromkeys(normalise_header(alias) for alias in aliases) if key in positions]
        alike = [name for name in header if normalise_header(name) in keys and repeated[normalise_header(name)] > 1]
        if alike:
            # A name that stands there twice cannot be told from itself.
            named = f", or say which with --map {field}=COLUMN" if len({*alike}) > 1 else ""
            raise DataError(f"Two columns of the header are called alike and could both be {field}. Rename one{named}.")
        columns = tuple(positions[key] for key in keys if positions[key] not in taken)
        if columns:
            result[field] = columns
    return result
