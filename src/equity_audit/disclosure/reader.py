"""What a reader of published figures can work out about the figures that are hidden.

The reader knows linear facts ``row_low <= matrix @ x <= row_high`` and ``low <= x <= high`` about whole
numbers x. `Reader` finds, for each number, values it can really take: every value reported as attained
comes with a whole solution of all the facts, so an answer errs only towards *narrow*.

One linear programme lets many numbers reach their wanted values together; only those still short of
them get programmes of their own, and branch and bound only where a vertex is not whole. That is what
makes ten thousand cells a matter of seconds.

Source: the attacker's problem of Fischetti and Salazar-González, Management Science 2001, 47(7), 1008-1027.
"""

from collections.abc import Iterable
from typing import Any

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from equity_audit.disclosure.facts import CLOSE, CONTRADICTION, Array, Facts, tighten
from equity_audit.errors import DisclosureError

NODES = 500  # of branch and bound a number; a count, not a time, so that every machine gives the same answer
ROUNDS = 12  # of joint programmes
REWARD = 1_000  # for a move towards an aim, against 1 for any move
NEAR = 60  # numbers a first, local programme looks at
CAP = 10_000_000  # stands for "no upper limit" where a programme needs a number

Move = tuple[Array, Array]  # numbers that go together, and by how much each for one step (+1 or -1)


class Reader:
    """A reader of published figures, who looks for the values a hidden number can take.

    ``attained_low`` and ``attained_high`` hold the smallest and largest value found so far in whole
    solutions. ``start`` is one solution to begin with, such as the true counts; without it one is sought.
    A reader who is not ``thorough`` looks for ways through near cells only, which is quicker and errs towards narrow.
    """

    def __init__(self, facts: Facts, start: Array | None = None, thorough: bool = True) -> None:
        self._thorough = thorough
        self._facts = facts
        self.low, self.high = tighten(facts)
        self.size = len(self.low)
        self._free = np.flatnonzero(self.low < self.high)
        fixed = np.where(self.low < self.high, 0.0, self.low)
        known = facts.matrix @ fixed
        matrix = sparse.csr_array(facts.matrix[:, self._free])
        used = np.diff(matrix.indptr) > 0
        self._matrix = sparse.csr_array(matrix[used])
        self._row_low = (facts.row_low - known)[used]
        self._row_high = (facts.row_high - known)[used]
        self._place = np.full(self.size, -1)
        self._place[self._free] = np.arange(len(self._free))
        self._links = abs(self._matrix)
        self._blocks = self._find_blocks()
        if start is None:
            start = self.low.copy()
            start[self._free] = self._first_solution()
        self._start = np.asarray(start, dtype=float)
        self._settled = self._matrix @ self._start[self._free]
        self.attained_low = self._start.copy()
        self.attained_high = self._start.copy()

    def reach(self, want_low: Array, want_high: Array) -> None:
        """Find solutions until each number was seen at or below ``want_low`` and at or above ``want_high``.

        NaN wants nothing. A want beyond what the number can take ends at the last value it can take.
        """
        want_low = np.maximum(np.where(np.isnan(want_low), self.attained_low, want_low), self.low)
        want_high = np.minimum(np.where(np.isnan(want_high), self.attained_high, want_high), self.high)
        want_high = np.minimum(want_high, np.maximum(CAP, self.attained_high))
        self._together(want_low, want_high)
        for index in np.flatnonzero(self.attained_high < want_high):
            self._alone(int(index), 1, want_high[index])
        for index in np.flatnonzero(self.attained_low > want_low):
            self._alone(int(index), -1, want_low[index])

    def saw(self, least: Array, most: Array) -> None:
        """Take note of values that were found elsewhere, each with a whole solution."""
        self.attained_low = np.minimum(self.attained_low, least)
        self.attained_high = np.maximum(self.attained_high, most)

    def try_moves(self, moves: Iterable[Move]) -> None:
        """Take known ways to another solution from the first one, as far as they go both ways; others are ignored."""
        columns = sparse.csc_array(self._facts.matrix)
        for cells, signs in moves:
            if (columns[:, cells] @ signs).any():
                continue
            rise, fall = self.high[cells] - self._start[cells], self._start[cells] - self.low[cells]
            ahead = min(float(np.where(signs > 0, rise, fall).min()), CAP)
            back = min(float(np.where(signs > 0, fall, rise).min()), CAP)
            for step in (ahead, -back):
                values = self._start[cells] + step * signs
                self.attained_high[cells] = np.maximum(self.attained_high[cells], values)
                self.attained_low[cells] = np.minimum(self.attained_low[cells], values)

    def spread(self, indices: Array, values: int) -> None:
        """Find solutions until each of these numbers was seen at ``values`` different values, or can take no more."""
        for side in (1, -1):
            want_low, want_high = np.full(self.size, np.nan), np.full(self.size, np.nan)
            if side == 1:
                want_high[indices] = self.attained_low[indices] + values - 1
            else:
                want_low[indices] = self.attained_high[indices] - values + 1
            self.reach(want_low, want_high)

    def _together(self, want_low: Array, want_high: Array) -> None:
        """Joint programmes: as many numbers as possible to their wanted ends at once."""
        choose = np.random.default_rng(0)  # a fixed seed: the same tables give the same answer
        idle = 0
        for turn in range(ROUNDS):
            up = self.attained_high < want_high
            down = self.attained_low > want_low
            short = np.flatnonzero(up | down)
            if len(short) < 2:
                return
            sign = np.where(up, 1, -1)
            if turn % 3 != 0:  # all upwards first, all downwards next, then mixed
                sign = np.where(up & down, np.where(turn % 3 == 1, -1, choose.choice([-1, 1], self.size)), sign)
                if turn % 3 == 2:
                    short = short[choose.random(len(short)) < 0.5]
            if len(short) == 0:
                continue
            aim = np.where(sign > 0, want_high, want_low)
            everything = np.arange(self._matrix.shape[0]), np.arange(len(self._free))
            solution = self._programme(everything, short, sign[short], aim[short], whole=False)
            gained = solution is not None and self._note(self._free, solution, want_low, want_high)
            idle = 0 if gained else idle + 1
            if idle >= 3:
                return

    def _programme(
        self, block: tuple[Array, Array], short: Array, sign: Array, aim: Array, whole: bool
    ) -> Array | None:
        """Another solution on a block, with the short numbers at their aims as far as possible.

        Written as moves away from the first solution, each of them at a price: the cheapest move shifts few
        numbers by equal amounts, so that the solution is nearly always whole without asking for it. Each
        short number is rewarded up to its aim and pays beyond it.
        """
        rows, columns = block
        cells = self._free[columns]
        matrix = self._matrix if len(rows) == self._matrix.shape[0] else self._matrix[rows]
        matrix = matrix if len(columns) == matrix.shape[1] else matrix[:, columns]
        at = np.searchsorted(cells, short)
        rise, fall = self.high[cells] - self._start[cells], self._start[cells] - self.low[cells]
        rise_cost, fall_cost = np.ones(len(cells)), np.ones(len(cells))
        way, beyond = sign * (aim - self._start[short]), np.where(sign > 0, rise[at], fall[at])
        beyond = beyond - way
        up, down = at[sign > 0], at[sign < 0]
        rise[up], rise_cost[up] = way[sign > 0], 1 - REWARD
        fall[down], fall_cost[down] = way[sign < 0], 1 - REWARD
        # A rewarded number may not pay for its reward by moving both ways at once.
        fall[up], rise[down] = 0.0, 0.0
        more = matrix[:, at] * sign
        highest = np.concatenate([rise, fall, beyond])
        settled = self._settled[rows]
        options: dict[str, Any] = {"node_limit": NODES, "presolve": False} if whole else {}
        result = milp(
            np.concatenate([rise_cost, fall_cost, np.ones(len(at))]),
            constraints=LinearConstraint(
                sparse.csr_array(sparse.hstack([matrix, -matrix, more])),
                self._row_low[rows] - settled,
                self._row_high[rows] - settled,
            ),
            bounds=Bounds(0, highest),
            integrality=np.full(len(highest), int(whole)),
            options=options,  # in branch and bound its presolve prints on standard output
        )
        if result.x is None:
            return None
        size = len(cells)
        solution: Array = self._start[cells] + result.x[:size] - result.x[size : 2 * size]
        solution[at] += sign * result.x[2 * size :]
        return solution

    def _alone(self, index: int, side: int, want: float) -> None:
        """One number as far as it goes towards its want: by linear programme, then whole numbers if need be."""
        # Solutions found for others since may have met this want.
        seen = self.attained_high[index] if side > 0 else self.attained_low[index]
        if side * (want - seen) <= 0:
            return
        number, sign, aim = np.array([index]), np.array([side]), np.array([want])
        block = self._blocks[self._place[index]]
        # Most ways lead through near cells only; what is found while the rest stands still is a solution all the same.
        for near in (self._around(self._place[index], block), block)[: 2 if self._thorough else 1]:
            cells = self._free[near[1]]
            solution = self._programme(near, number, sign, aim, whole=False)
            if solution is None:
                return
            self._note(cells, solution)
            now = self.attained_high[index] if side > 0 else self.attained_low[index]
            if side * (want - now) <= 0:
                return
            end = solution[np.searchsorted(cells, index)]
        outer = np.floor(end + CLOSE * 10) if side > 0 else np.ceil(end - CLOSE * 10)
        if side * (outer - now) <= 0 or not self._thorough:
            return
        solution = self._programme(block, number, sign, aim, whole=True)
        if solution is not None:
            self._note(cells, solution)

    def _around(self, place: int, block: tuple[Array, Array]) -> tuple[Array, Array]:
        """Rows and free numbers within a few steps of one, at least `NEAR` numbers if the block has them."""
        reached = np.zeros(len(self._free), dtype=bool)
        reached[place] = True
        links = self._links
        while reached.sum() < min(NEAR, len(block[1])):
            reached |= (links.T @ (links @ reached.astype(float))) > 0
        rows = np.flatnonzero(links @ reached.astype(float))
        return rows, np.flatnonzero(reached)

    def _note(self, cells: Array, values: Array, want_low: Array | None = None, want_high: Array | None = None) -> bool:
        """Keep a solution if it is whole. With wants, says whether one of them came nearer."""
        whole = np.round(values)
        apart = np.abs(values - whole) > CLOSE * 10
        if apart.any():
            # A block that is not whole says nothing; the others of a joint programme still do.
            if len(cells) != len(self._free):
                return False
            broken = np.unique(self._label[apart])
            keep = ~np.isin(self._label, broken)
            cells, whole = cells[keep], whole[keep]
        gained = True
        if want_low is not None and want_high is not None:
            higher = (whole > self.attained_high[cells]) & (self.attained_high[cells] < want_high[cells])
            lower = (whole < self.attained_low[cells]) & (self.attained_low[cells] > want_low[cells])
            gained = bool((higher | lower).any())
        self.attained_high[cells] = np.maximum(self.attained_high[cells], whole)
        self.attained_low[cells] = np.minimum(self.attained_low[cells], whole)
        return gained

    def _find_blocks(self) -> list[tuple[Array, Array]]:
        """Rows and columns each free number hangs together with."""
        # Rows and numbers as the two sides of one graph: a total of ten thousand parts stays ten thousand links.
        links = sparse.block_array([[None, self._matrix], [self._matrix.T, None]])
        height, width = self._matrix.shape
        if height == 0:
            self._label = np.arange(width)
            return [(np.zeros(0, dtype=int), np.array([place])) for place in range(width)]
        blocks, label = sparse.csgraph.connected_components(links, directed=False)
        self._label = label[height:]
        members = [
            (np.flatnonzero(label[:height] == block), np.flatnonzero(self._label == block)) for block in range(blocks)
        ]
        return [members[label] for label in self._label]

    def _first_solution(self) -> Array:
        count = len(self._free)
        if count == 0:
            return np.zeros(0)
        limits = LinearConstraint(self._matrix, self._row_low, self._row_high)
        bounds = Bounds(self.low[self._free], self.high[self._free])
        result = milp(np.zeros(count), constraints=limits, bounds=bounds, integrality=np.ones(count))
        if result.x is None:
            raise DisclosureError(CONTRADICTION)
        return np.asarray(np.round(result.x))
