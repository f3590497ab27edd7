"""``-``: the extract as it is piped in, kept in the private folder as long as the run lasts."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from equity_audit.errors import DataError, UsageError

PIPED = "-"
# What a pipe carries has no ending to tell its kind; its first bytes do.
_BEGINS = {b"PAR1": ".parquet", b"PK\x03\x04": ".xlsx", b"\x1f\x8b": ".csv.gz"}
_LONGEST_MARK = 4


def keep_piped(workspace: Path) -> Path:
    """A private copy of standard input, with the ending of its kind."""
    if sys.stdin is None or sys.stdin.isatty():
        raise UsageError(
            "- reads the extract from standard input, and nothing is piped into it. Give a file, or pipe one."
        )
    begin = sys.stdin.buffer.read(_LONGEST_MARK)
    ending = next((ending for mark, ending in _BEGINS.items() if begin.startswith(mark)), ".csv")
    copy = workspace / f"piped{ending}"
    try:
        with copy.open("wb") as file:
            file.write(begin)
            shutil.copyfileobj(sys.stdin.buffer, file)
    except OSError:
        raise DataError("There is not enough disk space to keep what is piped in. Free some, or set TMPDIR.") from None
    return copy
