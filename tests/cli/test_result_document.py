"""The result document keeps its contract: its schema, its markers, and figures that add up."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from conftest import SAMPLES, RunCli, run_here
from equity_audit.decode.grouping import HIGH

SCHEMA = json.loads(
    (SAMPLES.parent / "src" / "equity_audit" / "reports" / "audit.schema.json").read_text(encoding="utf-8")
)
EXTRACTS = ("admitted_care", "outpatients", "emergency_care", "waiting_list")
RUNS = [(name, profile) for name in EXTRACTS for profile in ("hes", "none")] + [
    ("no_location", "none"), ("no_ethnicity", "hes"), ("nothing_installed", "hes"),
]  # fmt: skip
# Where a null is a number that is hidden or not to be had; elsewhere it is a text, or a figure with its own reason.
NUMBERS = re.compile(
    r"/intake/records_\w+|/intake/rejections/\d+/records|/rules/\d+/(judged|failed|not_judged|rate)"
    r"|/(ethnicity|deprivation)/(records|(classes|codes|patients|routes|quintiles|deciles)/\w+)"
    r"|/breakdowns/\d+/rows/\d+/(numerator|denominator|value|lower|upper)"
    r"|/outcomes/\d+/apart/\d+/records|/shapes/\w+/\d+/records"
)


@cache
def _document(name: str, profile: str) -> dict[str, Any]:
    reference: tuple[object, ...] = ("--reference", SAMPLES / "reference")
    extract, options = SAMPLES / f"{name}.csv", ()
    if name not in EXTRACTS:
        extract = SAMPLES / "admitted_care.csv"
        columns = {"no_location": ("HOMEADD", "LSOA21", "IMD_DECILE"), "no_ethnicity": ("ETHNOS",)}.get(name, ())
        extract = Path("without.csv")
        text = (SAMPLES / "admitted_care.csv").read_text()
        header, _, rest = text.partition("\n")
        extract.write_text(
            ",".join("OTHER_" + part if part in columns else part for part in header.split(",")) + "\n" + rest
        )
        reference = () if name == "nothing_installed" else reference
    result = run_here("check", extract, *reference, *options, "--disclosure", profile, "--format", "json")
    assert result.stderr == ""
    return dict(json.loads(result.stdout))


@pytest.fixture(params=RUNS, ids=lambda run: "-".join(run))
def document(request: pytest.FixtureRequest, run_cli: RunCli) -> dict[str, Any]:
    return _document(*request.param)


def _leaves(value: Any, pointer: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _leaves(item, f"{pointer}/{key.replace('~', '~0').replace('/', '~1')}")
    elif isinstance(value, list):
        for position, item in enumerate(value):
            yield from _leaves(item, f"{pointer}/{position}")
    else:
        yield pointer, value


def test_the_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)


def test_the_document_keeps_to_the_schema(document: dict[str, Any]) -> None:
    errors = [
        f"{error.json_path}: {error.message[:200]}" for error in Draft202012Validator(SCHEMA).iter_errors(document)
    ]
    assert errors == []


def test_the_schema_notices_what_is_missing_or_wrong(run_cli: RunCli) -> None:
    validator = Draft202012Validator(SCHEMA)
    sound = _document("admitted_care", "none")
    for key in SCHEMA["required"]:
        assert not validator.is_valid({name: value for name, value in sound.items() if name != key}), key
    broken = json.loads(json.dumps(sound))
    broken["rules"][0]["outcome"] = "passed"
    assert not validator.is_valid(broken)
    broken = json.loads(json.dumps(sound))
    broken["intake"]["records_read"] = "4,000"
    assert not validator.is_valid(broken)


def test_each_marker_points_at_a_null_and_each_null_number_has_a_marker(document: dict[str, Any]) -> None:
    leaves = dict(_leaves({key: value for key, value in document.items() if key != "markers"}))
    markers = document["markers"]
    assert [pointer for pointer in markers if pointer not in leaves or leaves[pointer] is not None] == []
    nulls = [pointer for pointer, value in leaves.items() if value is None]
    unmarked = [pointer for pointer in nulls if NUMBERS.fullmatch(pointer) and pointer not in markers]
    assert unmarked == []


def test_a_hidden_number_is_null_and_never_zero(document: dict[str, Any]) -> None:
    for table in document["breakdowns"]:
        for row in table["rows"]:
            if row["marker"] == "c":
                assert None in (row["numerator"], row["denominator"], row["value"])


def test_classes_add_up_to_records(document: dict[str, Any]) -> None:
    for part in ("ethnicity", "deprivation"):
        facts = document[part]
        if facts:
            assert sum(number or 0 for number in facts["classes"].values()) == facts["records"]


@pytest.mark.parametrize("name", EXTRACTS)
def test_without_disclosure_control_everything_adds_up_to_the_records_audited(name: str, run_cli: RunCli) -> None:
    document = _document(name, "none")
    intake = document["intake"]
    audited = intake["records_audited"]
    assert intake["records_read"] == audited + intake["records_rejected"]
    assert intake["records_rejected"] == sum(each["records"] for each in intake["rejections"])
    for part in ("ethnicity", "deprivation"):
        assert sum(document[part]["classes"].values()) == document[part]["records"] == audited
    assert sum(document["deprivation"]["quintiles"].values()) == document["deprivation"]["classes"]["linked"]
    for rule in document["rules"]:
        assert rule["failed"] <= rule["judged"], rule["code"]
        if rule["unit"] == "records" and rule["code"] != "STR002":
            assert rule["judged"] + rule["not_judged"] == audited, rule["code"]
    tables = {table["id"]: table["rows"] for table in document["breakdowns"] if table["outcome"] is None}
    of_records = {name: rows for name, rows in tables.items() if name.startswith("records_by_")}
    # Told in two by two, a table leaves out who has no quintile or no known group.
    two_by_two = of_records.pop("records_by_core20_by_ethnic_group", None)
    for name, rows in of_records.items():
        assert sum(row["numerator"] for row in rows) == audited, name
    if two_by_two is not None:
        known = [
            row["numerator"]
            for row in of_records["records_by_imd_quintile_by_ethnic_group"]
            if row["imd_quintile"] != "not linked" and row["ethnic_group"] in HIGH
        ]
        assert sum(row["numerator"] for row in two_by_two) == sum(known)


def test_without_disclosure_control_only_what_does_not_apply_is_marked(run_cli: RunCli) -> None:
    assert set(_document("admitted_care", "none")["markers"].values()) <= {"z", "x", "u"}


def test_an_unsuppressed_document_says_so(run_cli: RunCli) -> None:
    assert "not for publication" in _document("admitted_care", "none")["run"]["watermark"]
    assert _document("admitted_care", "hes")["run"]["watermark"] is None


def test_no_released_count_is_small(run_cli: RunCli) -> None:
    document = _document("admitted_care", "hes")
    for table in document["breakdowns"]:
        for row in table["rows"]:
            for number in (row["numerator"], row["denominator"]):
                assert number is None or number == 0 or number >= 8, table["id"]


def test_every_measure_is_of_released_records_and_every_null_says_why(document: dict[str, Any]) -> None:
    for place, measure in enumerate(document["measures"]):
        assert (measure["estimate"] is None) == (measure["reason_withheld"] is not None), measure["measure"]
        if measure["n"] is None:
            assert document["markers"][f"/measures/{place}/n"] == "c"
        else:
            assert isinstance(measure["n"], int)


@pytest.mark.parametrize("profile", ["hes", "none"])
def test_every_outcome_is_compared_and_has_a_verdict(run_cli: RunCli, profile: str) -> None:
    for name in EXTRACTS:
        document = _document(name, profile)
        subjects = {verdict["subject"] for verdict in document["verdicts"]}
        for outcome in [each["outcome"] for each in document["outcomes"]]:
            for dimension in ("imd_quintile", "ethnic_group"):
                table = next(each for each in document["breakdowns"] if each["id"] == f"{outcome}_by_{dimension}")
                shown = [row for row in table["rows"] if row["value"] is not None]
                # Where nothing may be shown there is nothing to compare.
                assert (f"{outcome}_by_{dimension}" in subjects) >= (profile == "none" and bool(shown))
    assert "frequent_attender_by_imd_quintile" in {
        each["subject"] for each in _document("emergency_care", "none")["verdicts"]
    }
    gaps = {each["outcome"] for each in _document("emergency_care", "none")["measures"] if each["measure"] == "gap"}
    assert gaps == {each["outcome"] for each in _document("emergency_care", "none")["outcomes"]}


@pytest.mark.parametrize("profile", ["hes", "none"])
def test_few_records_get_no_verdict_in_any_output(profile: str, tmp_path: Path, run_cli: RunCli) -> None:
    header, *lines = (SAMPLES / "admitted_care.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    names = next(csv.reader([header]))
    coded = [line for line in lines if dict(zip(names, next(csv.reader([line])), strict=False)).get("ETHNOS") == "A"][
        :40
    ]
    extract, files = tmp_path / "few.csv", [tmp_path / "few.json", tmp_path / "few.tidy.csv"]
    extract.write_text(header + "".join(coded), encoding="utf-8")
    outputs = [part for file in files for part in ("-o", file)]
    name = () if profile == "hes" else ("--internal", "the board")
    run_cli(
        "check", extract, "--reference", SAMPLES / "reference", "--disclosure", profile, *name, *outputs,
        "--fail-on", "never",
    )  # fmt: skip
    result = json.loads(files[0].read_text(encoding="utf-8"))
    told = {verdict["subject"]: (verdict["verdict"], verdict["sentence"]) for verdict in result["verdicts"]}
    assert told["ethnicity"] == ("care", "Too few records to judge.")
    assert not any(verdict == "act" for verdict, _ in told.values())
    assert "act" not in {row["verdict"] for row in csv.DictReader(files[1].read_text(encoding="utf-8").splitlines())}
