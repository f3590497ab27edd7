"""Hostile files made by others: each is audited with records that add up, or refused in one sentence."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from conftest import REPOSITORY, SHARED
from hostile.pool import read_all
from hostile.worker import SECONDS

FOLDERS = {"frictionless": 140, "excel": 120, "parquet/bad_data": 8}
MEMORY = 2 * 2**30
# A workbook is opened by a child that has to start first, so the same kinds of workbook are read only where it tells more.
BOMBS_READ = ("ok.xlsx", "dimension_lie.xlsx", "dup_entries.xlsx", "zip_slip.xlsx", "sst_count_lie.xlsx", "cols_10k.csv",
              "cols_100k.csv", "mixed_eol.csv", "cp1252.csv", "utf32.csv", "bad_utf8.csv", "bom_middle.csv", "dup_header.csv",
              "huge_int.csv", "open_quote_200MB.csv")  # fmt: skip
# The bombs as they come take a minute to make; these are as far over every limit.
SMALLER = {
    "pad(2 * 2**30)": "pad(2**29)", "range(4096)": "range(400)", "rows(1_500_000)": "rows(1_050_000)", "range(200)": "range(60)",
    '"x" * 500_000_000': '"x" * 300_000_000', '* 50_000_000)': '* 5_000_000)',
}  # fmt: skip
OUR_WORDS = " ".join(path.read_text(encoding="utf-8") for path in (REPOSITORY / "src").rglob("*.py"))


def _judge(path: Path, answer: dict[str, Any]) -> list[str]:
    """What is wrong with how reading a file ended; nothing, if nothing is."""
    faults = []
    if answer["outcome"] == "audited":
        if (
            not answer["read"]
            == answer["audited"] + answer["rejected"]
            == answer["held"] + sum(answer["reasons"].values())
        ):
            faults.append("records do not add up")
        if answer["audited"] == 0:
            faults.append("audited without a record")
    elif answer["outcome"] == "refused":
        if answer["exit_code"] not in (2, 3):
            faults.append(f"exit code {answer['exit_code']}")
        if "\n" in answer["message"] or "Traceback" in answer["message"]:
            faults.append("refused in more than a sentence")
        faults += [f"tells a value of the file: {word[:3]}…" for word in _values_told(path, answer["message"])]
    else:
        faults.append(f"{answer['outcome']} {answer.get('where', '')[-400:]}")
    if answer.get("printed"):
        faults.append("printed something")
    if answer["left"]:
        faults.append("left a temporary folder")
    if answer["seconds"] > SECONDS:
        faults.append(f"took {answer['seconds']:.0f} seconds")
    if answer["peak"] > MEMORY:
        faults.append(f"took {answer['peak'] / 2**20:.0f} MB")
    return faults


def _values_told(path: Path, message: str) -> list[str]:
    with path.open("rb") as file:
        content = file.read(1_000_000).decode("utf-8", errors="replace")
    words = {word for word in re.split(r'[,;|\t\r\n"<>]+', content) if len(word) >= 5}
    return [word for word in words if word in message and word not in OUR_WORDS]


def _check(paths: list[Path]) -> dict[str, dict[str, Any]]:
    answers = read_all(paths)
    faults = {path.name: found for path, answer in answers.items() if (found := _judge(path, answer))}
    assert faults == {}
    return {path.name: answer for path, answer in answers.items()}


@pytest.mark.slow
@pytest.mark.needs_shared
@pytest.mark.parametrize("folder", FOLDERS)
def test_each_file_is_audited_or_refused_within_limits(folder: str) -> None:
    paths = [path for path in sorted((SHARED / "badinput" / folder).iterdir()) if path.is_file()]
    answers = _check(paths)
    assert len(answers) >= FOLDERS[folder]
    ended = Counter(answer["outcome"] for answer in answers.values())
    if folder != "parquet/bad_data":
        assert ended["audited"] >= 30, "most sound files are read, not refused"


@pytest.mark.slow
@pytest.mark.needs_shared
def test_bombs_are_refused_or_read_within_limits(tmp_path: Path) -> None:
    folder = tmp_path / "bombs"
    program = (SHARED / "tools" / "make_bombs.py").read_text(encoding="utf-8")
    for whole, smaller in SMALLER.items():
        assert whole in program, whole
        program = program.replace(whole, smaller)
    subprocess.run([sys.executable, "-c", program, folder], check=True, capture_output=True)
    answers = _check([path for path in sorted(folder.iterdir()) if path.suffix != ".yaml"])
    for name in BOMBS_READ:
        assert answers[name]["outcome"] == "audited", name
    assert answers["mixed_eol.csv"]["audited"] == 3
    assert answers["open_quote_200MB.csv"]["rejected"] == 1
    for name in (
        "zipbomb_sheet_2GB.xlsx",
        "gzip_bomb_4GB.csv.gz",
        "rows_2e9.parquet",
        "cell_500MB.parquet",
        "xxe_file.xlsx",
    ):
        assert answers[name]["exit_code"] == 3, name
    assert not (tmp_path / "evil").exists()


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("a: &a [x,x]\nb: [*a,*a]\n", id="anchors"),
        pytest.param("a: &a {k: 1}\nb: {<<: *a}\n", id="merge keys"),
        pytest.param("a: {<<: {k: 1}}\n", id="a merge key without an anchor"),
        pytest.param("[" * 100_000 + "]" * 100_000, id="deep brackets"),
        pytest.param("".join(" " * depth + "a:\n" for depth in range(900)), id="deep blocks"),
        pytest.param('!!python/object/apply:os.system ["touch PWNED"]\n', id="a tag that runs a program"),
        pytest.param("rules: 1\nrules: 2\n", id="a key said twice"),
        pytest.param("a:\n\t- 1\n", id="tabs"),
        pytest.param("a: \0\n", id="a NUL"),
        pytest.param("a: 1\n---\nb: 2\n", id="two documents"),
        pytest.param("date: 2024-13-45\n", id="an impossible date"),
        pytest.param("n: " + "9" * 200_000 + "\n", id="a huge number"),
        pytest.param("x" * 1_000_001, id="a megabyte"),
        pytest.param("? [a, b]\n: 1\n", id="a key that is a list"),
        pytest.param('a: "\\ud800"\n', id="half a character"),
    ],
)
def test_hostile_yaml_is_refused_in_one_sentence(content: str, tmp_path: Path) -> None:
    import time

    from equity_audit.errors import UsageError
    from equity_audit.yamlfile import read_yaml

    started = time.process_time()
    try:
        value = read_yaml(content.encode(), "rule.yaml")
    except UsageError as refused:
        assert str(refused).startswith("rule.yaml")
        assert "\n" not in str(refused)
    else:
        assert isinstance(value, dict)
        assert content.startswith('a: "'), "only text that is merely odd may be read"
    assert time.process_time() - started < 5
    assert not Path("PWNED").exists()


def test_utf16_yaml_is_refused(tmp_path: Path) -> None:
    from equity_audit.errors import UsageError
    from equity_audit.yamlfile import read_yaml

    with pytest.raises(UsageError, match="UTF-8"):
        read_yaml("a: é\n".encode("utf-16"), "rule.yaml")
