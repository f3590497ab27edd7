"""Settings of a board's paper: plain texts, and a logo that can neither run nor fetch anything."""

from __future__ import annotations

from base64 import b64decode
from pathlib import Path

import pytest

from equity_audit.board import LARGEST_LOGO, Board, board_from
from equity_audit.errors import UsageError

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20
SVG = b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><path d="M0 0h1v1z"/></svg>'


def test_settings_are_taken_as_they_are():
    board = board_from({"trust_name": " Anytown ", "outcomes": ["a"], "sites": ["X"], "ask": "Note it."})
    assert board == Board(trust_name="Anytown", outcomes=("a",), sites=("X",), ask="Note it.")
    assert board_from({}) == Board()


@pytest.mark.parametrize(("content", "kind"), [(PNG, "png"), (SVG, "svg+xml")])
def test_logo_becomes_part_of_the_page(tmp_path: Path, content: bytes, kind: str):
    (tmp_path / "logo").write_bytes(content)
    start, _, rest = board_from({"logo": "logo"}, tmp_path).logo.partition(",")
    assert start == f"data:image/{kind};base64" and b64decode(rest) == content


@pytest.mark.parametrize(
    "inside",
    [
        b"<script>alert(1)</script>", b'<image href="https://example.invalid/x"/>', b'<path onload="alert(1)"/>',
        b"<style>@import url(x)</style>", b"<foreignObject/>", b'<path fill="url(https://example.invalid)"/>', b"<!ENTITY x 'y'>",
        b'<a xlink:href="javascript:1">x</a>',
    ],
)  # fmt: skip
def test_active_svg_is_refused(tmp_path: Path, inside: bytes):
    (tmp_path / "logo.svg").write_bytes(SVG.replace(b"<path", inside + b"<path", 1))
    with pytest.raises(UsageError, match="plain SVG or PNG"):
        board_from({"logo": "logo.svg"}, tmp_path)


@pytest.mark.parametrize(
    ("content", "words"),
    [(None, "names no file"), (b"GIF89a", "neither PNG nor SVG"), (PNG + b"\0" * LARGEST_LOGO, "larger")],
)
def test_other_logos_are_refused(tmp_path: Path, content: bytes | None, words: str):
    if content is not None:
        (tmp_path / "logo").write_bytes(content)
    with pytest.raises(UsageError, match=words):
        board_from({"logo": "logo"}, tmp_path)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"trust": "x"}, "Did you mean trust_name"),
        ({"ask": 1}, "takes a text"),
        ({"sites": "X"}, "list of texts"),
        ({"outcomes": [1]}, "list of texts"),
    ],
)
def test_faults_are_told(settings: dict[str, object], words: str):
    with pytest.raises(UsageError, match=words):
        board_from(settings)
