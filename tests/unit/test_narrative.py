"""Sentences: what they claim, what they never say, and how numbers are written."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from equity_audit import narrative
from equity_audit.model import Cell, Report
from reports.made_up import made_up_report

NEVER = re.compile(r"(?i)\b(only|worst|best|BAME|BME|race|non-white|small number|discriminat\w*)\b")


@pytest.fixture(scope="module")
def report() -> Report:
    return made_up_report()


def facts_of(report: Report):
    return narrative.outcomes_of(report)[0]


def with_gap(report: Report, estimate, lower, upper, reason=None) -> Report:
    measures = tuple(
        replace(found, estimate=estimate, lower=lower, upper=upper, reason_withheld=reason)
        if found.measure == "gap"
        else found
        for found in report.measures
    )
    return replace(report, measures=measures)


def everything_said(report: Report) -> list[str]:
    facts = facts_of(report)
    return [
        *narrative.headline_sentences(report),
        narrative.gap_sentence(report, facts),
        *narrative.group_sentences(report, facts),
        *narrative.completeness_sentences(report),
        narrative.rules_sentence(report),
        narrative.ask_sentence(report),
    ]


def test_a_gap_names_both_ends_its_size_its_interval_and_its_direction(report):
    assert narrative.gap_sentence(report, facts_of(report)) == (
        "Did not attend: 20.4% of appointments (410 of 2,005) from the most deprived fifth of areas, against 9.2% (130 of "
        "1,410) from the least deprived fifth: a gap of 11.2 percentage points (8.9 to 13.6), higher in the most deprived "
        "fifth; age and sex are not allowed for."
    )


def test_a_ratio_is_told_where_a_gap_is(report):
    assert narrative.ratio_sentence(report, facts_of(report)) == (
        "The share in the most deprived fifth is 2.2 times that in the least deprived fifth (1.8 to 2.7)."
    )
    assert narrative.ratio_sentence(with_gap(report, 0.01, -0.01, 0.03), facts_of(report)) == ""
    assert narrative.ratio_sentence(replace(report, measures=()), facts_of(report)) == ""


def test_counts_that_are_hidden_are_left_out_of_a_gap(report):
    tables = tuple(
        replace(table, rows=tuple(replace(row, numerator=Cell(None, "c")) for row in table.rows))
        for table in report.tables
    )
    sentence = narrative.gap_sentence(replace(report, tables=tables), facts_of(report))
    assert "20.4% of appointments from the most deprived fifth of areas, against 9.2% from the least" in sentence


def named(report: Report, **outcomes: bool) -> Report:
    """The report with outcomes of these names, whether each may lead; all with the figures of the first."""
    facts, apart = report.outcomes[0]
    made = tuple((replace(facts, name=name, label=name, headline=lead), apart) for name, lead in outcomes.items())
    tables = [table for table in report.tables if table.outcome is None]
    for name in outcomes:
        tables += [replace(table, outcome=name) for table in report.tables if table.outcome]
    measures = tuple(replace(found, outcome=name) for name in outcomes for found in report.measures)
    return replace(report, outcomes=made, tables=tuple(tables), measures=measures)


def hidden(report: Report, outcome: str) -> Report:
    none = Cell(None, "c")
    tables = tuple(
        replace(
            table, rows=tuple(replace(row, numerator=none, value=none, lower=none, upper=none) for row in table.rows)
        )
        if table.outcome == outcome
        else table
        for table in report.tables
    )
    kept = tuple(found for found in report.measures if found.outcome != outcome)
    return replace(report, tables=tables, measures=kept)


def test_an_outcome_whose_figures_are_hidden_does_not_lead(report):
    several = named(report, Stays=True, Waits=True, Visits=False)
    assert [facts.name for facts in narrative.ordered_outcomes(several)] == ["Stays", "Waits", "Visits"]
    without = hidden(several, "Stays")
    assert [facts.name for facts in narrative.ordered_outcomes(without)] == ["Waits", "Visits", "Stays"]
    assert narrative.headline_sentences(without)[0].startswith("Waits: 20.4% of appointments")
    assert not any("Stays" in sentence for sentence in narrative.headline_sentences(without))


def test_it_is_said_plainly_that_no_outcome_can_lead(report):
    none = hidden(named(report, Stays=True, Visits=False), "Stays")
    assert narrative.headline_sentences(none)[0] == (
        "Stays: no gap is given, because the counts are too small to publish. Figures for visits follow below; they depend "
        "on who comes to this trust, so they do not lead."
    )
    assert narrative.headline_sentences(named(report, Visits=False))[0].startswith("No gap leads here")
    assert narrative.headline_sentences(replace(report, outcomes=()))[0].startswith(
        "No gap is given: this extract holds"
    )
    assert all(sentence.endswith(".") for sentence in narrative.headline_sentences(none))


def test_what_an_extract_has_not_is_said(report):
    bare = replace(report, ethnicity={}, verdicts=())
    assert narrative.headline_sentences(bare)[-1].endswith(
        "This extract has no ethnicity column, so nothing is said about ethnic groups."
    )
    classes = {**report.deprivation["classes"], "linked": Cell(None, "c"), "malformed": Cell(1000)}
    few = replace(report, deprivation={**report.deprivation, "classes": classes}, ethnicity={})
    assert (
        "How many records are linked to an IMD quintile is hidden to protect confidentiality; 100.0% location not"
        in (narrative.headline_sentences(few)[-1])
    )
    alone = replace(report, measures=())
    assert narrative.headline_sentences(alone)[0] == (
        "Did not attend: with this extract no groups can be compared, so no gap is given."
    )
    assert len(narrative.headline_sentences(bare)) <= 3


def test_a_board_says_what_leads(report):
    several = named(report, Stays=True, Waits=True)
    assert [facts.name for facts in narrative.ordered_outcomes(several, ("Waits", "Stays"))] == ["Waits", "Stays"]
    assert narrative.headline_sentences(several, ("Waits",))[0].startswith("Waits: 20.4%")
    assert [facts.name for facts in narrative.ordered_outcomes(several, ("nothing known",))] == ["Stays", "Waits"]


def test_groups_that_do_not_differ_are_told_too(report):
    same = replace(
        report,
        measures=tuple(
            replace(found, differs=False) if found.measure == "risk_difference" else found for found in report.measures
        ),
    )
    assert narrative.groups_sentence(same, facts_of(same)) == (
        "Did not attend by ethnic group: White, Mixed, Asian and Black do not clearly differ from all other patients with a "
        "known group; too few records to compare Other."
    )
    one = replace(same, measures=tuple(m for m in same.measures if m.group in (None, "White")))
    assert "White does not clearly differ" in narrative.groups_sentence(one, facts_of(one))
    assert narrative.groups_sentence(report, facts_of(report)) == narrative.differing_sentence(report, facts_of(report))


def test_what_other_records_would_fill_is_told(report):
    assert narrative.recoverable_sentence(report) == ""
    gain = {"recoverable": Cell(500), "usable_now": Cell(8225), "usable_reached": Cell(8725)}
    filled = replace(report, ethnicity_details={"recoverable": gain})
    assert narrative.recoverable_sentence(filled) == (
        "Quickest gain: other records of the same patients would fill 500 records that lack a usable ethnic group, and bring "
        "usable ones from 82.1% to 87.1%."
    )
    unknown = replace(report, ethnicity_details={"recoverable": {**gain, "recoverable": Cell(None, "c")}})
    assert narrative.recoverable_sentence(unknown) == ""


def test_the_share_that_would_be_enough_is_the_one_of_the_verdict(report):
    assert narrative.wanted_share(report) == 0.9
    assert narrative.wanted_share(replace(report, verdicts=())) is None


def test_a_gap_the_other_way_is_told_without_minus_signs(report):
    sentence = narrative.gap_sentence(with_gap(report, -0.05, -0.08, -0.02), facts_of(report))
    assert "a gap of 5.0 percentage points (2.0 to 8.0), lower in the most deprived fifth" in sentence


@pytest.mark.parametrize(("lower", "upper"), [(-0.01, 0.03), (0.0, 0.03), (-0.03, 0.0), (-0.0001, 0.03)])
def test_no_gap_is_claimed_where_the_interval_holds_none(report, lower, upper):
    sentence = narrative.gap_sentence(with_gap(report, (lower + upper) / 2, lower, upper), facts_of(report))
    assert "no clear evidence of a gap" in sentence
    assert "a gap of" not in sentence
    assert "times" not in sentence
    assert "-0.0" not in sentence


def test_a_withheld_gap_says_why(report):
    sentence = narrative.gap_sentence(with_gap(report, None, None, None, "quintile 1 or 5 is hidden"), facts_of(report))
    assert sentence == "Did not attend: no gap by deprivation is given, because quintile 1 or 5 is hidden."


def test_nothing_is_said_of_what_was_not_measured(report):
    bare = replace(report, measures=(), tables=(), ethnicity={}, deprivation={}, verdicts=())
    assert narrative.gap_sentence(bare, facts_of(bare)) == ""
    assert narrative.group_sentences(bare, facts_of(bare)) == ()
    assert narrative.headline_sentences(bare) == ()


def test_headlines_are_three_at_most_gap_first(report):
    sentences = narrative.headline_sentences(report)
    assert len(sentences) == 3
    assert sentences[0].startswith("Did not attend: ")
    assert sentences[1].startswith(
        "Did not attend, against all other patients with a known ethnic group: patients of Mixed ethnicity lower"
    )
    assert sentences[2] == (
        "Read with care: of the records, 82.1% have a usable ethnic group and 100.0% are linked to an IMD quintile."
    )


def test_both_fields_have_a_sentence_where_no_group_differs(report):
    bare = replace(report, measures=tuple(found for found in report.measures if found.measure != "risk_difference"))
    told = narrative.headline_sentences(bare)
    assert [sentence.split(":")[0] for sentence in told[1:]] == ["Read with care", "Complete enough to use"]


@pytest.mark.parametrize(
    ("differs", "lower", "upper", "words"),
    [(True, 0.01, 0.03, "higher"), (True, -0.03, -0.01, "lower"), (True, -0.01, 0.03, "no clear difference"),
     (False, 0.01, 0.03, "no clear difference"), (True, None, None, "not compared")],
)  # fmt: skip
def test_a_group_differs_where_its_interval_excludes_none(report, differs, lower, upper, words):
    found = narrative.difference_of(report, "did_not_attend", "ethnic_group", "White")
    assert found is not None
    estimate = None if lower is None else (lower + upper) / 2
    changed = replace(found, differs=differs, estimate=estimate, lower=lower, upper=upper)
    assert narrative.difference_words(changed) == words


@pytest.mark.parametrize(
    ("lower", "upper", "words"),
    [
        (0.05, 0.15, "as recorded, 10.0 (5.0 to 15.0)."),
        (-0.01, 0.03, "no clear evidence of a gap (-1.0 to 3.0"),
    ],
)
def test_age_and_sex_are_allowed_for_where_they_were(report, lower, upper, words):
    gap = narrative.measure_of(report, "gap", "did_not_attend")
    assert gap is not None
    more = replace(gap, measure="standardised_gap", estimate=(lower + upper) / 2, lower=lower, upper=upper)
    kept = tuple(found for found in report.measures if found.measure != "standardised_gap")
    assert words in narrative.gap_sentence(replace(report, measures=(*kept, more)), facts_of(report))


@pytest.mark.parametrize("headline", [False, True])
def test_emergency_admission_is_never_a_headline_and_never_a_rate(headline):
    made = made_up_report(outcome="emergency_admission")
    facts, apart = made.outcomes[0]
    made = replace(made, outcomes=((replace(facts, headline=headline), apart),))
    assert not any("Emergency admission" in sentence for sentence in narrative.headline_sentences(made))
    told = [narrative.gap_sentence(made, facts), *narrative.group_sentences(made, facts)]
    assert len(told) > 1
    assert all(sentence.endswith("This is a share of this trust's admissions, not a rate.") for sentence in told)


def test_groups_with_too_few_records_are_passed_over(report):
    told = narrative.group_sentences(report, facts_of(report))
    assert len(told) == 4
    assert not any("other ethnic groups" in sentence for sentence in told)
    assert "of appointments of all other patients with a known group" in told[0]


def test_others_are_called_those_shown_where_one_is_hidden(report):
    tables = tuple(
        replace(
            table,
            rows=tuple(
                replace(row, numerator=Cell(None, "c"), value=Cell(None, "c")) if row.labels == ("Black",) else row
                for row in table.rows
            ),
        )
        if table.id == "did_not_attend_by_ethnic_group"
        else table
        for table in report.tables
    )
    told = narrative.group_sentences(replace(report, tables=tables), facts_of(report))
    assert len(told) == 3
    assert all("patients of the other groups shown" in sentence for sentence in told)


def test_completeness_gives_the_verdict_the_share_and_what_is_missing(report):
    ethnicity, deprivation = narrative.completeness_sentences(report)
    assert ethnicity == (
        "Read with care: 82.1% of records have a usable ethnic group; 10.1% not stated, 5.0% not known, "
        "2.7% not a national code."
    )
    assert deprivation == "Complete enough to use: 100.0% of records are linked to an IMD quintile."


def test_rules_are_counted(report):
    assert narrative.rules_sentence(report) == (
        "Of 4 data-quality rules, 1 failed, 1 passed, 1 could not be judged and 1 stopped with an error."
    )


def test_a_share_of_too_small_a_whole_is_not_given(report):
    facts = {"classes": {"valid": Cell(60), "missing": Cell(None, "c")}, "records": Cell(60)}
    assert narrative.class_share(report, facts, "valid") == Cell(None, "u")
    assert narrative.class_share(replace(report, exact=True), facts, "valid") == Cell(1.0)
    assert narrative.class_share(report, facts, "missing") == Cell(None, "c")
    assert narrative.class_share(report, {**facts, "records": Cell(0)}, "valid") == Cell(None, "z")


def test_the_ask_follows_the_verdict(report):
    assert narrative.ask_sentence(report) == (
        "The board is asked to note these figures, and to agree who will see that more records have a usable ethnic group."
    )
    assert "note" in narrative.ask_sentence(replace(report, verdicts=()))
    worse = replace(report, verdicts=tuple(replace(verdict, verdict="do_not_use") for verdict in report.verdicts))
    assert "decide" in narrative.ask_sentence(worse)
    # What is not told first does not change what is asked.
    other = replace(report.verdicts[0], subject="another_by_ethnic_group", verdict="do_not_use")
    assert "note" in narrative.ask_sentence(replace(report, verdicts=(*report.verdicts, other)))
    lead = replace(other, subject="did_not_attend_by_ethnic_group")
    assert "decide" in narrative.ask_sentence(replace(report, verdicts=(lead,)))


@pytest.mark.parametrize("profile", ["hes", "none"])
@pytest.mark.parametrize("outcome", ["did_not_attend", "emergency_admission"])
def test_wording_holds_everywhere(profile, outcome):
    for sentence in everything_said(made_up_report(profile, outcome=outcome)):
        assert not NEVER.search(sentence), sentence
        assert sentence.endswith("."), sentence
        assert all(re.fullmatch(r"\d+\.\d%", found) for found in re.findall(r"[\d.]+%", sentence)), sentence
        assert not re.search(r"\brate\b", sentence.replace("not a rate", "")), sentence
