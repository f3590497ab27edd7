"""Into how many ethnic groups codes are put, and where Chinese stands.

5 groups are those of the national standards. 6 are OpenSAFELY's: the 5 with Chinese apart, which makes figures of the
2001 and the 2021 place comparable. 16 are the national codes themselves; answers known only by their broad group
(T, W, Gypsy, Roma, Arab) then share one row. Source of the places: NHSDigital/mental-health-monthly-statistics (2001,
Chinese in Other) and the GSS harmonised standard of 2021 (Chinese in Asian).
"""

from __future__ import annotations

from equity_audit.codelists import column_of, rows_of
from equity_audit.errors import UsageError

CODES = tuple("ABCDEFGHJKLMNPRS")
HIGH = ("White", "Mixed", "Asian", "Black", "Other")
UNUSABLE = ("Not stated", "Not known", "Invalid", "Missing")
GROUPS = (*HIGH, *UNUSABLE)
GROUPINGS, SIZES = ("2001", "2021"), (5, 6, 16)
GROUP_ONLY = "Group only (no national code)"
CHINESE = "R"
WHITE, ALL_OTHER = "White", "All other ethnic groups combined"


def group_labels(size: int) -> tuple[str, ...]:
    """Give the labels of a grouping, in the order shown: usable groups first, then why a record has none."""
    if size == 5:
        return GROUPS
    if size == 6:
        return ("White", "Mixed", "Asian", "Black", "Chinese", "Other", *UNUSABLE)
    labels = column_of("ethnic_category_2001", "code", "label")
    return (*(labels[code] for code in CODES), GROUP_ONLY, *UNUSABLE)


def high_group(code: str, grouping: str) -> str:
    """One of the five groups, for a national or GP code."""
    return column_of("ethnic_category_2001", "code", f"group_{grouping}")[code]


def shown_group(code: str | None, high: str, size: int) -> str:
    """Give the label of a usable record in a grouping of ``size`` groups."""
    if size == 6:
        return "Chinese" if code == CHINESE else high
    if size == 16:
        return column_of("ethnic_category_2001", "code", "label")[code] if code in CODES else GROUP_ONLY
    return high


def white_labels() -> frozenset[str]:
    """The labels that make up White, in a grouping of any size; what is known by its broad group alone is not told apart."""
    labels = column_of("ethnic_category_2001", "code", "label")
    return frozenset({WHITE, *(labels[code] for code in CODES if high_group(code, "2001") == WHITE)})


def describe_grouping(grouping: str, size: int = 5) -> str:
    """Say in the one phrase that every output prints beside its figures how groups are made."""
    if size == 16:
        return "16 ethnic categories of 2001"
    if size == 6:
        return "6 ethnic groups, Chinese apart"
    return f"5 ethnic groups, Chinese in {high_group(CHINESE, grouping)} ({grouping} grouping)"


def require_same_grouping(extract: str, population: str, name: str = "the population") -> None:
    """Refuse to compare an extract with a population that places Chinese elsewhere."""
    for grouping in (extract, population):
        if grouping not in GROUPINGS:
            raise UsageError(f"There is no ethnic grouping {grouping!r}. Choose one of: {', '.join(GROUPINGS)}.")
    if extract != population:
        places = {grouping: high_group(CHINESE, grouping) for grouping in GROUPINGS}
        raise UsageError(
            f"Chinese stands in {places[extract]} here ({extract} grouping) but in {places[population]} in {name} "
            f"({population} grouping), so a comparison would be wrong for both groups. Set "
            f'ethnic_grouping = "{population}" in equity-audit.toml, or use a population in the {extract} grouping.'
        )


def known_codes() -> tuple[str, ...]:
    """List every code that a mapping may name: national, Z, 99, and T and W of general practice."""
    return tuple(row["code"] for row in rows_of("ethnic_category_2001"))
