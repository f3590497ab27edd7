"""Reports of the samples, and of an extract whose header, codes and sites are attacks; each audited once in a test run."""

from __future__ import annotations

import csv
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from equity_audit.audit import Request, run_audit
from equity_audit.disclosure.profiles import load_profile
from equity_audit.disclosure.protect import protect
from equity_audit.model import Audit, Report

SAMPLES = Path(__file__).parents[2] / "sample_data"
NAMES = ("admitted_care", "emergency_care", "outpatients", "waiting_list")
UNLINKED = "unlinked"  # none of its records reaches a quintile
ATTACKS = (
    "<script>alert(1)</script>", "<img src=https://example.invalid/x onerror=alert(1)>", '"><svg onload=alert(1)>',
    "=HYPERLINK(\"https://example.invalid\")", "+1+cmd|' /C calc'!A0", "@SUM(1)", "-2+3", "{{ 7*7 }}", "$x^2$",
    "]]><!--", "a\x07b\x1b[31mc\u202ed", "javascript:alert(1)", "| a | [b](c) `d`",
)  # fmt: skip
SITE_HEADER, ETHNIC_HEADER = "<b onmouseover=alert(1)>SITE", "=ETHNOS&<i>"


@cache
def sample_audit(name: str) -> Audit:
    if name == UNLINKED:
        return _unlinked_audit()
    return _steady(run_audit(Request(extract=SAMPLES / f"{name}.csv", reference=SAMPLES / "reference")))


@cache
def sample_report(name: str) -> Report:
    return protect(sample_audit(name), load_profile("hes"))


@cache
def hostile_report() -> Report:
    with (SAMPLES / "outpatients.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    header = rows[0]
    site, ethnic = header.index("SITETRET"), header.index("ETHNOS")
    header[site], header[ethnic] = SITE_HEADER, ETHNIC_HEADER
    for number, row in enumerate(rows[1:]):
        if len(row) == len(header):
            row[site] = ATTACKS[number % len(ATTACKS)]
            if number % 4 == 0:
                row[ethnic] = ATTACKS[number // 4 % len(ATTACKS)]
    with TemporaryDirectory() as folder:
        path = Path(folder, "hostile.csv")
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(rows)
        request = Request(
            extract=path, reference=SAMPLES / "reference", dataset="hes_op",
            overrides={"site": SITE_HEADER, "ethnicity": ETHNIC_HEADER}, label="<h1>=label</h1>\x07",
        )  # fmt: skip
        return protect(_steady(run_audit(request)), load_profile("hes"))


def _unlinked_audit() -> Audit:
    """Admitted care with areas of 2001 and no other location."""
    header, rest = (SAMPLES / "admitted_care.csv").read_text(encoding="utf-8").split("\n", 1)
    for column, other in (("LSOA21", "LSOA01"), ("HOMEADD", "LEFT_OUT"), ("IMD_DECILE", "LEFT_OUT_TOO")):
        header = header.replace(column, other)
    with TemporaryDirectory() as folder:
        path = Path(folder, "unlinked.csv")
        path.write_text(f"{header}\n{rest}", encoding="utf-8")
        return _steady(run_audit(Request(extract=path, reference=SAMPLES / "reference")))


def _steady(audit: Audit) -> Audit:
    """The same run each time: only the clock and the run's number differ between two."""
    run = replace(
        audit.run, id="00000000-0000-4000-8000-000000000001", started="2026-01-02T03:04:00+00:00",
        finished="2026-01-02T03:04:05+00:00",
    )  # fmt: skip
    return replace(audit, run=run)
