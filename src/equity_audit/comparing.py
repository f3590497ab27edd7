"""From cubes to what a comparison rests on: strata by age and sex, repeat patients, for each outcome and dimension."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from equity_audit.breakdowns import Axis
from equity_audit.comparisons.clusters import design_effects
from equity_audit.cube import Grouping
from equity_audit.decode.outcomes import DENOMINATOR, NUMERATOR
from equity_audit.model import ComparisonData, OutcomeFacts

# With a second edition asked for, its quintiles are compared too: what would move if the edition did.
COMPARED = ("imd_quintile", "ethnic_group", "imd_quintile_compared")
# The ends of a scale are compared at the cost of one count of patients, so a quick audit has these.
SCALES = ("imd_quintile", "imd_quintile_compared")
UNCODED = ("not linked", "Not stated", "Not known", "Invalid", "Missing")
# What waits and attendance depend on besides age and sex.
_STRATA = ("sex", "age_band")
_WITH_SPECIALTY = ("did_not_attend", "was_not_brought", "over_18_weeks", "over_52_weeks", "over_65_weeks")


def comparison_groupings(axes: Sequence[Axis], outcomes: Sequence[OutcomeFacts], *, keyed: bool) -> list[Grouping]:
    """The group-bys that comparisons need: all strata at once, and how often patients repeat in each group."""
    wanted = []
    for outcome in outcomes:
        if outcome.least is not None:
            wanted += [_of_patients(axes, axis, outcome) for axis in axes if axis.name in COMPARED]
            continue
        wanted.append(_joint(axes, outcome))
        if keyed:
            wanted += [
                Grouping(columns=(axis.column,), patterns=outcome.name) for axis in axes if axis.name in COMPARED
            ]
    return wanted


def comparison_data(
    axes: Sequence[Axis], outcomes: Sequence[OutcomeFacts], cubes: Mapping[Grouping, pd.DataFrame], *, keyed: bool
) -> tuple[ComparisonData, ...]:
    """What each comparison rests on. Exact: it may only go to disclosure control."""
    found = []
    for outcome in outcomes:
        strata_columns = [axis.column for axis in axes if axis.column in _strata_columns(axes, outcome)]
        for axis in axes:
            if axis.name not in COMPARED:
                continue
            if outcome.least is None:
                split = _split(cubes[_joint(axes, outcome)], outcome.name)
            else:
                split = cubes[_of_patients(axes, axis, outcome)]
            frame = _strata(split, axis, strata_columns)
            # A patient who is counted once needs no allowance for counting several times.
            patterns = (
                _patterns(cubes[Grouping(columns=(axis.column,), patterns=outcome.name)], axis)
                if keyed and outcome.least is None
                else None
            )
            totals = frame.groupby("group", as_index=False)[["numerator", "denominator"]].sum()
            found.append(
                ComparisonData(
                    outcome=outcome.name,
                    dimension=axis.name,
                    polarity=outcome.polarity,
                    headline=outcome.headline,
                    coded=tuple(label for label in axis.labels if label not in UNCODED),
                    strata=frame if strata_columns else None,
                    keyed=keyed,
                    counted="records" if outcome.least is None else "patients",
                    effects=design_effects(patterns, totals) if patterns is not None else {},
                )
            )
    return tuple(found)


def _strata_columns(axes: Sequence[Axis], outcome: OutcomeFacts) -> set[str]:
    if outcome.of_age:
        return set()
    names = (*_STRATA, *(("specialty",) if outcome.name in _WITH_SPECIALTY else ()))
    return {axis.column for axis in axes if axis.name in names}


def _joint(axes: Sequence[Axis], outcome: OutcomeFacts) -> Grouping:
    strata = _strata_columns(axes, outcome)
    columns = [axis.column for axis in axes if axis.name in COMPARED or axis.column in strata]
    return Grouping(columns=(*columns, outcome.name))


def _of_patients(axes: Sequence[Axis], axis: Axis, outcome: OutcomeFacts) -> Grouping:
    """Patients of an outcome that is counted by patient; whoever had two ages in the twelve months stands at both."""
    strata = [each.column for each in axes if each.column in _strata_columns(axes, outcome)]
    return Grouping(columns=(axis.column, *strata), often=(outcome.name, outcome.least or 1))


def _split(joint: pd.DataFrame, outcome: str) -> pd.DataFrame:
    place = joint[outcome]
    return joint.assign(
        numerator=joint["records"].where(place == NUMERATOR, 0),
        denominator=joint["records"].where(place >= DENOMINATOR, 0),
    )


def _strata(split: pd.DataFrame, axis: Axis, columns: Sequence[str]) -> pd.DataFrame:
    stratum = split[columns[0]].astype("int64") if columns else 0
    for column in columns[1:]:
        # Nobody may be in an outcome that is counted by patient.
        stratum = stratum * (0 if split.empty else int(split[column].max()) + 1) + split[column]
    labelled = split.assign(group=split[axis.column].map(dict(enumerate(axis.labels))), stratum=stratum)
    return labelled.groupby(["group", "stratum"], as_index=False)[["numerator", "denominator"]].sum()


def _patterns(frame: pd.DataFrame, axis: Axis) -> pd.DataFrame:
    return frame.assign(group=frame[axis.column].map(dict(enumerate(axis.labels))))
