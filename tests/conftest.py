"""What every test may use: the shared folder where it is there, a reference folder, and the command run in this process."""

from __future__ import annotations

import io
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import settings

# Speed is measured in tests/bench, not asserted here: a busy machine fails no test.
settings.register_profile("equity_audit", deadline=None)
settings.load_profile("equity_audit")

REPOSITORY = Path(__file__).resolve().parents[1]
SAMPLES = REPOSITORY / "sample_data"
SHARED = REPOSITORY.parent / "shared"
ABSENT = "needs ../shared, which is not here"


@dataclass(frozen=True)
class Result:
    """How a command ended and what it printed."""

    exit_code: int
    stdout: str
    stderr: str

    @property
    def last_line(self) -> str:
        return self.stdout.rstrip("\n").rpartition("\n")[2]


RunCli = Callable[..., Result]


def run_here(*arguments: object) -> Result:
    """Run the command line in this process, through the same door as the installed command."""
    from equity_audit.cli import main

    out, err = io.BytesIO(), io.BytesIO()
    before = sys.argv, sys.stdout, sys.stderr
    handlers = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}
    sys.argv = ["equity-audit", *(str(argument) for argument in arguments)]
    sys.stdout, sys.stderr = (io.TextIOWrapper(stream, encoding="utf-8", write_through=True) for stream in (out, err))
    code: object = 0
    try:
        main()
    except SystemExit as end:
        code = end.code
    finally:
        written = out.getvalue().decode(), err.getvalue().decode()
        # A wrapper closes its stream when it is collected, which is after this function has read it.
        sys.argv, sys.stdout, sys.stderr = before
        for number, handler in handlers.items():
            signal.signal(number, handler)
    return Result(int(code or 0), *written)  # type: ignore[call-overload]


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of official tables, bad input and attack tools; skipped where it is not there, failed in CI."""
    if not SHARED.is_dir():
        if os.environ.get("CI") == "true":
            pytest.fail(ABSENT)
        pytest.skip(ABSENT)
    return SHARED


def pytest_configure(config: pytest.Config) -> None:
    # Ibis 12 reads results by a name that DuckDB 2 has replaced; the answer is right.
    config.addinivalue_line("filterwarnings", "ignore:fetch_arrow_table:DeprecationWarning")
    config.addinivalue_line(
        "markers", "needs_shared: reads files of ../shared; skipped where that is not here, failed in CI"
    )


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("needs_shared") and not SHARED.is_dir():
        if os.environ.get("CI") == "true":
            pytest.fail(ABSENT)
        pytest.skip(ABSENT)


@pytest.fixture(scope="session")
def samples() -> Path:
    """The made-up extracts that ship with the project."""
    return SAMPLES


@pytest.fixture
def reference_folder(tmp_path: Path) -> Path:
    """A folder of its own with the made-up IMD edition of the samples."""
    return Path(shutil.copytree(SAMPLES / "reference", tmp_path / "reference"))


@pytest.fixture
def run_cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RunCli:
    """`run_cli(*arguments) -> Result`, in an empty working folder, with no references installed and its own TMPDIR."""
    temporary = tmp_path / "temporary"
    work = tmp_path / "work"
    temporary.mkdir(exist_ok=True)
    work.mkdir(exist_ok=True)
    monkeypatch.chdir(work)
    monkeypatch.setenv("TMPDIR", str(temporary))
    monkeypatch.setattr(tempfile, "tempdir", None)
    nothing = tmp_path / "nothing-installed"
    nothing.mkdir(exist_ok=True)
    monkeypatch.setenv("EQUITY_AUDIT_REFERENCE", str(nothing))
    for name in ("FORCE_COLOR", "CLICOLOR_FORCE", "TTY_COMPATIBLE", "TTY_INTERACTIVE", "COLUMNS", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    return run_here
