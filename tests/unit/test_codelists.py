"""The code lists: unique, in their key form, free of collisions, and true to the national list."""

import csv
import unicodedata
from pathlib import Path

import pytest

import equity_audit

FOLDER = Path(equity_audit.__file__).parent / "codelists"
COLUMNS = {
    "ethnic_category_2001": ("code", "label", "group_2001", "group_2021", "scheme"),
    "ethnic_subcodes": ("code", "label", "national_code"),
    "ethnic_labels": ("label", "ethnic_class", "national_code", "kind", "group"),
    "missing_tokens": ("token",),
    "school_census_codes": ("code", "label", "national_code", "group", "sure"),
    "police_16_plus_1": ("code", "label", "national_code", "group", "sure"),
    "gss_2021_numbers": ("code", "label", "national_code", "group"),
    "pseudo_postcodes": ("postcode", "meaning", "link_class", "nation"),
    "imd_labels": ("label", "scale", "value"),
    "sex_codes": ("code", "label"),
    "esp2013": ("age_band", "standard_population"),
}
GROUPS = {"White", "Mixed", "Asian", "Black", "Other", "Not stated", "Not known"}
ABBREVIATIONS = {"NS", "ZZ", "NK", "NKN", "NSP", "U", "UNK"}


def rows(name):
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def values(name, column):
    return [row[column] for row in rows(name)]


def key(text):
    """Key form of a label, written again here so that the lists do not depend on the code that reads them."""
    upper = unicodedata.normalize("NFKC", text).upper()
    return " ".join("".join(character if character.isalnum() else " " for character in upper).split())


def test_every_list_is_there_and_sourced():
    assert {path.stem for path in FOLDER.glob("*.csv")} == set(COLUMNS)
    sources = (FOLDER / "SOURCES.md").read_text(encoding="utf-8")
    assert all(f"| `{name}.csv` |" in sources for name in COLUMNS)


@pytest.mark.parametrize("name", COLUMNS)
def test_columns_and_values(name):
    content = (FOLDER / f"{name}.csv").read_bytes()
    assert b"\r" not in content
    assert not content.startswith(b"\xef\xbb\xbf")
    assert tuple(rows(name)[0]) == COLUMNS[name]
    assert all(value == value.strip() for row in rows(name) for value in row.values())


@pytest.mark.parametrize("name", COLUMNS)
def test_keys_are_unique(name):
    keys = [(row["label"], row["scale"]) if name == "imd_labels" else next(iter(row.values())) for row in rows(name)]
    assert all(keys)
    assert len(keys) == len(set(keys))


def test_national_list():
    assert values("ethnic_category_2001", "code") == [*"ABCDEFGHJKLMNPRSZ", "99", "T", "W"]
    by_code = {row["code"]: row for row in rows("ethnic_category_2001")}
    assert {code for code, row in by_code.items() if row["scheme"] == "gp"} == {"T", "W"}
    assert (by_code["R"]["group_2001"], by_code["R"]["group_2021"]) == ("Other", "Asian")
    moved = {code for code, row in by_code.items() if row["group_2001"] != row["group_2021"]}
    assert moved == {"R"}
    assert set(values("ethnic_category_2001", "group_2001")) == GROUPS


def test_sub_codes():
    codes = values("ethnic_subcodes", "code")
    assert len(codes) == 51
    assert {first: sum(code[0] == first for code in codes) for first in "CGLPS"} == {
        "C": 25,
        "G": 6,
        "L": 10,
        "P": 5,
        "S": 5,
    }
    assert all(len(row["code"]) == 2 and row["code"][0] == row["national_code"] for row in rows("ethnic_subcodes"))


def test_national_codes_exist():
    national = {row["code"] for row in rows("ethnic_category_2001") if row["scheme"] == "2001"}
    assert set(values("ethnic_subcodes", "national_code")) <= national
    assert set(values("ethnic_labels", "national_code")) <= national | {""}
    assert set(values("school_census_codes", "national_code")) <= national | {""}


def test_labels_stand_in_key_form():
    for name in ("ethnic_labels", "imd_labels"):
        assert [label for label in values(name, "label") if label != key(label)] == []
    for token in (*values("missing_tokens", "token"), *values("sex_codes", "code")):
        assert token == unicodedata.normalize("NFKC", token).strip().upper()


def test_labels_collide_with_no_code_and_no_missing_token():
    labels = set(values("ethnic_labels", "label"))
    assert not labels & set(values("ethnic_category_2001", "code"))
    assert not labels & set(values("ethnic_subcodes", "code"))
    assert not labels & set(values("school_census_codes", "code"))
    tokens = set(values("missing_tokens", "token"))
    assert not labels & (tokens | {key(token) for token in tokens})
    assert not tokens & set(values("ethnic_category_2001", "code"))
    assert not tokens & set(values("ethnic_subcodes", "code"))
    assert not tokens & set(values("school_census_codes", "code"))


def test_classes_and_codes_of_labels_agree():
    groups = {row["code"]: row["group_2001"] for row in rows("ethnic_category_2001")}
    for row in rows("ethnic_labels"):
        if row["ethnic_class"] == "valid":
            assert bool(row["national_code"]) != bool(row["group"]), row
            assert row["group"] in {"", "White", "Other"}
            assert groups.get(row["national_code"], "White") not in {"Not stated", "Not known"}
        else:
            expected = {"not_stated": "Z", "not_known": "99"}[row["ethnic_class"]]
            assert (row["national_code"], row["group"]) == (expected, "")


def test_abbreviations_are_exactly_these():
    assert {row["label"] for row in rows("ethnic_labels") if row["kind"] == "abbreviation"} == ABBREVIATIONS
    assert set(values("ethnic_labels", "kind")) == {"label", "abbreviation"}


@pytest.mark.parametrize(
    ("written", "ethnic_class", "code", "group"),
    [
        ("White - British", "valid", "A", ""),
        ("WHITE: BRITISH", "valid", "A", ""),
        ("White – Any other White background", "valid", "C", ""),
        ("English, Welsh, Scottish, Northern Irish or British", "valid", "A", ""),
        ("Cypriot (Part nt st)", "valid", "C", ""),
        ("Indian/British India", "valid", "H", ""),
        ("Asian, Asian British or Asian Welsh: Chinese", "valid", "R", ""),
        ("Black, Black British, Black Welsh, Caribbean or African: African", "valid", "N", ""),
        ("Mixed or Multiple ethnic groups: White and Asian", "valid", "F", ""),
        ("Other ethnic group: Any other ethnic group", "valid", "S", ""),
        ("Other ethnic group: Arab", "valid", "", "Other"),
        ("White: Roma", "valid", "", "White"),
        ("White: Gypsy or Irish Traveller", "valid", "", "White"),
        ("Patient refused", "not_stated", "Z", ""),
        ("Declined", "not_stated", "Z", ""),
        ("Not given", "not_known", "99", ""),
        ("not asked", "not_known", "99", ""),
        ("NSP", "not_known", "99", ""),
        ("ZZ", "not_stated", "Z", ""),
    ],
)
def test_wordings_are_found(written, ethnic_class, code, group):
    (row,) = (row for row in rows("ethnic_labels") if row["label"] == key(written))
    assert (row["ethnic_class"], row["national_code"], row["group"]) == (ethnic_class, code, group)


def test_national_labels_are_labels_of_their_own_code():
    by_label = {row["label"]: row["national_code"] for row in rows("ethnic_labels")}
    for row in rows("ethnic_category_2001"):
        if row["scheme"] == "2001":
            assert by_label[key(row["label"])] == row["code"]


def test_school_census():
    main = {row["code"] for row in rows("school_census_codes") if row["sure"] == "read"}
    assert len(main) == 20
    assert {"WBRI", "NOBT", "REFU", "WROM", "CHNE"} <= main
    assert set(values("school_census_codes", "sure")) == {"read", "unchecked"}
    assert all(len(code) == 4 and code.isalpha() for code in values("school_census_codes", "code"))
    assert set(values("school_census_codes", "group")) <= GROUPS


def test_pseudo_postcodes():
    assert {row["postcode"]: row["link_class"] for row in rows("pseudo_postcodes")} == {
        "ZZ993VZ": "no_fixed_abode",
        "ZZ993WZ": "address_unknown",
        "ZZ993CZ": "address_unknown",
        "ZZ991WZ": "outside_england",
        "ZZ992WZ": "outside_england",
        "ZZ993GZ": "outside_england",
    }
    assert all(bool(row["nation"]) == (row["link_class"] == "outside_england") for row in rows("pseudo_postcodes"))


def imd(written, scale):
    found = [int(row["value"]) for row in rows("imd_labels") if (row["label"], row["scale"]) == (key(written), scale)]
    return found[0] if found else None


@pytest.mark.parametrize(
    ("written", "decile", "quintile"),
    [
        ("Most deprived 10%", 1, None),
        ("More deprived 10-20%", 2, None),
        ("Less Deprived 10% - 20%", 9, None),
        ("Less deprived 40-50%", 6, None),
        ("Least deprived 10%", 10, None),
        ("01 Most deprived", 1, 1),
        ("1 - most deprived", 1, 1),
        ("1 (most deprived)", 1, 1),
        ("05 More deprived", 5, None),
        ("05 Least deprived", None, 5),
        ("5 (least deprived)", None, 5),
        ("10 Least deprived", 10, None),
        ("Q1", None, 1),
        ("20-30%", None, None),
    ],
)
def test_imd_labels(written, decile, quintile):
    assert (imd(written, "decile"), imd(written, "quintile")) == (decile, quintile)


def test_imd_values_lie_on_their_scale():
    highest = {"decile": 10, "quintile": 5}
    for row in rows("imd_labels"):
        assert 1 <= int(row["value"]) <= highest[row["scale"]]
    assert {(row["scale"], row["value"]) for row in rows("imd_labels")} == {
        (scale, str(value)) for scale, top in highest.items() for value in range(1, top + 1)
    }


def test_sex_codes():
    codes = {row["code"]: row["label"] for row in rows("sex_codes")}
    assert (codes["1"], codes["2"], codes["9"], codes["0"], codes["X"]) == (
        "Male",
        "Female",
        "Indeterminate",
        "Not known",
        "Not known",
    )
    assert set(codes.values()) == {"Male", "Female", "Indeterminate", "Not known"}
