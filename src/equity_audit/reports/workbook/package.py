"""The finished workbook as bytes: the same report gives the same bytes, and every chart has its words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from io import BytesIO
from typing import Any
from xml.sax.saxutils import quoteattr
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

# Zip members have a time in local clock time and two-second steps; one fixed time says nothing and never changes.
_FIXED = (1980, 1, 1, 0, 0, 0)
_MODIFIED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*(</dcterms:modified>)")
_NAMED = re.compile(rb'<((?:\w+:)?cNvPr) id="(\d+)" name="Chart 1"')


def packed(book: Any, descriptions: Mapping[str, tuple[str, str]]) -> bytes:
    """Save a workbook, put in the fixed times, and give charts (by drawing part) their name and alternative text."""
    buffer = BytesIO()
    stamp = book.properties.created.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    book.save(buffer)
    out = BytesIO()
    with ZipFile(buffer) as saved, ZipFile(out, "w", ZIP_DEFLATED) as target:
        for name in sorted(saved.namelist(), key=_part_order):
            content = saved.read(name)
            if name == "docProps/core.xml":
                content = _MODIFIED.sub(rb"\g<1>" + stamp + rb"\g<2>", content)
            if name in descriptions:
                content = _described(content, *descriptions[name])
            part = ZipInfo(name, _FIXED)
            part.compress_type, part.external_attr, part.create_system = ZIP_DEFLATED, 0o600 << 16, 3
            target.writestr(part, content)
    return out.getvalue()


def _part_order(name: str) -> tuple[bool, str]:
    # Readers expect the list of content types first.
    return name != "[Content_Types].xml", name


def _described(drawing: bytes, name: str, description: str) -> bytes:
    words = f"name={quoteattr(name)} descr={quoteattr(description)}".encode()
    described, count = _NAMED.subn(lambda found: b'<%s id="%s" %s' % (found[1], found[2], words), drawing)
    if count != 1:
        raise ValueError("A drawing part does not hold one chart as openpyxl writes it.")
    return described
