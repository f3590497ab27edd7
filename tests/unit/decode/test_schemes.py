"""Code schemes: proved before any first character is read, declared by name or by file, and never guessed."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from equity_audit.decode.declared import SCHEMES, declare_scheme, read_mapping
from equity_audit.decode.ethnicity import decode_ethnicity
from equity_audit.errors import UsageError

POLICE = {"A1": "H", "A9": "L", "B1": "M", "W1": "A", "M1": "D", "O1": "R", "O9": "S", "NS": "Z"}


def decoded(counts: dict[str, int], scheme: str | None = None, site: str | None = None, **more: Any) -> pd.DataFrame:
    tally = pd.DataFrame({"ethnicity": list(counts), "records": list(counts.values())})
    if site is not None:
        tally.insert(1, "site", site)
    dictionary, schemes = decode_ethnicity(tally, declared=declare_scheme(scheme), **more)
    return dictionary.frame.assign(status=schemes["scheme_status"].iloc[0])


def codes(frame: pd.DataFrame) -> dict[str, str]:
    return dict(zip(frame["ethnicity"], frame["ethnic_code"], strict=True))


def classes(frame: pd.DataFrame) -> set[str]:
    return set(frame["ethnic_class"])


def test_a_police_column_is_proved_and_no_indian_becomes_white_british() -> None:
    frame = decoded(dict.fromkeys(POLICE, 10))
    assert set(frame["status"]) == {"proved"}
    assert classes(frame) == {"invalid"}
    assert not frame["ethnic_code"].notna().any()


def test_the_same_column_reads_right_once_declared() -> None:
    frame = decoded(dict.fromkeys(POLICE, 10), "police")
    assert set(frame["status"]) == {"none"}
    assert codes(frame) == POLICE
    assert classes(frame) == {"valid", "not_stated"}


def test_letters_beside_a_foreign_scheme_are_still_read() -> None:
    for scheme in (None, "police"):
        frame = decoded({**dict.fromkeys(POLICE, 10), "A": 5, "Z": 2, "": 1}, scheme)
        assert codes(frame)["A"] == "A" and codes(frame)["Z"] == "Z"
        assert frame.set_index("ethnicity").loc["", "ethnic_class"] == "missing"


def test_lookalikes_alone_are_ambiguous_until_one_is_declared() -> None:
    counts = {"A1": 15, "B2": 10, "A": 500}
    frame = decoded(counts).set_index("ethnicity")
    assert set(frame["status"]) == {"ambiguous"}
    assert frame.loc["A1", "ethnic_class"] == "invalid" and frame.loc["A", "ethnic_class"] == "valid"
    assert codes(decoded(counts, "police"))["A1"] == "H"
    as_2001 = decoded(counts, "2001")
    assert codes(as_2001)["A1"] == "A" and set(as_2001["status"]) == {"none"}


def test_nineteen_records_prove_nothing() -> None:
    assert set(decoded({"W1": 19, "A1": 400, "A": 500})["status"]) == {"ambiguous"}
    assert set(decoded({"A1": 19, "A": 500})["status"]) == {"none"}
    assert set(decoded({"W1": 19, "A": 500})["status"]) == {"none"}
    assert set(decoded({"W1": 20, "A1": 1, "A": 500})["status"]) == {"proved"}


@pytest.mark.parametrize("value", ["15", "123456789012345", "WBRI", "A.A1"])
def test_each_foreign_scheme_is_proved_by_twenty(value: str) -> None:
    assert set(decoded({value: 20, "A": 80})["status"]) == {"proved"}
    assert classes(decoded({value: 20})) == {"invalid"}


def test_any_four_letters_are_no_school_code() -> None:
    assert set(decoded({"TEST": 500, "A": 80})["status"]) == {"none"}


def test_a_scheme_is_proved_site_by_site() -> None:
    tally = pd.DataFrame(
        {"ethnicity": ["W1", "A1", "A1", "A"], "site": ["S1", "S1", "S2", "S2"], "records": [30, 30, 10, 500]}
    )
    frame = decode_ethnicity(tally)[0].frame
    assert frame["ethnic_class"].tolist() == ["invalid", "invalid", "valid", "valid"]


def test_numbers_of_the_census_of_2021() -> None:
    letters = {13: "A", 14: "B", 17: "C", 11: "D", 10: "E", 9: "F", 12: "G", 3: "H", 4: "J", 1: "K", 5: "L", 7: "M",
               6: "N", 8: "P", 2: "R", 19: "S"}  # fmt: skip
    frame = decoded({str(number): 10 for number in range(1, 20)}, "2021").set_index("ethnicity")
    assert {int(value): code for value, code in frame["ethnic_code"].items() if isinstance(code, str)} == letters
    assert set(frame["ethnic_class"]) == {"valid"}
    groups = frame["ethnic_group"].to_dict()
    assert (groups["15"], groups["16"], groups["18"]) == (0, 0, 4)  # White, White, Other: no letter
    assert "census_1991" not in set(frame["ethnic_form"]) and set(frame["status"]) == {"none"}
    assert classes(decoded({"99": 5, "20": 5}, "2021")) == {"not_known", "invalid"}


def test_general_practice_codes_are_their_own_once_declared() -> None:
    assert set(decoded({"T": 5, "W": 5})["ethnic_form"]) == {"gp_only"}
    frame = decoded({"T": 5, "W": 5, "A": 5}, "gp").set_index("ethnicity")
    assert frame["ethnic_group"].to_dict() == {"T": 0, "W": 4, "A": 0}
    assert "gp_only" not in set(frame["ethnic_form"])


def write(folder: Path, text: str, encoding: str = "utf-8") -> str:
    path = folder / "map.csv"
    path.write_bytes(text.encode(encoding))
    return str(path)


def test_a_file_maps_values_normalised_as_the_extract_is(tmp_path: Path) -> None:
    scheme = write(tmp_path, "\ufeffvalue,code\nwb. ,A\n1,H\nDon't know,99\nTrav,T\n")
    frame = decoded({"WB": 5, "wb*": 1, "1": 4, "DON’T KNOW": 1, "don't know": 1, "trav": 2, "B": 3}, scheme)
    assert codes(frame)["wb*"] == "A" and codes(frame)["1"] == "H" and codes(frame)["B"] == "B"
    assert codes(frame)["don't know"] == "99" and codes(frame)["trav"] == "T"
    cleaned = frame.set_index("ethnicity")["needed_cleaning"]
    assert cleaned["wb*"] == "yes" and cleaned["WB"] == "no" and cleaned["don't know"] == "no"


def test_the_snomed_map_of_gdppr_works(shared: Path) -> None:
    path = shared / "reference" / "codes" / "gdppr_ethnicity_reference_data_snomed.csv"
    mapping = read_mapping(path, "--ethnicity-scheme")
    assert len(mapping) == 489
    frame = decoded({"92561000000109": 30, "92571000000102": 30, "999000000000000001": 30}, str(path))
    assert codes(frame)["92561000000109"] == "C" and codes(frame)["92571000000102"] == "A"
    # A concept that the map does not have is still another scheme's.
    assert set(frame["status"]) == {"proved"}
    assert frame.set_index("ethnicity").loc["999000000000000001", "ethnic_class"] == "invalid"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "first line"),
        ("a,b\nA1,H\n", "first line"),
        ("value,code\nSecretValue,Q\n", "line 2 .* no known code"),
        ("value,code\nA1,H\nSecretValue\n", "line 3 .* too short"),
        ("value,code\nSecretValue,H\nsecretvalue,J\n", "line 3 .* second code"),
        ("value,code\n ,H\n", "line 2 .* blank"),
        ("value,code\n", "maps no value"),
    ],
)
def test_a_faulty_file_is_refused_by_line_and_never_by_value(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(UsageError, match=says) as refused:
        declare_scheme(write(tmp_path, text))
    assert "secret" not in str(refused.value).lower()


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=", ".join(SCHEMES)):
        declare_scheme(str(tmp_path / "absent.csv"))
    with pytest.raises(UsageError, match=", ".join(SCHEMES)):
        declare_scheme(str(tmp_path))
    with pytest.raises(UsageError, match="UTF-8"):
        declare_scheme(write(tmp_path, "value,code\nCôte,S\n", "cp1252"))
