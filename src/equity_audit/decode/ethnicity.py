"""Raw ethnic category → class, code, group and form of recording: exactly one class for every record.

The scheme of each site is settled before any value is read (`schemes.py`); what a value means is in `readings.py`.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from equity_audit.decode.declared import Declared
from equity_audit.decode.grouping import CODES, GROUPS, HIGH, UNUSABLE, group_labels, high_group, shown_group
from equity_audit.decode.readings import CLASSES, Reading, cleaned, normalise, read
from equity_audit.decode.schemes import find_schemes
from equity_audit.model import Dictionary

__all__ = ["CLASSES", "CODES", "GROUPS", "PLACES", "decode_ethnicity", "normalise", "vodim_of"]

# Every usable answer has a place: the 16 codes, T and W, then answers known only by their group.
PLACES = (*CODES, "T", "W", *HIGH)
NO_PLACE = len(PLACES)
VODIM = ("valid", "other", "default", "invalid", "missing")
_GROUP_OF_CLASS = dict(zip(CLASSES[1:], UNUSABLE, strict=True))


def decode_ethnicity(
    tally: pd.DataFrame, *, grouping: str = "2001", groups: int = 5, declared: Declared | None = None
) -> tuple[Dictionary, pd.DataFrame]:
    """Give each distinct (ethnicity, site) its meaning.

    Parameters
    ----------
    tally
        ``ethnicity`` (raw text or missing), ``site`` (where the extract has one), ``records``.
    grouping
        Place of Chinese (R): ``2001`` in Other, ``2021`` in Asian.
    groups
        5, 6 (Chinese apart) or 16: what ``ethnic_group`` counts.
    declared
        How the user says that values are to be read.

    Returns
    -------
        The dictionary: ``ethnic_class``, ``ethnic_class_code`` (position in `CLASSES`), ``ethnic_code`` (A–S, T, W, Z,
        99 or None), ``ethnic_place`` (position in `PLACES`, one past the end where not usable), ``ethnic_form``,
        ``needed_cleaning`` (yes, no), ``ethnic_group`` (position in the labels of the grouping), ``ethnic_high_group``
        (position in `GROUPS`), and the two national standards: ``exact`` (yes, no: stands in the national list as it
        is) and ``vodim`` (by first character). And the schemes of each site.
    """
    keys = tuple(name for name in ("ethnicity", "site") if name in tally)
    raw = tally["ethnicity"].astype(object).where(tally["ethnicity"].notna(), "")
    site = tally["site"].astype(object).where(tally["site"].notna(), "") if "site" in tally else ""
    values = pd.DataFrame({"site": site, "normalised": raw.map({value: normalise(value) for value in raw.unique()})})
    schemes = find_schemes(values.assign(records=tally["records"]), declared.covers if declared else None)
    foreign = dict(zip(schemes["site"], schemes["schemes"], strict=True))
    mapping = declared.values if declared else None
    plain = {value: read(value, (), mapping) for value in values["normalised"].unique()}
    readings = [
        plain[value] if not foreign[where] else read(value, foreign[where], mapping)
        for where, value in zip(values["site"], values["normalised"], strict=True)
    ]
    high = [_high(reading, grouping) for reading in readings]
    labels = group_labels(groups)
    shown = [
        shown_group(reading.code, name, groups) if name in HIGH else name
        for reading, name in zip(readings, high, strict=True)
    ]
    before_after = zip(raw, values["normalised"], readings, strict=True)
    frame = tally.assign(
        ethnic_class=[reading.ethnic_class for reading in readings],
        ethnic_class_code=_small([CLASSES.index(reading.ethnic_class) for reading in readings], tally),
        ethnic_code=pd.Series([reading.code for reading in readings], index=tally.index, dtype=object),
        ethnic_place=_small([place_of(item.code, name) for item, name in zip(readings, high, strict=True)], tally),
        ethnic_form=[reading.form for reading in readings],
        needed_cleaning=["yes" if cleaned(*item) else "no" for item in before_after],
        ethnic_group=[labels.index(name) for name in shown],
        ethnic_high_group=_small([GROUPS.index(name) for name in high], tally),
        exact=["yes" if value in CODES or value in ("Z", "99") else "no" for value in raw],
        vodim=[vodim_of(value) for value in raw],
    )
    return Dictionary(subject="ethnicity", keys=keys, frame=frame), schemes


def _small(values: list[int], like: pd.DataFrame) -> pd.Series[Any]:
    return pd.Series(values, index=like.index, dtype="int8")


def _high(reading: Reading, grouping: str) -> str:
    if reading.ethnic_class != "valid":
        return _GROUP_OF_CLASS[reading.ethnic_class]
    return reading.group or high_group(reading.code or "", grouping)


def place_of(code: str | None, high: str) -> int:
    """Position of a usable answer in `PLACES`; one past the end where the answer is not usable."""
    if high not in HIGH:
        return NO_PLACE
    return PLACES.index(code or high)


def vodim_of(raw: str) -> str:
    """Give valid, other, default, invalid or missing as NHS England's MHSDS rule has it.

    LEFT(UPPER(value), 1), from NHSDigital/mental-health-monthly-statistics. It trims nothing and knows no other scheme.
    """
    if raw.strip() == "":
        return "missing"
    first = raw[0].upper()
    if first in CODES:
        return "valid"
    return "other" if first == "Z" else "default" if raw == "99" else "invalid"
