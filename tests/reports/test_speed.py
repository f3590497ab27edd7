"""What a page and a workbook cost: CPU time of the command that renders both again, start-up and reading included."""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path

import pytest

from equity_audit.reports import json as document
from reports.samples import NAMES, sample_report

MOST_SECONDS = 4.0


@pytest.mark.parametrize("name", NAMES)
def test_page_and_workbook_of_a_sample_are_quick(tmp_path: Path, name: str):
    result = tmp_path / "audit.json"
    result.write_bytes(document.render(sample_report(name)))
    command = [Path(sys.executable).with_name("equity-audit"), "report", result, "--fail-on", "never", "-q"]
    # Once before, so that byte code and font lists are there, as for anyone who has run it.
    seconds = [spent([*command, "-o", tmp_path / "page.html", "-o", tmp_path / "book.xlsx"]) for _ in range(2)]
    assert (tmp_path / "page.html").stat().st_size > 50_000
    assert (tmp_path / "book.xlsx").stat().st_size > 20_000
    assert min(seconds) < MOST_SECONDS


def spent(command: list[str | Path]) -> float:
    """CPU seconds, user and system, of a command and what it starts."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
