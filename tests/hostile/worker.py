"""Open and load hostile files, each in a forked process of its own under limits of time and memory.

Run as a command: `python worker.py < requests.jsonl > answers.jsonl`. A request is {"path": ...};
an answer says how reading it ended: audited with its counts, refused with a sentence and exit code, or worse.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import resource
import signal
import sys
import tempfile
import traceback
from collections import Counter
from pathlib import Path
from typing import Any

MOST_MEMORY = 6 * 2**30  # of address space, to protect the machine; the tests judge the resident peak
SECONDS = 30  # of processor time, so that a busy machine fails nothing
PATIENCE = 90


def read_one(path: Path) -> dict[str, Any]:
    """Open the file, map one of its columns to ethnicity, load it. What the command does before it judges."""
    from equity_audit import engine, reading
    from equity_audit.datasets import normalise_header
    from equity_audit.errors import EquityAuditError
    from equity_audit.sources import open_source
    from equity_audit.workspace import private_folder

    try:
        with private_folder() as folder:
            source = open_source(path, folder)
            normal = [normalise_header(name) for name in source.header]
            times = Counter(normal)
            unique = [name for name, key in zip(source.header, normal, strict=True) if times[key] == 1]
            column = unique[0] if unique else source.header[0]
            reading.open_source = lambda *_, **__: source  # opened once: half the cost of a workbook
            backend = engine.open_embedded(folder, "512MB")
            backend.raw_sql("SET threads = 1")
            extract, _ = reading.read_extract(path, folder, backend, dataset="generic", overrides={"ethnicity": column})
            intake = extract.intake
            held = engine.count_records(extract.table)
            backend.disconnect()
    except EquityAuditError as error:
        return {"outcome": "refused", "exit_code": int(error.exit_code), "message": str(error)}
    except MemoryError:
        return {"outcome": "out of memory"}
    return {
        "outcome": "audited",
        "read": intake.records_read, "audited": intake.records_audited, "rejected": intake.records_rejected, "held": held,
        "reasons": {each.reason: each.records for each in intake.rejections}, "lines": [each.lines for each in intake.rejections],
        "encoding": intake.encoding, "delimiter": intake.delimiter, "remarks": intake.remarks,
    }  # fmt: skip


def _child(path: Path, answer: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    printed = io.StringIO()
    try:
        with contextlib.redirect_stderr(printed), contextlib.redirect_stdout(printed):
            result = read_one(path)
    except BaseException as error:
        result = {"outcome": "crash", "error": type(error).__name__, "where": traceback.format_exc()[-1500:]}
    result["printed"] = printed.getvalue()
    with os.fdopen(answer, "w") as stream:
        json.dump(result, stream)
    os._exit(0)


def watch(path: Path, seconds: float) -> dict[str, Any]:
    """One file in a process of its own, ended after its time."""
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(ours)
        os.setpgid(0, 0)
        _child(path, theirs)
    os.close(theirs)
    killed = False

    def end(number: int, frame: object) -> None:
        nonlocal killed
        killed = True
        os.killpg(child, signal.SIGKILL)

    signal.signal(signal.SIGALRM, end)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    with os.fdopen(ours) as stream:
        text = stream.read()
    _, status, usage = os.wait4(child, 0)
    signal.setitimer(signal.ITIMER_REAL, 0)
    result = json.loads(text) if text and not killed else {"outcome": "hang" if killed else f"killed, status {status}"}
    return {**result, "seconds": usage.ru_utime + usage.ru_stime, "peak": usage.ru_maxrss * 1024}


def main() -> None:
    """Answer each request of standard input with a line of JSON."""
    # Imported before the fork, so that each file costs only its own reading.
    import duckdb  # noqa: F401
    import ibis
    import pyarrow.parquet  # noqa: F401

    import equity_audit.reading
    import equity_audit.sources.csv
    import equity_audit.sources.parquet  # noqa: F401

    ibis.duckdb  # noqa: B018 - loads the backend
    for line in sys.stdin:
        request = json.loads(line)
        with tempfile.TemporaryDirectory() as folder:
            tempfile.tempdir = folder
            answer = watch(Path(request["path"]), PATIENCE)
            left = sorted(os.listdir(folder))  # noqa: PTH208
            tempfile.tempdir = None
        print(json.dumps({"path": request["path"], "left": left, **answer}), flush=True)


if __name__ == "__main__":
    main()
