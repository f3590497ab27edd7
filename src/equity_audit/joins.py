"""Which dictionaries are joined to the records, and on which keys: a join over all records is the dearest step of a count."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import pandas as pd

from equity_audit.model import Dictionary

# To find out which keys decide costs so many records' join, and as much again for so many a row of the dictionary.
LOOKING, LOOKING_EACH = 50_000, 20


def worth_joining(
    asked: Sequence[tuple[Dictionary, list[str]]], records: int
) -> Iterator[tuple[Dictionary, list[str]]]:
    """Dictionaries with the columns to carry over, as few and as narrow as ``records`` so many make it worth looking for."""
    for dictionary, columns in folded(asked):
        if len(dictionary.keys) > 1 and LOOKING + LOOKING_EACH * len(dictionary.frame) <= records:
            yield with_deciding_keys(dictionary, columns), columns
        else:
            yield dictionary, columns


def folded(asked: Sequence[tuple[Dictionary, list[str]]]) -> list[tuple[Dictionary, list[str]]]:
    """Let a dictionary that has the keys of another carry the other's columns too: a join less over all records."""
    left = sorted(asked, key=lambda each: len(each[0].keys))
    folded = []
    while left:
        (inner, columns), *left = left
        wider = next((at for at, (each, _) in enumerate(left) if set(inner.keys) <= set(each.keys)), None)
        if wider is None:
            folded.append((inner, columns))
            continue
        outer, carried = left[wider]
        both = outer.frame[[*outer.keys, *carried]]
        frame = both.merge(inner.frame[[*inner.keys, *columns]], on=list(inner.keys), how="left")
        left[wider] = (replace(outer, frame=frame), carried + columns)
    return folded


def with_deciding_keys(dictionary: Dictionary, columns: Sequence[str]) -> Dictionary:
    """Leave out each key that decides nothing beside the others: comparing texts is most of what a join costs.

    Where the postcode alone tells the quintile, no record's LSOA, decile and reason need to be looked at again.
    """
    numbered = pd.DataFrame(
        {key: pd.factorize(dictionary.frame[key], use_na_sentinel=False)[0] for key in dictionary.keys}
    )
    numbered["meaning"] = dictionary.frame.groupby(list(columns), dropna=False).ngroup().to_numpy()
    kept = list(dictionary.keys)
    for key in dictionary.keys:
        rest = [other for other in kept if other != key]
        if rest and _tells_apart(numbered, rest):
            kept = rest
    first = ~numbered.duplicated(kept).to_numpy()
    return replace(dictionary, keys=tuple(kept), frame=dictionary.frame[first])


def _tells_apart(numbered: pd.DataFrame, keys: list[str]) -> bool:
    """Whether these keys alone have one meaning each."""
    return len(numbered[keys].drop_duplicates()) == len(numbered[[*keys, "meaning"]].drop_duplicates())
