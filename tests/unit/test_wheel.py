"""The wheel carries the rules, the data files and the command, and runs outside the repository."""

import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
def test_the_wheel_runs_outside_the_repository(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    home = tmp_path / "home"
    venv.create(home, with_pip=False)
    (packages,) = home.glob("lib/python*/site-packages")
    # Its dependencies come from the environment of the tests, which is on the path but whose own .pth files are not read.
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--target", packages, wheel],
        check=True,
        capture_output=True,
    )
    script = (
        "import equity_audit, pathlib; from equity_audit.cli import main; import sys;"
        f"assert pathlib.Path(equity_audit.__file__).is_relative_to({str(home)!r}), equity_audit.__file__;"
        "main()"
    )
    python = home / "bin" / "python"
    listed = subprocess.run([python, "-c", script, "rules"], cwd=tmp_path, capture_output=True, text=True)
    assert listed.returncode == 0, listed.stderr
    assert "ETH001" in listed.stdout
    checked = subprocess.run(
        [
            python,
            "-c",
            script,
            "check",
            ROOT / "sample_data" / "waiting_list.csv",
            "--reference",
            ROOT / "sample_data" / "reference",
            "-q",
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert checked.returncode == 1, checked.stderr
    assert checked.stdout.startswith("rules ")


def test_the_editable_install_reads_the_rules_of_the_checkout() -> None:
    from equity_audit.rules import rules_folder

    assert rules_folder() == ROOT / "rules"
