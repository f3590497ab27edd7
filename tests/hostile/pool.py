"""Hand hostile files to two workers at a time, and collect how each ended."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any

WORKERS = 2
WORKER = Path(__file__).with_name("worker.py")


def read_all(paths: Iterable[Path]) -> dict[Path, dict[str, Any]]:
    """The answer of a worker for each file."""
    waiting = list(paths)
    lock = threading.Lock()
    answers: dict[Path, dict[str, Any]] = {}

    def work() -> None:
        with subprocess.Popen(
            [sys.executable, WORKER],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        ) as worker:
            assert worker.stdin is not None
            assert worker.stdout is not None
            while True:
                with lock:
                    if not waiting:
                        break
                    path = waiting.pop()
                worker.stdin.write(json.dumps({"path": str(path)}) + "\n")
                worker.stdin.flush()
                answers[path] = json.loads(worker.stdout.readline())
            worker.stdin.close()

    threads = [threading.Thread(target=work) for _ in range(WORKERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers
