"""The pages printed from code are current, and every command of the README and how-to pages runs."""

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from equity_audit.rules import load_rules

ROOT = Path(__file__).resolve().parents[2]
TOOL = Path(sys.executable).parent / "equity-audit"
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def commands(page: Path) -> list[str]:
    """Lines of console blocks that call the tool; continued lines are joined."""
    blocks = re.findall(r"```console\n(.*?)```", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    lines = "\n".join(blocks).replace("\\\n", " ").splitlines()
    return [line.removeprefix("$ ").strip() for line in lines if line.startswith("$ equity-audit")]


def test_the_reference_pages_are_current() -> None:
    done = subprocess.run([sys.executable, ROOT / "docs" / "generate.py", "--check"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + " (run: make docs)"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_on_a_page_runs(page: Path, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "sample_data", tmp_path / "sample_data")
    for command in commands(page):
        done = subprocess.run([TOOL, *shlex.split(command)[1:]], cwd=tmp_path, capture_output=True, text=True)
        assert done.returncode in (0, 1), f"{command}\n{done.stderr}"
        assert "Traceback" not in done.stderr


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_inside_the_project_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target


def test_the_rule_table_names_every_rule() -> None:
    text = (ROOT / "docs" / "reference" / "rules.md").read_text(encoding="utf-8")
    assert all(f"## {rule.code} {rule.title}" in text for rule in load_rules())


def test_readme_shows_what_the_demo_prints() -> None:
    # That it is what a run prints now is held with the reference pages, by `docs/generate.py --check`.
    shown = re.search(r"```console\n\$ make demo\n(.*?)```", PAGES[0].read_text(encoding="utf-8"), flags=re.DOTALL)
    assert shown is not None
    assert all(words in shown[1] for words in ("valid (usable)", "1 (most deprived)", "quintile 5: ", "rules "))


def test_readme_links_to_every_how_to_page() -> None:
    text = PAGES[0].read_text(encoding="utf-8")
    assert [page.name for page in PAGES[1:] if f"(docs/{page.name})" not in text] == []
