"""How one count is released: shown, rounded, or hidden behind a marker.

Rounding is of each count by itself, so the same count is the same everywhere; totals are sums of released cells.
"""

from __future__ import annotations

from collections.abc import Iterable

from equity_audit.disclosure.profiles import Profile
from equity_audit.model import Cell

HIDDEN = Cell(None, "c")
TOO_FEW = Cell(None, "u")
NOT_APPLICABLE = Cell(None, "z")


def release_count(count: int, profile: Profile) -> Cell:
    """A count as the profile lets it be seen; zero is shown."""
    if profile.hides(count):
        return HIDDEN
    base = profile.round_to
    # Half a base rounds up, as a person would.
    return Cell((2 * count + base) // (2 * base) * base if base else count)


def release_part(part: int, whole: int, profile: Profile) -> Cell:
    """A part of a known whole: hidden too where its complement is, or where it is none or all of very few."""
    if profile.complements and profile.hides(whole - part):
        return HIDDEN
    if part in (0, whole) and 0 < whole < profile.full_share_minimum:
        return HIDDEN
    return release_count(part, profile)


def total_of(cells: Iterable[Cell]) -> Cell:
    """The sum of released cells; a hidden one counts 0 ("of shown cells")."""
    return Cell(sum(int(cell.value) for cell in cells if cell.value is not None))


def share_of(part: Cell, whole: Cell, profile: Profile) -> Cell:
    """A share of released counts as a proportion, to the profile's decimals of a percentage."""
    if part.value is None:
        return part
    if not whole.value or part.value > whole.value:
        return NOT_APPLICABLE
    if whole.value < profile.minimum_denominator:
        return TOO_FEW
    return Cell(rounded(part.value / whole.value, profile))


def rounded(share: float, profile: Profile) -> float:
    """A proportion to the decimals that the profile gives percentages; in full where it hides nothing."""
    return share if profile.primary is None else round(share, profile.decimals + 2)
