"""Proof without a solver: step by step to another set of true counts that prints exactly the same.

A hidden number moves by one; every sum it stands in is put right by a number that may move there, which puts off the next
sum, and so on until all hold: chains, as in a table where rows and columns must keep their totals. What is reached so is
really possible, so an answer errs only towards *in doubt*.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

JOINTS = (0, 1, 3)  # numbers of several sums that one step may move, the quickest walks first
TRIES = 4  # such numbers tried for one sum


class Known(Protocol):
    """What a walk needs: the true numbers, their ranges, and sums of (number, sign) that come to 0."""

    @property
    def true(self) -> Sequence[int]:
        """The true counts."""

    @property
    def low(self) -> Sequence[float]:
        """The least that each may be for a reader."""

    @property
    def high(self) -> Sequence[float]:
        """The most that each may be for a reader."""

    @property
    def sums(self) -> Sequence[Sequence[tuple[int, int]]]:
        """Terms of each sum: the position of a number and its sign."""


class Walk:
    """A reader of printed figures, wandering among the counts that fit them.

    ``longest`` bounds the search for one chain, in sums looked at: what is not found so is in doubt.
    """

    def __init__(self, known: Known, longest: int | None = None) -> None:
        self._longest = longest or len(known.true) + 2 * len(known.sums) + 1
        self.low, self.high = known.low, known.high
        self._true = known.true
        self.now = list(known.true)
        self.least, self.most = list(known.true), list(known.true)
        self._places: list[list[tuple[int, int]]] = [[] for _ in known.true]
        for sum_, terms in enumerate(known.sums):
            for number, sign in terms:
                self._places[number].append((sum_, sign))
        # Numbers of one sum alone settle it without upsetting another: what a sum leaves over, mostly.
        self._sinks: list[list[tuple[int, int]]] = []
        movable = [low < high for low, high in zip(known.low, known.high, strict=True)]
        for terms in known.sums:
            free = [(number, sign) for number, sign in terms if movable[number]]
            self._sinks.append([term for term in free if len(self._places[term[0]]) == 1])
        # Soft sums have a sink besides the number itself; in the others something else must move.
        self._soft: list[list[tuple[int, int]]] = [[] for _ in known.true]
        self._hard: list[list[tuple[int, int]]] = [[] for _ in known.true]
        for number, places in enumerate(self._places):
            for sum_, sign in places:
                others = len(self._sinks[sum_]) - (len(places) == 1 and movable[number])
                (self._soft if others else self._hard)[number].append((sum_, sign))
        self._edges: list[list[tuple[int, int, int, int]]] = [[] for _ in known.sums]
        for number, hard in enumerate(self._hard):
            if movable[number] and len(hard) == 1:
                self._edges[hard[0][0]].append((number, hard[0][1], -1, 0))
            elif movable[number] and len(hard) == 2:
                for (sum_, sign), (other, way) in (hard, hard[::-1]):
                    self._edges[sum_].append((number, sign, other, way))
        # Numbers of three sums and more, such as a margin of several tables: the fewer the better.
        self._joints: list[list[tuple[int, int]]] = [[] for _ in known.sums]
        for number, hard in enumerate(self._hard):
            if movable[number] and len(self._places[number]) > 1:
                for sum_, sign in (*(hard if len(hard) > 2 else ()), *self._soft[number]):
                    self._joints[sum_].append((number, sign))
        for numbers in self._joints:
            numbers.sort(key=lambda term: len(self._hard[term[0]]))

    def reach(self, number: int, values: int, joints: int = 0) -> bool:
        """Whether the number was led through so many different values, moving so many others of several sums."""
        for step in (1, -1):
            while self.most[number] - self.least[number] + 1 < values and self._move(number, step, joints):
                pass
        return self.most[number] - self.least[number] + 1 >= values

    def again(self, number: int, values: int, joints: int = 0) -> bool:
        """`reach` from the true counts: the walks before may have used up the room."""
        self.now = list(self._true)
        return self.reach(number, values, joints)

    def stretch(self, number: int, low: float, high: float, joints: int = 0) -> bool:
        """Whether the number was led down to ``low`` and up to ``high``, from the true counts each time."""
        for wanted, step in ((low, -1), (high, 1)):
            for afresh in (False, True):
                if afresh and self._off(number, wanted, step):
                    self.now = list(self._true)
                while self._off(number, wanted, step) and self._move(number, step, joints):
                    pass
        return self.least[number] <= low and self.most[number] >= high

    def _off(self, number: int, wanted: float, step: int) -> bool:
        return self.least[number] > wanted if step < 0 else self.most[number] < wanted

    def _move(self, number: int, step: int, joints: int) -> bool:
        if not self.low[number] <= self.now[number] + step <= self.high[number]:
            return False
        owed = self._owes(number, step)
        if not joints and len(owed) > len(self._hard[number]):
            return False
        moved = self._pay(owed, {number: step}, joints)
        if moved is None:
            return False
        left: dict[int, int] = {}
        for each, by in moved.items():
            for sum_, sign in self._soft[each]:
                left[sum_] = left.get(sum_, 0) + sign * by
        for sum_, debt in left.items():
            sink = self._sink(sum_, debt, moved) if debt else None
            if sink is not None:
                moved[sink[0]] = sink[1]
            elif debt:
                return False
        return self._keep(moved)

    def _owes(self, number: int, step: int) -> dict[int, int]:
        """Sums that a step puts off and nothing of theirs alone can settle."""
        owed = {sum_: sign * step for sum_, sign in self._hard[number]}
        for sum_, sign in self._soft[number]:
            if self._sink(sum_, sign * step, {number: 0}) is None:
                owed[sum_] = sign * step
        return owed

    def _pay(self, owed: dict[int, int], moved: dict[int, int], joints: int) -> dict[int, int] | None:
        """Settle every sum that is off: by chains as far as they go, then by a number that joins several sums."""
        owed, moved = dict(owed), dict(moved)
        stuck = None
        for sum_ in list(owed):
            if sum_ not in owed:
                continue
            debt = owed.pop(sum_)
            end = self._chain((sum_, debt), {(other, -left) for other, left in owed.items()}, moved)
            if end is None:
                owed[sum_], stuck = debt, sum_ if stuck is None else stuck
            elif end >= 0:
                del owed[end]
        if stuck is None:
            return moved
        tried = 0
        for number, sign in self._joints[stuck] if joints else ():
            step = -owed[stuck] * sign
            if number in moved or not self.low[number] <= self.now[number] + step <= self.high[number]:
                continue
            after = dict(owed)
            for other, by in {**self._owes(number, step), stuck: -owed[stuck]}.items():
                debt = after.pop(other, 0) + by
                if debt:
                    after[other] = debt
            if all(abs(debt) == 1 for debt in after.values()):
                found = self._pay(after, {**moved, number: step}, joints - 1)
                if found is not None:
                    return found
            tried += 1
            if tried == TRIES:
                break
        return None

    def _keep(self, moved: dict[int, int]) -> bool:
        """Go where these steps lead, unless they lead out of a range."""
        if any(not self.low[each] <= self.now[each] + by <= self.high[each] for each, by in moved.items()):
            return False
        for each, by in moved.items():
            value = self.now[each] = self.now[each] + by
            if value < self.least[each]:
                self.least[each] = value
            elif value > self.most[each]:
                self.most[each] = value
        return True

    def _may(self, number: int, step: int) -> bool:
        if not self.low[number] <= self.now[number] + step <= self.high[number]:
            return False
        return all(self._sink(sum_, sign * step, {number: 0}) is not None for sum_, sign in self._soft[number])

    def _chain(self, start: tuple[int, int], goals: set[tuple[int, int]], moved: dict[int, int]) -> int | None:
        """Breadth first from a sum that is off to a number that owes nothing further (-1), or to another such sum."""
        came: dict[tuple[int, int], tuple[tuple[int, int], int, int] | None] = {start: None}
        queue = [start]
        for at in queue:
            sum_, debt = at
            for number, sign, other, way in self._edges[sum_]:
                step = -debt * sign
                after = (other, way * step)
                if after in came or number in moved or not self._may(number, step):
                    continue
                if other < 0 or after in goals:
                    back: tuple[tuple[int, int], int, int] | None = (at, number, step)
                    while back is not None:
                        moved[back[1]] = moved.get(back[1], 0) + back[2]
                        back = came[back[0]]
                    return other
                came[after] = (at, number, step)
                queue.append(after)
                if len(queue) > self._longest:
                    return None
        return None

    def _sink(self, sum_: int, debt: int, moved: dict[int, int]) -> tuple[int, int] | None:
        """A number that settles this sum alone, and its step."""
        for number, sign in self._sinks[sum_]:
            step = -debt * sign
            if number not in moved and self.low[number] <= self.now[number] + step <= self.high[number]:
                return number, step
        return None
