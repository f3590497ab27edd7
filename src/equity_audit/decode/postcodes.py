"""Postcodes → what the directory says: its LSOA, whether it has ended, or why there is none."""

from __future__ import annotations

from itertools import product
from typing import Any

import pandas as pd

from equity_audit.decode.places import by_distinct, lsoa_form, postcode_form, tidy
from equity_audit.decode.vintage import OTHER, Vintages

_SWAPS = {"O": "0", "0": "O", "I": "1", "1": "I"}
_MOST_SWAPS = 4


def read_postcodes(tally: pd.DataFrame, known: Vintages | None, directory: pd.DataFrame | None) -> pd.DataFrame:
    """What the postcode column says.

    Parameters
    ----------
    directory
        Entries by compact postcode for the postcodes of the tally, as `equity_audit.reference.postcodes.look_up` gives
        them; None where no directory is installed.

    Returns
    -------
        ``form``, ``class`` and ``nation`` of a pseudo postcode or a non-English entry, ``lookup`` (found, not_found,
        no_directory, not_applicable), ``ended`` (YYYYMM or NaN), ``area`` (code in the edition), ``reason``,
        ``lsoa_2011`` and ``lsoa_2021`` of the directory.
    """
    index = tally.index
    blank = {"form": "missing", "class": "", "nation": "", "lookup": "not_applicable", "area": "", "reason": "",
             "lsoa_2011": "", "lsoa_2021": "", "sub_reason": "", "code": ""}  # fmt: skip
    result = pd.DataFrame(blank, index=index).astype(object).assign(ended=float("nan"))
    if "postcode" not in tally:
        return result
    code = by_distinct(tally["postcode"], tidy)
    forms = pd.DataFrame(list(by_distinct(code, postcode_form)), columns=["form", "class", "nation"], index=index)
    result[["form", "class", "nation"]] = forms
    result["code"] = code
    well = result["form"] == "well_formed"
    malformed = result["form"] == "malformed"
    result.loc[malformed, "reason"] = "malformed"
    result.loc[malformed, "sub_reason"] = by_distinct(code, _shape_of)
    if directory is None:
        result.loc[well, ["lookup", "reason"]] = ["no_directory", "no_reference"]
        return result
    found = well & code.isin(directory.index)
    result.loc[well, ["lookup", "reason"]] = ["not_found", "postcode_not_found"]
    result.loc[found, "lookup"] = "found"
    for name in ("lsoa_2011", "lsoa_2021", "nation"):
        result[name] = code.map(directory[name]).where(found, result[name])
    result["ended"] = code.map(directory["ended"]).where(found)
    _link(result, found, known)
    return result


def _link(result: pd.DataFrame, found: pd.Series[bool], known: Vintages | None) -> None:
    """Settle what a directory entry leads to: an area of the edition, another nation, or a reason."""
    either = result["lsoa_2021"].where(result["lsoa_2021"] != "", result["lsoa_2011"])
    form = by_distinct(either, lambda code: lsoa_form(code)[0])
    abroad = found & ((~result["nation"].isin(["", "England"])) | (form == "outside_england"))
    result.loc[abroad, ["class", "reason"]] = ["outside_england", ""]
    english = found & ~abroad
    result.loc[english, "reason"] = "postcode_not_found"
    result.loc[english, "sub_reason"] = "the directory gives no area"
    located = english & (form == "england")
    if known is None:
        result.loc[located, ["reason", "sub_reason"]] = ["no_reference", ""]
        return
    own = known.edition.vintage
    direct = result[f"lsoa_{own}"] if own in OTHER else either
    area = direct.where(by_distinct(direct, lambda code: lsoa_form(code)[0]) == "england", "")
    crossing = located & (area == "")
    area = area.where(~crossing, either.map(known.bridge).fillna("")).where(located, "")
    listed = area.isin(known.edition.frame.index)
    result["area"] = area.where(listed, "")
    result.loc[located & ~listed, ["reason", "sub_reason"]] = ["lsoa_not_found", "from the postcode"]
    result.loc[crossing & ~listed, ["reason", "sub_reason"]] = ["wrong_vintage", "from the postcode"]
    result.loc[listed, ["reason", "sub_reason"]] = ["", ""]


def agreement(lsoa: pd.DataFrame, postcode: pd.DataFrame) -> pd.Series[Any]:
    """Whether LSOA and postcode name one area: agrees, differs, not_comparable (rule DEP010).

    Both must resolve: the LSOA stands on a list, the directory gives an LSOA of the same vintage. A plain column that
    proves no vintage agrees with either.
    """
    found = postcode["lookup"] == "found"
    if not found.any():
        return pd.Series("not_comparable", index=lsoa.index, dtype=object)
    resolves = (lsoa["area"] != "") | lsoa["lookup"].isin(["listed", "other_vintage"])
    same = pd.Series(False, index=lsoa.index)
    comparable = same.copy()
    for vintage in ("2011", "2021"):
        given = postcode[f"lsoa_{vintage}"]
        known = by_distinct(given, lambda code: lsoa_form(code)[0] in ("england", "outside_england")).astype(bool)
        comparable |= known & (lsoa["vintage"] == vintage)
        same |= known & (given == lsoa["code"])
        # The same area under its code of the other vintage.
        same |= known & (given != "") & (given == lsoa["area"])
        comparable |= known & (given != "") & (given == lsoa["area"])
    comparable |= same
    result = same.map({True: "agrees", False: "differs"}).astype(object)
    return result.where(comparable & resolves & found, "not_comparable")


def suggest_postcode(raw: object, known: pd.Index[str] | None = None) -> str | None:
    """A postcode that was probably meant, where O and 0 or I and 1 were mixed up: for the work list, never applied.

    Parameters
    ----------
    known
        Postcodes that exist, where a directory is installed: a suggestion must be among them.

    Returns
    -------
        The one postcode that mends the slip, with its space, or None where there is none or more than one.
    """
    code = tidy(raw)
    places = [at for at, letter in enumerate(code) if letter in _SWAPS]
    if not 5 <= len(code) <= 7 or not 0 < len(places) <= _MOST_SWAPS:
        return None
    found = set()
    for choice in product((False, True), repeat=len(places)):
        letters = list(code)
        for at, swap in zip(places, choice, strict=True):
            letters[at] = _SWAPS[letters[at]] if swap else letters[at]
        meant = "".join(letters)
        if any(choice) and postcode_form(meant)[0] == "well_formed" and (known is None or meant in known):
            found.add(meant)
    if len(found) != 1 or (known is None and postcode_form(code)[0] == "well_formed"):
        return None
    (meant,) = found
    return f"{meant[:-3]} {meant[-3:]}"


def _shape_of(code: str) -> str:
    """What a text that is no postcode looks like."""
    if 2 <= len(code) <= 4 and code[0].isalpha() and any(letter.isdigit() for letter in code):
        return "first half only"
    return "digits only" if code.isdigit() else "not a postcode"
