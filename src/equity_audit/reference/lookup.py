"""The official lookup of LSOA 2011 to LSOA 2021: which areas are unchanged, split, merged or irregular.

Source: ONS Geography, LSOA (2011) to LSOA (2021) to Local Authority District best fit lookup (England and Wales).
Change codes: U unchanged, S split, M merged, X irregular. Only U is one to one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from equity_audit.errors import DataError
from equity_audit.reference.tables import Header, connection, scan, sniff

UNCHANGED = "U"
CHANGES = ("U", "S", "M", "X")
EDITION = "2011-2021"
_OLD = re.compile(r"lsoa11_?(?:cd|code)")
_NEW = re.compile(r"lsoa21_?(?:cd|code)")
_CHANGE = re.compile(r"chgind|change_?(?:code|ind)")
FAULTS = {
    "change_code": "some change codes are not U, S, M or X",
    "not_one_to_one": "some areas marked unchanged stand in it more than once",
}


@dataclass(frozen=True, kw_only=True)
class LsoaLookup:
    """``frame``: ``lsoa_2011``, ``change``, ``lsoa_2021``, one row a pair."""

    sha256: str
    frame: pd.DataFrame = field(repr=False)
    faults: tuple[str, ...] = ()

    def codes(self, vintage: str) -> pd.Index[str]:
        """Every English code of a vintage."""
        column = self.frame[f"lsoa_{vintage}"]
        english: pd.Index[str] = pd.Index(column[column.str.startswith("E01")].unique())
        return english

    def bridge(self, source: str, target: str) -> dict[str, str]:
        """Codes of one vintage to codes of the other, where they are one to one."""
        same = self.frame[self.frame["change"] == UNCHANGED]
        return dict(zip(same[f"lsoa_{source}"], same[f"lsoa_{target}"], strict=True))


def lookup_columns(header: Header) -> tuple[int, int, int] | None:
    """Places of the 2011 code, the change code, the 2021 code; None for any other table."""
    places = [
        next((at for at, name in enumerate(header.tidy) if pattern.fullmatch(name)), None)
        for pattern in (_OLD, _CHANGE, _NEW)
    ]
    old, change, new = places
    return None if old is None or change is None or new is None else (old, change, new)


def read_lookup(path: Path, sha256: str) -> LsoaLookup:
    """Read and verify the lookup as published (csv or csv.gz) or as installed. Faults are listed, not raised."""
    import duckdb

    try:
        if path.suffix == ".parquet":
            return build_lookup(pd.read_parquet(path), sha256)
        header = sniff(path)
        places = lookup_columns(header) if header else None
        if header is None or places is None:
            raise DataError(
                f"{path.name} has no LSOA 2011 code, change code and LSOA 2021 code, so it is not that lookup."
            )
        with connection() as opened:
            select = ", ".join(
                f"upper(trim(c{at})) AS {name}"
                for at, name in zip(places, ("lsoa_2011", "change", "lsoa_2021"), strict=True)
            )
            return build_lookup(scan(opened, path, header, select).df(), sha256)
    except (duckdb.Error, OSError, ValueError):
        raise DataError(f"The LSOA lookup {path.name} cannot be read. Download it and add it again.") from None


def build_lookup(frame: pd.DataFrame, sha256: str) -> LsoaLookup:
    """Verify ``lsoa_2011``, ``change``, ``lsoa_2021``."""
    frame = frame.dropna().astype(object).drop_duplicates(ignore_index=True)
    faults = []
    if not frame["change"].isin(CHANGES).all():
        faults.append("change_code")
    same = frame[frame["change"] == UNCHANGED]
    if same["lsoa_2011"].duplicated().any() or same["lsoa_2021"].duplicated().any():
        faults.append("not_one_to_one")
    return LsoaLookup(sha256=sha256, frame=frame, faults=tuple(faults))
