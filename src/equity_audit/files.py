"""Writing files so that each is whole or absent: a temporary name beside the target, then a rename."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from equity_audit.errors import UsageError

PRIVATE = 0o600


def write_whole(target: Path, write: Callable[[Path], Any], mode: int = PRIVATE) -> None:
    """Let ``write`` fill a private file (0600) beside ``target`` and move it into place once it is on disk.

    There it has ``mode``, less what the umask takes away from others than its owner.
    """
    if not target.parent.is_dir():
        raise UsageError(f"There is no folder for {target.name}. Make it first, or give another path.")
    if target.is_dir():
        raise UsageError(f"{target.name} is a folder; an output needs a file name.")
    try:
        handle, name = tempfile.mkstemp(prefix=".", suffix=f".{os.getpid()}.part", dir=target.parent)
    except OSError:
        raise UsageError(f"The folder for {target.name} cannot be written to. Choose another.") from None
    os.close(handle)
    part = Path(name)
    try:
        write(part)
        with part.open("rb+") as file:
            os.fsync(file.fileno())
        part.chmod(PRIVATE | (mode & ~_umask()))
        part.replace(target)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _umask() -> int:
    mask = os.umask(0o077)  # it can be read only by setting it
    os.umask(mask)
    return mask
