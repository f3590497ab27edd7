"""Emergency care attendances, as in HES A&E, with times of arrival and departure."""

import numpy as np

from equity_audit.sample.admitted import financial_year
from equity_audit.sample.chunk import Activity, Chunk, Outcome, digits, take

_CLOCK = [f"{hour:02d}{minute:02d}" for hour in range(24) for minute in range(60)]


def build(chunk: Chunk) -> Activity:
    """Make the columns of emergency care; some stays end on the next day, some have no departure time."""
    arrival = chunk.noise.integers("arrival", chunk.rows, 1_440)
    draw, slow = chunk.draw("minutes"), chunk.draw("slow")
    minutes = 20 + (draw * 215).astype(np.int64)
    over_four = slow < 0.24 + 0.02 * (5 - chunk.quintile) + 0.03 * chunk.minority + 0.14 * (chunk.age >= 75)
    minutes = np.where(over_four, 241 + (draw * draw * 800).astype(np.int64), minutes)
    major = chunk.draw("major") < 0.78
    minutes = np.where(major, minutes, np.minimum(minutes, 60 + minutes // 2))
    timed = chunk.draw("timed") >= (0.01 if chunk.faults else 0)
    departure = np.where(timed, (arrival + minutes) % 1_440, 1_440)
    by_ambulance = chunk.draw("ambulance") < 0.25 + 0.2 * (chunk.age >= 75)
    columns = {
        "FYEAR": take(["2324", "2425"], financial_year(chunk.day)),
        "AEKEY": digits(700_000_000_000 + 3 * (chunk.rows - chunk.repeats)),
        "ARRIVALTIME": take(_CLOCK, arrival),
        "DEPTIME": take([*_CLOCK, ""], departure),
        "AEARRIVALMODE": take(["2", "1"], by_ambulance.astype(np.int64)),
        "AEATTENDCAT": chunk.pick("category", ["1", "2", "3"], [94, 4, 2]),
        "AEATTENDDISP": chunk.pick("disposal", ["01", "02", "03", "12"], [30, 40, 20, 10]),
        "AEDEPTTYPE": take(["03", "01"], major.astype(np.int64)),
        "AEINCLOCTYPE": chunk.pick("place", ["10", "40", "50"], [60, 25, 15]),
        "AEPATGROUP": chunk.pick("group", ["10", "20", "80"], [10, 10, 80]),
        "AEREFSOURCE": chunk.pick("referral", ["00", "01", "03"], [15, 70, 15]),
    }
    outcomes = []
    for name, limit in (("over_four_hours", 240), ("over_twelve_hours", 720)):
        outcomes.append(Outcome(name=name, counts=timed & major, had=minutes > limit))
        outcomes.append(Outcome(name=f"{name}_all_types", counts=timed, had=minutes > limit))
    return Activity(columns=columns, outcomes=outcomes, hurried=by_ambulance)
