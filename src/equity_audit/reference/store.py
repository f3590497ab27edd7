"""Where references lie: a folder of installed tables (Parquet with a manifest), or of files as published."""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from equity_audit.errors import DataError, UsageError
from equity_audit.files import write_whole
from equity_audit.reference.imd import ImdTable, build_table, read_published
from equity_audit.reference.lookup import FAULTS as LOOKUP_FAULTS
from equity_audit.reference.lookup import read_lookup
from equity_audit.reference.recognise import KINDS, recognise
from equity_audit.reference.tables import sha256_of

MANIFEST = "manifest.json"
FOLDER_VARIABLE = "EQUITY_AUDIT_REFERENCE"
PUBLISHED = (".csv", ".csv.gz", ".xlsx")
_MOST_FILES = 200
FAULTS = {
    "wrong_count": "it does not have as many areas as that edition",
    "rank_range": "some ranks are missing or outside 1 to the number of areas",
    "repeated_lsoa": "some areas stand in it twice",
    "decile_not_from_rank": "some deciles do not follow from their rank",
    "wrong_vintage": "its areas are not those that edition is published for",
}


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One table that a reference folder offers, not yet read.

    ``part`` names an area of a postcode directory; ``fetched`` what it was fetched as, with ``sha256`` accepted by then.
    """

    kind: str
    edition: str
    vintage: str | None
    rows: int | None
    sha256: str | None
    path: Path
    installed: bool
    part: str = ""
    parquet_sha256: str | None = None
    fetched: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        """What no two installed tables share."""
        return self.kind, self.edition, self.part

    @property
    def title(self) -> str:
        """How messages call it."""
        return f"{KINDS[self.kind]} {self.edition}" + (f" ({self.part.upper()})" if self.part else "")


def default_folder() -> Path:
    """Environment ``EQUITY_AUDIT_REFERENCE``, else the user's data folder."""
    named = os.environ.get(FOLDER_VARIABLE)
    if named:
        return Path(named)
    from platformdirs import user_data_path

    return user_data_path("equity-audit") / "reference"


def folder_to_read(option: Path | None, setting: str | None = None) -> Path:
    """The folder of ``--reference``, else of the settings, else `default_folder`.

    Raises UsageError where one is named and is not there: nothing would be found in it, and nobody told why.
    """
    named = os.environ.get(FOLDER_VARIABLE)
    for name, path in (
        ("--reference", option), ("The setting reference", setting), (FOLDER_VARIABLE, named),
    ):  # fmt: skip
        if path:
            if not Path(path).is_dir():
                raise UsageError(
                    f"{name} names a folder, and there is none at that path. Correct it, or install into it: "
                    "equity-audit reference add FILE."
                )
            return Path(path)
    return default_folder()


def list_entries(folder: Path, kind: str | None = None) -> tuple[Entry, ...]:
    """Tables in a folder: those its manifest lists, then files as published that no manifest lists."""
    if not folder.is_dir():
        return ()
    entries = {entry.key: entry for entry in reversed(_published(folder))}
    entries |= {entry.key: entry for entry in installed(folder)}
    order = list(KINDS)
    chosen = [entry for entry in entries.values() if kind in (None, entry.kind)]
    return tuple(sorted(chosen, key=lambda entry: (order.index(entry.kind), entry.edition, entry.part)))


def installed(folder: Path) -> list[Entry]:
    """Tables that the manifest of a folder lists."""
    path = folder / MANIFEST
    if not path.exists():
        return []
    try:
        listed = json.loads(path.read_text(encoding="utf-8"))["references"]
        entries = [
            Entry(
                kind=item["kind"], edition=item["edition"], vintage=item["vintage"], rows=item["rows"],
                sha256=item["sha256"], path=folder / Path(item["file"]).name, installed=True, part=item.get("part", ""),
                parquet_sha256=item.get("parquet_sha256"), fetched=item.get("fetched", ""),
            )
            for item in listed
        ]  # fmt: skip
        return [entry for entry in entries if entry.kind in KINDS]
    except (ValueError, KeyError, TypeError, AttributeError):
        raise DataError(
            "The manifest of the reference folder is damaged. Remove the folder and add the references again."
        ) from None


def write_manifest(folder: Path, entries: list[Entry]) -> None:
    """List ``entries`` as what a folder holds."""
    listed = [
        {
            "kind": entry.kind, "edition": entry.edition, "part": entry.part, "vintage": entry.vintage,
            "rows": entry.rows, "sha256": entry.sha256, "parquet_sha256": entry.parquet_sha256, "file": entry.path.name,
            "fetched": entry.fetched,
        }
        for entry in sorted(entries, key=lambda entry: entry.key)
    ]  # fmt: skip
    text = json.dumps({"references": listed}, indent=2) + "\n"
    write_whole(folder / MANIFEST, lambda target: target.write_text(text, encoding="utf-8"))


def _published(folder: Path) -> list[Entry]:
    # Text before workbooks: the same edition is often there as both, and text is read much faster.
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.name.lower().endswith(PUBLISHED)]
    files = sorted(files[:_MOST_FILES], key=lambda path: path.suffix.lower() == ".xlsx")
    entries = []
    for path in files:
        found = recognise(path)
        if found is not None and found.kind in KINDS:
            name = found.edition or re.sub(r"\W+", "-", path.name.split(".")[0].lower())
            entries.append(
                Entry(kind=found.kind, edition=name, vintage=None, rows=None, sha256=None, path=path, installed=False,
                      part=found.part)
            )  # fmt: skip
    return entries


def read_entry(entry: Entry) -> ImdTable:
    """Read the IMD table an entry names, verified."""
    if not entry.installed:
        return read_published(entry.path, entry.edition)
    try:
        frame = pd.read_parquet(entry.path)
    except (OSError, ValueError):
        raise DataError(
            f"The installed IMD {entry.edition} table is damaged or gone. Add it again: "
            "equity-audit reference add FILE."
        ) from None
    return build_table(frame, entry.edition, entry.vintage, entry.sha256 or "")


def damage(entry: Entry) -> str | None:
    """What is wrong with an installed table, in words; None where it is sound."""
    if entry.kind == "imd":
        faults = read_entry(entry).faults
        if faults:
            return "; ".join(FAULTS[fault] for fault in faults)
    if not entry.path.is_file():
        return "its file is gone; add it again"
    if entry.installed and entry.parquet_sha256 not in (None, sha256_of(entry.path)):
        return "its file was changed after it was installed; add it again"
    if entry.kind == "lsoa_lookup":
        faults = read_lookup(entry.path, entry.sha256 or "").faults
        return "; ".join(LOOKUP_FAULTS[fault] for fault in faults) or None
    return None
