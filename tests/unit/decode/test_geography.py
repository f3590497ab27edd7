"""Link classes and routes: which column speaks, through what, and why not."""

from pathlib import Path

import pandas as pd
import pytest

from equity_audit.decode.geography import LINK_CLASSES, LINK_STATES, ROUTES, Geography, locate
from equity_audit.reference.imd import ImdTable, build_table, read_published
from equity_audit.reference.lookup import LsoaLookup, build_lookup, read_lookup
from equity_audit.reference.postcodes import look_up

# Two made-up vintages: 1 to 8 unchanged, 9 split into 21 and 22, 10 and 11 merged into 23, 12 irregular.
UNCHANGED = [f"E01{900_000 + n}" for n in range(1, 9)]
OLD = [*UNCHANGED, *(f"E01{900_000 + n}" for n in (9, 10, 11, 12))]
NEW = [*UNCHANGED, *(f"E01{900_000 + n}" for n in (21, 22, 23, 24))]


def edition(codes: list[str], name: str, vintage: str) -> ImdTable:
    ranks = range(1, len(codes) + 1)
    return build_table(pd.DataFrame({"code": codes, "rank": ranks, "published": pd.NA}), name, vintage, "")


IMD_OLD, IMD_NEW = edition(OLD, "old", "2011"), edition(NEW, "new", "2021")


@pytest.fixture(scope="module")
def lookup() -> LsoaLookup:
    rows = [(code, "U", code) for code in UNCHANGED]
    rows += [(OLD[8], "S", NEW[8]), (OLD[8], "S", NEW[9]), (OLD[9], "M", NEW[10]), (OLD[10], "M", NEW[10])]
    rows += [(OLD[11], "X", NEW[11])]
    return build_lookup(pd.DataFrame(rows, columns=["lsoa_2011", "change", "lsoa_2021"]), "")


def directory(**entries: tuple[str, str, str, float]) -> pd.DataFrame:
    columns = ["lsoa_2011", "lsoa_2021", "nation", "ended"]
    return pd.DataFrame(list(entries.values()), index=list(entries), columns=columns)


def place(rows: list[dict[str, object]], table: ImdTable | None = IMD_NEW, **options: object) -> Geography:
    frame = pd.DataFrame([{"records": 1, **row} for row in rows])
    tally = frame.drop(columns="records").astype(object).where(frame.drop(columns="records").notna(), None)
    return locate(tally.assign(records=frame["records"]), table, **options)  # type: ignore[arg-type]


def said(located: Geography) -> list[str]:
    """Route where linked, else the class."""
    frame = located.dictionary.frame
    return [LINK_STATES[code] for code in frame["link_code"]]


def test_every_row_has_one_state_and_every_linked_row_a_quintile() -> None:
    rows = [{"lsoa_2021": NEW[0]}, {"lsoa_2021": ""}, {"lsoa_2021": "W01000001"}, {"lsoa_2021": "E02000001"}]
    frame = place(rows).dictionary.frame
    assert set(frame["link_class"]) <= set(LINK_CLASSES)
    assert ((frame["link_class"] == "linked") == frame["quintile"].notna()).all()
    assert ((frame["route"] != "") == (frame["link_class"] == "linked")).all()
    assert set(frame["route"]) - {""} <= set(ROUTES)


def test_codes_of_another_vintage_link_nowhere_without_the_lookup() -> None:
    located = place([{"lsoa_2021": code} for code in NEW], IMD_OLD)
    assert located.vintage is not None
    assert located.vintage.contradicts
    assert set(said(located)) == {"wrong_vintage"}


def test_with_the_lookup_the_unchanged_are_bridged_and_the_others_are_not(lookup: LsoaLookup) -> None:
    located = place([{"lsoa_2021": code} for code in NEW], IMD_OLD, lookup=lookup)
    assert said(located) == ["bridged"] * 8 + ["wrong_vintage"] * 4
    assert located.vintage is not None
    assert located.vintage.contradicts
    back = place([{"lsoa_2011": code} for code in OLD], IMD_NEW, lookup=lookup)
    assert said(back) == ["bridged"] * 8 + ["wrong_vintage"] * 4
    assert back.dictionary.frame["decile"].tolist()[:8] == IMD_NEW.frame["decile"].tolist()[:8]


@pytest.mark.parametrize("others", [(IMD_OLD,), ()])
def test_a_plain_column_that_proves_another_vintage_contradicts(
    lookup: LsoaLookup, others: tuple[ImdTable, ...]
) -> None:
    rows = [{"lsoa": NEW[0], "records": 994}, {"lsoa": OLD[8], "records": 6}]
    known = lookup if not others else None
    located = place(rows, IMD_NEW, other=others, lookup=known)
    assert located.vintage is not None
    assert located.vintage.contradicts
    assert said(located) == (["bridged", "wrong_vintage"] if known else ["wrong_vintage"] * 2)


def test_below_half_a_per_cent_the_rest_links() -> None:
    rows = [{"lsoa": NEW[0], "records": 996}, {"lsoa": OLD[8], "records": 4}]
    located = place(rows, IMD_NEW, other=(IMD_OLD,))
    assert said(located) == ["lsoa", "wrong_vintage"]
    assert located.vintage is not None
    assert (located.vintage.records, located.vintage.other, located.vintage.contradicts) == (1000, 4, False)


def test_when_mixed_even_codes_of_the_edition_alone_do_not_link(lookup: LsoaLookup) -> None:
    rows = [
        {"lsoa_2021": NEW[0], "records": 90},
        {"lsoa_2021": NEW[8], "records": 5},
        {"lsoa_2021": OLD[8], "records": 5},
    ]
    assert said(place(rows, IMD_NEW, other=(IMD_OLD,))) == ["wrong_vintage"] * 3
    assert said(place(rows, IMD_NEW, lookup=lookup)) == ["bridged", "wrong_vintage", "wrong_vintage"]


def test_codes_on_both_lists_prove_nothing_and_link_to_either() -> None:
    for table, other in ((IMD_OLD, IMD_NEW), (IMD_NEW, IMD_OLD)):
        assert said(place([{"lsoa": code} for code in UNCHANGED], table, other=(other,))) == ["lsoa"] * 8


def test_a_code_on_no_list_is_not_found_in_the_declared_vintage() -> None:
    located = place([{"lsoa_2021": NEW[0], "records": 9}, {"lsoa_2021": "E01999999"}], other=(IMD_OLD,))
    assert said(located) == ["lsoa", "lsoa_not_found"]
    assert located.dictionary.frame["lsoa_lookup"].tolist() == ["listed", "not_listed"]


def test_the_column_of_the_editions_vintage_speaks_first_and_the_other_is_a_second_try(lookup: LsoaLookup) -> None:
    rows = [{"lsoa_2011": OLD[8], "lsoa_2021": NEW[0]}, {"lsoa_2011": OLD[1], "lsoa_2021": ""}]
    rows += [{"lsoa_2011": "", "lsoa_2021": NEW[2]}, {"lsoa_2011": OLD[8], "lsoa_2021": ""}]
    located = place(rows, IMD_NEW, lookup=lookup)
    assert said(located) == ["lsoa", "bridged", "lsoa", "wrong_vintage"]
    assert located.vintage is not None
    assert not located.vintage.contradicts


def test_codes_of_2001_join_no_edition(lookup: LsoaLookup) -> None:
    located = place([{"lsoa_2001": UNCHANGED[0]}], IMD_NEW, lookup=lookup)
    assert said(located) == ["wrong_vintage"]
    assert located.dictionary.frame["sub_reason"].tolist() == ["2001 codes"]


ENTRIES = {
    "XQ11AA": (OLD[0], NEW[0], "England", float("nan")),
    "XQ11AB": (OLD[8], NEW[8], "England", 201503.0),
    "XQ11AD": ("", NEW[1], "England", float("nan")),
    "XQ11AE": (OLD[2], "", "England", float("nan")),
    "XQ11AF": (OLD[8], "", "England", float("nan")),
    "XQ11AG": ("", "", "England", float("nan")),
    "XW11AA": ("W01000001", "W01000001", "Wales", float("nan")),
    "XM11AA": ("M99999999", "", "Isle of Man", 199912.0),
}


@pytest.mark.parametrize(
    ("postcode", "state"),
    [
        ("XQ1 1AA", "postcode"),
        ("xq11aa", "postcode"),
        ("XQ1  1AA", "postcode"),  # eight characters
        ("XQ11AA ", "postcode"),
        ("XQ1\u00a01AB", "postcode"),  # ended, still linked
        ("XQ1 1AD", "postcode"),
        ("XQ1 1AE", "postcode"),  # 2011 alone, through the lookup
        ("XQ1 1AF", "wrong_vintage"),
        ("XQ1 1AG", "postcode_not_found"),
        ("XQ9 9ZZ", "postcode_not_found"),
        ("XW1 1AA", "outside_england"),
        ("XM1 1AA", "outside_england"),
        ("ZZ99 3VZ", "no_fixed_abode"),
        ("ZZ99 3WZ", "address_unknown"),
        ("ZZ99 3CZ", "address_unknown"),
        ("ZZ99 6CZ", "overseas"),
        ("ZZ99 3GZ", "outside_england"),
        ("ZZ99 XYZ", "address_unknown"),
        ("XQ1", "malformed"),
        ("12345", "malformed"),
        ("", "no_location"),
        # What other systems write where nothing was recorded: the list that ethnicity is read by.
        ("NULL", "no_location"),
        ("( null )", "no_location"),
        ("#N/A", "no_location"),
        ("missing", "no_location"),
        ("???", "no_location"),
    ],
)
def test_postcodes(lookup: LsoaLookup, postcode: str, state: str) -> None:
    assert said(place([{"postcode": postcode}], lookup=lookup, directory=directory(**ENTRIES))) == [state]


def test_without_a_directory_nothing_is_not_found() -> None:
    assert said(place([{"postcode": "XQ1 1AA"}])) == ["no_reference"]
    assert said(place([{"postcode": "XQ1 1AA"}], None, directory=directory(**ENTRIES))) == ["no_reference"]


def test_routes_in_order_and_what_ends_the_search() -> None:
    entries = directory(**ENTRIES)
    rows = [
        {"lsoa_2021": NEW[3], "postcode": "XQ1 1AA", "imd_decile": "10"},
        {"lsoa_2021": "E01999999", "postcode": "XQ1 1AA", "imd_decile": "10"},
        {"lsoa_2021": "E01999999", "postcode": "XQ9 9ZZ", "imd_decile": "10"},
        {"lsoa_2021": "E01999999", "postcode": "XQ9 9ZZ", "imd_decile": ""},
        {"lsoa_2021": "", "postcode": "XQ9 9ZZ", "imd_decile": "elf"},
        {"lsoa_2021": "W01000001", "postcode": "XQ1 1AA", "imd_decile": "10"},
        {"lsoa_2021": "", "postcode": "XW1 1AA", "imd_decile": "10"},
        {"lsoa_2021": NEW[3], "postcode": "ZZ99 3VZ", "imd_decile": "10"},
    ]
    assert said(place(rows, directory=entries)) == [
        "lsoa", "postcode", "supplied", "lsoa_not_found", "postcode_not_found", "outside_england", "outside_england",
        "no_fixed_abode",
    ]  # fmt: skip


def test_withheld_is_no_fault() -> None:
    rows = [{"postcode": "", "withheld_reason": "03"}, {"postcode": "XQ1 1AA", "withheld_reason": ""}]
    assert said(place(rows, directory=directory(**ENTRIES))) == ["withheld", "postcode"]


@pytest.mark.parametrize(
    ("row", "agreement"),
    [
        ({"lsoa_2021": NEW[0], "postcode": "XQ1 1AA"}, "agrees"),
        ({"lsoa_2011": OLD[8], "postcode": "XQ1 1AB"}, "agrees"),
        ({"lsoa": NEW[0], "postcode": "XQ1 1AA"}, "agrees"),
        ({"lsoa_2021": NEW[1], "postcode": "XQ1 1AA"}, "differs"),
        ({"lsoa_2021": NEW[1], "postcode": "XW1 1AA"}, "differs"),
        ({"lsoa_2021": NEW[1], "postcode": "XQ1 1AE"}, "not_comparable"),  # the directory has 2011 alone
        ({"lsoa_2021": "E01999999", "postcode": "XQ1 1AA"}, "not_comparable"),
        ({"lsoa_2021": NEW[1], "postcode": "XQ9 9ZZ"}, "not_comparable"),
        ({"lsoa_2021": NEW[1], "postcode": ""}, "not_comparable"),
    ],
)
def test_lsoa_against_postcode(row: dict[str, object], agreement: str) -> None:
    frame = place([row], directory=directory(**ENTRIES)).dictionary.frame
    assert frame["lsoa_postcode_agreement"].tolist() == [agreement]


@pytest.mark.parametrize(
    ("row", "sub_reason"),
    [
        ({"lsoa_2021": "E02000001"}, "middle layer area"),
        ({"lsoa_2021": "E05000001"}, "ward"),
        ({"lsoa_2021": "E09000001"}, "local authority"),
        ({"lsoa_2021": "Adur 001A"}, "not a code of an area"),
        ({"postcode": "XQ1"}, "first half only"),
        ({"postcode": "12345"}, "digits only"),
        ({"imd_decile": "elf"}, "unreadable IMD value"),
        ({"lsoa_2021": NEW[0]}, ""),
    ],
)
def test_sub_reasons(row: dict[str, object], sub_reason: str) -> None:
    assert place([row]).dictionary.frame["sub_reason"].tolist() == [sub_reason]


IMD2019 = "imd2019/File_2_-_IoD2019_Domains_of_Deprivation.csv.gz"


@pytest.fixture(scope="module")
def imd2019(shared: Path) -> ImdTable:
    return read_published(shared / "reference" / IMD2019, "2019")


@pytest.fixture(scope="module")
def official_lookup(shared: Path) -> LsoaLookup:
    return read_lookup(shared / "reference" / "geography" / "lookup_lsoa11_lsoa21_ltla22.csv.gz", "")


@pytest.mark.parametrize("column", ["lsoa_2021", "lsoa"])
def test_official_codes_of_2021_against_imd_2019(imd2019: ImdTable, official_lookup: LsoaLookup, column: str) -> None:
    tally = pd.DataFrame({column: official_lookup.codes("2021"), "records": 1})
    alone = locate(tally, imd2019)
    assert alone.vintage is not None
    assert alone.vintage.contradicts
    assert not alone.dictionary.frame["quintile"].notna().any()
    bridged = locate(tally, imd2019, lookup=official_lookup)
    assert bridged.vintage is not None
    assert bridged.vintage.contradicts
    states = bridged.dictionary.frame.assign(state=said(bridged))["state"].value_counts().to_dict()
    assert states == {"bridged": 31_810, "wrong_vintage": 1_945}


def test_official_codes_of_2011_against_imd_2019_are_no_fault(imd2019: ImdTable, official_lookup: LsoaLookup) -> None:
    tally = pd.DataFrame({"lsoa": official_lookup.codes("2011"), "records": 1})
    located = locate(tally, imd2019, lookup=official_lookup)
    assert located.vintage is not None
    assert located.vintage.other == 0
    assert set(said(located)) == {"lsoa"}


def test_every_english_postcode_of_the_directory_links_to_its_own_rank(imd2019: ImdTable, shared: Path) -> None:
    files = sorted((shared / "reference" / "postcodes").glob("NSPL*.csv.gz"))
    raw = pd.concat(
        [pd.read_csv(file, dtype=str, usecols=["pcds", "doterm", "ctry", "lsoa11", "imd"]) for file in files]
    )
    raw = raw.reset_index(drop=True)
    tally = pd.DataFrame({"postcode": raw["pcds"], "records": 1})
    compact = raw["pcds"].str.replace(" ", "")
    located = locate(tally, imd2019, directory=look_up(files, compact))
    frame = located.dictionary.frame
    english = (raw["ctry"] == "E92000001") & raw["lsoa11"].str.startswith("E01")
    assert english.sum() > 15_000
    assert (frame.loc[english, "route"] == "postcode").all()
    rank = frame.loc[english, "area"].map(imd2019.frame["rank"])
    assert (rank == raw.loc[english, "imd"].astype(float)).all()
    assert (english & raw["doterm"].notna()).sum() > 4_000
    for country, nation in (("W92000004", "Wales"), ("M83000003", "Isle of Man")):
        abroad = raw["ctry"] == country
        assert abroad.sum() > 1_000
        assert set(frame.loc[abroad, "link_class"]) == {"outside_england"}
        assert set(frame.loc[abroad, "nation"]) == {nation}
    assert (frame["postcode_ended"].notna() == raw["doterm"].notna()).all()
