"""Charts as text: accessible names, the same bytes, nothing hidden in them, ids that never meet, colours that can be read."""

from __future__ import annotations

import logging
import re
import subprocess
import sys
from xml.etree import ElementTree

import pytest

from equity_audit.charts import canvas, cross_table, dumbbell
from equity_audit.charts.canvas import NARROW, WIDE
from equity_audit.model import Cell
from reports.chart_cases import CASES, FIFTHS, GROUPS, row
from reports.test_browser import contrast

SIZES = (WIDE, NARROW)
SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("width", SIZES)
@pytest.mark.parametrize("name", CASES)
def test_picture_says_what_it_is(name: str, width: int):
    root = ElementTree.fromstring(CASES[name](width=width))
    assert root.attrib["role"] == "img"
    title, described = root.attrib["aria-labelledby"].split()
    texts = {element.attrib["id"]: element.text for element in root if element.tag in (f"{SVG}title", f"{SVG}desc")}
    assert texts == {title: f"What {name} tells <&>", described: 'Figures "as drawn" & more.'}
    assert float(root.attrib["viewBox"].split()[2]) == width
    fonts = {
        font
        for each in root.iter(f"{SVG}text")
        for font in re.findall(r"(?:px |family: )([^;]+)", each.attrib["style"])
    }
    assert fonts == {canvas.FONTS}


@pytest.mark.parametrize("name", CASES)
def test_same_figures_same_bytes_whatever_the_process_has_drawn(name: str):
    first = [CASES[name](width=width) for width in SIZES]
    CASES["spc"](width=WIDE)
    assert [CASES[name](width=width) for width in SIZES] == first


def test_same_bytes_in_another_process_with_another_hash_seed():
    script = "from reports.chart_cases import CASES; import sys; sys.stdout.write(''.join(c(width=288) for c in CASES.values()))"
    results = {
        subprocess.run(
            [sys.executable, "-c", script], cwd="tests", env={"PYTHONHASHSEED": seed, "HOME": "/tmp", "PYTHONPATH": "."},
            capture_output=True, check=True,
        ).stdout
        for seed in ("1", "2")
    }  # fmt: skip
    assert results == {"".join(draw(width=NARROW) for draw in CASES.values()).encode()}


def test_ids_never_meet_and_references_are_kept():
    pictures = [draw(width=width) for draw in CASES.values() for width in SIZES]
    ids = [found for picture in pictures for found in re.findall(r' id="([^"]+)"', picture)]
    assert len(ids) == len(set(ids))
    for picture in pictures:
        own = set(re.findall(r' id="([^"]+)"', picture))
        assert set(re.findall(r'(?:href="#|url\(#)([^")]+)', picture)) <= own


@pytest.mark.parametrize("name", ["cross", "gradient-hidden", "dots"])
def test_hidden_cells_leave_only_their_marker(name: str):
    words = [each.text for each in ElementTree.fromstring(CASES[name](width=WIDE)).iter(f"{SVG}text")]
    assert "[c]" in words
    if name == "cross":
        hidden = sum((across + down) % 3 == 0 for across in range(5) for down in range(9))
        assert sum(word in ("[c]", "[u]") for word in words) == hidden
        assert sum(bool(re.fullmatch(r"\d+\.\d%", word or "")) for word in words) == 45 - hidden


def test_nothing_acts_or_fetches_and_no_date_is_told():
    for name, draw in CASES.items():
        picture = draw(width=WIDE)
        assert not re.search(r"<(script|style|image|foreignObject|metadata|!|\?)", picture), name
        assert "http" not in picture.replace("http://www.w3.org/2000/svg", ""), name


@pytest.mark.parametrize("label", ["<script>alert(1)</script>", "$x^2$ & co", "=1+1", '"><svg onload=1>'])
def test_label_is_text_whatever_it_holds(label: str):
    from equity_audit.charts import ethnic_dots
    from reports.chart_cases import story

    picture = ethnic_dots.draw([row(label, 0.4), row("Other", 0.5)], story("dots"))
    root = ElementTree.fromstring(picture)
    assert label in [each.text for each in root.iter(f"{SVG}text")]
    assert "<script" not in picture


def test_no_warning_is_logged_for_want_of_a_font(caplog: pytest.LogCaptureFixture):
    with caplog.at_level(logging.WARNING):
        CASES["gradient"](width=WIDE)
    assert caplog.records == []


@pytest.mark.parametrize(("ground", "ink"), cross_table.STEPS)
def test_each_step_of_the_heat_map_can_be_read(ground: str, ink: str):
    assert contrast(rgb(ground), rgb(ink)) >= 4.5


@pytest.mark.parametrize("colour", [canvas.TEXT, canvas.QUIET, canvas.DARK_BLUE])
def test_text_colours_can_be_read_on_paper(colour: str):
    assert contrast(rgb(colour), "rgb(255, 255, 255)") >= 4.5


@pytest.mark.parametrize("colour", [canvas.BLUE, canvas.PINK, canvas.MARK, canvas.RED, canvas.PURPLE])
def test_marks_can_be_seen_on_paper(colour: str):
    assert contrast(rgb(colour), "rgb(255, 255, 255)") >= 3


@pytest.mark.parametrize(
    ("shares", "honest"),
    [
        ((0.5, 0.45, 0.4, 0.35, 0.3), True), ((0.3, 0.3, 0.4, 0.5, 0.5), True), ((0.5, 0.6, 0.4, 0.35, 0.3), False),
        ((0.5, 0.45, 0.2, 0.35, 0.3), False), ((0.5, None, 0.4, 0.35, 0.3), False),
    ],
)  # fmt: skip
def test_dumbbell_is_refused_where_the_middle_lies_outside(shares: tuple[float | None, ...], honest: bool):
    assert dumbbell.tells_the_truth([row(name, share) for name, share in zip(FIFTHS, shares, strict=True)]) is honest


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        (0.0, 1.0, [0, 0.2, 0.4, 0.6, 0.8, 1.0]),
        (0.391, 0.455, [0.38, 0.4, 0.42, 0.44, 0.46]),
        (0.5, 0.5, None),
        (0.0, 0.0, None),
    ],
)
def test_ticks_are_round_and_hold_the_range(low: float, high: float, ticks: list[float] | None):
    step, found = canvas.round_steps(low, high)
    assert found[0] <= low <= high <= found[-1] and len(found) >= 2 and step > 0
    assert ticks is None or found == ticks


def test_labels_are_spread_in_their_order():
    moved = canvas.spread([10, 10, 40, 12], 16)
    assert moved == [10, 26, 58, 42]
    assert canvas.spread([90, 95, 97], 16, 100) == [68, 84, 100]
    assert canvas.spread([10, 95], 16, 100) == [10, 95]
    assert canvas.spread([], 16, 100) == []


def test_step_of_a_value():
    assert [cross_table.step_of(value, 0, 1) for value in (0, 0.19, 0.2, 0.99, 1)] == [0, 0, 1, 4, 4]
    assert cross_table.step_of(0.4, 0.4, 0.4) == 0


def test_waterfall_counts_only_what_is_shown():
    texts = [each.text for each in ElementTree.fromstring(CASES["waterfall"](width=WIDE)).iter(f"{SVG}text")]
    assert texts == [
        "All records", "2,500", "No location recorded", "−160", "Identity legally withheld", "[c]", "Living overseas",
        "−25", "Linked to a quintile", "2,315",
    ]  # fmt: skip
    assert Cell(None, "c").value is None and len(GROUPS) == 9


def rgb(colour: str) -> str:
    return f"rgb({', '.join(str(int(colour[place : place + 2], 16)) for place in (1, 3, 5))})"
