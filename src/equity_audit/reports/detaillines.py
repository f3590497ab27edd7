"""The finer figures of ethnicity, in a few lines for the terminal. Released cells only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from equity_audit.model import Cell, Report
from equity_audit.narrative import class_share, shown_percent

MOST_LEVELS = 5
_DIMENSIONS = {"imd_quintile": "IMD quintile", "age_band": "age", "admission_route": "admission route"}
# The quintile of another edition and its most deprived fifth say again what the quintile says.
_REPEATED = ("imd_quintile_compared", "core20")


def ethnicity_lines(report: Report) -> Iterator[str]:
    """Both standards, VODIM, patients, what could be filled in, where it is unknown most."""
    details = report.ethnicity_details
    records = report.ethnicity.get("records")
    if not details or records is None:
        return
    standards, vodim = details.get("standards", {}), details.get("vodim", {})
    if standards:
        words = {"exact": "exact match", "first_character": "first character", "decoded": "as read here"}
        yield "valid by national standard: " + ", ".join(
            f"{words[name]} {_share(cell, records)}" for name, cell in standards.items()
        )
    if vodim:
        score, threshold = dqmi_score(details), float(details.get("dqmi_default_threshold", 0.0))
        told = "" if score is None else f"; DQMI item score {score} (defaults counted up to {threshold:.0%} of records)"
        yield "VODIM: " + ", ".join(f"{name} {_number(cell)}" for name, cell in vodim.items()) + told
    patients = report.ethnicity.get("patients", {})
    if "several_agree" in patients:
        yield (
            f"patients: {_number(patients['one_usable'])} with one usable record, {_number(patients['several_agree'])} with "
            f"several that agree, {_number(patients['several_conflict_in_code'])} whose codes conflict, of them "
            f"{_number(patients['several_conflict_in_group'])} across groups; for "
            f"{_number(patients['group_depends_on_method'])} the four methods do not all give one group"
        )
    gain = details.get("recoverable")
    if gain and gain["recoverable"].value:
        yield (
            f"quickest win: {_number(gain['recoverable'])} unknown records would be filled by another record of the same "
            f"patient; usable would rise from {_share(gain['usable_now'], records)} to {_share(gain['usable_reached'], records)}"
        )
    yield from _uneven(report)


def _uneven(report: Report) -> Iterator[str]:
    """The levels of which ethnicity is unknown more than overall, the worst first."""
    rows = [row for row in report.ethnicity_details.get("spread", ()) if row["dimension"] not in _REPEATED]
    found = []
    for row in rows:
        part, whole = row["numerator"].value, row["denominator"].value
        if row.get("uneven") != "yes" or not part or not whole:
            continue
        overall = _overall(report, [other for other in rows if other["dimension"] == row["dimension"]])
        if overall is not None and part / whole > overall:
            found.append((part / whole, overall, row))
    for share, overall, row in sorted(found, key=lambda each: -each[0])[:MOST_LEVELS]:
        dimension = _DIMENSIONS.get(row["dimension"], row["dimension"].partition(":")[0].replace("_", " "))
        yield (
            f"ethnicity is unknown unevenly: {share:.1%} where the {dimension} is {row['level']}, "
            f"against {overall:.1%} overall"
        )


def _overall(report: Report, levels: Sequence[Mapping[str, Any]]) -> float | None:
    """The share unknown of all records; of an outcome's own, of all of those unless a level is hidden."""
    usable = class_share(report, report.ethnicity, "valid").value
    whole = None if usable is None else 1.0 - float(usable)
    cells = [cell for level in levels for cell in (level["numerator"], level["denominator"])]
    own = whole is None or levels[0]["dimension"].startswith("outcome: ")
    if not own or any(cell.value is None for cell in cells):
        return whole
    return sum(map(_value, cells[::2])) / sum(map(_value, cells[1::2]))


def dqmi_score(details: Mapping[str, Any]) -> float | None:
    """The DQMI item score, 0 to 100, from released counts (`ethnic_facts.dqmi_score` gives formula and source).

    None under 25 records, and where a count is hidden.
    """
    vodim = details.get("vodim", {})
    values = {name: _value(cell) for name, cell in vodim.items()}
    records = sum(values.values())
    if records < 25 or any(cell.marker for cell in vodim.values()):
        return None
    complete = values["valid"] + values["other"] + values["default"]
    excess = max(0.0, values["default"] - float(details.get("dqmi_default_threshold", 0.0)) * records)
    return round(100 * (complete - excess) / records, 1)


def _value(cell: Cell) -> float:
    return float(cell.value or 0)


def _number(cell: Cell) -> str:
    return f"[{cell.marker}]" if cell.value is None else f"{cell.value:,}"


def _share(part: Cell, whole: Cell) -> str:
    if part.value is None or whole.value is None:
        return f"[{part.marker or whole.marker}]"
    return shown_percent(min(1.0, part.value / whole.value)) if whole.value else "[z]"
