"""The synthetic extracts: repeatable, of the promised shape, and with a truth that a plain recount confirms."""

import csv
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from equity_audit.errors import UsageError
from equity_audit.sample import FILE_NAMES, REFERENCE_FAULTS, VARIANTS, write_reference, write_sample
from equity_audit.sample.committed import RECORDS, SEED, write_committed

SAMPLE_DATA = Path(__file__).parents[2] / "sample_data"


def read_truth(extract: Path) -> dict[str, Any]:
    truth: dict[str, Any] = json.loads(extract.with_suffix(".truth.json").read_text(encoding="utf-8"))
    return truth


def read_sound(extract: Path, encoding: str = "utf-8") -> list[dict[str, str]]:
    with extract.open(encoding=encoding, newline="") as file:
        header, *rows = csv.reader(file)
    return [dict(zip(header, row, strict=True)) for row in rows if len(row) == len(header)]


def read_deciles(path: Path) -> dict[str, int]:
    with path.open(encoding="utf-8", newline="") as file:
        return {row[0]: int(row[3]) for row in list(csv.reader(file))[1:]}


@pytest.fixture(scope="module")
def admitted() -> Path:
    return SAMPLE_DATA / FILE_NAMES["hes_apc"]


def test_committed_files_are_what_the_generator_makes(tmp_path: Path) -> None:
    write_committed(tmp_path)
    made = {path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file()}
    kept = {path.relative_to(SAMPLE_DATA) for path in SAMPLE_DATA.rglob("*") if path.is_file()}
    assert kept - made == {Path("README.md"), Path("own-outcomes.yaml")}
    for path in made:
        assert (tmp_path / path).read_bytes() == (SAMPLE_DATA / path).read_bytes(), path


@pytest.mark.parametrize("dataset", FILE_NAMES)
def test_same_request_same_bytes_and_other_seed_other_bytes(tmp_path: Path, dataset: str) -> None:
    first = write_sample(tmp_path / "a", dataset, 500, 7)
    again = write_sample(tmp_path / "b", dataset, 500, 7)
    other = write_sample(tmp_path / "c", dataset, 500, 8)
    assert first.read_bytes() == again.read_bytes()
    assert first.with_suffix(".truth.json").read_bytes() == again.with_suffix(".truth.json").read_bytes()
    assert first.read_bytes() != other.read_bytes()


@pytest.mark.parametrize("dataset", FILE_NAMES)
def test_shape(dataset: str) -> None:
    path = SAMPLE_DATA / FILE_NAMES[dataset]
    truth = read_truth(path)
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    assert len(header) == len(set(header))
    assert dataset != "hes_apc" or len(header) == 35
    assert len(rows) == truth["records_read"] == truth["records"] + truth["rejected"] == RECORDS[dataset] + 6
    odd = [number for number, row in enumerate(rows, start=2) if len(row) != len(header)]
    assert odd == [rejection["line"] for rejection in truth["rejections"]]


def check_consistent(truth: dict[str, Any]) -> None:
    """Everything that has to add up does."""
    records = truth["records"]
    for rule in filter(None, truth["rules"].values()):
        if "judged" in rule:
            assert 0 <= rule["failed"] <= rule["judged"]
            totals = {"records": records, "patients": truth["patients"]}
            total = truth["records_read"] if rule is truth["rules"]["STR002"] else totals.get(rule["unit"])
            assert rule["judged"] + rule["not_judged"] == total or rule["unit"] == "extract"
        if "parts" in rule:
            assert sum(rule["parts"].values()) == rule["failed"]
    if truth["ethnicity"]:
        classes, codes = truth["ethnicity"]["classes"], truth["ethnicity"]["codes"]
        assert sum(classes.values()) == records
        assert (codes["Z"], codes["99"]) == (classes["not_stated"], classes["not_known"])
        assert sum(codes.values()) == records - classes["invalid"] - classes["missing"]
    if truth["deprivation"]:
        classes = truth["deprivation"]["classes"]
        assert sum(classes.values()) == records
        assert sum(truth["deprivation"]["routes"].values()) == classes["linked"]
        assert sum(truth["deprivation"]["quintiles"].values()) == classes["linked"]
    if truth["breakdowns"]:
        both = truth["breakdowns"]["imd_quintile_by_ethnic_group"]
        for quintile, cell in truth["breakdowns"]["imd_quintile"].items():
            assert cell["patients"] <= cell["records"] == sum(part["records"] for part in both[quintile].values())
        assert {name: cell["records"] for name, cell in truth["breakdowns"]["link_class"].items()} == classes
        for group, cell in truth["breakdowns"]["ethnic_group"].items():
            assert cell["records"] == sum(row[group]["records"] for row in both.values())
        for outcome in truth["outcome"].values():
            for cells in (outcome["by_quintile"], outcome["by_link_class"], outcome["by_ethnic_group"]):
                for part in ("numerator", "denominator"):
                    assert sum(cell[part] for cell in cells.values()) == outcome[part]


@pytest.mark.parametrize("dataset", FILE_NAMES)
def test_truth_adds_up(dataset: str) -> None:
    check_consistent(read_truth(SAMPLE_DATA / FILE_NAMES[dataset]))


def test_every_rule_of_the_catalogue_is_in_the_truth_and_planted_somewhere(admitted: Path, tmp_path: Path) -> None:
    rules = read_truth(admitted)["rules"]
    catalogue = [f"ETH{n:03d}" for n in range(1, 23)] + [f"DEP{n:03d}" for n in range(1, 20)]
    catalogue += [f"STR{n:03d}" for n in range(1, 8)]
    assert sorted(rules) == sorted(catalogue)
    clean = {code for code, rule in rules.items() if not rule.get("failed") and not rule.get("planted")}
    # These need a directory, a mapping, a reference with a fault, or a variant.
    assert clean == {
        *("DEP004", "DEP005", "DEP009", "DEP010", "DEP012", "DEP013", "DEP014"),
        *("ETH007", "ETH020", "ETH021", "STR001", "STR007"),
    }


def test_plain_recount_of_ethnicity(admitted: Path) -> None:
    truth, rows = read_truth(admitted), read_sound(admitted)
    raw = Counter(row["ETHNOS"] for row in rows)
    rules, codes = truth["rules"], truth["ethnicity"]["codes"]
    assert (raw["T"], raw["W"]) == (codes["T"], codes["W"])
    assert rules["ETH008"]["failed"] == sum(raw[digit] for digit in "012345678")
    superseded = ("9", "X", "NS", "ZZ", "NK", "NKN", "NSP", "U", "UNK")
    assert rules["ETH011"]["failed"] == sum(raw[word] for word in superseded)
    blank = ("", "NULL", "null", "N/A", "-", ".", "?", "\u00a0")
    assert truth["ethnicity"]["classes"]["missing"] == sum(raw[word] for word in blank)
    assert codes["M"] == sum(raw[form] for form in ("M", "m", "M ", " M", "M*", "M.", "M\u00a0", "\uff2d"))


def test_plain_recount_of_places_and_patients(admitted: Path) -> None:
    truth, rows = read_truth(admitted), read_sound(admitted)
    rules, classes = truth["rules"], truth["deprivation"]["classes"]
    deciles = read_deciles(SAMPLE_DATA / "reference" / "sample_imd.csv")
    lsoas = ["".join(row["LSOA21"].split()).upper() for row in rows]
    postcodes = ["".join(row["HOMEADD"].split()).upper() for row in rows]
    assert truth["deprivation"]["routes"]["lsoa"] == sum(lsoa in deciles for lsoa in lsoas)
    assert rules["DEP008"]["failed"] == sum(lsoa.startswith("E01999") for lsoa in lsoas)
    assert rules["DEP002"]["failed"] == sum(postcode.startswith("ZZ99") for postcode in postcodes)
    assert classes["no_fixed_abode"] == postcodes.count("ZZ993VZ")
    compared = [
        (int(row["IMD_DECILE"]), deciles[lsoa])
        for row, lsoa in zip(rows, lsoas, strict=True)
        if lsoa in deciles and row["IMD_DECILE"] in {str(decile) for decile in range(1, 11)}
    ]
    assert rules["DEP011"]["failed"] == sum(supplied != true for supplied, true in compared)
    numbers = [row["NEWNHSNO"] for row in rows]
    assert truth["patients"] == len(set(numbers) - {""})
    assert truth["records_without_patient_key"] == numbers.count("")
    assert all(number.startswith("99") and len(number) == 10 for number in numbers if number)
    bad = sum((11 - sum(int(d) * (10 - n) for n, d in enumerate(x[:9])) % 11) % 11 != int(x[9]) for x in numbers if x)
    assert rules["STR006"]["failed"] == bad
    keys = Counter(row["EPIKEY"] for row in rows)
    assert rules["STR003"]["failed"] == sum(count - 1 for count in keys.values())


def test_plain_recount_of_emergency_admissions(admitted: Path) -> None:
    counted = [
        row["ADMIMETH"]
        for row in read_sound(admitted)
        if row["EPIORDER"] == "1" and row["ADMINCAT"] != "02" and row["CLASSPAT"] not in "34"
        if row["EPITYPE"] not in "36" and (row["ADMIMETH"][0] == "2" or row["ADMIMETH"] in ("11", "12", "13"))
    ]
    outcome = read_truth(admitted)["outcome"]["emergency_admission"]
    assert outcome["denominator"] == len(counted)
    assert outcome["numerator"] == sum(method[0] == "2" for method in counted)


def test_no_site_reaches_the_proof_of_a_foreign_scheme(admitted: Path) -> None:
    police = Counter(
        row["SITETRET"] for row in read_sound(admitted) if row["ETHNOS"][:1] in "WOABM" and row["ETHNOS"][1:].isdigit()
    )
    assert not police or max(police.values()) < 20


@pytest.mark.parametrize("variant", VARIANTS)
def test_variants_add_up_and_fail_their_rule(tmp_path: Path, variant: str) -> None:
    rules = {
        **dict.fromkeys(("police", "ambiguous", "gss_numbers", "snomed", "school_census", "social_care"), "ETH007"),
        "no_ethnicity": "STR001",
        "no_location": "STR001",
        "reversed_decile": "DEP012",
        "ethnicity_2021": "ETH020",
        "zero_based_decile": "DEP013",
        "quintile_in_decile": "DEP013",
        "mixed_vintage": "DEP009",
        "spreadsheet": "STR007",
    }
    path = write_sample(tmp_path, "hes_apc", 2_000, 1, variant=variant)
    truth = read_truth(path)
    check_consistent(truth)
    assert truth["rules"][rules[variant]]["failed"] >= 1
    assert path.read_bytes() != write_sample(tmp_path / "base", "hes_apc", 2_000, 1).read_bytes()


def test_police_codes_fill_one_site(tmp_path: Path) -> None:
    rows = read_sound(write_sample(tmp_path, "hes_apc", 2_000, 1, variant="police"))
    there = [row["ETHNOS"] for row in rows if row["SITETRET"] == "XQZ03"]
    assert sum(raw in ("W1", "NS", "A1", "O9") for raw in there) > 20
    assert not {"A", "Z", "a"} & set(there)


def test_clean_extract_has_nothing_to_find(tmp_path: Path) -> None:
    truth = read_truth(write_sample(tmp_path, "hes_apc", 1_000, 1, faults=False))
    check_consistent(truth)
    assert truth["rejected"] == 0
    found = {code for code, rule in truth["rules"].items() if rule.get("failed")}
    # A few have refused or were not asked, as everywhere.
    assert found <= {"ETH002", "ETH003", "ETH018"}


def test_cp1252(tmp_path: Path) -> None:
    path = write_sample(tmp_path, "hes_apc", 2_000, 1, encoding="cp1252")
    assert len(read_sound(path, "cp1252")) == 2_000
    with pytest.raises(UnicodeDecodeError):
        read_sound(path)


@pytest.mark.parametrize(
    "bad",
    [
        {"dataset": "hes"},
        {"records": 0},
        {"variant": "none"},
        {"encoding": "ebcdic-none"},
        {"encoding": "ascii"},
        {"dataset": "wlmds", "variant": "reversed_decile"},
        {"dataset": "hes_op", "variant": "quintile_in_decile"},
    ],
)
def test_what_cannot_be_made_is_refused_and_leaves_no_extract(tmp_path: Path, bad: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        write_sample(**({"folder": tmp_path, "dataset": "hes_apc", "records": 2_000, "seed": SEED} | bad))
    assert not list(tmp_path.glob("*.csv")) + list(tmp_path.glob("*.partial"))


def test_chunks_do_not_share_patients(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("equity_audit.sample.generate.CHUNK_RECORDS", 800)
    path = write_sample(tmp_path, "hes_ae", 2_000, 3)
    truth = read_truth(path)
    check_consistent(truth)
    assert truth["patients"] == len({row["NEWNHSNO"] for row in read_sound(path)} - {""})


def test_reference(tmp_path: Path) -> None:
    path = write_reference(tmp_path, 1)
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    assert "Local Authority" not in "".join(header)
    assert sorted(int(row[2]) for row in rows) == list(range(1, 1_501))
    assert all(int(row[3]) == -(-10 * int(row[2]) // 1_500) for row in rows)
    assert len({row[0] for row in rows}) == 1_500
    older = read_deciles(write_reference(tmp_path, 1, vintage=2011))
    assert len(older.keys() - {row[0] for row in rows}) == 100


@pytest.mark.parametrize("fault", REFERENCE_FAULTS)
def test_reference_faults(tmp_path: Path, fault: str) -> None:
    good = write_reference(tmp_path / "good", 1).read_bytes()
    assert write_reference(tmp_path / "bad", 1, fault=fault).read_bytes() != good


def test_unknown_reference_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        write_reference(tmp_path, fault="none")
    with pytest.raises(UsageError):
        write_reference(tmp_path, vintage=2001)
