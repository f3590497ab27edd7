"""Whole numbers: the fewest counts to hide over all linked tables of a run at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from equity_audit.disclosure.auditor import refusal
from equity_audit.disclosure.hiding import with_parts
from equity_audit.disclosure.knowledge import Range
from equity_audit.disclosure.ledger import Count, Ledger
from equity_audit.disclosure.profiles import Profile
from equity_audit.errors import DisclosureError


def exact_hidden(
    ledger: Ledger, first: Collection[Count], profile: Profile, before: Mapping[Count, Range] | None = None
) -> set[Count]:
    """Everything hidden when these counts are, so that none of the small ones can be worked out.

    Raises
    ------
    DisclosureError
        An earlier release already tells a small count, or nothing that may be hidden protects one; says in which table.
    """
    import pandas as pd

    from equity_audit.disclosure.quick import UnprotectedError
    from equity_audit.disclosure.suppress import suppress_system

    small = profile.primary or (1, 0)
    names = list(ledger.counts)
    place = {name: number for number, name in enumerate(names)}
    counts = list(ledger.counts.values())
    known = [(before or {}).get(name, (0.0, 1.0)) for name in names]
    # What an earlier release prints cannot be hidden any more; a small one was hidden there too.
    fixed = [low == high and not profile.hides(int(low)) for low, high in known]
    published = [name not in ledger.unprinted for name in names]
    relations: list[tuple[int, list[int]]] = []

    owners = list(names)

    def extra(value: int, owner: Count, shown: bool = False) -> int:
        counts.append(value)
        owners.append(owner)
        published.append(shown)
        fixed.append(False)
        return len(counts) - 1

    for bond in ledger.bonds:
        total, parts = place[bond.total], [place[part] for part in bond.parts]
        if bond.rest < 0:  # patients in several parts: the parts come to more than the total
            whole = extra(sum(counts[part] for part in parts), bond.total)
            relations += [(whole, parts), (whole, [total, extra(-bond.rest, bond.total)])]
        elif bond.rest or bond.open:
            # A small difference of two shown counts is a small count: it is guarded like a printed one.
            guarded = profile.hides(bond.rest) and all(part.unit == bond.total.unit for part in bond.parts)
            guarded &= bond.total not in ledger.unprinted
            relations.append((total, [*parts, extra(bond.rest, bond.total, guarded)]))
        else:
            relations.append((total, parts))
    cells = pd.DataFrame(
        {
            "cell": range(len(counts)),
            "count": counts,
            "published": published,
            "fixed": fixed,
            "hide": [number < len(names) and names[number] in first for number in range(len(counts))],
        }
    )
    try:
        result = suppress_system(cells, relations, primary=small, cover=small)
    except UnprotectedError as error:
        raise DisclosureError(refusal(ledger, owners[error.cell])) from None
    found = {names[number] for number in result.loc[result["hidden"], "cell"] if number < len(names)}
    return with_parts(ledger, found | set(first))
