"""Where a patient lives, as a nation: a breakdown of outcomes, since an English quintile is no fact of a Welsh address."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from equity_audit.decode.labels import QUINTILES
from equity_audit.model import Dictionary

RESIDENCES = ("England", "Wales", "Scotland", "Northern Ireland", "Other or overseas", "Not known")
_NATIONS = {name: at for at, name in enumerate(RESIDENCES[:4])}
_ENGLAND, _ELSEWHERE, _UNKNOWN = 0, 4, 5


def residence_codes(geography: pd.DataFrame) -> pd.Series[Any]:
    """Position in `RESIDENCES` for each row of a decoded geography.

    England where a quintile was reached, or where the code or directory entry is English though it did not link.
    """
    link, nation = geography["link_class"], geography["nation"].fillna("")
    english = (link == "linked") | (nation == "England") | (geography["lsoa_form"] == "england")
    named = nation.map(_NATIONS).fillna(_ELSEWHERE)
    codes = np.select(
        [link == "outside_england", link == "overseas", english], [named, _ELSEWHERE, _ENGLAND], default=_UNKNOWN
    )
    return pd.Series(codes.astype("int8"), index=geography.index)


def with_residence(geography: Dictionary) -> Dictionary:
    """Add ``residence_code``, and ``core20_code``: quintile 1, the other quintiles, not linked."""
    quintile = geography.frame["quintile_code"]
    core20 = np.select([quintile == 0, quintile == len(QUINTILES) - 1], [0, 2], default=1).astype("int8")
    frame = geography.frame.assign(core20_code=core20, residence_code=residence_codes(geography.frame))
    return replace(geography, frame=frame)
