"""Admitted patient care, as in HES: 35 columns, episodes of spells."""

import numpy as np

from equity_audit.sample.chunk import DAYS, Activity, Chunk, Outcome, blank_where, dates, digits, take
from equity_audit.sample.noise import Array

_YEARS = ["2324", "2425"]
_SECOND_YEAR = 183  # days from October to the end of March (a leap year)
_METHODS = ["11", "12", "13", "21", "22", "23", "24", "25", "28", "2A", "2B", "2C", "2D", "31", "82", "81"]
_ELECTIVE, _EMERGENCY, _MATERNITY, _BIRTH, _TRANSFER = slice(0, 3), slice(3, 13), 13, 14, 15
EPISODE_KEY = 500_000_000_000


def financial_year(day: Array) -> Array:
    """Give 0 for 2023/24, 1 for 2024/25."""
    return (day >= _SECOND_YEAR).astype(np.int64)


def build(chunk: Chunk) -> Activity:
    """Make the columns of admitted care, with emergency admission the likelier the more deprived the area."""
    age, people = chunk.age, chunk.people
    birth = (age == 0) & (chunk.draw("birth") < 0.3)
    maternity = (people.sex[chunk.patient] == 2) & (age >= 18) & (age < 45) & (chunk.draw("maternity") < 0.12)
    risk = 0.24 + 0.035 * (5 - chunk.quintile) + 0.05 * chunk.minority + 0.12 * (age >= 75)
    emergency = ~birth & ~maternity & (chunk.draw("emergency") < risk)
    method = _draw_method(chunk, birth, maternity, emergency)
    later = chunk.draw("later episode") < 0.12
    kind = np.where(birth, np.where(chunk.draw("kind of birth") < 0.9, 3, 6), np.where(maternity, 2, 1))
    patient_class = np.where(
        emergency | maternity | birth, 1, chunk.noise.choose("class", chunk.rows, np.array([45, 45, 8, 2.0])) + 1
    )
    private = chunk.draw("private") < 0.015
    stay = _draw_stay(chunk, patient_class, emergency)
    key = EPISODE_KEY + 3 * (chunk.rows - chunk.repeats)
    end = np.minimum(chunk.day + stay, DAYS + 399)
    first = ~later
    columns = {
        "FYEAR": take(_YEARS, financial_year(chunk.day)),
        "EPIKEY": digits(key),
        "ADMIMETH": take(_METHODS, method),
        "ADMISORC": take(["19", "51"], (chunk.draw("source") < 0.04).astype(np.int64)),
        "ADMINCAT": take(["01", "02"], private.astype(np.int64)),
        "CLASSPAT": digits(patient_class),
        "ELECDATE": blank_where(dates(np.maximum(chunk.day - 40, 0)), method > 2),
        "EPISTART": dates(chunk.day),
        "EPIEND": dates(end),
        "EPIORDER": take(["1", "2", "3"], np.where(first, 0, 1 + (chunk.draw("order") < 0.2))),
        "EPITYPE": digits(kind),
        "EPISTAT": take(["3"], np.zeros(len(stay), dtype=np.int64)),
        "EPIDUR": digits(stay),
        "DISDATE": dates(end),
        "DISDEST": chunk.pick("destination", ["19", "54", "79"], [93, 4, 3]),
        "DISMETH": chunk.pick("discharge", ["1", "2", "4"], [94, 3, 3]),
        "SPELDUR": digits(stay),
        "SPELBGIN": take(["2", "1"], later.astype(np.int64)),
        "SPELEND": take(["Y", "N"], (chunk.draw("spell end") < 0.1).astype(np.int64)),
        "SUSRECID": digits(key + 400_000_000_000),
    }
    counted = first & ~private & ~np.isin(kind, (3, 6))
    admitted = counted & ~np.isin(patient_class, (3, 4)) & (method < _EMERGENCY.stop)
    return Activity(
        columns=columns,
        outcomes=[
            Outcome(name="emergency_admission", counts=admitted, had=emergency),
            Outcome(name="long_stay", counts=counted, had=stay > 21),
        ],
        hurried=emergency,
    )


def _draw_method(chunk: Chunk, birth: Array, maternity: Array, emergency: Array) -> Array:
    """Give the admission method; a few that would be elective are transfers, which are neither."""
    elective = chunk.noise.choose("elective", chunk.rows, np.array([70, 20, 10.0]))
    urgent = _EMERGENCY.start + chunk.noise.choose("urgent", chunk.rows, np.array([50, 12, 6, 6, 2, 4, 8, 2, 1, 9.0]))
    method = np.where(chunk.draw("transfer") < 0.02, _TRANSFER, elective)
    return np.select([birth, maternity, emergency], [_BIRTH, _MATERNITY, urgent], method)


def _draw_stay(chunk: Chunk, patient_class: Array, emergency: Array) -> Array:
    """Give the days in hospital: none for day cases, long for some, longer for the old and the deprived."""
    draw = chunk.draw("stay")
    stay = (draw * draw * 9 * (1 + emergency)).astype(np.int64)
    long = chunk.draw("long stay") < 0.02 + 0.05 * (chunk.age >= 75) * emergency + 0.004 * (5 - chunk.quintile)
    stay = np.where(long, 19 + (draw * 40).astype(np.int64), stay)
    return np.where(patient_class == 1, stay, 0)
