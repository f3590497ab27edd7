"""One more step of the engine: the records of one patient together, over the decoded ethnic category.

Records become patients × codes, then patients, then patterns of patients: only the patterns leave the engine. Like
all engine code it only joins, groups, counts, and takes sums and maxima of whole numbers, so that every engine agrees.

A method's winner is the largest of one whole number a code, in which what decides comes first: records, day, rank.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from equity_audit.engine import KEY

if TYPE_CHECKING:
    import pandas as pd

    from equity_audit.model import Dictionary

# Steps of the compound numbers: 32 ranks, 8 groups, a million days, a thousand million records of one patient.
RANKS, GROUPS, DAYS, RECORDS = 32, 8, 2**20, 2**30
PATTERN = (
    "several", "codes", "groups", "frequent", "recent", "ohid", "asset", "asset_again",
    "frequent_group", "recent_group",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class PatientCounts:
    """What leaves the engine.

    ``patterns``: `PATTERN` and ``patients``, a row a pattern of the patients who have a usable record.
    ``unknown``: ``ethnic_class_code``, ``site_code`` (0 without sites), ``filling_group`` (the one group of the
    patient's usable records, -1 where there is none or more than one), ``records``: records of keyed patients only.
    """

    patterns: pd.DataFrame
    unknown: pd.DataFrame


def count_patients(
    table: Any,
    ethnicity: Dictionary,
    ranks: Mapping[int, int],
    *,
    lowest: int,
    dates: Dictionary | None,
    site: Dictionary | None,
) -> PatientCounts:
    """Group an extract by patient.

    Parameters
    ----------
    table
        The extract, with its patient key.
    ethnicity
        With ``ethnic_place``, ``ethnic_high_group`` and ``ethnic_class_code``; places in ``ranks`` are usable.
    ranks
        For each usable place its rank from 0; of two equals the higher wins.
    lowest
        The rank that OHID's method takes only where the patient has no other code (Any other ethnic group).
    dates
        ``day``: days since the first date of the extract, from 1; 0 where it cannot be read (the oldest).
    site
        ``site_code``.
    """
    records = _decoded(table, ethnicity, ranks, dates, site).cache()
    usable = records.filter(records["rank"] >= 0)
    codes = usable.group_by([KEY, "group", "rank"]).aggregate(n=usable.count(), day=usable["day"].max()).cache()
    patients = _patients(codes, lowest).cache()
    patterns = patients.group_by(list(PATTERN)).aggregate(patients=patients.count()).to_pandas()
    unknown = _unknown(records, patients)
    for cached in (patients, codes, records):
        cached.release()
    return PatientCounts(
        patterns=patterns.sort_values(list(PATTERN), ignore_index=True).astype("int64"),
        unknown=unknown.sort_values(list(unknown.columns), ignore_index=True).astype("int64"),
    )


def _decoded(
    table: Any, ethnicity: Dictionary, ranks: Mapping[int, int], dates: Dictionary | None, site: Dictionary | None
) -> Any:
    """Decode records with a key: ``rank`` (-1 not usable), ``group``, ``class_code``, ``day``, ``site_code``."""
    import ibis

    frame = ethnicity.frame
    meanings = frame[list(ethnicity.keys)].assign(
        rank=frame["ethnic_place"].map(ranks).fillna(-1).astype("int64"),
        group=frame["ethnic_high_group"].astype("int64"),
        class_code=frame["ethnic_class_code"].astype("int64"),
    )
    sides = [meanings]
    constant = {}
    for name, dictionary in (("day", dates), ("site_code", site)):
        if dictionary is None:
            constant[name] = ibis.literal(0, "int64")
        else:
            sides.append(dictionary.frame[[*dictionary.keys, name]].astype({name: "int64"}))
    joined = table.filter(table[KEY].notnull())
    kept = [KEY]
    for number, side in enumerate(sides):
        keys = [str(name) for name in side if name in table.columns]
        renamed = side.rename(columns={name: f"side{number}_{name}" for name in keys})
        right = ibis.memtable(renamed)
        joined = joined.left_join(right, [joined[name].identical_to(right[f"side{number}_{name}"]) for name in keys])
        kept += [str(name) for name in side if name not in keys]
    return joined.select(*kept).mutate(**constant)


def _patients(codes: Any, lowest: int) -> Any:
    """Make a row a patient: how far codes and groups agree, and what each method chooses, as ranks and groups."""
    import ibis

    n, day, rank = codes["n"], codes["day"], codes["rank"]
    frequent = (n * DAYS + day) * RANKS + rank
    by_code = codes.group_by(KEY).aggregate(
        n=n.sum(),
        codes=codes.count(),
        frequent=frequent.max(),
        recent=((day * RECORDS + n) * RANKS + rank).max(),
        ohid=ibis.ifelse(rank == lowest, rank, frequent).max(),
        asset=(day * RANKS + rank).max(),
        asset_again=(day * RANKS + (RANKS - 1 - rank)).max(),
    )
    groups = codes.group_by([KEY, "group"]).aggregate(n=n.sum(), day=day.max())
    n, day, first = groups["n"], groups["day"], GROUPS - 1 - groups["group"]
    by_group = groups.group_by(KEY).aggregate(
        groups=groups.count(),
        frequent_group=((n * DAYS + day) * GROUPS + first).max(),
        recent_group=((day * RECORDS + n) * GROUPS + first).max(),
    )
    both = by_code.inner_join(by_group, KEY)
    return both.select(
        KEY,
        several=ibis.ifelse(both["n"] >= 2, 1, 0),
        codes=ibis.least(both["codes"], 3),
        groups=both["groups"],
        **{name: both[name] % RANKS for name in ("frequent", "recent", "ohid", "asset")},
        asset_again=RANKS - 1 - both["asset_again"] % RANKS,
        **{name: GROUPS - 1 - both[name] % GROUPS for name in ("frequent_group", "recent_group")},
    )


def _unknown(records: Any, patients: Any) -> pd.DataFrame:
    """Count records whose ethnicity is not usable, by what the patient's other records would fill in."""
    import ibis

    bare = records.filter(records["rank"] < 0)
    unknown = bare.group_by([KEY, "class_code", "site_code"]).aggregate(n=bare.count())
    one = patients.filter(patients["groups"] == 1).select(filling_key=patients[KEY], found=patients["recent_group"])
    joined = unknown.left_join(one, unknown[KEY] == one["filling_key"])
    joined = joined.mutate(filling_group=ibis.coalesce(joined["found"], -1))
    columns = ["class_code", "site_code", "filling_group"]
    frame: pd.DataFrame = joined.group_by(columns).aggregate(records=joined["n"].sum()).to_pandas()
    return frame.rename(columns={"class_code": "ethnic_class_code"})
