"""The audit of the sample extracts against what was planted in them, to the record."""

import json
from pathlib import Path

import pytest

from equity_audit.audit import Request, run_audit
from equity_audit.model import Audit
from equity_audit.sample import write_reference, write_sample

SAMPLE = Path(__file__).resolve().parents[2] / "sample_data"
NAMES = ("admitted_care", "outpatients", "emergency_care", "waiting_list")


def compare(audit: Audit, truth: dict) -> list[str]:
    """What differs, in words; empty where all is equal."""
    wrong = []

    def same(what: str, found: object, planted: object) -> None:
        if found != planted:
            wrong.append(f"{what}: found {found}, planted {planted}")

    same("records", audit.intake.records_audited, truth["records"])
    same("rejected", audit.intake.records_rejected, truth["rejected"])
    for key in ("classes", "codes"):
        same(
            f"ethnicity {key}",
            {k: v for k, v in audit.ethnicity[key].items() if v},
            {k: v for k, v in truth["ethnicity"][key].items() if v},
        )
    for key in ("classes", "routes", "quintiles"):
        same(
            f"deprivation {key}",
            {k: v for k, v in audit.deprivation[key].items() if v},
            {k: v for k, v in truth["deprivation"][key].items() if v},
        )
    for finding in audit.findings:
        planted = truth["rules"].get(finding.rule.code) or {}  # none: the truth does not say
        for key in ("judged", "failed", "not_judged"):
            if planted.get(key) is not None and "failed_at_most" not in planted:
                same(f"{finding.rule.code} {key}", getattr(finding, key), planted[key])
    same("patients", audit.ethnicity["patients"]["distinct"], truth["patients"])
    tables = {table.id: table.frame for table in audit.breakdowns}
    # The sample's count of all departments is no outcome of the audit, whose figure is of major ones.
    names = {name for name in truth["outcome"] if not name.endswith("_all_types")}
    same("outcomes told", names & {outcome.name for outcome in audit.outcomes}, names)
    for name in sorted(names):
        for dimension, key in (("imd_quintile", "by_quintile"), ("ethnic_group", "by_ethnic_group")):
            frame = tables[f"{name}_by_{dimension}"]
            labels = [label.partition(" (")[0] for label in frame[dimension]]
            pairs = zip(frame["numerator"].astype(int), frame["denominator"].astype(int), strict=True)
            cells = truth["outcome"][name][key].items()
            planted = {label.replace("_", " "): (cell["numerator"], cell["denominator"]) for label, cell in cells}
            same(f"{name} by {dimension}", dict(zip(labels, pairs, strict=True)), planted)
    both = truth["breakdowns"]["imd_quintile_by_ethnic_group"]
    for unit in ("records", "patients"):
        frame = tables[f"{unit}_by_imd_quintile_by_ethnic_group"]
        quintiles = frame["imd_quintile"].str.partition(" (")[0].str.replace(" ", "_")
        planted = [
            both[quintile][group][unit] for quintile, group in zip(quintiles, frame["ethnic_group"], strict=True)
        ]
        same(f"{unit} by both", frame["numerator"].astype(int).tolist(), planted)
    for dimension, unit in (
        ("imd_quintile", "records"),
        ("imd_quintile", "patients"),
        ("ethnic_group", "records"),
        ("ethnic_group", "patients"),
    ):
        frame = tables[f"{unit}_by_{dimension}"]
        labels = [
            label.partition(" (")[0] for label in frame[dimension]
        ]  # the truth says 1, the audit 1 (most deprived)
        found = dict(zip(labels, frame["numerator"].astype(int), strict=True))
        planted = {label.replace("_", " "): counts[unit] for label, counts in truth["breakdowns"][dimension].items()}
        same(f"{unit} by {dimension}", {k: v for k, v in found.items() if v}, {k: v for k, v in planted.items() if v})
    return wrong


@pytest.mark.parametrize("name", NAMES)
def test_the_audit_of_a_sample_extract_finds_exactly_what_was_planted(name: str) -> None:
    audit = run_audit(Request(extract=SAMPLE / f"{name}.csv", reference=SAMPLE / "reference"))
    truth = json.loads((SAMPLE / f"{name}.truth.json").read_text(encoding="utf-8"))
    assert compare(audit, truth) == []


def test_another_seed_and_size_is_met_to_the_record_too(tmp_path: Path) -> None:
    (tmp_path / "reference").mkdir()
    write_reference(tmp_path / "reference", 3)
    extract = write_sample(tmp_path, "hes_apc", 30_000, seed=3)
    audit = run_audit(Request(extract=extract, reference=tmp_path / "reference"))
    assert compare(audit, json.loads(extract.with_suffix(".truth.json").read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize("name", NAMES)
def test_classes_and_judgements_add_up(name: str) -> None:
    audit = run_audit(Request(extract=SAMPLE / f"{name}.csv", reference=SAMPLE / "reference"))
    audited = audit.intake.records_audited
    assert sum(audit.ethnicity["classes"].values()) == audited == sum(audit.deprivation["classes"].values())
    for finding in audit.findings:
        if finding.rule.unit == "records":
            whole = audit.intake.records_read if finding.rule.code == "STR002" else audited
            assert finding.judged + finding.not_judged == whole, finding.rule.code
            assert 0 <= finding.failed <= finding.judged
