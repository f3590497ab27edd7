"""Every way `check` can end has its exit code, its one sentence, and leaves nothing behind that it should not."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from conftest import Result, RunCli
from equity_audit import audit as audit_module
from equity_audit import engine, reports
from equity_audit.model import Finding

LAST_LINE = re.compile(
    r"rules \d+: passed \d+, failed \d+, not judged \d+, errors \d+; "
    r"records read (\[c\]|[\d,]+), audited (\[c\]|[\d,]+), rejected (\[c\]|[\d,]+)"
)
HEADER = "NHS_NUMBER,ETHNIC_CATEGORY,LSOA21\n"


@pytest.fixture
def clean(tmp_path: Path, samples: Path) -> Path:
    """A small extract without a fault."""
    areas = [line.split(",")[0] for line in (samples / "reference" / "sample_imd.csv").read_text().splitlines()[1:]]
    path = tmp_path / "clean.csv"
    codes = "ABCDEFGHJKLMNPRS"
    lines = [f"{9_990_000_000 + number},{codes[number % 16]},{areas[number * 7]}\n" for number in range(200)]
    path.write_text(HEADER + "".join(lines))
    return path


@pytest.fixture
def faulty(tmp_path: Path, clean: Path) -> Path:
    """The same, with a quarter of its ethnic categories missing."""
    path = tmp_path / "faulty.csv"
    lines = clean.read_text().splitlines()
    lines[1::4] = [re.sub(",.,", ",,", line) for line in lines[1::4]]
    path.write_text("\n".join(lines) + "\n")
    return path


def _one_sentence(result: Result) -> None:
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1
    assert result.stderr.startswith("equity-audit: ")
    assert "Traceback" not in result.stderr


def test_a_clean_extract_ends_with_0(clean: Path, reference_folder: Path, run_cli: RunCli) -> None:
    result = run_cli("check", clean, "--reference", reference_folder, "--disclosure", "none")
    assert (result.exit_code, result.stderr) == (0, ""), result.stdout
    assert "No rule failed." in result.stdout
    assert result.last_line.endswith("errors 0; records read 200, audited 200, rejected 0")


def test_findings_end_with_1_unless_told_otherwise(faulty: Path, reference_folder: Path, run_cli: RunCli) -> None:
    for options, code in (
        ([], 1),
        (["--fail-on", "error"], 1),
        (["--fail-on", "warning"], 1),
        (["--fail-on", "never"], 0),
    ):
        result = run_cli("check", faulty, "--reference", reference_folder, *options)
        assert (result.exit_code, result.stderr) == (code, ""), options


def test_only_findings_as_severe_as_asked_for_end_with_1(faulty: Path, reference_folder: Path, run_cli: RunCli) -> None:
    arguments = ("check", faulty, "--reference", reference_folder, "--ignore", "ETH001,ETH022")
    assert run_cli(*arguments).exit_code == 0
    warned = tuple(faulty.read_text().splitlines())
    faulty.write_text("\n".join(re.sub(",,", ",Z,", line) for line in warned) + "\n")
    only = ("check", faulty, "--reference", reference_folder, "--select", "ETH003")
    assert run_cli(*only).exit_code == 0
    assert run_cli(*only, "--fail-on", "warning").exit_code == 1


def test_the_last_line_tells_how_it_ended(faulty: Path, reference_folder: Path, run_cli: RunCli) -> None:
    for options in ([], ["--disclosure", "none"], ["-q"], ["-v"]):
        result = run_cli("check", faulty, "--reference", reference_folder, *options)
        assert LAST_LINE.fullmatch(result.last_line), result.last_line
    assert run_cli("check", faulty, "--reference", reference_folder, "-q").stdout.count("\n") == 1


USAGE = {
    "no extract": (["check"], "EXTRACT"),
    "a file that is not there": (["check", "nowhere.csv"], "no file"),
    "a folder": (["check", "."], "folder"),
    "an ending that is not known": (["check", "extract.doc"], "ending"),
    "an unknown option": (["check", "CLEAN", "--nonsense"], "nonsense"),
    "an unknown command": (["chekc"], "chekc"),
    "an unknown dataset": (["check", "CLEAN", "--dataset", "hes_abc"], "No dataset is called hes_abc"),
    "a dataset that is a path": (["check", "CLEAN", "--dataset", "../../etc/passwd"], "No dataset"),
    "an unknown rule": (["check", "CLEAN", "--select", "XYZ"], "No rule"),
    "an unknown rule to leave out": (["check", "CLEAN", "--ignore", "ETH999"], "No rule"),
    "--map without a column": (["check", "CLEAN", "--map", "ethnicity"], "field=column"),
    "--map of an unknown field": (["check", "CLEAN", "--map", "colour=ETHNIC_CATEGORY"], "no field called colour"),
    "--map of a misspelt field": (["check", "CLEAN", "--map", "Ethnicty=LSOA21"], "Did you mean ethnicity?"),
    "--map of an unknown column": (["check", "CLEAN", "--map", "ethnicity=NOT_THERE"], "`equity-audit datasets`"),
    "--map of a misspelt column": (
        ["check", "CLEAN", "--map", "ethnicity=ethnic categry"],
        "not in the header. Did you mean ETHNIC_CATEGORY?",
    ),
    "--map of a field twice": (["check", "CLEAN", "--map", "ethnicity=A", "--map", "ethnicity=B"], "twice"),
    "--sheet without a workbook": (["check", "CLEAN", "--sheet", "Data"], "--sheet"),
    "an output of unknown kind": (["check", "CLEAN", "-o", "out.pdf"], ".pdf"),
    "an output without an ending": (["check", "CLEAN", "-o", "out"], "no ending"),
    "an output in a folder that is not there": (["check", "CLEAN", "-o", "nowhere/out.json"], "folder"),
    "an output that is a folder": (["check", "CLEAN", "-o", "FOLDER.json"], "folder"),
    "two outputs of one name": (["check", "CLEAN", "-o", "out.json", "-o", "./out.json"], "same name"),
    "an unsuppressed workbook for nobody": (["check", "CLEAN", "--disclosure", "none", "-o", "out.xlsx"], "--internal"),
    "an unknown profile": (["check", "CLEAN", "--disclosure", "hse"], "Did you mean `hes`"),
    "an unknown edition": (["check", "CLEAN", "--imd", "1066", "-o", "out.json"], "1066"),
    "an unknown format": (["check", "CLEAN", "--format", "yaml"], "--format"),
    "an unknown severity": (["check", "CLEAN", "--fail-on", "info"], "--fail-on"),
    "an unknown colour": (["check", "CLEAN", "--color", "blue"], "--color"),
    "a reference folder that is not there": (["check", "CLEAN", "--reference", "nowhere"], "--reference"),
    "settings that are not there": (["check", "CLEAN", "--config", "nowhere.toml"], "--config"),
    "settings that are not TOML": (["check", "CLEAN", "--config", "BROKEN.toml"], "TOML"),
    "a tolerance of an unknown rule": (["check", "CLEAN", "--config", "SLIP.toml"], "[rules.ETH0O4]"),
    "an unknown rule to explain": (["explain", "ETH999"], "no rule"),
    "a rule to explain with a digit too few": (["explain", "eth4"], "Did you mean ETH004?"),
    "a rule to explain with a digit too many": (["explain", "ETH0044"], "Did you mean ETH004"),
    "an unknown dataset to show": (["datasets", "hes_abc"], "No dataset"),
    "a reference that is not there": (["reference", "add", "nowhere.csv"], "no file"),
    "an unknown dataset to make": (["sample", "made", "--dataset", "hes_abc"], "samples are made of"),
}


@pytest.mark.parametrize("case", USAGE)
def test_a_wrong_command_ends_with_2_and_writes_nothing(case: str, clean: Path, run_cli: RunCli) -> None:
    Path("FOLDER.json").mkdir()
    Path("BROKEN.toml").write_text('imd = "2019')
    Path("SLIP.toml").write_text("[rules.ETH0O4]\ntolerance = 0.01\n")
    Path("extract.doc").write_text(HEADER)
    before = sorted(Path().rglob("*"))
    arguments, says = USAGE[case]
    result = run_cli(*(str(clean) if argument == "CLEAN" else argument for argument in arguments))
    assert result.exit_code == 2, result.stderr
    assert says in result.stderr
    assert "Traceback" not in result.stderr
    assert result.stdout == "" or "Usage" in result.stdout
    assert sorted(Path().rglob("*")) == before


def test_a_slip_in_a_rule_of_the_settings_is_told_with_what_was_meant(clean: Path, run_cli: RunCli) -> None:
    Path("equity-audit.toml").write_text("[rules.ETH0O4]\ntolerance = 0.01\n")
    result = run_cli("check", clean)
    assert (result.exit_code, "Did you mean ETH004?" in result.stderr) == (2, True)


def test_a_reference_folder_that_the_environment_names_must_be_there(
    clean: Path, run_cli: RunCli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EQUITY_AUDIT_REFERENCE", "nowhere")
    for command in (("check", clean), ("reference", "list"), ("reference", "verify"), ("reference", "remove", "2019")):
        result = run_cli(*command)
        assert (result.exit_code, "EQUITY_AUDIT_REFERENCE" in result.stderr) == (2, True), command
        _one_sentence(result)


@pytest.mark.parametrize("command", [("list",), ("verify",), ("remove", "2019")])
def test_a_reference_folder_that_a_command_names_must_be_there(command: tuple[str, ...], run_cli: RunCli) -> None:
    result = run_cli("reference", *command, "--reference", "nowhere")
    assert (result.exit_code, "--reference names a folder" in result.stderr) == (2, True)


def test_a_reference_folder_that_the_settings_name_must_be_there(clean: Path, run_cli: RunCli) -> None:
    Path("equity-audit.toml").write_text('reference = "nowhere"\n')
    result = run_cli("check", clean)
    assert (result.exit_code, "setting reference" in result.stderr) == (2, True)


def test_a_reference_is_installed_into_a_folder_that_is_not_there_yet(
    samples: Path, run_cli: RunCli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EQUITY_AUDIT_REFERENCE", "new")
    added = run_cli("reference", "add", samples / "reference" / "sample_imd.csv", "--edition", "house")
    assert added.exit_code == 0, added.stderr
    assert "house" in run_cli("reference", "list").stdout


def test_a_column_that_may_not_be_shown_is_not_suggested(run_cli: RunCli) -> None:
    # A file without a header has its first record there.
    Path("extract.csv").write_text("Ethnic of 943 476 5919,LSOA21\nA,E01900000\n")
    result = run_cli("check", "extract.csv", "--map", "ethnicity=Ethnic of 943 476 5918")
    assert (result.exit_code, "5919" in result.stderr) == (2, False)


def test_a_column_that_is_there_twice_cannot_be_named(run_cli: RunCli) -> None:
    Path("extract.csv").write_text("ETHNICITY,ETHNICITY\nA,B\n")
    result = run_cli("check", "extract.csv", "--map", "ethnicity=ETHNICITY")
    assert (result.exit_code, "Rename one of them" in result.stderr) == (2, True)


def test_an_output_never_overwrites_the_extract(tmp_path: Path, run_cli: RunCli) -> None:
    path = tmp_path / "work" / "extract.json"
    path.write_text(HEADER)
    result = run_cli("check", path, "-o", path)
    assert result.exit_code == 2
    assert path.read_text() == HEADER


def test_a_waiting_list_of_several_censuses_needs_one_named(samples: Path, tmp_path: Path, run_cli: RunCli) -> None:
    lines = (samples / "waiting_list.csv").read_text().splitlines()
    later = [line.replace("2025-03-30", "2025-04-06", 1) for line in lines[1:]]
    path = tmp_path / "waiting.csv"
    path.write_text("\n".join(lines + later) + "\n")
    result = run_cli("check", path, "-o", "out.json")
    assert result.exit_code == 2
    assert "--census" in result.stderr
    assert not Path("out.json").exists()
    assert run_cli("check", path, "--census", "2025-03-30", "--fail-on", "never").exit_code == 0


DATA = {
    "an empty file": (b"", [], "empty"),
    "a header without records": (HEADER.encode(), [], "no records"),
    "no column to audit": (b"a,b\n1,2\n", [], "nothing to audit"),
    "records that are all malformed": (HEADER.encode() + b"1\n2\n", [], "rejected"),
    "bytes of no encoding": (HEADER.encode() + b"1,\x81,\xff\n", [], "neither UTF-8"),
    "two columns that could both be it": (b"ETHNIC_CATEGORY,Ethnic Category\nA,B\n", [], "or say which with --map"),
    "two columns of one name": (b"ETHNICITY,ETHNICITY\nA,B\n", [], "could both be ethnicity. Rename one."),
}


@pytest.mark.parametrize("case", DATA)
def test_data_that_cannot_be_audited_ends_with_3_and_writes_nothing(case: str, tmp_path: Path, run_cli: RunCli) -> None:
    content, options, says = DATA[case]
    path = tmp_path / "extract.csv"
    path.write_bytes(content)
    result = run_cli("check", path, "-o", "out.json", *options)
    assert result.exit_code == 3, result.stderr
    assert says in result.stderr
    _one_sentence(result)
    assert list(Path().rglob("*")) == []


@pytest.mark.parametrize("name", ["extract.parquet", "extract.xlsx", "extract.csv.gz"])
def test_a_file_that_is_not_what_it_says_ends_with_3(name: str, tmp_path: Path, run_cli: RunCli) -> None:
    path = tmp_path / name
    path.write_text(HEADER + "9990000001,A,E01900000\n")
    result = run_cli("check", path, "-o", "out.json")
    assert result.exit_code == 3, result.stderr
    _one_sentence(result)
    assert not Path("out.json").exists()


def test_an_audit_in_which_no_rule_was_judged_ends_with_3(tmp_path: Path, run_cli: RunCli) -> None:
    path = tmp_path / "extract.csv"
    path.write_text("ETHNIC_CATEGORY\n" + "A\n" * 50)
    result = run_cli("check", path, "--select", "DEP")
    assert result.exit_code == 3
    assert "not judged" in result.last_line


def test_a_rule_that_cannot_be_run_ends_with_4_and_not_as_a_finding(
    clean: Path, run_cli: RunCli, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = audit_module.judge

    def broken(*arguments: Any, **options: Any) -> tuple[Finding, ...]:
        findings = whole(*arguments, **options)
        first = findings[0]
        return (
            Finding(rule=first.rule, outcome="error", judged=0, failed=0, not_judged=200, why_not_judged="it broke"),
            *findings[1:],
        )

    monkeypatch.setattr(audit_module, "judge", broken)
    assert run_cli("check", clean).exit_code == 4


SECRET = "9434765919 Mrs Example of SW1A 1AA"


@pytest.mark.parametrize(
    "error", [ValueError, KeyError, RuntimeError, OSError, EOFError, RecursionError, AssertionError]
)
def test_a_crash_ends_with_4_without_traceback_or_value(
    error: type[Exception], clean: Path, run_cli: RunCli, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*arguments: object, **options: object) -> None:
        raise error(SECRET)

    monkeypatch.setattr(engine, "tally", crash)
    result = run_cli("check", clean, "-o", "out.json")
    assert result.exit_code == 4, result.stderr
    if error is not EOFError:  # Typer takes that for an end of typed input and says "Aborted!" before us
        _one_sentence(result)
    assert error.__name__ in result.stderr
    assert " at equity_audit." in result.stderr
    assert not any(word in result.stderr for word in SECRET.split() if len(word) > 2)
    assert not Path("out.json").exists()


def test_running_out_of_memory_ends_with_4(clean: Path, run_cli: RunCli, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(*arguments: object, **options: object) -> None:
        raise MemoryError(SECRET)

    monkeypatch.setattr(engine, "tally", crash)
    result = run_cli("check", clean)
    assert result.exit_code == 4
    assert "memory" in result.stderr
    _one_sentence(result)


def test_an_interruption_ends_with_130_and_writes_nothing(
    clean: Path, tmp_path: Path, run_cli: RunCli, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*arguments: object, **options: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(engine, "tally", interrupt)
    result = run_cli("check", clean, "-o", "out.json")
    assert result.exit_code == 130
    assert "Interrupted" in result.stderr
    _one_sentence(result)
    assert list(Path().rglob("*")) == []
    assert list((tmp_path / "temporary").iterdir()) == []


def test_an_output_that_cannot_be_put_in_place_leaves_no_part_of_it(
    clean: Path, run_cli: RunCli, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(target: object, write: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(reports, "write_whole", full)
    assert run_cli("check", clean, "-o", "out.json").exit_code not in (0, 1)
    assert list(Path().rglob("*")) == []


def test_the_reader_of_our_output_going_away_is_neither_clean_nor_a_finding(
    clean: Path, run_cli: RunCli, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*arguments: object, **options: object) -> None:
        raise BrokenPipeError(32, "Broken pipe")

    monkeypatch.setattr("equity_audit.reports.terminal.print_report", gone)
    assert run_cli("check", clean).exit_code not in (0, 1)
