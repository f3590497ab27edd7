"""Breakdowns: every table equals a plain count of the records, whichever cube it was added up from."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pandas as pd
import pytest

from equity_audit.audit import Request, run_audit
from equity_audit.breakdowns import CORE20, CROSSED, Axis, breakdown_axes, groupings_for, make_breakdowns
from equity_audit.cube import Grouping
from equity_audit.model import Audit, Breakdown, OutcomeFacts

SAMPLE = Path(__file__).resolve().parents[2] / "sample_data"
LABELS = {
    "imd_quintile": ("1", "2", "not linked"), "ethnic_group": ("White", "Asian", "Missing"), "sex": ("Male", "Female"),
    "month": ("2024-04", "2024-05", "2024-06"), "site": ("A", "other"), "core20": CORE20, "residence": ("England", "Wales"),
}  # fmt: skip
AXES = [
    Axis(name=name, column=f"{name}_c", labels=labels, show_empty=name in (*CROSSED, "core20"), title=name)
    for name, labels in LABELS.items()
]
MISSED = OutcomeFacts(
    name="missed", label="Missed", description="", noun="visits", polarity="adverse", headline=True, apart={}
)
OFTEN = OutcomeFacts(
    name="often",
    label="Often",
    description="",
    noun="patients",
    polarity="adverse",
    headline=False,
    apart={},
    unit="patients",
    least=3,
)


def records(number: int = 400) -> pd.DataFrame:
    """Records with a patient, a code on each axis (the third month and Female never) and a place in each outcome."""
    frame = pd.DataFrame({"patient": [f"p{(7 * at) % 90}" if at % 11 else None for at in range(number)]})
    for step, axis in enumerate(AXES, start=2):
        size = len(axis.labels) - (axis.name in ("month", "sex"))
        frame[axis.column] = [(at * at + at // step) % size for at in range(number)]
    return frame.assign(missed=[(at // 3) % 3 for at in range(number)], often=[int(at % 4 > 0) for at in range(number)])


def cubes_of(frame: pd.DataFrame, groupings: list[Grouping]) -> Mapping[Grouping, pd.DataFrame]:
    """What the engine gives, counted in pandas."""
    found = {}
    for grouping in groupings:
        columns = list(grouping.columns)
        keyed = frame.dropna(subset="patient")
        if grouping.often:
            name, least = grouping.often
            counted = keyed[keyed[name] >= 1]
            times = counted["patient"].value_counts()
            people = counted[["patient", *columns]].drop_duplicates()
            people = people.assign(numerator=(people["patient"].map(times) >= least).astype(int), denominator=1)
            found[grouping] = people.groupby(columns, as_index=False)[["numerator", "denominator"]].sum()
        elif columns:
            counts = frame.groupby(columns).size().rename("records").reset_index()
            if grouping.patients:
                distinct = keyed.groupby(columns)["patient"].nunique().rename("patients").reset_index()
                counts = counts.merge(distinct, how="left").fillna({"patients": 0})
            found[grouping] = counts
        else:
            found[grouping] = pd.DataFrame({"records": [len(frame)], "patients": [keyed["patient"].nunique()]})
    return found


@cache
def tables() -> dict[str, Breakdown]:
    cubes = cubes_of(records(), groupings_for(AXES, [MISSED, OFTEN]))
    return {table.id: table for table in make_breakdowns(AXES, [MISSED, OFTEN], cubes)}


def as_labels(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(**{axis.name: frame[axis.column].map(dict(enumerate(axis.labels))) for axis in AXES})


@pytest.mark.parametrize("table", breakdown_axes(AXES), ids=lambda table: "_by_".join(axis.name for axis in table))
def test_records_and_outcomes_are_a_plain_count(table: tuple[Axis, ...]) -> None:
    names = [axis.name for axis in table]
    identifier = "_by_".join(names)
    frame = as_labels(records())
    counted = frame[frame["missed"] >= 1]
    denominators = counted.groupby(names).size()
    numerators = counted[counted["missed"] == 2].groupby(names).size()
    made = tables()[f"missed_by_{identifier}"].frame
    shown = made.set_index(names)
    assert {k: v for k, v in shown["denominator"].items() if v} == denominators.to_dict()
    assert {k: v for k, v in shown["numerator"].items() if v} == numerators.to_dict()
    if names == ["residence"]:
        assert "records_by_residence" not in tables()
        return
    made = tables()[f"records_by_{identifier}"].frame
    assert {k: v for k, v in made.set_index(names)["numerator"].items() if v} == frame.groupby(names).size().to_dict()
    assert set(made["denominator"]) == {len(frame)}
    if f"patients_by_{identifier}" in tables():
        distinct = frame.dropna(subset="patient").groupby(names)["patient"].nunique()
        made = tables()[f"patients_by_{identifier}"].frame.set_index(names)["numerator"]
        assert {k: v for k, v in made.items() if v} == distinct.to_dict()


def test_which_tables_there_are() -> None:
    found = set(tables())
    assert {f"records_by_{one}_by_{other}" for one in CROSSED for other in ("sex", "month", "site")} <= found
    assert "records_by_imd_quintile_by_ethnic_group" in found
    assert "patients_by_imd_quintile_by_ethnic_group" in found
    assert not any(
        name.startswith("patients_by_") and name.endswith(("by_sex", "by_site")) and "_by_imd" in name for name in found
    )
    assert {"records_by_core20", "patients_by_core20", "missed_by_core20", "missed_by_residence"} <= found
    assert [name for name in found if "core20_by" in name or "by_core20_" in name] == []


def test_patients_are_counted_only_where_a_patient_can_be() -> None:
    found = {name.removeprefix("often_by_") for name in tables() if name.startswith("often_by_")}
    assert found == {
        "imd_quintile",
        "ethnic_group",
        "sex",
        "site",
        "core20",
        "residence",
        "imd_quintile_by_ethnic_group",
    }
    frame = tables()["often_by_core20"].frame
    assert tables()["often_by_core20"].unit == "patients"
    assert (frame["numerator"] <= frame["denominator"]).all()


def test_empty_groups_show_only_where_the_axis_says_so() -> None:
    assert list(tables()["records_by_month"].frame["month"]) == ["2024-04", "2024-05"]
    assert len(tables()["records_by_imd_quintile_by_ethnic_group"].frame) == 9
    assert list(tables()["records_by_core20"].frame["core20"]) == list(CORE20)


def test_few_cubes_give_every_table_of_records() -> None:
    wanted = groupings_for(AXES, [MISSED])
    assert sum(grouping.records and not grouping.patients for grouping in wanted) == 3  # narrow, by month, by site


@cache
def sample() -> Audit:
    return run_audit(Request(extract=SAMPLE / "admitted_care.csv", reference=SAMPLE / "reference"))


def test_core20_is_quintile_1_and_the_rest() -> None:
    frames = {table.id: table.frame for table in sample().breakdowns}
    quintile = frames["records_by_imd_quintile"]["numerator"].tolist()
    assert frames["records_by_core20"]["numerator"].tolist() == [quintile[0], sum(quintile[1:5]), quintile[5]]
    patients = frames["patients_by_imd_quintile"]["numerator"].tolist()
    core = frames["patients_by_core20"]["numerator"].tolist()
    assert (core[0], core[2]) == (patients[0], patients[5])
    assert max(patients[1:5]) <= core[1] <= sum(patients[1:5])


@pytest.mark.parametrize("other", ["sex", "age_band", "site", "specialty", "month"])
@pytest.mark.parametrize("one", CROSSED)
def test_a_crossed_table_adds_up_to_its_margins(one: str, other: str) -> None:
    frames = {table.id: table.frame for table in sample().breakdowns}
    for name in ("records", *(outcome.name for outcome in sample().outcomes)):
        crossed = frames[f"{name}_by_{one}_by_{other}"]
        for margin in (one, other):
            single = frames[f"{name}_by_{margin}"].set_index(margin)["numerator"]
            summed = crossed.groupby(margin)["numerator"].sum()
            assert summed[summed > 0].to_dict() == single[single > 0].to_dict()


def test_specialties_few_patients_share_are_folded() -> None:
    frame = next(table.frame for table in sample().breakdowns if table.id == "patients_by_specialty")
    shown = frame[~frame["specialty"].isin(["other", "not recorded"])]
    assert (shown["numerator"] >= 10).all()
