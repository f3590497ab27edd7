"""How one count is shown: whole or rounded, or as a share of another; `hiding` says which are not."""

from __future__ import annotations

from collections.abc import Iterable

from equity_audit.disclosure.profiles import Profile
from equity_audit.model import Cell

HIDDEN = Cell(None, "c")
TOO_FEW = Cell(None, "u")
NOT_APPLICABLE = Cell(None, "z")
LOW = Cell(None, "low")


def show(count: int, profile: Profile) -> Cell:
    """A count that is not hidden, whole or rounded; zero is shown. Of each count by itself, so it is the same everywhere."""
    base = profile.round_to
    # Half a base rounds up, as a person would.
    return Cell((2 * count + base) // (2 * base) * base if base else count)


def release_count(count: int, profile: Profile) -> Cell:
    """A count that is in no ledger, by itself: shown, rounded or hidden; zero is shown."""
    return HIDDEN if profile.hides(count) else show(count, profile)


def release_part(part: int, whole: int, profile: Profile) -> Cell:
    """A part of a known whole, by itself: hidden too where its complement is, or where it is none or all of very few."""
    return HIDDEN if hides_part(part, whole, profile) else release_count(part, profile)


def hides_part(part: int, whole: int, profile: Profile) -> bool:
    """Whether a part of a known whole is hidden: its complement is small, or it is none or all of very few."""
    if profile.complements and profile.hides(whole - part):
        return True
    return part in (0, whole) and 0 < whole < profile.full_share_minimum


def total_of(cells: Iterable[Cell]) -> Cell:
    """The sum of released cells; a hidden one counts 0 ("of shown cells")."""
    return Cell(sum(int(cell.value) for cell in cells if cell.value is not None))


def shown_total(cells: Iterable[Cell]) -> Cell:
    """The sum of released cells that is printed; hidden where none of it is shown, since 0 would say that there are none."""
    held = list(cells)
    total = total_of(held)
    return HIDDEN if not total.value and HIDDEN in held else total


def share_of(part: Cell, whole: Cell, profile: Profile) -> Cell:
    """A share of released counts as a proportion, to the profile's decimals of a percentage."""
    if part.value is None:
        return part
    if whole.value is None:
        return whole
    if not whole.value or part.value > whole.value:
        return NOT_APPLICABLE
    if whole.value < profile.minimum_denominator:
        return TOO_FEW
    return shown_share(part.value / whole.value, profile)


def shown_share(share: float, profile: Profile) -> Cell:
    """A proportion as it is printed; one that would print as zero and is not has a marker, since 0 means none."""
    shown = rounded(share, profile)
    return LOW if share > 0 and shown == 0 else Cell(shown)


def rounded(share: float, profile: Profile) -> float:
    """A proportion to the decimals that the profile gives percentages; in full where it hides nothing."""
    # Rounded as a percentage: 0.1125 is 11.2 everywhere, whether a writer prints the share or a hundred times it.
    if profile.primary is None:
        return share
    return round(round(100 * share, profile.decimals) / 100, profile.decimals + 2)
