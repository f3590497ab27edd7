"""Admission method → admission route, as the NHS Data Dictionary groups its codes (`domain.md` §2.3)."""

from __future__ import annotations

import pandas as pd

from equity_audit.decode.dimensions import Dimension
from equity_audit.model import Dictionary

ROUTES = ("Elective", "Emergency", "Maternity", "Other", "Not known")
# 66 to 69 are recodes of 2A to 2D in some pipelines.
_CODES = {
    "Elective": ("11", "12", "13"),
    "Emergency": ("21", "22", "23", "24", "25", "28", "2A", "2B", "2C", "2D", "66", "67", "68", "69"),
    "Maternity": ("31", "32"),
    "Other": ("81", "82", "83", "84", "89", "98"),
}
_ROUTE = {code: ROUTES.index(route) for route, codes in _CODES.items() for code in codes}


def route_dimension(tally: pd.DataFrame) -> Dimension:
    """Give each raw ``admission_method`` its ``route_code``, a position in `ROUTES`."""
    code = tally["admission_method"].astype("str").str.strip().str.upper().map(_ROUTE)
    frame = tally.assign(route_code=code.fillna(len(ROUTES) - 1).astype("int8"))
    return Dimension(
        name="route_code",
        dictionary=Dictionary(subject="route", keys=("admission_method",), frame=frame),
        labels=ROUTES,
    )
