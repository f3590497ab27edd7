"""Install a reference: recognised by its header, verified, written as Parquet beside a manifest."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from equity_audit.errors import DataError, UsageError
from equity_audit.files import write_whole
from equity_audit.reference.imd import ImdTable, read_published
from equity_audit.reference.lookup import FAULTS as LOOKUP_FAULTS
from equity_audit.reference.lookup import read_lookup
from equity_audit.reference.population import is_cells, read_cells, read_census, read_population, vintage_of
from equity_audit.reference.postcodes import directory_columns, install_directory
from equity_audit.reference.recognise import OTHER_NATION, Found, recognise
from equity_audit.reference.store import FAULTS, Entry, installed, write_manifest
from equity_audit.reference.tables import sha256_of, sniff, unpack
from equity_audit.workspace import private_folder

_NAME = re.compile(r"[A-Za-z0-9][\w.-]{0,40}")


def add_reference(folder: Path, path: Path, edition: str | None = None, *, fetched: str = "") -> Entry:
    """Verify a published file and install it; ``fetched`` is what it was fetched as, where it was.

    Raises
    ------
    UsageError
        There is no such file, or it does not say which edition it is.
    DataError
        It is no reference that is known, of another nation, or not what it says.
    """
    if not path.is_file():
        raise UsageError(f"There is no file {path.name} to add. Check the path.")
    if edition is not None and not _NAME.fullmatch(edition):
        raise UsageError("--edition is a short name of letters, digits, dots and dashes, for example 2019.")
    found = recognise(path)
    if found is None:
        raise DataError(
            f"{path.name} is none of the tables that records are linked to: an English IMD edition (File 1, 2 or 7), "
            "the LSOA 2011 to 2021 lookup, a postcode directory (NSPL, ONSPD), Census table TS021, or a population by "
            "LSOA or by quintile. Download the file as it is published."
        )
    if found.kind == OTHER_NATION:
        raise DataError(
            f"{path.name} is the deprivation index of another nation. Its ranks cannot be compared with those of "
            "England, so it was not installed: residents of other nations are counted as outside England."
        )
    name = edition or found.edition
    if name is None:
        raise UsageError(
            f"{path.name} does not say which edition it is. Say so with --edition, for example --edition 2019."
        )
    folder.mkdir(parents=True, exist_ok=True)
    if found.member is None:
        return _install(folder, path, path, found, name, fetched)
    with private_folder() as workspace:
        return _install(folder, path, unpack(path, found.member, workspace), found, name, fetched)


def _install(folder: Path, path: Path, table: Path, found: Found, edition: str, fetched: str) -> Entry:
    """Write one table; ``path`` is what was given, ``table`` the text itself (unpacked where it was a zip)."""
    part = found.part
    file = "-".join(filter(None, (found.kind, edition, part))) + ".parquet"
    entry = Entry(
        kind=found.kind, edition=edition, vintage=None, rows=None, sha256=sha256_of(path), path=folder / file,
        installed=True, part=part, fetched=fetched,
    )  # fmt: skip
    entry = {
        "imd": _imd, "lsoa_lookup": _lookup, "postcodes": _postcodes, "census_ethnicity": _census,
        "population": _population,
    }[found.kind](entry, table, path.name)  # fmt: skip
    entry = replace(entry, parquet_sha256=sha256_of(entry.path))
    kept: list[Entry] = []
    gone: list[Entry] = []
    for other in installed(folder):
        # A whole directory takes the place of its areas, and the same name that of what bore it before.
        same = other.key == entry.key or (entry.kind == "postcodes" and not part and other.key[:2] == entry.key[:2])
        (gone if same else kept).append(other)
    write_manifest(folder, [*kept, entry])
    for other in gone:
        if other.path != entry.path:
            other.path.unlink(missing_ok=True)
    return entry


def remove_reference(folder: Path, edition: str, kind: str | None = None) -> list[Entry]:
    """Remove every installed table of an edition; those removed. UsageError where there is none, or several kinds."""
    entries = installed(folder)
    gone = [entry for entry in entries if entry.edition == edition and kind in (None, entry.kind)]
    if not gone:
        raise UsageError(f"Nothing called {edition} is installed. `equity-audit reference list` shows what is.")
    if len({entry.kind for entry in gone}) > 1:
        kinds = ", ".join(sorted({entry.kind for entry in gone}))
        raise UsageError(f"Several tables are called {edition} ({kinds}). Say which with --kind.")
    write_manifest(folder, [entry for entry in entries if entry not in gone])
    for entry in gone:
        entry.path.unlink(missing_ok=True)
    return gone


def _refused(name: str, entry: Entry, reasons: str) -> DataError:
    return DataError(f"{name} was not installed as {entry.title}: {reasons}. Download the official file again.")


def _imd(entry: Entry, table: Path, name: str) -> Entry:
    read: ImdTable = read_published(table, entry.edition)
    if read.faults:
        raise _refused(name, entry, "; ".join(FAULTS[fault] for fault in read.faults))
    frame = read.frame.reset_index()[["code", "rank", "published"]]
    write_whole(entry.path, lambda target: frame.to_parquet(target, index=False))
    return replace(entry, vintage=read.vintage, rows=len(frame))


def _lookup(entry: Entry, table: Path, name: str) -> Entry:
    read = read_lookup(table, entry.sha256 or "")
    if read.faults:
        raise _refused(name, entry, "; ".join(LOOKUP_FAULTS[fault] for fault in read.faults))
    write_whole(entry.path, lambda target: read.frame.to_parquet(target, index=False))
    return replace(entry, vintage="2011+2021", rows=len(read.frame))


def _postcodes(entry: Entry, table: Path, name: str) -> Entry:
    header = sniff(table)
    columns = directory_columns(header) if header else None
    rows = 0

    def write(target: Path) -> None:
        nonlocal rows
        with private_folder() as spill:
            rows = install_directory(table, target, spill)

    write_whole(entry.path, write)
    return replace(entry, vintage=columns.vintage if columns else None, rows=rows)


def _census(entry: Entry, table: Path, name: str) -> Entry:
    frame = read_census(table)
    write_whole(entry.path, lambda target: frame.to_parquet(target, index=False))
    return replace(entry, vintage=vintage_of(frame["lsoa"]), rows=len(frame))


def _population(entry: Entry, table: Path, name: str) -> Entry:
    header = sniff(table)
    if header is not None and is_cells(header):
        cells = read_cells(table)
        write_whole(entry.path, lambda target: cells.to_parquet(target, index=False))
        # Quintiles are of an edition, and that of its boundaries.
        return replace(entry, vintage=f"IMD {cells['imd_edition'].iloc[0]}", rows=len(cells))
    frame = read_population(table)
    write_whole(entry.path, lambda target: frame.to_parquet(target, index=False))
    return replace(entry, vintage=vintage_of(frame["lsoa"]), rows=len(frame))
