"""Every way in which a location is planted, with the link class it ends in and the rules it breaks.

A plant says what stands in each of the three location columns. What follows from it is written beside it by hand.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from equity_audit.sample.noise import Array, Noise
from equity_audit.sample.places import AREAS, LSOA_CODES, LSOA_CODES_2011, list_postcodes

LINK_CLASSES = (
    "linked",
    "no_location",
    "withheld",
    "no_fixed_abode",
    "address_unknown",
    "overseas",
    "outside_england",
    "malformed",
    "postcode_not_found",
    "lsoa_not_found",
    "wrong_vintage",
    "no_reference",
)

# What can stand in a column. `home` is the patient's own area; the lists hold texts that mean one thing.
LSOA_TEXTS = {
    "none": ["", "Z99999999", "E99999999", "z99999999"],
    "absent": [f"E01{999_001 + n}" for n in range(20)],
    "malformed": ["E02000123", "E05000123", "E08000012", "Sampleton 001A", "E0190012"],
    "welsh": ["W01990012", "W01990013", "W01990041"],
    "other_nation": ["S01990034", "S01990035", "95ZZ98S7"],
    "retired": LSOA_CODES_2011[:100],
}
POSTCODE_TEXTS = {
    "none": ["", " "],
    "malformed": ["XQ12", "12345", "XQ12 AB3", "XQ1234AB", "HIGH STREET"],
    "no_fixed_abode": ["ZZ99 3VZ", "zz993vz", "ZZ99  3VZ"],
    "address_unknown": ["ZZ99 3WZ", "ZZ99 3CZ", "ZZ99 AAA", "ZZ993WZ"],
    "overseas": ["ZZ99 6CZ", "ZZ99 5HZ", "zz99 7dz"],
    "outside_england": ["ZZ99 3GZ", "ZZ99 1WZ", "ZZ99 2WZ"],
}
PSEUDO = ("no_fixed_abode", "address_unknown", "overseas", "outside_england")
# Not `Q3`: in a column of quintiles that can be read.
UNREADABLE = ["unranked", "11", "0", "high"]
# Made and spaced in every way that a postcode field is met with; `XQ1  3AB` is the eight-character form.
_POSTCODE_STYLES: tuple[Callable[[str, str], str], ...] = (
    lambda out, back: f"{out} {back}",
    lambda out, back: f"{out}{back}".lower(),
    lambda out, back: f"{out}  {back}",
    lambda out, back: f"{out:<5}{back}",
    lambda out, back: f"{out}\u00a0{back}",
    lambda out, back: "".join(chr(ord(letter) + 0xFEE0) for letter in out) + f" {back}",
)
WIDE_POSTCODE = 5


@dataclass(frozen=True, kw_only=True)
class Plant:
    """One state of the location columns; `unlinked` is the class if no supplied value can be read either.

    `supplied`: right, label, wrong, unreadable, none. `final`: the class holds whatever is supplied.
    """

    name: str
    weight: float
    unlinked: str
    lsoa: str = "home"
    postcode: str = "home"
    supplied: str = "right"
    final: bool = False
    tidy: bool = True


def _plant(name: str, weight: float, unlinked: str = "linked", **columns: str) -> Plant:
    return Plant(name=name, weight=weight, unlinked=unlinked, **columns)  # type: ignore[arg-type]


def _final(name: str, weight: float, unlinked: str, **columns: str) -> Plant:
    columns = {"lsoa": "none", "supplied": "none", **columns}
    return Plant(name=name, weight=weight, unlinked=unlinked, final=True, **columns)  # type: ignore[arg-type]


# Weights are shares of a thousand records; what is left is a good location.
PLANTS = (
    Plant(name="good", weight=0, unlinked="linked"),
    Plant(name="untidy", weight=20, unlinked="linked", tidy=False),
    _plant("supplied_label", 12, supplied="label"),
    _plant("supplied_blank", 15, supplied="none"),
    _plant("supplied_wrong", 22, supplied="wrong"),
    _plant("supplied_unreadable", 4, supplied="unreadable"),
    _plant("postcode_blank", 6, postcode="none"),
    _plant("postcode_malformed", 6, postcode="malformed"),
    _plant("lsoa_blank", 15, "no_reference", lsoa="none"),
    _plant("postcode_alone", 6, "no_reference", lsoa="none", supplied="none"),
    _plant("postcode_and_unreadable", 1, "no_reference", lsoa="none", supplied="unreadable"),
    _plant("lsoa_absent", 4, "lsoa_not_found", lsoa="absent"),
    _plant("lsoa_absent_alone", 6, "lsoa_not_found", lsoa="absent", supplied="none"),
    _plant("lsoa_malformed", 2, "malformed", lsoa="malformed"),
    _plant("lsoa_malformed_alone", 5, "malformed", lsoa="malformed", supplied="none"),
    _plant("postcode_malformed_alone", 3, "malformed", lsoa="none", postcode="malformed", supplied="none"),
    _plant("unreadable_alone", 2, "malformed", lsoa="none", postcode="none", supplied="unreadable"),
    _plant("supplied_alone", 3, "malformed", lsoa="none", postcode="none"),
    _plant("nothing", 32, "no_location", lsoa="none", postcode="none", supplied="none"),
    _final("withheld", 3, "withheld", postcode="none"),
    _final("withheld_with_reason", 3, "withheld", postcode="none"),
    _final("no_fixed_abode", 6, "no_fixed_abode", postcode="no_fixed_abode"),
    _final("no_fixed_abode_supplied", 2, "no_fixed_abode", postcode="no_fixed_abode", supplied="right"),
    _final("address_unknown", 14, "address_unknown", postcode="address_unknown"),
    _final("overseas", 8, "overseas", postcode="overseas"),
    _final("nation_by_postcode", 4, "outside_england", postcode="outside_england"),
    _final("welsh", 8, "outside_england", lsoa="welsh", postcode="home"),
    _final("other_nation", 3, "outside_england", lsoa="other_nation", postcode="home"),
    _plant("retired", 0, "wrong_vintage", lsoa="retired"),
)
NUMBER = {plant.name: number for number, plant in enumerate(PLANTS)}
# Identity withheld by law: told by three blanks (number, birth date, postcode), or by a reason given.
WITHHELD = (NUMBER["withheld"], NUMBER["withheld_with_reason"])
# An extract that has neither postcode nor supplied value cannot hold every state.
LSOA_ONLY = ("untidy", "lsoa_absent_alone", "lsoa_malformed_alone", "nothing", "welsh", "other_nation")


def has(column: str, *values: str) -> Array:
    """Tell, plant by plant, whether a column holds one of these."""
    return np.array([getattr(plant, column) in values for plant in PLANTS])


def draw_plants(noise: Noise, rows: Array, site: Array, *, lsoa_only: bool) -> Array:
    """Give each record its plant; one site leaves the location out more often."""
    weights = np.array([plant.weight for plant in PLANTS])
    for number, plant in enumerate(PLANTS):
        if lsoa_only and plant.name not in LSOA_ONLY:
            weights[number] = 0
    weights[0] = 1_000 - weights.sum()
    plants = noise.choose("location", rows, weights)
    forgotten = (site == 4) & (noise.uniform("forgotten", rows) < 0.08)
    plants[forgotten] = NUMBER["nothing"]
    return plants


def place_texts(texts: dict[str, list[str]], homes: list[list[str]]) -> tuple[list[str], dict[str, int]]:
    """Lay the texts of a column in one list, the homes first, and tell where each kind starts."""
    flat = [text for style in homes for text in style]
    starts = {}
    for kind, values in texts.items():
        starts[kind] = len(flat)
        flat += values
    return flat, starts


def lsoa_texts() -> tuple[list[str], dict[str, int]]:
    """List the LSOA column's texts: homes, untidy homes, then the kinds."""
    return place_texts(LSOA_TEXTS, [LSOA_CODES, [f" {code.lower()}" for code in LSOA_CODES]])


def postcode_texts() -> tuple[list[str], dict[str, int]]:
    """List the postcode column's texts: homes in every style, then the kinds."""
    halves = [postcode.split() for postcode in list_postcodes()]
    homes = [[style(*half) for half in halves] for style in _POSTCODE_STYLES]
    return place_texts(POSTCODE_TEXTS, homes)


def number_texts(
    column: str, texts: dict[str, list[str]], starts: dict[str, int], plants: Array, home: Array, draw: Array
) -> Array:
    """Give the number of the text that stands in a column of each record."""
    numbers = home.copy()
    for kind, values in texts.items():
        chosen = has(column, kind)[plants]
        numbers[chosen] = starts[kind] + (draw[chosen] * len(values)).astype(np.int64)
    return numbers


UNTIDY_LSOA = AREAS
UNTIDY_POSTCODE = AREAS * 8
POSTCODE_STYLES = len(_POSTCODE_STYLES)
