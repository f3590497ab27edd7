"""Which boundaries LSOA codes are of: declared by the column, else proved by official lists (rule DEP009).

A code on the lists of both vintages proves nothing. Codes found only in another vintage than the edition's, in
0.5 % of records or more, contradict it: the codes that both share would link, but to the areas of nobody knows when.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from equity_audit.decode.places import by_distinct, lsoa_form, tidy
from equity_audit.fields import LSOA_FIELDS
from equity_audit.reference.imd import HIGHEST_2011_CODE, ImdTable
from equity_audit.reference.lookup import LsoaLookup

MIXED_SHARE = 0.005
DECLARED = {"lsoa_2001": "2001", "lsoa_2011": "2011", "lsoa_2021": "2021"}
OTHER = {"2011": "2021", "2021": "2011"}
# Codes were handed out in order: the boundaries of 2021 brought those above the last of 2011, up to this one.
_HIGHEST_2021_CODE = "E01035762"


@dataclass(frozen=True, kw_only=True)
class Vintages:
    """What is known of codes: the edition's own list, and what tells a code of the other vintage."""

    edition: ImdTable
    elsewhere: pd.Index[str] | None
    bridge: dict[str, str]

    def is_other(self, code: pd.Series[Any]) -> pd.Series[bool]:
        """Whether a code is found only in another vintage than the edition's."""
        own = code.isin(self.edition.frame.index)
        if self.elsewhere is not None:
            return ~own & code.isin(self.elsewhere)
        if not self.edition.official:
            return own & False
        low, high = (
            (HIGHEST_2011_CODE, _HIGHEST_2021_CODE)
            if self.edition.vintage == "2011"
            else ("E01000000", HIGHEST_2011_CODE)
        )
        return ~own & (code > low) & (code <= high)


@dataclass(frozen=True, kw_only=True)
class VintageVerdict:
    """Records with an English LSOA, those of another vintage, and whether they contradict the edition."""

    records: int
    other: int

    @property
    def share(self) -> float:
        """Records of another vintage as a share; NaN where there is no English LSOA."""
        return self.other / self.records if self.records else float("nan")

    @property
    def contradicts(self) -> bool:
        """Whether nothing may link by these codes directly."""
        return self.records > 0 and self.share >= MIXED_SHARE


def known_vintages(edition: ImdTable, others: tuple[ImdTable, ...], lookup: LsoaLookup | None) -> Vintages:
    """What the installed lists say of codes, seen from an edition."""
    lists = [table.frame.index for table in others if table.vintage != edition.vintage]
    bridge: dict[str, str] = {}
    if lookup is not None and edition.vintage in OTHER:
        lists.append(lookup.codes(OTHER[edition.vintage]))
        bridge = lookup.bridge(OTHER[edition.vintage], edition.vintage)
    joined = lists[0].append(lists[1:]) if lists else None
    return Vintages(edition=edition, elsewhere=joined, bridge=bridge)


def columns_in_order(tally: pd.DataFrame, edition: ImdTable | None) -> list[str]:
    """LSOA columns of a tally: those of the edition's vintage and the plain one speak first."""
    own = edition.vintage if edition else None
    return sorted((name for name in LSOA_FIELDS if name in tally), key=lambda name: DECLARED.get(name, own) != own)


def is_own(name: str, edition: ImdTable) -> bool:
    """Whether a column declares the edition's vintage, or none."""
    return DECLARED.get(name, edition.vintage) == edition.vintage


def judge_vintage(tally: pd.DataFrame, known: Vintages) -> VintageVerdict:
    """Count the records whose LSOA is of another vintage, in the column that speaks for each.

    Where no column of the edition's vintage (or plain) holds an English code, one that declares another vintage
    speaks, and all of it contradicts.
    """
    records = other = 0
    names = columns_in_order(tally, known.edition)
    if names:
        # Far fewer than the addresses they stand in.
        tally = tally.groupby(names, dropna=False, sort=False)["records"].sum().reset_index()
    counts = tally["records"]
    own = [name for name in names if is_own(name, known.edition)]
    spoken = pd.Series(False, index=tally.index)
    for name in own:
        code = by_distinct(tally[name], tidy)
        english = (by_distinct(code, lambda value: lsoa_form(value)[0]) == "england") & ~spoken
        records += int(counts[english].sum())
        other += int(counts[english & known.is_other(code)].sum())
        spoken |= english
    if not records:
        for name in (name for name in names if name not in own):
            english = (by_distinct(tally[name], lambda raw: lsoa_form(tidy(raw))[0]) == "england") & ~spoken
            records += int(counts[english].sum())
            spoken |= english
        other = records
    return VintageVerdict(records=records, other=other)
