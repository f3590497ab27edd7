"""Dimension fields → small whole numbers for the cube, and the labels that stand for them."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from equity_audit.codelists import column_of
from equity_audit.decode.age import SHOWN, age_in_years, band_codes, shown_codes, years_between
from equity_audit.decode.dates import read_dates
from equity_audit.decode.labels import SEXES
from equity_audit.model import Dictionary

FEWEST_PATIENTS = 10
OTHER, NOT_RECORDED, NOT_KNOWN = "other", "not recorded", "Not known"


@dataclass(frozen=True, kw_only=True)
class Dimension:
    """A dictionary whose decoded column ``name`` holds positions in ``labels``."""

    name: str
    dictionary: Dictionary
    labels: tuple[str, ...]


def sex_dimension(tally: pd.DataFrame) -> Dimension:
    """NHS Data Dictionary person stated gender codes and HES SEX; all else is not known."""
    codes = column_of("sex_codes", "code", "label")
    label = tally["sex"].astype("str").str.strip().str.upper().map(codes).fillna(NOT_KNOWN)
    frame = tally.assign(sex_code=label.map(SEXES.index).astype("int8"))
    return Dimension(name="sex_code", dictionary=_dictionary("sex", frame), labels=SEXES)


def age_dimension(tally: pd.DataFrame) -> Dimension:
    """Age as recorded, else completed years from date of birth to the activity; ``age_code`` is the band shown."""
    if "age" in tally:
        years = age_in_years(tally["age"])
    else:
        years = years_between(read_dates(tally["birth_date"], born=True), read_dates(tally["activity_date"]))
    frame = tally.assign(age_code=shown_codes(years), age_band_code=band_codes(years))
    return Dimension(name="age_code", dictionary=_dictionary("age", frame), labels=SHOWN)


def month_dimension(tally: pd.DataFrame) -> Dimension:
    """Calendar month of the activity; its ``day`` is 1 at the first date of the extract, 0 where it cannot be read."""
    dates = read_dates(tally["activity_date"])
    month = dates.dt.strftime("%Y-%m")
    labels = (*sorted(month.dropna().unique()), NOT_KNOWN)
    day = (dates - dates.min()).dt.days + 1
    codes = month.map({label: position for position, label in enumerate(labels)}).fillna(len(labels) - 1)
    return Dimension(
        name="month_code",
        dictionary=_dictionary(
            "month", tally.assign(month_code=codes.astype("int16"), day=day.fillna(0).astype("int32"))
        ),
        labels=labels,
    )


def month_counts(tally: pd.DataFrame, field: str) -> dict[str, int]:
    """Records by calendar month of a date field, in order; dates that cannot be read are left out."""
    month = read_dates(tally[field]).dt.strftime("%Y-%m")
    return {str(label): int(number) for label, number in tally["records"].groupby(month).sum().items()}


def label_dimension(tally: pd.DataFrame, field: str) -> Dimension:
    """A field whose own values are the labels (sites): shown only where at least 10 patients share them.

    ``tally`` needs ``patients``; without a patient key records stand in for them.
    """
    text = tally[field].astype("str").where(tally[field].notna(), "").str.strip().str.upper()
    sharing = tally.groupby(text)["patients"].sum()
    shown = [str(label) for label in sorted(sharing.index) if label and sharing[label] >= FEWEST_PATIENTS]
    labels = (*shown, OTHER, NOT_RECORDED)
    places = {label: position for position, label in enumerate(shown)} | {"": len(labels) - 1}
    codes = text.map(places).fillna(len(shown)).astype("int32")
    return Dimension(
        name=f"{field}_code", dictionary=_dictionary(field, tally.assign(**{f"{field}_code": codes})), labels=labels
    )


def _dictionary(subject: str, frame: pd.DataFrame) -> Dictionary:
    made = {"records", "patients", "sex_code", "age_code", "age_band_code", "month_code", "day", f"{subject}_code"}
    return Dictionary(subject=subject, keys=tuple(str(name) for name in frame if name not in made), frame=frame)
