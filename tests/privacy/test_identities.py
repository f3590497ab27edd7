"""Nothing hidden follows from what is shown beside it: counts told twice, and sums, over a whole result document."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import pytest

from equity_audit.audit import Request, run_audit
from equity_audit.disclosure.knowledge import shown_range
from equity_audit.disclosure.ledger import RECORDS, Count, Ledger, bind_margins, of
from equity_audit.disclosure.profiles import load_profile
from equity_audit.disclosure.protect import hidden_counts, protect
from equity_audit.errors import DisclosureError
from equity_audit.model import Audit
from equity_audit.reports.json import document
from equity_audit.sample import write_sample
from privacy import identities

SAMPLES = ("admitted_care", "emergency_care", "outpatients", "waiting_list")
HIDING = ("hes", "mhsds", "opensafely", "exact")
# In small extracts nearly everything is small, and equal numbers are many: dataset, records, seed.
SMALL = (
    ("hes_apc", 50, 1), ("hes_ae", 60, 11), ("hes_op", 75, 12), ("hes_ae", 90, 2), ("wlmds", 100, 13), ("hes_apc", 130, 14),
    ("hes_op", 150, 3), ("hes_ae", 180, 15), ("wlmds", 220, 4), ("hes_apc", 300, 5), ("hes_apc", 420, 18),
)  # fmt: skip
# Families of identities that no sample is without: the table of identities is not an empty one.
FAMILIES = {
    "classes", "class as group", "rule of class", "linked", "linkable", "quintile", "quintiles", "routes", "linked by",
    "linkable by", "routes of level", "levels of route", "level", "unknown of level", "unknown in all", "together", "vodim",
    "standards", "usable now", "usable reached", "ETH012", "ETH018", "recoverable", "numerators in all",
    "denominators in all", "crossed numerators", "apart", "shapes", "agreement",
}  # fmt: skip


@functools.cache
def _sample(name: str, folder: Path) -> Audit:
    return run_audit(Request(extract=folder / f"{name}.csv", reference=folder / "reference"))


def _leaks(audit: Audit, name: str, *, refused: bool = True) -> list[str]:
    """What a release gives away; one that may be ``refused`` gives nothing where it is."""
    profile = load_profile(name)
    exact = document(protect(audit, load_profile("none")))
    found = identities.identities(exact)
    assert identities.broken(exact, found) == []
    try:
        released: dict[str, Any] = document(protect(audit, profile))
    except DisclosureError:
        if refused:
            return []
        raise
    return identities.recovered(released, exact, profile, lambda value: shown_range(value, profile))


def test_the_identities_hold_and_are_many(samples: Path) -> None:
    told: set[str] = set()
    for name in SAMPLES:
        exact = document(protect(_sample(name, samples), load_profile("none")))
        found = identities.identities(exact)
        assert identities.broken(exact, found) == []
        assert identities.told_apart(exact) == []
        told |= {identity.kind for identity in found}
    assert told >= FAMILIES


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize("profile", HIDING)
def test_no_sample_gives_back_what_it_hides(name: str, profile: str, samples: Path) -> None:
    assert _leaks(_sample(name, samples), profile) == []


@pytest.mark.parametrize(("dataset", "records", "seed"), SMALL)
def test_no_small_extract_gives_back_what_it_hides(
    dataset: str, records: int, seed: int, samples: Path, tmp_path: Path
) -> None:
    extract = write_sample(tmp_path, dataset, records=records, seed=seed)
    audit = run_audit(Request(extract=extract, reference=samples / "reference"))
    for profile in HIDING:
        assert _leaks(audit, profile, refused=False) == []


def test_a_careless_release_is_found_out(samples: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from equity_audit.disclosure import protect as door

    monkeypatch.setattr(door, "hide_until_safe", lambda ledger, hidden, *_: hidden)
    assert _leaks(_sample("outpatients", samples), "exact")


@pytest.mark.needs_shared
@pytest.mark.parametrize("profile", HIDING)
def test_a_detail_is_hidden_with_the_class_it_repeats(profile: str, tmp_path: Path, shared: Path) -> None:
    """The count of linked records stood in the details while the class beside it was hidden."""
    from equity_audit.reference.add import add_reference

    folder = tmp_path / "reference"
    folder.mkdir()
    add_reference(folder, shared / "reference" / "imd2025" / "File_1_IoD2025_Index_of_Multiple_Deprivation.xlsx")
    audit = run_audit(Request(extract=shared / "extracts" / "odi_ae" / "hospital_ae_data.csv", reference=folder))
    released = document(protect(audit, load_profile(profile)))["deprivation"]
    assert released["details"]["linkage"]["linked"] == released["classes"]["linked"]
    assert _leaks(audit, profile) == []


def test_what_is_linked_is_bound_to_its_routes() -> None:
    """Linked 9 + 1 by route: a hidden count of linked records must not be the sum of two that are shown."""
    ledger = Ledger()
    ledger.add(RECORDS, 60, "all")
    level = ("site", "North")
    linked = Count("records", "all", frozenset({("link_class", "linked"), level}))
    ledger.add(linked, 32, "linked")
    for route, number in (("lsoa", 20), ("supplied", 12)):
        ledger.add(Count("records", "all", frozenset({("route", route), level})), number, "routes")
    bind_margins(ledger)
    ledger.settle()
    assert any(bond.total == linked and len(bond.parts) == 2 and not bond.rest for bond in ledger.bonds)
    assert of("records", "link_class", "linked") not in hidden_counts(ledger, load_profile("exact"))
