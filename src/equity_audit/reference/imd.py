"""Editions of the Index of Multiple Deprivation: read as published, verified, decile and quintile from the rank.

Source: MHCLG, English indices of deprivation 2015, 2019 and 2025 (File 1, 2 or 7). Decile = ⌈10 × rank / N⌉ and
quintile = ⌈5 × rank / N⌉ reproduce every published decile; the usual alternatives do not.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from equity_audit.errors import DataError, UsageError

OFFICIAL = {"2015": (32_844, "2011"), "2019": (32_844, "2011"), "2025": (33_755, "2021")}
HIGHEST_2011_CODE = "E01033768"
_EDITION_OF_DISTRICTS = {"2013": "2015", "2019": "2019", "2024": "2025"}
_CODE = re.compile(r"lsoa[\s_]?code\s*\((20\d\d)\)|lsoa(01|11|21)_?(?:cd|code)|lsoa_?(?:code)?")
_DISTRICT = re.compile(r"local authority district code\s*\((20\d\d)\)|lad(\d\d)_?(?:cd|code)")
_RANK = re.compile(r"index of multiple deprivation \(imd\) rank.*|imd[\s_]?rank")
# One official file's decile header is cut short.
_DECILE = re.compile(r"index of multiple deprivation \(imd\) d.*|imd[\s_]?decile")
_SHEET_ROWS_LOOKED_AT = 20


@dataclass(frozen=True, kw_only=True)
class ImdTable:
    """One edition. ``frame``: index LSOA code; ``rank``, ``decile``, ``quintile`` (1 = most deprived)."""

    edition: str
    vintage: str
    areas: int
    sha256: str
    frame: pd.DataFrame = field(repr=False)
    faults: tuple[str, ...] = ()

    @property
    def official(self) -> bool:
        """Whether this is an edition whose size is known."""
        return self.edition in OFFICIAL


def decile_of_rank(rank: pd.Series[Any], areas: int) -> pd.Series[Any]:
    """⌈10 × rank / N⌉ in whole numbers."""
    return -(-10 * rank // areas)


def quintile_of_rank(rank: pd.Series[Any], areas: int) -> pd.Series[Any]:
    """⌈5 × rank / N⌉ in whole numbers."""
    return -(-5 * rank // areas)


def read_published(path: Path, edition: str | None = None) -> ImdTable:
    """Read and verify a file as published (xlsx, csv or csv.gz). Faults are listed, not raised.

    Raises
    ------
    UsageError
        The edition is neither in the header nor given.
    DataError
        The file has no LSOA code and IMD rank columns, or is not readable.
    """
    header, rows = _read(path)
    found = _columns(header)
    if found is None:
        raise DataError(
            f"{path.name} has no LSOA code column with an IMD rank column, so it is not a table of the Index of "
            "Multiple Deprivation. File 1, 2 or 7 of an official edition is."
        )
    code_at, rank_at, decile_at, vintage, proved_edition = found
    edition = edition or proved_edition
    if edition is None:
        raise UsageError(
            f"{path.name} does not say which edition it is. Say so with --edition, for example --edition 2019."
        )
    frame = pd.DataFrame(
        {
            "code": [row[code_at].strip().upper() for row in rows],
            "rank": pd.to_numeric(pd.Series([row[rank_at].replace(",", "") for row in rows]), errors="coerce"),
            "published": pd.to_numeric(pd.Series([row[decile_at] for row in rows]), errors="coerce")
            if decile_at is not None
            else pd.NA,
        }
    )
    return build_table(frame[frame["code"] != ""], edition, vintage, _sha256(path))


def build_table(frame: pd.DataFrame, edition: str, vintage: str | None, sha256: str) -> ImdTable:
    """Verify ``code``, ``rank``, ``published`` decile (or NA) and make the table."""
    areas, declared = OFFICIAL.get(edition, (len(frame), vintage or "2021"))
    rank = frame["rank"]
    whole = rank.notna() & (rank % 1 == 0) & rank.between(1, areas)
    decile = decile_of_rank(rank.where(whole), areas)
    faults = []
    if len(frame) != areas:
        faults.append("wrong_count")
    if not whole.all():
        faults.append("rank_range")
    if frame["code"].duplicated().any():
        faults.append("repeated_lsoa")
    published = pd.to_numeric(frame["published"], errors="coerce")
    if (published.notna() & whole & (published != decile)).any():
        faults.append("decile_not_from_rank")
    if vintage not in (None, declared) or (edition in OFFICIAL and not _codes_fit(frame["code"], declared)):
        faults.append("wrong_vintage")
    table = pd.DataFrame(
        {
            "rank": rank.where(whole),
            "decile": decile,
            "quintile": quintile_of_rank(rank.where(whole), areas),
            "published": published,
        }
    )
    table.index = pd.Index(frame["code"], name="code")
    table = table[~table.index.duplicated()].dropna(subset="rank")
    return ImdTable(
        edition=edition, vintage=declared, areas=areas, sha256=sha256, frame=table.sort_index(), faults=tuple(faults)
    )


def _codes_fit(codes: pd.Series[Any], vintage: str) -> bool:
    """2021 boundaries brought codes above every code of 2011; a table of 2011 areas has none of them."""
    return bool((codes > HIGHEST_2011_CODE).any()) == (vintage == "2021")


def _columns(header: list[str]) -> tuple[int, int, int | None, str | None, str | None] | None:
    """Positions of code, rank, decile; vintage; edition — by pattern, since headers differ between files."""
    names = [re.sub(r"\s+", " ", name.replace("\ufeff", "")).strip().lower() for name in header]

    def first(pattern: re.Pattern[str]) -> tuple[int, re.Match[str]] | None:
        return next(((at, match) for at, name in enumerate(names) if (match := pattern.fullmatch(name))), None)

    code, rank, decile, district = first(_CODE), first(_RANK), first(_DECILE), first(_DISTRICT)
    if code is None or rank is None:
        return None
    year = code[1][1] or (f"20{code[1][2]}" if code[1][2] else None)
    district_year = (district[1][1] or f"20{district[1][2]}") if district else ""
    return code[0], rank[0], decile[0] if decile else None, year, _EDITION_OF_DISTRICTS.get(district_year)


def looks_like_imd(path: Path) -> str | None:
    """The edition a file's header proves, ``""`` for an IMD table that does not say, None for any other file."""
    try:
        header, _ = _read(path, header_only=True)
    except (DataError, OSError):
        return None
    found = _columns(header)
    return None if found is None else found[4] or ""


def _read(path: Path, *, header_only: bool = False) -> tuple[list[str], list[list[str]]]:
    if path.suffix.lower() in (".xlsx", ".xlsm"):
        return _read_workbook(path, header_only)
    try:
        opener = gzip.open if path.suffix.lower() == ".gz" else open
        with opener(path, "rb") as file:
            content = file.read(1 << 16) if header_only else file.read()
        text = content.decode("utf-8-sig", errors="replace" if header_only else "strict")
        reader: Iterator[list[str]] = csv.reader(io.StringIO(text, newline=""))
        header = next(reader, [])
        return header, [] if header_only else [row for row in reader if len(row) == len(header)]
    except (OSError, EOFError, UnicodeDecodeError, csv.Error):
        raise DataError(f"{path.name} cannot be read as CSV in UTF-8. Download it again.") from None


def _read_workbook(path: Path, header_only: bool) -> tuple[list[str], list[list[str]]]:
    from openpyxl import load_workbook

    try:
        workbook = load_workbook(path, read_only=True, data_only=True, keep_links=False)
    except Exception:  # openpyxl raises many kinds, with cell text in some
        raise DataError(f"{path.name} cannot be read as a workbook. Download it again.") from None
    for sheet in workbook.worksheets:
        for number, cells in enumerate(sheet.iter_rows(values_only=True)):
            header = ["" if value is None else str(value) for value in cells]
            if _columns(header) is not None:
                if header_only:
                    return header, []
                rest = sheet.iter_rows(min_row=number + 2, values_only=True)
                return header, [["" if value is None else str(value) for value in row] for row in rest]
            if number == _SHEET_ROWS_LOOKED_AT:
                break
    return [], []


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
