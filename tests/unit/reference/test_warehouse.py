"""Editions that lie in a warehouse, and the setting that names them."""

from pathlib import Path

import pandas as pd
import pytest

from equity_audit.config import WarehouseImd, load_settings
from equity_audit.errors import DataError, UsageError
from equity_audit.reference.choose import choose_edition
from equity_audit.reference.warehouse import imd_from_backend, imd_from_table

ibis = pytest.importorskip("ibis")


def table(size: int = 10, backend: object = None) -> object:
    frame = pd.DataFrame(
        {"lsoa21cd": [f"e01{900_000 + n} " for n in range(1, size + 1)], "imd_rank": range(1, size + 1)}
    )
    return ibis.memtable(pd.concat([frame, pd.DataFrame({"lsoa21cd": ["W01000001"], "imd_rank": [3]})]))


def test_a_table_is_verified_like_a_file() -> None:
    edition = imd_from_table(table(), "lsoa21cd", "imd_rank", "own", "2021")
    assert (edition.faults, edition.areas, edition.vintage) == ((), 10, "2021")
    assert edition.frame.loc["E01900010", "decile"] == 10
    assert len(edition.sha256) == 64
    assert imd_from_table(table(), "lsoa21cd", "imd_rank", "2019").faults == ("wrong_count", "wrong_vintage") or (
        "wrong_count" in imd_from_table(table(), "lsoa21cd", "imd_rank", "2019").faults
    )


def test_a_column_or_table_that_is_not_there_is_told() -> None:
    with pytest.raises(DataError, match="no column rank"):
        imd_from_table(table(), "lsoa21cd", "rank", "own", "2021")
    backend = ibis.duckdb.connect()
    setting = WarehouseImd(table="ref.imd2019", code="lsoa11cd", rank="imd_rank", edition="2019")
    with pytest.raises(DataError, match=r"no table ref\.imd2019"):
        imd_from_backend(backend, setting)
    backend.raw_sql("CREATE SCHEMA ref; CREATE TABLE ref.imd2019 AS SELECT 'E01000001' AS lsoa11cd, 1 AS imd_rank")
    assert imd_from_backend(backend, setting).faults == ("wrong_count",)
    backend.disconnect()


def test_it_is_used_before_the_installed_ones() -> None:
    given = imd_from_table(table(), "lsoa21cd", "imd_rank", "own", "2021")
    choice = choose_edition((), None, frozenset({"lsoa_2021"}), None, given=given)
    assert choice.edition is given
    assert choice.reason == "read from the warehouse"
    with pytest.raises(UsageError, match="2019 is not installed"):
        choose_edition((), "2019", frozenset(), None, given=given)


def settings(tmp_path: Path, text: str) -> object:
    path = tmp_path / "equity-audit.toml"
    path.write_text(text, encoding="utf-8")
    return load_settings(path)


def test_the_setting_is_read(tmp_path: Path) -> None:
    line = 'imd = {table = "ref.imd2019", code = "lsoa11cd", rank = "imd_rank"}'
    read = settings(tmp_path, f'[reference]\nfolder = "refs"\n{line}\n')
    assert read.reference == "refs"
    assert read.warehouse_imd == WarehouseImd(table="ref.imd2019", code="lsoa11cd", rank="imd_rank", edition="2019")
    assert settings(tmp_path, 'reference = "refs"\n').warehouse_imd is None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[reference]\nimd = 3\n", "is written imd ="),
        ('[reference]\nimd = {table = "t2019", code = "c"}\n', "rank is missing"),
        ('[reference]\nimd = {table = "t2019", code = "c", rank = "r", colour = "red"}\n', "unknown key colour"),
        ('[reference]\nimd = {table = "mine", code = "c", rank = "r"}\n', "needs the edition"),
        ('[reference]\nimd = {table = "t", code = "c", rank = "r", edition = "mine"}\n', "vintage"),
        ('[reference]\nimb = "x"\n', "not imb"),
    ],
)
def test_a_setting_that_is_not_one_is_refused(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        settings(tmp_path, text)
