"""Populations by LSOA (Census 2021 tables TS021 and TS007A, mid-year estimates), or by quintile, ethnic group, age and sex.

Sources: ONS, Census 2021 through Nomis (raw and bulk forms); ONS small area population estimates, LSOA 2011.
Census 2021 counts Chinese people as Asian: the table carries that grouping with it.
"""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

from equity_audit.errors import DataError
from equity_audit.reference.imd import HIGHEST_2011_CODE
from equity_audit.reference.tables import Header, connection, scan, sniff

GROUPS = {
    "asian, asian british": "Asian",
    "black, black british": "Black",
    "mixed or multiple": "Mixed",
    "white": "White",
    "other ethnic group": "Other",
}
GROUPING = "2021"
_BULK = re.compile(r"^(ethnic group|age): ")
_AGE = re.compile(r"aged (?:(\d+) years and (under|over)|(\d+) to (\d+) years)")
_CODE_HEADERS = ("mnemonic", "geography code", "lsoa21cd", "lsoa11cd")
_LONG = ("sex", "area_codes", "age_grp", "pop")
CELLS = ("imd_edition", "imd_quintile", "ethnic_grouping", "ethnic_group", "sex", "age_from", "age_to", "people")


def _wide(header: Header) -> tuple[int, dict[int, str]] | None:
    names = [_BULK.sub("", name) for name in header.tidy]
    code = next((at for at, name in enumerate(names) if name in _CODE_HEADERS), None)
    return None if code is None else (code, dict(enumerate(names)))


def census_columns(header: Header) -> tuple[int, dict[int, str]] | None:
    """Place of the LSOA code and of the five ethnic groups; None for any other table."""
    found = _wide(header)
    if found is None:
        return None
    code, names = found
    groups = {
        at: group for at, name in names.items() for start, group in GROUPS.items()
        if (name.startswith(start) if "," in start or " " in start else name == start) and ":" not in name
    }  # fmt: skip
    return (code, groups) if sorted(groups.values()) == sorted(GROUPS.values()) else None


def age_columns(header: Header) -> tuple[int, dict[int, tuple[int, int | None]]] | None:
    """Place of the LSOA code and of each age band, first and last year; None for any other table."""
    found = _wide(header)
    if found is None:
        return None
    code, names = found
    bands: dict[int, tuple[int, int | None]] = {}
    for at, name in names.items():
        match = _AGE.fullmatch(name)
        if match and match[2]:
            bands[at] = (int(match[1]), None) if match[2] == "over" else (0, int(match[1]))
        elif match:
            bands[at] = (int(match[3]), int(match[4]))
    return (code, bands) if len(bands) > 4 else None


def is_long(header: Header) -> bool:
    """Whether a table is a mid-year estimate with one row an area, sex and age band."""
    return set(_LONG) <= set(header.tidy)


def is_cells(header: Header) -> bool:
    """Whether a table is a population by quintile, ethnic group, age and sex, in the columns `CELLS`."""
    return set(CELLS) <= set(header.tidy)


def read_cells(path: Path) -> pd.DataFrame:
    """The columns `CELLS`: one row an IMD quintile, ethnic group, sex and age range (``age_to`` blank: and over).

    Raises
    ------
    DataError
        A row is not readable, stands twice, or the table mixes IMD editions or ethnic groupings.
    """
    header = _header(path)
    with connection() as opened:
        select = ", ".join(f"trim(c{header.tidy.index(name)}) AS {name}" for name in CELLS)
        frame: pd.DataFrame = scan(opened, path, header, select).df()
    numbers = pd.DataFrame(
        {name: pd.to_numeric(frame[name], errors="coerce") for name in ("imd_quintile", "age_from", "age_to", "people")}
    )
    blank_end = frame["age_to"].isna() | (frame["age_to"] == "")
    fine = (
        numbers["imd_quintile"].isin(range(1, 6)) & (numbers["people"] >= 0) & (numbers["age_from"] >= 0)
        & (numbers["age_to"].notna() | blank_end) & frame["ethnic_group"].fillna("").ne("")
    )  # fmt: skip
    if frame.empty or not fine.all():
        row = "no row" if frame.empty else f"row {int((~fine).to_numpy().argmax()) + 2}"
        raise DataError(
            f"{path.name}, {row}: a population by quintile has an IMD quintile 1 to 5, an ethnic group, ages as whole years "
            "(age_to blank for and over) and a number of people in each row."
        )
    if frame["imd_edition"].nunique() != 1 or frame["ethnic_grouping"].nunique() != 1:
        raise DataError(f"{path.name} has more than one IMD edition or ethnic grouping. Give a file of one of each.")
    if frame["ethnic_grouping"].iloc[0] not in ("2001", "2021"):
        raise DataError(
            f"{path.name} has an ethnic grouping that is neither 2001 (Chinese in Other) nor 2021 (in Asian)."
        )
    whole = {"imd_quintile": "int64", "age_from": "Int64", "age_to": "Int64", "people": "float64"}
    read = frame.assign(**numbers).astype(whole)
    if read.duplicated(["imd_quintile", "ethnic_group", "sex", "age_from", "age_to"]).any():
        raise DataError(f"{path.name} has a quintile, ethnic group, sex and age range twice.")
    return read[list(CELLS)]


def read_census(path: Path) -> pd.DataFrame:
    """``lsoa``, ``ethnic_group``, ``people``: one row an area and group."""
    header = _header(path)
    found = census_columns(header)
    if found is None:
        raise DataError(f"{path.name} has no five ethnic groups by area code, so it is not table TS021.")
    code, groups = found
    wide = _read(path, header, code, list(groups))
    wide.columns = pd.Index(["lsoa", *groups.values()])
    return wide.melt("lsoa", var_name="ethnic_group", value_name="people")


def read_population(path: Path) -> pd.DataFrame:
    """``lsoa``, ``sex`` (1, 2 or ``all``), ``age_from``, ``age_to`` (blank: and over), ``people``."""
    header = _header(path)
    if is_long(header):
        at = {name: header.tidy.index(name) for name in _LONG}
        with connection() as opened:
            select = (
                f"upper(trim(c{at['area_codes']})) AS lsoa, c{at['sex']} AS sex, c{at['age_grp']} AS band, "
                f"TRY_CAST(c{at['pop']} AS INTEGER) AS people"
            )
            frame: pd.DataFrame = scan(opened, path, header, select).df()
        years = frame["band"].str.extract(r"(\d+)(?:\D+(\d+))?").astype("Int64")
        long: pd.DataFrame = frame.assign(age_from=years[0], age_to=years[1])
        return long[["lsoa", "sex", "age_from", "age_to", "people"]]
    found = age_columns(header)
    if found is None:
        raise DataError(f"{path.name} has no age bands by area code, so it is not a population.")
    code, bands = found
    wide = _read(path, header, code, list(bands))
    wide.columns = pd.Index(["lsoa", *range(len(bands))])
    frame = wide.melt("lsoa", var_name="band", value_name="people")
    ages = list(bands.values())
    return pd.DataFrame(
        {
            "lsoa": frame["lsoa"],
            "sex": "all",
            "age_from": [ages[band][0] for band in frame["band"]],
            "age_to": pd.array([ages[band][1] for band in frame["band"]], dtype="Int64"),
            "people": frame["people"],
        }
    )


def vintage_of(codes: pd.Series[str]) -> str:
    """2021 boundaries brought codes above every code of 2011."""
    english = codes[codes.str.startswith("E01")]
    return "2021" if bool((english > HIGHEST_2011_CODE).any()) else "2011"


def _header(path: Path) -> Header:
    header = sniff(path)
    if header is None:
        raise DataError(f"{path.name} cannot be read as CSV in UTF-8. Download it again.")
    return header


def _read(path: Path, header: Header, code: int, counts: list[int]) -> pd.DataFrame:
    """Area code and counts of the rows that are small areas; titles and footnotes are none."""
    import duckdb

    numbers = ", ".join(f"TRY_CAST(c{at} AS INTEGER) AS n{at}" for at in counts)
    try:
        with connection() as opened:
            where = f"WHERE regexp_full_match(trim(c{code}), '[EW]01\\d{{6}}')"
            frame: pd.DataFrame = scan(opened, path, header, f"trim(c{code}) AS lsoa, {numbers}", where).df()
    except duckdb.Error:
        raise DataError(f"{path.name} cannot be read as CSV. Download it again.") from None
    if frame.empty or frame.isna().any(axis=None):
        raise DataError(f"{path.name} holds areas without a count. Download it again.")
    return frame
