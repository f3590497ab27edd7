"""Outpatient appointments, as in HES, with a supplied quintile instead of a decile."""

import numpy as np

from equity_audit.sample.admitted import financial_year
from equity_audit.sample.chunk import Activity, Chunk, Outcome, blank_where, dates, digits, take

_ATTENDED = ["5", "6", "3", "7", "2", "4", "0", ""]


def build(chunk: Chunk) -> Activity:
    """Make the columns of outpatients, with non-attendance the likelier the more deprived the area."""
    risk = 0.05 + 0.013 * (5 - chunk.quintile) + 0.02 * chunk.minority + 0.02 * (chunk.age < 35)
    missed = chunk.draw("missed") < risk
    came = chunk.noise.choose("came", chunk.rows, np.array([96, 4.0]))
    no_show = 2 + chunk.noise.choose("no show", chunk.rows, np.array([92, 8.0]))
    # Cancelled by the patient, cancelled by the hospital, not applicable, not recorded: in neither part of the rate.
    other = 4 + chunk.noise.choose("other", chunk.rows, np.array([45, 45, 7, 3.0]))
    apart = chunk.draw("apart") < 0.15
    status = np.where(apart, other, np.where(missed, no_show, came))
    private = chunk.draw("private") < 0.012
    wait = 7 + chunk.noise.integers("wait", chunk.rows, 120)
    columns = {
        "FYEAR": take(["2324", "2425"], financial_year(chunk.day)),
        "ATTENDKEY": digits(600_000_000_000 + 3 * (chunk.rows - chunk.repeats)),
        "ATTENDED": take(_ATTENDED, status),
        "OUTCOME": chunk.pick("outcome", ["1", "2", "3"], [30, 50, 20]),
        "FIRSTATT": chunk.pick("first", ["1", "2", "3", "4"], [28, 52, 6, 14]),
        "ATENTYPE": chunk.pick("type", ["1", "2", "21"], [30, 60, 10]),
        "DNADATE": blank_where(dates(chunk.day), ~np.isin(status, (2, 3))),
        "REQDATE": blank_where(dates(np.maximum(chunk.day - wait, 0)), chunk.day < wait),
        "PRIORITY": chunk.pick("priority", ["1", "2", "3"], [75, 18, 7]),
        "REFSOURC": chunk.pick("referral", ["03", "05", "04", "97"], [60, 20, 12, 8]),
        "WAITING": digits(wait),
        "ADMINCAT": take(["01", "02"], private.astype(np.int64)),
        "SERVTYPE": chunk.pick("service", ["1", "2", "4"], [60, 20, 20]),
        "STAFFTYP": chunk.pick("staff", ["01", "02", "03"], [70, 20, 10]),
    }
    outcome = Outcome(name="did_not_attend", counts=(status < 4) & ~private, had=np.isin(status, (2, 3)))
    return Activity(columns=columns, outcomes=[outcome], hurried=missed)
