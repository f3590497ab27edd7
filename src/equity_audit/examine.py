"""The ethnicity audit beyond single records: patients, spread over sites and months, the second field, residual codes.

It brings decoded dictionaries and counts together, and gives what rules are judged on and what outputs may show. All of
it is exact: none of it may be written before disclosure control has passed it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from equity_audit import engine
from equity_audit.breakdowns import Axis
from equity_audit.cube import DecodedRecords, Grouping
from equity_audit.decode.ethnicity_2021 import compare_fields
from equity_audit.decode.patients import LOWEST, describe_patients, describe_recoverable
from equity_audit.decode.readings import Reading
from equity_audit.errors import UsageError
from equity_audit.ethnic_spread import code_by_site, examine_spread, faults_together, site_fills, spread_levels
from equity_audit.model import Dictionary, Extract, OutcomeFacts
from equity_audit.patients import count_patients
from equity_audit.residual import residual_use


@dataclass(frozen=True, kw_only=True)
class Examined:
    """What the examination found; None where the extract lacks what it needs.

    ``levels``: `uneven_levels` over every dimension, with ``asked`` (one of those that ETH016 asks of). ``units``:
    `outlying_units` with ``dimension``. ``sites``: `one_value_sites`. ``months``: `abrupt_months`. ``together``:
    ``ethnic_class``, ``level`` (link class), ``records``. ``patients`` and ``recoverable``: as `decode.patients`
    describes them. ``fields_2021``: as `decode.ethnicity_2021` compares them. ``residual``: as `residual_use` gives it;
    ``no_residual``: why it is not there.
    """

    levels: pd.DataFrame
    units: pd.DataFrame
    sites: pd.DataFrame | None
    months: pd.DataFrame | None
    together: pd.DataFrame | None
    patients: pd.DataFrame | None
    recoverable: pd.DataFrame | None
    fields_2021: pd.DataFrame | None
    residual: pd.DataFrame | None
    no_residual: str


def examine_patients(
    extract: Extract, records: DecodedRecords, patients: int, grouping: str
) -> tuple[pd.DataFrame, pd.DataFrame] | None:
    """Compare the records of each patient; None without a patient key."""
    if extract.patient_key is None or patients == 0:
        return None
    counts = count_patients(records, lowest=LOWEST)
    described = describe_patients(counts.patterns, patients, grouping)
    return described, describe_recoverable(counts.unknown, extract.intake.records_audited)


def examine(
    extract: Extract,
    ethnicity: Dictionary,
    axes: Sequence[Axis],
    outcomes: Sequence[OutcomeFacts],
    cubes: Mapping[Grouping, pd.DataFrame],
    records: DecodedRecords,
    *,
    patients: int,
    grouping: str,
    mapping_2021: Mapping[str, Reading] | None,
    residual: tuple[Mapping[str, float], str],
) -> Examined:
    """Bring everything together for one extract; ``axes`` are those of the spread, one of them ``link_class``."""
    own = [axis for axis in axes if axis.name != "link_class"]
    levels, units, months = examine_spread(spread_levels(own, outcomes, cubes))
    found = examine_patients(extract, records, patients, grouping)
    link = next((axis for axis in axes if axis.name == "link_class"), None)
    fields_2021 = None
    if "ethnicity_2021" in extract.filled:
        tally = engine.tally(extract.table, ["ethnicity_2021", *ethnicity.keys])
        fields_2021 = compare_fields(tally, ethnicity, mapping_2021, grouping)
    usable = code_by_site(ethnicity, usable=True)
    return Examined(
        levels=levels,
        units=units,
        sites=site_fills(ethnicity),
        months=months,
        together=faults_together(cubes, link) if link else None,
        patients=found[0] if found else None,
        recoverable=found[1] if found else None,
        fields_2021=fields_2021,
        residual=residual_use(usable, *residual) if residual[0] else None,
        no_residual="" if residual[0] else residual[1],
    )


def with_patient_key(extract: Extract, chosen: str | None) -> Extract:
    """Tell patients apart by a field of the user's choice, in place of the best that is there."""
    if chosen is None or chosen == extract.patient_key:
        return extract
    if chosen not in extract.filled:
        raise UsageError(
            f"--patient-key {chosen}: no filled column carries that field. Name one with --map {chosen}=COLUMN, "
            "or leave the option out."
        )
    return replace(extract, table=engine.with_patient_key(extract.table, chosen), patient_key=chosen)
