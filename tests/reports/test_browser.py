"""The page in a real browser: accessible, silent, alone, legible and printable. Skipped where there is none; never in CI."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from equity_audit.charts.canvas import NARROW, WIDE
from equity_audit.reports.html import render
from reports.chart_cases import CASES
from reports.chromium import Browser, find_chromium
from reports.made_up import made_up_report
from reports.samples import NAMES, SITE_HEADER, hostile_report, sample_report

AXE = Path(__file__).parents[1] / "browser" / "node_modules" / "axe-core" / "axe.min.js"
WIDTHS = (1100, 320)
PAGES = (*NAMES, "made_up", "hostile")
OPEN_ALL = "document.querySelectorAll('details').forEach(each => each.open = true)"
# Every visible text with its own colour and that of the ground painted under its middle.
TEXTS = """
(() => {
  const parse = colour => (colour.match(/[\\d.]+/g) || []).map(Number);
  const opaque = colour => { const [, , , a = 1] = parse(colour); return parse(colour).length && a > 0.5; };
  const ground = (element, x, y) => {
    let painted = document.elementsFromPoint(x, y);
    // What lies beyond the edge of a scrolled table is painted on its ancestors.
    if (!painted.length) for (let up = element; up; up = up.parentElement) painted.push(up);
    for (const other of painted) {
      if (other.closest('text')) continue;
      const style = getComputedStyle(other);
      if (other instanceof SVGElement && other.tagName !== 'svg') {
        if (style.fill !== 'none' && opaque(style.fill) && other.isPointInFill) {
          const box = other.getBoundingClientRect();
          if (box.width > 6 && box.height > 6) return style.fill;
        }
      } else if (opaque(style.backgroundColor)) return style.backgroundColor;
    }
    return 'rgb(255, 255, 255)';
  };
  const found = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const node = walk.currentNode, element = node.parentElement;
    if (!node.data.trim() || !element.checkVisibility({visibilityProperty: true})) continue;
    if (['title', 'desc', 'STYLE'].includes(element.tagName)) continue;
    const range = document.createRange(); range.selectNodeContents(node);
    const box = range.getClientRects()[0];
    if (!box || !box.width || box.right < 0) continue;
    const style = getComputedStyle(element), svg = element.closest('svg');
    found.push({
      text: node.data.trim().slice(0, 60), colour: svg ? style.fill : style.color,
      ground: ground(element, box.x + box.width / 2, box.y + box.height / 2),
    });
  }
  return found;
})()
"""
# Texts of a picture that cover each other, or stick out of it.
CLASHES = """
[...document.querySelectorAll('figure svg')].filter(svg => svg.checkVisibility()).flatMap(svg => {
  const frame = svg.getBoundingClientRect(), clashes = [];
  const boxes = [...svg.querySelectorAll('text')].map(text => [text.textContent, text.getBoundingClientRect()]);
  boxes.forEach(([words, box], place) => {
    if (box.left < frame.left - 1 || box.right > frame.right + 1 || box.top < frame.top - 1 || box.bottom > frame.bottom + 1)
      clashes.push(`${words} sticks out of ${svg.querySelector('title').textContent}`);
    for (const [other, its] of boxes.slice(place + 1))
      if (box.left + 1 < its.right && its.left + 1 < box.right && box.top + 2.5 < its.bottom && its.top + 2.5 < box.bottom)
        clashes.push(`${words} over ${other} in ${svg.querySelector('title').textContent}`);
  });
  return clashes;
})
"""


def absent(what: str) -> None:
    if os.environ.get("CI") == "true":
        pytest.fail(f"{what} is not installed; .ci/run installs it")
    pytest.skip(f"{what} is not installed")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    program = find_chromium()
    if program is None:
        absent("Chromium")
    with Browser(program) as opened:
        yield opened


@pytest.fixture(scope="module")
def axe() -> str:
    if not AXE.is_file():
        absent("axe-core (npm ci --prefix tests/browser)")
    return AXE.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("pages")
    reports = {name: sample_report(name) for name in NAMES}
    reports |= {"made_up": made_up_report("none", "Board of Anytown"), "hostile": hostile_report()}
    for name, report in reports.items():
        (folder / f"{name}.html").write_bytes(render(report))
    return {name: folder / f"{name}.html" for name in reports}


def show(browser: Browser, page: Path, width: int) -> None:
    browser.media(forced_colors="none", prefers_color_scheme="light")
    browser.size(width)
    browser.open(page)
    browser.run(OPEN_ALL)
    # As tall as the page, so that every text can be looked at where it lies.
    browser.size(width, int(browser.run("document.documentElement.scrollHeight")) + 10)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing(browser: Browser, axe: str, pages: dict[str, Path], name: str, width: int):
    show(browser, pages[name], width)
    browser.run(axe)
    found = browser.run("axe.run(document).then(all => all.violations.map(v => [v.id, v.nodes[0].html.slice(0, 200)]))")
    assert found == []


@pytest.mark.parametrize("name", PAGES)
def test_page_is_silent_and_alone(browser: Browser, pages: dict[str, Path], name: str):
    show(browser, pages[name], 1100)
    said = [event for event in browser.events if event.get("method") in ("Log.entryAdded", "Runtime.consoleAPICalled")]
    asked = [
        event["params"]["request"]["url"]
        for event in browser.events
        if event.get("method") == "Network.requestWillBeSent"
    ]
    assert said == []
    assert [url for url in asked if not url.startswith("data:")] == [pages[name].resolve().as_uri()]


def test_text_is_complete_without_scripts(browser: Browser, pages: dict[str, Path]):
    show(browser, pages["outpatients"], 1100)
    with_scripts = browser.run("document.body.innerText")
    browser.scripts(on=False)
    try:
        show(browser, pages["outpatients"], 1100)
        assert browser.run("document.body.innerText") == with_scripts
        assert len(with_scripts) > 5000
    finally:
        browser.scripts(on=True)


@pytest.mark.parametrize("mode", ["light", "dark", "forced"])
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", ["admitted_care", "made_up"])
def test_every_text_can_be_read_on_its_ground(
    browser: Browser, pages: dict[str, Path], name: str, width: int, mode: str
):
    show(browser, pages[name], width)
    if mode != "light":
        browser.media(prefers_color_scheme="dark", forced_colors="active" if mode == "forced" else "none")
    texts = browser.run(TEXTS)
    assert len(texts) > 100
    assert {each["text"] for each in texts} & {"1 (most deprived)"}
    weak = [each for each in texts if contrast(each["colour"], each["ground"]) < 4.5]
    assert weak == []


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", PAGES)
def test_no_label_covers_another(browser: Browser, pages: dict[str, Path], name: str, width: int):
    show(browser, pages[name], width)
    assert browser.run(CLASHES) == []
    shown = browser.run(
        "[...document.querySelectorAll('figure')].map(f => [...f.querySelectorAll('svg')].filter(s => s.checkVisibility()).length)"
    )
    assert set(shown) == {1}


@pytest.mark.parametrize("name", PAGES)
def test_narrow_page_does_not_scroll_sideways_and_ids_are_unique(browser: Browser, pages: dict[str, Path], name: str):
    show(browser, pages[name], 320)
    assert browser.run("document.documentElement.scrollWidth") <= 320
    ids = browser.run("[...document.querySelectorAll('[id]')].map(each => each.id)")
    assert len(ids) == len(set(ids))
    broken = browser.run(
        "[...document.querySelectorAll('a[href^=\"#\"], use, [aria-labelledby]')].flatMap(e =>"
        "(e.getAttribute('aria-labelledby') || e.getAttribute('href').slice(1)).split(' '))"
        ".filter(name => !document.getElementById(name))"
    )
    assert broken == []


@pytest.mark.parametrize("name", NAMES)
def test_sample_prints_on_at_most_eight_pages_of_a4(browser: Browser, pages: dict[str, Path], name: str):
    browser.media(forced_colors="none", prefers_color_scheme="light")
    browser.size(1100)
    browser.open(pages[name])
    printed = browser.pdf()
    assert 2 <= len(re.findall(rb"/Type\s*/Page\b(?!s)", printed)) <= 8
    boxes = {
        tuple(round(float(end)) for end in box.split()) for box in re.findall(rb"/MediaBox\s*\[([^\]]+)\]", printed)
    }
    assert boxes == {(0, 0, 595, 842)} or boxes == {(0, 0, 594, 841)} or boxes == {(0, 0, 595, 841)}


@pytest.mark.parametrize("name", NAMES)
def test_the_last_of_eight_pages_is_no_more_than_two_thirds_full(
    browser: Browser, pages: dict[str, Path], tmp_path: Path, name: str
):
    if shutil.which("pdftotext") is None:
        absent("pdftotext")
    browser.media(forced_colors="none", prefers_color_scheme="light")
    browser.open(pages[name])
    (tmp_path / "page.pdf").write_bytes(browser.pdf())
    command = ["pdftotext", "-bbox", tmp_path / "page.pdf", "-"]
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split("<page ")[1:]
    last = max(float(place) for place in re.findall(r'yMax="([\d.]+)"', printed[-1]))
    assert len(printed) < 8 or last < 2 / 3 * 842


def test_attacks_are_text(browser: Browser, pages: dict[str, Path]):
    show(browser, pages["hostile"], 1100)
    assert browser.run("document.querySelectorAll('script, img, iframe, object, embed, b, i').length") == 0
    handlers = (
        "[...document.querySelectorAll('*')].flatMap(e => [...e.attributes]).filter(a => /^on/i.test(a.name)).length"
    )
    assert browser.run(handlers) == 0
    text = browser.run("document.body.textContent")
    assert SITE_HEADER in text
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", text)
    assert not any(event.get("method") == "Page.javascriptDialogOpening" for event in browser.events)


def test_policy_stops_what_would_be_planted(browser: Browser, pages: dict[str, Path], tmp_path: Path):
    whole = pages["outpatients"].read_text(encoding="utf-8")
    planted = tmp_path / "planted.html"
    bad = "<script>window.planted = 1</script><img src='https://example.invalid/x.png'><form action='https://example.invalid'></form>"
    planted.write_text(whole.replace("</main>", f"{bad}</main>"), encoding="utf-8")
    show(browser, planted, 1100)
    assert browser.run("window.planted === undefined")
    refused = [event for event in browser.events if event.get("method") == "Log.entryAdded"]
    assert "example.invalid" in json.dumps(refused)
    assert "Content Security Policy" in json.dumps(refused)


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_charts_of_hard_figures_can_be_read(browser: Browser, tmp_path: Path, width: int):
    figures = (f"<figure style='width:{width}px'>{draw(width=width)}</figure>" for draw in CASES.values())
    page = tmp_path / "charts.html"
    page.write_text(
        f"<!doctype html><meta charset=utf-8><p>1 (most deprived)<body>{''.join(figures)}", encoding="utf-8"
    )
    show(browser, page, width + 100)
    assert browser.run(CLASHES) == []
    weak = [each for each in browser.run(TEXTS) if contrast(each["colour"], each["ground"]) < 4.5]
    assert weak == []


def contrast(first: str, second: str) -> float:
    one, two = sorted((luminance(first), luminance(second)))
    return (two + 0.05) / (one + 0.05)


def luminance(colour: str) -> float:
    red, green, blue = (float(part) / 255 for part in re.findall(r"[\d.]+", colour)[:3])
    parts = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in (red, green, blue)]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
