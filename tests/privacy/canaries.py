"""Make an extract full of made-up identifiers, and the list of them to search every output for."""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path

NAMES = (
    "Zebedee Quillfeather",
    "Ottoline Brackenbury",
    "Xanthe O’Grindlewick",
    "Peregrine Yarrowby",
    "Ignatius Vexley",
)
HEADERS = ("Notes for 999 123 4568", "Vexley-Quillfeather list")
PEOPLE = 23
RECORDS = 400


def nhs_number(stem: int) -> str | None:
    """The NHS number of a stem of nine digits, or None where its check digit would be 10. From 999… none is issued."""
    digits = f"999{stem:06d}"
    check = 11 - sum((10 - place) * int(digit) for place, digit in enumerate(digits)) % 11
    return None if check == 10 else digits + str(0 if check == 11 else check)


@dataclass(frozen=True)
class Planted:
    """The extract, and every identifier in it or in its name."""

    extract: Path
    canaries: tuple[str, ...]

    @property
    def few(self) -> tuple[str, ...]:
        """One of each kind: NHS number, postcode, date of birth, name, header."""
        return (*(self.canaries[PEOPLE * kind] for kind in range(3)), NAMES[1].split()[1], HEADERS[1])


def plant(folder: Path, areas: list[str]) -> Planted:
    """Write an extract in which identifiers stand where they belong and where they do not."""
    numbers = [number for stem in range(400_000, 400_700) if (number := nhs_number(stem * 7 % 1_000_000))][:PEOPLE]
    choose = random.Random(4)
    births = [f"19{choose.randrange(20, 99)}-0{choose.randrange(1, 9)}-1{choose.randrange(9)}" for _ in numbers]
    postcodes = [f"ZQ{choose.randrange(10, 99)} {choose.randrange(9)}Q{choose.choice('QXZ')}" for _ in numbers]
    header = ["NHS_NUMBER", "PATIENT_NAME", "BIRTH_DATE", "POSTCODE", "LSOA21", "ETHNIC_CATEGORY", "SITE", *HEADERS]
    lines = [",".join(header)]
    for row in range(RECORDS):
        number, birth, postcode = (values[row % PEOPLE] for values in (numbers, births, postcodes))
        name = f"{NAMES[row % 5]} {row:03d}x"
        ethnic = "ABCGHJKLMNPRSZ"[row % 14]
        site, area = f"RX{row % 4}", areas[row % len(areas)]
        # Identifiers in cells that fail rules: as ethnic category, as area code, as site, as postcode.
        if row % 8 == 0:
            ethnic = (birth, postcode, number, f'"{name}"')[row // 8 % 4]
        if row % 8 == 1:
            area = (number, birth, postcode)[row // 8 % 3]
        if row % 40 == 2:
            site = f'"{name}"'
        if row % 8 == 3:
            postcode = f"{postcode} {number[:4]}"
        fields = [number, name, birth, postcode, area, ethnic, site, birth, number]
        if row % 50 == 5:
            fields = fields[:4]
        if row % 50 == 6:
            fields.append(name)
        line = ",".join(fields)
        lines.append(line.replace(name, f'"{name}', 1) if row % 100 == 7 else line)
    path = folder / f"{NAMES[0]} {numbers[0]} {births[1]}.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    first_names = {part for name in NAMES for part in name.split()}
    return Planted(path, (*numbers, *postcodes, *births, *sorted(first_names), *HEADERS, "999 123 4568"))
