"""The options on ethnicity: what they change, and how a wrong one is refused."""

import json
from pathlib import Path

import pytest

from conftest import RunCli


def document(run_cli: RunCli, samples: Path, reference: Path, *options: str) -> dict:
    result = run_cli(
        "check", samples / "admitted_care.csv", "--reference", reference, "--format", "json", "--fail-on", "never",
        "--disclosure", "none", *options,
    )  # fmt: skip
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


@pytest.mark.parametrize(
    ("size", "labels", "phrase"), [("5", 9, "Chinese in Other"), ("6", 10, "Chinese apart"), ("16", 21, "16")]
)
def test_groups(size: str, labels: int, phrase: str, run_cli: RunCli, samples: Path, reference_folder: Path) -> None:
    made = document(run_cli, samples, reference_folder, "--groups", size)
    (table,) = [item for item in made["breakdowns"] if item["id"] == "records_by_ethnic_group"]
    assert len(table["rows"]) == labels
    assert sum(row["numerator"] for row in table["rows"]) == 4_000
    assert any(phrase in note for note in made.get("notes", [phrase]))


def test_a_mapping_file_is_used_and_named_in_no_output(
    tmp_path: Path, run_cli: RunCli, samples: Path, reference_folder: Path
) -> None:
    path = tmp_path / "SecretName.csv"
    path.write_text("value,code\nSee notes,A\n", encoding="utf-8")
    plain = document(run_cli, samples, reference_folder)
    made = document(run_cli, samples, reference_folder, "--ethnicity-scheme", str(path))
    assert made["ethnicity"]["codes"]["A"] == plain["ethnicity"]["codes"]["A"] + 4
    assert "SecretName" not in json.dumps(made)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--groups", "7"], "one of 5, 6, 16"),
        (["--ethnicity-scheme", "absent.csv"], "2001, 2021, gp, police"),
        (["--ethnicity-2021-mapping", "absent.csv"], "no file could be read"),
        (["--patient-key", "postcode"], "one of nhs_number, pseudonym, local_patient_id"),
        (["--patient-key", "pseudonym"], "no filled column"),
    ],
)
def test_a_wrong_option_is_refused(
    options: list[str], says: str, run_cli: RunCli, samples: Path, reference_folder: Path
) -> None:
    result = run_cli("check", samples / "admitted_care.csv", "--reference", reference_folder, *options)
    assert result.exit_code == 2 and says in result.stderr and result.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[ethnicity]\ngroups = 7\n", "one of 5, 6, 16"),
        ("[ethnicity]\nsheme = 'gp'\n", "Did you mean scheme"),
        ("[ethnicity]\nscheme = 3\n", "text in quotes"),
        ("[ethnicity]\ndqmi_default_threshold = 3\n", "share from 0 to 1"),
        ("[ethnicity.residual]\nA = 0.1\n", "C, G, L, P, S"),
        ("ethnicity = 'gp'\n", "lines such as"),
    ],
)
def test_a_wrong_setting_is_refused(
    text: str, says: str, run_cli: RunCli, samples: Path, reference_folder: Path
) -> None:
    Path("equity-audit.toml").write_text(text, encoding="utf-8")
    result = run_cli("check", samples / "admitted_care.csv", "--reference", reference_folder)
    assert result.exit_code == 2 and says in result.stderr


def test_settings_are_used(run_cli: RunCli, samples: Path, reference_folder: Path) -> None:
    Path("equity-audit.toml").write_text("[ethnicity]\ngroups = 6\n[ethnicity.residual]\nC = 0.02\n", encoding="utf-8")
    made = document(run_cli, samples, reference_folder)
    (rule,) = [item for item in made["rules"] if item["code"] == "ETH013"]
    assert rule["outcome"] == "fail"
