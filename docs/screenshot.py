"""Make docs/screenshot.png: the page of the emergency care sample, made by the command itself, as a browser shows it.

Needs Chromium. Run it again when the page has changed: `.venv/bin/python docs/screenshot.py`.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

HERE = Path(__file__).resolve().parent
SAMPLES = HERE.parent / "sample_data"
SIZE = (1100, 1560)
LARGEST = 300_000
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--hide-scrollbars", "--force-color-profile=srgb",
)  # fmt: skip


def make(target: Path) -> None:
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        sys.exit("Chromium is not installed.")
    with TemporaryDirectory() as folder:
        page = Path(folder, "report.html")
        subprocess.run(
            [Path(sys.executable).with_name("equity-audit"), "check", SAMPLES / "emergency_care.csv", "--reference",
             SAMPLES / "reference", "--label", "Made-up emergency department", "--fail-on", "never", "-q", "-o", page],
            check=True,
        )  # fmt: skip
        subprocess.run(
            [program, *FLAGS, f"--user-data-dir={folder}/profile", f"--window-size={SIZE[0]},{SIZE[1]}",
             f"--screenshot={target}", page.as_uri()],
            check=True, capture_output=True,
        )  # fmt: skip
    if target.stat().st_size > LARGEST:
        sys.exit(f"The picture is larger than {LARGEST:,} bytes.")


if __name__ == "__main__":
    make(HERE / "screenshot.png")
