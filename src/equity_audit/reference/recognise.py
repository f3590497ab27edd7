"""Which kind of reference a file is, told by its header alone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from equity_audit.errors import DataError
from equity_audit.reference import lookup, population, postcodes
from equity_audit.reference.imd import looks_like_imd
from equity_audit.reference.tables import Header, members, sniff

KINDS = {
    "imd": "IMD",
    "lsoa_lookup": "LSOA lookup",
    "postcodes": "postcode directory",
    "census_ethnicity": "census ethnicity",
    "population": "population",
}
OTHER_NATION = "other_nation"
_BY_AREA = ("census_ethnicity", "population")
_NATIONS = re.compile(r"simd\w*rank|wimd \d{4}|soa2001|multiple deprivation measure rank.*|nimdm\w*")


@dataclass(frozen=True, kw_only=True)
class Found:
    """A kind, what the file says of its edition (None: nothing), its area part, and its member in a zip."""

    kind: str
    edition: str | None
    part: str = ""
    member: str | None = None


def recognise(path: Path) -> Found | None:
    """What a file is, None where its header is none that is known."""
    if path.suffix.lower() == ".zip":
        return _in_zip(path)
    edition = looks_like_imd(path)
    if edition is not None:
        return Found(kind="imd", edition=edition or None)
    header = None if path.suffix.lower() in (".xlsx", ".xlsm") else sniff(path)
    return by_header(header, path.name) if header else None


def by_header(header: Header, name: str) -> Found | None:
    """What a text table other than an IMD edition is."""
    if lookup.lookup_columns(header):
        return Found(kind="lsoa_lookup", edition=lookup.EDITION)
    if postcodes.directory_columns(header):
        edition, part = postcodes.edition_and_part(name)
        return Found(kind="postcodes", edition=edition, part=part)
    if population.census_columns(header):
        return Found(kind="census_ethnicity", edition="2021")
    if population.age_columns(header):
        return Found(kind="population", edition="2021")
    if population.is_cells(header):
        return Found(kind="population", edition=None)
    if population.is_long(header):
        year = re.search(r"(?:mid|sape)?[-_ ]?(20\d\d)", name)
        return Found(kind="population", edition=year[1] if year else None)
    if any(_NATIONS.fullmatch(tidy) for tidy in header.tidy):
        return Found(kind=OTHER_NATION, edition=None)
    return None


def _in_zip(path: Path) -> Found | None:
    """The table of a published zip: of the files in its Data folder the one that holds the whole, not its parts."""
    found = []
    for name, size, header in members(path):
        what = by_header(header, Path(name).name)
        if what is not None:
            found.append((size, name, what))
    if not found:
        return None
    whole = [item for item in found if "multi_csv" not in item[1].lower()]
    if not whole:
        raise DataError(
            f"{path.name} holds a directory by area only. Unpack it and add the whole file from its Data folder."
        )
    # A census table lies in the zip once for every size of area, and the largest file holds the smallest ones.
    by_area = [item for item in whole if "lsoa" in Path(item[1]).name.lower()] if whole[0][2].kind in _BY_AREA else []
    _, name, what = max(by_area or whole, key=lambda item: (item[0], item[1]))
    return Found(
        kind=what.kind, edition=what.edition or postcodes.edition_and_part(path.name)[0], part=what.part, member=name
    )
