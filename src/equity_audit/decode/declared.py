"""How the user says that ethnicity is to be read: a named scheme, or a file that maps values to national codes.

A declared scheme's values mean what its code list says; national codes beside them are still read. A file is CSV with
the header ``value,code``, or a SNOMED map with ``ConceptId,PrimaryCode`` (as NHSDigital/GDPPR_Analytical_Code has it).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from equity_audit.codelists import rows_of
from equity_audit.decode.grouping import known_codes
from equity_audit.decode.readings import Reading, normalise, reading_of_code
from equity_audit.decode.schemes import belongs_to
from equity_audit.errors import UsageError

SCHEME_OPTION = "--ethnicity-scheme"
SCHEMES = ("2001", "2021", "gp", "police")
HEADERS = (("value", "code"), ("conceptid", "primarycode"))
LARGEST_FILE = 20_000_000
_POLICE_FORMS = tuple(f"{letter}{digit}" for letter in "WMABO" for digit in range(1, 10))
_LISTS = {"police": "police_16_plus_1", "2021": "gss_2021_numbers"}
# What detection would otherwise call the same values.
_DETECTED_AS = {"police": ("police", "ambiguous"), "2021": ("gss_2021",)}


@dataclass(frozen=True, kw_only=True)
class Declared:
    """A declared scheme: what its values mean, and which values detection leaves alone."""

    name: str
    values: Mapping[str, Reading] = field(default_factory=dict)

    def covers(self, value: str) -> bool:
        """Whether the declaration says how a normalised value is to be read, or that it is no other scheme's."""
        if self.name == "2001" or value in self.values:
            return True
        return any(belongs_to(value, scheme) for scheme in _DETECTED_AS.get(self.name, ()))


def declare_scheme(chosen: str | None, option: str = SCHEME_OPTION) -> Declared | None:
    """Give the scheme called ``chosen`` or mapped in the file of that name; None where nothing is declared."""
    if chosen is None:
        return None
    if chosen == "2001":
        return Declared(name="2001")
    if chosen == "gp":
        return Declared(name="gp", values={code: reading_of_code(code, "declared") for code in ("T", "W")})
    if chosen in _LISTS:
        values = {row["code"]: _listed(row["national_code"], row["group"]) for row in rows_of(_LISTS[chosen])}
        if chosen == "police":
            # A police value that the list lacks must not be read by its first character: A7 is not White British.
            values = dict.fromkeys(_POLICE_FORMS, Reading("invalid", None, "unreadable")) | values
        return Declared(name=chosen, values=values)
    return Declared(name="file", values=read_mapping(Path(chosen), option))


def _listed(code: str, group: str) -> Reading:
    return reading_of_code(code, "declared") if code else Reading("valid", None, "declared", group)


def read_mapping(path: Path, option: str) -> dict[str, Reading]:
    """Read a mapping file, its values normalised as the extract's are. Errors name the line, never its value."""
    rows = list(csv.reader(io.StringIO(_text(path, option), newline="")))
    header = tuple(name.strip().lower() for name in rows[0]) if rows else ()
    places = next(([header.index(name) for name in names] for names in HEADERS if set(names) <= set(header)), None)
    if places is None:
        raise UsageError(
            f"{option}: the first line of the file must be value,code (or ConceptId,PrimaryCode for a SNOMED map)."
        )
    codes, found = known_codes(), dict[str, Reading]()
    for number, row in enumerate(rows[1:], start=2):
        if not any(cell.strip() for cell in row):
            continue
        if len(row) <= max(places):
            raise UsageError(f"{option}: line {number} of the file is too short. Each line needs a value and a code.")
        value, code = normalise(row[places[0]]), row[places[1]].strip().upper()
        if code not in codes:
            raise UsageError(f"{option}: line {number} of the file has no known code. Use one of {', '.join(codes)}.")
        if value == "":
            raise UsageError(f"{option}: line {number} of the file maps a blank. It is missing; take the line out.")
        reading = reading_of_code(code, "declared")
        if found.setdefault(value, reading) != reading:
            raise UsageError(f"{option}: line {number} of the file maps a value to a second code. Keep one of the two.")
    if not found:
        raise UsageError(f"{option}: the file maps no value. Give a line value,code for each.")
    return found


def _text(path: Path, option: str) -> str:
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise UsageError(f"{option}: the file is larger than {LARGEST_FILE // 1_000_000} MB, so it is no mapping.")
        content = path.read_bytes()
    except OSError:
        named = f"{', '.join(SCHEMES)} or " if option == SCHEME_OPTION else ""
        raise UsageError(
            f"{option} takes {named}a file of values and codes; no file could be read at that path."
        ) from None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError(f"{option}: the file is not UTF-8 text. Save it as CSV UTF-8.") from None
