"""What a first reader stumbled over: hidden counts told as none, levels above the rest only, what a next step names."""

from __future__ import annotations

from dataclasses import replace

import pytest

from equity_audit.decode.labels import QUINTILES
from equity_audit.model import Cell, PopulationFacts, Report
from equity_audit.narrative import (
    completeness_sentences,
    group_sentences,
    headline_sentences,
    outcomes_of,
    population_sentence,
    shown_notes,
    trust_sentence,
)
from equity_audit.narrative.words import GROUP_WORDS
from equity_audit.reports.detaillines import ethnicity_lines
from equity_audit.reports.fixes import fix_words
from equity_audit.reports.linkagelines import linkage_lines
from equity_audit.reports.sites import of_sites
from reports.samples import sample_report

HIDDEN = Cell(None, "c")
UP, SAME = f"{QUINTILES[1]} → {QUINTILES[0]}", f"{QUINTILES[2]} → {QUINTILES[2]}"


def with_details(**details) -> Report:
    report = sample_report("admitted_care")
    return replace(report, deprivation_details={**report.deprivation_details, **details})


def editions(pairs: dict[str, Cell], **more) -> str:
    words = {**sample_report("admitted_care").deprivation_details["words"], "compared_edition": "other"}
    return " ".join(linkage_lines(with_details(words=words, edition_effect=pairs, **more)))


@pytest.mark.parametrize("hidden", [UP, SAME])
def test_a_hidden_count_of_another_edition_is_not_told_as_none(hidden: str):
    told = editions({SAME: Cell(500), UP: Cell(20), hidden: HIDDEN}, edition_effect_moved={"patients": Cell(10)})
    assert "in IMD other, how many records have another quintile is hidden [c]" in told
    assert "10 patients have another quintile" in told
    assert "0 records" not in told
    assert "0 more deprived" not in told


def test_patients_of_another_edition_are_hidden_with_their_counts():
    told = editions({SAME: Cell(500), UP: HIDDEN}, edition_effect_patients={SAME: Cell(90), UP: HIDDEN})
    assert "patient" not in told.partition("in IMD other")[2]


def test_another_edition_is_told_in_full_where_nothing_is_hidden():
    gone = f"{QUINTILES[0]} → {QUINTILES[-1]}"
    told = editions({SAME: Cell(480), UP: Cell(20), gone: HIDDEN}, edition_effect_patients={UP: Cell(1)})
    assert "20 records have another quintile (4.0% of those linked in both): 20 a more deprived one, 0 a less" in told
    assert "that is at most 1 patient" in told
    assert "how many records are linked no longer in it is hidden [c]" in told


def with_rule(report: Report, code: str, **changes) -> Report:
    findings = tuple(replace(each, **changes) if each.rule.code == code else each for each in report.findings)
    return replace(report, findings=findings)


def test_supplied_values_agree_as_the_rule_on_them_says():
    pairs = {"decile 1 supplied, 1 looked up": Cell(900), "decile 1 supplied, 2 looked up": HIDDEN}
    report = with_details(supplied_against_looked_up=pairs)
    counted = with_rule(report, "DEP011", failed=Cell(31), judged=Cell(1000), rate=Cell(0.031))
    assert "supplied deciles agree with the looked-up ones in 96.9%" in " ".join(linkage_lines(counted))
    for name in ("failed", "judged", "rate"):
        assert "supplied deciles" not in " ".join(linkage_lines(with_rule(counted, "DEP011", **{name: HIDDEN})))
    whole = with_details(supplied_against_looked_up={**pairs, "decile 1 supplied, 2 looked up": Cell(100)})
    assert "in 90.0% of the records that have both" in " ".join(linkage_lines(whole))


@pytest.mark.parametrize(("linked", "told"), [(Cell(0), "linked 0.0% of what could be linked"), (HIDDEN, "")])
def test_no_link_at_all_is_told_and_a_hidden_one_is_not(linked: Cell, told: str):
    parts = dict.fromkeys(sample_report("admitted_care").deprivation_details["linkage"], HIDDEN)
    lines = " ".join(linkage_lines(with_details(linkage={**parts, "linked": linked})))
    assert told in lines
    assert "[c] of what could be linked" not in lines
    assert ("of what could be linked" in lines) is bool(told)


def row(dimension: str, level: str, unknown: Cell, whole: int) -> dict:
    return {"dimension": dimension, "level": level, "numerator": unknown, "denominator": Cell(whole), "uneven": "yes"}


def test_ethnicity_is_unknown_unevenly_where_it_is_unknown_more():
    report = sample_report("admitted_care")
    spread = [
        row("imd_quintile", "1", Cell(300), 1000), row("imd_quintile", "5", Cell(100), 1000),
        row("imd_quintile_compared", "1", Cell(400), 1000), row("imd_quintile_compared", "5", Cell(90), 1000),
        row("outcome: did_not_attend", "Seen", Cell(400), 1000), row("outcome: did_not_attend", "Not", Cell(600), 1000),
    ]  # fmt: skip
    told = list(ethnicity_lines(replace(report, ethnicity_details={"spread": spread})))
    assert [line for line in told if "unevenly" in line] == [
        "ethnicity is unknown unevenly: 60.0% where the outcome is Not, against 50.0% overall",
        "ethnicity is unknown unevenly: 30.0% where the IMD quintile is 1, against 24.4% overall",
    ]


def finding(report: Report, code: str, **changes):
    return replace(next(each for each in report.findings if each.rule.code == code), **changes)


def test_the_next_step_names_the_site_or_month():
    report = sample_report("admitted_care")
    for code, place in (("ETH014", "site XQZ04"), ("ETH015", "site XQZ12"), ("ETH017", "September 2024")):
        assert fix_words(report, finding(report, code)).endswith(f" Here: {place}."), code
    elsewhere = of_sites(report, ("XQZ01",))
    assert "Here" not in fix_words(elsewhere, finding(report, "ETH014")) + fix_words(
        elsewhere, finding(report, "ETH015")
    )
    hidden = [{**each, "numerator": HIDDEN} for each in report.ethnicity_details["units"]]
    unnamed = replace(report, ethnicity_details={**report.ethnicity_details, "units": hidden})
    assert fix_words(unnamed, finding(report, "ETH014")) == finding(report, "ETH014").rule.fix


@pytest.mark.parametrize(
    ("failed", "judged", "whole"),
    [(Cell(900), Cell(1000), True), (Cell(900), HIDDEN, True), (Cell(100), Cell(1000), False), (HIDDEN, HIDDEN, False)],
)
def test_a_directory_of_another_area_is_the_likelier_fault(failed: Cell, judged: Cell, whole: bool):
    report = sample_report("admitted_care")
    told = fix_words(report, finding(report, "DEP004", failed=failed, judged=judged))
    assert ("Install the whole NSPL" in told) is whole


def test_one_other_group_that_is_shown_is_named():
    report = sample_report("outpatients")
    facts = next(each for each in outcomes_of(report) if each.name == "did_not_attend")
    table = next(each for each in report.tables if (each.outcome, each.dimensions) == (facts.name, ("ethnic_group",)))
    told_of = [each for each in table.rows if each.labels[0] in GROUP_WORDS and each.value.value is not None]
    shown = [each.labels[0] for each in told_of][:2]
    rows = tuple(
        each if each.labels[0] in shown else replace(each, numerator=HIDDEN, value=HIDDEN, lower=HIDDEN, upper=HIDDEN)
        for each in table.rows
    )
    tables = tuple(replace(table, rows=rows) if each is table else each for each in report.tables)
    told = " ".join(group_sentences(replace(report, tables=tables), facts))
    assert f"% of {facts.noun} of {GROUP_WORDS[shown[0]]}" in told.partition(GROUP_WORDS[shown[1]])[2]
    assert "other groups shown" not in told


def test_what_rates_need_is_told_with_rates_alone():
    report = sample_report("outpatients")
    people = PopulationFacts(dimension="imd_quintile", name="p", vintage="2021", people=9, areas=3, caution="Too low.")
    refused = replace(people, refused="Other groups.")
    for population, told in ((people, False), (refused, True)):
        note = population_sentence(population)
        noted = replace(report, populations=(population,), notes=(*report.notes, note))
        assert (note in shown_notes(noted)) is told


def test_a_handful_of_records_gets_no_verdict():
    report = sample_report("admitted_care")
    few = {"records": Cell(20), "classes": {"valid": Cell(20), "missing": Cell(0)}}
    verdicts = tuple(replace(each, verdict="act") if each.subject == "ethnicity" else each for each in report.verdicts)
    small = replace(report, exact=True, ethnicity=few, deprivation={}, verdicts=verdicts)
    assert completeness_sentences(small)[0].startswith("Too few records to judge: 100.0% of records")
    assert trust_sentence(small).startswith("Too few records to judge: ")


def test_a_quick_audit_says_why_no_gap_leads():
    report = sample_report("admitted_care")
    outcomes = tuple((replace(facts, headline=False), apart) for facts, apart in report.outcomes)
    told = " ".join(headline_sentences(replace(report, outcomes=outcomes)))
    assert "No gap leads here: none of this extract's outcomes is one to be told first." in told
    quick = replace(report, outcomes=outcomes[:1], notes=("A quick audit: it counts.",))
    assert "a quick audit has one outcome, and this one is not told first." in " ".join(headline_sentences(quick))


def test_the_next_step_for_rejected_lines_is_true_where_no_line_is_named():
    report = sample_report("admitted_care")
    assert not report.rejected_lines
    assert "named lines" not in fix_words(report, finding(report, "STR002"))
