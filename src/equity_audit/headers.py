"""Column names as they may be shown and suggested: a header is no value of a record, unless it holds what tells a person."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import get_close_matches

_PERSONAL = re.compile(
    r"\d{3}[ -]?\d{3}[ -]?\d{4}|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|\d{4}-\d{2}-\d{2}|\d{2}[/.-]\d{2}[/.-]\d{4}",
    re.IGNORECASE,
)
_LONGEST_HEADER = 60


def normalise_header(header: str) -> str:
    """Case, spaces, underscores and other punctuation do not tell two headers apart."""
    return re.sub(r"[\W_]+", "", header.casefold())


def safe_header(name: str, position: int) -> str:
    """A header as it may be shown: one that holds an NHS number, postcode or date is only its place."""
    if not name or _PERSONAL.search(name) or len(name) > _LONGEST_HEADER or not name.isprintable():
        return f"column {position + 1}"
    return name


def nearest_header(wanted: str, header: Sequence[str]) -> str | None:
    """The column whose name is most like the one asked for, as it may be shown; None where none is like it."""
    showable = {
        normalise_header(name): name for position, name in enumerate(header) if safe_header(name, position) == name
    }
    near = get_close_matches(normalise_header(wanted)[:_LONGEST_HEADER], list(showable), n=1, cutoff=0.7)
    return showable[near[0]] if near else None
