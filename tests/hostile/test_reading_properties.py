"""Whatever table is written in whatever dialect, both readers give its values; a damaged line damages only itself."""

from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from equity_audit.errors import DataError
from equity_audit.sources import open_source
from hostile.reading import embedded, loaded_rows, strict_rows

MODEST = settings(
    derandomize=True, database=None, deadline=None, max_examples=60, suppress_health_check=list(HealthCheck)
)
VALUE = st.text(st.sampled_from("aZ9 é’\"',;|\t\n\r=-+@\\#\u2028\ufeff"), max_size=6)
PLAIN = st.text(st.sampled_from("abcXYZ019 é-"), min_size=1, max_size=6)
WIDTH = st.integers(2, 5)


@st.composite
def tables(draw: st.DrawFn, values: st.SearchStrategy[str] = VALUE) -> list[list[str]]:
    width = draw(WIDTH)
    rows = draw(st.lists(st.lists(values, min_size=width, max_size=width), min_size=1, max_size=12))
    return [[f"h{number}" for number in range(width)], *rows]


def _written(table: list[list[str]], delimiter: str, quoting: int, end: str) -> bytes:
    if any("\r" in value for row in table for value in row):
        quoting = csv.QUOTE_ALL  # the writer of Python 3.11 leaves a bare carriage return unquoted
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, quoting=quoting, lineterminator=end).writerows(table)
    return text.getvalue().encode("utf-8")


@MODEST
@given(
    tables(),
    st.sampled_from(",;\t|"),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    st.booleans(),
)
def test_both_readers_give_the_values_that_were_written(
    table: list[list[str]], delimiter: str, quoting: int, end: str, codec: str, ended: bool
) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        content = _written(table, delimiter, quoting, end).decode()
        path = folder / "extract.csv"
        path.write_bytes((content if ended else content.removesuffix(end)).encode(codec))
        wanted = [tuple(value or None for value in row) for row in table[1:]]
        source = open_source(path, folder)
        assert source.header == tuple(table[0])
        rows, intake = strict_rows(source)
        assert rows == wanted
        with embedded(folder) as backend:
            held, again = loaded_rows(backend, source)
        assert held == wanted
        assert again == intake
        assert (intake.records_read, intake.rejections) == (len(wanted), ())


@MODEST
@given(tables(PLAIN), st.data())
def test_a_damaged_line_is_counted_and_changes_no_other(table: list[list[str]], data: st.DataObject) -> None:
    lines = _written(table, ",", csv.QUOTE_MINIMAL, "\n").decode().splitlines()
    place = data.draw(st.integers(1, len(lines) - 1))
    # A quote that opens is only told from one that closes by what comes after: some record follows it, unquoted.
    damage = data.draw(st.sampled_from(["drop", "add", "empty field", "open quote", "stray quote", "nul", "cut"]))
    line = lines[place]
    first, _, rest = line.partition(",")
    lines[place] = {
        "drop": rest,
        "add": f"{line},x",
        "empty field": f"{line},",
        "open quote": f'"{line}',
        "stray quote": f'"{first}"x,{rest}',
        "nul": f"{first}\0,{rest}",
        "cut": first,
    }[damage]
    assume(lines[place] != "")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "extract.csv"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        whole = [tuple(row) for number, row in enumerate(table[1:], start=1) if number != place]
        try:
            source = open_source(path, folder)
        except DataError:
            assert not whole
            return
        for way in ("strict", "engine"):
            if way == "strict":
                rows, intake = strict_rows(source)
            else:
                with embedded(folder) as backend:
                    rows, intake = loaded_rows(backend, open_source(path, folder))
            assert rows == whole, way
            assert (intake.records_read, intake.records_audited, intake.records_rejected) == (
                len(table) - 1,
                len(whole),
                1,
            )
            assert [each.lines for each in intake.rejections if each.lines] in ([(place + 1,)], [])


@settings(MODEST, max_examples=150)
@given(tables(PLAIN), st.data(), st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_lines_that_make_up_for_each_other_are_told_apart(
    table: list[list[str]], data: st.DataObject, end: str, ended: bool
) -> None:
    # As many delimiters as a sound file has: some lines have one too few, as many have one too many, blank after it or not.
    width, most = len(table[0]), (len(table) - 1) // 2
    assume(most and width > 2)
    pairs = data.draw(st.integers(1, most))
    places = data.draw(st.permutations(range(1, len(table))))[: 2 * pairs]
    short, long = set(places[::2]), set(places[1::2])
    more = data.draw(st.sampled_from([",", ",x"]))
    lines = [
        ",".join(row[:-1]) if number in short else ",".join(row) + (more if number in long else "")
        for number, row in enumerate(table)
    ]
    with tempfile.TemporaryDirectory() as name, embedded(Path(name)) as backend:
        path = Path(name) / "extract.csv"
        path.write_text(end.join(lines) + (end if ended else ""), encoding="utf-8", newline="")
        whole = [tuple(row) for number, row in enumerate(table) if number and number not in short | long]
        try:
            rows, intake = loaded_rows(backend, open_source(path, Path(name)))
        except DataError:
            assert not whole
            return
    assert rows == whole
    assert intake.records_rejected == 2 * pairs
    assert (
        sorted(line for each in intake.rejections for line in each.lines)[:5]
        == sorted(place + 1 for place in short | long)[:5]
    )
