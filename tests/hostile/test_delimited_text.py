"""Faults in delimited text: what is malformed is rejected alone, counted with its reason, and moves no neighbour."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from conftest import SHARED, RunCli
from equity_audit.errors import DataError, UsageError
from equity_audit.sources import open_source
from hostile.reading import embedded, loaded_rows, read_text, strict_rows

FEWER, MORE = "fewer fields than the header", "more fields than the header"
NEVER_CLOSED = "a quote that is never closed"
WRONG_PLACE = "a quote in the wrong place"
AGAIN = "repeats the header"
NUL = "holds a NUL character"


def _write(tmp_path: Path, content: str | bytes, name: str = "extract.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def _refusal(path: Path, folder: Path) -> str:
    with pytest.raises(DataError) as refused:
        read_text(path, folder)
    return str(refused.value)


def _reasons(intake: object) -> dict[str, int]:
    return {each.reason: each.records for each in intake.rejections}  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("content", "rows", "reasons"),
    [
        pytest.param("a,b\n1\n2,x\n", [("2", "x")], {FEWER: 1}, id="one field too few"),
        pytest.param("a,b\n1,x,y\n2,x\n", [("2", "x")], {MORE: 1}, id="one field too many"),
        pytest.param("a,b\n1,x,\n2,x\n", [("2", "x")], {MORE: 1}, id="one field too many that is empty"),
        pytest.param("a,b\n,\n2,x\n", [(None, None), ("2", "x")], {}, id="a record of blanks is a record"),
        pytest.param("a,b\n\n1,x\n\n\n", [("1", "x")], {}, id="blank lines are no records"),
        pytest.param(
            'a,b\n1,x\n2,"y\n3,z\n4,w\n', [("1", "x"), ("3", "z"), ("4", "w")], {NEVER_CLOSED: 1}, id="unclosed quote"
        ),
        pytest.param('a,b\n1,"x"y\n2,z\n', [("2", "z")], {WRONG_PLACE: 1}, id="text after a closing quote"),
        pytest.param('a,b\n1,"x ""y"" z"\n', [("1", 'x "y" z')], {}, id="quotes doubled"),
        pytest.param('a,b\n1,5" x 6"\n2,y\n', [("1", '5" x 6"'), ("2", "y")], {}, id="inch marks inside a field"),
        pytest.param('a,b\n1,"x\ny"\n2,"p\r\nq"\n', [("1", "x\ny"), ("2", "p\r\nq")], {}, id="line ends inside quotes"),
        pytest.param("a,b\r1,x\r2,y\r", [("1", "x"), ("2", "y")], {}, id="line ends are carriage returns alone"),
        pytest.param("a,b\r\n1,x\n2,y\r3,z\r\n", [("1", "x"), ("2", "y"), ("3", "z")], {}, id="line ends are mixed"),
        pytest.param("a,b\n1,x\0y\n2,z\n", [("2", "z")], {NUL: 1}, id="a NUL byte"),
        pytest.param("a,b\n1,x\na,b\n2,y\r\na,b", [("1", "x"), ("2", "y")], {AGAIN: 2}, id="the header again"),
        pytest.param(
            'a,b\n1,x\na,bc\n2,"\na,b"\n', [("1", "x"), ("a", "bc"), ("2", "\na,b")], {}, id="almost the header"
        ),
        pytest.param("a\n1\na\n2\n", [("1",), ("2",)], {AGAIN: 1}, id="the header again over one column"),
        pytest.param(
            "\ufeffa,b\n1,x\n\ufeffa,b\n2,y\n", [("1", "x"), ("2", "y")], {AGAIN: 1}, id="files with marks joined"
        ),
        pytest.param("a,b\r1,x\ra,b\r2,y\r", [("1", "x"), ("2", "y")], {AGAIN: 1}, id="again between returns"),
        pytest.param("a;b\n1;x,y\n", [("1", "x,y")], {}, id="semicolons"),
        pytest.param("a\tb\n1\tx y\n", [("1", "x y")], {}, id="tabs"),
        pytest.param("a|b\n1|x\n", [("1", "x")], {}, id="pipes"),
        pytest.param("a\n1\n2\n", [("1",), ("2",)], {}, id="one column"),
        pytest.param("a,b\n1,x\n2,y", [("1", "x"), ("2", "y")], {}, id="no line end at the end"),
        pytest.param("a,b\n 1 , x\n", [(" 1 ", " x")], {}, id="spaces are kept"),
        pytest.param("\ufeffa,b\n1,x\n", [("1", "x")], {}, id="a byte order mark"),
        pytest.param("a,b\n\ufeff1,x\n", [("\ufeff1", "x")], {}, id="a byte order mark in the middle"),
        pytest.param(
            "a,b\n1,\u2028x\u0085\x0b\x0cy\n",
            [("1", "\u2028x\u0085\x0b\x0cy")],
            {},
            id="other line separators are text",
        ),
        pytest.param("a,b\n=1+1,@x\n-2,+3\n", [("=1+1", "@x"), ("-2", "+3")], {}, id="formulas are text"),
    ],
)
def test_a_fault_stays_on_its_line(
    content: str, rows: list[tuple[str, ...]], reasons: dict[str, int], tmp_path: Path
) -> None:
    path = _write(tmp_path, content)
    header, found, intake = read_text(path, tmp_path / "work")
    assert found == rows
    assert _reasons(intake) == reasons
    assert intake.records_read == intake.records_audited + intake.records_rejected
    assert intake.records_audited == len(rows)
    assert header == ("a", "b")[: len(header)]

    second = tmp_path / "second"
    second.mkdir()
    with embedded(second) as backend:
        held, again = loaded_rows(backend, open_source(path, second))
    assert held == rows
    assert again == intake


def test_a_header_in_the_middle_of_a_large_file_is_named_by_its_line(tmp_path: Path) -> None:
    text = "name,number\n" + "".join(f"row {number},{number}\n" for number in range(60_000))
    lines = text.splitlines(keepends=True)
    for place in (30_000, 50_000):
        lines.insert(place, lines[0])
    source = open_source(_write(tmp_path, "".join(lines)), tmp_path)
    rows, intake = strict_rows(source)
    assert [(each.reason, each.records, each.lines) for each in intake.rejections] == [(AGAIN, 2, (30_001, 50_001))]
    assert (len(rows), rows[29_999], intake.records_read) == (60_000, ("row 29999", "29999"), 60_002)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_header_of_several_lines_is_found_again_wherever_it_stands(end: str, tmp_path: Path) -> None:
    header = f'name,"number{end}of it"{end}'
    # Enough places for one to lie across the end of a stretch that is read at once.
    rows = [f"row {number},{number:07}{end}" for number in range(12_000)]
    content = "".join(header + "".join(rows[start : start + 500]) for start in range(0, 12_000, 500))
    _, found, intake = read_text(_write(tmp_path, content), tmp_path / "work")
    assert [(each.reason, each.records, each.lines) for each in intake.rejections] == [
        (AGAIN, 23, (503, 1005, 1507, 2009, 2511))
    ]
    assert (len(found), intake.records_read, intake.records_audited) == (12_000, 12_023, 12_000)
    with embedded(tmp_path) as backend:
        held, again = loaded_rows(backend, open_source(tmp_path / "extract.csv", tmp_path))
    assert (held, again) == (found, intake)


@pytest.mark.parametrize("shift", range(0, 40, 3))
def test_a_header_of_several_lines_across_two_stretches_is_found(shift: int, tmp_path: Path) -> None:
    from equity_audit.sources.preflight import CHUNK

    header = 'name,"number\nof it"\n'
    before = header + "x,1\n" * ((CHUNK - len(header) - 40) // 4)
    before += "y" * (CHUNK - len(before) - 24 + shift) + ",1\n"
    _, found, intake = read_text(_write(tmp_path, f"{before}{header}z,2\n"), tmp_path / "work")
    assert _reasons(intake) == {AGAIN: 1}
    assert found[-1] == ("z", "2")


def test_a_rejected_line_is_named_by_its_number(tmp_path: Path) -> None:
    lines = ["a,b"] + [f"{number},x" for number in range(2, 40)]
    lines[6], lines[20] = "7", '21,"x'
    _, rows, intake = read_text(_write(tmp_path, "\n".join(lines) + "\n"), tmp_path / "work")
    assert {each.reason: each.lines for each in intake.rejections} == {FEWER: (7,), NEVER_CLOSED: (21,)}
    assert len(rows) == 36


@pytest.mark.parametrize(
    ("codec", "named"),
    [("utf-8", "utf-8"), ("utf-8-sig", "utf-8"), ("utf-16", "utf-16"), ("utf-32", "utf-32"), ("cp1252", "cp1252")],
)
def test_an_encoding_is_found_and_named(codec: str, named: str, tmp_path: Path) -> None:
    path = _write(tmp_path, "site,n\nHôpital d’Été,1\nSiân O’Brien £,2\n".encode(codec))
    header, rows, intake = read_text(path, tmp_path / "work")
    assert (header, rows) == (("site", "n"), [("Hôpital d’Été", "1"), ("Siân O’Brien £", "2")])
    assert intake.encoding == named


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_wide_text_without_a_mark_is_refused_not_read_as_rubbish(codec: str, tmp_path: Path, run_cli: RunCli) -> None:
    path = _write(tmp_path, "a,b\n1,x\n2,y\n".encode(codec))
    result = run_cli("check", path, "--map", "ethnicity=b")
    assert result.exit_code in (2, 3)
    assert len(result.stderr.splitlines()) == 1


def test_bytes_of_no_encoding_are_refused(tmp_path: Path) -> None:
    message = _refusal(_write(tmp_path, b"a,b\n1,\x81\xff\n"), tmp_path / "work")
    assert "neither UTF-8 nor Windows-1252" in message
    assert "line 2 is the first that is not UTF-8" in message


def test_one_byte_of_another_encoding_is_told_by_its_line(tmp_path: Path) -> None:
    lines = [b"a,b\n", *("x,\u010d\u0141\n".encode() for _ in range(700_000)), b"x,caf\xe9\n"]
    lines.append("y,\u0141\n".encode())
    message = _refusal(_write(tmp_path, b"".join(lines)), tmp_path / "work")
    assert "line 700,002 is the first that is not UTF-8" in message


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf", "holds no text"),
        (b"\0" * 5000, "holds no text"),
        (b"\n\n\n", "holds no text"),
        (b"a,b\n", "no records"),
        (b"a,b\n\n\n", "no records"),
        (b",,\n1,2,3\n", "no column name"),
        (b"z" * 2_000_000 + b",ETHNICITY\n1,A\n", "first line of the extract is longer than 1 MB"),
        (b"a,b" * 1_000_000, "first line of the extract is longer than 1 MB"),
    ],
)
def test_a_file_without_a_header_or_records_is_refused_with_its_reason(
    content: bytes, says: str, tmp_path: Path
) -> None:
    assert says in _refusal(_write(tmp_path, content), tmp_path / "work")


def test_a_file_of_malformed_lines_only_is_not_called_empty(tmp_path: Path, run_cli: RunCli) -> None:
    result = run_cli("check", _write(tmp_path, "ETHNICITY,LSOA21,SEX\nA\nB\nC,x,y,z\n"))
    assert result.exit_code == 3
    assert "rejected" in result.stderr or "malformed" in result.stderr
    assert "no records" not in result.stderr


def test_a_field_of_two_megabytes_is_rejected_alone(tmp_path: Path) -> None:
    path = _write(tmp_path, "a,b\n1,x\n2," + "y" * 2_000_000 + "\n3,z\n")
    _, rows, intake = read_text(path, tmp_path / "work")
    # Either is safe: the record is held whole, or it alone is rejected.
    assert [row[0] for row in rows] in (["1", "3"], ["1", "2", "3"])
    assert intake.records_read == 3


def test_ten_thousand_columns_are_read(tmp_path: Path) -> None:
    header = ",".join(f"c{number}" for number in range(10_000))
    path = _write(tmp_path, f"{header}\n" + f"{'1,' * 9_999}1\n" * 3)
    names, rows, _ = read_text(path, tmp_path / "work")
    assert (len(names), len(rows), len(rows[0])) == (10_000, 3, 10_000)


def test_quotes_that_never_pair_up_do_not_take_for_ever(tmp_path: Path) -> None:
    import time

    # Each line leaves a quote open, and each next line leaves it open again: reading on from every one is quadratic.
    path = _write(tmp_path, "a,b\n" + 'x","\n' * 20_000)
    started = time.process_time()
    try:
        _, rows, intake = read_text(path, tmp_path / "work")
    except DataError:
        pass
    else:
        assert rows == []
        assert intake.records_read == intake.records_rejected
    assert time.process_time() - started < 10


def test_a_compressed_extract_is_read(tmp_path: Path) -> None:
    path = _write(tmp_path, gzip.compress(b"a,b\n1,x\n"), "extract.csv.gz")
    _, rows, intake = read_text(path, tmp_path / "work")
    assert (rows, intake.format) == ([("1", "x")], "csv.gz")


@pytest.mark.parametrize("keep", [1, 5, 12, 60, -8, -1])
def test_a_truncated_gzip_is_refused(keep: int, tmp_path: Path) -> None:
    whole = gzip.compress("".join(f"{number},{number * 7919}\n" for number in range(300)).encode())
    assert "gzip" in _refusal(_write(tmp_path, whole[:keep], "extract.csv.gz"), tmp_path / "work")


def test_a_gzip_that_swells_like_a_bomb_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("equity_audit.sources.encoding.RATIO_APPLIES_ABOVE", 2**20)
    path = _write(tmp_path, gzip.compress(b"a,b\n" + b"1,2\n" * 4_000_000), "extract.csv.gz")
    assert "swells" in _refusal(path, tmp_path / "work")
    assert sum(file.stat().st_size for file in (tmp_path / "work").iterdir()) <= 12 * 2**20


def test_plain_text_called_gz_is_refused(tmp_path: Path) -> None:
    assert "gzip" in _refusal(_write(tmp_path, "a,b\n1,2\n", "extract.csv.gz"), tmp_path / "work")


@pytest.mark.parametrize(
    "name", ["extract", "extract.doc", "extract.csv.zip", "extract.xls", "extract.parquet.gz", ".csv"]
)
def test_a_kind_that_is_not_known_is_a_usage_error(name: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="ending"):
        open_source(_write(tmp_path, "a,b\n1,2\n", name), tmp_path)


def test_a_name_that_looks_like_a_pattern_means_that_file_only(tmp_path: Path) -> None:
    _write(tmp_path, "a,b\nother,1\n", "n.csv")
    _write(tmp_path, "a,b\nother,1\n", "n1.csv")
    for name in ("[n].csv", "n?.csv", "n*.csv"):
        path = _write(tmp_path, "a,b\nmine,2\n", name)
        folder = tmp_path / "work"
        folder.mkdir(exist_ok=True)
        with embedded(folder) as backend:
            assert loaded_rows(backend, open_source(path, folder))[0] == [("mine", "2")], name


def test_a_folder_that_looks_like_a_partition_adds_no_column(tmp_path: Path) -> None:
    folder = tmp_path / "c0=7"
    folder.mkdir()
    path = _write(folder, "a,b\nmine,2\n")
    with embedded(tmp_path) as backend:
        assert loaded_rows(backend, open_source(path, tmp_path))[0] == [("mine", "2")]


@pytest.mark.needs_shared
@pytest.mark.parametrize(
    ("name", "audited", "reasons", "encoding"),
    [
        ("blank-rows.csv", 3, {}, "utf-8"),
        ("blank-rows-multiple.csv", 13, {}, "utf-8"),
        ("blank-rows-no-fields.csv", 2, {}, "utf-8"),
        ("blank-headers.csv", 2, {}, "utf-8"),
        ("duplicate-headers.csv", 2, {}, "utf-8"),
        ("capital-invalid.csv", 8, {FEWER: 1, MORE: 1}, "utf-8"),
        ("issue-1004-data1.csv", 3, {FEWER: 1, MORE: 1}, "utf-8"),
        ("schema-errors.csv", 3, {MORE: 1}, "utf-8"),
        ("structure-errors.csv", 3, {MORE: 1}, "utf-8"),
        ("without-headers-extra.csv", 1, {MORE: 1}, "utf-8"),
        ("skip-rows.csv", 0, {MORE: 3, AGAIN: 1}, "utf-8"),
        ("countries.csv", 1, {MORE: 5}, "utf-8"),
        ("latin1.csv", 2, {}, "cp1252"),
        ("table-with-accents.csv", 638, {}, "cp1252"),
        ("encoding-issue-274.csv", 507, {}, "utf-8"),
        ("bom.csv", 2, {}, "utf-8"),
        ("table.tsv", 3, {}, "utf-8"),
        ("delimiter.csv", 2, {}, "utf-8"),
        ("doublequote.csv", 5, {}, "utf-8"),
    ],
)
def test_malformed_files_of_others_give_the_counts_expected(
    name: str, audited: int, reasons: dict[str, int], encoding: str, tmp_path: Path
) -> None:
    _, rows, intake = read_text(SHARED / "badinput" / "frictionless" / name, tmp_path / "work")
    assert (len(rows), intake.records_audited) == (audited, audited)
    assert _reasons(intake) == reasons
    assert intake.encoding == encoding


@pytest.mark.parametrize("header", ['a,"b', '"a"x,b', "a,b\0"])
def test_a_malformed_header_is_refused_and_no_record_is_taken_for_it(header: str, tmp_path: Path) -> None:
    assert "header row" in _refusal(_write(tmp_path, f"{header}\n1,2\n3,4\n"), tmp_path / "work")


def test_rejections_of_both_passes_are_added_up(tmp_path: Path) -> None:
    path = _write(tmp_path, 'a,b\n1\n2,"x"y\n3,z\n4,"x"y\n' + "5,w\n" * 5 + "6,x,y\n")
    for number in (1, 2):
        folder = tmp_path / str(number)
        folder.mkdir()
        with embedded(folder) as backend:
            held, intake = loaded_rows(backend, open_source(path, folder))
        assert _reasons(intake) == {FEWER: 1, MORE: 1, WRONG_PLACE: 2}
        assert (len(held), intake.records_read) == (6, 10)


@pytest.mark.parametrize(
    ("blank", "remark"), [(1, "1 blank line was passed over"), (3, "3 blank lines were passed over")]
)
def test_blank_lines_are_remarked_upon(tmp_path: Path, blank: int, remark: str) -> None:
    _, _, intake = read_text(_write(tmp_path, "a,b\n1,x\n" + "\n" * blank + "2,y\n"), tmp_path)
    assert intake.remarks == (remark,)


def test_a_short_and_a_long_line_that_make_up_for_each_other_are_both_rejected(tmp_path: Path) -> None:
    path = tmp_path / "extract.csv"
    path.write_text("ethnicity,sex,age\nA,1,40\nB,2\nC,1,30,x\nD,2,20\n", encoding="utf-8")
    with embedded(tmp_path) as backend:
        source = open_source(path, tmp_path)
        assert source.plain is not None and source.plain.checked is not None  # passed by the count of its delimiters
        rows, intake = loaded_rows(backend, source)
    assert rows == [("A", "1", "40"), ("D", "2", "20")]
    assert intake.records_read == 4
    assert sorted(line for each in intake.rejections for line in each.lines) == [3, 4]


def test_a_quote_inside_a_value_is_remarked_upon_and_stays(tmp_path: Path) -> None:
    path = tmp_path / "extract.csv"
    path.write_text('ethnicity,sex,note\nA,1,one\nB,2,5" wide\n"C",1,"said ""no"""\n', encoding="utf-8")
    with embedded(tmp_path) as backend:
        rows, intake = loaded_rows(backend, open_source(path, tmp_path))
    assert rows == [("A", "1", "one"), ("B", "2", '5" wide'), ("C", "1", 'said "no"')]
    assert intake.remarks == ("1 record holds a quote inside a value that is not quoted (line 3): read as it stands",)
