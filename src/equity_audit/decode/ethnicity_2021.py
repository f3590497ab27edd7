"""The second field, ethnic category 2021, beside the first (rules ETH020 and ETH021).

No national list of its values was found (`domain.md` §1.7), so none is assumed: without a mapping of the user's own
the field is only said to be filled.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from equity_audit.codelists import missing_tokens
from equity_audit.decode.ethnicity import place_of
from equity_audit.decode.grouping import GROUPS, HIGH, high_group
from equity_audit.decode.readings import Reading, normalise
from equity_audit.model import Dictionary


def compare_fields(
    tally: pd.DataFrame, ethnicity: Dictionary | None, mapping: Mapping[str, Reading] | None, grouping: str
) -> pd.DataFrame:
    """Say of each combination of the two fields whether the second is filled, mapped, and agrees with the first.

    Parameters
    ----------
    tally
        ``ethnicity_2021``, the keys of ``ethnicity`` (where there is one), ``records``.
    mapping
        What the user's file says that values mean; None where none is given.

    Returns
    -------
        ``records``, ``filled_2021`` (yes, no), ``mapped_2021`` (yes, no, blank where not filled) and ``fields_agree``
        (same code, same group, differs; blank where one of the two is not usable).
    """
    raw = tally["ethnicity_2021"].astype(object).where(tally["ethnicity_2021"].notna(), "")
    values = [normalise(value) for value in raw]
    filled = [value not in missing_tokens() for value in values]
    readings = [
        (mapping or {}).get(value) if is_filled else None for value, is_filled in zip(values, filled, strict=True)
    ]
    groups = [_group(reading, grouping) for reading in readings]
    second = pd.DataFrame(
        {
            "filled_2021": ["yes" if is_filled else "no" for is_filled in filled],
            "mapped_2021": [
                "" if not is_filled else "yes" if reading else "no"
                for is_filled, reading in zip(filled, readings, strict=True)
            ],
            "group_2021": groups,
            "place_2021": [
                -1 if reading is None or group == "" else place_of(reading.code, group)
                for reading, group in zip(readings, groups, strict=True)
            ],
        },
        index=tally.index,
    )
    frame = tally.join(second)
    if ethnicity is None:
        return frame.assign(fields_agree="")[["records", *second.columns, "fields_agree"]]
    known = ethnicity.frame[[*ethnicity.keys, "ethnic_high_group", "ethnic_place"]]
    frame = frame.merge(known, on=list(ethnicity.keys), how="left", validate="many_to_one")
    first = frame["ethnic_high_group"].map(dict(enumerate(GROUPS)))
    both = first.isin(HIGH) & frame["group_2021"].isin(HIGH)
    agree = (first == frame["group_2021"]).map({True: "same group", False: "differs"})
    agree = agree.mask(frame["ethnic_place"] == frame["place_2021"], "same code").where(both, "")
    return frame.assign(fields_agree=agree)[["records", *second.columns, "fields_agree"]]


def _group(reading: Reading | None, grouping: str) -> str:
    if reading is None or reading.ethnic_class != "valid":
        return ""
    return reading.group or high_group(reading.code or "", grouping)
