"""One object for a whole run: the same fact is the same cell everywhere, and what is hidden stays hidden."""

import json
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from equity_audit.audit import Request, run_audit
from equity_audit.config import load_settings
from equity_audit.disclosure import auditor
from equity_audit.disclosure.exact import exact_hidden
from equity_audit.disclosure.gather import gather
from equity_audit.disclosure.knowledge import knowledge_of
from equity_audit.disclosure.ledger import READ, RECORDS, Count, Ledger, bind_margins, of
from equity_audit.disclosure.previous import previous_of, read_previous
from equity_audit.disclosure.profiles import load_profile, profile_from
from equity_audit.disclosure.protect import protect
from equity_audit.disclosure.sensitive import folded, is_sensitive, without_sensitive
from equity_audit.disclosure.sparse import without_sparse
from equity_audit.disclosure.walk import Walk
from equity_audit.errors import DisclosureError, UsageError
from equity_audit.model import Breakdown
from equity_audit.reports.json import document
from reports.made_up import made_up_audit

HES, EXACT = load_profile("hes"), load_profile("exact")


def row(cells, counts):
    """A ledger of one total and its parts."""
    ledger = Ledger()
    ledger.add(RECORDS, sum(counts), "row")
    for name, count in zip(cells, counts, strict=True):
        ledger.add(of("records", "x", name), count, "row")
    bind_margins(ledger)
    ledger.settle()
    return ledger


def brute_force(known, number):
    """Values a number can take, by trying everything up to a small limit."""
    import itertools

    spans = [range(int(low), int(min(high, 60)) + 1) for low, high in zip(known.low, known.high, strict=True)]
    return {
        values[number]
        for values in itertools.product(*spans)
        if all(sum(sign * values[at] for at, sign in terms) == 0 for terms in known.sums)
    }


@pytest.mark.parametrize("counts", [(1, 8, 8), (3, 9, 0), (2, 5, 11), (7, 7, 7), (1, 20, 12), (4, 4, 30)])
@pytest.mark.parametrize("profile", [HES, EXACT], ids=["hes", "exact"])
def test_what_the_walk_proves_is_true(counts, profile):
    ledger = row("abc", counts)
    hidden = {count for count, value in ledger.counts.items() if profile.hides(value)}
    known = knowledge_of(ledger, hidden, profile)
    walk = Walk(known)
    for number, values in known.targets.items():
        possible = brute_force(known, number)
        if walk.reach(number, values):
            assert len(possible) >= values
        assert {walk.least[number], walk.most[number]} <= possible


def test_a_rounded_total_beside_its_parts_is_caught():
    """(1, 8, 8) with its true total printed: the hidden cell could be worked out, so more is hidden."""
    ledger = row("abc", (1, 8, 8))
    hidden = {of("records", "x", "a")}
    known = knowledge_of(ledger, hidden, HES)
    assert len(brute_force(known, 1)) < HES.values
    safe = auditor.hide_until_safe(ledger, hidden, HES)
    assert len(safe) > 1
    after = knowledge_of(ledger, safe, HES)
    assert all(len(brute_force(after, number)) >= values for number, values in after.targets.items())


def test_nothing_is_written_that_cannot_be_protected():
    ledger = row("ab", (3, 0))
    with pytest.raises(DisclosureError, match="Table row"):
        auditor.hide_until_safe(ledger, {RECORDS, *ledger.counts}, HES, before={of("records", "x", "a"): (3, 3)})


def test_whole_numbers_that_an_earlier_release_gives_away_are_refused_with_the_table():
    ledger = row("ab", (3, 40))
    before = {RECORDS: (43, 43), of("records", "x", "b"): (40, 40)}
    with pytest.raises(DisclosureError, match="Table row"):
        exact_hidden(ledger, {of("records", "x", "a")}, EXACT, before)


@pytest.mark.parametrize("profile", ["hes", "mhsds", "opensafely", "exact"])
def test_one_fact_is_one_cell_everywhere(profile):
    report = protect(made_up_audit(), load_profile(profile))
    rows = {table.id: {each.labels: each for each in table.rows} for table in report.tables}
    groups = rows["records_by_ethnic_group"]
    for name, label in (("not_stated", "Not stated"), ("not_known", "Not known"), ("missing", "Missing")):
        assert report.ethnicity["classes"][name] == groups[(label,)].numerator
    assert report.ethnicity["codes"]["A"].marker in (None, "c")
    missing = next(found for found in report.findings if found.rule.code == "ETH001")
    assert missing.judged == report.records_audited


def test_small_counts_hidden_before_stay_hidden_under_a_looser_profile():
    audit = made_up_audit()
    before = previous_of(document(protect(audit, HES)), HES)
    ledger = gather(audit, audit.breakdowns)
    assert before.same_extract(ledger)
    looser = load_profile("mhsds")
    again = protect(audit, looser, previous=before)
    true = document(protect(audit, load_profile("none")))
    small = 0
    for exact, new in zip(true["breakdowns"], document(again)["breakdowns"], strict=True):
        for was, now in zip(exact["rows"], new["rows"], strict=True):
            if 1 <= was["numerator"] <= 7:
                small += 1
                assert now["numerator"] is None
    assert small > 1


def test_a_few_more_since_the_last_release_are_hidden():
    audit = made_up_audit()
    last = document(protect(audit, EXACT))
    table = audit.breakdowns[0]
    frame = table.frame.copy()
    frame.loc[0, "numerator"] += 3
    frame["denominator"] += 3
    grown = replace(
        audit,
        breakdowns=(replace(table, frame=frame),),
        comparisons=(), outcomes=(), ethnicity={}, deprivation={}, findings=(), shapes={},
        intake=replace(audit.intake, records_audited=audit.intake.records_audited + 3),
    )  # fmt: skip
    alone = protect(grown, EXACT)
    assert alone.tables[0].rows[0].numerator.value is not None
    known = protect(grown, EXACT, previous=previous_of(last, EXACT))
    assert known.tables[0].rows[0].numerator.marker == "c"


def test_a_damaged_earlier_release_is_refused(tmp_path):
    path = tmp_path / "last.json"
    with pytest.raises(UsageError, match="--previous"):
        read_previous(path)
    for text in ("[]", "{}", json.dumps({"schema_version": 1, "run": {"disclosure": "hes"}})):
        path.write_text(text)
        with pytest.raises(UsageError, match="--previous"):
            read_previous(path)


def test_sensitive_services_are_among_the_others():
    frame = pd.DataFrame({"specialty": ["100", "360", "other"], "numerator": [50, 40, 30], "denominator": 120})
    table = Breakdown(id="t", title="", unit="records", outcome=None, dimensions=("specialty",), frame=frame)
    merged = folded(table, HES)
    assert dict(zip(merged.frame["specialty"], merged.frame["numerator"], strict=True)) == {"100": 50, "other": 70}
    crossed = replace(table, dimensions=("specialty", "site"), frame=frame.assign(site="A"))
    assert folded(crossed, HES) is None
    homeless = frame.rename(columns={"specialty": "link_class"}).assign(site="A", month="2025-01")
    assert folded(replace(table, dimensions=("link_class", "site", "month"), frame=homeless), HES) is None
    assert is_sensitive("360: Genitourinary Medicine", HES)
    assert not is_sensitive("3600", HES)


def test_a_profile_of_ones_own(tmp_path):
    path = tmp_path / "equity-audit.toml"
    path.write_text('[disclosure]\nprofile = "ours"\n[disclosure.ours]\nprimary = [1, 9]\nround_to = 10\n')
    settings = load_settings(path)
    profile = load_profile(settings.disclosure, settings.profiles)
    assert (profile.name, profile.primary, profile.round_to) == ("ours", (1, 9), 10)
    path.write_text("[disclosure]\nours = 3\n")
    with pytest.raises(UsageError, match="disclosure"):
        load_settings(path)
    with pytest.raises(UsageError, match="another name"):
        load_profile("hes", {"hes": {"primary": [1, 2]}})
    with pytest.raises(UsageError, match="sensitive_services"):
        profile_from({"name": "x", "primary": [1, 7], "sensitive_services": "360"})


def test_records_of_few_patients_are_hidden_with_them():
    audit = made_up_audit()
    frames = {table.id: table for table in audit.breakdowns}
    patients = frames["patients_by_ethnic_group"]
    few = patients.frame.assign(
        numerator=patients.frame["numerator"].where(patients.frame["ethnic_group"] != "Other", 3)
    )
    tables = tuple(replace(t, frame=few) if t.id == patients.id else t for t in audit.breakdowns)
    report = protect(replace(audit, breakdowns=tables), HES)
    rows = {table.id: {each.labels[0]: each for each in table.rows} for table in report.tables}
    assert rows["patients_by_ethnic_group"]["Other"].numerator.marker == "c"
    assert rows["records_by_ethnic_group"]["Other"].numerator.marker == "c"


def test_identities_are_hashable_and_agree():
    assert Count("records", "all", frozenset({("a", "b")})) == of("records", "a", "b")


@pytest.mark.parametrize("name", ["hes", "mhsds", "exact"])
def test_an_earlier_release_is_read_whole(name: str, samples: Path) -> None:
    """Every count that a run prints is one that the next run knows of, details and rules too; told again, it is the same."""
    profile = load_profile(name)
    audit = run_audit(Request(extract=samples / "waiting_list.csv", reference=samples / "reference"))
    last = json.loads(json.dumps(document(protect(audit, profile))))
    before = previous_of(last, profile)
    leaving = without_sparse(without_sensitive(audit, profile), profile)
    ledger = gather(leaving, leaving.breakdowns)
    read = {known for known, _ in before.shared(ledger)}
    summed = ledger.totals if profile.round_to else set()
    assert set(ledger.counts) - read - ledger.unprinted - summed <= {RECORDS, READ}
    assert before.same_extract(ledger)
    assert json.loads(json.dumps(document(protect(audit, profile, previous=before)))) == last
