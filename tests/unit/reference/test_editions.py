"""IMD editions as published: every decile, and the ways of cutting that are wrong."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from equity_audit.errors import DataError, UsageError
from equity_audit.reference.add import add_reference, remove_reference
from equity_audit.reference.imd import OFFICIAL, ImdTable, build_table, decile_of_rank, quintile_of_rank, read_published
from equity_audit.reference.store import damage, list_entries

FILES = {
    "2015": "imd2015/imd2015_england_lsoa11.csv.gz",
    "2019": "imd2019/File_2_-_IoD2019_Domains_of_Deprivation.csv.gz",
    "2025": "imd2025/File_1_IoD2025_Index_of_Multiple_Deprivation.xlsx",
}
OTHER_NATIONS = (
    "NIMDM17_SOAresults.csv",
    "simd2020v2_official.csv.gz",
    "welsh-index-multiple-deprivation-2019-index-and-domain-ranks-by-small-area.csv",
)
# The ways of cutting that domain.md names as wrong: (rank, areas) → decile.
WRONG: dict[str, Callable[[pd.Series, int], pd.Series]] = {
    "rank less one, floor, plus one": lambda rank, n: 10 * (rank - 1) // n + 1,
    "floor plus one": lambda rank, n: 10 * rank // n + 1,
    "rounded boundaries": lambda rank, n: pd.Series(
        np.searchsorted(np.rint(np.arange(1, 11) * n / 10), rank) + 1, index=rank.index
    ),
    "ranks rounded to 100": lambda rank, n: -(-10 * (100 * (rank / 100).round()).clip(1, n) // n),
    "size of the edition of 2010": lambda rank, n: (-(-10 * rank // 32_482)).clip(upper=10),
    "nearest decile": lambda rank, n: (10 * rank / n).round().clip(1, 10),
}


@pytest.fixture(scope="module")
def official(shared: Path) -> dict[str, ImdTable]:
    return {edition: read_published(shared / "reference" / name, edition) for edition, name in FILES.items()}


@pytest.mark.parametrize("edition", FILES)
def test_every_published_decile_is_reproduced(official: dict[str, ImdTable], edition: str) -> None:
    table = official[edition]
    assert table.faults == ()
    assert (len(table.frame), table.vintage) == OFFICIAL[edition]
    assert table.frame["published"].notna().all()
    assert int((table.frame["decile"] != table.frame["published"]).sum()) == 0
    assert ((table.frame["decile"] + 1) // 2 == table.frame["quintile"]).all()


@pytest.mark.parametrize("rule", WRONG)
@pytest.mark.parametrize("edition", FILES)
def test_a_wrong_way_of_cutting_is_told_by_the_published_deciles(
    official: dict[str, ImdTable], edition: str, rule: str
) -> None:
    table = official[edition]
    assert int((WRONG[rule](table.frame["rank"], table.areas) != table.frame["published"]).sum()) > 0


@pytest.mark.parametrize(
    ("areas", "highest"),
    [
        (32_844, (3284, 6568, 9853, 13137, 16422, 19706, 22990, 26275, 29559, 32844)),
        (33_755, (3375, 6751, 10126, 13502, 16877, 20253, 23628, 27004, 30379, 33755)),
    ],
)
def test_the_highest_rank_of_each_decile(areas: int, highest: tuple[int, ...]) -> None:
    rank = pd.Series(range(1, areas + 1))
    decile = decile_of_rank(rank, areas)
    assert tuple(rank.groupby(decile).max()) == highest
    assert tuple(rank.groupby(quintile_of_rank(rank, areas)).max()) == highest[1::2]


def own_edition(size: int = 10, **changes: object) -> ImdTable:
    codes = [f"E01{900_000 + n}" for n in range(1, size + 1)]
    frame = pd.DataFrame({"code": codes, "rank": range(1, size + 1), "published": pd.NA})
    return build_table(frame.assign(**changes), "own", "2021", "")


def test_an_edition_of_ones_own_has_as_many_areas_as_rows() -> None:
    assert own_edition(20).areas == 20
    assert own_edition(20).frame["decile"].tolist() == [n for n in range(1, 11) for _ in range(2)]


def test_ties_in_rank_are_legitimate_and_gaps_above_the_size_are_not() -> None:
    assert own_edition(rank=[1, 2, 2, 4, 5, 6, 7, 8, 9, 10]).faults == ()
    assert own_edition(rank=[1, 2, 3, 4, 5, 6, 7, 8, 9, 11]).faults == ("rank_range",)


@pytest.mark.parametrize("name", OTHER_NATIONS)
def test_the_index_of_another_nation_is_refused_in_a_sentence(shared: Path, tmp_path: Path, name: str) -> None:
    with pytest.raises(DataError, match="another nation"):
        add_reference(tmp_path, shared / "reference" / "other_nations" / name)
    assert list_entries(tmp_path) == ()


def write_edition(path: Path, size: int = 10) -> Path:
    lines = [f"E01{900_000 + n},{n}" for n in range(1, size + 1)]
    path.write_text("\n".join(["LSOA code (2021),IMD rank", *lines]) + "\n", encoding="utf-8")
    return path


def test_add_list_verify_remove(tmp_path: Path) -> None:
    source, folder = write_edition(tmp_path / "mine.csv"), tmp_path / "references"
    with pytest.raises(UsageError, match="--edition"):
        add_reference(folder, source)
    entry = add_reference(folder, source, "mine")
    assert (entry.title, entry.rows, entry.vintage) == ("IMD mine", 10, "2021")
    assert [found.key for found in list_entries(folder)] == [("imd", "mine", "")]
    assert damage(entry) is None

    add_reference(folder, write_edition(tmp_path / "mine.csv", 20), "mine")
    assert [found.rows for found in list_entries(folder)] == [20]

    with pytest.raises(UsageError, match="Nothing called yours"):
        remove_reference(folder, "yours")
    assert [gone.edition for gone in remove_reference(folder, "mine")] == ["mine"]
    assert list_entries(folder) == ()
    assert not list(folder.glob("*.parquet"))


def test_verify_tells_a_file_that_was_changed_after_it_was_installed(tmp_path: Path) -> None:
    add_reference(tmp_path, write_edition(tmp_path / "mine.csv"), "mine")
    (tmp_path / "mine.csv").unlink()
    (entry,) = list_entries(tmp_path)
    pd.read_parquet(entry.path).sort_values("rank", ascending=False).to_parquet(entry.path)
    assert "changed after it was installed" in (damage(entry) or "")
    entry.path.write_bytes(b"not parquet")
    with pytest.raises(DataError, match="damaged or gone"):
        damage(entry)


def test_a_file_that_is_no_reference_is_refused(tmp_path: Path) -> None:
    for name, content in (("a.csv", "one,two\n1,2\n"), ("b.csv", ""), ("c.zip", "no zip")):
        (tmp_path / name).write_text(content, encoding="utf-8")
        with pytest.raises(DataError):
            add_reference(tmp_path / "references", tmp_path / name)
    with pytest.raises(UsageError, match="no file"):
        add_reference(tmp_path / "references", tmp_path / "absent.csv")
