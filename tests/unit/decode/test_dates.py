"""Which dates are read, which are not and are said so."""

import re
from pathlib import Path

import pandas as pd
import pytest

from conftest import SAMPLES, RunCli
from equity_audit.decode.dates import NO_DATE, NOT_READ, READ, date_states, month_first, read_dates


def told(*values: str | None, **how: bool) -> list[str]:
    return read_dates(pd.Series(values, dtype="str"), **how).dt.strftime("%Y-%m-%d").fillna("").tolist()


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2025-03-04", "2025-03-04"),
        ("2025-03-04T10:00:00", "2025-03-04"),
        ("04/03/2025", "2025-03-04"),
        ("31/12/2025 00:00", "2025-12-31"),
        ("20250304", "2025-03-04"),
        ("4-Mar-2025", "2025-03-04"),
        ("04-MAR-25", "2025-03-04"),
        ("31-DEC-68", "2068-12-31"),
        ("01-JAN-69", "1969-01-01"),
        ("03.04.2025", ""),
        ("2025-13-01", ""),
        ("01/01/1900", ""),
        (None, ""),
    ],
)
def test_a_date_is_read_as_exports_write_it(written: str | None, read: str) -> None:
    assert told(written) == [read]


def test_a_year_of_two_digits_tells_no_birth() -> None:
    assert told("04-MAR-20", "04-MAR-1920", born=True) == ["", "1920-03-04"]


def test_slashed_dates_of_a_column_that_is_month_first_are_not_read() -> None:
    assert told("03/04/2025", "03/25/2025", "2025-03-04") == ["", "", "2025-03-04"]
    assert month_first(pd.Series(["03/04/2025", "03/25/2025"]))


def test_one_odd_date_makes_no_column_month_first() -> None:
    assert told("03/04/2025", "03/25/2025", "25/03/2025") == ["2025-04-03", "", "2025-03-25"]
    assert told("03/04/2025", "03/99/2025") == ["2025-04-03", ""]
    assert not month_first(pd.Series(["03/04/2025"]))


def test_a_part_is_read_as_its_whole_column() -> None:
    part, column = pd.Series(["03/04/2025"]), pd.Series(["03/04/2025", "03/25/2025"])
    assert read_dates(part, column=column).isna().all()


def test_blanks_and_placeholders_are_no_dates_and_the_rest_is_read_or_not() -> None:
    values = [None, "", " NULL ", "01/01/1900", "9999-12-31", "18000101", "31-DEC-9999", "1/2/25", "2025-01-02"]
    assert date_states(pd.Series(values, dtype="str")).tolist() == [NO_DATE] * 7 + [NOT_READ, READ]


@pytest.mark.parametrize("american", [True, False])
def test_a_run_says_that_dates_could_not_be_read(american: bool, tmp_path: Path, run_cli: RunCli) -> None:
    text = (SAMPLES / "admitted_care.csv").read_text(encoding="utf-8")
    path = tmp_path / "extract.csv"
    form = r"\2/\3/\1" if american else r"\3.\2.\1"
    path.write_text(re.sub(r"\b(\d{4})-(\d\d)-(\d\d)\b", form, text), encoding="utf-8")
    result = run_cli("check", path, "--reference", SAMPLES / "reference", "--quick", "--fail-on", "never")
    printed = " ".join(result.stdout.split())
    assert "All of the dates of activity_date (ADMIDATE) could not be read." in printed
    assert ("The column looks like month first (MM/DD/YYYY)" in printed) == american


def test_a_note_tells_no_share_of_few_dates(tmp_path: Path, run_cli: RunCli) -> None:
    path = tmp_path / "extract.csv"
    path.write_text("ETHNOS,ADMIDATE\n" + "A,03/25/2025\n" * 99)
    result = run_cli(
        "check", path, "--reference", tmp_path, "--map", "ethnicity=ETHNOS", "--map", "activity_date=ADMIDATE"
    )
    assert "Some of the dates of activity_date (ADMIDATE) could not be read." in " ".join(result.stdout.split())
