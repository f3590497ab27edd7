"""Print the reference pages from the code, and what README shows from a real run. `--check` fails where a page is stale."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from equity_audit.datasets import dataset_names, load_dataset
from equity_audit.fields import FIELDS
from equity_audit.rulepage import rule_page
from equity_audit.rules import SETS, load_rules

FOLDER = Path(__file__).parent / "reference"
COMMANDS = (
    [], ["check"], ["rules"], ["explain"], ["datasets"], ["sample"],
    ["reference"], ["reference", "add"], ["reference", "fetch"], ["reference", "list"], ["reference", "verify"],
    ["reference", "remove"], ["report"],
)  # fmt: skip
ROOT = Path(__file__).resolve().parents[1]
DEMO = re.compile(r"(?<=```console\n\$ make demo\n).*?(?=```\n)", re.DOTALL)
# How the parts of the output begin that README shows, and how many lines each has.
SHOWN = {"Ethnicity": 10, "By IMD quintile": 8, "Emergency admission, quintile 1": 2, "rules ": 1}
PRINTED = "<!-- Printed by docs/generate.py: change the code or the rule file, not this page. -->\n"


def rules_page() -> str:
    rules = load_rules()
    table = ["| code | severity | unit | tolerance | fault |", "|---|---|---|---|---|"]
    for rule in rules:
        tolerance = "" if rule.tolerance is None else f"{rule.tolerance:.1%}"
        anchor = f"{rule.code} {rule.title}".lower().replace(" ", "-").translate(str.maketrans("", "", '",()'))
        table.append(f"| [{rule.code}](#{anchor}) | {rule.severity} | {rule.unit} | {tolerance} | {rule.title} |")
    pages = [rule_page(rule) for name in SETS for rule in rules if rule.rule_set == name]
    return "# Rules\n\n" + "\n".join(table) + "\n\n" + "\n\n".join(pages) + "\n"


def datasets_page() -> str:
    parts = ["# Datasets\n\nHeaders are matched without regard to case, spaces, underscores or other punctuation; the first\n"
             "column that holds anything wins.\n"]  # fmt: skip
    for name in dataset_names():
        dataset = load_dataset(name)
        parts.append(
            f"## {name}: {dataset.title}\n\nOne record is one of {dataset.activity}. Source: {' '.join(dataset.source.split())}\n"
        )
        parts.append("| field | headers, first choice first |\n|---|---|")
        parts += [f"| {field} | {', '.join(headers)} |" for field, headers in dataset.fields.items()]
        for outcome in dataset.outcomes:
            parts.append(f"\n**Outcome `{outcome.name}`.** {' '.join(outcome.description.split())}")
        parts.append("")
    return "\n".join(parts)


def fields_page() -> str:
    rows = [f"| {field.name} | {field.meaning} |" for field in FIELDS.values()]
    return "# Fields\n\n| field | meaning |\n|---|---|\n" + "\n".join(rows) + "\n"


def commands_page() -> str:
    tool = Path(sys.executable).parent / "equity-audit"
    environment = {**os.environ, "COLUMNS": "110", "TERM": "dumb", "NO_COLOR": "1"}
    parts = ["# Commands\n"]
    for command in COMMANDS:
        name = " ".join(["equity-audit", *command])
        done = subprocess.run([tool, *command, "--help"], capture_output=True, text=True, env=environment, check=True)
        text = "\n".join(line.rstrip() for line in done.stdout.strip().splitlines())
        parts.append(f"## {name}\n\n```text\n{text}\n```\n")
    return "\n".join(parts)


PAGES = {"rules.md": rules_page, "datasets.md": datasets_page, "fields.md": fields_page, "commands.md": commands_page}


def readme() -> str:
    """README with parts of what its `make demo` prints now; … stands for what is left out."""
    recipe = subprocess.run(["make", "--dry-run", "demo"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    command = next(line for line in recipe.replace("\\\n", " ").splitlines() if "equity-audit check" in line)
    tool = Path(sys.executable).parent / "equity-audit"
    with TemporaryDirectory() as folder:
        Path(folder, "sample_data").symlink_to(ROOT / "sample_data")
        Path(folder, "demo").mkdir()
        arguments = [tool, *shlex.split(command)[1:]]
        printed = subprocess.run(arguments, cwd=folder, capture_output=True, text=True, check=True).stdout
    lines = [line.rstrip() for line in printed.splitlines()]
    parts = ["…"]
    for start, length in SHOWN.items():
        first = next(number for number, line in enumerate(lines) if line.startswith(start))
        parts += ["\n".join(lines[first : first + length]), "…"]
    page = (ROOT / "README.md").read_text(encoding="utf-8")
    return DEMO.sub(lambda _: "\n".join(parts[:-1]) + "\n", page, count=1)


def main() -> None:
    stale = []
    FOLDER.mkdir(exist_ok=True)
    for name, page in PAGES.items():
        text, path = PRINTED + page(), FOLDER / name
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        stale.append(name)
        if "--check" not in sys.argv:
            path.write_text(text, encoding="utf-8")
    shown = readme()
    if (ROOT / "README.md").read_text(encoding="utf-8") != shown:
        stale.append("README.md")
        if "--check" not in sys.argv:
            (ROOT / "README.md").write_text(shown, encoding="utf-8")
    print("stale: " + ", ".join(stale) if stale else "every page is current")
    if stale and "--check" in sys.argv:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
