"""Disclosure profiles: which counts are hidden and how the rest are shown, kept as data.

A profile is one YAML file in ``profiles/``; a user's own comes in as a mapping with the same keys.
"""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from importlib.resources import files
from typing import Any

from equity_audit.errors import UsageError


@dataclass(frozen=True)
class Profile:
    """What may be published.

    Counts are numbers of records, pathways, attendances or patients. A profile that rounds takes
    ``round_to``; one that keeps whole numbers and hides further cells sets ``exact``.
    """

    name: str
    description: str
    source: str  # where the rule was read
    primary: tuple[int, int] | None  # smallest and largest count that is hidden; None hides nothing
    round_to: int | None = None  # base of rounding of the counts that are shown; None shows them whole
    exact: bool = False  # whole numbers with complementary suppression
    minimum_denominator: int = 100  # no percentage, interval or ratio on fewer: marker `u`
    full_share_minimum: int = 20  # 0 of n and n of n are hidden on a smaller n
    complements: bool = True  # n - x within the primary range hides x too
    decimals: int = 1  # of percentages
    sensitive_services: tuple[str, ...] = ("360",)  # specialties merged into "other"; 360: genitourinary medicine
    internal: bool = False  # files a public might read need `--internal NAME`

    @property
    def values(self) -> int:
        """Fewest possible values a hidden count must keep for a reader (hes: 7); 0 when nothing is hidden."""
        return 0 if self.primary is None else self.primary[1] - self.primary[0] + 1

    def hides(self, count: int) -> bool:
        """Whether the count lies in the primary range."""
        return self.primary is not None and self.primary[0] <= count <= self.primary[1]


def profile_names() -> list[str]:
    """Names of the profiles that come with the package, in alphabetical order."""
    folder = files("equity_audit.disclosure") / "profiles"
    return sorted(entry.name.removesuffix(".yaml") for entry in folder.iterdir() if entry.name.endswith(".yaml"))


def load_profile(name: str, own: Mapping[str, Mapping[str, Any]] | None = None) -> Profile:
    """Profile of that name from the package, or one of the user's ``own`` settings.

    Raises
    ------
    UsageError
        No profile has the name; the nearest one is suggested. Or an own one cannot be used, or takes a name of ours.
    """
    shipped = profile_names()
    for taken in own or ():
        if taken in shipped:
            raise UsageError(f"[disclosure.{taken}]: the package has a profile of that name. Give yours another name.")
    if name in (own or {}):
        return profile_from({"name": name, **(own or {})[name]})
    names = sorted([*shipped, *(own or ())])
    if name not in names:
        near = difflib.get_close_matches(name.lower(), names, n=1)
        hint = f"Did you mean `{near[0]}`? " if near else ""
        raise UsageError(f"There is no disclosure profile `{name}`. {hint}Choose one of: {', '.join(names)}.")
    import yaml

    text = (files("equity_audit.disclosure") / "profiles" / f"{name}.yaml").read_text(encoding="utf-8")
    return profile_from(yaml.safe_load(text))


def profile_from(mapping: Mapping[str, Any]) -> Profile:
    """Profile described by a mapping whose keys are the fields of `Profile`.

    ``name`` and ``primary`` (two whole numbers or null) are needed; the others have defaults.

    Raises
    ------
    UsageError
        A key is unknown or missing, or a value cannot be used. Says which.
    """
    if not isinstance(mapping, Mapping):
        raise UsageError("A disclosure profile must be a mapping of settings, such as `primary: [1, 7]`.")
    known = [field.name for field in fields(Profile)]
    for key in mapping:
        if key not in known:
            near = difflib.get_close_matches(str(key), known, n=1)
            hint = f" Did you mean `{near[0]}`?" if near else f" Known settings: {', '.join(known)}."
            raise UsageError(f"Disclosure profile: `{key}` is not a setting.{hint}")
    for key in ("name", "primary"):
        if key not in mapping:
            raise UsageError(f"Disclosure profile: `{key}` is missing.")
    settings: dict[str, Any] = {"description": "", "source": "", **mapping}
    for key in ("name", "description", "source"):
        if not isinstance(settings[key], str):
            raise UsageError(f"Disclosure profile: `{key}` must be text.")
    for key in ("exact", "complements", "internal"):
        if not isinstance(settings.get(key, False), bool):
            raise UsageError(f"Disclosure profile: `{key}` must be true or false.")
    for key, least in (("minimum_denominator", 0), ("full_share_minimum", 0), ("decimals", 0)):
        if not _whole(settings.get(key, least), least):
            raise UsageError(f"Disclosure profile: `{key}` must be a whole number from {least}.")
    settings["primary"] = _range(settings["primary"])
    services = settings.get("sensitive_services", ("360",))
    if not isinstance(services, (list, tuple)) or not all(isinstance(service, str) for service in services):
        raise UsageError("Disclosure profile: `sensitive_services` must be a list of codes in quotes.")
    settings["sensitive_services"] = tuple(service.strip().upper() for service in services)
    round_to = settings.get("round_to")
    if round_to is not None and not _whole(round_to, 2):
        raise UsageError("Disclosure profile: `round_to` must be a whole number from 2, or null.")
    if settings.get("exact") and (round_to is not None or settings["primary"] is None):
        raise UsageError("Disclosure profile: `exact` needs a `primary` range and no `round_to`.")
    return Profile(**settings)


def _range(value: object) -> tuple[int, int] | None:
    if value is None:
        return None
    if isinstance(value, (list, tuple)) and len(value) == 2:
        low, high = value
        if _whole(low, 0) and _whole(high, 0) and low <= high:
            return int(low), int(high)
    raise UsageError("Disclosure profile: `primary` must be null or two whole numbers, smallest first, such as [1, 7].")


def _whole(value: object, least: int) -> bool:
    # A YAML `yes` is a bool, and a bool is an int to Python.
    return isinstance(value, int) and not isinstance(value, bool) and value >= least
