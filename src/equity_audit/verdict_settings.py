"""When a comparison may be used and when groups differ: thresholds as settings, printed with the verdicts."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, fields

from equity_audit.errors import UsageError

FEWEST_FOR_A_SHARE = 100  # records; with fewer no share is given, and how complete a field is gets no verdict
TOO_FEW_TO_JUDGE = "Too few records to judge"
GAMMAS = (2.0, 3.0, 5.0)  # by how much the odds of uncoded records are let differ; bounds are worked out for these


@dataclass(frozen=True, kw_only=True)
class Thresholds:
    """Shares are of an outcome's denominators that are coded; points are proportions (0.02 is two percentage points)."""

    do_not_use_below: float = 0.70
    act_from: float = 0.90
    gamma: float = 3.0
    least_denominator: int = 100
    least_events: int = 10
    no_difference_points: float = 0.02
    differs_points: float = 0.02

    def sentence(self) -> str:
        """The thresholds in words."""
        return (
            f"Verdicts: not to be used below {self.do_not_use_below:.0%} coded, complete enough from {self.act_from:.0%} where "
            f"each group has {self.least_denominator} records and {self.least_events} events, and where the conclusion stands "
            f"if odds among uncoded records are up to {self.gamma:g} times those of coded ones; a group differs from "
            f"{100 * self.differs_points:g} percentage points on, and no difference is one within "
            f"{100 * self.no_difference_points:g}."
        )


def read_thresholds(raw: object, name: str) -> Thresholds:
    """The setting ``[verdict]`` of the file ``name``. Raises UsageError, naming the setting."""
    if not isinstance(raw, Mapping):
        raise UsageError(f"{name}: [verdict] is a table of thresholds, such as act_from = 0.9.")
    known = {field.name: field.default for field in fields(Thresholds)}
    for key, value in raw.items():
        if key not in known:
            near = difflib.get_close_matches(str(key), list(known), n=1)
            hint = f" Did you mean {near[0]}?" if near else f" It takes {', '.join(known)}."
            raise UsageError(f"{name}: [verdict] has no threshold {key}.{hint}")
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if key == "gamma":
            if not number or float(value) not in GAMMAS:
                raise UsageError(f"{name}: [verdict] gamma is 2, 3 or 5.")
        elif key.startswith("least_"):
            if not isinstance(value, int) or isinstance(value, bool) or value < 1:
                raise UsageError(f"{name}: [verdict] {key} is a whole number from 1.")
        elif not number or not 0 <= value <= 1:
            raise UsageError(f"{name}: [verdict] {key} is a share from 0 to 1.")
    found = Thresholds(**raw)
    if found.do_not_use_below > found.act_from:
        raise UsageError(f"{name}: [verdict] do_not_use_below is no more than act_from.")
    return found
