"""Tests of a table of counts."""

from typing import NamedTuple

import numpy as np

from equity_audit.measures._intervals import chi_squared_tail
from equity_audit.measures._shape import Floats

DRAWS = 9_999
FEWEST_EXPECTED = 5


class Tested(NamedTuple):
    """Pearson's chi-squared of a table, and the strength of its association."""

    chi2: float
    df: int
    p: float
    v: float
    v_corrected: float
    method: str


def tested(table: Floats, seed: int) -> Tested | None:
    """Test a table without Yates's correction; None where fewer than two rows or columns hold a count."""
    table = table[table.sum(axis=1) > 0][:, table.sum(axis=0) > 0]
    if min(table.shape) < 2:
        return None
    rows, columns, n = table.sum(axis=1), table.sum(axis=0), table.sum()
    expected = np.outer(rows, columns) / n
    chi2 = float(np.sum((table - expected) ** 2 / expected))
    df = (len(rows) - 1) * (len(columns) - 1)
    p, method = chi_squared_tail(chi2, df), "pearson"
    if expected.min() < FEWEST_EXPECTED and n < 1e9 and np.all(table == np.round(table)):
        p, method = _simulated(table, chi2, seed), f"pearson, p from {DRAWS + 1:,} seeded draws"
    phi2 = chi2 / n
    v = float(np.sqrt(phi2 / (min(table.shape) - 1)))
    corrected = _corrected(phi2, df, len(rows), len(columns), n)
    return Tested(chi2, df, p, v, corrected, method)


def _corrected(phi2: float, df: int, rows: int, columns: int, n: float) -> float:
    """Give Bergsma's bias-corrected V."""
    if n <= 1:
        return 0.0
    fewer = min(size - (size - 1) ** 2 / (n - 1) for size in (rows, columns)) - 1
    return float(np.sqrt(max(0.0, phi2 - df / (n - 1)) / fewer)) if fewer > 0 else 0.0


def _simulated(table: Floats, chi2: float, seed: int) -> float:
    """Give the share of tables with the same margins, drawn at random, whose chi-squared is as large.

    Margins are sorted first, so that the order of rows and columns cannot change the draws.
    """
    random = np.random.default_rng(seed)
    rows = np.sort(table.sum(axis=1)).astype(np.int64)
    columns = np.sort(table.sum(axis=0)).astype(np.int64)
    if (len(rows), *rows) > (len(columns), *columns):
        rows, columns = columns, rows
    left = np.tile(columns, (DRAWS, 1))
    expected = np.outer(rows, columns) / rows.sum()
    drawn = np.zeros(DRAWS)
    for row, size in enumerate(rows):
        wanted = np.full(DRAWS, size)
        for column in range(len(columns)):
            good = left[:, column]
            bad = left[:, column + 1 :].sum(axis=1)
            cell = random.hypergeometric(good, bad, wanted)
            drawn += (cell - expected[row, column]) ** 2 / expected[row, column]
            wanted = wanted - cell
            left[:, column] = good - cell
    return float((1 + np.sum(drawn >= chi2 * (1 - 1e-9))) / (DRAWS + 1))


def trend(unknown: Floats, everyone: Floats, score: Floats) -> tuple[float, float]:
    """Give Cochran and Armitage's chi-squared for trend, and its p; NaN where nothing varies."""
    n = everyone.sum()
    share = unknown.sum() / n
    centred = score - (everyone @ score) / n
    spread = share * (1 - share) * float(everyone @ centred**2)
    if spread <= 0:
        return np.nan, np.nan
    chi2 = float(unknown @ centred) ** 2 / spread
    return chi2, chi_squared_tail(chi2, 1)
