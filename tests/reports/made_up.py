"""An Audit made by hand from small invented numbers, and the Reports that come of it."""

from __future__ import annotations

import pandas as pd

from equity_audit.disclosure.profiles import Profile, load_profile
from equity_audit.disclosure.protect import protect
from equity_audit.model import (
    Audit,
    Breakdown,
    ComparisonData,
    FieldMapping,
    Finding,
    Intake,
    OutcomeFacts,
    Rejection,
    Report,
    Rule,
    Run,
)

QUINTILES = ("1 (most deprived)", "2", "3", "4", "5 (least deprived)", "not linked")
GROUPS = ("White", "Mixed", "Asian", "Black", "Other", "Not stated", "Not known", "Invalid", "Missing")
RECORDS = {
    "imd_quintile": dict(zip(QUINTILES, (2347, 2183, 1999, 1871, 1613, 3), strict=True)),
    "ethnic_group": dict(zip(GROUPS, (6011, 613, 977, 401, 223, 1009, 503, 276, 3), strict=True)),
    "sex": {"Male": 4999, "Female": 5017},
    "month": {"2025-01": 3301, "2025-02": 3307, "2025-03": 3408},
    "site": {"=1+1": 9001, "-other": 1015},
}
MISSED = {
    "imd_quintile": ((411, 2003), (303, 1907), (251, 1801), (197, 1703), (131, 1409), (1, 3)),
    "ethnic_group": ((811, 5003), (61, 503), (151, 809), (71, 307), (17, 61), (91, 907), (61, 401), (31, 211), (0, 3)),
}  # fmt: skip
TITLES = {"imd_quintile": "IMD quintile", "ethnic_group": "ethnic group"}


def made_up_audit(
    *, outcome: str = "did_not_attend", label: str = "Made-up outpatients", patients: bool = True
) -> Audit:
    everyone = sum(RECORDS["imd_quintile"].values())
    breakdowns = [_shares("records", name, counts, everyone) for name, counts in RECORDS.items()] + [
        _shares("patients", name, {k: n // 2 for k, n in RECORDS[name].items()}, everyone // 2)
        for name in TITLES
        if patients
    ]
    breakdowns += [_outcome(outcome, name, pairs) for name, pairs in MISSED.items()]
    crossed = [
        {"imd_quintile": q, "ethnic_group": g, "numerator": 11 + 7 * a * b, "denominator": everyone}
        for a, q in enumerate(QUINTILES)
        for b, g in enumerate(GROUPS)
    ]
    breakdowns.append(
        Breakdown(
            id="records_by_imd_quintile_by_ethnic_group", title="Records by both", unit="records", outcome=None,
            dimensions=("imd_quintile", "ethnic_group"), frame=pd.DataFrame(crossed),
        )
    )  # fmt: skip
    return Audit(
        run=Run(
            id="00000000-0000-4000-8000-000000000001", started="2026-01-02T03:04:00+00:00",
            finished="2026-01-02T03:04:05+00:00", label=label, dataset="hes_op", dataset_title="HES outpatients",
            mapping=FieldMapping(dataset="hes_op", columns={"ethnicity": "ETHNOS", "postcode": "HOMEADD"}),
            references=({"kind": "imd", "edition": "2019", "vintage": "2011", "sha256": "ab" * 32, "rows": 32844},),
            rules_version="0.1.0", version="0.1.0", ethnic_grouping="2001",
        ),
        intake=Intake(
            records_read=everyone + 3, records_audited=everyone, format="csv",
            rejections=(Rejection(reason="fewer fields than the header", records=3),),
        ),
        findings=(
            _finding("ETH001", "fail", 503, everyone), _finding("DEP001", "pass", 0, everyone),
            _finding("DEP014", "not_judged", 0, 0), _finding("DEP019", "error", 0, 0),
        ),
        ethnicity={
            "records": everyone,
            "classes": {"valid": 8225, "not_stated": 1009, "not_known": 503, "invalid": 276, "missing": 3},
            "codes": {"A": 6011, "H": 977, "T": 3},
            "patients": {"distinct": everyone // 2, "records_without_key": 0},
        },
        deprivation={
            "records": everyone, "edition": "2019", "edition_reason": "newest", "vintage": "2011",
            "classes": {"linked": 10016, "no_location": 0, "malformed": 0},
        },
        breakdowns=tuple(breakdowns),
        outcomes=(
            OutcomeFacts(
                name=outcome, label="Did not attend" if outcome == "did_not_attend" else "Emergency admission",
                description="Appointments missed without notice.", noun="appointments", polarity="adverse",
                headline=outcome == "did_not_attend", apart={"private patients": 53},
            ),
        ),
        comparisons=tuple(
            ComparisonData(
                outcome=outcome, dimension=name, polarity="adverse", headline=True, coded=coded, strata=None,
                effects=dict.fromkeys(RECORDS[name], 1.0), keyed=patients,
            )
            for name, coded in (("imd_quintile", QUINTILES[:5]), ("ethnic_group", GROUPS[:5]))
        ),
        shapes={"ETH001": (("A9", 53), ("+AA", 3))},
        notes=("IMD 2019 is used.",),
        hints=(),
    )  # fmt: skip


def made_up_report(profile: str | Profile = "hes", internal_name: str | None = None, **settings) -> Report:
    chosen = load_profile(profile) if isinstance(profile, str) else profile
    return protect(made_up_audit(**settings), chosen, internal_name)


def exact_figures() -> frozenset[str]:
    """The exact counts of the audit that rounding to 5 must not let through, those of four digits."""
    numbers = [n for counts in RECORDS.values() for n in counts.values()]
    numbers += [n for pairs in MISSED.values() for pair in pairs for n in pair]
    return frozenset(str(n) for n in numbers if n >= 1000 and n % 5)


def _shares(unit: str, name: str, counts: dict[str, int], everyone: int) -> Breakdown:
    frame = pd.DataFrame({name: list(counts), "numerator": list(counts.values()), "denominator": everyone})
    return Breakdown(
        id=f"{unit}_by_{name}", title=f"{unit} by {name}", unit=unit, outcome=None, dimensions=(name,), frame=frame
    )


def _outcome(outcome: str, name: str, pairs) -> Breakdown:
    frame = pd.DataFrame(pairs, columns=["numerator", "denominator"])
    frame[name] = list(RECORDS[name])
    return Breakdown(
        id=f"{outcome}_by_{name}",
        title=f"{outcome} by {name}",
        unit="appointments",
        outcome=outcome,
        dimensions=(name,),
        frame=frame,
    )


def _finding(code: str, outcome, failed: int, judged: int) -> Finding:
    rule = Rule(
        code=code, title=f"Made-up fault {code}", rule_set="ethnicity" if code[0] == "E" else "deprivation",
        severity="error", unit="records", subject="ethnicity", check="present", params={}, applies_when=(),
        tolerance=0.02, why="It matters.", fix="Ask the patient, and record the answer given.", source="made up",
        since="0.1.0", examples=(),
    )  # fmt: skip
    return Finding(
        rule=rule, outcome=outcome, judged=judged, failed=failed, not_judged=0, tolerance=0.02,
        why_not_judged="no column holds it" if outcome == "not_judged" else None,
    )  # fmt: skip
