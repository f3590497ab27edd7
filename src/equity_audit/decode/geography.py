"""Location fields → link class, route, decile and quintile: exactly one class for every record.

Source: `rules.md` (Link class). A place that ends the search comes first; then the routes in order: LSOA of the
edition's vintage, supplied rank, decile, quintile. Where none links, the first reason met, LSOA before postcode.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from equity_audit.decode.labels import QUINTILES
from equity_audit.decode.places import by_distinct, lsoa_form, postcode_form, supplied_value, tidy
from equity_audit.fields import LSOA_FIELDS
from equity_audit.model import Dictionary
from equity_audit.reference.imd import ImdTable

LINK_CLASSES = (
    "linked", "no_location", "withheld", "no_fixed_abode", "address_unknown", "overseas", "outside_england",
    "malformed", "postcode_not_found", "lsoa_not_found", "wrong_vintage", "no_reference",
)  # fmt: skip
ROUTES = ("lsoa", "bridged", "postcode", "supplied")
IDENTITY_BLANK = "identity_blank"
_VINTAGE = {"lsoa_2001": "2001", "lsoa_2011": "2011", "lsoa_2021": "2021"}


def decode_geography(tally: pd.DataFrame, edition: ImdTable | None, other: tuple[ImdTable, ...] = ()) -> Dictionary:
    """Give each distinct combination of location values its meaning.

    Parameters
    ----------
    tally
        Raw text of the mapped location fields, ``withheld_reason`` and ``identity_blank`` where there are such,
        and ``records``.
    edition
        The IMD table to look up in, or None.
    other
        Further installed IMD tables: their lists tell codes of another vintage from codes of none.

    Returns
    -------
        ``link_class``, ``route``, ``decile`` and ``quintile`` (numbers, 1 = most deprived, NaN where not linked) and
        the columns that the deprivation rules are judged on; ``quintile_code`` (position in `QUINTILES`) for the cube.
    """
    index = tally.index
    lsoa = _read_lsoas(tally, edition, other)
    forms = by_distinct(tally["postcode"], lambda raw: postcode_form(tidy(raw))) if "postcode" in tally else None
    postcode = pd.DataFrame(
        list(forms) if forms is not None else [("missing", "", "")] * len(tally),
        columns=["form", "class", "nation"], index=index,
    )
    supplied = _read_supplied(tally, edition)

    ended = pd.Series("", index=index, dtype=object)
    ended[postcode["form"] == "pseudo"] = postcode["class"]
    ended[lsoa["outside"]] = "outside_england"

    by_lsoa = (ended == "") & lsoa["decile"].notna()
    by_supplied = (ended == "") & ~by_lsoa & supplied["quintile"].notna()
    link_class = ended.where(ended != "", _reasons(lsoa, postcode, supplied))
    link_class[_withheld(tally, postcode) & (ended == "")] = "withheld"
    link_class[by_lsoa | by_supplied] = "linked"

    decile = lsoa["decile"].where(by_lsoa, supplied["decile"].where(by_supplied))
    quintile = lsoa["quintile"].where(by_lsoa, supplied["quintile"].where(by_supplied))
    frame = tally.assign(
        link_class=link_class,
        route=np.select([by_lsoa, by_supplied], ["lsoa", "supplied"], default=""),
        decile=decile,
        quintile=quintile,
        quintile_code=(quintile.fillna(len(QUINTILES)) - 1).astype("int8"),
        nation=lsoa["nation"].where(lsoa["outside"], postcode["nation"]),
        postcode_form=postcode["form"],
        lsoa_form=lsoa["form"],
        lsoa_lookup=lsoa["lookup"],
        imd_label_form=supplied["form"],
        supplied_decile=supplied["stated_decile"],
        supplied_quintile=supplied["stated_quintile"],
        looked_up_decile=lsoa["decile"],
        looked_up_quintile=lsoa["quintile"],
        supplied_agreement=_agreement(supplied, lsoa),
    )
    keys = tuple(name for name in tally if name not in ("records", "patients"))
    return Dictionary(subject="geography", keys=keys, frame=frame)


def _read_lsoas(tally: pd.DataFrame, edition: ImdTable | None, other: tuple[ImdTable, ...]) -> pd.DataFrame:
    """What the LSOA columns say together: the first that links, else the first reason among those filled."""
    result = pd.DataFrame(
        {"form": "missing", "lookup": "not_applicable", "outside": False, "nation": "", "decile": np.nan, "quintile": np.nan},
        index=tally.index,
    ).astype({"form": object, "lookup": object, "nation": object})
    # The columns of the edition's own vintage speak first; plain `lsoa` is proved code by code.
    own = edition.vintage if edition else None
    columns = sorted((name for name in LSOA_FIELDS if name in tally), key=lambda name: _VINTAGE.get(name, own) != own)
    elsewhere = pd.Index(np.concatenate([table.frame.index for table in other])) if other else pd.Index([])
    for name in columns:
        code = by_distinct(tally[name], tidy)
        read = pd.DataFrame(list(by_distinct(code, lsoa_form)), columns=["form", "nation"], index=tally.index)
        declared = _VINTAGE.get(name)
        lookup = pd.Series("not_applicable", index=tally.index, dtype=object)
        english = read["form"] == "england"
        decile = quintile = pd.Series(np.nan, index=tally.index)
        if edition is None:
            lookup[english] = "no_reference"
        elif declared is not None and declared != edition.vintage:
            lookup[english] = "other_vintage"
        else:
            found = code.isin(edition.frame.index)
            lookup[english] = np.select(
                [found[english], code[english].isin(elsewhere)], ["listed", "other_vintage"], "not_listed"
            )
            decile = code.map(edition.frame["decile"]).where(found).astype("float64")
            quintile = code.map(edition.frame["quintile"]).where(found).astype("float64")
        # A later column speaks only where none before it was filled, or where it links and none before did.
        speaks = (result["form"] == "missing") | (result["decile"].isna() & decile.notna() & ~result["outside"])
        speaks &= read["form"] != "missing"
        result.loc[speaks, "form"] = read["form"]
        result.loc[speaks, "lookup"] = lookup
        result.loc[speaks, "decile"] = decile
        result.loc[speaks, "quintile"] = quintile
        outside = read["form"] == "outside_england"
        result.loc[outside & ~result["outside"], "nation"] = read["nation"]
        result["outside"] |= outside
    return result


def _read_supplied(tally: pd.DataFrame, edition: ImdTable | None) -> pd.DataFrame:
    """Supplied rank, decile, quintile: read, turned into decile and quintile; rank only with an edition to size it."""
    blank = dict.fromkeys(("decile", "quintile", "stated_decile", "stated_quintile"), np.nan)
    result = pd.DataFrame({"form": "missing", **blank}, index=tally.index).astype({"form": object})
    for name, scale in (("imd_quintile", "quintile"), ("imd_decile", "decile"), ("imd_rank", "rank")):
        if name not in tally or (scale == "rank" and edition is None):
            continue
        value = by_distinct(tally[name], lambda raw, scale=scale: supplied_value(raw, scale))
        filled = value.map(lambda item: isinstance(item, float)).astype(bool)  # NaN: filled, but not readable
        number = pd.to_numeric(value, errors="coerce").astype("float64")
        if scale == "rank":
            assert edition is not None
            number = number.where(number <= edition.areas)
            decile, quintile = -(-10 * number // edition.areas), -(-5 * number // edition.areas)
        elif scale == "decile":
            decile, quintile = number, (number + 1) // 2
        else:
            decile, quintile = number * np.nan, number
        if scale != "rank":
            unread = filled & number.isna()
            result.loc[filled & (result["form"] == "missing"), "form"] = "read"
            result.loc[unread, "form"] = "unreadable"
            result[f"stated_{scale}"] = number
        read = number.notna()
        result.loc[read & decile.notna(), "decile"] = decile
        result.loc[read, "quintile"] = quintile
    return result


def _reasons(lsoa: pd.DataFrame, postcode: pd.DataFrame, supplied: pd.DataFrame) -> pd.Series[Any]:
    """Why a record does not link: the first reason met, LSOA before postcode before supplied."""
    by_lookup = {"not_listed": "lsoa_not_found", "other_vintage": "wrong_vintage", "no_reference": "no_reference"}
    reason = lsoa["lookup"].map(by_lookup)
    reason = reason.mask(lsoa["form"] == "malformed", "malformed")
    by_postcode = postcode["form"].map({"malformed": "malformed", "well_formed": "no_reference"})
    by_supplied = supplied["form"].map({"unreadable": "malformed"})
    return reason.fillna(by_postcode).fillna(by_supplied).fillna("no_location").astype(object)


def _withheld(tally: pd.DataFrame, postcode: pd.DataFrame) -> pd.Series[bool]:
    withheld = pd.Series(False, index=tally.index)
    if "withheld_reason" in tally:
        withheld |= by_distinct(tally["withheld_reason"], tidy) != ""
    if IDENTITY_BLANK in tally:
        withheld |= (tally[IDENTITY_BLANK] == "yes") & (postcode["form"] == "missing")
    return withheld


def _agreement(supplied: pd.DataFrame, lsoa: pd.DataFrame) -> pd.Series[Any]:
    stated_decile, stated_quintile = supplied["stated_decile"], supplied["stated_quintile"]
    same_decile = stated_decile.isna() | (stated_decile == lsoa["decile"])
    same_quintile = stated_quintile.isna() | (stated_quintile == lsoa["quintile"])
    both = (stated_decile.notna() | stated_quintile.notna()) & lsoa["quintile"].notna()
    agreement = (same_decile & same_quintile).map({True: "agrees", False: "differs"})
    return agreement.where(both, "not_comparable").astype(object)
