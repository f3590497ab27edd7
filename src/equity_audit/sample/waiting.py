"""The waiting list minimum data set: open and closed pathways at one census date, no postcode, no supplied decile."""

from datetime import date, timedelta

import numpy as np

from equity_audit.sample.chunk import Activity, Chunk, Outcome, digits, take

CENSUS = date(2025, 3, 30)
_LONGEST = 700
_BEFORE = [(CENSUS - timedelta(days=days)).isoformat() for days in range(_LONGEST + 60)]
_TYPES = ["ORTT", "IRTT", "ONRT", "INRT"]


def build(chunk: Chunk) -> Activity:
    """Make the columns of the waiting list, with longer waits in more deprived areas."""
    draw, slow = chunk.draw("wait"), chunk.draw("slow")
    waited = (draw * 126).astype(np.int64)
    over_18 = slow < 0.36 + 0.012 * (5 - chunk.quintile) + 0.02 * chunk.minority
    waited = np.where(over_18, 120 + (draw * draw * draw * (_LONGEST - 120)).astype(np.int64), waited)
    kind = chunk.noise.choose("type", chunk.rows, np.array([68, 20, 8, 4.0]))
    closed = chunk.draw("closed") < 0.06
    ended = np.minimum((chunk.draw("ended") * 7).astype(np.int64), waited)
    key = 800_000_000_000 + 3 * (chunk.rows - chunk.repeats)
    zeros = np.zeros(len(waited), dtype=np.int64)
    booked = chunk.draw("booked") < 0.5
    columns = {
        "DATE_AND_TIME_DATA_SET_CREATED": take(["2025-04-01T06:00:00"], zeros),
        "Week_Ending_Date": take([CENSUS.isoformat()], zeros),
        "Waiting_List_Type": take(_TYPES, kind),
        "REFERRAL_REQUEST_RECEIVED_DATE": take(_BEFORE, waited + 2),
        "PATIENT_PATHWAY_IDENTIFIER": digits(key),
        "ORGANISATION_CODE_PATIENT_PATHWAY_IDENTIFIER_ISSUER": take(["XQZ"], zeros),
        "SOURCE_OF_REFERRAL": chunk.pick("source", ["03", "05", "97"], [70, 20, 10]),
        "CONSULTANT_CODE": chunk.pick("consultant", [f"C99990{n:02d}" for n in range(40)]),
        "REFERRAL_TO_TREATMENT_PERIOD_START_DATE": take(_BEFORE, waited),
        "REFERRAL_TO_TREATMENT_PERIOD_STATUS": take(["20", "30"], closed.astype(np.int64)),
        "REFERRAL_TO_TREATMENT_PERIOD_END_DATE": take([*_BEFORE, "9999-12-31"], np.where(closed, ended, len(_BEFORE))),
        "DECISION_TO_ADMIT_DATE": take([*_BEFORE, ""], np.where(kind == 1, waited // 2, len(_BEFORE))),
        "Due_Date": take(["", "2025-05-12"], booked.astype(np.int64)),
        "PRIORITY_TYPE_CODE": chunk.pick("priority", ["1", "2", "3"], [78, 15, 7]),
        "Procedure_Priority_Code": chunk.pick("procedure priority", ["4", "3", "2", ""], [30, 15, 5, 50]),
        "Inclusion_On_Cancer_PTL": chunk.pick("cancer", ["N", "Y"], [95, 5]),
        "ORGANISATION_IDENTIFIER_CODE_OF_COMMISSIONER": chunk.pick("commissioner", ["XQ9", "XQ8"], [90, 10]),
        "ADMISSION_METHOD_CODE_HOSPITAL_PROVIDER_SPELL": chunk.pick("method", ["11", "12", "13"], [60, 25, 15]),
        "OUTCOME_OF_ATTENDANCE_CODE": chunk.pick("outcome", ["1", "2", "3", ""], [20, 40, 20, 20]),
    }
    counts = (kind < 2) & ~closed
    limits = {"over_18_weeks": 126, "over_52_weeks": 364, "over_65_weeks": 455}
    outcomes = [Outcome(name=name, counts=counts, had=waited > days, unit="pathways") for name, days in limits.items()]
    return Activity(columns=columns, outcomes=outcomes, hurried=booked)
