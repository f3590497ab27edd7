"""Cells and the sums that bind them: the shape in which every table is protected and attacked."""

import itertools
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from equity_audit.errors import UsageError

Array = np.ndarray[Any, Any]
Relation = tuple[Hashable, Sequence[Hashable]]


@dataclass(frozen=True)
class System:
    """Cells in a fixed order, with what binds them.

    ``counts`` are true counts (records, pathways, attendances or patients); ``matrix @ counts`` is zero,
    one row a relation (+1 a part, -1 its total). ``published`` cells are printed unless hidden; the
    others are known to nobody but bind the rest. ``fixed`` cells are printed already and cannot be hidden.
    ``places`` are the positions of a table's cells along its dimensions, margins last, -1 for what has no place.
    ``guarded`` cells must not be recovered when small: the published ones and what their margins leave over.
    """

    counts: Array
    matrix: sparse.csr_array
    published: Array
    fixed: Array
    guarded: Array
    places: Array | None = None


def relation_matrix(cells: Sequence[Hashable], relations: Iterable[Relation]) -> sparse.csr_array:
    """One row a relation ``(total, parts)``: +1 a part, -1 the total; one column a cell.

    Raises
    ------
    UsageError
        A relation names a cell that is not in the list.
    """
    place = {cell: index for index, cell in enumerate(cells)}
    rows, columns, signs = [], [], []
    number = -1
    for number, (total, parts) in enumerate(relations):
        for cell, sign in [(total, -1.0), *((part, 1.0) for part in parts)]:
            if cell not in place:
                raise UsageError(f"Disclosure control: relation {number + 1} names a cell that is not in the table.")
            rows.append(number)
            columns.append(place[cell])
            signs.append(sign)
    return sparse.csr_array(sparse.coo_array((signs, (rows, columns)), shape=(number + 1, len(place))))


def whole_counts(counts: pd.Series) -> Array:
    """Read counts as whole numbers, or a `UsageError` that says which row (from 0) is not one."""
    numbers = pd.to_numeric(counts, errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    wrong = np.flatnonzero(~((numbers >= 0) & (numbers == np.floor(numbers)) & np.isfinite(numbers)))
    if len(wrong):
        raise UsageError(f"Disclosure control: `count` must be a whole number from 0; row {wrong[0]} is not.")
    return numbers


def table_system(frame: pd.DataFrame, dimensions: Sequence[str], total: str) -> System:
    """System of a table with margins: the rows of ``frame`` first, in their order, then cells it does not print.

    A margin the frame leaves out still binds the cells under it. Where a printed margin is larger than the
    cells under it, the reader sees a remainder, which becomes a cell of its own; a combination that is not
    in the frame and leaves no remainder is a known zero.

    Raises
    ------
    UsageError
        A column is missing, a row occurs twice, a count is not a whole number from 0, or a margin is
        smaller than the cells under it.
    """
    missing = [column for column in [*dimensions, "count"] if column not in frame.columns]
    if missing:
        raise UsageError(f"Disclosure control: the table has no column `{missing[0]}`.")
    if not dimensions:
        raise UsageError("Disclosure control: name at least one dimension.")
    # A blank label is a category like any other; None equals itself, NaN does not.
    labels = [[None if pd.isna(label) else label for label in frame[name]] for name in dimensions]
    keys: list[tuple[Hashable, ...]] = list(zip(*labels, strict=True))
    value = dict(zip(keys, whole_counts(frame["count"]), strict=True))
    if len(value) < len(keys):
        raise UsageError("Disclosure control: a combination of the dimensions occurs in more than one row.")
    printed = len(keys)
    order = sorted(_margins(value, len(dimensions), total), key=lambda key: sum(label == total for label in key))
    children = _children([*keys, *order], len(dimensions), total)
    for key in order:  # fewest totals first, so that what a margin sums is there before it
        value[key] = max((sum(value[part] for part in parts) for parts in children.get(key, {}).values()), default=0.0)
    cells: list[Hashable] = [*keys, *order]
    counts = [value[key] for key in [*keys, *order]]
    relations: list[Relation] = []
    guarded = [place < printed for place in range(len(cells))]
    shown = set(keys)
    for key, by_dimension in children.items():
        for dimension, parts in by_dimension.items():
            rest = value[key] - sum(value[part] for part in parts)
            if rest < 0:
                raise UsageError(
                    f"Disclosure control: a margin over `{dimensions[dimension]}` is less than the sum of its cells. "
                    "Tables whose cells overlap cannot be protected exactly: use a profile that rounds."
                )
            bound: list[Hashable] = list(parts)
            if rest > 0:
                remainder = ("remainder", dimension, key)
                cells.append(remainder)
                counts.append(rest)
                guarded.append(key in shown)
                bound.append(remainder)
            relations.append((key, bound))
    published = np.arange(len(cells)) < printed
    matrix = relation_matrix(cells, relations)
    fixed = np.zeros(len(cells), dtype=bool)
    return System(
        np.array(counts, dtype=float),
        matrix,
        published,
        fixed,
        np.array(guarded, dtype=bool),
        _places([*keys, *order], len(cells), total),
    )


def _places(keys: Sequence[tuple[Hashable, ...]], size: int, total: str) -> Array:
    """Position of each key along each dimension, the margin last; -1 for the cells after the keys."""
    places = np.full((size, len(keys[0]) if keys else 0), -1)
    for axis, labels in enumerate(zip(*keys, strict=True)):
        position = {
            label: index for index, label in enumerate(label for label in dict.fromkeys(labels) if label != total)
        }
        position[total] = len(position)
        places[: len(keys), axis] = [position[label] for label in labels]
    return places


def _margins(keys: Iterable[tuple[Hashable, ...]], width: int, total: str) -> set[tuple[Hashable, ...]]:
    """Margins of the printed keys that are not printed themselves."""
    known = set(keys)
    found: set[tuple[Hashable, ...]] = set()
    for key in known:
        for mask in itertools.product((False, True), repeat=width):
            found.add(tuple(total if hide else label for hide, label in zip(mask, key, strict=True)))
    return found - known


def _children(
    keys: Iterable[tuple[Hashable, ...]], width: int, total: str
) -> dict[tuple[Hashable, ...], dict[int, list[tuple[Hashable, ...]]]]:
    """Cells under each margin, by the dimension they run over."""
    found: dict[tuple[Hashable, ...], dict[int, list[tuple[Hashable, ...]]]] = {}
    for key in keys:
        for dimension in range(width):
            if key[dimension] != total:
                above = (*key[:dimension], total, *key[dimension + 1 :])
                found.setdefault(above, {}).setdefault(dimension, []).append(key)
    return found
