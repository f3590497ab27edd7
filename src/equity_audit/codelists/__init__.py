"""Code lists, each with its source and edition in SOURCES.md. Read once, as plain dictionaries."""

from __future__ import annotations

import csv
import re
import unicodedata
from functools import cache
from importlib import resources


@cache
def rows_of(name: str) -> tuple[dict[str, str], ...]:
    """Rows of ``codelists/<name>.csv`` as text."""
    text = (resources.files(__package__) / f"{name}.csv").read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines()))


@cache
def column_of(name: str, key: str, value: str) -> dict[str, str]:
    """``key`` → ``value`` for one code list."""
    return {row[key]: row[value] for row in rows_of(name)}


@cache
def missing_tokens() -> frozenset[str]:
    """What is written where nothing was recorded, in upper case; the empty text among them."""
    return frozenset({"", *column_of("missing_tokens", "token", "token")})


def label_key(text: str) -> str:
    """How a description is looked up: NFKC, upper case, every run of other characters one space."""
    return re.sub(r"[\W_]+", " ", unicodedata.normalize("NFKC", text).upper()).strip()
