"""Measures and verdicts, worked out from released counts only, so that they tell no more than the tables do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import sqrt
from typing import Any

from equity_audit.decode.labels import QUINTILES
from equity_audit.disclosure.profiles import Profile
from equity_audit.disclosure.release import rounded
from equity_audit.measures import gap
from equity_audit.model import Cell, ReleasedFinding, ReleasedMeasure, ReleasedTable, TableRow, Verdict

DO_NOT_USE_BELOW = 0.70
LEVEL = 0.95


def measures_of(tables: Iterable[ReleasedTable], profile: Profile) -> tuple[ReleasedMeasure, ...]:
    """Gap and ratio of quintile 1 (most deprived) against 5 (least deprived), for each outcome."""
    found: list[ReleasedMeasure] = []
    for table in tables:
        if table.outcome is not None and table.dimensions == ("imd_quintile",):
            rows = {row.labels[0]: row for row in table.rows}
            found += _gap(table.outcome, rows[QUINTILES[0]], rows[QUINTILES[4]], profile)
    return tuple(found)


def _gap(outcome: str, most: TableRow, least: TableRow, profile: Profile) -> list[ReleasedMeasure]:
    import pandas as pd

    n = Cell(None, "c")
    if most.denominator.value is not None and least.denominator.value is not None:
        n = Cell(most.denominator.value + least.denominator.value)
    common = {"outcome": outcome, "dimension": "imd_quintile", "level": LEVEL, "n": n}
    if most.value.value is None or least.value.value is None:
        reason = "quintile 1 or 5 is hidden or holds too few records"
        blank = {"estimate": None, "lower": None, "upper": None, "method": "delta", "reason_withheld": reason}
        return [ReleasedMeasure(measure=name, **blank, **common) for name in ("gap", "ratio")]  # type: ignore[arg-type]
    shares = [row.numerator.value / row.denominator.value for row in (most, least)]  # type: ignore[operator]
    errors = [
        sqrt(share * (1 - share) / row.denominator.value)  # type: ignore[operator]
        for share, row in zip(shares, (most, least), strict=True)
    ]
    result = gap(pd.DataFrame({"order": [1, 5], "value": shares, "se": errors}), level=LEVEL)
    return [
        ReleasedMeasure(
            measure=str(row["measure"]),
            estimate=_number(row["value"], profile),
            lower=_number(row["lower"], profile),
            upper=_number(row["upper"], profile),
            method=str(row["method"]),
            reason_withheld=row["reason_withheld"] or None,
            **common,  # type: ignore[arg-type]
        )
        for row in result.to_dict("records")
    ]


def _number(value: Any, profile: Profile) -> float | None:
    return None if value != value else rounded(float(value), profile)


def verdicts_of(
    ethnicity: Mapping[str, Any], deprivation: Mapping[str, Any], findings: Sequence[ReleasedFinding]
) -> tuple[Verdict, ...]:
    """How far results by ethnic group, and by deprivation, can be trusted as far as completeness tells.

    *Act* needs more than completeness (age and sex, repeat patients, missing data); until those are worked out for a
    comparison, the most that is said is *care*.
    """
    verdicts = []
    for subject, facts, key, words in (
        ("ethnicity", ethnicity, "valid", "have a usable ethnic group"),
        ("deprivation", deprivation, "linked", "are linked to an IMD quintile"),
    ):
        if not facts or not facts["records"].value or facts["classes"][key].value is None:
            continue
        share = facts["classes"][key].value / facts["records"].value
        failing = tuple(
            found.rule.code
            for found in findings
            if found.rule.rule_set == subject and found.outcome == "fail" and found.rule.severity == "error"
        )
        if share < DO_NOT_USE_BELOW:
            sentence = f"Do not use yet: {share:.1%} of records {words}; at least {DO_NOT_USE_BELOW:.0%} are needed."
            verdicts.append(Verdict(subject=subject, verdict="do_not_use", sentence=sentence, because=failing))
        else:
            sentence = f"Read with care: {share:.1%} of records {words}; age and sex are not allowed for."
            verdicts.append(Verdict(subject=subject, verdict="care", sentence=sentence, because=failing))
    return tuple(verdicts)
