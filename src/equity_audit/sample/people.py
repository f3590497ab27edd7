"""Who the patients are: each has a home, an ethnic group, an age, a sex, and a hospital they mostly go to."""

from dataclasses import dataclass

import numpy as np

from equity_audit.sample.ethnicity import CODES
from equity_audit.sample.noise import Array, Noise
from equity_audit.sample.places import AREAS, QUINTILES

SITES = [f"XQZ{number:02d}" for number in range(1, 13)]
_SITE_WEIGHTS = np.array([20, 14, 12, 10, 9, 8, 7, 6, 5, 4, 4, 7.0])
# Shares of CODES in the least deprived fifth, and how much larger each is in the most deprived one.
# C, any other White background, is over-used: about twice its share of the people of England.
_ETHNIC_WEIGHTS = np.array([76, 1.0, 10, 0.8, 0.4, 0.7, 0.9, 2.2, 1.2, 0.4, 1.4, 0.7, 1.2, 0.4, 0.7, 1.6])
_ETHNIC_EXTRA = np.array([-0.3, 0, 0.6, 1.2, 1.5, 0.3, 0.6, 0.4, 2.2, 2.6, 0.8, 1.8, 2.2, 1.5, 0.2, 1.2])


@dataclass(frozen=True, kw_only=True)
class People:
    """One array a fact, one place a patient."""

    number: Array
    home: Array
    second_home: Array
    postcode: Array
    code: Array
    other_code: Array
    age: Array
    birth_month: Array
    sex: Array
    site: Array
    bad_check_digit: Array


def draw_people(noise: Noise, start: int, count: int, *, faults: bool) -> People:
    """Draw `count` patients, the first of them number `start`."""
    number = np.arange(start, start + count, dtype=np.int64)
    # The square leans towards the low areas' block; ranks are shuffled, so quintiles stay mixed.
    home = noise.integers("home", number, AREAS)
    quintile = QUINTILES[home]
    code = np.zeros(count, dtype=np.int64)
    for level in range(1, 6):
        there = quintile == level
        weights = _ETHNIC_WEIGHTS * (1 + _ETHNIC_EXTRA * (5 - level) / 4)
        code[there] = noise.choose("ethnic code", number[there], weights)
    # Deprived areas are younger, and so are most minority groups: age confounds both.
    older = noise.uniform("age", number) * (0.55 + 0.09 * quintile) * np.where(code == 0, 1.0, 0.85)
    spread = noise.uniform("age spread", number)
    age = np.where(spread < 0.012, 0, np.minimum(older * (72 + 32 * spread) + 1, 99)).astype(np.int64)
    # Half of the patients with two codes have them in two groups, half in one (White Irish and Other White, say).
    far = noise.integers("other code", number, len(CODES))
    near = np.where(np.isin(code, (2, 6, 10, 13, 15)), code - 1, code + 1)
    conflict = noise.uniform("conflict", number) < (0.09 if faults else 0.0)
    other = np.where(conflict, np.where(noise.uniform("far", number) < 0.6, far, near), code)
    # Some never left home's shared address: a hostel, or a clerk who types one postcode for everybody.
    shared = faults & (noise.uniform("shared postcode", number) < max(0.008, min(0.15, 90 / count)))
    postcode = home * 8 + noise.integers("postcode", number, 8)
    postcode[shared] = 0
    return People(
        number=number,
        home=home,
        second_home=np.where(faults & (noise.uniform("moved", number) < 0.5), (home + 700) % AREAS, home),
        postcode=postcode,
        code=code,
        other_code=other,
        age=age,
        birth_month=noise.integers("birth month", number, 12) + 1,
        sex=np.where(noise.uniform("sex", number) < 0.53, 2, 1),
        site=noise.choose("site", number, _SITE_WEIGHTS),
        bad_check_digit=faults & (noise.uniform("check digit", number) < 0.008),
    )


def nhs_numbers(people: People) -> Array:
    """Give each patient a ten-digit number in the range kept for tests, which is never issued.

    Two stems are kept for each patient: where the first would need the check digit 10, the second does not.
    """
    stem = 999_999_998 - 2 * people.number
    check = _check_digit(stem)
    stem = np.where(check == 10, stem + 1, stem)
    check = _check_digit(stem)
    check = np.where(people.bad_check_digit, (check + 1) % 10, check)
    return stem * 10 + check


def _check_digit(stem: Array) -> Array:
    total = np.zeros(len(stem), dtype=np.int64)
    rest = stem.copy()
    for weight in range(2, 11):
        total += weight * (rest % 10)
        rest //= 10
    return (11 - total % 11) % 11
