"""Fetch an official file from its publisher: only on request, held against its recorded sha256, and installed.

Where no sha256 ships, the first download shows its own and asks; the one accepted is kept in the manifest, and a later
file that differs is refused.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path

from equity_audit.errors import DataError, UsageError
from equity_audit.reference.add import add_reference
from equity_audit.reference.download import download, progress
from equity_audit.reference.store import Entry, installed
from equity_audit.reference.tables import sha256_of
from equity_audit.workspace import private_folder
from equity_audit.yamlfile import read_yaml


@dataclass(frozen=True, kw_only=True)
class Known:
    """An official file: where it is published, what it is called, its recorded sha256."""

    kind: str
    edition: str
    title: str
    page: str
    address: str | None
    file: str | None
    sha256: str | None


@cache
def editions() -> Mapping[str, Known]:
    """Every official file that is known, by the name it is fetched by."""
    content = (resources.files(__package__) / "editions.yaml").read_bytes()
    return {name: Known(**item) for name, item in read_yaml(content, "editions.yaml", shipped=True).items()}


def fetch_reference(
    folder: Path, name: str, *, accept_changed: bool = False, known: Mapping[str, Known] | None = None
) -> Entry:
    """Download, check and install one official file; ``known`` stands in for the list that ships.

    Parameters
    ----------
    accept_changed
        Install a file whose sha256 is not the recorded one: the very file that was refused, where one was.

    Raises
    ------
    UsageError
        There is no such file, or its publisher gives no lasting address.
    DataError
        The download failed, the file is not the recorded one, or it is not what it says.
    """
    listed = editions() if known is None else known
    if name not in listed:
        raise UsageError(f"Nothing called {name} can be fetched. Known: {', '.join(listed)}.")
    wanted = listed[name]
    if wanted.address is None or wanted.file is None:
        raise UsageError(
            f"{wanted.title} has no lasting address. Download it by hand from {wanted.page}, then: "
            "equity-audit reference add FILE."
        )
    folder.mkdir(parents=True, exist_ok=True)
    accepted = next((entry.sha256 for entry in installed(folder) if entry.fetched == name), None)
    trusted = [sha256 for sha256 in (accepted, wanted.sha256) if sha256]
    part, refused = folder / f".{wanted.file}.part", folder / f".{wanted.file}.refused"
    if accept_changed and refused.exists():
        # What is accepted is the file that was shown, not whatever the publisher sends by now.
        refused.replace(part)
        found = sha256_of(part)
    else:
        refused.unlink(missing_ok=True)
        found = _downloaded(wanted, wanted.address, part, trusted)
    if found not in trusted and not accept_changed:
        part.replace(refused)
        raise DataError(_not_trusted(wanted, name, found, trusted))
    with private_folder() as workspace:
        whole = workspace / wanted.file
        shutil.copyfile(part, whole)
        entry = add_reference(folder, whole, None if wanted.kind == "postcodes" else wanted.edition, fetched=name)
    part.unlink()
    return entry


def _downloaded(wanted: Known, address: str, part: Path, trusted: list[str]) -> str:
    """Download to ``part``; its sha256."""
    resumed = part.exists()
    with progress(part.name.strip(".").removesuffix(".part")) as step:
        download(address, part, step, checked_later=bool(trusted))
        found = sha256_of(part)
        if resumed and trusted and found not in trusted:
            # What was left of an earlier download may belong to another file: once more, from the start.
            part.unlink()
            download(address, part, step)
            found = sha256_of(part)
    _check_form(wanted, part)
    return found


def _check_form(wanted: Known, part: Path) -> None:
    """Refuse a page or an error that was sent in place of the file, before anybody is asked to accept it."""
    with part.open("rb") as file:
        start = file.read(64).removeprefix(b"\xef\xbb\xbf").lstrip()
    packed = str(wanted.file).endswith((".zip", ".xlsx"))
    if start.startswith(b"PK") if packed else start and start[:1] not in (b"<", b"{", b"["):
        return
    part.unlink()
    raise DataError(
        f"The publisher sent something else in place of {wanted.title}. It may have moved: read {wanted.page}, download "
        "it by hand, then: equity-audit reference add FILE."
    )


def _not_trusted(wanted: Known, name: str, found: str, trusted: list[str]) -> str:
    accept = f"equity-audit reference fetch {name} --accept-changed"
    if not trusted:
        return (
            f"No sha256 is recorded for {wanted.title}, so nothing can tell whether this is the file. Its sha256 is "
            f"{found}. Compare it with a copy you trust, then: {accept}. A later file that differs will be refused."
        )
    return (
        f"{wanted.title} is not the file that was recorded. Recorded sha256 {' or '.join(trusted)}; this file {found}. "
        f"The publisher may have corrected it: read {wanted.page}, then, to install it: {accept}."
    )
