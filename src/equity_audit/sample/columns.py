"""The text of every column of one chunk."""

from functools import cache
from typing import Any

import numpy as np

from equity_audit.sample import ethnicity, location
from equity_audit.sample.chunk import BAD_AGE, BAD_SEX, SPECIALTIES, Activity, Chunk, blank_where, digits, take
from equity_audit.sample.layout import RECORD_KEYS, Layout
from equity_audit.sample.noise import Array
from equity_audit.sample.people import SITES, nhs_numbers
from equity_audit.sample.state import State, date_texts, supplied_texts

_lsoa_texts = cache(location.lsoa_texts)
_postcode_texts = cache(location.postcode_texts)


def build_columns(
    chunk: Chunk, layout: Layout, activity: Activity, state: State, *, variant: str | None, wide: bool
) -> dict[str, Any]:
    """Give every column of the file, in its order."""
    texts = {layout.headers[fact]: text for fact, text in _common(chunk, layout, state, wide=wide).items()}
    texts |= activity.columns
    order = list(layout.columns)
    if variant == "no_ethnicity":
        order.remove(layout.headers["ethnicity"])
    elif variant == "no_location":
        gone = {layout.headers.get(fact) for fact in ("lsoa", "postcode", "supplied")}
        order = [header for header in order if header not in gone]
    elif variant == "spreadsheet":
        damaged = take([f"{n}.00E+11" for n in range(10)], np.zeros(len(chunk.rows), dtype=np.int64) + 5)
        texts |= {header: damaged for header in RECORD_KEYS if header in order}
    elif variant == "ethnicity_2021":
        order.append("ETHNIC_CATEGORY_2021")
        texts["ETHNIC_CATEGORY_2021"] = take(["", "WBR", "AIN", "BAF"], ethnicity_2021(chunk))
    return {header: texts[header] for header in order}


def ethnicity_2021(chunk: Chunk) -> Array:
    """Give the made-up 2021 category of each record, 0 where it is left blank."""
    filled = chunk.draw("filled 2021") < 0.5
    return np.where(filled, 1 + chunk.noise.integers("2021", chunk.rows, 3), 0)


def _common(chunk: Chunk, layout: Layout, state: State, *, wide: bool) -> dict[str, Any]:
    """Give the columns that datasets have in common."""
    people, patient = chunk.people, chunk.patient
    texts = {
        "nhs_number": blank_where(digits(nhs_numbers(people)).take(patient), ~state.keyed),
        "age": _ages(chunk, layout, state),
        "sex": take(["", "1", "2", *BAD_SEX], np.where(state.bad_person == 1, 3 + chunk.rows % 2, people.sex[patient])),
        "ethnicity": take([_escape(form.raw) for form in ethnicity.FORMS], state.form),
        "lsoa": _lsoas(chunk, state),
        "postcode": _postcodes(chunk, state, wide=wide),
        "supplied": take(supplied_texts(layout.supplied_width), state.supplied_text),
        "practice": take([f"X9{n:04d}" for n in range(120)], people.home[patient] % 120),
        "provider": take(["XQZ00" if layout.file_name != "waiting_list" else "XQZ"], np.zeros_like(patient)),
        "site": take(SITES, chunk.site),
        "specialty": take(SPECIALTIES, chunk.specialty),
        "main_specialty": take(SPECIALTIES, chunk.specialty),
        "activity_date": take(date_texts(), state.date),
        "birth": _births(chunk, state),
        "withheld": take(["", "97"], (state.plant == location.NUMBER["withheld_with_reason"]).astype(np.int64)),
    }
    return {fact: text for fact, text in texts.items() if layout.has(fact)}


def _escape(text: str) -> str:
    """Quote a field that needs it; lines are joined by hand."""
    return '"' + text.replace('"', '""') + '"' if any(mark in text for mark in '",\n') else text


def _ages(chunk: Chunk, layout: Layout, state: State) -> Any:
    """Give the age; HES counts a baby's age in 7001 to 7007."""
    hes = layout.file_name != "waiting_list"
    values = [*(str(age) for age in range(100)), *(str(7_000 + n) for n in range(1, 8)), *BAD_AGE]
    baby = 100 + chunk.noise.integers("baby", chunk.rows, 7)
    age = np.where((chunk.age == 0) & hes, baby, chunk.age)
    return take(values, np.where(state.bad_person == 2, 107 + chunk.rows % 2, age))


def _births(chunk: Chunk, state: State) -> Any:
    """Give the birth date; blank where identity is withheld without a reason."""
    values = [f"{2024 - age}-{month:02d}-15" for age in range(100) for month in range(1, 13)]
    month = chunk.people.birth_month[chunk.patient]
    return blank_where(take(values, chunk.age * 12 + month - 1), state.plant == location.NUMBER["withheld"])


def _lsoas(chunk: Chunk, state: State) -> Any:
    texts, starts = _lsoa_texts()
    untidy = state.plant == location.NUMBER["untidy"]
    home = chunk.home + np.where(untidy, location.UNTIDY_LSOA, 0)
    numbers = location.number_texts("lsoa", location.LSOA_TEXTS, starts, state.plant, home, chunk.draw("lsoa text"))
    retired = state.plant == location.NUMBER["retired"]
    numbers[retired] = starts["retired"] + chunk.home[retired]
    return take(texts, numbers)


def _postcodes(chunk: Chunk, state: State, *, wide: bool) -> Any:
    texts, starts = _postcode_texts()
    moved = chunk.home != chunk.people.home[chunk.patient]
    own = np.where(moved, chunk.home * 8, chunk.people.postcode[chunk.patient])
    style = chunk.noise.integers("postcode style", chunk.rows, location.POSTCODE_STYLES)
    if not wide:
        style[style == location.WIDE_POSTCODE] = 0
    untidy = state.plant == location.NUMBER["untidy"]
    own = own + np.where(untidy, location.UNTIDY_POSTCODE * style, 0)
    draw = chunk.draw("postcode text")
    numbers = location.number_texts("postcode", location.POSTCODE_TEXTS, starts, state.plant, own, draw)
    return take(texts, numbers)
