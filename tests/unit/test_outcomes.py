"""Outcomes against counts made row by row from the samples; codes, windows, residence; files of one's own and their errors."""

import csv
from collections import Counter
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from equity_audit.audit import Request, run_audit
from equity_audit.datasets import load_dataset
from equity_audit.datasets.definitions import OutcomeDefinition, load_outcomes, parse_outcome
from equity_audit.decode.outcomes import asked_codes, decode_outcomes
from equity_audit.decode.residence import RESIDENCES, residence_codes
from equity_audit.decode.window import twelve_months, window_words
from equity_audit.errors import UsageError
from equity_audit.model import Audit, OutcomeFacts

SAMPLE = Path(__file__).resolve().parents[2] / "sample_data"
EMERGENCY = ("21", "22", "23", "24", "25", "28", "2A", "2B", "2C", "2D")
MINIMAL = {
    "label": "Day case", "description": "Stays of no night.", "unit": "records", "noun": "stays", "polarity": "favourable",
    "numerator": [{"field": "length_of_stay", "below": 1}], "denominator": [{"field": "length_of_stay", "at_least": 0}],
}  # fmt: skip


def audit_of(name: str, **settings: object) -> Audit:
    return run_audit(Request(extract=SAMPLE / f"{name}.csv", reference=SAMPLE / "reference", **settings))


def rows_of(name: str) -> list[dict[str, str]]:
    with (SAMPLE / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        reader = csv.reader(file)
        header = next(reader)
        return [dict(zip(header, row, strict=True)) for row in reader if len(row) == len(header)]


def total(audit: Audit, outcome: str, dimension: str = "imd_quintile") -> tuple[int, int]:
    frame = next(table.frame for table in audit.breakdowns if table.id == f"{outcome}_by_{dimension}")
    return int(frame["numerator"].sum()), int(frame["denominator"].sum())


def facts(audit: Audit, name: str) -> OutcomeFacts:
    return next(outcome for outcome in audit.outcomes if outcome.name == name)


def age(text: str) -> int | None:
    years = float(text) if text.replace(".", "", 1).isdigit() else None
    if years is None:
        return None
    years = 0 if 7001 <= years <= 7007 else years
    return int(years) if years <= 120 else None


def test_admissions_under_18_are_those_counted_row_by_row() -> None:
    counted = [
        age(row["STARTAGE"]) for row in rows_of("admitted_care")
        if row["ADMINCAT"] != "02" and row["CLASSPAT"] not in "34" and row["EPITYPE"] not in "36" and row["EPIORDER"] == "1"
        and row["ADMIMETH"] in (*EMERGENCY, "11", "12", "13")
    ]  # fmt: skip
    known = [years for years in counted if years is not None]
    assert total(audit_of("admitted_care"), "under_18_admission") == (sum(years < 18 for years in known), len(known))


def test_children_not_brought_are_those_under_18_of_did_not_attend() -> None:
    audit = audit_of("outpatients")
    kept = [
        row for row in rows_of("outpatients")
        if row["ADMINCAT"] != "02" and row["ATTENDED"] in ("3", "5", "6", "7") and (age(row["APPTAGE"]) or 0) < 18
        and age(row["APPTAGE"]) is not None
    ]  # fmt: skip
    missed = sum(row["ATTENDED"] in ("3", "7") for row in kept)
    assert total(audit, "was_not_brought") == (missed, len(kept))
    assert total(audit, "did_not_attend", "age_band") == total(audit, "did_not_attend")


def test_frequent_attenders_are_those_counted_patient_by_patient() -> None:
    audit = audit_of("emergency_care")
    times: Counter[str] = Counter()
    for row in rows_of("emergency_care"):
        try:
            day = date.fromisoformat(row["ARRIVALDATE"])
        except ValueError:
            continue
        if row["NEWNHSNO"].strip() and date(2024, 4, 1) <= day <= date(2025, 3, 31):
            times[row["NEWNHSNO"]] += 1
    told = facts(audit, "frequent_attender")
    assert (told.unit, told.least, told.noun) == ("patients", 5, "patients")
    assert told.description.endswith("Counted from April 2024 to March 2025.")
    tables = {table.id: table for table in audit.breakdowns}
    frame = tables["frequent_attender_by_imd_quintile"].frame
    # A patient with addresses in two quintiles stands in both.
    assert int(frame["denominator"].sum()) >= len(times)
    assert (frame["numerator"] <= frame["denominator"]).all()
    sexes = tables["frequent_attender_by_sex"].frame
    often = sum(number >= 5 for number in times.values())
    assert int(sexes["denominator"].sum()) >= len(times)
    assert int(sexes["numerator"].sum()) >= often > 0
    assert "frequent_attender_by_month" not in tables
    assert tables["frequent_attender_by_imd_quintile"].unit == "patients"


def test_without_a_patient_key_no_patients_are_counted(tmp_path: Path) -> None:
    rows = rows_of("emergency_care")
    pd.DataFrame(rows).drop(columns="NEWNHSNO").to_csv(tmp_path / "keyless.csv", index=False)
    audit = run_audit(Request(extract=tmp_path / "keyless.csv", reference=SAMPLE / "reference"))
    assert [outcome.name for outcome in audit.outcomes] == ["over_four_hours", "over_twelve_hours"]


def test_what_could_not_be_left_apart_is_named() -> None:
    audit = audit_of("admitted_care")
    assert facts(audit, "long_stay").not_applied == ("chargeable overseas visitors",)
    waiting = facts(audit_of("waiting_list"), "over_52_weeks")
    assert waiting.not_applied == ("private patients", "chargeable overseas visitors")
    mapped = audit_of("waiting_list", overrides={"administrative_category": "PRIORITY_TYPE_CODE"})
    assert facts(mapped, "over_52_weeks").not_applied == ("chargeable overseas visitors",)
    assert facts(mapped, "over_52_weeks").apart["private patients"] > 0


def extraction(procedure: str, diagnosis: str, years: str) -> int:
    outcome = next(each for each in load_dataset("hes_apc").outcomes if each.name == "extraction_10_and_under")
    frame = pd.DataFrame(
        {"procedure": [procedure], "diagnosis": [diagnosis], "age": [years], "episode_order": ["1"], "records": [1]}
    )
    for field in ("procedure", "diagnosis"):
        decoded = asked_codes(frame[[field, "records"]], field, [outcome]).frame
        frame[f"{field}_asked"] = decoded[f"{field}_asked"]
    tally = frame.drop(columns=["procedure", "diagnosis"])
    return int(decode_outcomes(tally, [outcome]).frame["extraction_10_and_under"].iloc[0])


@pytest.mark.parametrize(
    ("procedure", "diagnosis", "years", "place"),
    [
        ("F091", "K021", "6", 2), ("f10.4 ", "K02.9", "10", 2), ("F10", "K02", "7003", 2),  # 7003: weeks old, no tooth but an age
        ("F091", "K011", "6", 1), ("F111", "K021", "6", 1), ("", "", "6", 1), ("F091", "K021", "11", 0), ("F091", "K021", "", 0),
    ],
)  # fmt: skip
def test_tooth_extraction_for_decay(procedure: str, diagnosis: str, years: str, place: int) -> None:
    assert extraction(procedure, diagnosis, years) == place


def test_extraction_is_told_where_procedure_and_diagnosis_are_mapped(tmp_path: Path) -> None:
    frame = pd.DataFrame(rows_of("admitted_care"))
    young = frame["STARTAGE"].map(lambda text: age(text) in range(11))
    frame["OPERTN_01"] = ["F091" if at % 3 == 0 else f"X{at:03d}" for at in range(len(frame))]
    frame["DIAG_01"] = ["K021" if at % 2 == 0 else f"Z{at:03d}" for at in range(len(frame))]
    frame.to_csv(tmp_path / "coded.csv", index=False)
    audit = run_audit(Request(extract=tmp_path / "coded.csv", reference=SAMPLE / "reference"))
    base = (frame["ADMINCAT"] != "02") & ~frame["EPITYPE"].isin(["3", "6"]) & (frame["EPIORDER"] == "1") & young
    had = base & frame["OPERTN_01"].str.startswith("F09") & frame["DIAG_01"].str.startswith("K02")
    assert total(audit, "extraction_10_and_under") == (int(had.sum()), int(base.sum()))


def test_the_window_is_twelve_months_to_the_last_with_activity() -> None:
    months = pd.period_range("2023-01", "2024-06", freq="M")
    tally = pd.DataFrame({"activity_date": [f"{month}-15" for month in months], "records": 100})
    stray = pd.DataFrame({"activity_date": ["2031-01-01", "1900-01-01", "nonsense", None], "records": [3, 3, 3, 3]})
    window = twelve_months(pd.concat([tally, stray]))
    assert window == (pd.Period("2023-07"), pd.Period("2024-06"))
    assert window_words(tally[-3:]).endswith("The extract holds 3 months only, so fewer patients reach the number.")
    assert twelve_months(stray[2:]) is None


def test_residence_is_a_nation() -> None:
    geography = pd.DataFrame(
        [
            ("linked", "", "england"), ("outside_england", "Wales", "outside_england"), ("outside_england", "Scotland", ""),
            ("outside_england", "Northern Ireland", ""), ("outside_england", "", ""), ("overseas", "", "missing"),
            ("lsoa_not_found", "", "england"), ("no_reference", "England", "missing"), ("no_fixed_abode", "", "missing"),
            ("no_location", "", "missing"), ("linked", "", "missing"),
        ],
        columns=["link_class", "nation", "lsoa_form"],
    )  # fmt: skip
    assert [RESIDENCES[code] for code in residence_codes(geography)] == [
        "England", "Wales", "Scotland", "Northern Ireland", "Other or overseas", "Other or overseas",
        "England", "England", "Not known", "Not known", "England",
    ]  # fmt: skip


OWN = """
outcomes:
  day_case:
    label: Day case
    description: Stays of no night, among all stays with a length.
    unit: records
    noun: stays
    polarity: favourable
    filter:
      - {field: episode_order, in: ["1"]}
    apart:
      - {name: private patients, when: [{field: administrative_category, in: ["02"]}]}
    numerator:
      - {field: length_of_stay, below: 1}
    denominator:
      - {field: length_of_stay, at_least: 0}
"""


def own(tmp_path: Path, text: str = OWN) -> tuple[OutcomeDefinition, ...]:
    path = tmp_path / "own.yaml"
    path.write_text(text, encoding="utf-8")
    return load_outcomes(path)


def test_an_outcome_of_ones_own_is_counted_like_any_other(tmp_path: Path) -> None:
    audit = audit_of("admitted_care", outcomes=own(tmp_path))
    stays = [
        int(row["SPELDUR"]) for row in rows_of("admitted_care") if row["EPIORDER"] == "1" and row["ADMINCAT"] != "02"
    ]
    assert total(audit, "day_case") == (sum(stay < 1 for stay in stays), len(stays))
    assert total(audit, "day_case", "residence") == total(audit, "day_case", "core20") == total(audit, "day_case")
    assert facts(audit, "day_case").apart["private patients"] > 0


def test_patients_of_ones_own(tmp_path: Path) -> None:
    counted = {"unit": "patients", "noun": "patients", "numerator": [{"field": "records_of_patient", "at_least": 3}]}
    outcome = parse_outcome(
        "three_stays", MINIMAL | counted | {"denominator": [{"field": "records_of_patient", "at_least": 1}]}, "own.yaml"
    )
    audit = audit_of("admitted_care", outcomes=(outcome,))
    had, all_ = total(audit, "three_stays", "imd_quintile")
    assert 0 < had < all_


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("polarity:", "polarty:"), "no key called polarty. Did you mean polarity"),
        (("    noun: stays\n", ""), "lacks noun"),
        (
            ("field: length_of_stay, below", "field: lenght_of_stay, below"),
            "no field called lenght_of_stay. Did you mean length_of_stay",
        ),
        (("below: 1", "bellow: 1"), "no word called bellow. Did you mean below"),
        (("below: 1", 'below: "1"'), "`below` takes a number"),
        (('["1"]', "[1]"), "list of codes in quotes"),
        (("unit: records", "unit: people"), "`unit` is one of records, pathways, patients"),
        (("polarity: favourable", "polarity: good"), "`polarity` is one of adverse, favourable"),
        (("unit: records", "unit: patients"), "records_of_patient, at_least: a number"),
        (("day_case:", "Day Case:"), "name is 3 to 40 small letters"),
        (("day_case:", "sex:"), "not the name of a field"),
        (("label: Day case", "label: =1+1"), "begins with a letter"),
        (
            ("    numerator:\n      - {field: length_of_stay, below: 1}\n", "    numerator: []\n"),
            "needs a list of conditions",
        ),
        (("outcomes:", "outcome:"), "one key, `outcomes:`"),
        (("noun: stays", "noun: &stays stays"), "anchors, aliases and tags"),
        (("name: private", "nam: private"), "list of {name: what is left out"),
    ],
)
def test_a_fault_in_the_file_is_told_in_a_sentence(tmp_path: Path, change: tuple[str, str], words: str) -> None:
    assert change[0] in OWN
    with pytest.raises(UsageError, match=words.replace("{", r"\{").replace("(", r"\(")):
        own(tmp_path, OWN.replace(*change))


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="none can be read"):
        load_outcomes(tmp_path / "missing.yaml")


@pytest.mark.parametrize(
    ("name", "change", "words"),
    [
        ("long_stay", {}, "is an outcome of hes_apc already"),
        ("late", {"numerator": [{"field": "department_minutes", "above": 60}]}, "--map FIELD=COLUMN"),
    ],
)
def test_an_outcome_that_does_not_fit_the_extract_is_refused(name: str, change: dict[str, object], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        audit_of("admitted_care", outcomes=(parse_outcome(name, MINIMAL | change, "own.yaml"),))


def test_the_example_of_the_page_is_the_file_it_names() -> None:
    page = (SAMPLE.parent / "docs" / "own-outcomes.md").read_text(encoding="utf-8")
    example = page.partition("```yaml\n")[2].partition("```")[0]
    assert (SAMPLE / "own-outcomes.yaml").read_text(encoding="utf-8") == example
    assert [outcome.name for outcome in load_outcomes(SAMPLE / "own-outcomes.yaml")] == ["day_case"]
