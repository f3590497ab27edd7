"""Complementary suppression by quick steps: a good pattern, not proved to be the smallest.

First no sum may hold a single hidden cell; then each cell that a reader can still narrow down gets the
cheapest way out that a linear programme finds. Works on tables and linked tables of any shape.
"""

from collections.abc import Iterable

import numpy as np
from scipy import sparse
from scipy.optimize import linprog

from equity_audit.disclosure.cells import Array, System
from equity_audit.disclosure.facts import CLOSE, Facts
from equity_audit.disclosure.reader import Move, Reader
from equity_audit.disclosure.strolls import Seen
from equity_audit.errors import DisclosureError

COMPLEMENT_VALUES = 3  # a complementary cell must not be exact; two values are nearly so
ALONE = 3_000  # cells; beyond, cells are repaired several at once
CHANGE = 25  # repairs between two looks at what is still short


class UnprotectedError(DisclosureError):
    """A cell that no pattern protects, by its position in the system."""

    def __init__(self, message: str, cell: int) -> None:
        super().__init__(message)
        self.cell = cell


def reader_of(system: System, hidden: Array, thorough: bool = True) -> Reader:
    """Reader who knows the shown cells, the relations and that counts are at least 0."""
    nothing = np.zeros(system.matrix.shape[0])
    low = np.where(hidden, 0.0, system.counts)
    high = np.where(hidden, np.inf, system.counts)
    return Reader(Facts(system.matrix, nothing, nothing, low, high), start=system.counts, thorough=thorough)


def shortfall(
    system: System,
    hidden: Array,
    primary: Array,
    cover: tuple[int, int],
    thorough: bool = True,
    moves: Iterable[Move] = (),
    seen: Seen | None = None,
) -> tuple[Array, Array]:
    """How far (in counts) each primary cell stays short of the cover below and above; zeros where it does not."""
    want_low, want_high = np.full(len(hidden), np.nan), np.full(len(hidden), np.nan)
    want_low[primary] = np.minimum(cover[0], system.counts[primary])
    want_high[primary] = np.maximum(cover[1], system.counts[primary])
    seen = seen or Seen(system)
    seen.stroll(hidden, want_low, want_high)
    reader = reader_of(system, hidden, thorough)
    reader.saw(seen.least, seen.most)
    reader.try_moves(moves)
    reader.reach(want_low, want_high)
    seen.note(reader.attained_low, reader.attained_high)
    below = np.where(primary, np.maximum(reader.attained_low - cover[0], 0), 0.0)
    above = np.where(primary, np.maximum(cover[1] - reader.attained_high, 0), 0.0)
    return below, above


def no_lonely_cells(system: System, hidden: Array, least: float) -> Array:
    """Hide more until no relation holds exactly one hidden cell.

    Prefers the cell that settles most lonely relations and opens fewest, then cells of at least ``least``
    (they can fall far enough), then small counts. Cells that cannot be hidden leave a relation lonely.
    """
    hidden = hidden.copy()
    by_row, by_cell = system.matrix, sparse.csc_array(system.matrix)
    within = np.bincount(system.matrix.nonzero()[0], hidden[system.matrix.nonzero()[1]], by_row.shape[0])
    offered = system.published & ~system.fixed
    untidy = (system.counts < least) + np.log1p(system.counts) / 100
    waiting = list(np.flatnonzero(within == 1))
    while waiting:
        row = waiting.pop()
        if within[row] != 1:
            continue
        parts = by_row.indices[by_row.indptr[row] : by_row.indptr[row + 1]]
        choices = parts[offered[parts] & ~hidden[parts]]
        if len(choices) == 0:
            continue
        spans = [by_cell.indices[by_cell.indptr[cell] : by_cell.indptr[cell + 1]] for cell in choices]
        cost = [np.sum(within[span] == 0) - np.sum(within[span] == 1) for span in spans]
        best = int(np.argmin(np.array(cost) + untidy[choices]))
        hidden[choices[best]] = True
        within[spans[best]] += 1
        waiting.extend(spans[best][within[spans[best]] == 1])
    return hidden


def way_out(system: System, hidden: Array, cells: Array, amounts: Array) -> Array:
    """Cells to hide besides, so that these ``cells`` can move by ``amounts`` (negative: fall) at once.

    The cheapest other table with the same sums, by linear programme; a cell's cost is what it moves.

    Raises
    ------
    DisclosureError
        Cells that cannot be hidden leave no way out.
    """
    free = np.flatnonzero(hidden | (system.published & ~system.fixed))
    matrix = system.matrix[:, free]
    costs = np.where(hidden[free], 0.0, 1.0 + 0.5 * (system.counts[free] == 0))
    costs += 1e-4 * np.log1p(system.counts[free])
    rise, fall = np.full(len(free), np.inf), system.counts[free].copy()
    at = np.searchsorted(free, cells)
    rise[at], fall[at] = np.maximum(amounts, 0), np.maximum(-amounts, 0)
    bounds = np.column_stack([np.zeros(2 * len(free)), np.concatenate([rise, fall])])
    bounds[at, 0], bounds[len(free) + at, 0] = rise[at], fall[at]
    result = linprog(
        np.concatenate([costs, costs]),
        A_eq=sparse.hstack([matrix, -matrix]),
        b_eq=np.zeros(matrix.shape[0]),
        bounds=bounds,
        method="highs",
    )
    if result.x is None and len(cells) > 1:
        # Not all at once: half of them, and then the other half.
        half = len(cells) // 2
        first = way_out(system, hidden, cells[:half], amounts[:half])
        return np.union1d(first, way_out(system, hidden, cells[half:], amounts[half:]))
    if result.x is None:
        raise UnprotectedError(
            "A small count can be worked out from figures that are already published. Nothing was written.",
            int(cells[0]),
        )
    moved = result.x[: len(free)] + result.x[len(free) :] > CLOSE
    found: Array = free[moved & ~hidden[free]]
    return found


def repair(
    system: System,
    hidden: Array,
    primary: Array,
    cover: tuple[int, int],
    moves: Iterable[Move] = (),
    seen: Seen | None = None,
) -> Array:
    """Hide more until every primary cell can take both ends of the cover; verified before it is returned.

    Raises
    ------
    DisclosureError
        No pattern of the cells that may be hidden protects a cell.
    """
    hidden = hidden.copy()
    seen = seen or Seen(system)
    left = primary
    together = len(hidden) > ALONE  # quicker; one by one hides a little less
    thorough = False  # branch and bound costs more than the few cells it would spare
    while True:
        below, above = shortfall(system, hidden, left, cover, thorough, moves, seen)
        # Hiding more never narrows what a reader thinks possible: who is safe now stays safe.
        left = (below > 0) | (above > 0)
        short = np.flatnonzero(left)
        if len(short) == 0:
            return hidden
        before = int(hidden.sum())
        for few in [short[: 2 * CHANGE]] if together else short[:CHANGE, None]:
            for gap, end in ((above, cover[1]), (below, cover[0])):
                cells = few[gap[few] > 0]
                if len(cells):
                    hidden[way_out(system, hidden, cells, end - system.counts[cells])] = True
        if int(hidden.sum()) == before and together:
            together = False
        elif int(hidden.sum()) == before and not thorough:
            thorough = True
        elif int(hidden.sum()) == before:
            # Fractions satisfy the programme where whole numbers do not.
            hidden = _loosen(system, hidden, int(short[0]))


def settle_complements(
    system: System,
    hidden: Array,
    small: Array,
    forced: Array,
    moves: Iterable[Move] = (),
    seen: Seen | None = None,
) -> Array:
    """Show complementary cells that hide nothing, and hide more beside those with too few values.

    An exact cell is known to the reader either way, so showing it gives nothing away. Cells that are ``forced``
    stay hidden and get company instead; ``small`` ones are `repair`'s business.
    """
    hidden = hidden.copy()
    seen = seen or Seen(system)
    given_up = np.zeros(len(hidden), dtype=bool)
    thorough = False
    while True:
        complements = np.flatnonzero(hidden & system.published & ~small)
        want_low, want_high = np.full(len(hidden), np.nan), np.full(len(hidden), np.nan)
        # One up and one down, or so many of one kind: three values either way.
        want_low[complements] = np.maximum(system.counts[complements] - 1, 0)
        want_high[complements] = want_low[complements] + COMPLEMENT_VALUES - 1
        seen.stroll(hidden, want_low, want_high)
        reader = reader_of(system, hidden, thorough)
        reader.saw(seen.least, seen.most)
        reader.try_moves(moves)
        reader.spread(complements, COMPLEMENT_VALUES)
        seen.note(reader.attained_low, reader.attained_high)
        values = (reader.attained_high - reader.attained_low)[complements] + 1
        known = values == 1 if thorough else (reader.low == reader.high)[complements]
        exact = complements[known & ~forced[complements]]
        narrow = complements[(values < COMPLEMENT_VALUES) & ~given_up[complements]]
        if len(exact):
            hidden[exact] = False
        elif len(narrow):
            before = int(hidden.sum())
            for cell in narrow[:CHANGE, None]:
                try:
                    hidden[way_out(system, hidden, cell, np.array([COMPLEMENT_VALUES - 1.0]))] = True
                except UnprotectedError:
                    # No small count, and narrow whatever else is hidden.
                    given_up[cell] = thorough
            if int(hidden.sum()) == before and thorough and not given_up[narrow].any():
                try:
                    hidden = _loosen(system, hidden, int(narrow[0]))
                except UnprotectedError:
                    given_up[narrow] = True
            thorough = thorough or int(hidden.sum()) == before
        else:
            return hidden


def _loosen(system: System, hidden: Array, cell: int) -> Array:
    """Hide one more cell of the relations around a cell, nearest first."""
    hidden = hidden.copy()
    near = np.zeros(len(hidden), dtype=bool)
    near[cell] = True
    offered = system.published & ~system.fixed & ~hidden
    links = abs(system.matrix)
    while True:
        wider = (links.T @ (links @ near.astype(float))) > 0
        found = np.flatnonzero(wider & offered)
        if len(found):
            hidden[found[np.argmin(system.counts[found])]] = True
            return hidden
        if np.array_equal(wider | near, near):
            raise UnprotectedError("A small count cannot be protected by hiding more cells. Nothing was written.", cell)
        near |= wider
