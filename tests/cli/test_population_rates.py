"""Rates per population end to end: figures by hand from the extract's rows, refusals in words, every output, nothing leaked."""

from __future__ import annotations

import csv
import io
import json
import math
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openpyxl import load_workbook

from conftest import SAMPLES, RunCli

SCHEMA = json.loads((SAMPLES.parent / "src/equity_audit/reports/audit.schema.json").read_text(encoding="utf-8"))
CODES = {"White": "A", "Mixed": "D", "Asian": "H", "Black": "N", "Other": "S"}
# European Standard Population 2013, ages 0, 5 … 90 and over (Eurostat 2013).
ESP = (5000, 5500, 5500, 5500, 6000, 6000, 6500, 7000, 7000, 7000, 7000, 6500, 6000, 5500, 5000, 4000, 2500, 1500, 1000)
RATES = ("rate", "standardised_rate", "standardised_ratio", "indirectly_standardised_rate")
Person = tuple[int, str, int, int]  # quintile, ethnic group, sex, place of the age band


def areas() -> dict[int, list[str]]:
    """LSOAs of the made-up edition by quintile, from their ranks."""
    with (SAMPLES / "reference" / "sample_imd.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    rank = next(name for name in rows[0] if "IMD) Rank" in name)
    found: dict[int, list[str]] = {quintile: [] for quintile in range(1, 6)}
    for row in rows:
        found[math.ceil(5 * int(row[rank]) / len(rows))].append(row["LSOA code (2021)"])
    return found


def people() -> Iterator[Person]:
    """3,000 admitted people: more in the deprived quintiles and the White group, of all ages."""
    draw = random.Random(7)
    for _ in range(3000):
        quintile = draw.choices(range(1, 6), [6, 5, 4, 3, 2])[0]
        group = draw.choices(list(CODES), [60, 8, 15, 10, 7])[0]
        yield quintile, group, draw.randint(1, 2), draw.randint(0, 18)


@pytest.fixture
def extract(tmp_path: Path) -> Path:
    path, home = tmp_path / "admitted.csv", areas()
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(
            ["ETHNOS", "LSOA21", "STARTAGE", "SEX", "ADMIMETH", "EPIORDER", "EPITYPE", "CLASSPAT", "ADMIDATE"]
        )
        for place, (quintile, group, sex, band) in enumerate(people()):
            lsoa = home[quintile][place % len(home[quintile])]
            method = "21" if place % 3 else "11"
            writer.writerow(
                [CODES[group], lsoa, 5 * band + place % 5, sex, method, 1, 1, 1, f"2024-{place % 12 + 1:02d}-05"]
            )
    return path


@pytest.fixture
def reference_folder(run_cli: RunCli, tmp_path: Path) -> Path:
    """The made-up IMD edition, installed as `sample`."""
    folder = tmp_path / "installed"
    install(run_cli, folder, SAMPLES / "reference" / "sample_imd.csv", "sample")
    return folder


def size(quintile: int, sex: int, band: int) -> int:
    return 40 + quintile + 3 * sex + (19 - band)


def small_areas(path: Path, header: str = "sex,area_codes,area_names,age_grp,pop", keep: int = 0) -> Path:
    """A mid-year population of the made-up areas; ``keep`` only so many of each quintile."""
    lines = [header]
    for quintile, codes in areas().items():
        for code in codes[:keep] if keep else codes:
            for sex in (1, 2):
                for band in range(19):
                    label = "90+" if band == 18 else f"{5 * band:02d}-{5 * band + 4:02d}"
                    lines.append(f"{sex},{code},Somewhere,{label},{size(quintile, sex, band)}")
    path.write_text("\n".join(lines) + "\n")
    return path


def cells(
    path: Path, *, edition: str = "sample", grouping: str = "2001", groups: tuple[str, ...] = tuple(CODES)
) -> Path:
    """A population by quintile, ethnic group, age and sex: 1,000 people more in each group in turn."""
    lines = ["imd_edition,imd_quintile,ethnic_grouping,ethnic_group,sex,age_from,age_to,people"]
    for quintile in range(1, 6):
        for at, group in enumerate(groups):
            for sex in ("Male", "Female"):
                for band in range(19):
                    end = "" if band == 18 else 5 * band + 4
                    lines.append(f"{edition},{quintile},{grouping},{group},{sex},{5 * band},{end},{1000 * (at + 1)}")
    path.write_text("\n".join(lines) + "\n")
    return path


def install(run_cli: RunCli, folder: Path, path: Path, edition: str = "2024") -> None:
    result = run_cli("reference", "add", path, "--edition", edition, "--reference", folder)
    assert result.exit_code == 0, result.stderr


def audit(run_cli: RunCli, extract: Path, folder: Path, profile: str = "none", *more: object) -> dict[str, Any]:
    options = ("--disclosure", profile, "--reference", folder, "--imd", "sample", "--fail-on", "never")
    result = run_cli("check", extract, *options, "--format", "json", *more)
    assert result.exit_code == 0, result.stderr
    document = dict(json.loads(result.stdout))
    Draft202012Validator(SCHEMA).validate(document)
    return document


def measured(document: dict[str, Any], measure: str, dimension: str) -> dict[str, dict[str, Any]]:
    return {
        row["group"]: row
        for row in document["measures"]
        if (row["measure"], row["outcome"], row["dimension"]) == (measure, "emergency_admission", dimension)
    }


def events() -> Counter[Person]:
    return Counter(person for place, person in enumerate(people()) if place % 3)


def test_rates_by_quintile_are_those_worked_out_by_hand(
    run_cli: RunCli, reference_folder: Path, extract: Path, tmp_path: Path
) -> None:
    install(run_cli, reference_folder, small_areas(tmp_path / "mid-2024.csv"))
    found = audit(run_cli, extract, reference_folder)
    direct, ratio = (measured(found, name, "imd_quintile") for name in ("standardised_rate", "standardised_ratio"))
    crude, areas_of = measured(found, "rate", "imd_quintile"), {q: len(codes) for q, codes in areas().items()}
    of_all: Counter[tuple[int, int]] = Counter()
    people_of_all: Counter[tuple[int, int]] = Counter()
    for (quintile, _, sex, band), number in events().items():
        of_all[sex, band] += number
        assert quintile in areas_of
    for quintile, many in areas_of.items():
        for sex in (1, 2):
            for band in range(19):
                people_of_all[sex, band] += many * size(quintile, sex, band)
    for label, row in direct.items():
        quintile = int(label[0])
        had: Counter[tuple[int, int]] = Counter()
        for (place, _, sex, band), number in events().items():
            had[sex, band] += number if place == quintile else 0
        here = {(sex, band): areas_of[quintile] * size(quintile, sex, band) for sex in (1, 2) for band in range(19)}
        weighted = sum(ESP[band] * had[sex, band] / here[sex, band] for sex, band in here) / (2 * sum(ESP))
        spread = sum((ESP[band] / here[sex, band]) ** 2 * had[sex, band] for sex, band in here) / (2 * sum(ESP)) ** 2
        total = sum(had.values())
        byar = total * (1 - 1 / (9 * total) - 1.959963984540054 / (3 * math.sqrt(total))) ** 3
        assert row["n"] == total == crude[label]["n"]
        assert row["estimate"] == pytest.approx(100_000 * weighted, rel=1e-9)
        assert row["lower"] == pytest.approx(
            100_000 * (weighted + math.sqrt(spread / total) * (byar - total)), rel=1e-9
        )
        expected = sum(here[key] * of_all[key] / people_of_all[key] for key in here)
        assert ratio[label]["estimate"] == pytest.approx(total / expected, rel=1e-9)
        assert crude[label]["estimate"] == pytest.approx(100_000 * total / sum(here.values()), rel=1e-9)
        assert "European Standard Population 2013" in row["method"]
    told = next(each for each in found["populations"] if each["dimension"] == "imd_quintile")
    assert (told["name"], told["vintage"], told["refused"], told["areas"]) == ("2024", "2021", None, 1500)
    assert told["people"] == sum(people_of_all.values()) == sum(each["people"] for each in told["groups"])
    assert {"kind": "population", "edition": "2024"}.items() <= found["run"]["references"][-1].items()


def test_a_population_by_area_has_no_rates_by_ethnic_group_and_says_so(
    run_cli: RunCli, reference_folder: Path, extract: Path, tmp_path: Path
) -> None:
    install(run_cli, reference_folder, small_areas(tmp_path / "mid-2024.csv"))
    found = audit(run_cli, extract, reference_folder)
    assert measured(found, "standardised_rate", "ethnic_group") == {}
    assert any("No rates per population by ethnic group" in note for note in found["notes"])


def test_rates_by_ethnic_group_rest_on_that_groups_people(
    run_cli: RunCli, reference_folder: Path, extract: Path, tmp_path: Path
) -> None:
    install(run_cli, reference_folder, cells(tmp_path / "cells.csv"), "census")
    found = audit(run_cli, extract, reference_folder)
    direct = measured(found, "standardised_rate", "ethnic_group")
    assert list(direct) == list(CODES)
    for at, (label, row) in enumerate(direct.items()):
        had: Counter[int] = Counter()
        for (_, group, _, band), number in events().items():
            had[band] += number if group == label else 0
        by_hand = sum(ESP[band] * had[band] / (5 * 1000 * (at + 1)) for band in range(19)) / (2 * sum(ESP))
        assert row["estimate"] == pytest.approx(100_000 * by_hand, rel=1e-9)
    # The same table added up over groups gives rates by quintile.
    assert len(measured(found, "standardised_rate", "imd_quintile")) == 5


@pytest.mark.parametrize(
    ("make", "words"),
    [
        ({"edition": "2019"}, "quintiles of IMD 2019 and this audit those of IMD sample"),
        ({"grouping": "2021"}, "counts Chinese people as Asian"),
        ({"groups": (*CODES, "Chinese")}, "6 ethnic groups and this audit has 5 ethnic groups"),
        ({"groups": tuple(f"Group {number}" for number in range(21))}, "21 ethnic groups and this audit has 5"),
    ],
)
def test_people_of_another_edition_or_grouping_are_refused_in_words(
    run_cli: RunCli, reference_folder: Path, extract: Path, tmp_path: Path, make: dict[str, Any], words: str
) -> None:
    install(run_cli, reference_folder, cells(tmp_path / "cells.csv", **make), "census")
    found = audit(run_cli, extract, reference_folder)
    assert measured(found, "standardised_rate", "ethnic_group") == {}
    assert any(words in note for note in found["notes"])
    assert any(words in (each["refused"] or "") for each in found["populations"])


def test_a_population_of_other_boundaries_is_refused(
    run_cli: RunCli, reference_folder: Path, extract: Path, tmp_path: Path
) -> None:
    old = small_areas(tmp_path / "mid-2018.csv")
    old.write_text("\n".join(line.replace("E019", "E010") for line in old.read_text().splitlines()) + "\n")
    install(run_cli, reference_folder, old, "2018")
    found = audit(run_cli, extract, reference_folder)
    assert measured(found, "rate", "imd_quintile") == {}
    assert any("of LSOA 2011 and the IMD edition of LSOA 2021" in note for note in found["notes"])


def test_events_of_people_outside_a_smaller_population_are_not_counted(
    run_cli: RunCli, reference_folder: Path, extract: Path, tmp_path: Path
) -> None:
    install(run_cli, reference_folder, small_areas(tmp_path / "mid-2024.csv", keep=100))
    found = audit(run_cli, extract, reference_folder)
    home = {code: quintile for quintile, codes in areas().items() for code in codes[:100]}
    inside: Counter[int] = Counter()
    with extract.open() as file:
        for row in csv.DictReader(file):
            if row["ADMIMETH"] == "21" and row["LSOA21"] in home:
                inside[home[row["LSOA21"]]] += 1
    shown = measured(found, "rate", "imd_quintile")
    assert {int(label[0]): row["n"] for label, row in shown.items()} == dict(inside)
    assert sum(inside.values()) < 2000


def test_released_rates_rest_on_released_events_and_leave_the_tables_as_they_are(
    run_cli: RunCli, reference_folder: Path, extract: Path, tmp_path: Path
) -> None:
    plain = audit(run_cli, extract, reference_folder, "hes")
    assert plain["populations"] == []
    install(run_cli, reference_folder, small_areas(tmp_path / "mid-2024.csv"))
    install(run_cli, reference_folder, cells(tmp_path / "cells.csv"), "census")
    found = audit(run_cli, extract, reference_folder, "hes")
    assert found["breakdowns"] == plain["breakdowns"]
    exact = audit(run_cli, extract, reference_folder)
    for dimension in ("imd_quintile", "ethnic_group"):
        table = next(each for each in found["breakdowns"] if each["id"] == f"emergency_admission_by_{dimension}")
        numerators = {row[dimension]: row["numerator"] for row in table["rows"]}
        for name in RATES:
            true = measured(exact, name, dimension)
            for group, row in measured(found, name, dimension).items():
                assert (row["estimate"] is None) == (row["reason_withheld"] is not None)
                if row["estimate"] is None:
                    continue
                assert row["n"] % 5 == 0
                assert row["n"] == numerators[group]
                # Rounding events to fives moves a rate by little beside its own interval.
                assert abs(row["estimate"] - true[group]["estimate"]) < true[group]["upper"] - true[group]["estimate"]


def test_every_output_tells_the_same_rates_and_so_does_a_result_rendered_again(
    run_cli: RunCli, reference_folder: Path, extract: Path, tmp_path: Path
) -> None:
    install(run_cli, reference_folder, small_areas(tmp_path / "mid-2024.csv"))
    names = [tmp_path / f"first.{suffix}" for suffix in ("json", "html", "xlsx", "md", "csv")]
    outputs = [part for name in names for part in ("-o", name)]
    options = ("--reference", reference_folder, "--imd", "sample", "--fail-on", "never")
    result = run_cli("check", extract, *options, *outputs)
    assert result.exit_code == 0, result.stderr
    document = json.loads(names[0].read_text())
    first = measured(document, "standardised_rate", "imd_quintile")["1 (most deprived)"]
    told = f"{first['estimate']:,.1f} ({first['lower']:,.1f} to {first['upper']:,.1f})"
    flat = " ".join(result.stdout.split())
    assert told in flat
    assert "directly standardised to the European Standard Population 2013 (population 2024, LSOA 2021)" in flat
    assert told in names[1].read_text()
    assert told.replace("(", "").replace(")", "") in names[3].read_text().replace("(", "").replace(")", "")
    rows = [row for row in csv.DictReader(io.StringIO(names[4].read_text())) if row["measure"] == "standardised_rate"]
    assert float(rows[0]["value"]) == first["estimate"]
    sheet = next(each for each in load_workbook(names[2]) if str(each["A1"].value).find("Rates per 100,000") > 0)
    assert any(row[3] and "European Standard Population 2013" in str(row[3]) and row[6] == first["estimate"]
               for row in sheet.iter_rows(values_only=True))  # fmt: skip
    again = [tmp_path / f"again.{suffix}" for suffix in ("json", "html", "md", "csv")]
    result = run_cli("report", names[0], *[part for name in again for part in ("-o", name)])
    assert result.exit_code == 0, result.stderr
    assert json.loads(again[0].read_text())["measures"] == document["measures"]
    assert json.loads(again[0].read_text())["populations"] == document["populations"]
    for name in again[1:]:
        assert name.read_bytes() == (tmp_path / f"first{name.suffix}").read_bytes()


def test_repeat_patients_widen_the_interval_of_a_rate(
    run_cli: RunCli, reference_folder: Path, extract: Path, tmp_path: Path
) -> None:
    install(run_cli, reference_folder, small_areas(tmp_path / "mid-2024.csv"))
    keyed = tmp_path / "keyed.csv"
    lines = extract.read_text().splitlines()
    # Neighbours of one quintile share a patient: three records each.
    order = sorted(lines[1:], key=lambda line: line.split(",")[1])
    keyed.write_text(
        "\n".join([lines[0] + ",PSEUDO_HESID", *(f"{line},P{at // 3:06d}" for at, line in enumerate(order))]) + "\n"
    )
    alone = measured(audit(run_cli, extract, reference_folder), "standardised_rate", "imd_quintile")
    repeated = measured(audit(run_cli, keyed, reference_folder), "standardised_rate", "imd_quintile")
    for group, row in repeated.items():
        assert row["estimate"] == pytest.approx(alone[group]["estimate"], rel=1e-9)
        assert row["upper"] - row["estimate"] > 1.2 * (alone[group]["upper"] - alone[group]["estimate"])
        assert "repeat patients allowed for" in row["method"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("sample,1,", "sample,9,"), "an IMD quintile 1 to 5"),
        (("2001,White,Male,0,4,1000", "2001,White,Male,0,4,many"), "a number of people"),
        (("sample,1,2001,White,Male,0", "2019,1,2001,White,Male,0"), "more than one IMD edition"),
        (("2001", "1991"), "neither 2001"),
        (("sample,1,2001,White,Male,5,9", "sample,1,2001,White,Male,0,4"), "twice"),
    ],
)
def test_a_faulty_population_is_not_installed(
    run_cli: RunCli, reference_folder: Path, tmp_path: Path, change: tuple[str, str], words: str
) -> None:
    path = cells(tmp_path / "cells.csv")
    count = -1 if change[0] == "2001" else 1
    path.write_text(path.read_text().replace(*change, count))
    result = run_cli("reference", "add", path, "--edition", "census", "--reference", reference_folder)
    assert result.exit_code == 3
    assert words in " ".join(result.stderr.split())


def test_the_statement_page_has_the_rates_that_it_asks_for(
    run_cli: RunCli, reference_folder: Path, extract: Path, tmp_path: Path
) -> None:
    install(run_cli, reference_folder, small_areas(tmp_path / "mid-2024.csv"))
    files = [tmp_path / f"out.{ending}" for ending in ("html", "xlsx")]
    found = audit(run_cli, extract, reference_folder, "hes", "-o", files[0], "-o", files[1])
    rates = [
        row
        for row in found["measures"]
        if (row["measure"], row["outcome"]) == ("standardised_rate", "under_18_admission") and row["estimate"]
    ]
    assert rates
    page = files[0].read_text(encoding="utf-8").partition('id="statement-13sa"')[2]
    told = "As a rate per 100,000 population by deprivation, and as a share of activity by deprivation"
    assert told.lower() in page.lower()
    assert "Emergency admissions of patients under 18: rates per 100,000 population by IMD quintile" in page
    assert all(f"{row['estimate']:,.1f} (" in page for row in rates)
    book = load_workbook(files[1])
    shown = [str(cell.value) for tab in ("Table_9", "Table_10") for row in book[tab].iter_rows() for cell in row]
    assert any(words.startswith(told) for words in shown)
    assert any("Table_13" in words for words in shown) and "Table_13" in book.sheetnames


def test_a_real_extract_whose_areas_no_edition_knows_has_a_statement_page_and_no_rates_of_zero(
    run_cli: RunCli, shared: Path, tmp_path: Path
) -> None:
    """The artificial HES: LSOA of 2001 alone, so nobody is linked and nobody's events are those of a population."""
    folder = tmp_path / "installed"
    install(run_cli, folder, shared / "reference/imd2019/File_2_-_IoD2019_Domains_of_Deprivation.csv.gz", "2019")
    install(run_cli, folder, shared / "reference/population/pop_mid2018_lsoa11_sex_ageband.csv.gz", "2018")
    extract = shared / "extracts/artificial_hes/artificial_hes_apc_0102_truncated.csv"
    files = [tmp_path / f"out.{ending}" for ending in ("html", "xlsx")]
    outputs = [part for file in files for part in ("-o", file)]
    result = run_cli("check", extract, "--reference", folder, "--fail-on", "never", "--format", "json", *outputs)
    found = json.loads(result.stdout)
    assert [row for row in found["measures"] if row["measure"] in RATES] == []
    assert any("nobody whose events could be counted" in note for note in found["notes"])
    page = files[0].read_text(encoding="utf-8").partition('id="statement-13sa"')[2]
    sheets = load_workbook(files[1])
    lines = [[str(cell.value) for cell in row] for tab in ("Table_9", "Table_10") for row in sheets[tab].iter_rows()]
    words = " ".join(cell for line in lines for cell in line)
    caution = "Shares of this extract's activity, not rates of a population: Emergency admissions of patients under 18"
    for told in (page.replace("&#39;", "'"), words):
        assert "2 of the 22 indicators" in told
        assert caution in " ".join(told.split())
        assert "not by age, which is part of the indicator" in told
    assert "Table_13" not in sheets.sheetnames
    (share,) = (line for line in lines if line[:3] == ["Emergency admissions of patients under 18", "Sex", "Female"])
    assert f"{float(share[5]):.1%}" in page
