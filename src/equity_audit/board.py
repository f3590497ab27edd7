"""What a board's paper says of itself: ``[board]`` of equity-audit.toml. Nothing here comes from an extract."""

from __future__ import annotations

import base64
import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from equity_audit.errors import UsageError

LARGEST_LOGO = 200_000
_PNG = b"\x89PNG\r\n\x1a\n"
_LISTS = ("outcomes", "sites")
# What lets a picture act or fetch; a logo needs none of it.
_ACTIVE = re.compile(
    rb"<!|<\?(?!xml\s)|<\s*(script|foreignobject|iframe|image|style|use|a)\b|\bon\w+\s*=|href|url\(|javascript:",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True)
class Board:
    """Who the paper is from and what it asks. ``logo`` is a data URI; ``outcomes`` and ``sites`` empty: all of them."""

    trust_name: str = ""
    logo: str = ""
    executive_lead: str = ""
    ask: str = ""
    outcomes: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()
    contact: str = ""
    period: str = ""


def board_from(mapping: Mapping[str, Any], folder: Path | None = None) -> Board:
    """The settings of ``[board]``; a logo's path is taken from ``folder``. Raises UsageError."""
    known = [field.name for field in fields(Board)]
    found: dict[str, Any] = {}
    for key, value in mapping.items():
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1)
            raise UsageError(f"[board]: unknown setting {key}." + (f" Did you mean {near[0]}?" if near else ""))
        if key in _LISTS:
            if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
                raise UsageError(f'[board] {key} takes a list of texts, for example {key} = ["first", "second"].')
            found[key] = tuple(value)
        elif not isinstance(value, str):
            raise UsageError(f"[board] {key} takes a text in quotes.")
        else:
            found[key] = read_logo((folder or Path()) / value) if key == "logo" else value.strip()
    return Board(**found)


def read_logo(path: Path) -> str:
    """A local PNG or SVG file as a data URI; an SVG that could fetch or run anything is refused."""
    if not path.is_file():
        raise UsageError("[board] logo names no file. Give the path of a PNG or SVG file.")
    if path.stat().st_size > LARGEST_LOGO:
        raise UsageError(f"[board] logo is larger than {LARGEST_LOGO // 1000} kB. Save it smaller.")
    content = path.read_bytes()
    if content.startswith(_PNG):
        kind = "png"
    elif re.match(rb"\s*(<\?xml[^>]*\?>)?\s*<svg[\s>]", content):
        kind = "svg+xml"
        if _ACTIVE.search(content):
            raise UsageError(
                "[board] logo: the SVG holds a script, style, link or entity. Save it as a plain SVG or PNG."
            )
    else:
        raise UsageError("[board] logo is neither PNG nor SVG.")
    return f"data:image/{kind};base64,{base64.b64encode(content).decode()}"
