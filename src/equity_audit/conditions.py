"""The small condition language of rule files and dataset files: ``{field, op: value}``, all must hold.

Data only, no code: ops are ``in``, ``not_in``, ``starts_with``, ``above``, ``at_least``, ``below``, ``filled``
and ``blank``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from equity_audit.errors import UsageError

if TYPE_CHECKING:
    import pandas as pd

OPERATORS = ("in", "not_in", "starts_with", "above", "at_least", "below", "filled", "blank")


def check_conditions(conditions: Iterable[Mapping[str, Any]], where: str) -> None:
    """Refuse a condition that is not ``{field, op: value}``; ``where`` says which file it stands in."""
    for condition in conditions:
        operators = [key for key in condition if key != "field"]
        if "field" not in condition or len(operators) != 1 or operators[0] not in OPERATORS:
            raise UsageError(
                f"{where}: a condition needs `field` and one of {', '.join(OPERATORS)}; found {sorted(condition)}."
            )


def fields_of(conditions: Iterable[Mapping[str, Any]]) -> set[str]:
    """Names of the fields that conditions speak of."""
    return {condition["field"] for condition in conditions}


def holds(frame: pd.DataFrame, conditions: Iterable[Mapping[str, Any]]) -> pd.Series[bool]:
    """Rows of ``frame`` for which every condition holds. A blank number is neither above nor below anything."""
    import pandas as pd

    result = pd.Series(True, index=frame.index)
    for condition in conditions:
        ((operator, wanted),) = ((key, value) for key, value in condition.items() if key != "field")
        result &= _one(frame[condition["field"]], operator, wanted)
    return result


def _one(column: pd.Series[Any], operator: str, wanted: Any) -> pd.Series[bool]:
    import pandas as pd

    if operator in ("in", "not_in"):
        member = column.isin(list(wanted))
        return member if operator == "in" else ~member
    if operator == "starts_with":
        return column.fillna("").astype("str").str.startswith(tuple(wanted))
    if operator in ("filled", "blank"):
        filled = column.notna() & (column.astype(str).str.strip() != "")
        return filled if (operator == "filled") == bool(wanted) else ~filled
    number = pd.to_numeric(column, errors="coerce")
    compare = {"above": number.gt, "at_least": number.ge, "below": number.lt}[operator]
    compared: pd.Series[bool] = compare(wanted)
    return compared
