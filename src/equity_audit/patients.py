"""One more step of the engine: the records of one patient together, over the decoded ethnic category.

Records become patients × codes, then patients, then patterns of patients: only the patterns leave the engine. Like
all engine code it only joins, groups, counts, and takes sums and maxima of whole numbers, so that every engine agrees.

A method's winner is the largest of one whole number a code, in which what decides comes first: records, day, rank.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from equity_audit.cube import PATIENT

if TYPE_CHECKING:
    import pandas as pd

    from equity_audit.cube import DecodedRecords

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


def count_patients(records: DecodedRecords, *, lowest: int) -> PatientCounts:
    """Group an extract by patient.

    Parameters
    ----------
    records
        Decoded: ``ethnic_rank`` (of a usable answer its rank from 0, of two equals the higher wins; below 0 not usable),
        ``ethnic_high_group``, ``ethnic_class_code``, and where there are such ``site_code`` and ``day`` (days since the
        first date of the extract, from 1; 0 where it cannot be read: the oldest).
    lowest
        The rank that OHID's method takes only where the patient has no other code (Any other ethnic group).
    """
    table = _keyed(records.table)
    usable = table.filter(table["rank"] >= 0)
    codes = usable.group_by([PATIENT, "group", "rank"]).aggregate(
        n=usable.count(), day=usable["day"].max().cast("int64")
    )
    codes = codes.mutate(rank=codes["rank"].cast("int64"), group=codes["group"].cast("int64")).cache()
    patients = _patients(codes, lowest).cache()
    patterns = patients.group_by(list(PATTERN)).aggregate(patients=patients.count()).to_pandas()
    unknown = _unknown(table, patients)
    for cached in (patients, codes):
        cached.release()
    return PatientCounts(
        patterns=patterns.sort_values(list(PATTERN), ignore_index=True).astype("int64"),
        unknown=unknown.sort_values(list(unknown.columns), ignore_index=True).astype("int64"),
    )


def _keyed(table: Any) -> Any:
    """Records with a key: ``rank`` (-1 not usable), ``group``, ``class_code``, ``day``, ``site_code``."""
    import ibis

    there = {
        name: table[name] if name in table.columns else ibis.literal(0, "int64").name(name)
        for name in ("day", "site_code")
    }
    return table.filter(table[PATIENT].notnull()).select(
        PATIENT,
        rank=table["ethnic_rank"],
        group=table["ethnic_high_group"],
        class_code=table["ethnic_class_code"],
        **there,
    )


def _patients(codes: Any, lowest: int) -> Any:
    """Make a row a patient: how far codes and groups agree, and what each method chooses, as ranks and groups."""
    import ibis

    n, day, rank = codes["n"], codes["day"], codes["rank"]
    frequent = (n * DAYS + day) * RANKS + rank
    by_code = codes.group_by(PATIENT).aggregate(
        n=_added(n),
        codes=codes.count(),
        only_group=(GROUPS - 1 - codes["group"]).max(),
        frequent=frequent.max(),
        recent=((day * RECORDS + n) * RANKS + rank).max(),
        ohid=ibis.ifelse(rank == lowest, rank, frequent).max(),
        asset=(day * RANKS + rank).max(),
        asset_again=(day * RANKS + (RANKS - 1 - rank)).max(),
    )
    # Most patients have one code, and so one group: only the others' records are grouped again.
    several = by_code.filter(by_code["codes"] > 1).select(PATIENT)
    mixed = codes.semi_join(several, PATIENT)
    groups = mixed.group_by([PATIENT, "group"]).aggregate(n=_added(mixed["n"]), day=mixed["day"].max())
    n, day, first = groups["n"], groups["day"], GROUPS - 1 - groups["group"]
    by_group = groups.group_by(PATIENT).aggregate(
        groups=groups.count(),
        frequent_group=((n * DAYS + day) * GROUPS + first).max(),
        recent_group=((day * RECORDS + n) * GROUPS + first).max(),
    )
    both = by_code.left_join(by_group.rename(grouped_patient=PATIENT), by_code[PATIENT] == by_group[PATIENT])
    return both.select(
        PATIENT,
        several=ibis.ifelse(both["n"] >= 2, 1, 0),
        codes=ibis.least(both["codes"], 3),
        groups=ibis.coalesce(both["groups"], 1),
        **{name: both[name] % RANKS for name in ("frequent", "recent", "ohid", "asset")},
        asset_again=RANKS - 1 - both["asset_again"] % RANKS,
        **{
            name: GROUPS - 1 - ibis.coalesce(both[name], both["only_group"]) % GROUPS
            for name in ("frequent_group", "recent_group")
        },
    )


def _added(column: Any) -> Any:
    """A sum as an ordinary whole number: DuckDB adds up in 128 bits, and is slow to go on with those."""
    return column.sum().cast("int32").cast("int64")


def _unknown(records: Any, patients: Any) -> pd.DataFrame:
    """Count records whose ethnicity is not usable, by what the patient's other records would fill in."""
    import ibis

    bare = records.filter(records["rank"] < 0)
    unknown = bare.group_by([PATIENT, "class_code", "site_code"]).aggregate(n=bare.count())
    one = patients.filter(patients["groups"] == 1).select(
        filling_patient=patients[PATIENT], found=patients["recent_group"]
    )
    joined = unknown.left_join(one, unknown[PATIENT] == one["filling_patient"])
    joined = joined.mutate(filling_group=ibis.coalesce(joined["found"], -1))
    columns = ["class_code", "site_code", "filling_group"]
    frame: pd.DataFrame = joined.group_by(columns).aggregate(records=joined["n"].sum()).to_pandas()
    return frame.rename(columns={"class_code": "ethnic_class_code"})
