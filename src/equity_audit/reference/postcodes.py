"""Postcode directories: NSPL, ONSPD, NHSPD and the OA–LSOA lookup, whose headers change with every edition.

Source: ONS Geography, headers of 2021 to 2026 (`domain.md` §3.6). A column is found by its pattern, never by its
place. A directory is kept sorted by postcode, and read for the postcodes that an extract holds, no others.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from equity_audit.errors import DataError
from equity_audit.reference.tables import Header, connection, quoted, scan, sniff

COLUMNS = ("postcode", "ended", "lsoa_2011", "lsoa_2021", "nation")
_POSTCODE = re.compile(r"pcds|pcd[278]?|postcode")
_ENDED = re.compile(r"doterm")
_LSOA = re.compile(r"lsoa(11|21)(?:cd)?")
_COUNTRY = re.compile(r"ctry(?:\d\d)?(?:cd)?")
_DISTRICT = re.compile(r"oslaua|laua|lad(?:\d\d)?cd")
_NAMED = re.compile(r"(nspl|onspd|nhspd)[_\W]?([a-z]{3})[a-z]*[_\W]?(\d{4})", re.IGNORECASE)
_AREA = re.compile(r"_uk_([a-z]{1,2})(?=\W|$)", re.IGNORECASE)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NATION = {
    "E": "England",
    "W": "Wales",
    "S": "Scotland",
    "N": "Northern Ireland",
    "L": "Channel Islands",
    "M": "Isle of Man",
}


@dataclass(frozen=True, kw_only=True)
class DirectoryColumns:
    """Places of the columns that a directory is read for."""

    postcode: int
    ended: int | None
    lsoa: dict[str, int]
    nation: int

    @property
    def vintage(self) -> str:
        """The vintages it gives an LSOA of, ``2011``, ``2021`` or ``2011+2021``."""
        return "+".join(sorted(self.lsoa))


def directory_columns(header: Header) -> DirectoryColumns | None:
    """Where a postcode directory has what is needed; None for any other table."""
    names = header.tidy

    def first(pattern: re.Pattern[str]) -> int | None:
        return next((at for at, name in enumerate(names) if pattern.fullmatch(name)), None)

    postcode = first(_POSTCODE)
    lsoa = {f"20{match[1]}": at for at, name in reversed(list(enumerate(names))) if (match := _LSOA.fullmatch(name))}
    if postcode is None or not lsoa:
        return None
    places = (first(_COUNTRY), first(_DISTRICT), lsoa[max(lsoa)])
    nation = next(place for place in places if place is not None)
    return DirectoryColumns(postcode=postcode, ended=first(_ENDED), lsoa=lsoa, nation=nation)


def edition_and_part(name: str) -> tuple[str | None, str]:
    """``NSPL_NOV_2021_UK_SM.csv`` → edition ``nspl-2021-11``, part ``sm``; a whole directory has the part ``""``."""
    area = _AREA.search(name)
    found = _NAMED.search(name)
    edition = None
    if found and found[2].lower() in _MONTHS:
        edition = f"{found[1].lower()}-{found[3]}-{_MONTHS.index(found[2].lower()) + 1:02d}"
    return edition, area[1].lower() if area else ""


def _select(columns: DirectoryColumns) -> str:
    def code(vintage: str) -> str:
        return f"nullif(trim(c{columns.lsoa[vintage]}), '')" if vintage in columns.lsoa else "NULL::VARCHAR"

    ended = f"TRY_CAST(nullif(trim(c{columns.ended}), '') AS INTEGER)" if columns.ended is not None else "NULL::INTEGER"
    nations = " ".join(f"WHEN '{letter}' THEN '{name}'" for letter, name in _NATION.items())
    return (
        f"regexp_replace(upper(c{columns.postcode}), '\\s', '', 'g') AS postcode, {ended} AS ended, "
        f"{code('2011')} AS lsoa_2011, {code('2021')} AS lsoa_2021, "
        f"CASE left(trim(c{columns.nation}), 1) {nations} ELSE '' END AS nation"
    )


def install_directory(source: Path, target: Path, workspace: Path) -> int:
    """Write a directory as Parquet sorted by postcode; how many postcodes it holds. Raises DataError."""
    import duckdb

    header = sniff(source)
    columns = directory_columns(header) if header else None
    if header is None or columns is None:
        raise DataError(f"{source.name} has no postcode column with an LSOA column, so it is not a postcode directory.")
    place = f"c{columns.postcode}"
    try:
        with connection(workspace) as opened:
            rows = scan(opened, source, header, _select(columns), f"WHERE {place} IS NOT NULL AND trim({place}) <> ''")
            rows.order("postcode").write_parquet(str(target), compression="zstd", row_group_size=50_000)
            (count, distinct) = opened.execute(
                "SELECT count(*), count(DISTINCT postcode) FROM read_parquet(?)", [str(target)]
            ).fetchone()
    except duckdb.Error:
        raise DataError(f"{source.name} cannot be read as CSV. Download it again.") from None
    again = int(count - distinct)
    if again:
        told = f"{again:,} {'postcode stands' if again == 1 else 'postcodes stand'} in it more than once"
        raise DataError(f"{source.name} was not installed: {told}. Download the official file again.")
    return int(count)


def look_up(paths: Sequence[Path], wanted: Iterable[str]) -> pd.DataFrame:
    """The entries of the directories at ``paths`` (installed, or as published) for compact postcodes.

    Returns
    -------
        Index compact postcode; ``ended`` (YYYYMM, NaN while live), ``lsoa_2011``, ``lsoa_2021``, ``nation``. Where
        several files hold a postcode, the first speaks.
    """
    import duckdb

    asked = pd.DataFrame({"postcode": sorted(set(wanted))}, dtype="str")
    frames = [asked.head(0).assign(ended=float("nan"), lsoa_2011="", lsoa_2021="", nation="")]
    with connection() as opened:
        opened.register("asked", asked.astype(object))
        for path in paths if len(asked) else ():
            try:
                frames.append(_matching(opened, path).df())
            except duckdb.Error:
                raise DataError(
                    f"The postcode directory {path.name} is damaged or gone. Add it again: "
                    "equity-audit reference add FILE."
                ) from None
    frame = pd.concat(frames, ignore_index=True).drop_duplicates("postcode").set_index("postcode")
    texts: dict[str, Any] = {
        name: frame[name].fillna("").astype(object) for name in ("lsoa_2011", "lsoa_2021", "nation")
    }
    return frame.assign(ended=frame["ended"].astype("float64"), **texts)


def _matching(opened: Any, path: Path) -> Any:
    present = "WHERE postcode IN (SELECT postcode FROM asked)"
    if path.suffix == ".parquet":
        return opened.sql(f"SELECT {', '.join(COLUMNS)} FROM read_parquet({quoted(path)}) {present}")  # noqa: S608
    header = sniff(path)
    columns = directory_columns(header) if header else None
    if header is None or columns is None:
        raise DataError(f"{path.name} is not a postcode directory.")
    return scan(opened, path, header, _select(columns)).filter("postcode IN (SELECT postcode FROM asked)")
