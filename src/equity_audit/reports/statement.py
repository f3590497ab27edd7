"""The national statement (section 13SA): each indicator computed from this extract, or said not to be in it.

``rows_of_statement`` is the data for every output that shows the page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from equity_audit.model import ReleasedTable, Report
from equity_audit.narrative import nothing_linked, outcomes_of, rates_of, table_of
from equity_audit.yamlfile import read_yaml

NOT_HERE = "not in this extract"
# The statement asks for at least these four.
DIMENSIONS = {"imd_quintile": "deprivation", "ethnic_group": "ethnicity", "age_band": "age", "sex": "sex"}


@dataclass(frozen=True, kw_only=True)
class Indicator:
    """One indicator of the statement; ``tables`` by dimension are there where this extract gives its figure."""

    domain: str
    name: str
    basis: str
    outcome: str | None
    tables: dict[str, ReleasedTable]
    near: bool = False
    of_age: bool = False
    unlinked: bool = False
    rates: tuple[str, ...] = ()  # dimensions by which a rate per population is given, too

    @property
    def status(self) -> str:
        """Which of the four breakdowns are given, in words."""
        if self.outcome is None:
            return NOT_HERE
        given = [words for name, words in DIMENSIONS.items() if name in self.tables]
        absent = [words for name, words in DIMENSIONS.items() if name not in self.tables]
        absent = [words for words in absent if not (self.of_age and words == "age")]
        absent = [words for words in absent if not (self.unlinked and words == "deprivation")]
        told = f"by {', '.join(given)}" if given else "without a breakdown"
        if self.rates:
            rates = " and ".join(DIMENSIONS[name] for name in self.rates)
            told = f"as a rate per 100,000 population by {rates}, and as a share of activity {told}"
        elif self.near:
            told = f"as a share of activity, not a population rate; {told}"
        told += "; not by age, which is part of the indicator" if self.of_age else ""
        told += "; not by deprivation: no record is linked to an IMD quintile" if self.unlinked else ""
        return told + (f"; not by {', '.join(absent)}: the extract does not hold it" if absent else "")


def rows_of_statement(report: Report) -> tuple[Indicator, ...]:
    """Every indicator of the statement, in its order."""
    there = {facts.name for facts in outcomes_of(report)}
    found = []
    for entry in _document()["indicators"]:
        exact = next((name for name in entry["outcome"] if name in there), None)
        outcome = exact or next((name for name in entry.get("near", ()) if name in there), None)
        tables = {name: table_of(report, outcome, name) for name in DIMENSIONS} if outcome else {}
        of_age = outcome is not None and is_of_age(report, outcome)
        if of_age:
            tables.pop("age_band")
        unlinked = nothing_linked(report) and tables.pop("imd_quintile", None) is not None
        found.append(
            Indicator(
                domain=entry["domain"], name=entry["indicator"], basis=entry["basis"], outcome=outcome,
                near=outcome is not None and exact is None, of_age=of_age, unlinked=unlinked,
                rates=tuple(name for name in DIMENSIONS if _has_rates(report, outcome, name)) if outcome else (),
                tables={name: table for name, table in tables.items() if table is not None},
            )
        )  # fmt: skip
    return tuple(found)


def is_of_age(report: Report, outcome: str) -> bool:
    """Whether an outcome is defined by age, as its shares by age tell: all or nothing."""
    table = table_of(report, outcome, "age_band")
    return table is not None and {row.value.value for row in table.rows if row.value.value is not None} == {0.0, 1.0}


def shares_sentence(indicators: Sequence[Indicator]) -> str:
    """Which figures are shares of activity where the statement has rates of a population; blank if none is."""
    near = [each.name for each in indicators if each.near]
    if not near:
        return ""
    return f"Shares of this extract's activity, not rates of a population: {'; '.join(near)}."


def _has_rates(report: Report, outcome: str, dimension: str) -> bool:
    return any(row.estimate is not None for row in rates_of(report, outcome, dimension))


def source_of_statement() -> str:
    """Where the indicators are from."""
    about = _document()["statement"]
    return f"{about['title']}, {about['source']}; definitions: {about['definitions']}."


@cache
def _document() -> Any:
    path = Path(__file__).with_name("statement_13sa.yaml")
    return read_yaml(path.read_bytes(), path.name, shipped=True)
