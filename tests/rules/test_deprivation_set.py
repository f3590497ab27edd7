"""The deprivation set from an extract to its findings: editions, scales, vintages, directories, patients."""

import csv
import random
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from equity_audit.audit import Request, run_audit
from equity_audit.linkage import edition_effect
from equity_audit.model import Audit, Finding
from equity_audit.reference.add import add_reference
from equity_audit.sample import write_directory, write_reference, write_sample

IMD2019 = "imd2019/File_2_-_IoD2019_Domains_of_Deprivation.csv.gz"
IMD2025 = "imd2025/File_1_IoD2025_Index_of_Multiple_Deprivation.xlsx"
LOOKUP = "geography/lookup_lsoa11_lsoa21_ltla22.csv.gz"


def found(audit: Audit, code: str) -> Finding:
    return next(finding for finding in audit.findings if finding.rule.code == code)


def write_extract(path: Path, header: str, rows: Iterable[Iterable[object]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header.split(","))
        writer.writerows(rows)
    return path


# --- the samples' variants ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("variant", "dataset", "code", "explanation"),
    [
        ("reversed_decile", "hes_apc", "DEP012", None),
        ("zero_based_decile", "hes_apc", "DEP013", "deciles counted from 0"),
        ("zero_based_decile", "hes_op", "DEP013", "quintiles counted from 0"),
        ("quintile_in_decile", "hes_apc", "DEP013", "quintiles"),
    ],
)
def test_a_turned_or_shifted_scale(
    tmp_path: Path, variant: str, dataset: str, code: str, explanation: str | None
) -> None:
    write_reference(tmp_path / "references")
    extract = write_sample(tmp_path, dataset, 1_000, 5, variant=variant)
    audit = run_audit(Request(extract=extract, reference=tmp_path / "references"))
    assert found(audit, code).outcome == "fail"
    other = "DEP012" if code == "DEP013" else "DEP013"
    assert found(audit, other).outcome == ("pass" if other == "DEP012" else "not_judged")
    assert audit.deprivation_details["words"]["scale_explanation"] == explanation
    words = "runs the wrong way" if code == "DEP012" else f"look like {explanation}"
    assert any(words in note for note in audit.notes)


def test_a_mixed_vintage(tmp_path: Path) -> None:
    write_reference(tmp_path / "references")
    write_reference(tmp_path / "references", vintage=2011)
    extract = write_sample(tmp_path, "hes_apc", 2_000, 5, variant="mixed_vintage")
    audit = run_audit(Request(extract=extract, reference=tmp_path / "references"))
    assert found(audit, "DEP009").outcome == "fail"
    assert audit.deprivation["routes"]["lsoa"] == 0
    assert audit.deprivation["routes"]["supplied"] > 1_000
    assert any("nothing is linked by LSOA" in note for note in audit.notes)


def test_a_sample_with_a_directory_links_what_the_directory_adds(tmp_path: Path) -> None:
    write_reference(tmp_path / "references")
    extract = write_sample(tmp_path, "hes_apc", 4_000, 5)
    without = run_audit(Request(extract=extract, reference=tmp_path / "references"))
    write_directory(tmp_path / "references")
    audit = run_audit(Request(extract=extract, reference=tmp_path / "references"))
    before, after = without.deprivation["classes"], audit.deprivation["classes"]
    assert before["no_reference"] > 0 == after["no_reference"]
    assert audit.deprivation["routes"]["lsoa"] == without.deprivation["routes"]["lsoa"]
    assert audit.deprivation["routes"]["postcode"] > after["linked"] - before["linked"] > 0
    for name in ("outside_england", "overseas", "no_fixed_abode", "withheld", "no_location"):
        assert after[name] == before[name]
    assert (found(audit, "DEP004").failed, found(audit, "DEP004").outcome) == (0, "pass")
    assert found(audit, "DEP004").judged == found(audit, "DEP003").judged - found(audit, "DEP003").failed
    ended = found(audit, "DEP005")
    assert 0 < ended.failed < ended.judged < found(audit, "DEP004").judged
    assert found(audit, "DEP010").judged > 3_000


# --- official editions -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def official(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("official")
    for name in (IMD2019, IMD2025):
        add_reference(folder, shared / "reference" / name)
    return folder


@pytest.fixture(scope="module")
def with_lookup(official: Path, shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("with_lookup")
    for name in (IMD2019, LOOKUP):
        add_reference(folder, shared / "reference" / name)
    return folder


def codes_of(folder: Path, edition: str) -> pd.DataFrame:
    return pd.read_parquet(folder / f"imd-{edition}.parquet").set_index("code")


def test_codes_of_2021_against_imd_2019(official: Path, with_lookup: Path, tmp_path: Path) -> None:
    codes = codes_of(official, "2025").index
    extract = write_extract(tmp_path / "e.csv", "ETHNICITY,LSOA", [("A", code) for code in codes[::3]])
    alone = run_audit(Request(extract=extract, reference=official, edition="2019"))
    assert found(alone, "DEP009").outcome == "fail"
    assert alone.deprivation["classes"]["linked"] == 0
    bridged = run_audit(Request(extract=extract, reference=with_lookup, edition="2019"))
    assert found(bridged, "DEP009").outcome == "fail"
    classes, routes = bridged.deprivation["classes"], bridged.deprivation["routes"]
    assert routes["bridged"] == classes["linked"] > 0
    assert classes["linked"] + classes["wrong_vintage"] == len(codes[::3])
    # Unasked, the codes choose the edition that is published for them.
    chosen = run_audit(Request(extract=extract, reference=official))
    assert chosen.deprivation["edition"] == "2025"
    assert chosen.deprivation_details["words"]["vintage_basis"] == "proved"
    assert found(chosen, "DEP009").outcome == "pass"
    assert chosen.deprivation["routes"]["lsoa"] == len(codes[::3])


def test_codes_of_2021_with_imd_2019_alone_installed(shared: Path, tmp_path: Path, official: Path) -> None:
    folder = tmp_path / "references"
    add_reference(folder, shared / "reference" / IMD2019)
    codes = codes_of(official, "2025").index[::5]
    extract = write_extract(tmp_path / "e.csv", "ETHNICITY,LSOA", [("A", code) for code in codes])
    audit = run_audit(Request(extract=extract, reference=folder))
    assert found(audit, "DEP009").outcome == "fail"
    assert audit.deprivation["classes"]["linked"] == 0
    told = [note for note in audit.notes if "LSOA" in note]
    assert len(told) == 1
    assert "reference fetch lookup" in told[0]
    old = write_extract(
        tmp_path / "o.csv", "ETHNICITY,LSOA", [("A", code) for code in codes_of(official, "2019").index]
    )
    audit = run_audit(Request(extract=old, reference=folder))
    assert found(audit, "DEP009").outcome == "pass"
    assert any("one list alone: they are read as areas of 2011" in note for note in audit.notes)


def test_a_directory_of_other_areas_than_the_edition_says_so(official: Path, shared: Path, tmp_path: Path) -> None:
    folder = tmp_path / "references"
    for name in (IMD2025, "postcodes/NSPL_NOV_2021_UK_SM.csv.gz"):
        add_reference(folder, shared / "reference" / name)
    postcodes = pd.read_csv(shared / "reference" / "postcodes" / "NSPL_NOV_2021_UK_SM.csv.gz", dtype=str)["pcds"]
    extract = write_extract(tmp_path / "e.csv", "ETHNICITY,POSTCODE", [("A", code) for code in postcodes])
    audit = run_audit(Request(extract=extract, reference=folder))
    assert audit.deprivation["classes"]["linked"] == 0
    assert any("areas of 2011 and IMD 2025" in note and "none of them links" in note for note in audit.notes)
    add_reference(folder, shared / "reference" / LOOKUP)
    audit = run_audit(Request(extract=extract, reference=folder))
    assert audit.deprivation["routes"]["postcode"] > 0 < audit.deprivation["classes"]["wrong_vintage"]
    assert any("areas that changed between them do not link" in note for note in audit.notes)


def test_deciles_of_2025_against_imd_2019(official: Path, tmp_path: Path) -> None:
    new, old = codes_of(official, "2025"), codes_of(official, "2019")
    both = new.loc[new.index.intersection(old.index)].iloc[::20]
    rows = [("A", code, int(-(-10 * rank // 33_755))) for code, rank in both["rank"].items()]
    extract = write_extract(tmp_path / "e.csv", "ETHNICITY,LSOA11CD,IMD_DECILE", rows)
    audit = run_audit(Request(extract=extract, reference=official, edition="2019"))
    assert found(audit, "DEP013").outcome == "fail"
    assert audit.deprivation_details["words"]["scale_explanation"] == "IMD 2025"
    assert found(audit, "DEP012").outcome == "pass"
    assert found(audit, "DEP011").outcome == "fail"


def test_two_editions_compared(official: Path, tmp_path: Path) -> None:
    new, old = codes_of(official, "2025"), codes_of(official, "2019")
    both = list(new.index.intersection(old.index))[::20]
    rows = [("A", code, f"99{number // 2:08d}") for number, code in enumerate(both)]
    extract = write_extract(tmp_path / "e.csv", "ETHNICITY,LSOA,NHS_NUMBER", rows)
    audit = run_audit(Request(extract=extract, reference=official, edition="2019", compare_edition="2025"))
    one = -(-5 * old.loc[both, "rank"] // 32_844).to_numpy()
    two = -(-5 * new.loc[both, "rank"] // 33_755).to_numpy()
    effect = audit.deprivation_details["edition_effect"]
    assert sum(effect.values()) == len(both)
    same = sum(number for name, number in effect.items() if len(set(name.split(" → "))) == 1)
    assert same == int((one == two).sum())
    assert 0.65 < same / len(both) < 0.80  # about a quarter of areas change their fifth
    assert sum(audit.deprivation_details["edition_effect_patients"].values()) <= len(both)
    assert {"records_by_imd_quintile", "records_by_imd_quintile_compared"} <= {table.id for table in audit.breakdowns}
    assert [table["edition"] for table in audit.run.references] == ["2019", "2025"]


def test_the_table_of_an_edition_effect() -> None:
    first = pd.DataFrame({"quintile_code": [0, 0, 4, 5], "records": [3, 2, 1, 7]})
    table = edition_effect(first, pd.DataFrame({"quintile_code": [0, 1, 4, 5]}))
    assert table.shape == (6, 6)
    assert (table.loc[0, 0], table.loc[0, 1], table.loc[4, 4], table.loc[5, 5], int(table.to_numpy().sum())) == (
        3,
        2,
        1,
        7,
        13,
    )


def test_london_postcodes_without_ethnicity(shared: Path, official: Path, tmp_path: Path) -> None:
    folder = tmp_path / "references"
    add_reference(folder, shared / "reference" / IMD2019)
    for area in ("SM", "SR", "LD", "IM"):
        add_reference(folder, shared / "reference" / "postcodes" / f"NSPL_NOV_2021_UK_{area}.csv.gz")
    extract = shared / "extracts" / "odi_ae" / "hospital_ae_data.csv"
    audit = run_audit(Request(extract=extract, reference=folder))
    assert audit.intake.records_audited == 10_000
    assert found(audit, "STR001").outcome == "fail"
    assert found(audit, "ETH001").outcome == "not_judged"
    assert audit.ethnicity == {}
    raw = pd.read_csv(extract, dtype=str)["Postcode"].str.replace(" ", "").str.upper()
    areas = pd.concat(
        [
            pd.read_csv(file, dtype=str, usecols=["pcds"])["pcds"]
            for file in (shared / "reference" / "postcodes").glob("*.gz")
        ]
    ).str.replace(" ", "")
    assert audit.deprivation["routes"]["postcode"] == int(raw.isin(areas).sum()) > 0
    directory = audit.deprivation_details["directory"]
    assert directory["found"] + directory["not_found"] == audit.intake.records_audited - _not_well_formed(audit)
    assert any("areas IM, LD, SM, SR only" in note for note in audit.notes)


def _not_well_formed(audit: Audit) -> int:
    return audit.intake.records_audited - found(audit, "DEP004").judged


# --- made-up extracts: directory, dates, patients ----------------------------------------------------------------------

HEADER = "ETHNICITY,POSTCODE,LSOA21,NHS_NUMBER,ACTIVITY_DATE,SITE_CODE"


@pytest.fixture
def references(tmp_path: Path) -> Path:
    folder = tmp_path / "references"
    lines = [f"E01{900_000 + n},{n}" for n in range(1, 101)]
    imd = tmp_path / "own.csv"
    imd.write_text("\n".join(["LSOA code (2021),IMD rank", *lines, ""]), encoding="utf-8")
    add_reference(folder, imd, "own")
    rows = [f"XQ{n} 1AA,,E92000001,E01{900_000 + n}" for n in range(1, 51)]
    rows += [f"XQ{n} 1AA,202406,E92000001,E01{900_000 + n}" for n in range(51, 101)]
    directory = tmp_path / "NSPL_MAY_2025_UK.csv"
    directory.write_text("\n".join(["pcds,doterm,ctry25cd,lsoa21cd", *rows, ""]), encoding="utf-8")
    add_reference(folder, directory)
    return folder


def audit_of(references: Path, tmp_path: Path, rows: list[tuple[Any, ...]], header: str = HEADER) -> Audit:
    return run_audit(Request(extract=write_extract(tmp_path / "e.csv", header, rows), reference=references))


def spread_rows(
    count: int, change: Callable[[int, list[Any]], None] = lambda number, row: None
) -> list[tuple[Any, ...]]:
    draw = random.Random(1)
    rows = []
    for number in range(count):
        place = draw.randrange(1, 51)
        row: list[Any] = ["A", f"XQ{place} 1AA", f"E01{900_000 + place}", f"99{number:08d}", "2024-05-01", "S1"]
        change(number, row)
        rows.append(tuple(row))
    return rows


def test_ended_postcodes_link_and_are_told_by_date(references: Path, tmp_path: Path) -> None:
    dates = ["2024-05-31", "2024-06-30", "2024-07-01", "2025-01-01", "", "nonsense"]
    rows: list[tuple[Any, ...]] = [("A", "xq51 1aa", "", "", date, "") for date in dates * 10]
    rows += [("A", "XQ1 1AA", "", "", "2024-07-01", "")] * 5 + [("A", "XQ999 1AA", "", "", "2024-07-01", "")]
    rows += [("A", "XQ99 9ZZ", "", "", "2024-07-01", "")] * 4
    audit = audit_of(references, tmp_path, rows)
    finding = found(audit, "DEP005")
    assert (finding.judged, finding.failed, finding.not_judged) == (45, 20, 25)
    assert audit.deprivation["routes"]["postcode"] == 65
    assert (found(audit, "DEP004").judged, found(audit, "DEP004").failed) == (69, 4)
    ended = audit.deprivation_details["ended_postcodes"]
    assert ended == {
        "live": 5, "ended before the activity": 20, "ended after the activity": 20, "ended, activity date unknown": 20,
    }  # fmt: skip
    assert audit.deprivation_details["linkage"]["of these, not linked if ended postcodes were refused"] == 60


def test_references_as_published_need_no_installation(tmp_path: Path) -> None:
    folder = tmp_path / "published"
    folder.mkdir()
    lines = [f"E01{900_000 + n},{n}" for n in range(1, 101)]
    (folder / "own.csv").write_text("\n".join(["LSOA code (2021),IMD rank", *lines, ""]), encoding="utf-8")
    header = "pcds,doterm,ctry25cd,lsoa21cd"
    entries = [header, "XQ1 1AA,,E92000001,E01900001", "XQ2 1AA,202001,E92000001,E01900002", ""]
    (folder / "NSPL_MAY_2025_UK.csv").write_text("\n".join(entries), encoding="utf-8")
    rows: list[tuple[Any, ...]] = [
        ("A", "XQ1 1AA", "", "", "", ""),
        ("A", "XQ2 1AA", "", "", "", ""),
        ("A", "XQ3 1AA", "", "", "", ""),
    ]
    audit = audit_of(folder, tmp_path, rows)
    assert audit.deprivation["routes"]["postcode"] == 2
    assert [(table["kind"], table["rows"]) for table in audit.run.references] == [("imd", 100), ("postcodes", 2)]
    assert all(len(table["sha256"]) == 64 for table in audit.run.references)


def test_lsoas_that_disagree_with_the_postcode(references: Path, tmp_path: Path) -> None:
    def change(number: int, row: list[Any]) -> None:
        if number < 30:
            row[2] = "E01900100"

    finding = found(audit_of(references, tmp_path, spread_rows(500, change)), "DEP010")
    assert (finding.judged, finding.failed, finding.outcome) == (500, 30, "fail")


def test_a_crowded_postcode_is_found_and_never_told(references: Path, tmp_path: Path) -> None:
    def change(number: int, row: list[Any]) -> None:
        row[1], row[2] = f"XQ{number % 50 + 1} {number // 50 % 10}{'ABDEFGHJ'[number // 500 % 8]}A", ""
        if number < 60:
            row[1] = ["XQ7 9ZZ", "xq79zz", "XQ7  9ZZ"][number % 3]

    audit = audit_of(references, tmp_path, spread_rows(3_000, change))
    finding = found(audit, "DEP017")
    assert (finding.judged, finding.failed, finding.outcome) == (1, 1, "fail")
    told = repr(audit)
    assert "XQ7" not in told
    assert "xq79zz" not in told.lower().replace(" ", "")

    few = found(audit_of(references, tmp_path, spread_rows(3_000, change)[11:]), "DEP017")
    assert few.outcome == "pass"  # 49 patients are too few to speak of


def test_many_records_of_one_patient_crowd_no_postcode(references: Path, tmp_path: Path) -> None:
    def change(number: int, row: list[Any]) -> None:
        row[3] = "9900000001" if row[1] == "XQ3 1AA" else f"99{number % 700:08d}"

    audit = audit_of(references, tmp_path, spread_rows(800, change))
    crowded = found(audit, "DEP017")
    assert crowded.outcome == "pass"


def test_a_patient_in_two_quintiles_on_one_day(references: Path, tmp_path: Path) -> None:
    def change(number: int, row: list[Any]) -> None:
        row[3] = f"99{number // 2:08d}"
        row[2] = "E01900001" if number % 2 == 0 or number >= 12 else "E01900100"
        if number >= 100:
            row[4] = f"2024-05-{1 + number % 2:02d}"

    audit = audit_of(references, tmp_path, spread_rows(200, change))
    finding = found(audit, "DEP015")
    assert (finding.judged, finding.failed, finding.not_judged) == (50, 6, 50)


def test_linkage_that_is_uneven_over_sites(references: Path, tmp_path: Path) -> None:
    def change(number: int, row: list[Any]) -> None:
        row[5] = f"S{number % 4}"
        if number % 4 == 0 and number % 3 == 0:
            row[1] = row[2] = ""

    audit = audit_of(references, tmp_path, spread_rows(1_200, change))
    assert found(audit, "DEP016").outcome == "fail"
    assert found(audit, "DEP016").failed >= 1
    details = audit.deprivation_details
    assert details["linked_by_site"]["S0"] == 200
    assert details["linkable_by_site"]["S0"] == 300
    even = audit_of(references, tmp_path, spread_rows(1_200, lambda number, row: row.__setitem__(5, f"S{number % 4}")))
    assert found(even, "DEP016").outcome == "pass"


def test_nothing_to_look_up_in_is_said(tmp_path: Path) -> None:
    (tmp_path / "none").mkdir()
    rows = [("A", "XQ1 1AA", "E01900001", "7")] * 200
    audit = audit_of(tmp_path / "none", tmp_path, rows, "ETHNICITY,POSTCODE,LSOA21,IMD_DECILE")
    for code in ("DEP004", "DEP009", "DEP012", "DEP013"):
        assert found(audit, code).outcome == "not_judged"
    assert "taken as declared, not checked" in (found(audit, "DEP012").why_not_judged or "")
    assert audit.deprivation_details["words"]["scale_direction"] == "taken as declared, not checked"
    assert audit.deprivation["routes"]["supplied"] == 200
