"""Download an official file from its publisher: only on request, over HTTPS, held against its recorded sha256.

No other module of equity-audit opens a network connection. Proxy settings of the environment are honoured.
"""

from __future__ import annotations

import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path

from equity_audit.errors import DataError, UsageError
from equity_audit.reference.add import add_reference
from equity_audit.reference.store import Entry
from equity_audit.reference.tables import sha256_of
from equity_audit.workspace import private_folder
from equity_audit.yamlfile import read_yaml

_PIECE = 1 << 18
_TIMEOUT = 60.0
_LARGEST = 2 << 30
Step = Callable[[int, int | None], None]


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
    part = folder / f".{wanted.file}.part"
    resumed = part.exists()
    found = _downloaded(wanted.address, part)
    if resumed and wanted.sha256 not in (None, found):
        # What was left of an earlier download may belong to another file: once more, from the start.
        part.unlink()
        found = _downloaded(wanted.address, part)
    if found != wanted.sha256 and not accept_changed:
        part.unlink()
        raise DataError(_changed(wanted, found))
    with private_folder() as workspace:
        whole = workspace / wanted.file
        whole.hardlink_to(part) if part.stat().st_dev == workspace.stat().st_dev else whole.write_bytes(
            part.read_bytes()
        )
        entry = add_reference(folder, whole, None if wanted.kind == "postcodes" else wanted.edition)
    part.unlink()
    return entry


def _changed(wanted: Known, found: str) -> str:
    if wanted.sha256 is None:
        return (
            f"No sha256 is recorded for {wanted.title}, so a changed file cannot be told. This one has sha256 "
            f"{found}. Compare it with a copy you trust, then fetch again with --accept-changed."
        )
    return (
        f"{wanted.title} is not the file that was recorded. Recorded sha256 {wanted.sha256}; this file {found}. "
        f"The publisher may have corrected it: read {wanted.page}, then fetch again with --accept-changed to install it."
    )


def _downloaded(address: str, part: Path) -> str:
    with _progress(part.name.strip(".").removesuffix(".part")) as step:
        download(address, part, step)
    return sha256_of(part)


def download(address: str, part: Path, step: Step) -> None:
    """Download to ``part``, going on from what it already holds where the server can. Raises DataError."""
    have = part.stat().st_size if part.exists() else 0
    request = urllib.request.Request(_secure(address), headers={"User-Agent": "equity-audit"})  # noqa: S310 - checked
    if have:
        request.add_header("Range", f"bytes={have}-")
    try:
        # An opener of its own: the shared one keeps the proxy settings it was first built with.
        with urllib.request.build_opener().open(request, timeout=_TIMEOUT) as response:
            _secure(response.geturl())
            goes_on = response.status == 206
            length = response.headers.get("Content-Length")
            total = int(length) + (have if goes_on else 0) if length else None
            done = have if goes_on else 0
            with part.open("ab" if goes_on else "wb") as file:
                while piece := response.read(_PIECE):
                    done += len(piece)
                    if done > _LARGEST:
                        raise DataError("The download is larger than any reference file. It was stopped.")
                    file.write(piece)
                    step(done, total)
            if total is not None and done < total:
                raise DataError("The download broke off. Fetch again: it goes on where it stopped.")
    except urllib.error.HTTPError as error:
        if error.code == 416 and have:  # the file is already whole
            return
        raise DataError(
            f"The publisher answered {error.code}. Try again later, or download the file by hand."
        ) from None
    except (OSError, ValueError):
        raise DataError(
            "The publisher could not be reached. Check the network and the proxy settings (HTTPS_PROXY), then fetch "
            "again: it goes on where it stopped."
        ) from None


def _secure(address: str) -> str:
    """Refuse all but HTTPS; plain HTTP only to this very machine, for tests."""
    parts = urllib.parse.urlsplit(address)
    if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname == "127.0.0.1"):
        return address
    raise DataError("References are fetched over HTTPS only, and this address is not.")


@contextmanager
def _progress(name: str) -> Iterator[Step]:
    """A progress bar on a terminal, nothing anywhere else."""
    if not sys.stderr.isatty():
        yield lambda done, total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(name)
        yield lambda done, total: bar.update(task, completed=done, total=total)
