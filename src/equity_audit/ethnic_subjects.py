"""What the rules on patients, on the second field and on the spread of ethnicity are judged on."""

from __future__ import annotations

import pandas as pd

from equity_audit.examine import Examined
from equity_audit.rules import Subject

_NO_ETHNICITY = "the extract has no ethnicity column"
_NO_KEY = "the extract has no patient key"


def examined_subjects(examined: Examined | None, records: int, patients: int, *, dated: bool) -> dict[str, Subject]:
    """Give every subject of the examination, by name; each says why it cannot be judged where it cannot."""
    if examined is None:
        why = dict.fromkeys(("patients", "recoverable", "ethnicity_2021", "ethnicity_spread"), _NO_ETHNICITY)
        return {
            name: Subject(name=name, frame=None, total=_total(name, records, patients), missing=reason)
            for name, reason in why.items()
        }
    subjects = [
        _or_why("patients", examined.patients, patients, _NO_KEY),
        _or_why("recoverable", examined.recoverable, records, _NO_KEY),
        _or_why("ethnicity_2021", examined.fields_2021, records, "the extract has no column for ethnic category 2021"),
        spread_subject(examined),
    ]
    if examined.patients is not None and not dated:
        # Without dates the most recent record is not to be told.
        frame = examined.patients.drop(columns="method_agreement")
        absent = {"method_agreement": "the extract has no activity date"}
        subjects[0] = Subject(name="patients", frame=frame, total=patients, absent=absent)
    return {subject.name: subject for subject in subjects}


def _total(name: str, records: int, patients: int) -> int:
    return {"patients": patients, "ethnicity_spread": 1}.get(name, records)


def _or_why(name: str, frame: pd.DataFrame | None, total: int, missing: str) -> Subject:
    return Subject(name=name, frame=frame, total=total, missing=missing if frame is None else None)


def spread_subject(examined: Examined) -> Subject:
    """One row for the extract: yes or no for each way in which recording can be uneven; absent ones say why."""
    row: dict[str, str | int] = {"records": 1}
    absent: dict[str, str] = {}

    def answer(name: str, found: bool | None, reason: str) -> None:
        if found is None:
            absent[name] = reason
        else:
            row[name] = "yes" if found else "no"

    residual, months, units = examined.residual, examined.months, examined.units
    over = None if residual is None else residual.loc[residual["site"] == "", "overused"]
    if over is not None and not over.isin(["yes", "no"]).any():
        over = None
    answer(
        "residual_overused", None if over is None else bool((over == "yes").any()),
        examined.no_residual or "too few records have a usable code to compare the residual ones",
    )  # fmt: skip
    answer(
        "unit_stands_out", bool((units["outside"] == "high").any()) if len(units) > 1 else None,
        "the extract tells fewer than two sites or specialties apart",
    )  # fmt: skip
    answer(
        "one_value_site", None if examined.sites is None else bool((examined.sites["filled"] == "yes").any()),
        "the extract has no site column",
    )  # fmt: skip
    asked = examined.levels[examined.levels["asked"]]
    answer(
        "unevenly_spread", bool((asked["uneven"] == "yes").any()) if (asked["uneven"] != "not judged").any() else None,
        "no two levels of quintile, age, sex, admission route or outcome hold enough records",
    )  # fmt: skip
    answer(
        "abrupt_change", bool((months["concern"] == "yes").any()) if months is not None and len(months) else None,
        "there are fewer than 13 months with enough records",
    )  # fmt: skip
    return Subject(name="ethnicity_spread", frame=pd.DataFrame([row]), total=1, absent=absent)
