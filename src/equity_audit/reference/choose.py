"""Which IMD edition an audit uses: the one asked for, else the newest of the vintage its codes declare or prove."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from equity_audit.errors import UsageError
from equity_audit.reference.imd import OFFICIAL, ImdTable
from equity_audit.reference.store import Entry, read_entry

_DECLARED = {"lsoa_2021": "2021", "lsoa_2011": "2011", "lsoa_2001": "2001"}


@dataclass(frozen=True, kw_only=True)
class Choice:
    """The edition in use (or None), further tables whose lists tell vintages apart, and how it was chosen."""

    edition: ImdTable | None
    others: tuple[ImdTable, ...]
    vintage: str | None
    reason: str


def choose_edition(
    entries: Iterable[Entry], wanted: str | None, filled: frozenset[str], codes: pd.Series[Any] | None
) -> Choice:
    """Choose an edition.

    Parameters
    ----------
    filled
        Fields of the extract that hold something.
    codes
        Records by tidied code of the plain ``lsoa`` column (index code), where there is one.

    Raises
    ------
    UsageError
        The edition asked for is not there.
    """
    available = {entry.edition: entry for entry in entries if entry.kind == "imd"}
    if wanted is not None and wanted not in available:
        there = ", ".join(available) or "none"
        raise UsageError(
            f"IMD {wanted} is not installed (installed: {there}). Add it: equity-audit reference add FILE --edition {wanted}."
        )
    if not available:
        vintage = next((_DECLARED[name] for name in _DECLARED if name in filled), None)
        return Choice(edition=None, others=(), vintage=vintage, reason="no IMD edition is installed")
    tables = _newest_of_each_vintage(available, wanted)
    vintage, proof = _vintage(tables, filled, codes)
    if wanted is not None:
        edition, reason = read_if_needed(tables, available[wanted]), "asked for"
    elif vintage in tables:
        edition, reason = tables[vintage], f"newest installed for the {vintage} areas that the extract {proof}"
    else:
        edition = max(tables.values(), key=_age)
        reason = "newest installed" + (f"; none is published for {vintage} areas" if vintage else "")
    others = tuple(table for table in tables.values() if table.edition != edition.edition)
    return Choice(edition=edition, others=others, vintage=vintage, reason=reason)


def read_if_needed(tables: dict[str, ImdTable], entry: Entry) -> ImdTable:
    """The table of an entry, from those already read where it is among them."""
    return next((table for table in tables.values() if table.edition == entry.edition), None) or read_entry(entry)


def _age(table: ImdTable) -> tuple[bool, str]:
    return table.official, table.edition


def _newest_of_each_vintage(available: dict[str, Entry], wanted: str | None) -> dict[str, ImdTable]:
    """Tables by vintage: the newest official one, else one a user made; others need not be read."""
    tables: dict[str, ImdTable] = {}
    official = sorted((name for name in available if name in OFFICIAL), reverse=True)
    own = sorted(name for name in available if name not in OFFICIAL)
    for name in (*([wanted] if wanted else ()), *official, *own):
        known = OFFICIAL[name][1] if name in OFFICIAL else None
        if known not in tables:
            table = read_entry(available[name])
            tables.setdefault(table.vintage, table)
    return tables


def _vintage(
    tables: dict[str, ImdTable], filled: frozenset[str], codes: pd.Series[Any] | None
) -> tuple[str | None, str]:
    declared = next((_DECLARED[name] for name in _DECLARED if name in filled), None)
    if declared is not None:
        return declared, "declares"
    if codes is None or len(tables) < 2:
        return None, ""
    # A code on several lists proves nothing; those on one list alone speak for it.
    alone = {}
    for vintage, table in tables.items():
        elsewhere = pd.Index([]).append([other.frame.index for name, other in tables.items() if name != vintage])
        alone[vintage] = int(codes[codes.index.isin(table.frame.index.difference(elsewhere))].sum())
    best = max(alone, key=lambda vintage: alone[vintage])
    return (best, "proves") if alone[best] else (None, "")
