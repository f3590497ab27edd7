"""Crossed tables with too many small cells are not released at all: a table that is mostly hidden tells nobody anything.

It would only be a burden on the other tables, since each hidden cell has to be protected everywhere.
"""

from __future__ import annotations

from dataclasses import replace

from equity_audit.disclosure.profiles import Profile
from equity_audit.model import Audit, Breakdown

MOST_HIDDEN = 0.2
ALWAYS = ("imd_quintile", "ethnic_group")


def without_sparse(audit: Audit, profile: Profile) -> Audit:
    """The audit without crossed tables of which more than a fifth of the cells would be hidden, and a note of how many."""
    if profile.primary is None:
        return audit
    kept = tuple(table for table in audit.breakdowns if not _sparse(table, profile))
    left = len(audit.breakdowns) - len(kept)
    if not left:
        return audit
    note = f"{left} crossed tables are left out: more than {MOST_HIDDEN:.0%} of their cells are too small to show."
    return replace(audit, breakdowns=kept, notes=(*audit.notes, note))


def _sparse(table: Breakdown, profile: Profile) -> bool:
    if len(table.dimensions) < 2 or table.dimensions == ALWAYS:
        return False
    counts = (
        table.frame[["numerator", "denominator"]].to_numpy() if table.outcome else table.frame[["numerator"]].to_numpy()
    )
    hidden = sum(any(profile.hides(int(count)) for count in row) for row in counts)
    return hidden > MOST_HIDDEN * len(counts)
