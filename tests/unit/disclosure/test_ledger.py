"""One fact, one identity: what two names of one count do to the ledger."""

import pytest

from equity_audit.disclosure.ledger import PATIENTS, READ, RECORDS, Count, Ledger, bind_margins, of


@pytest.mark.parametrize("everyone", [RECORDS, PATIENTS])
def test_everyone_keeps_its_name_whichever_way_a_twin_is_found(everyone: Count) -> None:
    for turned in (False, True):
        ledger = Ledger()
        ledger.add(everyone, 40, "intake")
        twin = ledger.add(of(everyone.unit, "link_class", "linked"), 40, "table")
        ledger.same(*((everyone, twin) if turned else (twin, everyone)))
        assert ledger.counts == {everyone: 40}
        assert ledger.find(twin) == everyone


def test_names_of_different_values_stay_two_facts() -> None:
    ledger = Ledger()
    first = ledger.add(of("records", "link_class", "linked"), 40, "table")
    second = ledger.add(READ, 41, "intake")
    ledger.same(first, second)
    assert ledger.counts == {first: 40, second: 41}


def test_where_everyone_is_linked_the_routes_still_add_up_to_everyone() -> None:
    """Every record linked, by one route: linked, its route and everyone are one count."""
    ledger = Ledger()
    ledger.add(RECORDS, 40, "intake")
    ledger.add(of("records", "link_class", "linked"), 40, "classes")
    ledger.add(of("records", "route", "lsoa"), 40, "routes")
    bind_margins(ledger)
    ledger.settle()
    assert ledger.counts == {RECORDS: 40}
    assert ledger.bonds == []
