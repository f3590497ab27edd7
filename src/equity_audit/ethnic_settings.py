"""How ethnicity is to be read and grouped: the table ``[ethnicity]`` of the settings, and the options of the same names."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from equity_audit.errors import UsageError

RESIDUAL = ("C", "G", "L", "P", "S")
PATIENT_KEYS = ("nhs_number", "pseudonym", "local_patient_id")
SIZES = (5, 6, 16)


@dataclass(frozen=True, kw_only=True)
class EthnicSettings:
    """What may be chosen about ethnicity."""

    scheme: str | None = None
    mapping_2021: str | None = None
    groups: int = 5
    patient_key: str | None = None
    # No national threshold for ethnicity was found (`domain.md` §4.1): at 0 no default counts as valid.
    dqmi_default_threshold: float = 0.0
    residual: Mapping[str, float] = field(default_factory=dict)


def read_settings(table: Any, name: str) -> EthnicSettings:
    """Check the table ``[ethnicity]`` of a settings file. Raises UsageError that names the key."""
    if not isinstance(table, dict):
        raise UsageError(f'{name}: [ethnicity] takes lines such as groups = 16 or scheme = "police".')
    for key in table:
        if key not in EthnicSettings.__dataclass_fields__:
            near = difflib.get_close_matches(key, list(EthnicSettings.__dataclass_fields__), n=1)
            raise UsageError(
                f"{name}: [ethnicity] has no setting {key}." + (f" Did you mean {near[0]}?" if near else "")
            )
    for key in ("scheme", "mapping_2021"):
        if key in table and not isinstance(table[key], str):
            raise UsageError(f"{name}: [ethnicity] {key} takes a text in quotes.")
    check_groups(table.get("groups", 5), f"{name}: [ethnicity] groups")
    check_patient_key(table.get("patient_key"), f"{name}: [ethnicity] patient_key")
    if not _share(table.get("dqmi_default_threshold", 0.0)):
        raise UsageError(f"{name}: [ethnicity] dqmi_default_threshold takes a share from 0 to 1.")
    residual = table.get("residual", {})
    if not isinstance(residual, dict) or not all(
        code in RESIDUAL and _share(share) for code, share in residual.items()
    ):
        raise UsageError(
            f"{name}: [ethnicity.residual] takes lines of a code ({', '.join(RESIDUAL)}) and its share, C = 0.05."
        )
    return EthnicSettings(**table)


def choose(settings: EthnicSettings, **options: Any) -> EthnicSettings:
    """Let options that were given win over the settings."""
    given = {name: value for name, value in options.items() if value is not None}
    if "mapping_2021" in given:
        given["mapping_2021"] = str(given["mapping_2021"])
    check_groups(given.get("groups", 5), "--groups")
    check_patient_key(given.get("patient_key"), "--patient-key")
    return replace(settings, **given)


def check_groups(size: Any, where: str) -> None:
    """Refuse a number of groups that there is no grouping of."""
    if isinstance(size, bool) or size not in SIZES:
        raise UsageError(f"{where} takes one of {', '.join(map(str, SIZES))}.")


def check_patient_key(field_name: Any, where: str) -> None:
    """Refuse a field that identifies no patient."""
    if field_name is not None and field_name not in PATIENT_KEYS:
        raise UsageError(f"{where} takes one of {', '.join(PATIENT_KEYS)}.")


def _share(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1
