"""What to do about a rule that failed: its own words, and what this report knows of where to look. Released facts only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from equity_audit.fields import only_areas_of_2001
from equity_audit.model import Cell, ReleasedFinding, Report
from equity_audit.reports.workbook.words import month_words

_MOST_NAMED = 5
# Rule: the rows of the ethnicity facts, the column that flags a row, what flags it, and the column that names it.
_PLACES = {
    "ETH014": ("units", "outside", "high", "unit"),
    "ETH015": ("sites_filled", "filled", "yes", "site"),
    "ETH017": ("months", "concern", "yes", "month"),
}
_MOSTLY_ABSENT = 0.5
_FEWEST = 100
_OF_2001 = (
    "These areas are of 2001, for which no edition is taken, so neither --imd nor the LSOA lookup helps: derive LSOA 2011 or "
    "2021 codes from the postcode, or ask the supplier for the LSOA11 or LSOA21 column."
)
_AREA = "Most are not found: the installed directory may not cover this area. Install the whole NSPL."


def fix_words(report: Report, found: ReleasedFinding) -> str:
    """The rule's next step, with the sites or months meant; what helps here, where the rule's own advice does not."""
    code, fix = found.rule.code, found.rule.fix
    if code == "DEP004" and _mostly_absent(found):
        return f"{_AREA} {fix}"
    if code == "DEP009" and only_areas_of_2001(report.run.mapping.filled):
        return _OF_2001
    named = list(dict.fromkeys(_named(report, code)))
    if not named:
        return fix
    more = f" and {len(named) - _MOST_NAMED} more" if len(named) > _MOST_NAMED else ""
    return f"{fix} Here: {', '.join(named[:_MOST_NAMED])}{more}."


def _named(report: Report, code: str) -> Iterator[str]:
    if code not in _PLACES:
        return
    rows, flag, raised, name = _PLACES[code]
    for row in report.ethnicity_details.get(rows, ()):
        if row.get(flag) == raised and _shown(row):
            dimension = row.get("dimension", name)
            yield f"{dimension} {row[name]}" if dimension in ("site", "specialty") else month_words(str(row[name]))


def _shown(row: Mapping[str, Any]) -> bool:
    """Whether disclosure control left the counts of a row that say how large it is, and what is unknown there."""
    counts = [row[name] for name in ("records", "numerator", "denominator") if name in row]
    return all(not isinstance(cell, Cell) or cell.value is not None for cell in counts)


def _mostly_absent(found: ReleasedFinding) -> bool:
    """Whether more than half are not found; so it is, too, where only the few that are found are hidden."""
    failed, judged = found.failed.value, found.judged.value
    if failed is None:
        return False
    return failed > _MOSTLY_ABSENT * judged if judged is not None else failed >= _FEWEST
