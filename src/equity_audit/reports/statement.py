"""The national statement (section 13SA): each indicator computed from this extract, or said not to be in it.

``rows_of_statement`` is the data for every output that shows the page.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from equity_audit.model import ReleasedTable, Report
from equity_audit.narrative import outcomes_of, table_of
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

    @property
    def status(self) -> str:
        """Which of the four breakdowns are given, in words."""
        if self.outcome is None:
            return NOT_HERE
        given = [words for name, words in DIMENSIONS.items() if name in self.tables]
        absent = [words for name, words in DIMENSIONS.items() if name not in self.tables]
        told = f"by {', '.join(given)}" if given else "without a breakdown"
        told = f"as a share of activity, not a population rate; {told}" if self.near else told
        return told + (f"; not by {', '.join(absent)}: the extract does not hold it" if absent else "")


def rows_of_statement(report: Report) -> tuple[Indicator, ...]:
    """Every indicator of the statement, in its order."""
    there = {facts.name for facts in outcomes_of(report)}
    found = []
    for entry in _document()["indicators"]:
        exact = next((name for name in entry["outcome"] if name in there), None)
        outcome = exact or next((name for name in entry.get("near", ()) if name in there), None)
        tables = {name: table_of(report, outcome, name) for name in DIMENSIONS} if outcome else {}
        found.append(
            Indicator(
                domain=entry["domain"], name=entry["indicator"], basis=entry["basis"], outcome=outcome,
                near=outcome is not None and exact is None,
                tables={name: table for name, table in tables.items() if table is not None},
            )
        )  # fmt: skip
    return tuple(found)


def source_of_statement() -> str:
    """Where the indicators are from."""
    about = _document()["statement"]
    return f"{about['title']}, {about['source']}; definitions: {about['definitions']}."


@cache
def _document() -> Any:
    path = Path(__file__).with_name("statement_13sa.yaml")
    return read_yaml(path.read_bytes(), path.name, shipped=True)
