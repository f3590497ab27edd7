"""No identifier of a record reaches any output, message or folder that a run leaves behind."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from conftest import SAMPLES, Result, RunCli
from equity_audit import engine, workspace
from privacy.canaries import HEADERS, Planted, plant
from privacy.scanning import plainly_found, scan

pytestmark = pytest.mark.needs_shared


@pytest.fixture(scope="session")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Planted:
    lines = (SAMPLES / "reference" / "sample_imd.csv").read_text().splitlines()[1:]
    return plant(tmp_path_factory.mktemp("planted"), [line.split(",")[0] for line in lines])


def _keep(result: Result, folder: Path) -> None:
    (folder / "stdout").write_text(result.stdout, encoding="utf-8")
    (folder / "stderr").write_text(result.stderr, encoding="utf-8")


@pytest.mark.slow
def test_no_output_holds_an_identifier(
    planted: Planted, reference_folder: Path, tmp_path: Path, run_cli: RunCli
) -> None:
    work = tmp_path / "work"
    common = ["check", planted.extract, "--reference", reference_folder, "--internal", "the tests"]
    for profile in ("hes", "none"):
        names = [f"{profile}{ending}" for ending in (".json", ".html", ".md", ".csv", ".xml", ".xlsx")]
        told = run_cli(*common, "--disclosure", profile, "-v", *(part for name in names for part in ("-o", name)))
        assert told.exit_code == 1, told.stderr
        assert "records read" in told.last_line
        assert all(Path(name).is_file() for name in names)
        (work / profile).mkdir()
        _keep(told, work / profile)
    printed = run_cli(*common, "--disclosure", "none", "--format", "json")
    assert json.loads(printed.stdout)["intake"]["records_rejected"] > 0
    (work / "printed").mkdir()
    _keep(printed, work / "printed")
    assert plainly_found(planted.canaries, work, tmp_path / "temporary") == []
    (work / "printed" / "stdout").unlink()  # the same text as none.json, which the tool need not read twice
    code, says = scan(planted.few, tmp_path, work, tmp_path / "temporary")
    assert code == 0, says


@pytest.mark.slow
def test_only_the_work_list_holds_identifiers_where_one_was_asked_for(
    planted: Planted, reference_folder: Path, tmp_path: Path, run_cli: RunCli
) -> None:
    work = tmp_path / "work"
    told = run_cli(
        "check", planted.extract, "--reference", reference_folder, "-v", "-o", "out.json", "-o", "out.html", "-o", "out.csv",
        "--worklist", "list.csv", "--worklist-keys", "nhs_number",
    )  # fmt: skip
    assert told.exit_code == 1, told.stderr
    _keep(told, work)
    assert {place.partition("!")[0] for place in plainly_found(planted.canaries, work)} == {str(work / "list.csv")}
    assert stat.S_IMODE((work / "list.csv").stat().st_mode) == 0o600
    (work / "list.csv").unlink()
    code, says = scan(planted.few, tmp_path, work, tmp_path / "temporary")
    assert code == 0, says


def test_an_identifier_in_a_header_is_shown_as_its_place(planted: Planted, run_cli: RunCli) -> None:
    for position, header in enumerate(HEADERS, start=8):
        result = run_cli("check", planted.extract, "--map", f"local_patient_id={header}", "--ignore", "DEP", "-v")
        assert header in HEADERS
        if position == 8:
            assert "column 8" in result.stdout
            assert header not in result.stdout + result.stderr


@pytest.mark.parametrize("error", [ValueError, KeyError, OSError])
def test_a_crash_tells_no_identifier(
    error: type[Exception], planted: Planted, tmp_path: Path, run_cli: RunCli, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = engine.tally

    def crash(table: object, keys: object, **options: object) -> None:
        raise error(whole(table, keys, **options).to_string())  # type: ignore[arg-type]

    monkeypatch.setattr(engine, "tally", crash)
    result = run_cli("check", planted.extract, "-o", "out.json", "-v")
    assert result.exit_code == 4
    assert not Path("out.json").exists()
    _keep(result, tmp_path / "work")
    assert plainly_found(planted.canaries, tmp_path / "work", tmp_path / "temporary") == []


@pytest.mark.parametrize(
    "content",
    [
        "NHS_NUMBER,ETHNIC_CATEGORY,Ethnic Category\n{0},A,B\n",
        "{0},{1}\n{0},{1}\n",
        "NHS_NUMBER,ETHNIC_CATEGORY\n{0},A,{1}\n",
        'NHS_NUMBER,"ETHNIC_CATEGORY\n{0},{1}\n',
    ],
)
def test_a_refusal_tells_no_identifier(content: str, planted: Planted, tmp_path: Path, run_cli: RunCli) -> None:
    path = tmp_path / f"{planted.canaries[0]}.csv"
    path.write_text(content.format(*planted.canaries[:2]))
    result = run_cli("check", path, "-o", f"{planted.canaries[1]}.json")
    assert result.exit_code == 3
    assert not any(canary in result.stderr for canary in planted.canaries)


def test_the_scan_finds_what_is_planted(planted: Planted, tmp_path: Path) -> None:
    number, postcode = planted.few[:2]
    texts = (f"x{number[:3]} {number[3:6]} {number[6:]}y", postcode.lower(), planted.few[3], number.encode().hex())
    folder = tmp_path / "outputs"
    folder.mkdir()
    for position, text in enumerate(texts):
        (folder / f"{position}.txt").write_text(text, encoding="utf-8")
    code, says = scan(planted.few, tmp_path, folder)
    assert code == 1
    assert all(f"{position}.txt" in says for position in range(len(texts))), says
    assert number not in says
    assert len(plainly_found(planted.canaries, folder)) == 2
    with zipfile.ZipFile(folder / "board.xlsx", "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("xl/sharedStrings.xml", f"<t>{number}</t>")
    assert any("board.xlsx!" in place for place in plainly_found(planted.canaries, folder))


def _start(extract: Path, folder: Path, seconds: float) -> subprocess.Popen[bytes]:
    """The command in a process of its own that waits while it holds the extract."""
    program = (
        "import sys, time\n"
        "from equity_audit import engine\n"
        "from equity_audit.cli import main\n"
        "whole = engine.seal\n"
        f"def wait(backend):\n    whole(backend); print('holding', flush=True); time.sleep({seconds})\n"
        "engine.seal = wait\n"
        "sys.argv = ['equity-audit', 'check', sys.argv[1], '-o', 'out.json']\n"
        "main()\n"
    )
    environment = {**os.environ, "TMPDIR": str(folder / "temporary"), "EQUITY_AUDIT_REFERENCE": str(folder / "none")}
    (folder / "none").mkdir(exist_ok=True)
    return subprocess.Popen(
        [sys.executable, "-c", program, extract], cwd=folder / "work", env=environment,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


@pytest.fixture
def holding(planted: Planted, tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    """A run that holds an extract, cut into a clean copy in its temporary folder, and waits."""
    for name in ("work", "temporary"):
        (tmp_path / name).mkdir()
    process = _start(planted.extract, tmp_path, 60)
    assert process.stdout is not None
    assert process.stdout.readline() == b"holding\n"
    try:
        yield process, tmp_path
    finally:
        process.kill()
        process.communicate()


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_the_temporary_folder_is_private_while_running_and_gone_after_a_signal(
    number: signal.Signals, holding: tuple[subprocess.Popen[bytes], Path], planted: Planted
) -> None:
    process, tmp_path = holding
    (folder,) = (tmp_path / "temporary").iterdir()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    process.send_signal(number)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert (out, err.count(b"\n")) == (b"", 1)
    assert list((tmp_path / "temporary").iterdir()) == list((tmp_path / "work").iterdir()) == []


@pytest.mark.slow
def test_what_a_killed_run_leaves_is_removed_by_the_next(
    holding: tuple[subprocess.Popen[bytes], Path], planted: Planted, samples: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    process, tmp_path = holding
    (folder,) = (tmp_path / "temporary").iterdir()
    monkeypatch.setattr(workspace.tempfile, "tempdir", str(tmp_path / "temporary"))
    with workspace.private_folder():
        assert folder.is_dir(), "the folder of a run that is alive is left alone"
    process.kill()
    process.communicate()
    assert folder.is_dir()
    with workspace.private_folder():
        assert not folder.exists()
    assert list((tmp_path / "temporary").iterdir()) == []


@pytest.mark.parametrize("error", [None, RuntimeError, KeyboardInterrupt, MemoryError])
def test_temporary_folders_are_gone_however_a_run_ends(
    error: type[BaseException] | None,
    planted: Planted,
    tmp_path: Path,
    run_cli: RunCli,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen: list[int] = []
    whole = engine.seal

    def look(backend: object) -> None:
        whole(backend)
        seen.extend(stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "temporary").iterdir())
        if error is not None:
            raise error

    monkeypatch.setattr(engine, "seal", look)
    run_cli("check", planted.extract)
    assert seen == [0o700]
    assert list((tmp_path / "temporary").iterdir()) == []


def test_another_users_folder_and_a_link_are_never_followed_by_the_sweep(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workspace.tempfile, "tempdir", str(tmp_path))
    kept = tmp_path / "kept"
    kept.mkdir()
    (kept / "owner.pid").write_text("999999999")
    (tmp_path / "equity-audit-link").symlink_to(kept)
    fresh = tmp_path / "equity-audit-fresh"
    fresh.mkdir()
    old = tmp_path / "equity-audit-old"
    old.mkdir()
    os.utime(old, (time.time() - 7200,) * 2)
    with workspace.private_folder():
        pass
    assert (kept / "owner.pid").exists() and fresh.is_dir() and not old.exists()


def test_nothing_outside_is_reachable_once_the_extract_is_loaded(tmp_path: Path, run_cli: RunCli) -> None:
    import duckdb

    path = tmp_path / "other.csv"
    path.write_text("a\nsecret\n")
    own = tmp_path / "own"  # the private folder, for spill, stays within reach
    own.mkdir()
    backend = engine.open_embedded(own, "512MB")
    engine.seal(backend)
    for statement in (
        "SELECT * FROM read_csv('/etc/passwd')",
        f"SELECT * FROM read_text('{path}')",
        f"SELECT * FROM '{path}'",
        f"COPY (SELECT 1) TO '{tmp_path / 'leak.csv'}'",
        f"ATTACH '{tmp_path / 'leak.duckdb'}'",
        "INSTALL httpfs",
        "SET enable_external_access = true",
        "SET memory_limit = '100GB'",
    ):
        with pytest.raises(duckdb.Error):
            backend.raw_sql(statement).fetchall()
    backend.disconnect()
    assert not (tmp_path / "leak.csv").exists()
