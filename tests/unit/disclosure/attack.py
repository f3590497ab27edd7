"""The auditor's attack: the smallest and largest value of every hidden count, for a reader of everything published.

Feed it all outputs of a run, and earlier releases, as one system: the same cell has the same name wherever
it is printed, and what is known of it from several places is intersected by the caller or given as facts.
"""

import math
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from equity_audit.disclosure.cells import Relation, relation_matrix
from equity_audit.disclosure.facts import CLOSE, Facts, tighten
from equity_audit.disclosure.profiles import Profile
from equity_audit.disclosure.quick import COMPLEMENT_VALUES
from equity_audit.disclosure.reader import CAP, Reader
from equity_audit.errors import UsageError

PAIRS = 2_000_000  # most numerators times denominators that are tried one by one
EDGE = 1e-9  # a printed figure may have been rounded up or down at the half


@dataclass(frozen=True)
class Fact:
    """What a printed figure says: ``low`` <= sum of weight * count <= ``high``."""

    terms: Mapping[Hashable, float]
    low: float
    high: float


@dataclass(frozen=True)
class Share:
    """A printed ``multiplier * numerator / denominator`` of true counts, with its decimals.

    ``lower`` and ``upper`` are the printed ends of its Wilson interval, when there is one: with one decimal they
    give back the exact counts of most shares on fewer than 300. A share of *rounded* counts says nothing: leave it out.
    """

    numerator: Hashable
    denominator: Hashable
    value: float
    decimals: int = 1
    multiplier: float = 100.0
    lower: float | None = None
    upper: float | None = None
    level: float = 0.95


def known_range(
    shown: float | None, round_to: int | None = None, hidden: tuple[float, float] = (0, math.inf)
) -> tuple[float, float]:
    """Least and greatest true count behind a printed one; None is a hidden count, which lies in ``hidden``.

    With base 5 a printed 20 means 18 to 22; with base 10 it means 15 to 25, since the half may go either way.
    """
    if shown is None or math.isnan(shown):
        return hidden
    half = 0 if round_to is None else round_to // 2
    return max(0.0, shown - half), shown + half


def gap_fact(first: tuple[Hashable, int], second: tuple[Hashable, int], value: float, decimals: int = 1) -> Fact:
    """Put a printed gap, first share minus second in percentage points, into a fact.

    Each share is given by the name of its numerator and its known denominator.
    """
    half = 0.5 * 10.0**-decimals + EDGE
    return Fact({first[0]: 100 / first[1], second[0]: -100 / second[1]}, value - half, value + half)


def ratio_facts(
    first: tuple[Hashable, int], second: tuple[Hashable, int], value: float, decimals: int = 2
) -> list[Fact]:
    """Put a printed ratio of two shares, first over second, into facts.

    Each share is given by the name of its numerator and its known denominator.
    """
    half = 0.5 * 10.0**-decimals + EDGE
    (top, top_size), (bottom, bottom_size) = first, second
    return [
        Fact({top: 1 / top_size, bottom: -(value - half) / bottom_size}, 0, math.inf),
        Fact({top: 1 / top_size, bottom: -(value + half) / bottom_size}, -math.inf, 0),
    ]


def feasible_ranges(
    cells: pd.DataFrame,
    relations: Iterable[Relation] = (),
    shares: Sequence[Share] = (),
    facts: Sequence[Fact] = (),
    enough: int | None = None,
    thorough: bool = True,
) -> pd.DataFrame:
    """Smallest and largest value each hidden count can take, given all that is known.

    Parameters
    ----------
    cells
        One row a cell: ``cell`` (its name, once only), ``low``, ``high`` (what its own print says, see
        `known_range`; a missing ``high`` is no limit). Optional: ``hidden`` (bool, the cells to attack;
        otherwise those whose ends differ) and ``count`` (true counts, which save a search).
    relations
        Pairs ``(total, parts)`` of cell names, true of the true counts. A total that was summed from
        released cells is no such total: leave it out.
    shares, facts
        Printed percentages, and any other linear figures (`gap_fact`, `ratio_facts`, differences between releases).
    enough
        Stop at a cell once it was seen at this many values: ``low`` and ``high`` are then values it can take,
        not the furthest. None finds the ends themselves.
    thorough
        False leaves out branch and bound, which is quicker and errs towards narrow.

    Returns
    -------
    DataFrame
        ``cell, low, high, values``, one row a hidden cell in the given order. Each end comes with a whole solution
        of everything known, except that a share's interval is used on each count separately. An end the
        search could not settle is given as narrow. ``values`` is the number of possible values; ``inf`` without limit.

    Raises
    ------
    UsageError
        A column is missing, a name occurs twice or is not known.
    DisclosureError
        What is published contradicts itself.

    References
    ----------
    Fischetti and Salazar-González, Management Science 2001, 47(7), 1008-1027 (the attacker's programmes).
    """
    for column in ("cell", "low", "high"):
        if column not in cells.columns:
            raise UsageError(f"Disclosure audit: the cells have no column `{column}`.")
    if cells["cell"].duplicated().any():
        raise UsageError("Disclosure audit: a cell occurs in more than one row.")
    names = list(cells["cell"])
    low = cells["low"].fillna(0).to_numpy(dtype=float)
    high = cells["high"].fillna(math.inf).to_numpy(dtype=float)
    target = low < high
    if "hidden" in cells.columns:
        target = cells["hidden"].fillna(False).to_numpy(dtype=bool)
    place = {name: index for index, name in enumerate(names)}
    known = _facts(names, place, relations, shares, facts, low, high)
    known, allowed = _pair_off(known, shares, place)
    reader = Reader(known, start=_true_start(cells, known), thorough=thorough)
    chosen = np.flatnonzero(target)
    if enough is None:
        want_low, want_high = np.full(len(names), np.nan), np.full(len(names), np.nan)
        want_low[chosen], want_high[chosen] = reader.low[chosen], reader.high[chosen]
        reader.reach(want_low, want_high)
    else:
        reader.spread(chosen, enough)
    found_low, found_high = reader.attained_low[chosen], reader.attained_high[chosen]
    found_high = np.where(found_high >= CAP, math.inf, found_high)
    values = found_high - found_low + 1
    for row, index in enumerate(chosen.tolist()):
        if index in allowed:
            inside = [value for value in allowed[index] if found_low[row] <= value <= found_high[row]]
            values[row] = min(values[row], len(inside))
    return pd.DataFrame(
        {"cell": [names[index] for index in chosen], "low": found_low, "high": found_high, "values": values}
    )


def too_narrow(ranges: pd.DataFrame, profile: Profile, complementary: Iterable[Hashable] = frozenset()) -> pd.DataFrame:
    """Rows of `feasible_ranges` that give too much away under a profile.

    A hidden count must keep as many possible values as the profile's primary range has (hes: 7); a complementary
    cell, which is not small itself, need only not be exact or nearly so (3).
    """
    least = np.where(ranges["cell"].isin(list(complementary)), min(COMPLEMENT_VALUES, profile.values), profile.values)
    return ranges[ranges["values"] < least]


def _facts(
    names: Sequence[Hashable],
    place: Mapping[Hashable, int],
    relations: Iterable[Relation],
    shares: Sequence[Share],
    facts: Sequence[Fact],
    low: Any,
    high: Any,
) -> Facts:
    """Everything linear as one matrix."""
    sums = relation_matrix(names, relations)
    lines = list(facts)
    for share in shares:
        half = 0.5 * 10.0**-share.decimals + EDGE
        above, below = (share.value + half) / share.multiplier, (share.value - half) / share.multiplier
        lines.append(Fact({share.numerator: 1.0, share.denominator: -above}, -math.inf, 0))
        lines.append(Fact({share.numerator: 1.0, share.denominator: -below}, 0, math.inf))
    rows, columns, weights = [], [], []
    for number, line in enumerate(lines):
        for name, weight in line.terms.items():
            if name not in place:
                raise UsageError("Disclosure audit: a printed figure names a cell that is not in the table.")
            if weight != 0:
                rows.append(number)
                columns.append(place[name])
                weights.append(float(weight))
    more = sparse.coo_array((weights, (rows, columns)), shape=(len(lines), len(names)))
    nothing = np.zeros(sums.shape[0])
    return Facts(
        sparse.csr_array(sparse.vstack([sums, more])),
        np.concatenate([nothing, [line.low for line in lines]]),
        np.concatenate([nothing, [line.high for line in lines]]),
        low,
        high,
    )


def _pair_off(known: Facts, shares: Sequence[Share], place: Mapping[Hashable, int]) -> tuple[Facts, dict[int, Any]]:
    """Try every numerator with every denominator of a share, where they are few: rounding leaves few pairs.

    Gives the facts with narrower ends, and the values left to each count.
    """
    low, high = known.low, known.high
    allowed: dict[int, Any] = {}
    while shares:
        low, high = tighten(Facts(known.matrix, known.row_low, known.row_high, low, high))
        before = low.copy(), high.copy()
        for share in shares:
            top, bottom = place[share.numerator], place[share.denominator]
            size = (high[top] - low[top] + 1) * (high[bottom] - low[bottom] + 1)
            if not size <= PAIRS:
                continue
            numerators = np.arange(low[top], high[top] + 1)[:, None]
            denominators = np.arange(low[bottom], high[bottom] + 1)[None, :]
            fits = _prints_as(share, numerators, denominators)
            for index, axis, values in ((top, 1, numerators.ravel()), (bottom, 0, denominators.ravel())):
                left = values[fits.any(axis=axis)]
                allowed[index] = left if index not in allowed else np.intersect1d(allowed[index], left)
                if len(allowed[index]):
                    low[index] = max(low[index], allowed[index][0])
                    high[index] = min(high[index], allowed[index][-1])
                else:
                    low[index], high[index] = 1.0, 0.0  # nothing fits: the next tightening says so
        if np.array_equal(low, before[0]) and np.array_equal(high, before[1]):
            break
    return Facts(known.matrix, known.row_low, known.row_high, low, high), allowed


def _prints_as(share: Share, numerators: Any, denominators: Any) -> Any:
    """Which pairs of counts print as this share, with the same interval when that is printed."""
    from scipy.special import ndtri

    half = 0.5 * 10.0**-share.decimals + EDGE
    with np.errstate(divide="ignore", invalid="ignore"):
        part = numerators / denominators
        fits = (np.abs(share.multiplier * part - share.value) <= half) & (numerators <= denominators)
        if share.lower is None and share.upper is None:
            return fits
        z = ndtri(0.5 + share.level / 2)
        centre = (part + z**2 / (2 * denominators)) / (1 + z**2 / denominators)
        arm = part * (1 - part) / denominators + z**2 / (4 * denominators**2)
        arm = z * np.sqrt(np.maximum(arm, 0)) / (1 + z**2 / denominators)
        for printed, end in ((share.lower, centre - arm), (share.upper, centre + arm)):
            if printed is not None:
                fits &= np.abs(share.multiplier * end - printed) <= half
    return fits


def _true_start(cells: pd.DataFrame, known: Facts) -> Any:
    """Take the true counts, if they are all given and agree with what is known; otherwise None."""
    if "count" not in cells.columns or cells["count"].isna().any():
        return None
    counts = cells["count"].to_numpy(dtype=float)
    sums = known.matrix @ counts
    slack = CLOSE * (1 + np.abs(counts).max(initial=0.0))
    agrees = (
        (counts >= known.low).all()
        and (counts <= known.high).all()
        and (sums >= known.row_low - slack).all()
        and (sums <= known.row_high + slack).all()
    )
    return counts if agrees else None
