"""The verbs give identical tallies, dictionaries and cubes whatever engine holds the data."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import ibis
import pandas as pd
import pytest

from equity_audit import engine
from equity_audit.audit import Request, audit_extract
from equity_audit.datasets import load_dataset
from equity_audit.model import Extract
from equity_audit.reading import read_extract

SAMPLE = Path(__file__).resolve().parents[2] / "sample_data"


@pytest.fixture(scope="module", params=["admitted_care", "waiting_list"])
def extracts(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Extract, Extract, str]:
    """The same extract in DuckDB and as a table of a SQLite database."""
    folder = tmp_path_factory.mktemp("engines")
    duck, dataset = read_extract(SAMPLE / f"{request.param}.csv", folder, engine.open_embedded(folder, "1GB"))
    frame = duck.table.to_pandas().drop(columns=engine.KEY).astype(object)
    frame = frame.where(frame.notna(), None)
    import sqlite3

    with sqlite3.connect(folder / "warehouse.db") as connection:
        frame.to_sql("extract", connection, index=False, dtype=dict.fromkeys(frame.columns, "TEXT"))
    table = ibis.sqlite.connect(folder / "warehouse.db").table("extract")
    lite = Extract(
        table=engine.with_patient_key(table, duck.patient_key),
        mapping=duck.mapping,
        intake=duck.intake,
        patient_key=duck.patient_key,
    )
    return duck, lite, dataset.name


def audit_of(extract: Extract, dataset: str) -> Any:
    request = Request(extract=Path("unused"), reference=SAMPLE / "reference")
    return audit_extract(extract, load_dataset(dataset), request, datetime.now(UTC))


def test_counts_and_tallies_are_the_same(extracts: tuple[Extract, Extract, str]) -> None:
    duck, lite, _ = extracts
    assert engine.count_records(duck.table) == engine.count_records(lite.table)
    for keys in (["ethnicity", "site"] if "site" in duck.fields else ["ethnicity"], ["lsoa_2021"], ["sex"]):
        first = engine.tally(duck.table, keys, patients=True)
        second = engine.tally(lite.table, keys, patients=True)
        pd.testing.assert_frame_equal(first.fillna(""), second.fillna(""), check_dtype=False)


def test_the_whole_audit_is_the_same(extracts: tuple[Extract, Extract, str]) -> None:
    duck, lite, dataset = extracts
    first, second = audit_of(duck, dataset), audit_of(lite, dataset)
    assert first.ethnicity == second.ethnicity
    assert first.deprivation == second.deprivation
    assert first.shapes == second.shapes
    assert [(f.rule.code, f.outcome, f.judged, f.failed, f.not_judged) for f in first.findings] == [
        (f.rule.code, f.outcome, f.judged, f.failed, f.not_judged) for f in second.findings
    ]
    assert [table.id for table in first.breakdowns] == [table.id for table in second.breakdowns]
    for one, other in zip(first.breakdowns, second.breakdowns, strict=True):
        pd.testing.assert_frame_equal(one.frame, other.frame)
