"""What a linkage says in plain numbers and words: sub-reasons, ended postcodes, agreement, spread, edition effect.

Counts are flat mappings from a name to records, exact: nothing writes them until they are protected.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from equity_audit.decode.geography import ROUTES
from equity_audit.decode.labels import QUINTILES
from equity_audit.decode.supplied import FEWEST_COMPARED
from equity_audit.linkage import Linkage
from equity_audit.model import Extract
from equity_audit.subjects import NOT_LINKABLE

_ENDED_WORDS = {
    "live": "live", "before_activity": "ended before the activity", "ended_later": "ended after the activity",
    "no_date": "ended, activity date unknown",
}  # fmt: skip


def linkage_details(
    linkage: Linkage,
    levels: pd.DataFrame,
    everyone: pd.DataFrame | None = None,
    moved: pd.DataFrame | None = None,
) -> dict[str, Any]:
    """Exact counts beyond the classes.

    Parameters
    ----------
    levels
        As `linkage_subjects.linkage_levels` gives them.
    everyone
        Patients by ``quintile_code`` and ``quintile_compared_code``, where two editions are compared.
    moved
        Patients by ``moved_code``: 1 where a record of theirs has another quintile in the second edition.

    Returns
    -------
        Flat mappings of records: ``sub_reasons``, ``nations``, ``linkage`` (rates' parts with and without those who
        cannot be linked), ``directory``, ``ended_postcodes``, ``supplied_against_looked_up``, ``linked_by_<dimension>``,
        ``linkable_by_<dimension>``, ``routes_by_<dimension>`` (of several), ``edition_effect``, ``edition_effect_patients``,
        ``edition_effect_moved`` (patients with another quintile); and
        ``words``, as `linkage_words` gives them.
    """
    if linkage.dictionary is None:
        return {}
    frame = linkage.dictionary.frame
    details: dict[str, Any] = {
        "words": linkage_words(linkage),
        "sub_reasons": _by(frame[frame["sub_reason"] != ""], ["link_class", "sub_reason"], ": "),
        "nations": _by(frame[(frame["link_class"] == "outside_england") & (frame["nation"] != "")], ["nation"]),
        "linkage": _linkage(frame),
        "supplied_against_looked_up": _agreement(frame),
    }
    if linkage.directory:
        in_use = frame[frame["directory_lookup"].isin(["found", "not_found"])]
        details["directory"] = _by(in_use, ["directory_lookup"])
    if linkage.ended is not None:
        states = linkage.ended.set_index("postcode_ended")["records"]
        details["ended_postcodes"] = {word: int(states.get(name, 0)) for name, word in _ENDED_WORDS.items()}
    for name, part in levels.groupby("dimension", sort=False):
        linked = part["denominator"] - part["numerator"]
        details[f"linked_by_{name}"] = {str(k): int(v) for k, v in zip(part["level"], linked, strict=True)}
        details[f"linkable_by_{name}"] = {
            str(k): int(v) for k, v in zip(part["level"], part["denominator"], strict=True)
        }
        # By one route alone they would be the linked once more, under another name.
        if sum(bool(part[route].sum()) for route in ROUTES) > 1:
            details[f"routes_by_{name}"] = {
                f"{level}: {route}": int(number)
                for route in ROUTES
                for level, number in zip(part["level"], part[route], strict=True)
                if number
            }
    if linkage.compared is not None:
        details["edition_effect"] = _effect(frame, "records")
        if everyone is not None:
            details["edition_effect_patients"] = _effect(everyone, "patients")
        if moved is not None:
            details["edition_effect_moved"] = {"patients": int(moved.loc[moved["moved_code"] == 1, "patients"].sum())}
    return details


def _by(frame: pd.DataFrame, columns: list[str], between: str = "") -> dict[str, int]:
    name = frame[columns[0]].astype("str")
    for column in columns[1:]:
        name = name + between + frame[column].astype("str")
    return {str(key): int(number) for key, number in frame["records"].groupby(name).sum().items()}


def _linkage(frame: pd.DataFrame) -> dict[str, int]:
    """Parts of the linkage rate: with and without those who cannot be linked, and without ended postcodes."""
    records, linked = frame["records"], frame["link_class"] == "linked"
    cannot = frame["link_class"].isin(NOT_LINKABLE)
    homeless = frame["link_class"] == "no_fixed_abode"
    # Without its ended postcode a record would link only by a supplied value.
    supplied = frame["supplied_decile"].notna() | frame["supplied_quintile"].notna()
    by_ended = linked & (frame["route"] == "postcode") & frame["postcode_ended"].notna()
    return {
        "linked": int(records[linked].sum()),
        "records that could be linked": int(records[~cannot].sum()),
        "the same with no fixed abode": int(records[~cannot | homeless].sum()),
        "all records": int(records.sum()),
        "linked through an ended postcode": int(records[by_ended].sum()),
        "of these, not linked if ended postcodes were refused": int(records[by_ended & ~supplied].sum()),
    }


def _agreement(frame: pd.DataFrame) -> dict[str, int]:
    """Supplied against looked-up deciles, else quintiles."""
    for scale in ("decile", "quintile"):
        both = frame[frame[f"supplied_{scale}"].notna() & frame[f"looked_up_{scale}"].notna()]
        if len(both):
            supplied, looked_up = (
                both[f"{how}_{scale}"].astype("int64").astype("str") for how in ("supplied", "looked_up")
            )
            named = both.assign(pair=f"{scale} " + supplied + " supplied, " + looked_up + " looked up")
            return _by(named, ["pair"])
    return {}


def _effect(frame: pd.DataFrame, unit: str) -> dict[str, int]:
    labels = dict(enumerate(QUINTILES))
    first, second = (frame[name].map(labels) for name in ("quintile_code", "quintile_compared_code"))
    return _by(frame.assign(pair=first + " → " + second, records=frame[unit]), ["pair"])


def linkage_words(linkage: Linkage) -> dict[str, str | None]:
    """What a linkage says without a number: how the vintage is known, whether the scale was checked and what it is."""
    tests = [test for test in linkage.scales if test.compared >= FEWEST_COMPARED]
    direction = None
    if linkage.dictionary is not None and {"imd_rank", "imd_decile", "imd_quintile"} & set(linkage.dictionary.keys):
        direction = "taken as declared, not checked"
        if tests:
            direction = ", ".join(dict.fromkeys(test.direction for test in tests))
    explained = [test.explanation for test in tests if test.explanation and test.direction != "reversed"]
    basis = {"declares": "declared", "proves": "proved"}.get(linkage.choice.basis, "undetermined")
    return {
        "vintage_basis": basis if linkage.choice.edition else None,
        "scale_direction": direction,
        "scale_explanation": ", ".join(dict.fromkeys(explained)) or None,
        "compared_edition": linkage.compared.edition if linkage.compared else None,
    }


def linkage_notes(linkage: Linkage, extract: Extract) -> tuple[str, ...]:
    """What a reader must know of this linkage before its figures. Holds no count."""
    words, notes = linkage_words(linkage), []
    edition = linkage.choice.edition
    notes += _vintage_notes(linkage, extract)
    if words["scale_direction"] == "taken as declared, not checked" and edition is not None:
        notes.append(
            "The supplied deprivation scale is taken as declared, not checked: too few records can be looked up."
        )
    if words["scale_direction"] and "reversed" in words["scale_direction"]:
        notes.append("The supplied deprivation scale runs the wrong way: its 1 is the least deprived.")
    if words["scale_explanation"] == "unexplained":
        notes.append(
            "The supplied deprivation values disagree with the looked-up ones, and no other scale or edition explains it."
        )
    elif words["scale_explanation"]:
        notes.append(f"The supplied deprivation values look like {words['scale_explanation']}.")
    if linkage.directory:
        parts = [entry.part.upper() for entry in linkage.directory if entry.part]
        areas = f", areas {', '.join(parts)} only" if parts else ""
        notes.append(f"Postcodes are looked up in {linkage.directory[0].edition}{areas}; ended ones are linked, too.")
        given = linkage.directory[0].vintage
        if edition and given and edition.vintage not in given:
            how = "areas that changed between them do not link" if linkage.lookup else "none of them links"
            mend = "" if linkage.lookup else " without the LSOA lookup (equity-audit reference fetch lookup)"
            notes.append(
                f"That directory gives areas of {given} and IMD {edition.edition} is published for those of "
                f"{edition.vintage}: {how}{mend}."
            )
    return tuple(notes)


def _vintage_notes(linkage: Linkage, extract: Extract) -> list[str]:
    """What is to be known of the boundaries that the LSOA codes are of."""
    edition, contradicts = linkage.choice.edition, linkage.vintage is not None and linkage.vintage.contradicts
    if edition is None or linkage.choice.vintage == "2001":  # that these link to nothing is said of the mapping
        return []
    if contradicts:
        how = "only areas that did not change are linked, through the LSOA lookup"
        if linkage.lookup is None:
            how = "nothing is linked by LSOA. The LSOA 2011 to 2021 lookup (equity-audit reference fetch lookup) would mend part"
        return [
            f"The LSOA codes contradict IMD {edition.edition}, which is published for the areas of {edition.vintage}: {how}."
        ]
    if "lsoa" not in extract.filled or linkage.choice.basis:
        return []
    if len(linkage.tables) < 2 and linkage.lookup is None:
        return [
            f"The vintage of the LSOA codes is neither declared nor to be proved with one list alone: they are read as "
            f"areas of {edition.vintage}."
        ]
    return ["The vintage of the LSOA codes could not be told from them: they stand on the lists of every edition here."]
