"""Every example of every rule file, run through the decoder and the judge: the examples are the rules' tests."""

from typing import Any

import pandas as pd
import pytest

from equity_audit.decode.ethnicity import decode_ethnicity
from equity_audit.decode.geography import locate
from equity_audit.fields import LOCATION_FIELDS
from equity_audit.model import Rule
from equity_audit.reference.imd import build_table
from equity_audit.rules import Subject, judge, load_rules
from equity_audit.subjects import ethnicity_summary, linkage_summary

EXAMPLES = [(rule, number) for rule in load_rules() for number in range(len(rule.examples))]

# What a postcode directory says of the postcodes in the examples.
DIRECTORY = pd.DataFrame(
    {
        "ended": [float("nan"), 201501.0, float("nan")],
        "lsoa_2011": "",
        "lsoa_2021": ["E01900001", "E01900002", "W01900001"],
        "nation": ["England", "England", "Wales"],
    },
    index=["XQ13AB", "XQ23AB", "XW11AA"],
)


@pytest.fixture(scope="module")
def edition() -> Any:
    codes = pd.DataFrame({"code": [f"E01{900000 + n}" for n in range(1, 11)], "rank": range(1, 11), "published": pd.NA})
    return build_table(codes, "example", "2021", "")


def subject_frame(rule: Rule, rows: list[dict[str, Any]], edition: Any) -> pd.DataFrame:
    frame = pd.DataFrame([{"records": 1, **row} for row in rows])
    raw = frame.drop(columns="records").astype("str").where(frame.drop(columns="records").notna(), None)
    tally = raw.assign(records=frame["records"])
    if rule.subject in ("ethnicity", "ethnicity_schemes", "ethnicity_summary") and "ethnicity" in tally:
        dictionary, schemes = decode_ethnicity(tally)
        if rule.subject == "ethnicity_schemes":
            return schemes
        return dictionary.frame if rule.subject == "ethnicity" else ethnicity_summary(dictionary)
    if rule.subject in ("geography", "linkage_summary", "lsoa_vintage") and set(tally) & set(LOCATION_FIELDS):
        directory = DIRECTORY if rule.code in ("DEP004", "DEP006", "DEP010") else None
        located = locate(tally, edition, directory=directory)
        if rule.subject == "lsoa_vintage":
            verdict = "contradicts" if located.vintage.contradicts else "agrees"
            return pd.DataFrame(
                [{"english_records": located.vintage.records, "vintage_verdict": verdict, "records": 1}]
            )
        return located.dictionary.frame if rule.subject == "geography" else linkage_summary(located.dictionary)
    return frame


@pytest.mark.parametrize(("rule", "number"), EXAMPLES, ids=[f"{rule.code}-{number}" for rule, number in EXAMPLES])
def test_an_example_has_the_outcome_it_states(rule: Rule, number: int, edition: Any) -> None:
    example = rule.examples[number]
    rows = [dict(row) for row in example.get("rows") or [example["row"]]]
    frame = subject_frame(rule, rows, edition)
    total = int(frame["records"].sum()) if rule.unit != "extract" else len(frame)
    (finding,) = judge([rule], {rule.subject: Subject(name=rule.subject, frame=frame, total=total)})
    expected = {"pass": (True, False), "fail": (True, True), "not_judged": (False, False)}[example["expect"]]
    assert (finding.judged > 0, finding.failed > 0) == expected
    assert finding.judged + finding.not_judged == total


@pytest.mark.parametrize("rule", load_rules(), ids=lambda rule: rule.code)
def test_a_rule_has_an_example_that_passes_and_one_that_fails(rule: Rule) -> None:
    assert {"pass", "fail"} <= {example["expect"] for example in rule.examples}
