"""A ledger after protection: the one cell of every count, and the facts, tables and rules made of these cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from equity_audit.decode.grouping import UNUSABLE
from equity_audit.disclosure.ledger import RECORDS, Count, Ledger, of
from equity_audit.disclosure.naming import entered, fact_count, is_count, listed_count, row_counts, rule_count
from equity_audit.disclosure.profiles import Profile
from equity_audit.disclosure.release import HIDDEN, NOT_APPLICABLE, share_of, show, shown_share, shown_total, total_of
from equity_audit.measures._intervals import wilson
from equity_audit.measures._shape import z_value
from equity_audit.model import Breakdown, Cell, Finding, ReleasedFinding, ReleasedTable, TableRow

LEVEL = 0.95
_SHARES = ("share", "rate")
_PARTS = (("numerator", "denominator"), ("failed", "judged"))


@dataclass(frozen=True)
class Released:
    """What of a ledger may be printed; ``totals`` are sums of released cells, where a profile rounds."""

    ledger: Ledger
    hidden: frozenset[Count]
    totals: Mapping[Count, Cell]
    profile: Profile
    units: Mapping[str, str]

    def cell(self, count: Count) -> Cell:
        """The released cell of a count: the same wherever it is printed."""
        known = self.ledger.find(count)
        if known in self.hidden:
            return HIDDEN
        return self.totals[known] if known in self.totals else show(self.ledger.counts[known], self.profile)

    def facts(self, section: str, facts: Mapping[str, Any]) -> dict[str, Any]:
        """Facts with a cell in place of each count; ``records`` is the sum of the released classes.

        Where none of these is shown it is the run's own: 0 would say that there are none.
        """
        made = {str(key): self._fact(section, (str(key),), value) for key, value in facts.items()}
        made = {key: value for key, value in made.items() if value is not _DROPPED}
        if "classes" in made and "records" in made:
            total = shown_total(made["classes"].values())
            made["records"] = self.cell(RECORDS) if total == HIDDEN else total
        return made

    def _fact(self, section: str, path: tuple[str, ...], value: Any) -> Any:
        if isinstance(value, Mapping):
            made = {str(key): self._fact(section, (*path, str(key)), item) for key, item in value.items()}
            return {key: item for key, item in made.items() if item is not _DROPPED}
        if is_count(path[-1], value):
            return self.cell(entered(self.ledger.named, fact_count(section, path), value, section))
        if isinstance(value, list | tuple):
            return [self._row(section, path, row) if isinstance(row, Mapping) else row for row in value]
        return self._plain(path[-1], value)

    def _row(self, section: str, path: tuple[str, ...], row: Mapping[str, Any]) -> dict[str, Any]:
        """A row of a list: counts released, shares worked out again from them, other exact figures left out."""
        made: dict[str, Any] = {}
        for key, value in row.items():
            if is_count(str(key), value):
                name = entered(self.ledger.named, listed_count(section, path, row, str(key)), value, section)
                made[str(key)] = self.cell(name)
            else:
                made[str(key)] = self._plain(str(key), value)
        part, whole = next(((made[a], made[b]) for a, b in _PARTS if a in made and b in made), (None, None))
        if part is not None and whole is not None and self.profile.primary is not None:
            share = share_of(part, whole, self.profile)
            ends = intervals([part], [whole], [share], self.profile)[0]
            again = dict.fromkeys(_SHARES, share) | dict(zip(("lower", "upper"), ends, strict=True))
            made |= {key: cell for key, cell in again.items() if key in row}
        return {key: value for key, value in made.items() if value is not _DROPPED}

    def _plain(self, key: str, value: Any) -> Any:
        exact = isinstance(value, float) and self.profile.primary is not None and not key.endswith("threshold")
        return _DROPPED if exact else value

    def finding(self, finding: Finding) -> ReleasedFinding:
        """A rule's result. Rules of the extract count sites and tables, not people: they are shown."""
        rule = finding.rule
        if rule.unit == "extract":
            judged, failed, rest = Cell(finding.judged), Cell(finding.failed), Cell(finding.not_judged)
            rate = Cell(finding.rate) if finding.rate is not None else NOT_APPLICABLE
        else:
            judged, failed, rest = (
                self.cell(rule_count(rule.code, rule.unit, which)) for which in ("judged", "failed", "not_judged")
            )
            rate = share_of(failed, judged, self.profile)
        return ReleasedFinding(
            rule=rule, outcome=finding.outcome, judged=judged, failed=failed, not_judged=rest, rate=rate,
            tolerance=finding.tolerance, why_not_judged=finding.why_not_judged,
        )  # fmt: skip

    def table(self, table: Breakdown) -> ReleasedTable:
        """A breakdown; the denominator of plain counts is the sum of the shown ones, unless they overlap."""
        columns = [table.frame[name].astype(str) for name in table.dimensions]
        labels = list(zip(*columns, strict=True))
        names = [row_counts(table.unit, table.outcome, table.dimensions, label, self.units) for label in labels]
        parts = [self.cell(part) for part, _ in names]
        wholes = [self.cell(whole) for _, whole in names]
        if table.outcome is None and names and (self.profile.round_to or wholes[0].value is None):
            everyone = self.ledger.counts[self.ledger.find(names[0][1])]
            if sum(self.ledger.counts[self.ledger.find(part)] for part, _ in names) == everyone:
                wholes = [total_of(parts)] * len(parts)
        values = [
            NOT_APPLICABLE if whole.value == 0 else share_of(part, whole, self.profile)
            for part, whole in zip(parts, wholes, strict=True)
        ]
        if table.outcome is None and sum(bool(part.value) for part in parts) == 1 and HIDDEN in parts:
            # All of the shown ones, since the others are hidden: no share of everyone.
            values = [HIDDEN if part.value else value for part, value in zip(parts, values, strict=True)]
        ends = intervals(parts, wholes, values, self.profile)
        rows = tuple(
            TableRow(labels=label, numerator=part, denominator=whole, value=value, lower=lower, upper=upper)
            for label, part, whole, value, (lower, upper) in zip(labels, parts, wholes, values, ends, strict=True)
        )
        return ReleasedTable(
            id=table.id,
            title=table.title,
            unit=table.unit,
            outcome=table.outcome,
            dimensions=table.dimensions,
            rows=rows,
        )


class _Dropped:
    """Stands for an exact figure that is left out."""


_DROPPED = _Dropped()


def everyone_shown(ledger: Ledger, hidden: frozenset[Count], profile: Profile) -> Cell:
    """All records as every output says it: the sum of the first published cut of them, so that it tells no more."""
    tried = [[of("records", "ethnic_class", "valid"), *(of("records", "ethnic_group", label) for label in UNUSABLE)]]
    by_dimension: dict[str, list[Count]] = {"link_class": []}
    for count in ledger.counts:
        if count.unit == "records" and count.quantity == "all" and len(count.cell) == 1:
            by_dimension.setdefault(next(iter(count.cell))[0], []).append(count)
    for parts in (*tried, *by_dimension.values()):
        found = [ledger.find(part) for part in parts]
        if found and sum(ledger.counts.get(part, 0) for part in found) == ledger.counts[RECORDS]:
            return shown_total(HIDDEN if part in hidden else show(ledger.counts[part], profile) for part in found)
    return show(ledger.counts[RECORDS], profile)


def intervals(
    parts: Sequence[Cell], wholes: Sequence[Cell], values: Sequence[Cell], profile: Profile
) -> list[tuple[Cell, Cell]]:
    """Wilson intervals of the shares that are shown; the marker in their place where one is not."""
    shown = [number for number, value in enumerate(values) if value.value is not None or value.marker == "low"]
    x = np.array([parts[number].value for number in shown], dtype=float)
    n = np.array([wholes[number].value for number in shown], dtype=float)
    limits = [(Cell(None, value.marker), Cell(None, value.marker)) for value in values]
    for number, lower, upper in zip(shown, *wilson(x, n, z_value(LEVEL)), strict=True):
        limits[number] = shown_share(float(lower), profile), shown_share(float(upper), profile)
    return limits
