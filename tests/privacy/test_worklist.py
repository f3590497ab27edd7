"""The work list: only when asked for, for the right records, never withheld identities, keyed pseudonyms."""

import csv
import hashlib
import json
import resource
import sys
from pathlib import Path

import pytest

from equity_audit.audit import Request, run_audit
from equity_audit.errors import UsageError
from equity_audit.rules import load_rules
from equity_audit.sample import write_sample
from equity_audit.worklist import WorkList

SAMPLE = Path(__file__).resolve().parents[2] / "sample_data"
EXTRACT = SAMPLE / "admitted_care.csv"


def made(path: Path, extract: Path = EXTRACT, **options: object) -> list[dict[str, str]]:
    run_audit(Request(extract=extract, reference=SAMPLE / "reference", worklist=WorkList(path=path, **options)))  # type: ignore[arg-type]
    lines = path.read_text(encoding="utf-8").splitlines()
    return list(csv.DictReader(line for line in lines if not line.startswith(("#", '"#'))))


def originals() -> list[dict[str, str]]:
    """Every data line of the extract, malformed ones included, in the order of the file."""
    with EXTRACT.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_record_number_is_its_place_in_the_file(tmp_path: Path) -> None:
    rows, lines = made(tmp_path / "list.csv"), originals()
    assert len(rows) > 500
    for row in rows:
        assert lines[int(row["record_number"]) - 1]["EPIKEY"] == row["record_key"]


def test_it_holds_the_failing_records_and_no_other(tmp_path: Path) -> None:
    rows = made(tmp_path / "list.csv")
    truth = json.loads((SAMPLE / "admitted_care.truth.json").read_text(encoding="utf-8"))
    for code in ("ETH001", "ETH002", "ETH004", "DEP001", "DEP003", "DEP007", "DEP008"):
        listed = sum(code in row["rules"].split() for row in rows)
        withheld = truth["deprivation"]["classes"]["withheld"]
        assert truth["rules"][code]["failed"] - withheld <= listed <= truth["rules"][code]["failed"], code


def test_withheld_identities_are_never_in_it(tmp_path: Path) -> None:
    lines = originals()
    for row in made(tmp_path / "list.csv"):
        original = lines[int(row["record_number"]) - 1]
        assert not original["WITHHELD_IDENTITY_REASON"].strip()
        assert any(original[name].strip() for name in ("HOMEADD", "NEWNHSNO", "DOB"))


def test_sensitive_services_are_never_in_it(tmp_path: Path) -> None:
    lines = originals()
    service = lines[0]["TRETSPEF"]
    rows = made(tmp_path / "list.csv", sensitive=(service,))
    assert rows
    assert all(lines[int(row["record_number"]) - 1]["TRETSPEF"] != service for row in rows)


def test_it_says_who_it_is_for_and_when_to_delete_it_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    made(path, recipient="Ward clerks")
    start = path.read_text(encoding="utf-8").splitlines()[:5]
    assert any("Ward clerks" in line for line in start)
    assert any("Delete by: 20" in line for line in start)
    assert path.stat().st_mode & 0o777 == 0o600


def test_it_never_suggests_an_ethnic_code(tmp_path: Path) -> None:
    for row in made(tmp_path / "list.csv"):
        assert set(row) == {"record_number", "record_key", "site", "rules", "what_to_do", "suggested_postcode"}


def test_it_is_grouped_by_site(tmp_path: Path) -> None:
    sites = [row["site"] for row in made(tmp_path / "list.csv")]
    assert sites == sorted(sites)


def test_pseudonyms_are_keyed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EQUITY_AUDIT_KEY", "a secret of thirty-two characters")
    first = made(tmp_path / "one.csv", keys=("nhs_number",), pseudonymise=True)
    again = made(tmp_path / "two.csv", keys=("nhs_number",), pseudonymise=True)
    monkeypatch.setenv("EQUITY_AUDIT_KEY", "another secret of many characters")
    other = made(tmp_path / "three.csv", keys=("nhs_number",), pseudonymise=True)
    assert [row["nhs_number"] for row in first] == [row["nhs_number"] for row in again]
    assert [row["nhs_number"] for row in first] != [row["nhs_number"] for row in other]
    numbers = {line["NEWNHSNO"] for line in originals() if line["NEWNHSNO"]}
    unkeyed = {hashlib.sha256(number.encode()).hexdigest()[:32] for number in numbers}
    found = {row["nhs_number"] for row in first}
    assert not found & numbers
    assert not found & unkeyed


def test_pseudonyms_need_a_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EQUITY_AUDIT_KEY", raising=False)
    with pytest.raises(UsageError, match="EQUITY_AUDIT_KEY"):
        WorkList(path=tmp_path / "list.csv", pseudonymise=True).check()


def test_what_to_do_is_the_rule_s_own_remedy(tmp_path: Path) -> None:
    fixes = {rule.code: rule.fix for rule in load_rules()}
    for row in made(tmp_path / "list.csv")[:50]:
        assert all(fixes[code] in row["what_to_do"] for code in row["rules"].split())


@pytest.mark.slow
def test_a_long_list_streams_out(tmp_path: Path) -> None:
    extract = write_sample(tmp_path, "hes_apc", 300_000, seed=2)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    rows = made(tmp_path / "list.csv", extract=extract)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(f"{len(rows):,} records listed, {grown:,.0f} MB more than before", file=sys.stderr)
    assert len(rows) > 30_000
