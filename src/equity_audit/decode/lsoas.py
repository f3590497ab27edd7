"""LSOA columns → the area of the edition's vintage, directly or through the official lookup, or why there is none."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from equity_audit.decode.places import by_distinct, lsoa_form, tidy
from equity_audit.decode.vintage import DECLARED, OTHER, Vintages, columns_in_order, is_own

_TEXTS = ("form", "lookup", "nation", "area", "via", "code", "vintage", "sub_reason")


def read_lsoas(tally: pd.DataFrame, known: Vintages | None, *, contradicted: bool = False) -> pd.DataFrame:
    """What the LSOA columns say together: the first that links, else the first reason among those filled.

    Parameters
    ----------
    known
        The edition and the lists around it; None where no edition is installed.
    contradicted
        The codes contradict the edition (DEP009): they link only through the lookup.

    Returns
    -------
        ``form``, ``lookup``, ``outside``, ``nation``, ``denied`` (listed, but DEP009 forbids the link), ``area`` (code in
        the edition, "" where none), ``via`` (lsoa, bridged or ""), ``code`` and ``vintage`` as recorded.
    """
    result = pd.DataFrame({**dict.fromkeys(_TEXTS, ""), "outside": False, "denied": False}, index=tally.index).astype(
        dict.fromkeys(_TEXTS, object)
    )
    result["form"], result["lookup"] = "missing", "not_applicable"
    for name in columns_in_order(tally, known.edition if known else None):
        read = _read_column(tally[name], name, known, contradicted=contradicted)
        # A later column speaks only where none before it was filled, or where it links and none before did.
        speaks = (result["form"] == "missing") | ((result["area"] == "") & (read["area"] != "") & ~result["outside"])
        speaks &= read["form"] != "missing"
        for column in ("form", "lookup", "denied", "area", "via", "code", "vintage", "sub_reason"):
            result.loc[speaks, column] = read[column]
        outside = read["form"] == "outside_england"
        result.loc[outside & ~result["outside"], "nation"] = read["nation"]
        result["outside"] |= outside
    return result


def _read_column(raw: pd.Series[Any], name: str, known: Vintages | None, *, contradicted: bool) -> pd.DataFrame:
    code = by_distinct(raw, tidy)
    read = pd.DataFrame(list(by_distinct(code, lsoa_form)), columns=["form", "nation"], index=raw.index)
    read = read.assign(lookup="not_applicable", denied=False, area="", via="", code=code, vintage="", sub_reason="")
    read = read.astype(dict.fromkeys(("lookup", "area", "via", "vintage", "sub_reason"), object))
    english = read["form"] == "england"
    read["sub_reason"] = read["sub_reason"].mask(
        read["form"] == "malformed", by_distinct(code, _geography_of).astype(object)
    )
    if known is None:
        read.loc[english, "lookup"] = "no_reference"
        return read
    own = known.edition.vintage
    found, other = code.isin(known.edition.frame.index), known.is_other(code)
    if is_own(name, known.edition):
        read.loc[english, "lookup"] = np.select(
            [found[english], other[english]], ["listed", "other_vintage"], "not_listed"
        )
        direct = english & found & (not contradicted)
        read["vintage"] = read["vintage"].mask(english, np.where(other, OTHER.get(own, ""), own))
        crossing = english & ~direct
    else:
        read.loc[english, "lookup"] = "other_vintage"
        direct = english & False
        read["vintage"] = read["vintage"].mask(english, DECLARED[name])
        # The lookup leads from 2011 to 2021 and back; codes of 2001 join no edition.
        crossing = english & (DECLARED[name] == OTHER.get(own))
    bridged = code.map(known.bridge).where(crossing)
    bridged = bridged.where(bridged.isin(known.edition.frame.index))
    read["area"] = code.where(direct, bridged.fillna(""))
    read["via"] = np.select([direct, bridged.notna()], ["lsoa", "bridged"], "")
    read["denied"] = english & found & (read["area"] == "")
    reason = "split, merged or irregular" if known.bridge else "no lookup installed"
    wrong = english & (read["area"] == "") & (read["denied"] | (read["lookup"] == "other_vintage"))
    read.loc[wrong, "sub_reason"] = reason if is_own(name, known.edition) or DECLARED[name] != "2001" else "2001 codes"
    return read


def _geography_of(code: str) -> str:
    """What a code that is no LSOA looks like."""
    kinds = {"E02": "middle layer area", "W02": "middle layer area", "E05": "ward", "W05": "ward", "E00": "output area"}
    if code[:3] in kinds:
        return kinds[code[:3]]
    return "local authority" if code[:3] in ("E06", "E07", "E08", "E09", "W06") else "not a code of an area"
