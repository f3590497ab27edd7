"""What `check` prints and writes: the same figures everywhere, each file whole or absent, and private."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from conftest import REPOSITORY, RunCli
from equity_audit import files

GOLDEN = Path(__file__).parent / "golden"
REGENERATE = (
    "The terminal output of the sample has changed. Read the difference; if it is meant, write the new text with\n"
    "    make setup && .venv/bin/equity-audit check sample_data/admitted_care.csv --reference sample_data/reference"
    " > tests/cli/golden/admitted_care.txt"
)
TIMES = ("id", "started", "finished")


def _without_times(document: dict[str, Any]) -> dict[str, Any]:
    document["run"] = {key: value for key, value in document["run"].items() if key not in TIMES}
    return document


@pytest.fixture
def sample(samples: Path) -> Path:
    return samples / "admitted_care.csv"


def test_the_terminal_output_of_the_sample_is_as_committed(
    sample: Path, reference_folder: Path, run_cli: RunCli
) -> None:
    result = run_cli("check", sample, "--reference", reference_folder)
    assert result.stdout == (GOLDEN / "admitted_care.txt").read_text(encoding="utf-8"), REGENERATE


def test_the_same_extract_gives_the_same_output_twice(sample: Path, reference_folder: Path, run_cli: RunCli) -> None:
    first, second = (run_cli("check", sample, "--reference", reference_folder) for _ in range(2))
    assert first == second


def test_printed_json_is_the_written_json(sample: Path, reference_folder: Path, run_cli: RunCli) -> None:
    result = run_cli("check", sample, "--reference", reference_folder, "--format", "json", "-o", "out.json")
    written = json.loads(Path("out.json").read_bytes())
    assert json.loads(result.stdout) == written
    again = run_cli("check", sample, "--reference", reference_folder, "--format", "json")
    assert _without_times(json.loads(again.stdout)) == _without_times(written)


def test_several_outputs_are_written_at_once_and_are_private(
    sample: Path, reference_folder: Path, run_cli: RunCli
) -> None:
    Path("out.json").write_text("an older run")
    Path("out.json").chmod(0o644)
    targets = ["out.json", "second.JSON", "third.json"]
    run_cli("check", sample, "--reference", reference_folder, *(part for name in targets for part in ("-o", name)))
    assert sorted(path.name for path in Path().iterdir()) == sorted(targets)
    for name in targets:
        assert stat.S_IMODE(Path(name).stat().st_mode) == 0o600
    assert Path("out.json").read_bytes() == Path("second.JSON").read_bytes() == Path("third.json").read_bytes()


@pytest.mark.parametrize("error", [OSError, KeyboardInterrupt, RuntimeError, MemoryError])
def test_a_file_broken_off_while_written_keeps_the_old_one_whole(
    error: type[BaseException], sample: Path, reference_folder: Path, run_cli: RunCli, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("out.json").write_text("an older run")

    def break_off(descriptor: int) -> None:
        raise error

    monkeypatch.setattr(files.os, "fsync", break_off)
    result = run_cli("check", sample, "--reference", reference_folder, "-o", "out.json", "-o", "new.json")
    assert result.exit_code not in (0, 1)
    assert [path.name for path in Path().iterdir()] == ["out.json"]
    assert Path("out.json").read_text() == "an older run"


def test_a_second_output_that_cannot_be_rendered_keeps_the_first_from_being_written(
    sample: Path, reference_folder: Path, run_cli: RunCli, monkeypatch: pytest.MonkeyPatch
) -> None:
    from equity_audit.reports import json as writer

    calls = []

    def render(report: object) -> bytes:
        calls.append(report)
        if len(calls) == 2:
            raise RuntimeError
        return b"{}"

    monkeypatch.setattr(writer, "render", render)
    assert run_cli("check", sample, "--reference", reference_folder, "-o", "a.json", "-o", "b.json").exit_code == 4
    assert list(Path().iterdir()) == []


def test_the_quiet_and_verbose_forms_agree_on_the_last_line(
    sample: Path, reference_folder: Path, run_cli: RunCli
) -> None:
    plain, quiet, verbose = (
        run_cli("check", sample, "--reference", reference_folder, *o) for o in ([], ["-q"], ["-v"])
    )
    assert plain.last_line == quiet.last_line == verbose.last_line == quiet.stdout.strip()
    assert "passed" in verbose.stdout.partition("Rules that failed")[2]


def test_colour_is_used_only_where_asked_for(sample: Path, reference_folder: Path, run_cli: RunCli) -> None:
    plain = run_cli("check", sample, "--reference", reference_folder)
    coloured = run_cli("check", sample, "--reference", reference_folder, "--color", "always")
    assert "\x1b" not in plain.stdout
    assert "\x1b" in coloured.stdout


def test_neither_the_file_name_nor_its_folder_is_in_the_output(
    sample: Path, tmp_path: Path, reference_folder: Path, run_cli: RunCli
) -> None:
    path = tmp_path / "Mrs Example 9434765919.csv"
    path.write_bytes(sample.read_bytes())
    result = run_cli("check", path, "--reference", reference_folder, "-o", "out.json", "--format", "json")
    assert "Example" not in result.stdout + result.stderr
    assert "9434765919" not in result.stdout + result.stderr
    labelled = run_cli("check", path, "--reference", reference_folder, "--label", "Ward 7")
    assert "Ward 7: " in labelled.stdout


def test_the_golden_text_is_named_in_the_repository() -> None:
    assert (REPOSITORY / "tests" / "cli" / "golden" / "admitted_care.txt").is_file()


_OURS = '[disclosure]\nprofile = "ours"\n\n[disclosure.ours]\nprimary = [1, 7]\nround_to = 5\ninternal = true\n'


@pytest.mark.parametrize("settings", [_OURS, ""], ids=["a profile for internal use", "a name given"])
def test_every_output_for_internal_use_says_so(
    settings: str, sample: Path, reference_folder: Path, run_cli: RunCli
) -> None:
    Path("equity-audit.toml").write_text(settings)
    endings = ["json", "html", "md", "csv", "xml", "xlsx"]
    wanted = [part for ending in endings for part in ("-o", f"out.{ending}")]
    result = run_cli("check", sample, "--reference", reference_folder, "--quick", "--internal", "the team", *wanted)
    assert result.exit_code == 1, result.stderr
    told = "For the team: for internal use only, not for publication."
    files = ["out.html", "out.md", "out.csv-metadata.json", "out.xml"]
    assert [name for name in files if told not in Path(name).read_text(encoding="utf-8")] == []
    assert json.loads(Path("out.json").read_bytes())["run"]["watermark"] == "for internal use only, not for publication"
    for sheet in load_workbook("out.xlsx"):
        assert told in {cell.value for row in sheet.iter_rows(max_row=20) for cell in row}, sheet.title
    assert told in result.stdout


def test_areas_of_2001_are_said_to_have_no_edition_that_is_taken(tmp_path: Path, run_cli: RunCli) -> None:
    path = tmp_path / "extract.csv"
    path.write_text("ETHNOS,LSOA01\n" + "A,E01000001\n" * 50)
    result = run_cli("check", path, "--map", "ethnicity=ETHNOS", "--map", "lsoa_2001=LSOA01", "--reference", tmp_path)
    assert "no edition that this tool takes (2015, 2019, 2025)" in " ".join(result.stdout.split())


def test_advice_on_areas_of_2001_names_what_helps(tmp_path: Path, run_cli: RunCli, reference_folder: Path) -> None:
    path, page = tmp_path / "extract.csv", tmp_path / "out.xml"
    path.write_text("ETHNOS,LSOA01\n" + "A,E01000001\n" * 50)
    columns = ("--map", "ethnicity=ETHNOS", "--map", "lsoa_2001=LSOA01")
    result = run_cli("check", path, *columns, "--reference", reference_folder, "-o", page)
    for told in (result.stdout, page.read_text(encoding="utf-8")):
        words = " ".join(told.split())
        assert "derive LSOA 2011 or 2021 codes from the postcode, or ask the supplier for the LSOA11 or LSOA21" in words
        assert "Use the edition published for these areas" not in words
    assert "no edition that this tool takes is for 2001 areas" in " ".join(result.stdout.split())


def test_what_is_hidden_throughout_is_never_told_as_none(
    tmp_path: Path, reference_folder: Path, run_cli: RunCli
) -> None:
    # Fifty records of one patient: every count is of too few people to be shown.
    path = tmp_path / "one.csv"
    path.write_text("NHS_NUMBER,ETHNIC_CATEGORY,LSOA21\n" + "9990000001,A,E01900000\n" * 50, encoding="utf-8")
    result = run_cli("check", path, "--reference", reference_folder, "-o", "out.json", "--fail-on", "never")
    assert result.exit_code == 0, result.stderr
    assert "[c] records read" in result.stdout
    assert result.last_line.endswith("records read [c], audited [c], rejected 0")
    document = json.loads(Path("out.json").read_text(encoding="utf-8"))
    for place in (("intake", "records_read"), ("ethnicity", "records"), ("deprivation", "records")):
        assert document[place[0]][place[1]] is None, place
        assert document["markers"]["/" + "/".join(place)] == "c", place
    assert run_cli("report", "out.json").stdout == result.stdout


def test_a_day_in_the_arrival_time_is_told_and_read_once_it_is_mapped(run_cli: RunCli) -> None:
    def extract(arrivals: list[str]) -> str:
        lines = [f"{9990000000 + number},A,{text}\n" for number, text in enumerate(arrivals)]
        Path("extract.csv").write_text("NHS_NUMBER,ETHNICITY,Arrival Time\n" + "".join(lines), encoding="utf-8")
        return " ".join(run_cli("check", "extract.csv", "--disclosure", "none").stdout.split())

    days = [f"2025-0{1 + number % 3}-07 02:16:52" for number in range(150)]
    told = '--map "activity_date=Arrival Time" --map "arrival_time=Arrival Time"'
    assert told in extract(days)
    # Times of day alone are no dates, nor is a column that holds both.
    assert told not in extract([day[-8:] for day in days])
    assert told not in extract([*days, "02:16"])
    extract(days)
    mapped = ("--map", "activity_date=Arrival Time", "--map", "arrival_time=Arrival Time")
    result = run_cli("check", "extract.csv", "--disclosure", "none", "-o", "out.json", *mapped)
    assert told not in " ".join(result.stdout.split())
    months = {
        row["month"]: row["numerator"]
        for table in json.loads(Path("out.json").read_text(encoding="utf-8"))["breakdowns"]
        if table["dimensions"] == ["month"] and table["unit"] == "records"
        for row in table["rows"]
    }
    assert months == {"2025-01": 50, "2025-02": 50, "2025-03": 50}
