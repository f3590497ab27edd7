"""What is known of linkage beyond its classes, for the terminal: rates, supplied scale, spread, the other edition.

Released cells only. Lines are always shown, tables where more was asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import pandas as pd
from rich.table import Table

from equity_audit.decode.geography import ROUTES
from equity_audit.decode.labels import QUINTILES
from equity_audit.model import Cell, Report
from equity_audit.narrative import class_share, shown_percent
from equity_audit.spread import FEWEST_RECORDS, uneven_levels

_DIMENSIONS = {"ethnic_group": "ethnic group", "imd_quintile": "IMD quintile", "age_band": "age"}
_UNLINKED = QUINTILES[-1]
_BETWEEN = " → "
_SHARE = 2  # the place of the share in a row of a spread


@dataclass(frozen=True, kw_only=True)
class Grid:
    """A table: ``labels`` and ``columns[0]`` head its rows, the other columns are counts, and shares where ``shares`` says so.

    ``across`` is what stands before a column's name where there is room for it.
    """

    name: str
    title: str
    columns: tuple[str, ...]
    labels: tuple[str, ...]
    cells: tuple[tuple[Cell, ...], ...]
    shares: tuple[bool, ...]
    across: str = ""

    @property
    def rows(self) -> tuple[tuple[str, ...], ...]:
        """The table in words."""
        return tuple(
            (
                label,
                *(_percent(cell) if share else _number(cell) for cell, share in zip(cells, self.shares, strict=True)),
            )
            for label, cells in zip(self.labels, self.cells, strict=True)
        )


def linkage_lines(report: Report) -> Iterator[str]:
    """Linkage with and without those who cannot be linked, the directory, ended postcodes, agreement, edition effect."""
    details = report.deprivation_details
    parts = details.get("linkage")
    if not parts:
        return
    linked = parts["linked"]
    if linked.value == 0:
        yield "linked 0.0% of what could be linked (0.0% with no fixed abode, 0.0% of all records)"
    elif linked.value is not None:
        yield (
            f"linked {_share(linked, parts['records that could be linked'])} of what could be linked "
            f"({_share(linked, parts['the same with no fixed abode'])} with no fixed abode, "
            f"{_percent(class_share(report, report.deprivation, 'linked'))} of all records)"
        )
    homeless = report.deprivation["classes"]["no_fixed_abode"]
    if homeless.value or homeless.marker:
        yield f"{_number(homeless)} with no fixed abode: an inclusion-health group to look at by itself, no failure to link"
    yield from _directory(details.get("directory", {}))
    ended, refused = (
        parts["linked through an ended postcode"],
        parts["of these, not linked if ended postcodes were refused"],
    )
    if ended.value or ended.marker:
        yield f"{_number(ended)} linked through a postcode that has ended; {_number(refused)} of them by nothing else"
    yield from _least_linked(report)
    yield from _agreement(report)
    yield from _effect(report)


def linkage_grids(report: Report) -> Iterator[Grid]:
    """Supplied against looked-up, linkage by each level and route, quintiles of one edition against the other."""
    details = report.deprivation_details
    agreement = details.get("supplied_against_looked_up", {})
    if agreement:
        scale = next(iter(agreement)).split()[0]
        pairs = {_supplied_pair(name): cell for name, cell in agreement.items()}
        places = [str(number) for number in range(1, 11 if scale == "decile" else 6)]
        title = f"Supplied {scale} (down) against looked-up (across), records"
        yield _square("supplied-scale", title, f"Supplied {scale}", f"Looked-up {scale} ", places, pairs)
    for name in [key.removeprefix("linkable_by_") for key in details if key.startswith("linkable_by_")]:
        spread = _spread(name, details)
        # Where nothing is linked or every share is hidden there is no spread to look at.
        if any(cells[_SHARE].value for cells in spread.cells):
            yield spread
    effect = details.get("edition_effect", {})
    if effect:
        pairs = {_edition_pair(name): cell for name, cell in effect.items()}
        other = details["words"]["compared_edition"]
        edition = report.deprivation["edition"]
        title = f"Quintile in IMD {edition} (down) and in IMD {other} (across), records"
        yield _square("edition-effect", title, f"In IMD {edition}", f"In IMD {other}: ", list(QUINTILES), pairs)


def linkage_tables(report: Report) -> Iterator[Table]:
    """Every grid as the terminal shows it."""
    for grid in linkage_grids(report):
        table = Table(
            title=grid.title, title_justify="left", title_style="bold", box=None, pad_edge=False, padding=(0, 2, 0, 0)
        )
        table.add_column("")
        for name in grid.columns[1:]:
            table.add_column(name, justify="right")
        for row in grid.rows:
            table.add_row(*row)
        yield table


def _directory(found: Mapping[str, Cell]) -> Iterator[str]:
    here, absent = found.get("found", Cell(0)), found.get("not_found", Cell(0))
    if (here.value or here.marker) and (absent.value or absent.marker):
        whole = Cell(None, "c") if here.value is None or absent.value is None else Cell(here.value + absent.value)
        told = _number(here) if whole.value is None else f"{_number(here)} of {_number(whole)} ({_share(here, whole)})"
        yield f"records whose postcode stands in the installed directory: {told}"


def _least_linked(report: Report) -> Iterator[str]:
    """In each dimension over which linkage is uneven, the level that is linked least."""
    if not any(found.rule.code == "DEP016" and found.outcome == "fail" for found in report.findings):
        return
    details = report.deprivation_details
    rows = [
        (key.removeprefix("linkable_by_"), level, whole.value - linked, whole.value)
        for key in details if key.startswith("linkable_by_")
        for level, whole in details[key].items()
        if whole.value and (linked := details[f"linked_by_{key.removeprefix('linkable_by_')}"][level].value) is not None
    ]  # fmt: skip
    counts = pd.DataFrame(rows, columns=["dimension", "level", "numerator", "denominator"])
    judged = uneven_levels(counts.assign(numerator=counts["numerator"].clip(lower=0)))
    uneven = judged[(judged["uneven"] == "yes") & (judged["difference"] > 0)].sort_values("share", ascending=False)
    worst = uneven.drop_duplicates("dimension")
    for dimension, level, share in zip(worst["dimension"], worst["level"], worst["share"], strict=True):
        yield f"linked least where the {_DIMENSIONS.get(dimension, dimension)} is {level}: {1 - share:.1%}"


def _agreement(report: Report) -> Iterator[str]:
    """How many supplied values agree; where a count is hidden, as the rule on them says it, else nothing."""
    pairs = report.deprivation_details.get("supplied_against_looked_up", {})
    if not pairs:
        return
    scale = next(iter(pairs)).split()[0]
    agreeing, whole = None, _together(pairs.values())
    if whole.value is None:
        rule = next((found for found in report.findings if found.rule.code == "DEP011"), None)
        if rule is not None and rule.judged.value and rule.failed.value is not None and rule.rate.value is not None:
            agreeing = 1 - rule.failed.value / rule.judged.value
    elif whole.value:
        same = _together(cell for name, cell in pairs.items() if len(set(_supplied_pair(name))) == 1)
        agreeing = (same.value or 0) / whole.value  # none of them is hidden here
    if agreeing is not None:
        yield f"supplied {scale}s agree with the looked-up ones in {agreeing:.1%} of the records that have both"


def _effect(report: Report) -> Iterator[str]:
    """How many records and patients have another quintile in the edition that was compared."""
    details = report.deprivation_details
    effect = {_edition_pair(name): cell for name, cell in details.get("edition_effect", {}).items()}
    both = {pair: cell for pair, cell in effect.items() if _UNLINKED not in pair}
    whole = _together(both.values())
    if whole.value == 0:
        return
    start = f"in IMD {details['words']['compared_edition']}, "
    place = {label: at for at, label in enumerate(QUINTILES)}
    worse = _together(cell for (first, second), cell in both.items() if place[second] < place[first])
    better = _together(cell for (first, second), cell in both.items() if place[second] > place[first])
    patients = _moved_patients(details)
    if whole.value is None or worse.value is None or better.value is None:
        yield f"{start}how many records have another quintile is hidden [{whole.marker}]"
        if patients:
            yield f"  {patients} {'has' if patients.endswith(' patient') else 'have'} another quintile"
    else:
        moved = worse.value + better.value
        yield (
            f"{start}{moved:,} {'record has' if moved == 1 else 'records have'} another quintile "
            f"({moved / whole.value:.1%} of those linked in both): {worse.value:,} a more deprived one, "
            f"{better.value:,} a less deprived one"
        )
        if patients:
            yield f"  that is {patients}"
    for way, end in (("only in it", 0), ("no longer in it", 1)):
        linked = _together(n for pair, n in effect.items() if pair[end] == _UNLINKED and pair[1 - end] != _UNLINKED)
        if linked.value is None:
            yield f"  how many records are linked {way} is hidden [{linked.marker}]"
        elif linked.value:
            yield f"  {linked.value:,} {'record is' if linked.value == 1 else 'records are'} linked {way}"


def _moved_patients(details: Mapping[str, Mapping[str, Cell]]) -> str:
    """How many patients have another quintile; blank where that is none or hidden."""
    exact = details.get("edition_effect_moved", {}).get("patients")
    if exact is not None and exact.value is not None:
        number, start = exact.value, ""
    else:
        # A patient with two addresses may stand in two cells.
        moved = _together(cell for name, cell in details.get("edition_effect_patients", {}).items() if _changes(name))
        number, start = moved.value or 0, "at most "
    return f"{start}{number:,} {'patient' if number == 1 else 'patients'}" if number else ""


def _together(cells: Iterable[Cell]) -> Cell:
    """The sum of counts; hidden if one of them is."""
    whole = 0.0
    for cell in cells:
        if cell.value is None:
            return cell
        whole += cell.value
    return Cell(int(whole))


def _changes(name: str) -> bool:
    pair = _edition_pair(name)
    return _UNLINKED not in pair and pair[0] != pair[1]


def _edition_pair(name: str) -> tuple[str, str]:
    first, _, second = name.partition(_BETWEEN)
    return first, second


def _supplied_pair(name: str) -> tuple[str, str]:
    """``decile 3 supplied, 4 looked up`` → its two numbers."""
    words = name.replace(",", "").split()
    return words[1], words[3]


def _square(
    name: str, title: str, down: str, across: str, places: list[str], pairs: Mapping[tuple[str, str], Cell]
) -> Grid:
    cells = tuple(tuple(pairs.get((first, second), Cell(0)) for second in places) for first in places)
    return Grid(
        name=name, title=title, columns=(down, *places), labels=tuple(places), cells=cells,
        shares=(False,) * len(places), across=across,
    )  # fmt: skip


def _spread(dimension: str, details: Mapping[str, Mapping[str, Cell]]) -> Grid:
    linked, routes = details[f"linked_by_{dimension}"], details.get(f"routes_by_{dimension}", {})
    # A route of which every count is hidden would be a column of markers.
    used = [
        name
        for name in ROUTES
        if any(
            key.endswith(f": {name}") and cell.value is not None
            and linked.get(key.removesuffix(f": {name}"), Cell(0)).value is not None
            for key, cell in routes.items()
        )
    ]  # fmt: skip
    cells = []
    for level, whole in details[f"linkable_by_{dimension}"].items():
        enough = (whole.value or 0) >= FEWEST_RECORDS
        share = _part(linked[level], whole) if enough else Cell(None, "u" if whole.value else whole.marker or "z")
        # A hidden count must not come back as the sum of its routes.
        shown = linked[level].value is not None
        by_route = (routes.get(f"{level}: {name}", Cell(0)) if shown else linked[level] for name in used)
        cells.append((whole, linked[level], share, *by_route))
    word = _DIMENSIONS.get(dimension, dimension)
    columns = (word.capitalize(), "records", "linked", "share", *(f"by {name}" for name in used))
    return Grid(
        name=f"linkage-by-{dimension}".replace("_", "-"), title=f"Linkage by {word}, of what could be linked",
        columns=columns, labels=tuple(details[f"linkable_by_{dimension}"]), cells=tuple(cells),
        shares=(False, False, True, *(False for _ in used)),
    )  # fmt: skip


def _part(part: Cell, whole: Cell) -> Cell:
    if part.value is None or whole.value is None:
        return Cell(None, part.marker or whole.marker)
    return Cell(min(1.0, part.value / whole.value)) if whole.value else Cell(None, "z")


def _number(cell: Cell) -> str:
    return f"[{cell.marker}]" if cell.value is None else f"{cell.value:,}"


def _percent(cell: Cell) -> str:
    return f"[{cell.marker}]" if cell.value is None else shown_percent(cell.value)


def _share(part: Cell, whole: Cell) -> str:
    return _percent(_part(part, whole))
