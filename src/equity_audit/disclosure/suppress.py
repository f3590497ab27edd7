"""Primary and complementary suppression of tables with margins, and of systems of linked tables.

scipy is imported when a table is protected, not when this module is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas as pd

    from equity_audit.disclosure.cells import Array, Relation, System
    from equity_audit.disclosure.reader import Move

ATTEMPTS = 20  # repairs, each followed by a look at the complementary cells


def suppress(
    frame: pd.DataFrame,
    dimensions: Sequence[str],
    primary: tuple[int, int] = (1, 7),
    cover: tuple[int, int] = (1, 7),
    total: str = "total",
) -> pd.DataFrame:
    """Hide small counts of a table with margins, and the fewest others that stop them being worked out.

    Parameters
    ----------
    frame
        One row a cell, with the dimension columns and ``count`` (records, pathways, attendances or
        patients). Margins are rows too, with ``total`` as the label of the dimension they run over.
        A margin that is not in the frame is not published but still binds the cells under it.
    dimensions
        Names of the dimension columns.
    primary
        Smallest and largest count that must be hidden, both included.
    cover
        Range every hidden small count must be able to take for a reader who knows the shown cells, the
        margins and that counts are whole and at least 0.
    total
        Label of a margin.

    Returns
    -------
    DataFrame
        The same rows and columns, and ``hidden`` (bool) and ``reason`` (``primary``, ``complementary``, None).
        Margins may be hidden. The fewest complementary cells where the table is small enough for the proof
        (`optimum.LARGEST`); otherwise few. What is returned was attacked first and held. A complementary
        cell keeps at least three possible values.

    Raises
    ------
    UsageError
        A column is missing, a row occurs twice, a count is not a whole number from 0, or a margin is
        smaller than the cells under it.
    """
    from equity_audit.disclosure.cells import table_system

    names = [dimensions] if isinstance(dimensions, str) else list(dimensions)
    system = table_system(frame, names, total)
    hidden, first = _protect(system, primary, cover, network=len(names) <= 2)
    return _with_reasons(frame, hidden[: len(frame)], first[: len(frame)])


def suppress_system(
    cells: pd.DataFrame,
    relations: Iterable[Relation],
    primary: tuple[int, int] = (1, 7),
    cover: tuple[int, int] = (1, 7),
) -> pd.DataFrame:
    """Protect linked tables together: cells with names, and sums that bind them.

    Parameters
    ----------
    cells
        One row a cell: ``cell`` (its name, once only), ``count``; optional bool columns ``published`` (False:
        printed nowhere, but it binds others; True by default), ``fixed`` (printed already, as in an earlier
        release; cannot be hidden) and ``hide`` (hidden whatever its count; unless that is small it keeps three
        possible values where hiding more can give it these).
    relations
        Pairs ``(total, parts)`` of cell names: the total's count is the sum of the parts'.
    primary, cover
        As for `suppress`.

    Returns
    -------
    DataFrame
        ``cells`` with ``hidden`` and ``reason`` as for `suppress`. A cell of ``hide`` has the reason
        ``primary``. Cells that are not published are not hidden: there is nothing to hide.

    Raises
    ------
    UsageError
        A column is missing, a name occurs twice or is not known, a count is not a whole number from 0, or
        a total is not the sum of its parts.
    DisclosureError
        A small count is fixed, or can be worked out whatever is hidden.
    """
    import numpy as np

    from equity_audit.disclosure.cells import System, relation_matrix, whole_counts
    from equity_audit.errors import DisclosureError, UsageError

    for column in ("cell", "count"):
        if column not in cells.columns:
            raise UsageError(f"Disclosure control: the cells have no column `{column}`.")
    if cells["cell"].duplicated().any():
        raise UsageError("Disclosure control: a cell occurs in more than one row.")
    counts = whole_counts(cells["count"])
    matrix = relation_matrix(list(cells["cell"]), relations)
    wrong = np.flatnonzero(np.abs(matrix @ counts) > 0)
    if len(wrong):
        raise UsageError(f"Disclosure control: the total of relation {wrong[0] + 1} is not the sum of its parts.")
    published, fixed = _flags(cells, "published", True), _flags(cells, "fixed", False)
    if (fixed & (counts >= primary[0]) & (counts <= primary[1])).any():
        raise DisclosureError("A small count is already published, so it cannot be hidden. Nothing was written.")
    system = System(counts, matrix, published, fixed, published)
    hidden, first = _protect(system, primary, cover, network=False, also=_flags(cells, "hide", False) & ~fixed)
    return _with_reasons(cells, hidden & published, first)


def _protect(
    system: System, primary: tuple[int, int], cover: tuple[int, int], network: bool, also: Array | None = None
) -> tuple[Array, Array]:
    """Hidden cells of the system, and which of them were hidden for their own sake."""
    import numpy as np

    from equity_audit.disclosure import cubes, optimum, quick
    from equity_audit.disclosure.strolls import Seen
    from equity_audit.errors import DisclosureError, UsageError

    for name, (low, high) in (("primary", primary), ("cover", cover)):
        if not 0 <= low <= high:
            raise UsageError(f"Disclosure control: `{name}` must be two whole numbers from 0, smallest first.")
    small = (system.counts >= primary[0]) & (system.counts <= primary[1]) & system.guarded
    first = small if also is None else small | also
    # What is not published is hidden from the start, at no cost.
    hidden = first | ~system.published
    moves: list[Move] = []
    found = None
    if len(hidden) <= optimum.LARGEST:
        below, above = quick.shortfall(system, hidden, small, cover)
        demands = [
            optimum.Demand(int(cell), sign, abs(float(end - system.counts[cell])))
            for short, end, sign in ((above, cover[1], 1), (below, cover[0], -1))
            for cell in np.flatnonzero(short > 0)
        ]
        found = optimum.smallest(system, hidden, demands, network)
    if found is None and not network:
        spanned = cubes.hide_cubes(system, hidden, small, cover)
        if spanned is not None:
            found, moves = spanned
    if found is None:
        found = quick.no_lonely_cells(system, hidden, cover[1])
    seen = Seen(system)
    for _ in range(ATTEMPTS):
        found = quick.repair(system, found, small, cover, moves, seen)
        settled = quick.settle_complements(system, found, small, first, moves, seen)
        if np.array_equal(settled, found):
            return found, first & system.published
        found = settled
    raise DisclosureError(
        "No pattern of hidden cells withstood the audit. Nothing was written; use a profile that rounds."
    )


def _flags(cells: pd.DataFrame, column: str, default: bool) -> Array:
    import numpy as np

    if column not in cells.columns:
        return np.full(len(cells), default)
    return np.asarray(cells[column].fillna(default).to_numpy(dtype=bool))


def _with_reasons(frame: pd.DataFrame, hidden: Array, first: Array) -> pd.DataFrame:
    import numpy as np
    import pandas as pd

    reason = [
        ("primary" if own else "complementary") if hide else None for hide, own in zip(hidden, first, strict=True)
    ]
    result = frame.copy()
    result["hidden"] = np.asarray(hidden, dtype=bool)
    result["reason"] = pd.Series(reason, index=frame.index, dtype=object)
    return result
