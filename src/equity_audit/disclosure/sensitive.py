"""Services and places that identify by themselves: merged or left out before anything is counted as publishable."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from equity_audit.decode.dimensions import OTHER
from equity_audit.disclosure.profiles import Profile
from equity_audit.model import Audit, Breakdown

SERVICE = "specialty"
_PLACE_AND_TIME = {"site", "month"}
_HOMELESS = ("link_class", "no_fixed_abode")


def is_sensitive(label: str, profile: Profile) -> bool:
    """Whether a specialty's label stands for a sensitive service: its code begins the label."""
    words = re.split(r"[^0-9A-Za-z]+", label.strip().upper(), maxsplit=1)
    return words[0] in profile.sensitive_services or label.strip().upper() in profile.sensitive_services


def without_sensitive(audit: Audit, profile: Profile) -> Audit:
    """The audit with sensitive services among the others, and without tables that would show where or when."""
    if profile.primary is None:
        return audit
    kept = (folded(breakdown, profile) for breakdown in audit.breakdowns)
    return replace(
        audit,
        breakdowns=tuple(breakdown for breakdown in kept if breakdown is not None),
        ethnicity_details=_pruned(audit.ethnicity_details, profile),
        deprivation_details=_pruned(audit.deprivation_details, profile),
    )


def folded(breakdown: Breakdown, profile: Profile) -> Breakdown | None:
    """A breakdown with its sensitive rows merged into ``other``; None where it must not be shown at all."""
    dimensions, frame = list(breakdown.dimensions), breakdown.frame
    if _HOMELESS[0] in dimensions and set(dimensions) >= _PLACE_AND_TIME:
        return None
    if SERVICE not in dimensions:
        return breakdown
    sensitive = frame[SERVICE].map(lambda label: is_sensitive(str(label), profile))
    if not sensitive.any():
        return breakdown
    if set(dimensions) & _PLACE_AND_TIME:
        return None
    if breakdown.unit == "patients":
        # Somebody may be a patient of both: two counts of patients have no sum.
        return replace(breakdown, frame=frame[~sensitive].reset_index(drop=True))
    frame = frame.assign(**{SERVICE: frame[SERVICE].where(~sensitive, OTHER)})
    sums = ["numerator"] if breakdown.outcome is None else ["numerator", "denominator"]
    merged = frame.groupby(dimensions, as_index=False, sort=False).agg(
        {name: "sum" if name in sums else "first" for name in ("numerator", "denominator")}
    )
    return replace(breakdown, frame=merged)


def _pruned(facts: Mapping[str, Any], profile: Profile) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for key, value in facts.items():
        if isinstance(value, Mapping) and key.endswith(f"_by_{SERVICE}"):
            made[key] = {
                name: item for name, item in value.items() if not is_sensitive(str(name).partition(":")[0], profile)
            }
        elif isinstance(value, list | tuple):
            made[key] = [row for row in value if not _is_sensitive_row(row, profile)]
        else:
            made[key] = value
    return made


def _is_sensitive_row(row: object, profile: Profile) -> bool:
    if not isinstance(row, Mapping):
        return False
    if row.get("dimension") == SERVICE:
        label = row.get("level", row.get("unit"))
        return label is not None and is_sensitive(str(label), profile)
    return SERVICE in row and is_sensitive(str(row[SERVICE]), profile)
