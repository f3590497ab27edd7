"""What stands out: a site in what it does not know, one value that fills a site, a month in which recording changed.

Each takes counts of records and gives every site or month with what it was held against; numpy alone.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from equity_audit.measures import funnel, xmr

FEW_UNITS, POINTS = 10, 0.05
SITE_RECORDS, ONE_VALUE, EXPECTED_OTHERS, FOUND_OTHERS = 200, 0.95, 10, 0.25
FEWEST_MONTHS, MONTH_RECORDS, SHARE_OF_MEDIAN = 13, 50, 0.1


def outlying_units(frame: pd.DataFrame) -> pd.DataFrame:
    """Which sites or clinics lie outside a funnel (rule ETH014).

    From 10 units on the 99.8 % limits allow for over-dispersion (Spiegelhalter DJ 2005, Stat Med 24:1185); with fewer
    they are the plain ones, and a unit must differ from the pooled share by 5 points as well.

    Parameters
    ----------
    frame
        ``unit``, ``numerator`` (unknown), ``denominator``.

    Returns
    -------
        The same rows with ``share``, ``lower998``, ``upper998``, ``overdispersed`` and ``outside``: ``high``, ``low``
        or ``no``. A lone unit has nothing to differ from.
    """
    many = len(frame) >= FEW_UNITS
    limits = funnel(frame, kind="proportion", overdispersion=many)
    share = limits["value"].to_numpy()
    pooled = frame["numerator"].sum() / max(frame["denominator"].sum(), 1)
    far = np.ones(len(frame), dtype=bool) if many else np.abs(share - pooled) >= POINTS - 1e-12
    label = limits["label"].to_numpy()
    judged = far & (len(frame) > 1)
    low = np.where(judged & (label == "Low (0.001)"), "low", "no")
    outside = np.where(judged & (label == "High (0.001)"), "high", low)
    return frame.assign(
        share=share, lower998=limits["lower998"].to_numpy(), upper998=limits["upper998"].to_numpy(),
        overdispersed=many, outside=outside,
    )  # fmt: skip


def one_value_sites(frame: pd.DataFrame) -> pd.DataFrame:
    """Which sites hold one code and hardly anything else, where the extract's mix would have more (rule ETH015).

    Parameters
    ----------
    frame
        ``site``, ``code`` (a national code, None where none could be read) and ``records``.

    Returns
    -------
        A row a site: ``site``, ``records``, ``code`` (its commonest), ``code_share``, ``others`` (records of other
        codes), ``others_expected`` (at the mix of the whole extract) and ``filled`` (``yes``, ``no``). Filled: 200
        records or more, 95 % of them one code, and of 10 or more others expected fewer than a quarter.
    """
    coded = frame.dropna(subset="code")
    mix = coded.groupby("code")["records"].sum()
    rows: list[dict[str, Any]] = []
    for site, records in frame.groupby("site")["records"].sum().items():
        here = coded[coded["site"] == site].groupby("code")["records"].sum()
        if here.empty:
            continue
        code, count = str(here.idxmax()), int(here.max())
        others = int(here.sum()) - count
        expected = records * (1 - mix[code] / mix.sum())
        filled = (
            records >= SITE_RECORDS and count >= ONE_VALUE * records
            and expected >= EXPECTED_OTHERS and others < FOUND_OTHERS * expected
        )  # fmt: skip
        rows.append({
            "site": site, "records": int(records), "code": code, "code_share": count / records, "others": others,
            "others_expected": expected, "filled": "yes" if filled else "no",
        })  # fmt: skip
    names = ["site", "records", "code", "code_share", "others", "others_expected", "filled"]
    return pd.DataFrame(rows, columns=names)


def abrupt_months(frame: pd.DataFrame) -> pd.DataFrame:
    """In which months the share that is usable changed for the worse (rule ETH017): an XmR chart, higher is better.

    Months at the edge of the period hold few records and stray dates make months of their own: those with fewer than
    50 records, or than a tenth of the median month, are left out. Fewer than 13 months are not judged.

    Parameters
    ----------
    frame
        ``month`` (YYYY-MM), ``numerator`` (usable), ``denominator``.

    Returns
    -------
        The months kept, in order, with ``share``, ``mean``, ``lower``, ``upper``, ``special_cause`` and ``concern``
        (``yes``, ``no``); no rows where there are too few months.
    """
    added = ["share", "mean", "lower", "upper", "special_cause", "concern"]
    least = max(MONTH_RECORDS, SHARE_OF_MEDIAN * frame["denominator"].median()) if len(frame) else 0
    kept = frame[frame["denominator"] >= least].sort_values("month", ignore_index=True)
    if len(kept) < FEWEST_MONTHS:
        return kept.iloc[:0].assign(**dict.fromkeys(added))
    share = pd.Series((kept["numerator"] / kept["denominator"]).to_numpy(), index=pd.Index(kept["month"]))
    chart = xmr(share, direction="increase")
    concern = np.where(chart["point_type"] == "special_cause_concern", "yes", "no")
    return kept.assign(
        share=share.to_numpy(), mean=chart["mean"], lower=chart["lower"], upper=chart["upper"],
        special_cause=chart["special_cause"], concern=concern,
    )  # fmt: skip
