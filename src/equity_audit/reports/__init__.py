"""One output, one file, found by the suffix of the file asked for. Writers see nothing but a Report.

A writer is ``render(report) -> bytes``; those for the board are ``render(report, board) -> bytes``.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from importlib import import_module
from pathlib import Path

from equity_audit.board import Board
from equity_audit.errors import UsageError
from equity_audit.files import PRIVATE, write_whole
from equity_audit.model import Report

SUFFIXES = {
    ".json": "json", ".xlsx": "excel", ".html": "html", ".md": "markdown", ".csv": "tidy", ".xml": "junit",
}  # fmt: skip
# A reader may take these for a publication, so unsuppressed counts in them need the name of who they are for.
NEEDS_NAME = (".xlsx", ".html", ".md")
# Written under the board's own name, and with its ask.
FOR_THE_BOARD = (".html", ".md", ".xlsx")
# A CSV has a second file that says what its columns are.
BESIDE = {".csv": "-metadata.json"}


def check_targets(targets: Sequence[Path], extract: Path | None, exact: bool, internal_name: str | None) -> None:
    """Refuse outputs before any work is done: unknown ending, no folder, the extract itself, or no name where needed."""
    for target in targets:
        suffix = target.suffix.lower()
        if suffix not in SUFFIXES:
            raise UsageError(f"-o: outputs end in {', '.join(SUFFIXES)}; {suffix or 'no ending'} is not one.")
        if not target.parent.is_dir():
            raise UsageError("-o: the folder for an output does not exist. Make it first, or give another path.")
        if target.is_dir():
            raise UsageError("-o: an output needs a file name, and a folder has that name.")
        if extract is not None and target.exists() and extract.exists() and target.samefile(extract):
            raise UsageError("-o: an output would overwrite the extract. Give another name.")
        if exact and suffix in NEEDS_NAME and not internal_name:
            raise UsageError(
                "This disclosure profile writes counts that are not for publication; "
                f"for {suffix} say who they are for with --internal NAME, which is printed on it."
            )
        beside = _beside(target)
        if beside is not None and extract is not None and beside.exists() and beside.samefile(extract):
            raise UsageError("-o: the file beside a CSV would overwrite the extract. Give another name.")
    written = [path.resolve() for target in targets for path in (target, _beside(target)) if path is not None]
    if len(set(written)) != len(written):
        raise UsageError("-o: two outputs have the same name.")


def write_reports(report: Report, targets: Sequence[Path], board: Board | None = None, mode: int = PRIVATE) -> None:
    """Write each output whole, readable as ``mode`` says. All are rendered before the first is put in place."""
    rendered = []
    for target in targets:
        suffix = target.suffix.lower()
        writer = import_module(f"equity_audit.reports.{SUFFIXES[suffix]}")
        settings = (board or Board(),) if suffix in FOR_THE_BOARD else ()
        rendered.append((target, writer.render(report, *settings)))
        beside = _beside(target)
        if beside is not None:
            rendered.append((beside, writer.describe(report, target.name)))
    for target, content in rendered:
        write_whole(target, partial(_put, content), mode)


def _beside(target: Path) -> Path | None:
    ending = BESIDE.get(target.suffix.lower())
    return target.with_name(target.name + ending) if ending else None


def _put(content: bytes, part: Path) -> None:
    part.write_bytes(content)
