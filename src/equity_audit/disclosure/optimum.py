"""The smallest complementary suppression, by cutting planes.

A cell p of a table can move by an amount d when some other table with the same shown cells and sums differs
from the true one by d at p. If it cannot, the dual of that linear programme names cells of which some must be
hidden: a cut. Cuts are added to a programme with one 0/1 variable a cell until no reader is left
who can narrow down a primary cell; with the last 0/1 solution optimal, the pattern is smallest.

Source: Fischetti and Salazar-González, Management Science 2001, 47(7), 1008-1027, sections 3 and 4.
"""

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, linprog, milp

from equity_audit.disclosure.cells import Array, System
from equity_audit.disclosure.facts import CLOSE

LARGEST = 600  # cells; beyond, the quick steps are used
MOST_DEMANDS = 120  # primary cells times directions still to be protected
ROUNDS = 200
HEADROOM = 6.0  # by how much the cost may grow between two rounds before the gap is set anew
NODES = 20_000  # a count, not a time, so that every machine gives the same answer
COST_UNITS = 10_000  # costs go to the solver as whole numbers: fractions make it print complaints on standard output
FAINT = 1e-3  # a shown cell's share of its range while a cut is sought: it prefers cuts through few cells


@dataclass(frozen=True)
class Demand:
    """A primary cell that must be able to move by ``amount`` counts, up (+1) or down (-1)."""

    cell: int
    sign: int
    amount: float


def smallest(system: System, hidden: Array, demands: list[Demand], network: bool) -> Array | None:
    """Hidden cells with the fewest additions that meet every demand, or None when it would take too long.

    ``network`` says that the relations are those of a one- or two-dimensional table, where no other cell
    ever needs to move further than the primary cell does; elsewhere up to four times as far is allowed for.
    Among patterns of the same size, cells inside a table go before zeros, and small counts before large.
    """
    if len(hidden) > LARGEST or len(demands) > MOST_DEMANDS:
        return None
    if not demands:
        return hidden
    offered = system.published & ~system.fixed & ~hidden
    cost = _costs(system, offered)
    cuts = _first_cuts(system, hidden, offered, demands)
    whole = False
    last = 0.0
    for _ in range(ROUNDS):
        # Preferences add up to at most a half, and the programme stops within 0.4 of the optimum: less than a cell.
        gap = 0.4 / (last + HEADROOM)
        share = _choose(cuts, cost, offered, hidden, gap if whole else None)
        if share is None:
            return None
        found = whole and float(cost[offered] @ share[offered]) > last + HEADROOM
        last = float(cost[offered] @ share[offered])
        for demand in demands:
            cut = _cut(system, share, hidden, demand, 1.0 if network else 4.0)
            if cut is None:
                return None
            if cut @ share < demand.amount - 1e-3 * demand.amount:
                # What is hidden for certain leaves the left-hand side; no coefficient need exceed what is left.
                left = demand.amount - float(cut @ hidden)
                part = np.where(offered, np.minimum(cut, left), 0.0) / left
                # Rounded up, a cut is weaker but true; crumbs would upset the solver.
                cuts.append(np.ceil(part * 1e4 - 1e-3) / 1e4)
                found = True
        if not found and whole:
            return hidden | (share > 0.5)
        whole = whole or not found
    return None


def _costs(system: System, offered: Array) -> Array:
    """One a cell, plus a preference that never adds up to one."""
    totals = np.asarray((system.matrix < 0).sum(axis=0)).ravel() > 0
    taste = 2.0 * totals + 1.0 * (system.counts == 0) + np.minimum(np.log1p(system.counts) / 20, 1)
    return np.asarray(1.0 + 0.5 * taste / max(float(taste[offered].sum()), 1.0))


def _first_cuts(system: System, hidden: Array, offered: Array, demands: list[Demand]) -> list[Array]:
    """List the plain cuts: a relation that holds one hidden cell needs another."""
    cuts = []
    table = sparse.csc_array(system.matrix)
    for cell in {demand.cell for demand in demands}:
        for row in table.indices[table.indptr[cell] : table.indptr[cell + 1]]:
            others = np.zeros(len(hidden))
            others[system.matrix.indices[system.matrix.indptr[row] : system.matrix.indptr[row + 1]]] = 1.0
            others[cell] = 0.0
            if not (others * hidden).any():
                cuts.append(others * offered)
    return cuts


def _choose(cuts: list[Array], cost: Array, offered: Array, hidden: Array, gap: float | None) -> Array | None:
    """Cheapest share of each cell to hide that satisfies the cuts; hidden cells are 1. With a gap, 0 or 1 only."""
    places = np.flatnonzero(offered)
    if len(places) == 0:
        return None if cuts else hidden.astype(float)
    limits = [LinearConstraint(sparse.csr_array(np.array(cuts)[:, places]), 1.0, np.inf)] if cuts else []
    result = milp(
        np.round(cost[places] * COST_UNITS),
        constraints=limits,
        bounds=Bounds(0, 1),
        integrality=np.full(len(places), 0 if gap is None else 1),
        options={} if gap is None else {"mip_rel_gap": gap, "node_limit": NODES, "presolve": False},
    )
    if result.status != 0:
        return None
    share = hidden.astype(float)
    share[places] = np.clip(result.x, 0, 1) if gap is None else np.round(result.x)
    return share


def _cut(system: System, share: Array, hidden: Array, demand: Demand, room: float) -> Array | None:
    """Coefficients c such that c @ share bounds how far the cell can move; None when the programme fails."""
    reach = demand.amount * room
    rise = np.full(len(share), reach)
    fall = np.minimum(system.counts, reach)
    (rise if demand.sign > 0 else fall)[demand.cell] = demand.amount
    can_hide = hidden | (system.published & ~system.fixed)
    seen = np.where(can_hide, np.maximum(share, FAINT), 0.0)
    goal = np.zeros(len(share))
    goal[demand.cell] = -demand.sign
    result = linprog(
        goal,
        A_eq=system.matrix,
        b_eq=np.zeros(system.matrix.shape[0]),
        bounds=np.column_stack([-fall * seen, rise * seen]),
        method="highs",
    )
    if result.status != 0:
        return None
    price = goal - system.matrix.T @ result.eqlin.marginals
    price[np.abs(price) < CLOSE] = 0.0
    bound: Array = np.where(price > 0, price * fall, -price * rise)
    bound = np.where(can_hide, bound, 0.0)
    return np.minimum(bound, demand.amount)
