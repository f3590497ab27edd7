"""What dictionaries say in plain numbers: class counts, shapes, notes on the run, and what would mend it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from equity_audit.decode.dates import NOT_READ, READ, date_states, month_first
from equity_audit.decode.declared import SCHEMES
from equity_audit.decode.ethnicity import CLASSES, CODES
from equity_audit.decode.geography import LINK_CLASSES, ROUTES
from equity_audit.decode.grouping import describe_grouping
from equity_audit.decode.shapes import commonest_shapes
from equity_audit.fields import LSOA_FIELDS, only_areas_of_2001
from equity_audit.model import Dictionary, Extract
from equity_audit.reference.choose import Choice
from equity_audit.subjects import class_counts

_SHAPES = {
    "ETH004": ("ethnicity", "ethnicity", "ethnic_class", "invalid"),
    "DEP003": ("geography", "postcode", "postcode_form", "malformed"),
    "DEP007": ("geography", "lsoa", "lsoa_form", "malformed"),
    "DEP018": ("geography", "imd", "imd_label_form", "unreadable"),
}
QUICK = (
    "A quick audit: it counts records and distinct patients, and compares the ends of the deprivation scale in the first "
    "outcome. Not checked: the mix of age and sex, ethnic groups against each other, how the records of one patient agree, "
    "and how missing values are spread."
)
_DATES = ("activity_date", "birth_date", "rtt_start", "week_ending")
_FEWEST_DATES = 100  # below, no share is told of them, not even in words
_COLUMNS = {"lsoa": LSOA_FIELDS, "imd": ("imd_decile", "imd_quintile")}


def _ordered(counts: Mapping[str, int], names: Sequence[str]) -> dict[str, int]:
    return {name: counts.get(name, 0) for name in names}


def ethnicity_facts(ethnicity: Dictionary, everyone: pd.Series[Any], patients: Mapping[str, int]) -> dict[str, Any]:
    """Records by class (the five add up) and by code; distinct patients, records without a key, and more of patients."""
    codes = class_counts(ethnicity.frame.dropna(subset="ethnic_code"), "ethnic_code")
    return {
        "records": int(ethnicity.frame["records"].sum()),
        "classes": _ordered(class_counts(ethnicity.frame, "ethnic_class"), CLASSES),
        "codes": _ordered(codes, (*CODES, "T", "W", "Z", "99")),
        "patients": {
            "distinct": int(everyone["patients"]),
            "records_without_key": int(everyone["records"] - everyone["keyed"]),
            **patients,
        },
    }


def deprivation_facts(geography: Dictionary, choice: Choice) -> dict[str, Any]:
    """Records by link class (they add up), route, quintile and decile; the edition in use and how it was chosen."""
    frame = geography.frame
    linked = frame[frame["link_class"] == "linked"]
    quintiles = class_counts(linked.assign(quintile=linked["quintile"].astype("int64")), "quintile")
    with_decile = linked.dropna(subset="decile")
    deciles = class_counts(with_decile.assign(decile=with_decile["decile"].astype("int64")), "decile")
    return {
        "records": int(frame["records"].sum()),
        "edition": choice.edition.edition if choice.edition else None,
        "edition_reason": choice.reason,
        "vintage": choice.edition.vintage if choice.edition else None,
        "classes": _ordered(class_counts(frame, "link_class"), LINK_CLASSES),
        "routes": _ordered(class_counts(linked, "route"), ROUTES),
        "quintiles": _ordered(quintiles, [str(number) for number in range(1, 6)]),
        "deciles": _ordered(deciles, [str(number) for number in range(1, 11)]),
    }


def shapes_of(ethnicity: Dictionary | None, geography: Dictionary | None) -> dict[str, tuple[tuple[str, int], ...]]:
    """The five commonest shapes of the values that fail ETH004, DEP003, DEP007 and DEP018."""
    dictionaries = {"ethnicity": ethnicity, "geography": geography}
    found = {}
    for code, (subject, field, column, value) in _SHAPES.items():
        dictionary = dictionaries[subject]
        if dictionary is None:
            continue
        failing = dictionary.frame[dictionary.frame[column] == value]
        raw = _first_filled(failing, [name for name in _COLUMNS.get(field, (field,)) if name in failing])
        if len(failing) and raw is not None:
            found[code] = commonest_shapes(raw, failing["records"])
    return found


def _first_filled(frame: pd.DataFrame, columns: Sequence[str]) -> pd.Series[Any] | None:
    if not columns:
        return None
    raw = frame[columns[0]]
    for name in columns[1:]:
        raw = raw.where(raw.notna() & (raw.astype("str").str.strip() != ""), frame[name])
    return raw


def notes_for(extract: Extract, choice: Choice) -> tuple[str, ...]:
    """What a reader must know of this run before its figures."""
    columns = extract.mapping.columns
    notes = [f"The column for {field} ({columns[field]}) is wholly blank." for field in sorted(extract.mapping.blank)]
    if "ethnicity" not in extract.fields:
        notes.append(
            "The extract has no ethnicity column, so nothing is said about ethnicity. Name one with --map ethnicity=COLUMN."
        )
    if only_areas_of_2001(extract.filled):
        notes.append(
            "The LSOA codes are of the 2001 boundaries, for which there is no edition that this tool takes (2015, 2019, "
            "2025): they cannot be linked. LSOA 2011 or 2021 codes, or postcodes, would mend it."
        )
    if choice.edition:
        notes.append(
            f"IMD {choice.edition.edition} ({choice.edition.vintage} areas, 1 = most deprived) is used: {choice.reason}."
        )
    else:
        notes.append("No IMD edition is installed: supplied deciles and quintiles are taken as declared, not checked.")
    if extract.patient_key is None:
        notes.append("The extract has no patient key: records cannot be counted as patients.")
    return tuple(notes)


def date_notes(extract: Extract, dictionaries: Iterable[Dictionary]) -> tuple[str, ...]:
    """Which columns hold dates that could not be read, in words: a note is free text, so it tells no count."""
    notes: list[str] = []
    seen: set[str] = set()
    for dictionary in dictionaries:
        for field in set(_DATES) & {*dictionary.keys} - seen:
            seen.add(field)
            records = dictionary.frame.groupby(field)["records"].sum()
            note = _date_note(field, records, extract.mapping.columns.get(field, field))
            notes += [note] if note else []
    return tuple(sorted(notes))


def _date_note(field: str, records: pd.Series[Any], column: str) -> str:
    born = field == "birth_date"
    text = pd.Series(records.index, dtype="str")
    state = date_states(text, born=born)
    counts = records.groupby(state.to_numpy()).sum()
    unread, dated = (int(counts.reindex(names).sum()) for names in ([NOT_READ], [NOT_READ, READ]))
    if not unread:
        return ""
    much = "Some"
    if dated >= _FEWEST_DATES and 2 * unread > dated:
        much = "All" if unread == dated else "More than half"
    american = ""
    if month_first(text):
        american = " The column looks like month first (MM/DD/YYYY); such dates are not guessed."
    forms = "YYYY-MM-DD, DD/MM/YYYY, YYYYMMDD or DD-MON-YYYY" + ("" if born else ", also with a year of two digits")
    return f"{much} of the dates of {field} ({column}) could not be read.{american} Dates are read as {forms}."


def ethnicity_notes(grouping: str, groups: int, scheme: str | None) -> tuple[str, ...]:
    """How ethnic groups are made, and how values are read where the user said so."""
    notes = [f"Ethnicity is shown as {describe_grouping(grouping, groups)}."]
    if scheme is not None:
        named = f"the scheme {scheme}" if scheme in SCHEMES else "a mapping file"
        notes.append(f"Ethnicity is read by {named}, as declared; single national codes beside it are read as such.")
    return tuple(notes)


def hints_for(extract: Extract, choice: Choice, geography: Dictionary | None) -> tuple[str, ...]:
    """The commands that would let more be looked up; none where they would not help."""
    by_lsoa = bool(extract.filled & {"lsoa", "lsoa_2011", "lsoa_2021"})
    if geography is None or not (by_lsoa or "postcode" in extract.filled):
        return ()
    edition = {"2011": "2019", "2021": "2025"}.get(choice.vintage or "", "EDITION")
    wanted = [] if choice.edition else [f"the official file of IMD {edition}, as published"]
    if not by_lsoa and (geography.frame["directory_lookup"] == "no_directory").any():
        wanted.append("a postcode directory such as NSPL")
    if not wanted:
        return ()
    return (
        f"equity-audit reference add FILE   ({', and '.join(wanted)})",
        "equity-audit check EXTRACT        (again)",
    )
