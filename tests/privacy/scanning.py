"""Search what a run leaves behind for planted identifiers: all of them plainly, some by the shared attack tool."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from conftest import SHARED


def scan(canaries: Sequence[str], folder: Path, *paths: Path) -> tuple[int, str]:
    """Every spelling, hash and container of a few identifiers, and any number with an NHS check digit.

    Exit code (0 nothing found, 1 found, 2 something unread) and what the tool says, which holds no identifier. It
    takes about a second for each identifier and megabyte.
    """
    listed = folder / "canaries.txt"
    listed.write_text("\n".join(canaries) + "\n", encoding="utf-8")
    command = [sys.executable, SHARED / "tools" / "canary_scan.py", *paths, "--canaries", listed, "--nhs-net"]
    result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    return result.returncode, result.stdout + result.stderr


def plainly_found(canaries: Iterable[str], *paths: Path) -> list[str]:
    """Where any of the identifiers stands as it is, or without spaces, in a name or a file, zipped files opened."""
    words = {word.casefold() for canary in canaries for word in (canary, canary.replace(" ", ""))}
    return [place for place, text in _texts(paths) if any(word in text.casefold() for word in words)]


def _texts(paths: Iterable[Path]) -> Iterator[tuple[str, str]]:
    for root in paths:
        for path in (root, *root.rglob("*")):
            yield f"name of {path}", path.relative_to(root).as_posix()
            if path.is_file():
                yield str(path), path.read_bytes().decode("utf-8", errors="replace")
                if zipfile.is_zipfile(path):
                    with zipfile.ZipFile(path) as package:
                        for name in package.namelist():
                            yield f"{path}!{name}", name + package.read(name).decode("utf-8", errors="replace")
