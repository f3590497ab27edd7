"""What invalid values look like without showing one: letters as A, digits as 9."""

from __future__ import annotations

from typing import Any

import pandas as pd

COMMONEST = 5
LONGEST = 24


def shape_of(raw: str) -> str:
    """The shape of a value: ``AB12 3CD`` → ``AA99 9AA``. Long ones are cut."""
    shape = "".join(
        "9" if char.isdigit() else "A" if char.isalpha() else char if char.isprintable() else "?" for char in raw
    )
    return shape if len(shape) <= LONGEST else shape[: LONGEST - 1] + "…"


def commonest_shapes(raw: pd.Series[Any], records: pd.Series[Any]) -> tuple[tuple[str, int], ...]:
    """The five commonest shapes with their records, commonest first."""
    shapes = raw.astype("str").where(raw.notna(), "").str.strip().map(shape_of)
    counts = records.groupby(shapes).sum()
    ordered = sorted(
        ((str(shape), int(number)) for shape, number in counts.items()), key=lambda item: (-item[1], item[0])
    )
    return tuple(ordered[:COMMONEST])
