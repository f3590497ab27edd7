"""What every measure reads and gives back: checked columns in, one shape out."""

from collections.abc import Hashable, Mapping, Sequence
from statistics import NormalDist
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]
Reasons = Sequence[str | None]


def z_value(level: float) -> float:
    """Give the normal quantile of a two-sided interval at `level`."""
    if not 0 < level < 1:
        raise ValueError("level is a fraction above 0 and below 1, as in 0.95")
    return NormalDist().inv_cdf(1 - (1 - level) / 2)


def choice(argument: str, given: object, allowed: Sequence[str | None]) -> None:
    """Refuse an argument that is none of the words it may be."""
    if given not in allowed:
        raise ValueError(f"{argument} is one of {', '.join(map(repr, allowed))}")


def positive(argument: str, given: float) -> None:
    """Refuse a number that is not above zero."""
    if not (given > 0 and np.isfinite(given)):
        raise ValueError(f"{argument} is a number above 0")


def require(frame: pd.DataFrame, columns: Sequence[str]) -> None:
    """Refuse a frame that lacks a column."""
    for column in columns:
        if column not in frame.columns:
            raise ValueError(f"column {column!r} is missing")


def refuse(wrong: Booleans, fault: str) -> None:
    """Raise the fault with the position of the first row that has it."""
    if wrong.any():
        raise ValueError(f"{fault} in row {int(np.argmax(wrong))} (rows count from 0)")


def numbers(
    frame: pd.DataFrame,
    column: str,
    least: float | None = 0.0,
    most: float | None = None,
    where: Booleans | None = None,
) -> Floats:
    """Read a numeric column; refuse blanks, text, infinities and values out of range, by row position.

    Rows outside `where` are not judged: they are groups without people, whose figures mean nothing.
    """
    require(frame, [column])
    values = np.asarray(pd.to_numeric(frame[column], errors="coerce"), dtype=np.float64)
    judged = np.ones(len(values), dtype=bool) if where is None else where
    refuse(judged & ~np.isfinite(values), f"{column} is blank or not a number")
    if least is not None:
        refuse(judged & (values < least), f"{column} is below {least:g}")
    if most is not None:
        refuse(judged & (values > most), f"{column} is above {most:g}")
    return values


def counts(frame: pd.DataFrame, part: str = "numerator", whole: str = "denominator") -> tuple[Floats, Floats]:
    """Read a numerator and its denominator; refuse a part larger than its whole."""
    x, n = numbers(frame, part), numbers(frame, whole)
    refuse(x > n, f"{part} is larger than {whole}")
    return x, n


def in_order(frame: pd.DataFrame) -> pd.DataFrame:
    """Sort by `order`, 1 = most deprived first; refuse a place taken twice."""
    order = numbers(frame, "order", least=None)
    refuse(np.asarray(pd.Series(order).duplicated()), "order repeats an earlier row")
    return frame.iloc[np.argsort(order)]


def by_group(frame: pd.DataFrame, blank_allowed: bool = False) -> pd.DataFrame:
    """Sort by `group`; refuse a label used twice, and a blank one unless one is allowed (it sorts last)."""
    require(frame, ["group"])
    blank = np.asarray(frame["group"].isna())
    if not blank_allowed:
        refuse(blank, "group is blank")
    refuse(np.asarray(frame["group"].duplicated()), "group repeats an earlier row")
    codes = frame.groupby("group", sort=True, dropna=False, observed=True).ngroup().to_numpy()
    return frame.iloc[np.argsort(np.where(blank, len(frame), codes))]


def position(frame: pd.DataFrame, label: Hashable, argument: str = "reference") -> int:
    """Find the row of a group label in a frame that `by_group` has checked."""
    found = np.flatnonzero(np.asarray(frame["group"] == label, dtype=bool))
    if len(found) == 0:
        raise ValueError(f"{argument} {label!r} is not a group")
    return int(found[0])


def keys(frame: pd.DataFrame, by: str | Sequence[str]) -> tuple[pd.DataFrame, NDArray[np.intp]]:
    """Give the distinct groups in sorted order, and the number of its group for every row."""
    names = [by] if isinstance(by, str) else list(by)
    require(frame, names)
    grouped = frame.groupby(names, sort=True, dropna=False, observed=True)
    code = grouped.ngroup().to_numpy().astype(np.intp)
    first = np.unique(code, return_index=True)[1]
    return frame.iloc[first][names].reset_index(drop=True), code


def whole(values: Floats) -> NDArray[Any]:
    """Give counts as whole numbers where all of them are."""
    tidy = bool(np.all(np.isfinite(values) & (values == np.round(values)) & (np.abs(values) < 2**53)))
    return values.astype(np.int64) if tidy else values


def measurements(
    measure: str | Sequence[str],
    value: Any,
    lower: Any,
    upper: Any,
    *,
    level: float,
    method: str | Sequence[str],
    n: Any,
    reason: Reasons,
    first: Mapping[str, Any] | pd.DataFrame | None = None,
    more: Mapping[str, Any] | None = None,
) -> pd.DataFrame:
    """Lay measurements out in the one shape; a withheld figure keeps its row and loses its numbers.

    `first` holds grouping columns, `more` the columns a measure adds; `reason` sets the number of rows.
    """
    rows = len(reason)
    shown = np.array([why is None for why in reason], dtype=bool)
    columns: dict[str, Any] = {}
    for name in [] if first is None else list(first):
        columns[name] = pd.Series(first[name]).reset_index(drop=True)  # type: ignore[index]
    columns["measure"] = pd.Series([measure] * rows if isinstance(measure, str) else list(measure), dtype="str")
    for name, figures in (("value", value), ("lower", lower), ("upper", upper)):
        columns[name] = np.where(shown, np.broadcast_to(np.asarray(figures, dtype=np.float64), rows), np.nan)
    columns["level"] = np.full(rows, level, dtype=np.float64)
    columns["method"] = pd.Series([method] * rows if isinstance(method, str) else list(method), dtype="str")
    columns["n"] = whole(np.array(np.broadcast_to(np.asarray(n, dtype=np.float64), rows)))
    columns["reason_withheld"] = pd.Series(list(reason), dtype=object)
    return pd.DataFrame(columns | dict(more or {}))


def words(values: Sequence[str | None]) -> pd.Series:
    """Give a column of words in which None stays None."""
    return pd.Series(list(values), dtype=object)
