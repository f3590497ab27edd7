"""Where references lie: a folder of installed tables (Parquet with a manifest), or of files as published."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from equity_audit.errors import DataError, UsageError
from equity_audit.files import write_whole
from equity_audit.reference.imd import ImdTable, build_table, looks_like_imd, read_published

MANIFEST = "manifest.json"
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
    """One table that a reference folder offers, not yet read."""

    kind: str
    edition: str
    vintage: str | None
    rows: int | None
    sha256: str | None
    path: Path
    installed: bool


def default_folder() -> Path:
    """Environment ``EQUITY_AUDIT_REFERENCE``, else the user's data folder."""
    named = os.environ.get("EQUITY_AUDIT_REFERENCE")
    if named:
        return Path(named)
    from platformdirs import user_data_path

    return user_data_path("equity-audit") / "reference"


def list_entries(folder: Path) -> tuple[Entry, ...]:
    """Tables in a folder: those its manifest lists, then files as published that no manifest lists."""
    if not folder.is_dir():
        return ()
    entries = {entry.edition: entry for entry in reversed(_published(folder))}
    entries |= {entry.edition: entry for entry in _installed(folder)}
    return tuple(entries[name] for name in sorted(entries))


def _installed(folder: Path) -> list[Entry]:
    path = folder / MANIFEST
    if not path.exists():
        return []
    try:
        listed = json.loads(path.read_text(encoding="utf-8"))["references"]
        return [
            Entry(
                kind=item["kind"], edition=item["edition"], vintage=item["vintage"], rows=item["rows"],
                sha256=item["sha256"], path=folder / item["file"], installed=True,
            )
            for item in listed
        ]  # fmt: skip
    except (ValueError, KeyError, TypeError):
        raise DataError(
            "The manifest of the reference folder is damaged. Remove the folder and add the references again."
        ) from None


def _published(folder: Path) -> list[Entry]:
    # Text before workbooks: the same edition is often there as both, and text is read much faster.
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.name.lower().endswith(PUBLISHED)]
    files = sorted(files[:_MOST_FILES], key=lambda path: path.suffix.lower() == ".xlsx")
    entries = []
    for path in files:
        edition = looks_like_imd(path)
        if edition is not None:
            name = edition or re.sub(r"\W+", "-", path.name.split(".")[0].lower())
            entries.append(
                Entry(kind="imd", edition=name, vintage=None, rows=None, sha256=None, path=path, installed=False)
            )
    return entries


def read_entry(entry: Entry) -> ImdTable:
    """Read the table an entry names, verified."""
    if not entry.installed:
        return read_published(entry.path, entry.edition)
    try:
        frame = pd.read_parquet(entry.path)
    except (OSError, ValueError):
        raise DataError(
            f"The installed IMD {entry.edition} table is damaged or gone. Add it again: equity-audit reference add FILE."
        ) from None
    return build_table(frame, entry.edition, entry.vintage, entry.sha256 or "")


def add_imd(folder: Path, path: Path, edition: str | None) -> ImdTable:
    """Verify a published IMD file and install it. Raises DataError where it is not what it says."""
    if not path.is_file():
        raise UsageError(f"There is no file {path.name} to add. Check the path.")
    if edition is not None and not re.fullmatch(r"[A-Za-z0-9][\w.-]{0,40}", edition):
        raise UsageError("--edition is a short name of letters, digits, dots and dashes, for example 2019.")
    table = read_published(path, edition)
    if table.faults:
        reasons = "; ".join(FAULTS[fault] for fault in table.faults)
        raise DataError(f"{path.name} was not installed as IMD {table.edition}: {reasons}. Download the official file again.")
    folder.mkdir(parents=True, exist_ok=True)
    name = f"imd-{table.edition}.parquet"
    frame = table.frame.reset_index()[["code", "rank", "published"]]
    write_whole(folder / name, lambda target: frame.to_parquet(target, index=False))
    listed: list[Mapping[str, Any]] = [
        {"kind": e.kind, "edition": e.edition, "vintage": e.vintage, "rows": e.rows, "sha256": e.sha256, "file": e.path.name}
        for e in _installed(folder)
        if e.edition != table.edition
    ]
    listed.append(
        {"kind": "imd", "edition": table.edition, "vintage": table.vintage, "rows": len(frame), "sha256": table.sha256, "file": name}
    )
    manifest = json.dumps({"references": sorted(listed, key=lambda item: str(item["edition"]))}, indent=2) + "\n"
    write_whole(folder / MANIFEST, lambda target: target.write_text(manifest, encoding="utf-8"))
    return table
