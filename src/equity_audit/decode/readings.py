"""One raw ethnic category → what it means, without knowing where it stands. First match wins, in the order of `read`.

Source: `rules.md` (Ethnic class), which follows the NHS Data Dictionary element ETHNIC CATEGORY: the national code
stands in the first character.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from equity_audit.codelists import column_of, label_key, missing_tokens, rows_of
from equity_audit.decode.grouping import CODES
from equity_audit.decode.schemes import belongs_to

CLASSES = ("valid", "not_stated", "not_known", "invalid", "missing")
_STRIPPED = " \t\r\n\v\f\u00a0\u200b\u200c\u200d\u2060\ufeff\"'“”‘’`."
_FIRST = {**dict.fromkeys(CODES, "valid"), "Z": "not_stated", "9": "not_known"}
_GP_ONLY = {"T": "White", "W": "Other"}


class Reading(NamedTuple):
    """What one normalised value means. ``group`` is given only where no code says it."""

    ethnic_class: str
    code: str | None
    form: str
    group: str | None = None


def normalise(raw: str) -> str:
    """NFKC, trimmed (also of no-break spaces, BOM, quotes, full stops), upper case, trailing asterisks off."""
    text = unicodedata.normalize("NFKC", raw).strip(_STRIPPED).upper()
    return text.rstrip("*").strip(_STRIPPED)


def reading_of_code(code: str, form: str) -> Reading:
    """Read a known code (A–S, Z, 99, T, W)."""
    if code in ("Z", "99"):
        return Reading("not_stated" if code == "Z" else "not_known", code, form)
    return Reading("valid", code, form, _GP_ONLY.get(code))


def read(value: str, foreign: tuple[str, ...] = (), declared: Mapping[str, Reading] | None = None) -> Reading:
    """Read a normalised value, where ``foreign`` schemes are proved and ``declared`` values mean what the user says."""
    if value == "":
        return Reading("missing", None, "missing_token")
    if declared and value in declared:
        return declared[value]
    if value in missing_tokens():
        return Reading("missing", None, "missing_token")
    if any(belongs_to(value, scheme) for scheme in foreign):
        return Reading("invalid", None, "foreign_scheme")
    return _labels().get(value) or _labels().get(label_key(value)) or _code(value)


def _code(value: str) -> Reading:
    if value in CODES or value in ("Z", "99"):
        return reading_of_code(value, "national_code")
    if value in ("9", "X"):
        return Reading("not_known", "99", "legacy_default")
    if value in _GP_ONLY:
        return reading_of_code(value, "gp_only")
    if value in column_of("ethnic_subcodes", "code", "national_code"):
        return Reading("valid", column_of("ethnic_subcodes", "code", "national_code")[value], "listed_subcode")
    if re.fullmatch(r"[A-HJ-NPRSZ9][A-Z0-9]", value):
        return Reading(_FIRST[value[0]], "99" if value[0] == "9" else value[0], "unlisted_subcode")
    if re.fullmatch(r"[0-8]", value):
        return Reading("invalid", None, "census_1991")
    return Reading("invalid", None, "unreadable")


@cache
def _labels() -> dict[str, Reading]:
    default = {"not_stated": "Z", "not_known": "99"}
    return {
        row["label"]: Reading(
            row["ethnic_class"],
            row["national_code"] or default.get(row["ethnic_class"]),
            row["kind"],
            row["group"] or None,
        )
        for row in rows_of("ethnic_labels")
    }


def cleaned(before: str, after: str, reading: Reading) -> bool:
    """Whether a value had to be tidied before it could be read; the letter case of words is no fault."""
    if reading.ethnic_class == "missing":
        return False
    words = reading.form == "label" or (reading.form in ("unreadable", "declared") and len(after) > 2)
    return (before.upper() if words else before) != after
