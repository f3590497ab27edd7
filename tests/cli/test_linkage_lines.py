"""What a person reads of linkage: the directory, the supplied scale, the least linked, the other edition."""

import csv
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from conftest import RunCli

AREAS = 200
BY_POSTCODE = 8
CODES = [f"E01{900_000 + n}" for n in range(1, AREAS + 1)]


def decile(rank: int) -> int:
    return -(-10 * rank // AREAS)


def write(path: Path, header: str, rows: list[list[object]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header.split(","), *rows])
    return path


@pytest.fixture
def folder(run_cli: RunCli, tmp_path: Path) -> Path:
    ranks = list(range(1, AREAS + 1))
    swapped = [*ranks[:20], *ranks[40:60], *ranks[20:40], *ranks[60:]]
    directory = [[f"XQ{n} 1AA", "" if n % 2 else "202001", "E92000001", code] for n, code in enumerate(CODES[:90], 1)]
    tables = {
        "first": write(
            tmp_path / "a.csv", "LSOA code (2021),IMD rank", [list(x) for x in zip(CODES, ranks, strict=True)]
        ),
        "second": write(
            tmp_path / "b.csv", "LSOA code (2021),IMD rank", [list(x) for x in zip(CODES, swapped, strict=True)]
        ),
        "nspl-2025-05": write(tmp_path / "NSPL_MAY_2025_UK_XQ.csv", "pcds,doterm,ctry25cd,lsoa21cd", directory),
    }
    for edition, path in tables.items():
        done = run_cli("reference", "add", path, "--edition", edition, "--reference", tmp_path / "references")
        assert done.exit_code == 0, done.stderr
    return tmp_path / "references"


@pytest.fixture
def extract(tmp_path: Path) -> Path:
    draw = random.Random(2)
    rows: list[list[object]] = []
    for number in range(2_000):
        area = draw.randrange(AREAS)
        known = number % 4 > 0 or number % 3 > 0  # the first site lacks the place of a third of its records
        supplied = 11 - decile(area + 1) if number % 10 == 1 else decile(area + 1)
        postcode = f"XQ{number // 50 * 2 + 21} 1AA" if number % 50 == 1 else ""
        row = ["A", f"99{number // 2:08d}", "2024-05-01", f"XQZ0{number % 4}"]
        rows.append([*row, CODES[area] if known else "", postcode, supplied if known else ""])
    rows += [["A", "9800000001", "2024-05-01", "XQZ01", "", "ZZ99 3VZ", ""]] * 12
    rows += [["A", "9800000002", "2024-05-01", "XQZ02", "", "XQ1 1AA", ""]] * BY_POSTCODE
    header = "ETHNICITY,NHS_NUMBER,ACTIVITY_DATE,SITE_CODE,LSOA21,POSTCODE,IMD_DECILE"
    return write(tmp_path / "extract.csv", header, rows)


@pytest.fixture
def check(run_cli: RunCli, folder: Path, extract: Path) -> Callable[..., str]:
    def run(*more: object) -> str:
        result = run_cli(
            "check", extract, "--reference", folder, "--imd", "first", "--disclosure", "none", "--internal", "tests",
            "--fail-on", "never", *more,
        )  # fmt: skip
        assert result.exit_code == 0, result.stderr
        return " ".join(result.stdout.split())

    return run


def linked_rows(extract: Path) -> list[dict[str, str]]:
    with extract.open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if row["LSOA21"]]


def test_what_another_edition_moves_is_told_in_records_and_patients(check: Callable[..., str], extract: Path) -> None:
    told = check("--compare-imd", "second", "-v")
    rows = linked_rows(extract)
    up = [row for row in rows if row["LSOA21"] in CODES[40:60]]
    down = [row for row in rows if row["LSOA21"] in CODES[20:40]]
    # The second half of the first fifth changes places with the first half of the second.
    moved = len(up) + len(down)
    assert (
        f"in IMD second, {moved} records have another quintile ({moved / (len(rows) + BY_POSTCODE):.1%} of those linked in both): "
        f"{len(up)} a more deprived one, {len(down)} a less deprived one"
    ) in told
    assert f"that is {len({row['NHS_NUMBER'] for row in (*up, *down)})} patients" in told
    assert "Quintile in IMD first (down) and in IMD second (across), records" in told
    assert "another quintile" not in check()


def test_the_supplied_scale_is_held_against_the_looked_up_one(check: Callable[..., str], extract: Path) -> None:
    rows = linked_rows(extract)
    same = sum(int(row["IMD_DECILE"]) == decile(CODES.index(row["LSOA21"]) + 1) for row in rows)
    told = check()
    assert (
        f"supplied deciles agree with the looked-up ones in {same / len(rows):.1%} of the records that have both"
        in told
    )
    assert "Supplied decile (down)" not in told
    assert "Supplied decile (down) against looked-up (across), records 1 2 3 4 5 6 7 8 9 10 1 " in check("-v")


def test_the_directory_and_the_least_linked_are_told(check: Callable[..., str], extract: Path) -> None:
    told = check("-v")
    assert "records whose postcode stands in the installed directory: 43 of 48 (89.6%)" in told
    assert "12 with no fixed abode: an inclusion-health group" in told
    rows = linked_rows(extract)
    first = sum(row["SITE_CODE"] == "XQZ00" for row in rows)
    assert f"linked least where the site is XQZ00: {first / 500:.1%}" in told
    assert "Linkage by site, of what could be linked records linked share by lsoa by postcode XQZ00 500 " in told
    assert (
        f"XQZ00 500 {first} {first / 500:.1%} {first} 0 XQZ01 500 500 100.0% 500 0 XQZ02 508 508 100.0% 500 8 " in told
    )


def test_the_page_tells_it_too(check: Callable[..., str], tmp_path: Path) -> None:
    check("--compare-imd", "second", "-o", tmp_path / "page.html")
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    for told in (
        "records have another quintile",
        "Supplied deciles agree with the looked-up ones in",
        "an inclusion-health group",
        "Quintile in IMD first (down) and in IMD second (across), records",
        "Supplied decile (down) against looked-up (across), records",
        "Linkage by site, of what could be linked",
    ):
        assert told in page, told
    check("-o", tmp_path / "page.html")
    assert "another quintile" not in (tmp_path / "page.html").read_text(encoding="utf-8")
