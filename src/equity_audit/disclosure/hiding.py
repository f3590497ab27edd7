"""Which counts of a ledger a profile hides for their own sake, before anybody does sums."""

from __future__ import annotations

from equity_audit.disclosure.ledger import PATIENTS, RECORDS, Count, Ledger
from equity_audit.disclosure.profiles import Profile
from equity_audit.disclosure.release import hides_part


def own_sake(ledger: Ledger, profile: Profile) -> set[Count]:
    """Small counts, complements, none or all of very few, and records of few patients; one identity is one decision."""
    if profile.primary is None:
        return set()
    hidden = {count for count, value in ledger.counts.items() if profile.hides(value)}
    pairs = [(bond.total, part) for bond in ledger.bonds if bond.open for part in bond.parts]
    for whole in (RECORDS, PATIENTS):
        if whole in ledger.counts:
            pairs += [(whole, part) for part in ledger.counts if part.cell and (part.unit, part.quantity) == whole[:2]]
    implied = _implied(ledger, profile)
    for whole, part in pairs:
        few, many = ledger.counts[part], ledger.counts[whole]
        if whole.unit != part.unit or {whole, part} & ledger.unprinted or not hides_part(few, many, profile):
            continue
        # None or all of few is no secret where a larger table, of enough people, says it of all of them.
        if few not in (0, many) or (part, whole) not in implied:
            hidden.add(part)
    for patients, records in ledger.together:
        # The smaller rules: three patients with forty records are three people. Nobody at all is no secret.
        if patients in hidden and ledger.counts[patients] and ledger.counts[records]:
            hidden.add(records)
        elif profile.hides(ledger.counts[records]) and ledger.counts[patients]:
            hidden.add(patients)
    return with_parts(ledger, hidden - ledger.unprinted)


def _implied(ledger: Ledger, profile: Profile) -> set[tuple[Count, Count]]:
    """Pairs (part, whole) whose "none" or "all" follows from a margin of enough people that is shown."""
    pairs = [(bond.total, part) for bond in ledger.bonds if bond.open for part in bond.parts]
    wholes: dict[Count, list[Count]] = {}
    for whole, part in pairs:
        wholes.setdefault(part, []).append(whole)
    known = {
        part
        for whole, part in pairs
        if ledger.counts[part] in (0, ledger.counts[whole]) and ledger.counts[whole] >= profile.full_share_minimum
    }
    found = set()
    for bond in ledger.bonds:
        if not bond.open and bond.total in known:
            below = {part for part in bond.parts if part.quantity == bond.total.quantity}
            none = ledger.counts[bond.total] == 0
            found |= {
                (part, whole) for part in below for whole in wholes.get(part, ())
                if ledger.counts[part] == (0 if none else ledger.counts[whole])
            }  # fmt: skip
    return found


def with_parts(ledger: Ledger, hidden: set[Count]) -> set[Count]:
    """Hide the numerators of hidden denominators too: a share of an unknown number helps nobody but an attacker."""
    more = {
        part
        for bond in ledger.bonds
        if bond.open and bond.total in hidden and bond.total.quantity.startswith(("denominator:", "judged:"))
        for part in bond.parts
        if part.unit == bond.total.unit and part.quantity.startswith(("numerator:", "failed:"))
    }
    return hidden | more
