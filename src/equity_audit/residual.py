"""Whether the residual "other" codes are over-used (rule ETH013).

C, G, L, P and S are right for some people and an easy way out for a busy clerk. Held against a reference share it is
an indication, no proof: patients are older than the census, and people change their answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from equity_audit.decode.ethnicity import PLACES
from equity_audit.decode.places import tidy
from equity_audit.measures._intervals import wilson
from equity_audit.measures._shape import z_value
from equity_audit.model import Dictionary
from equity_audit.reference.population import read_census
from equity_audit.reference.store import Entry

RESIDUAL = ("C", "G", "L", "P", "S")
RATIO, FEWEST_RECORDS = 1.5, 100
# A table of broad groups still answers for S: no other national code is in Other when Chinese are Asian.
_WHOLE_GROUP = {"S": "Other"}
_ONE_BY_ONE = ("White", "Mixed", "Asian", "Black", "Other")


def catchment_shares(census: pd.DataFrame, areas: pd.Series[Any]) -> dict[str, float]:
    """Weight a census mix by where an extract's patients live.

    Parameters
    ----------
    census
        ``lsoa``, ``ethnic_group``, ``people``: a row an area and group. Groups are national codes (``A`` to ``S``), or
        the five of the 2021 grouping (``White`` to ``Other``), as census table TS021 has them.
    areas
        Records of the extract by LSOA (the index).

    Returns
    -------
        The share expected of each residual code that the table can answer for; empty where no area is in it.
    """
    people = census.pivot_table(index="lsoa", columns="ethnic_group", values="people", aggfunc="sum", fill_value=0)
    columns = [code for code in PLACES if code in people.columns] or [name for name in _ONE_BY_ONE if name in people]
    total = people[columns].sum(axis=1)
    here = people[total > 0].join(areas.rename("_records"), how="inner")
    if here.empty or here["_records"].sum() == 0:
        return {}
    weight = here["_records"] / here["_records"].sum()
    shares = here[columns].div(total.loc[here.index], axis=0).mul(weight, axis=0).sum()
    wanted = {code: code if code in columns else _WHOLE_GROUP.get(code, "") for code in RESIDUAL}
    return {code: float(shares[column]) for code, column in wanted.items() if column in columns}


def residual_use(records: pd.DataFrame, reference: Mapping[str, float], source: str) -> pd.DataFrame:
    """Compare the share of each residual code among usable records with a reference share.

    Parameters
    ----------
    records
        ``code`` and ``records`` of usable answers; with ``site``, each site is compared as well.
    reference
        Share expected of a code, from `catchment_shares`, a setting or the last run.
    source
        What the reference is, in words.

    Returns
    -------
        A row a code (``site`` blank) and a row a site and code: ``code``, ``site``, ``numerator``, ``denominator``,
        ``share``, ``lower``, ``upper``, ``reference``, ``ratio``, ``reference_source`` and ``overused``: ``yes`` where
        the ratio is 1.5 or more and its interval above 1; ``not judged`` under 100 records.
    """
    whole = records.assign(site="")
    both = pd.concat([whole, records[records["site"] != ""]]) if "site" in records else whole
    totals = both.groupby("site")["records"].sum()
    rows = [
        {"code": code, "site": site, "numerator": int(number), "denominator": int(total), "reference": share}
        for code, share in reference.items()
        if share > 0
        for site, total in totals.items()
        for number in [both.loc[(both["site"] == site) & (both["code"] == code), "records"].sum()]
    ]
    frame = pd.DataFrame(rows, columns=["code", "site", "numerator", "denominator", "reference"])
    x, n, expected = (frame[name].to_numpy(dtype=float) for name in ("numerator", "denominator", "reference"))
    lower, upper = wilson(x, n, z_value(0.95))
    ratio = x / np.maximum(n, 1) / expected
    over = (ratio >= RATIO) & (lower > expected)
    overused = np.where(n < FEWEST_RECORDS, "not judged", np.where(over, "yes", "no"))
    return frame.assign(
        share=x / np.maximum(n, 1), lower=lower, upper=upper, ratio=ratio, reference_source=source, overused=overused
    )


def shares_of_run(document: Mapping[str, Any]) -> dict[str, float]:
    """The share of each residual code in an earlier result document; hidden counts are left out. Empty where it has none."""
    codes = (document.get("ethnicity") or {}).get("codes") or {}
    counts = {code: codes.get(code) for code in PLACES if isinstance(codes.get(code), int)}
    total = sum(number for number in counts.values() if number)
    return {code: counts[code] / total for code in RESIDUAL if counts.get(code)} if total else {}


def residual_reference(
    configured: Mapping[str, float],
    entries: Iterable[Entry],
    geography: Dictionary | None,
    last_run: Mapping[str, float] | None = None,
) -> tuple[dict[str, float], str]:
    """Find what to compare with and what that is; no shares, and why there are none, where nothing can be.

    Shares that are set come first, then the installed census, then the last run for codes that neither tells.
    """
    census = next((entry for entry in entries if entry.kind == "census_ethnicity"), None)
    shares = dict[str, float]()
    if census is not None and geography is not None:
        field = next((name for name in ("lsoa_2021", "lsoa") if name in geography.frame), None)
        if field:
            frame = pd.read_parquet(census.path) if census.installed else read_census(census.path)
            areas = geography.frame["records"].groupby(geography.frame[field].map(tidy)).sum()
            shares = catchment_shares(frame, areas)
    told = {**shares, **configured}
    earlier = {code: share for code, share in (last_run or {}).items() if code not in told}
    words = {"the census mix of the areas patients live in": shares, "settings": configured, "the last run": earlier}
    sources = [name for name, found in words.items() if found]
    if sources:
        return {**earlier, **told}, " and ".join(sources)
    nothing = "there is no reference share of the residual codes: "
    if census is None:
        return {}, f"{nothing}add the census table TS021, or set them"
    return (
        {},
        f"{nothing}no record has an area that the installed census table TS021 knows; link them by LSOA, or set shares",
    )
