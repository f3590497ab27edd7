"""Complementary suppression by hypercubes: for large tables of three dimensions or more.

A small cell and one other place along every dimension span a cube of 2^d cells. If all are hidden, whole counts
can be moved round the cube without changing any sum, so a reader cannot narrow the small cell down.
Each small cell gets the cube that hides fewest further cells. Margins are places along a dimension too.

Source: Giessing and Repsilber, "Tools and strategies to protect multiple tables with the GHQUAR cell
suppression engine", in Domingo-Ferrer (ed.), Inference Control in Statistical Databases, 2002.
"""

import itertools

import numpy as np

from equity_audit.disclosure.cells import Array, System
from equity_audit.disclosure.reader import Move

LARGEST = 5_000_000  # places in the table, with those it has no cell for


def hide_cubes(system: System, hidden: Array, small: Array, cover: tuple[int, int]) -> tuple[Array, list[Move]] | None:
    """Hide a cube for every small cell of a table, or None when the system is no table or too wide a one.

    Gives the hidden cells and the moves round the cubes, which the audit tries first.
    """
    if system.places is None:
        return None
    inside = np.flatnonzero((system.places >= 0).all(axis=1))
    places = system.places[inside]
    shape = places.max(axis=0) + 1
    if np.prod(shape.astype(float)) > LARGEST:
        return None
    hidden = hidden.copy()
    moves: list[Move] = []
    at = np.full(shape, -1)
    at[tuple(places.T)] = inside
    empty = at < 0
    counts = np.where(empty, 0.0, system.counts[at])
    offered = np.where(empty, False, (system.published & ~system.fixed)[at])
    taste = 1.0 + 0.5 * (counts == 0) + np.minimum(np.log1p(counts) / 100, 0.2)
    price = np.where(hidden[at] & ~empty, 0.0, np.where(offered, taste, np.inf))
    # Large ones first: a cube that lets 7 rise and fall serves the smaller cells beside it.
    for cell in sorted(np.flatnonzero(small & (system.places >= 0).all(axis=1)), key=lambda i: -system.counts[i]):
        up, down = max(cover[1] - system.counts[cell], 0.0), max(system.counts[cell] - cover[0], 0.0)
        cube = _cheapest(price, counts, system.places[cell], shape, up, down)
        if cube is not None:
            corners, signs = cube
            price[corners] = 0.0
            hidden[at[corners]] = True
            moves.append((at[corners], signs))
    return hidden, moves


def _cheapest(
    price: Array, counts: Array, place: Array, shape: Array, up: float, down: float
) -> tuple[tuple[Array, ...], Array] | None:
    """Corners and signs of the cheapest cube at a place whose cells can fall far enough; None when there is none.

    The last index along a dimension is its margin, which moves with its cells and not against them.
    """
    width = len(shape)
    others = [np.delete(np.arange(shape[axis]), place[axis]) for axis in range(width)]
    against = [(others[axis] != shape[axis] - 1) & (place[axis] != shape[axis] - 1) for axis in range(width)]
    cost = np.zeros([len(other) for other in others])
    for mask in itertools.product((False, True), repeat=width):
        axes = [others[axis] if mask[axis] else place[axis : axis + 1] for axis in range(width)]
        window = np.ix_(*axes)
        odd = np.zeros([1] * width, dtype=bool)
        for axis in range(width):
            if mask[axis]:
                odd = odd ^ against[axis].reshape([-1 if other == axis else 1 for other in range(width)])
        cost = cost + np.where(counts[window] >= np.where(odd, up, down), price[window], np.inf)
    if cost.size == 0 or not np.isfinite(cost.min()):
        return None
    best = np.unravel_index(int(np.argmin(cost)), cost.shape)
    far = [int(others[axis][best[axis]]) for axis in range(width)]
    turns = [bool(against[axis][best[axis]]) for axis in range(width)]
    masks = np.array(list(itertools.product((False, True), repeat=width)))
    corners = tuple(np.where(masks[:, axis], far[axis], place[axis]) for axis in range(width))
    return corners, np.where((masks & turns).sum(axis=1) % 2, -1.0, 1.0)
