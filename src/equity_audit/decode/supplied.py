"""Supplied ranks, deciles and quintiles: read, and held against the looked-up ones (rules DEP012, DEP013)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from equity_audit.decode.places import by_distinct, supplied_value
from equity_audit.reference.imd import ImdTable, decile_of_rank, quintile_of_rank

FEWEST_COMPARED = 100
REVERSED, AGREEING, EXPLAINING = -0.5, 0.95, 0.6
SCALES = {"imd_rank": "rank", "imd_decile": "decile", "imd_quintile": "quintile"}


@dataclass(frozen=True, kw_only=True)
class ScaleTest:
    """How one supplied column compares with the looked-up values."""

    field: str
    compared: int
    agreement: float
    spearman: float
    explanation: str

    @property
    def direction(self) -> str:
        """``reversed``, ``agrees`` (1 = most deprived), or ``unclear``."""
        if self.spearman <= REVERSED:
            return "reversed"
        return "agrees" if self.spearman >= -REVERSED else "unclear"


def read_supplied(tally: pd.DataFrame, edition: ImdTable | None) -> pd.DataFrame:
    """Supplied rank, decile, quintile: read, turned into decile and quintile; rank only with an edition to size it.

    ``form`` is missing, read or unreadable (of decile and quintile); ``stated_*`` the numbers as stated.
    """
    blank = dict.fromkeys(("decile", "quintile", "stated_rank", "stated_decile", "stated_quintile"), np.nan)
    result = pd.DataFrame({"form": "missing", **blank}, index=tally.index).astype({"form": object})
    for name, scale in (("imd_quintile", "quintile"), ("imd_decile", "decile"), ("imd_rank", "rank")):
        if name not in tally or (scale == "rank" and edition is None):
            continue
        value = by_distinct(tally[name], lambda raw, scale=scale: supplied_value(raw, scale))
        filled = value.map(lambda item: isinstance(item, float)).astype(bool)  # NaN: filled, but not readable
        number = pd.to_numeric(value, errors="coerce").astype("float64")
        if scale == "rank" and edition is not None:
            number = number.where(number <= edition.areas)
            decile, quintile = decile_of_rank(number, edition.areas), quintile_of_rank(number, edition.areas)
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


def compare_scales(
    tally: pd.DataFrame, area: pd.Series[Any], edition: ImdTable, others: Mapping[str, ImdTable]
) -> list[ScaleTest]:
    """Hold each supplied column against the edition, over the records whose area is known.

    Parameters
    ----------
    area
        Code in the edition for each row of the tally, "" where there is none.
    others
        Further installed editions by name, tested as explanations.
    """
    return [_compare(tally, field, area, edition, others) for field in SCALES if field in tally]


def _compare(
    tally: pd.DataFrame, field: str, area: pd.Series[Any], edition: ImdTable, others: Mapping[str, ImdTable]
) -> ScaleTest:
    scale = SCALES[field]
    stated = by_distinct(tally[field], lambda raw: _number(raw, scale)).astype("float64")
    rank = area.map(edition.frame["rank"]).astype("float64")
    both = stated.notna() & rank.notna()
    weight = tally["records"][both].to_numpy(dtype=float)
    stated, rank, code = stated[both], rank[both], area[both]
    compared = int(weight.sum())
    if compared == 0:
        return ScaleTest(field=field, compared=0, agreement=float("nan"), spearman=float("nan"), explanation="")
    truth = _on(scale, rank, edition.areas)

    def agreeing(values: pd.Series[Any]) -> float:
        return float(weight[(values == truth).to_numpy()].sum() / compared)

    agreement = agreeing(stated)
    explanation = ""
    if agreement < AGREEING:
        tests = {
            f"{scale}s counted from 0": agreeing(stated + 1),
            "quintiles": _share(stated, _on("quintile", rank, edition.areas), weight) if scale != "quintile" else 0.0,
            "deciles": _share(stated, _on("decile", rank, edition.areas), weight) if scale != "decile" else 0.0,
            "quartiles": _share(stated, -(-4 * rank // edition.areas), weight),
        }
        for name, other in others.items():
            other_rank = code.map(other.frame["rank"]).astype("float64")
            tests[f"IMD {name}"] = _share(stated, _on(scale, other_rank, other.areas), weight)
        best = max(tests, key=lambda name: tests[name])
        explained = tests[best] >= EXPLAINING and tests[best] > agreement
        explanation = best if explained else "unexplained"
    return ScaleTest(
        field=field, compared=compared, agreement=agreement, spearman=_spearman(stated, truth, weight),
        explanation=explanation,
    )  # fmt: skip


def _number(raw: object, scale: str) -> float:
    """A supplied value as the number it states, 0 included: a scale may start there."""
    value = supplied_value(raw, scale)
    if value is None:
        return float("nan")
    return 0.0 if value != value and re.fullmatch(r"\s*0+(\.0+)?\s*", str(raw)) else value


def _on(scale: str, rank: pd.Series[Any], areas: int) -> pd.Series[Any]:
    if scale == "rank":
        return rank
    return decile_of_rank(rank, areas) if scale == "decile" else quintile_of_rank(rank, areas)


def _share(stated: pd.Series[Any], truth: pd.Series[Any], weight: np.ndarray) -> float:
    """Records that agree, of those for which the other scale has a value."""
    known = truth.notna().to_numpy()
    return float(weight[(stated == truth).to_numpy()].sum() / weight[known].sum()) if known.any() else 0.0


def _spearman(stated: pd.Series[Any], truth: pd.Series[Any], weight: np.ndarray) -> float:
    """Spearman's correlation of two columns with counts: Pearson's of their mid-ranks."""
    first, second = (_mid_ranks(column, weight) for column in (stated, truth))
    total = weight.sum()
    first, second = (ranks - (ranks * weight).sum() / total for ranks in (first, second))
    spread = np.sqrt((first**2 * weight).sum() * (second**2 * weight).sum())
    return float((first * second * weight).sum() / spread) if spread else float("nan")


def _mid_ranks(column: pd.Series[Any], weight: np.ndarray) -> np.ndarray:
    counts = pd.Series(weight).groupby(column.to_numpy()).sum().sort_index()
    middle = counts.cumsum() - counts / 2
    ranks: np.ndarray = pd.Series(column.to_numpy()).map(middle).to_numpy(dtype=float)
    return ranks
