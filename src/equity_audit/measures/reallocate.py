"""What each group's share would be if the uncoded were like the coded around them."""

from collections.abc import Sequence
from math import nan

import numpy as np
import pandas as pd

from equity_audit.measures._shape import Floats, counts, keys, measurements, refuse, require


def reallocate(frame: pd.DataFrame, within: str | Sequence[str]) -> pd.DataFrame:
    """Share the uncoded out among the groups by the coded mix of their own stratum and outcome.

    Reads `group` (blank where not coded), `numerator`, `denominator` and the `within` columns, such as quintile, age
    band and sex; one row a group and stratum. One `proportion` a group, with `method` `reallocated`, the reallocated
    `numerator` and `denominator`, and `coded`, the share on coded records; `n` is the coded records.

    Interpretation
    --------------
    How far the shares move if, within a stratum and outcome, who is coded does not depend on the group.

    Applicability
    -------------
    A sensitivity analysis beside the coded figure and `missing_bounds`. Never written back to records.

    Method
    ------
    In each stratum, uncoded events go to groups in proportion to their coded events, uncoded records without the
    event in proportion to their coded records without it. Where the stratum has none of that outcome, in proportion to
    its coded records; where it has no coded record, to the mix of all strata for that outcome, else to all coded
    records. Totals are kept.

    Small numbers
    -------------
    Reallocated counts are fractions. A group with no records after reallocation is withheld, and so are all groups
    where nothing is coded.

    Warning
    -------
    No interval is given: the reallocated records add no information, and the assumption cannot be tested.

    References
    ----------
    Little RJA, Rubin DB (2019), Statistical Analysis with Missing Data, 3rd edn, ch 4.
    """
    names = [within] if isinstance(within, str) else list(within)
    require(frame, ["group", *names])
    refuse(np.asarray(frame.duplicated(["group", *names])), "group repeats an earlier row of its stratum")
    x, n = counts(frame)
    blank = np.asarray(frame["group"].isna())
    groups, of_group = keys(frame[~blank], "group")
    if names:
        strata, of_stratum = keys(frame, names)
    else:
        strata, of_stratum = pd.DataFrame(index=[0]), np.zeros(len(frame), dtype=np.intp)
    shape = (len(groups), len(strata))

    def spread(figures: Floats) -> Floats:
        coded, uncoded = np.zeros(shape), np.zeros(shape[1])
        np.add.at(coded, (of_group, of_stratum[~blank]), figures[~blank])
        np.add.at(uncoded, of_stratum[blank], figures[blank])
        return np.vstack([coded, uncoded])

    records = spread(n)[:-1]
    shared = []
    for outcome in (spread(x), spread(n - x)):
        coded, uncoded = outcome[:-1], outcome[-1]
        shared.append((coded + uncoded * _mix(coded, records)).sum(axis=1))
    coded_x, coded_n = spread(x)[:-1].sum(axis=1), records.sum(axis=1)
    numerator, denominator = shared[0], shared[0] + shared[1]
    known = coded_n.sum() > 0
    return measurements(
        "proportion",
        np.divide(numerator, denominator, out=np.full(len(groups), nan), where=denominator > 0),
        nan,
        nan,
        level=nan,
        method="reallocated",
        n=coded_n,
        reason=[
            "nothing is coded" if not known else "the denominator is 0" if size == 0 else None for size in denominator
        ],
        first=groups,
        more={
            "numerator": numerator,
            "denominator": denominator,
            "coded": np.divide(coded_x, coded_n, out=np.full(len(groups), nan), where=coded_n > 0),
        },
    )


def _mix(coded: Floats, records: Floats) -> Floats:
    """Give the groups' shares in each stratum: of the outcome, else of its records, else of all strata."""
    overall = coded.sum(axis=1, keepdims=True)
    if overall.sum() == 0:
        overall = records.sum(axis=1, keepdims=True)
    basis = np.broadcast_to(overall, coded.shape)
    for nearer in (records, coded):
        basis = np.where(nearer.sum(axis=0) > 0, nearer, basis)
    total = basis.sum(axis=0)
    return np.asarray(basis / np.where(total > 0, total, 1.0), dtype=np.float64)
