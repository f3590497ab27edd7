"""Postcode directories, the LSOA lookup, populations: every header they come with."""

import gzip
import zipfile
from pathlib import Path

import pandas as pd
import pytest

from equity_audit.errors import DataError
from equity_audit.reference.add import add_reference
from equity_audit.reference.lookup import build_lookup, read_lookup
from equity_audit.reference.postcodes import edition_and_part, look_up
from equity_audit.reference.recognise import by_header
from equity_audit.reference.store import list_entries
from equity_audit.reference.tables import Header

# Headers as they were published, cut to what matters; rows are made up.
HEADERS = {
    "NSPL_NOV_2021_UK": "pcd,pcd2,pcds,dointr,doterm,usertype,oseast1m,laua,ctry,rgn,lsoa11,msoa11,lat,long,imd",
    "ONSPD_MAY_2023_UK": "pcd,pcd2,pcds,dointr,doterm,oscty,oslaua,osward,ctry,lsoa01,lsoa11,msoa11,imd,oa21,lsoa21",
    "NSPL_MAY_2025_UK": "pcd7,pcd8,pcds,dointr,doterm,usrtypind,lad25cd,ctry25cd,lsoa21cd,msoa21cd,imd20ind",
    "NSPL_AUG_2026_UK": "pcd7,pcd8,pcds,dointr,doterm,usrtypind,lad26cd,ctry26cd,lsoa21cd,msoa21cd,imd25ind",
    "ONSPD_AUG_2026_UK": "pcd7,pcd8,pcds,dointr,doterm,cty26cd,lad26cd,ctry26cd,lsoa01cd,oa11cd,lsoa11cd,lsoa21cd,imd25ind",
    "NHSPD_AUG_2022_UK_FULL": "pcd2,pcds,dointr,doterm,oscty,oslaua,ctry,lsoa11,lsoa21",
    "PCD_OA21_LSOA21_FEB26": "PCD7,PCD8,PCDS,DOINTR,DOTERM,USERTYPE,OA21CD,LSOA21CD,MSOA21CD,LADCD,LSOA21NM",
}
VALUES = {
    "lsoa01": "E01000009",
    "lsoa11": "E01000001",
    "lsoa21": "E01033999",
    "ctry": "E92000001",
    "ladcd": "E06000001",
}


def row(header: str, postcode: str, ended: str = "", abroad: bool = False) -> str:
    out, back = postcode.split()
    forms = {"pcds": postcode, "pcd": f"{out:<4}{back}", "pcd7": f"{out:<4}{back}", "pcd2": f"{out:<5}{back}"}
    forms |= {"pcd8": f"{out:<5}{back}", "doterm": ended}
    cells = []
    for name in header.lower().split(","):
        value = forms.get(name) or next((v for key, v in VALUES.items() if name.startswith(key)), "")
        cells.append(value.replace("E", "W", 1) if abroad and name not in forms else value)
    return ",".join(f'"{cell}"' for cell in cells)


def write_directory(path: Path, header: str) -> Path:
    rows = [row(header, "XQ1 1AA"), row(header, "XQ10 2BB", ended="201503"), row(header, "XW1 1AA", abroad=True)]
    content = "\n".join([header, *rows, ""]).encode()
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
    return path


@pytest.mark.parametrize("name", HEADERS)
@pytest.mark.parametrize("suffix", [".csv", ".csv.gz"])
def test_every_generation_of_headers_is_read(tmp_path: Path, name: str, suffix: str) -> None:
    source = write_directory(tmp_path / f"{name}{suffix}", HEADERS[name])
    edition = None if edition_and_part(name)[0] else "february"
    entry = add_reference(tmp_path / "r", source, edition)
    assert entry.rows == 3
    found = look_up([entry.path], ["XQ11AA", "XQ102BB", "XW11AA", "XX99XX"])
    assert sorted(found.index) == ["XQ102BB", "XQ11AA", "XW11AA"]
    assert found["ended"].tolist()[0:1] == [201503.0]
    assert found["ended"].isna().tolist() == [False, True, True]
    assert found.loc["XQ11AA", "nation"] == "England"
    assert found.loc["XW11AA", "nation"] == "Wales"
    lower = HEADERS[name].lower()
    assert found.loc["XQ11AA", "lsoa_2011"] == ("E01000001" if "lsoa11" in lower else "")
    assert found.loc["XQ11AA", "lsoa_2021"] == ("E01033999" if "lsoa21" in lower else "")
    assert entry.vintage == "+".join(v for v, key in (("2011", "lsoa11"), ("2021", "lsoa21")) if key in lower)
    # The same answer from the file as it was published, not installed.
    pd.testing.assert_frame_equal(look_up([source], ["XQ11AA", "XQ102BB", "XW11AA"]).sort_index(), found.sort_index())


def test_editions_and_areas_are_told_by_the_file_name() -> None:
    assert edition_and_part("NSPL_NOV_2021_UK_SM.csv.gz") == ("nspl-2021-11", "sm")
    assert edition_and_part("ONSPD_AUG_2026_UK.csv") == ("onspd-2026-08", "")
    assert edition_and_part("postcodes.csv") == (None, "")


def test_areas_accumulate_are_replaced_by_name_and_give_way_to_the_whole(tmp_path: Path) -> None:
    header = HEADERS["NSPL_NOV_2021_UK"]
    for area in ("SM", "SR", "SM"):
        add_reference(tmp_path / "r", write_directory(tmp_path / f"NSPL_NOV_2021_UK_{area}.csv", header))
    assert [entry.part for entry in list_entries(tmp_path / "r")] == ["sm", "sr"]
    add_reference(tmp_path / "r", write_directory(tmp_path / "NSPL_NOV_2021_UK.csv", header))
    assert [entry.part for entry in list_entries(tmp_path / "r")] == [""]
    assert len(list((tmp_path / "r").glob("*.parquet"))) == 1


def test_the_published_zip_gives_its_main_table_once(tmp_path: Path) -> None:
    header = HEADERS["ONSPD_MAY_2023_UK"]
    whole = write_directory(tmp_path / "whole.csv", header).read_bytes()
    with zipfile.ZipFile(tmp_path / "ONSPD_MAY_2023.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("Documents/LSOA (2011) names and codes EW as at 12_12.csv", "lsoa11cd,lsoa11nm\nE01000001,x\n")
        archive.writestr("User Guide/guide.pdf", b"%PDF")
        archive.writestr("Data/multi_csv/ONSPD_MAY_2023_UK_XQ.csv", "\n".join([header, row(header, "XQ1 1AA")]))
        archive.writestr("Data/ONSPD_MAY_2023_UK.csv", whole)
    entry = add_reference(tmp_path / "r", tmp_path / "ONSPD_MAY_2023.zip")
    assert (entry.edition, entry.part, entry.rows) == ("onspd-2023-05", "", 3)


def test_a_zip_of_areas_only_is_refused(tmp_path: Path) -> None:
    header = HEADERS["ONSPD_MAY_2023_UK"]
    with zipfile.ZipFile(tmp_path / "ONSPD_MAY_2023.zip", "w") as archive:
        archive.writestr("Data/multi_csv/ONSPD_MAY_2023_UK_XQ.csv", "\n".join([header, row(header, "XQ1 1AA")]))
    with pytest.raises(DataError, match="by area only"):
        add_reference(tmp_path / "r", tmp_path / "ONSPD_MAY_2023.zip")


def test_a_repeated_postcode_is_refused_without_being_named(tmp_path: Path) -> None:
    header = HEADERS["NSPL_NOV_2021_UK"]
    path = tmp_path / "NSPL_NOV_2021_UK.csv"
    path.write_text("\n".join([header, row(header, "XQ1 1AA"), row(header, "XQ1 1AA")]), encoding="utf-8")
    with pytest.raises(DataError, match="1 postcode stands in it more than once") as refused:
        add_reference(tmp_path / "r", path)
    assert "XQ1" not in str(refused.value)
    assert list_entries(tmp_path / "r") == ()


def test_a_damaged_directory_says_so(tmp_path: Path) -> None:
    (tmp_path / "postcodes.parquet").write_bytes(b"no")
    with pytest.raises(DataError, match="damaged or gone"):
        look_up([tmp_path / "postcodes.parquet"], ["XQ11AA"])


@pytest.mark.parametrize(
    "header",
    [
        "lsoa11_name,lsoa11_code,change_code,lsoa21_name,lsoa21_code,ltla22_name,ltla22_code",
        "LSOA11CD,LSOA11NM,CHGIND,LSOA21CD,LSOA21NM,LAD22CD,LAD22NM,LAD22NMW,ObjectId",
    ],
)
def test_the_lookup_comes_in_two_spellings(tmp_path: Path, header: str) -> None:
    codes = {"lsoa11": "E01000001", "lsoa21": "E01000001", "ch": "U"}
    cells = ["x" if name.lower().endswith(("nm", "name")) else next(
        (value for key, value in codes.items() if name.lower().startswith(key)), "x") for name in header.split(",")]  # fmt: skip
    (tmp_path / "lookup.csv").write_text(f"\ufeff{header}\n{','.join(cells)}\n", encoding="utf-8")
    entry = add_reference(tmp_path / "r", tmp_path / "lookup.csv")
    assert (entry.kind, entry.edition, entry.rows) == ("lsoa_lookup", "2011-2021", 1)
    assert read_lookup(entry.path, "").bridge("2011", "2021") == {"E01000001": "E01000001"}


def test_a_lookup_that_contradicts_itself_is_told() -> None:
    rows = [("E01000001", "U", "E01000001"), ("E01000001", "U", "E01000002"), ("E01000003", "Q", "E01000003")]
    frame = pd.DataFrame(rows, columns=["lsoa_2011", "change", "lsoa_2021"])
    assert build_lookup(frame, "").faults == ("change_code", "not_one_to_one")


def test_official_lookup(shared: Path) -> None:
    lookup = read_lookup(shared / "reference" / "geography" / "lookup_lsoa11_lsoa21_ltla22.csv.gz", "")
    assert lookup.faults == ()
    assert len(lookup.codes("2011")) == 32_844
    assert len(lookup.codes("2021")) == 33_755
    english = [code for code in lookup.bridge("2011", "2021") if code.startswith("E01")]
    assert len(english) == 31_810


def test_official_populations(shared: Path, tmp_path: Path) -> None:
    folder = shared / "reference" / "population"
    census = add_reference(tmp_path, folder / "TS021_ethnic_group_lsoa21_nomis_raw.csv.gz")
    frame = pd.read_parquet(census.path)
    assert sorted(frame["ethnic_group"].unique()) == ["Asian", "Black", "Mixed", "Other", "White"]
    assert frame["lsoa"].nunique() == 35_672
    assert census.vintage == "2021"
    one = frame[frame["lsoa"] == "E01011954"].set_index("ethnic_group")["people"]
    assert one.to_dict() == {"Asian": 19, "Black": 0, "Mixed": 6, "White": 2248, "Other": 11}
    age = add_reference(tmp_path, folder / "TS007A_age_5yr_lsoa21_nomis_raw.csv.gz")
    people = pd.read_parquet(age.path)
    one = people[people["lsoa"] == "E01011954"]
    assert int(one["people"].sum()) == 2284
    assert (one["age_from"].min(), one["age_from"].max(), int(one["age_to"].isna().sum())) == (0, 85, 1)


def test_mid_year_estimates_and_the_bulk_census_table_are_recognised() -> None:
    def kind(header: str, name: str = "x.csv") -> tuple[str, str | None] | None:
        found = by_header(Header(names=tuple(header.split(";"))), name)
        return None if found is None else (found.kind, found.edition)

    assert kind("sex;area_codes;area_names;age_grp;pop", "pop_mid2018_lsoa11.csv.gz") == ("population", "2018")
    groups = (
        "Total: All usual residents",
        "Asian, Asian British or Asian Welsh",
        "Asian, Asian British or Asian Welsh: Bangladeshi",
        "Black, Black British, Black Welsh, Caribbean or African",
        "Mixed or Multiple ethnic groups",
        "White",
        "White: Irish",
        "Other ethnic group",
        "Other ethnic group: Arab",
    )
    bulk = ";".join(["date", "geography", "geography code", *(f"Ethnic group: {group}" for group in groups)])
    assert kind(bulk) == ("census_ethnicity", "2021")
    assert kind("lsoa21_name;lsoa21_code;sicbl24_name;icb24_code") is None
    assert kind("record;postcode;ethnicity") is None
