"""Other solutions of a system of sums, each with one number led towards a wanted value: one linear programme, kept warm.

HiGHS keeps its basis from one question to the next, so that a question takes a thousandth of a second where building a
programme for each takes ten: hundreds of counts are proved one by one. `milp` of scipy has no such way, and takes longer
to import than all the questions of a small audit.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from equity_audit.disclosure.knowledge import Knowledge
from equity_audit.disclosure.propagate import CLOSE, Array, Terms

FURTHER = (0, 1, 3)  # beyond the want: where the way to one value is not whole, that to the next may be
REWARD = 1_000.0  # for a step towards the want, against 1 for a step of any other number


class Warm:
    """Whole numbers bound by sums, and one solution to start from.

    Written as moves away from the start, each at a price of 1: the cheapest way moves few numbers by equal amounts, so
    that it is nearly always whole without asking for it. With ``wider`` (lowest, highest, price) numbers may also leave
    their range, as far as these ends, at their price for each step.
    """

    def __init__(
        self,
        terms: Terms,
        low: Array,
        high: Array,
        start: Array,
        row_room: tuple[Array, Array] | None = None,
        wider: tuple[Array, Array, Array] | None = None,
    ) -> None:
        """``row_room``: how far each sum may fall and rise from what it comes to at the start; nowhere by default."""
        import highspy

        self._start = np.asarray(start, dtype=float)
        movable = low < high if wider is None else (low < high) | (wider[0] < low) | (wider[1] > high)
        self._free = np.flatnonzero(movable)
        self._place = np.full(len(low), -1)
        self._place[self._free] = np.arange(len(self._free))
        low, high, start = low[self._free], high[self._free], self._start[self._free]
        self._most = np.concatenate([high - start, start - low])
        self._price = np.ones(2 * len(self._free))
        if wider is not None:
            lowest, highest, price = (ends[self._free] for ends in wider)
            # Where both ends are endless there is nothing beyond.
            rise = np.where(np.isfinite(high), highest - np.where(np.isfinite(high), high, 0.0), 0.0)
            fall = np.where(np.isfinite(low), np.where(np.isfinite(low), low, 0.0) - lowest, 0.0)
            self._most = np.concatenate([self._most, rise, fall])
            self._price = np.concatenate([self._price, price, price])
        self._optimal = highspy.HighsModelStatus.kOptimal
        self._solver: Any = highspy.Highs()  # type: ignore[no-untyped-call]
        for option, value in (("output_flag", False), ("presolve", "off"), ("threads", 1)):
            self._solver.setOptionValue(option, value)
        self._solver.passModel(self._programme(highspy, terms, row_room))
        self._solver.run()

    def lead(self, number: int, want: float) -> Array | None:
        """All numbers in a solution with this one as near to ``want`` as it can be; None if the solver gave up.

        The numbers are whole in nearly all solutions: the caller must look.
        """
        place, width = self._place[number], len(self._free)
        way = abs(want - self._start[number])
        if place < 0 or not way:
            return self._start
        ahead, back = (place, width + place) if want > self._start[number] else (width + place, place)
        solver = self._solver
        solver.changeColCost(int(ahead), 1.0 - REWARD)
        solver.changeColBounds(int(ahead), 0.0, float(min(way, self._most[ahead])))
        solver.changeColBounds(int(back), 0.0, 0.0)
        solver.run()
        moves = np.array(solver.getSolution().col_value) if solver.getModelStatus() == self._optimal else None
        solver.changeColCost(int(ahead), 1.0)
        for column in (ahead, back):
            solver.changeColBounds(int(column), 0.0, float(self._most[column]))
        if moves is None:
            return None
        found = self._start.copy()
        for begin in range(0, len(moves), 2 * width):
            found[self._free] += moves[begin : begin + width] - moves[begin + width : begin + 2 * width]
        return found

    def free(self, number: int) -> None:
        """Let a number leave its range at no price from now on."""
        for column in (2, 3):
            self._solver.changeColCost(int(self._place[number]) + column * len(self._free), 1.0)

    def _programme(self, highspy: Any, terms: Terms, row_room: tuple[Array, Array] | None) -> Any:
        kept = self._place[terms.columns] >= 0
        rows, columns = terms.rows[kept], self._place[terms.columns[kept]]
        weights = terms.weights[kept].astype(float)
        height = int(terms.rows.max(initial=-1)) + 1 if row_room is None else len(row_room[0])
        order = np.argsort(columns, kind="stable")
        rows, columns, weights = rows[order], columns[order], weights[order]
        ends = np.cumsum(np.bincount(columns, minlength=len(self._free)))
        turns = len(self._most) // len(self._free) if len(self._free) else 0
        programme = highspy.HighsLp()
        programme.num_col_, programme.num_row_ = len(self._most), height
        programme.col_cost_ = self._price
        programme.col_lower_, programme.col_upper_ = np.zeros(len(self._most)), self._most
        below, above = row_room if row_room is not None else (np.zeros(height), np.zeros(height))
        programme.row_lower_, programme.row_upper_ = below, above
        programme.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        starts = [turn * len(rows) + ends for turn in range(turns)]
        programme.a_matrix_.start_ = np.concatenate([[0], *starts]).astype(np.int32)
        programme.a_matrix_.index_ = np.tile(rows, turns).astype(np.int32)
        programme.a_matrix_.value_ = np.concatenate([weights * (-1) ** turn for turn in range(turns)] or [weights])
        return programme


def is_whole(values: Array) -> bool:
    """Whether a solution is one of whole numbers, as far as the solver's tolerance tells."""
    return bool((np.abs(values - np.round(values)) <= CLOSE * 10).all())


def lead_all(warm: Warm, known: Knowledge, numbers: Iterable[int]) -> tuple[list[int], list[int]]:
    """Lead each number through as many values as it must be able to take.

    Gives the numbers that cannot take so many (as far as the programme tells), and those of which it found no whole
    solution, so that nothing is known of them.
    """
    numbers = list(numbers)
    least = np.array(known.true, dtype=float)
    most = least.copy()
    unclear: set[int] = set()
    for side in (1, 0):  # up, then what is missing down
        for number in numbers:
            if known.enough(number, least[number], most[number]):
                continue
            want = known.wants(number, least[number], most[number])[side]
            for further in FURTHER if side else (0,):
                found = warm.lead(number, want + further)
                if found is not None and is_whole(found):
                    np.minimum(least, np.round(found), out=least)
                    np.maximum(most, np.round(found), out=most)
                    break
                if found is not None and abs(found[number] - want - further) > CLOSE * 10:
                    break  # not even in fractions
            else:
                unclear.add(number)
    short = [number for number in numbers if not known.enough(number, least[number], most[number])]
    return [number for number in short if number not in unclear], [number for number in short if number in unclear]
