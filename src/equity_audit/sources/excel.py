"""Workbooks (.xlsx): the first sheet, or a named one, read in a child process with limits of its own.

A crafted workbook of a few kilobytes can ask for gigabytes or never end; the child dies of that, not the audit.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

from equity_audit.errors import DataError, EquityAuditError, UsageError
from equity_audit.model import Intake, Rejection
from equity_audit.sources import SAMPLE_RECORDS, Source
from equity_audit.sources.strictcsv import StrictReader

SECONDS = 600
DELIMITER = ","


def open_source(path: Path, workspace: Path, sheet: str | None = None) -> Source:
    """Open a workbook. Raises DataError, or UsageError where the named sheet is not in it."""
    copy = workspace / "sheet.csv"
    receipt = _read_in_child(path, copy, sheet)
    header = tuple(receipt["header"])
    sample = tuple(tuple(row) for row in _head(copy, len(header)))

    reader = StrictReader(copy, DELIMITER, len(header))
    return Source(
        header=header,
        sample=sample,
        batches=reader.batches,
        receipt=lambda held: _intake(reader, held, receipt),
        records=receipt["rows"] - 1,
    )


def _intake(reader: StrictReader, held: int, receipt: Mapping[str, Any]) -> Intake:
    rejections = tuple(
        Rejection(reason=reason, records=records, lines=tuple(rows))
        for reason, records, rows in sorted(receipt["rejections"], key=lambda each: (-each[1], each[0]))
    )
    read = held + sum(rejection.records for rejection in rejections)
    # Counted from the sheet's XML by the child, not by the library that read the cells; all that is in its copy is held.
    if reader.account.rejected or read != receipt["rows"] - 1:
        raise DataError(
            f"The sheet holds {receipt['rows'] - 1:,} rows of data but {read:,} could be read. Nothing was written. "
            "Save the sheet as CSV UTF-8 and audit that."
        )
    blank = receipt["blank_rows"]
    remarks = (f"{blank:,} blank {'row was' if blank == 1 else 'rows were'} passed over",) if blank else ()
    return Intake(
        records_read=read,
        records_audited=held,
        rejections=rejections,
        format="xlsx",
        sheet=receipt["sheet"],
        remarks=remarks,
        rejected_positions=tuple(receipt["rejected_positions"]),
    )


def _head(copy: Path, width: int) -> Iterator[list[str | None]]:
    return islice(StrictReader(copy, DELIMITER, width), SAMPLE_RECORDS)


def _read_in_child(path: Path, copy: Path, sheet: str | None) -> dict[str, Any]:
    command = [sys.executable, "-I", "-m", "equity_audit.sources.excelchild", str(path), str(copy), sheet or ""]
    refused = DataError(
        "The workbook cannot be read: it is damaged, protected, or asks for more memory or time than a sheet of records "
        "needs. Open it, save the sheet as CSV UTF-8, and audit that."
    )
    try:
        child = subprocess.run(
            command,
            capture_output=True,
            timeout=SECONDS,
            check=False,
            stdin=subprocess.DEVNULL,
            env={**os.environ, "PYTHONWARNINGS": "ignore"},
        )
        answer = json.loads(child.stdout)
    except (subprocess.TimeoutExpired, ValueError):
        raise refused from None
    errors: dict[str, EquityAuditError] = {
        "sheet": UsageError("--sheet names a sheet that the workbook does not have. Look at its tabs."),
        "empty": DataError("The sheet is empty. Choose another with --sheet."),
    }
    if child.returncode != 0 or "error" in answer:
        raise errors.get(answer.get("error", ""), refused)
    return dict(answer)
