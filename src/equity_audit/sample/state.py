"""What is planted in each record: its ethnic form, its place, and the smaller faults of the rest."""

from dataclasses import dataclass

import numpy as np

from equity_audit.sample import ethnicity, location
from equity_audit.sample.chunk import BAD_DATES, DATES, Chunk
from equity_audit.sample.layout import Layout
from equity_audit.sample.noise import Array
from equity_audit.sample.places import DECILES
from equity_audit.sample.variants import FOREIGN_VARIANTS

FOREIGN_SITE, ONE_VALUE_SITE, FORGETFUL_SITE = 2, 11, 3
_MIGRATION = (330, 390)  # days on which the new system asked nobody


@dataclass(frozen=True, kw_only=True)
class State:
    """The truth of each record, one array a fact."""

    form: Array  # number in ethnicity.FORMS
    plant: Array  # number in location.PLANTS
    home: Array  # place in the geography
    supplied: Array  # the supplied decile or quintile as it reads: 0 none, -1 unreadable
    supplied_text: Array  # number in `supplied_texts`
    keyed: Array
    date: Array  # number in DATES, or after them in the bad ones
    date_fault: Array  # 0 none, then the kinds of BAD_DATES
    bad_person: Array  # sex or age cannot be read: 0 no, 1 sex, 2 age


def draw_state(chunk: Chunk, layout: Layout, hurried: Array, *, variant: str | None, wide: bool) -> State:
    """Plant everything in the records of one chunk."""
    plant = np.zeros(len(chunk.rows), dtype=np.int64)
    if chunk.faults:
        plant = location.draw_plants(chunk.noise, chunk.rows, chunk.site, lsoa_only=layout.lsoa_only)
    if variant == "mixed_vintage":
        plant[(plant == 0) & (chunk.home < 100)] = location.NUMBER["retired"]
    supplied, text = _draw_supplied(chunk, layout.supplied_width, plant, variant)
    date_fault = np.zeros(len(plant), dtype=np.int64)
    bad_person = date_fault.copy()
    keyed = np.ones(len(plant), dtype=bool)
    if chunk.faults:
        keyed = (chunk.draw("key") >= 0.01) & ~np.isin(plant, location.WITHHELD)
        bad_person = chunk.noise.choose("bad person", chunk.rows, np.array([996, 2, 2.0]))
    if chunk.faults and layout.has("activity_date"):
        date_fault = chunk.noise.choose("bad date", chunk.rows, np.array([994, 3, 1, 2.0]))
    which = chunk.noise.integers("which bad date", chunk.rows, 2)
    return State(
        form=_draw_forms(chunk, hurried, variant=variant, wide=wide),
        plant=plant,
        home=chunk.home,
        supplied=supplied,
        supplied_text=text,
        keyed=keyed,
        date=np.where(date_fault > 0, len(DATES) + 2 * (date_fault - 1) + which, chunk.day),
        date_fault=date_fault,
        bad_person=bad_person,
    )


def date_texts() -> list[str]:
    """List the texts of the activity date, good ones first."""
    return [*DATES, *(text for texts in BAD_DATES.values() for text in texts)]


_HES_LABELS = [
    "Most deprived 10%",
    *(f"More deprived {low}-{low + 10}%" for low in (10, 20, 30, 40)),
    *(f"Less deprived {low}-{low + 10}%" for low in (40, 30, 20, 10)),
    "Least deprived 10%",
]
_DECILE_LABELS = [
    "01 Most deprived",
    *(f"{n:02d} More deprived" for n in range(2, 6)),
    *(f"{n:02d} Less deprived" for n in range(6, 10)),
    "10 Least deprived",
]
_QUINTILE_LABELS = ["01 Most deprived", "02", "03", "04", "05 Least deprived"]


def supplied_texts(width: int) -> list[str]:
    """List the texts of the supplied value: blank, 1 to width, unreadable ones, two sets of labels."""
    labels = [_HES_LABELS, _DECILE_LABELS] if width == 10 else [_QUINTILE_LABELS, _QUINTILE_LABELS]
    numbers = [str(n) for n in range(1, width + 1)]
    return ["", *numbers, *location.UNREADABLE, *(text for texts in labels for text in texts[:width])]


def _draw_supplied(chunk: Chunk, width: int, plant: Array, variant: str | None) -> tuple[Array, Array]:
    """Give what the supplied value reads as, and its text."""
    if width == 0:
        nothing = np.zeros(len(plant), dtype=np.int64)
        return nothing, nothing
    decile = DECILES[chunk.home]
    true = decile if width == 10 else (decile + 1) // 2
    jump = 4 if width == 10 else 2
    value = np.where(location.has("supplied", "wrong")[plant], (true + jump - 1) % width + 1, true)
    if variant == "reversed_decile":
        value = width + 1 - value
    elif variant == "zero_based_decile":
        value = value - 1
    elif variant == "quintile_in_decile":
        value = (value + 1) // 2
    text = np.where(value == 0, width + 1 + location.UNREADABLE.index("0"), value)
    label = location.has("supplied", "label")[plant] & (variant is None)
    style = (chunk.draw("label") < 0.5).astype(np.int64)
    text = np.where(label, width + 1 + len(location.UNREADABLE) + width * style + value - 1, text)
    # A zero stands in the file, but no scale has it.
    value = np.where(value == 0, -1, value)

    blank = location.has("supplied", "none")[plant]
    unreadable = location.has("supplied", "unreadable")[plant]
    which = chunk.noise.integers("unreadable", chunk.rows, len(location.UNREADABLE))
    value = np.select([blank, unreadable], [0, -1], value)
    return value, np.select([blank, unreadable], [0, width + 1 + which], text)


def _draw_forms(chunk: Chunk, hurried: Array, *, variant: str | None, wide: bool) -> Array:
    """Give each record the form of its ethnic category."""
    people, faults = chunk.people, chunk.faults
    second = chunk.draw("second code") < 0.4
    code = np.where(second, people.other_code[chunk.patient], people.code[chunk.patient])
    missing, unknown, refused = np.zeros(len(code)), np.full(len(code), 0.008), np.full(len(code), 0.03)
    if faults:
        migration = (chunk.day >= _MIGRATION[0]) & (chunk.day < _MIGRATION[1])
        missing = 0.018 + 0.03 * hurried
        unknown = (
            0.04
            + 0.05 * (chunk.quintile == 1)
            + 0.16 * (chunk.site == FORGETFUL_SITE)
            + 0.18 * migration
            + 0.02 * hurried
        )
        refused = refused + 0.085
    draw = chunk.draw("ethnic state")
    form = np.select(
        [draw < missing, draw < missing + unknown, draw < missing + unknown + refused],
        [ethnicity.BLANK, ethnicity.NOT_KNOWN, ethnicity.NOT_STATED],
        code,
    )
    if not faults and variant is None:
        return form
    if faults:
        # One site's system fills in the first of the list.
        form[(chunk.site == ONE_VALUE_SITE) & (chunk.draw("one value") < 0.98)] = 0
        form = _make_untidy(chunk, form, wide=wide)
        form = _plant_specials(chunk, form)
    if variant in FOREIGN_VARIANTS:
        form = _translate_site(chunk, form, variant)
    return form


def _make_untidy(chunk: Chunk, form: Array, *, wide: bool) -> Array:
    """Type some codes badly and write some as the trust's own sub-codes."""
    form = form.copy()
    local = chunk.draw("local") < 0.06
    which = chunk.draw("which local")
    for code, numbers in ethnicity.LISTED_OF.items():
        chosen = local & (form == ethnicity.CODES.index(code))
        form[chosen] = np.array(numbers)[(which[chosen] * len(numbers)).astype(np.int64)]
    untidy = (chunk.draw("untidy") < 0.012) & (form <= ethnicity.NOT_STATED)
    style = chunk.noise.integers("style", chunk.rows, ethnicity.UNTIDY_STYLES)
    if not wide:
        style[style == ethnicity.WIDE_STYLE] = ethnicity.SPACE_STYLE
    form[untidy] = ethnicity.UNTIDY_START + 17 * style[untidy] + form[untidy]
    return form


def _plant_specials(chunk: Chunk, form: Array) -> Array:
    """Plant the forms of fixed number, all in the first chunk, on no more than an eighth of its records."""
    if chunk.rows[0] != 0:
        return form
    specials = ethnicity.special_numbers(len(form) // 8)
    places = np.argsort(chunk.draw("special"), kind="stable")[: len(specials)]
    form[places] = specials
    return form


def _translate_site(chunk: Chunk, form: Array, scheme: str | None) -> Array:
    """Write one site in another scheme; blanks and 99 stay."""
    kept = (ethnicity.FORM_CLASS[form] == ethnicity.CLASSES.index("missing")) | (form == ethnicity.NOT_KNOWN)
    chosen = (chunk.site == FOREIGN_SITE) & ~kept
    position = np.array([max(f"{ethnicity.CODES}Z".find(code), 0) if code else 0 for code in ethnicity.FORM_CODE])
    return np.where(chosen, ethnicity.foreign_start(str(scheme)) + position[form], form)
