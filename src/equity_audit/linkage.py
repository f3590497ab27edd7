"""From a geography tally to everything that is known of its links: the edition, the directory, the dictionary, the facts.

Each step that looks at records again is a small tally of the engine: of ended postcodes by date, of crowded postcodes
by patients, of patients with several quintiles on one day.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

from equity_audit import engine
from equity_audit.cube import DecodedRecords, Grouping, coincidences
from equity_audit.decode.dates import read_dates
from equity_audit.decode.geography import locate
from equity_audit.decode.labels import QUINTILES
from equity_audit.decode.places import postcode_form, tidy
from equity_audit.decode.supplied import SCALES, ScaleTest, compare_scales
from equity_audit.decode.vintage import VintageVerdict
from equity_audit.model import Dictionary, Extract
from equity_audit.reference.choose import Choice, choose_edition
from equity_audit.reference.imd import ImdTable
from equity_audit.reference.lookup import LsoaLookup, read_lookup
from equity_audit.reference.postcodes import look_up
from equity_audit.reference.store import Entry, list_entries, read_entry
from equity_audit.reference.tables import count_rows, sha256_of

CROWDED_PATIENTS, CROWDED_SHARE = 50, 0.005
UNLINKED = len(QUINTILES) - 1
MOVED = Grouping(columns=("moved_code",), patients=True)
CROWD = Grouping(columns=("crowd_code",), patients=True, records=False)
EVERYONE = Grouping(columns=(), patients=True)


@dataclass(frozen=True, kw_only=True)
class Linkage:
    """What the location fields of an extract lead to."""

    choice: Choice
    dictionary: Dictionary | None = None
    vintage: VintageVerdict | None = None
    scales: tuple[ScaleTest, ...] = ()
    directory: tuple[Entry, ...] = ()
    lookup: Entry | None = None
    compared: ImdTable | None = None
    ended: pd.DataFrame | None = field(default=None, repr=False)
    crowded: pd.DataFrame | None = field(default=None, repr=False)
    coincidences: pd.DataFrame | None = field(default=None, repr=False)
    own_places: frozenset[int] = frozenset()

    @property
    def tables(self) -> tuple[ImdTable, ...]:
        """The editions that were read, the one in use first."""
        return (self.choice.edition, *self.choice.others) if self.choice.edition else ()


def link(
    extract: Extract,
    tally: pd.DataFrame | None,
    folder: Path,
    *,
    edition: str | None = None,
    compare: str | None = None,
    given: ImdTable | None = None,
    site_postcodes: Sequence[str] = (),
) -> Linkage:
    """Choose an edition, look everything up, and count what the deprivation rules are judged on.

    Parameters
    ----------
    tally
        Distinct location values with records, None where the extract has no location field.
    folder
        Where references lie.
    compare
        A second edition, to tell which records change quintile.
    given
        An edition read from a warehouse.
    site_postcodes
        Postcodes of the trust's own sites, where nobody lives.

    Raises
    ------
    UsageError
        An edition asked for is not there.
    """
    entries = list_entries(folder)
    lookups = [entry for entry in entries if entry.kind == "lsoa_lookup"]
    lookup = read_lookup(lookups[-1].path, lookups[-1].sha256 or "") if lookups else None
    codes = None
    if tally is not None and "lsoa" in tally:
        codes = tally["records"].groupby(tally["lsoa"].map(tidy)).sum()
    choice = choose_edition(entries, edition, extract.filled, codes, lookup=lookup, given=given)
    if tally is None:
        return Linkage(choice=choice)
    files = _directory(entries, choice.edition) if "postcode" in extract.filled else ()
    directory = look_up([entry.path for entry in files], _postcodes(tally)) if files else None
    located = locate(tally, choice.edition, choice.others, lookup=lookup, directory=directory)
    dictionary, own = _with_crowds(_with_linked_quintile(located.dictionary), {tidy(code) for code in site_postcodes})
    second = None
    if compare is not None:
        second = choose_edition(entries, compare, extract.filled, codes, lookup=lookup).edition
        dictionary = _compared(dictionary, tally, second, choice, lookup, directory)
    return Linkage(
        choice=choice,
        dictionary=dictionary,
        vintage=located.vintage,
        scales=_scales(tally, dictionary, choice),
        directory=files,
        lookup=lookups[-1] if lookups else None,
        compared=second,
        ended=_ended(extract, dictionary) if directory is not None else None,
        own_places=own,
    )


def patients_of(
    linkage: Linkage, extract: Extract, cubes: Mapping[Grouping, pd.DataFrame], records: DecodedRecords
) -> Linkage:
    """Add what needs the patients: crowded postcodes, and patients with several quintiles on one day."""
    if linkage.dictionary is None or extract.patient_key is None:
        return linkage
    return replace(
        linkage,
        crowded=_crowded(cubes[CROWD], linkage.own_places, people=int(cubes[EVERYONE].iloc[0]["patients"]))
        if "postcode" in extract.filled
        else None,
        coincidences=coincidences(records, "day", "linked_quintile") if "activity_date" in extract.filled else None,
    )


def _postcodes(tally: pd.DataFrame) -> list[str]:
    distinct = pd.Series(tally["postcode"].unique()).map(tidy).unique()
    return [code for code in distinct if postcode_form(code)[0] == "well_formed"]


def _directory(entries: tuple[Entry, ...], edition: ImdTable | None) -> tuple[Entry, ...]:
    """The newest directory that gives LSOAs of the edition's vintage, else the newest: all its areas."""
    found = [entry for entry in entries if entry.kind == "postcodes"]
    wanted = edition.vintage if edition else ""
    fitting = [entry for entry in found if entry.vintage is None or wanted in entry.vintage] or found
    if not fitting:
        return ()
    # nspl-2021-11 and onspd-2021-08: by date, then by name.
    newest = max(fitting, key=lambda entry: (entry.edition.partition("-")[2], entry.edition)).edition
    return tuple(entry for entry in fitting if entry.edition == newest)


def _compared(
    dictionary: Dictionary,
    tally: pd.DataFrame,
    second: ImdTable | None,
    choice: Choice,
    lookup: LsoaLookup | None,
    directory: pd.DataFrame | None,
) -> Dictionary:
    """Add ``quintile_compared_code``, each record's quintile in the second edition, and ``moved_code``: 1 where that is another."""
    others = tuple(table for table in (choice.edition, *choice.others) if table is not None and table is not second)
    again = locate(tally, second, others, lookup=lookup, directory=directory).dictionary.frame
    frame = dictionary.frame.assign(quintile_compared_code=again["quintile_code"])
    first, other = frame["quintile_code"], frame["quintile_compared_code"]
    moved = (first != other) & (first < UNLINKED) & (other < UNLINKED)
    return replace(dictionary, frame=frame.assign(moved_code=moved.astype("int8")))


def edition_effect(first: pd.DataFrame, second: pd.DataFrame) -> pd.DataFrame:
    """How many records have which quintile in two editions: a 6 × 6 table, the sixth place not linked.

    Parameters
    ----------
    first, second
        Frames of the same tally as `locate` gives them, one an edition: ``quintile_code`` and ``records``.
    """
    pairs = first["records"].groupby([first["quintile_code"], second["quintile_code"]]).sum().unstack(fill_value=0)
    places = pd.RangeIndex(6)
    return pairs.reindex(index=places, columns=places, fill_value=0).astype("int64")


def _scales(tally: pd.DataFrame, dictionary: Dictionary, choice: Choice) -> tuple[ScaleTest, ...]:
    if choice.edition is None or not set(SCALES) & set(tally):
        return ()
    area = dictionary.frame["area"]
    tests = compare_scales(tally, area, choice.edition, {})
    if all(not test.explanation for test in tests):
        return tuple(tests)
    # Only where a scale disagrees are the further editions read.
    others = {entry.edition: read_entry(entry) for entry in choice.entries}
    return tuple(compare_scales(tally, area, choice.edition, others))


def _ended(extract: Extract, dictionary: Dictionary) -> pd.DataFrame:
    """Records by what their postcode was when they happened: ``postcode_ended``, ``records``."""
    frame = dictionary.frame
    found = frame["directory_lookup"] == "found"
    ended = found & frame["postcode_ended"].notna()
    rows = {
        "not_in_directory": int(frame.loc[~found, "records"].sum()),
        "live": int(frame.loc[found & ~ended, "records"].sum()),
    }
    marks = frame.loc[ended, ["postcode", "postcode_ended"]].drop_duplicates("postcode")
    marks = marks.set_axis(["text", "mark"], axis=1).astype({"mark": "int64"})
    if "activity_date" not in extract.filled or marks.empty:
        rows["no_date"] = int(frame.loc[ended, "records"].sum())
    else:
        dated = engine.tally_marked(extract.table, "postcode", marks, ["activity_date"])
        slashed = dated["activity_date"].str.contains("/", regex=False).fillna(False).any()
        # A few dates may not show that a column is month first: all of them do.
        column = engine.tally(extract.table, ["activity_date"])["activity_date"] if slashed else None
        day = read_dates(dated["activity_date"], column=column)
        month = day.dt.year * 100 + day.dt.month
        state = (
            (dated["mark"] < month).map({True: "before_activity", False: "ended_later"}).where(day.notna(), "no_date")
        )
        rows |= {str(name): int(number) for name, number in dated["records"].groupby(state).sum().items()}
    return pd.DataFrame({"postcode_ended": list(rows), "records": list(rows.values())})


def _with_crowds(dictionary: Dictionary, sites: set[str]) -> tuple[Dictionary, frozenset[int]]:
    """Add ``crowd_code``: the place of a postcode worth counting the patients of, else -1; and the places of own sites."""
    frame = dictionary.frame
    code = frame["postcode_compact"].where(frame["postcode_form"] == "well_formed")
    # A postcode has no more patients than records.
    busy = frame["records"].groupby(code).sum()
    asked = busy.index[(busy >= CROWDED_PATIENTS) | busy.index.isin(list(sites))]
    places = {name: place for place, name in enumerate(asked)}
    marked = frame.assign(crowd_code=code.map(places).fillna(-1).astype("int32"))
    return replace(dictionary, frame=marked), frozenset(place for name, place in places.items() if name in sites)


def _crowded(counts: pd.DataFrame, own: frozenset[int], *, people: int) -> pd.DataFrame:
    """Postcodes with patients enough to be asked about, without their names: ``patients``, ``share``, ``crowded``."""
    asked = counts[counts["crowd_code"] >= 0]
    of_ours = asked["crowd_code"].isin(list(own))
    told = asked[(asked["patients"] >= CROWDED_PATIENTS) | (of_ours & (asked["patients"] > 0))]
    if not len(told):
        told = pd.DataFrame({"crowd_code": [-1], "patients": [0]})
    share = told["patients"] / people if people else told["patients"] * 0.0
    too_many = (share > CROWDED_SHARE) & (told["patients"] >= CROWDED_PATIENTS)
    crowded = (too_many | told["crowd_code"].isin(list(own))).map({True: "yes", False: "no"})
    return pd.DataFrame({"patients": told["patients"], "share": share, "crowded": crowded, "records": 1})


def _with_linked_quintile(dictionary: Dictionary) -> Dictionary:
    """Add ``linked_quintile``: the place of the quintile, below 0 where the record does not link."""
    code = dictionary.frame["quintile_code"]
    return replace(
        dictionary, frame=dictionary.frame.assign(linked_quintile=code.where(code < UNLINKED, -1).astype("int8"))
    )


def run_references(linkage: Linkage) -> tuple[dict[str, Any], ...]:
    """Every table that records were looked up in, as the run names them."""
    editions = [table for table in (linkage.choice.edition, linkage.compared) if table is not None]
    tables: list[dict[str, Any]] = [
        {"kind": "imd", "edition": t.edition, "vintage": t.vintage, "sha256": t.sha256, "rows": len(t.frame)}
        for t in editions
    ]
    tables.extend(
        {
            "kind": entry.kind,
            "edition": "-".join(filter(None, (entry.edition, entry.part))),
            "vintage": entry.vintage or "",
            "sha256": entry.sha256 or sha256_of(entry.path),
            "rows": count_rows(entry.path) if entry.rows is None else entry.rows,
        }
        for entry in (*([linkage.lookup] if linkage.lookup else []), *linkage.directory)
    )
    return tuple(tables)
