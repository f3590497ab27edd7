"""Which IMD edition an audit uses: the one asked for, else the newest of the vintage its codes declare or prove."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from equity_audit.errors import UsageError
from equity_audit.reference.imd import OFFICIAL, ImdTable
from equity_audit.reference.lookup import LsoaLookup
from equity_audit.reference.store import Entry, read_entry

_DECLARED = {"lsoa_2021": "2021", "lsoa_2011": "2011", "lsoa_2001": "2001"}


@dataclass(frozen=True, kw_only=True)
class Choice:
    """The edition in use (or None), further tables whose lists tell vintages apart, and how it was chosen.

    ``basis`` says how the vintage of the codes is known: declares, proves, or "" where it could not be told.
    ``entries`` are the further editions, not all of them read.
    """

    edition: ImdTable | None
    others: tuple[ImdTable, ...]
    vintage: str | None
    reason: str
    basis: str = ""
    entries: tuple[Entry, ...] = ()


def choose_edition(
    entries: Iterable[Entry],
    wanted: str | None,
    filled: frozenset[str],
    codes: pd.Series[Any] | None,
    *,
    lookup: LsoaLookup | None = None,
    given: ImdTable | None = None,
) -> Choice:
    """Choose an edition.

    Parameters
    ----------
    filled
        Fields of the extract that hold something.
    codes
        Records by tidied code of the plain ``lsoa`` column (index code), where there is one.
    lookup
        The official LSOA lookup, whose two lists tell vintages apart, too.
    given
        An edition that was read elsewhere (a warehouse), in place of the installed ones.

    Raises
    ------
    UsageError
        The edition asked for is not there.
    """
    available = {entry.edition: entry for entry in entries if entry.kind == "imd"}
    if given is not None and wanted in (None, given.edition):
        return _given(given, available, filled, codes, lookup)
    if wanted is not None and wanted not in available:
        there = ", ".join(available) or "none"
        raise UsageError(
            f"IMD {wanted} is not installed (installed: {there}). Add it: "
            f"equity-audit reference add FILE --edition {wanted}."
        )
    if not available:
        vintage = next((_DECLARED[name] for name in _DECLARED if name in filled), None)
        return Choice(edition=None, others=(), vintage=vintage, reason="no IMD edition is installed")
    tables = _newest_of_each_vintage(available, wanted)
    vintage, proof = _vintage(tables, filled, codes, lookup)
    if wanted is not None:
        edition, reason = read_if_needed(tables, available[wanted]), "asked for"
    elif vintage in tables:
        edition, reason = tables[vintage], f"newest installed for the {vintage} areas that the extract {proof}"
    else:
        edition = max(tables.values(), key=_age)
        none = "no edition that this tool takes" if vintage == "2001" else "none installed"
        reason = "newest installed" + (f"; {none} is for {vintage} areas" if vintage else "")
    others = tuple(table for table in tables.values() if table.edition != edition.edition)
    rest = tuple(entry for name, entry in available.items() if name != edition.edition)
    return Choice(edition=edition, others=others, vintage=vintage, reason=reason, basis=proof, entries=rest)


def _given(
    given: ImdTable,
    available: dict[str, Entry],
    filled: frozenset[str],
    codes: pd.Series[Any] | None,
    lookup: LsoaLookup | None,
) -> Choice:
    tables = {given.vintage: given}
    for table in _newest_of_each_vintage(available, None).values():
        tables.setdefault(table.vintage, table)
    vintage, proof = _vintage(tables, filled, codes, lookup)
    return Choice(
        edition=given, others=tuple(table for table in tables.values() if table is not given), vintage=vintage,
        reason="read from the warehouse", basis=proof, entries=tuple(available.values()),
    )  # fmt: skip


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
    tables: dict[str, ImdTable], filled: frozenset[str], codes: pd.Series[Any] | None, lookup: LsoaLookup | None
) -> tuple[str | None, str]:
    declared = next((_DECLARED[name] for name in _DECLARED if name in filled), None)
    if declared is not None:
        return declared, "declares"
    lists = {vintage: table.frame.index for vintage, table in tables.items()}
    if lookup is not None:
        lists |= {vintage: lookup.codes(vintage) for vintage in ("2011", "2021") if vintage not in lists}
    if codes is None or len(lists) < 2:
        return None, ""
    # A code on several lists proves nothing; those on one list alone speak for it.
    alone = {}
    for vintage, listed in lists.items():
        elsewhere = pd.Index([]).append([other for name, other in lists.items() if name != vintage])
        alone[vintage] = int(codes[codes.index.isin(listed.difference(elsewhere))].sum())
    best = max(alone, key=lambda vintage: alone[vintage])
    return (best, "proves") if alone[best] else (None, "")
