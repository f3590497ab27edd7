"""Labels that cannot be misread, in the order they are always shown."""

from __future__ import annotations

from collections.abc import Mapping

from equity_audit.model import Cell

QUINTILES = ("1 (most deprived)", "2", "3", "4", "5 (least deprived)", "not linked")
SEXES = ("Male", "Female", "Indeterminate", "Not known")


def linked_words(routes: Mapping[str, Cell]) -> str:
    """What linked records are, said of how they were linked: values that nothing was looked up for are not checked."""
    told = "are linked to an IMD quintile"
    looked_up = any(cell.value != 0 for route, cell in routes.items() if route != "supplied")
    if looked_up or not routes or routes["supplied"].value == 0:
        return told
    return f"{told} by supplied deciles or quintiles that could not be checked"
