"""Location fields → link class, route, decile and quintile: exactly one class for every record.

Source: `rules.md` (Link class). A place that ends the search comes first; then the routes in order: LSOA of the
edition's vintage, LSOA through the official lookup, postcode, supplied rank, decile, quintile. Where none links, the
first reason met, LSOA before postcode.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from equity_audit.decode.labels import QUINTILES
from equity_audit.decode.lsoas import read_lsoas
from equity_audit.decode.places import by_distinct, by_distinct_rows, tidy
from equity_audit.decode.postcodes import agreement, read_postcodes
from equity_audit.decode.supplied import SCALES, read_supplied
from equity_audit.decode.vintage import VintageVerdict, judge_vintage, known_vintages
from equity_audit.fields import IDENTITY_BLANK, LSOA_FIELDS
from equity_audit.model import Dictionary
from equity_audit.reference.imd import ImdTable
from equity_audit.reference.lookup import LsoaLookup

LINK_CLASSES = (
    "linked", "no_location", "withheld", "no_fixed_abode", "address_unknown", "overseas", "outside_england",
    "malformed", "postcode_not_found", "lsoa_not_found", "wrong_vintage", "no_reference",
)  # fmt: skip
ROUTES = ("lsoa", "bridged", "postcode", "supplied")
# What a cube carries of a link: the route where there is one, else the reason.
LINK_STATES = (*ROUTES, *LINK_CLASSES[1:])


@dataclass(frozen=True, kw_only=True)
class Geography:
    """The dictionary of a geography tally, and what was found of its LSOA codes as a whole."""

    dictionary: Dictionary
    vintage: VintageVerdict | None


def decode_geography(
    tally: pd.DataFrame,
    edition: ImdTable | None,
    other: tuple[ImdTable, ...] = (),
    *,
    lookup: LsoaLookup | None = None,
    directory: pd.DataFrame | None = None,
) -> Dictionary:
    """Give each distinct combination of location values its meaning; see `locate`."""
    return locate(tally, edition, other, lookup=lookup, directory=directory).dictionary


def locate(
    tally: pd.DataFrame,
    edition: ImdTable | None,
    other: tuple[ImdTable, ...] = (),
    *,
    lookup: LsoaLookup | None = None,
    directory: pd.DataFrame | None = None,
) -> Geography:
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
    lookup
        The official LSOA lookup, where it is installed.
    directory
        Directory entries by compact postcode; None where no directory is installed.

    Returns
    -------
        ``link_class``, ``route``, ``sub_reason``, ``area``, ``decile`` and ``quintile`` (numbers, 1 = most deprived, NaN
        where not linked) and the columns that the deprivation rules are judged on; ``quintile_code`` (position in
        `QUINTILES`) and ``link_code`` (position in `LINK_STATES`) for the cube.
    """
    known = known_vintages(edition, other, lookup) if edition else None
    verdict = judge_vintage(tally, known) if known else None
    contradicted = verdict is not None and verdict.contradicts
    lsoa = by_distinct_rows(tally, LSOA_FIELDS, lambda part: read_lsoas(part, known, contradicted=contradicted))
    postcode = by_distinct_rows(tally, ("postcode",), lambda part: read_postcodes(part, known, directory))
    supplied = by_distinct_rows(tally, tuple(SCALES), lambda part: read_supplied(part, edition))

    ended = pd.Series("", index=tally.index, dtype=object)
    ended[postcode["class"] != ""] = postcode["class"]
    ended[lsoa["outside"]] = "outside_england"

    searched = ended == ""
    by_lsoa = searched & (lsoa["area"] != "")
    by_postcode = searched & ~by_lsoa & (postcode["area"] != "")
    by_supplied = searched & ~by_lsoa & ~by_postcode & supplied["quintile"].notna()
    linked = by_lsoa | by_postcode | by_supplied
    area = lsoa["area"].where(lsoa["area"] != "", postcode["area"])
    looked_up = _values(area, edition)

    reason, sub_reason = _reasons(lsoa, postcode, supplied)
    link_class = ended.where(~searched, reason)
    link_class[_withheld(tally, postcode) & searched] = "withheld"
    link_class[linked] = "linked"
    route = pd.Series(
        np.select([by_lsoa, by_postcode, by_supplied], [lsoa["via"], "postcode", "supplied"], ""), tally.index
    )
    quintile = looked_up["quintile"].where(by_lsoa | by_postcode, supplied["quintile"].where(by_supplied))
    told_apart = link_class.isin(reason.unique()) & (link_class == reason)
    frame = tally.assign(
        link_class=link_class,
        route=route.astype(object),
        sub_reason=sub_reason.where(told_apart, "").astype(object),
        area=area.where(by_lsoa | by_postcode, ""),
        decile=looked_up["decile"].where(by_lsoa | by_postcode, supplied["decile"].where(by_supplied)),
        quintile=quintile,
        quintile_code=(quintile.fillna(len(QUINTILES)) - 1).astype("int8"),
        link_code=route.where(linked, link_class).map({name: at for at, name in enumerate(LINK_STATES)}).astype("int8"),
        nation=lsoa["nation"].where(lsoa["outside"], postcode["nation"]),
        postcode_form=postcode["form"],
        postcode_compact=postcode["code"],
        directory_lookup=postcode["lookup"],
        postcode_ended=postcode["ended"],
        lsoa_form=lsoa["form"],
        lsoa_lookup=lsoa["lookup"],
        lsoa_postcode_agreement=agreement(lsoa, postcode),
        any_location=_any_location(tally, lsoa, postcode, supplied),
        imd_label_form=supplied["form"],
        supplied_decile=supplied["stated_decile"],
        supplied_quintile=supplied["stated_quintile"],
        looked_up_decile=looked_up["decile"],
        looked_up_quintile=looked_up["quintile"],
        supplied_agreement=_agreement(supplied, _values(lsoa["area"], edition)),
    )
    keys = tuple(str(name) for name in tally if name not in ("records", "patients"))
    return Geography(dictionary=Dictionary(subject="geography", keys=keys, frame=frame), vintage=verdict)


def _values(area: pd.Series[Any], edition: ImdTable | None) -> pd.DataFrame:
    """Decile and quintile of areas; NaN where there is none."""
    if edition is None:
        return pd.DataFrame({"decile": np.nan, "quintile": np.nan}, index=area.index)
    found = edition.frame[["decile", "quintile"]].reindex(area)
    return found.set_axis(area.index).astype("float64")


def _reasons(
    lsoa: pd.DataFrame, postcode: pd.DataFrame, supplied: pd.DataFrame
) -> tuple[pd.Series[Any], pd.Series[Any]]:
    """Why a record does not link: the first reason met, LSOA before postcode before supplied; and what is behind it."""
    by_lookup = {"not_listed": "lsoa_not_found", "other_vintage": "wrong_vintage", "no_reference": "no_reference"}
    reason = lsoa["lookup"].map(by_lookup)
    reason = reason.mask(lsoa["form"] == "malformed", "malformed").mask(lsoa["denied"], "wrong_vintage")
    by_postcode = postcode["reason"].replace("", None)
    by_supplied = supplied["form"].map({"unreadable": "malformed"})
    sub_reason = lsoa["sub_reason"].where(reason.notna(), postcode["sub_reason"])
    sub_reason = sub_reason.mask(reason.isna() & by_postcode.isna() & by_supplied.notna(), "unreadable IMD value")
    reason = reason.fillna(by_postcode).fillna(by_supplied).fillna("no_location").astype(object)
    return reason, sub_reason


def _any_location(
    tally: pd.DataFrame, lsoa: pd.DataFrame, postcode: pd.DataFrame, supplied: pd.DataFrame
) -> pd.Series[Any]:
    filled = (lsoa["form"] != "missing") | (postcode["form"] != "missing") | (supplied["form"] != "missing")
    if "imd_rank" in tally:
        filled |= by_distinct(tally["imd_rank"], tidy) != ""
    return filled.map({True: "yes", False: "no"}).astype(object)


def _withheld(tally: pd.DataFrame, postcode: pd.DataFrame) -> pd.Series[bool]:
    withheld = pd.Series(False, index=tally.index)
    if "withheld_reason" in tally:
        withheld |= by_distinct(tally["withheld_reason"], tidy) != ""
    if IDENTITY_BLANK in tally:
        withheld |= (tally[IDENTITY_BLANK] == "yes") & (postcode["form"] == "missing")
    return withheld


def _agreement(supplied: pd.DataFrame, looked_up: pd.DataFrame) -> pd.Series[Any]:
    stated_decile, stated_quintile = supplied["stated_decile"], supplied["stated_quintile"]
    same_decile = stated_decile.isna() | (stated_decile == looked_up["decile"])
    same_quintile = stated_quintile.isna() | (stated_quintile == looked_up["quintile"])
    both = (stated_decile.notna() | stated_quintile.notna()) & looked_up["quintile"].notna()
    agreement = (same_decile & same_quintile).map({True: "agrees", False: "differs"})
    return agreement.where(both, "not_comparable").astype(object)
