"""The whole audit on one page: read, tally, decode, judge, count. Nothing here knows how.

Past 300 lines with the request and its axes, so that the order of the stages is read in one place.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from equity_audit import __version__, engine
from equity_audit.breakdowns import CORE20, Axis, groupings_for, make_breakdowns
from equity_audit.collapse import collapse_notes, with_collapsed
from equity_audit.comparing import SCALES, comparison_data, comparison_groupings
from equity_audit.cube import DecodedRecords, Grouping, cube, decode_records
from equity_audit.datasets import Dataset
from equity_audit.datasets.definitions import OutcomeDefinition
from equity_audit.decode.declared import declare_scheme, read_mapping
from equity_audit.decode.dimensions import (
    FEWEST_PATIENTS,
    Dimension,
    age_dimension,
    label_dimension,
    month_counts,
    month_dimension,
    sex_dimension,
)
from equity_audit.decode.ethnicity import decode_ethnicity
from equity_audit.decode.geography import LINK_CLASSES
from equity_audit.decode.grouping import group_labels
from equity_audit.decode.labels import QUINTILES
from equity_audit.decode.patients import with_ranks
from equity_audit.decode.residence import RESIDENCES, with_residence
from equity_audit.ethnic_facts import details_of, patient_facts
from equity_audit.ethnic_settings import EthnicSettings
from equity_audit.ethnic_spread import spread_dimensions, spread_groupings, with_link_codes
from equity_audit.ethnic_subjects import examined_subjects
from equity_audit.examine import Examined, examine, with_patient_key
from equity_audit.fields import IDENTITY_BLANK, LOCATION_FIELDS
from equity_audit.linkage import CROWD, MOVED, Linkage, link, patients_of, run_references
from equity_audit.linkage_facts import linkage_details, linkage_notes
from equity_audit.linkage_subjects import LINK_COLUMN, linkage_groupings, linkage_levels, linkage_subjects
from equity_audit.model import Audit, Dictionary, Extract, OutcomeFacts, Rule, Run
from equity_audit.narrative import population_sentence
from equity_audit.outcomes import tell_outcomes
from equity_audit.population_rates import (
    BAND,
    INSIDE,
    Base,
    base_references,
    find_bases,
    mark_inside,
    rate_data,
    rate_groupings,
)
from equity_audit.reading import read_extract
from equity_audit.redact import redact_text
from equity_audit.reference.imd import ImdTable
from equity_audit.reference.store import list_entries
from equity_audit.residual import residual_reference
from equity_audit.rules import judge, load_rules
from equity_audit.subjects import subjects_of
from equity_audit.summaries import (
    QUICK,
    date_notes,
    deprivation_facts,
    ethnicity_facts,
    ethnicity_notes,
    hints_for,
    notes_for,
    shapes_of,
)
from equity_audit.worklist import DEFAULT_KEYS, WorkList, write_worklist
from equity_audit.workspace import private_folder

# What a quick audit judges: records and the extract as such, not how a patient's records agree, and no spread.
_QUICK_SUBJECTS = (
    "ethnicity", "ethnicity_schemes", "ethnicity_summary", "geography", "linkage_summary", "lsoa_vintage", "imd_direction",
    "imd_scale", "reference", "mapping", "intake",
)  # fmt: skip
MAPPING_OPTION = "--ethnicity-2021-mapping"


@dataclass(frozen=True, kw_only=True)
class Request:
    """What to audit, against what, and with which settings."""

    extract: Path
    reference: Path
    rules: tuple[Rule, ...] = field(default_factory=load_rules)
    edition: str | None = None
    compare_edition: str | None = None
    warehouse_edition: ImdTable | None = None
    dataset: str | None = None
    overrides: Mapping[str, str] = field(default_factory=dict)
    sheet: str | None = None
    census: str | None = None
    outcomes: tuple[OutcomeDefinition, ...] = ()
    label: str | None = None
    memory_limit: str = "2GB"
    ethnic_grouping: str = "2001"
    ethnic: EthnicSettings = field(default_factory=EthnicSettings)
    tolerances: Mapping[str, float] = field(default_factory=dict)
    worklist: WorkList | None = None
    quick: bool = False
    last_run_shares: Mapping[str, float] = field(default_factory=dict)
    site_postcodes: tuple[str, ...] = ()


def run_audit(request: Request) -> Audit:
    """Audit one extract. Raises UsageError and DataError; faults in the data are findings."""
    started = datetime.now(UTC)
    _check_files(request)
    with private_folder() as workspace:
        backend = engine.open_embedded(workspace, request.memory_limit)
        extract, dataset = read_extract(
            request.extract, workspace, backend,
            dataset=request.dataset, overrides=request.overrides, sheet=request.sheet,
            wanted=(*request.worklist.keys, *DEFAULT_KEYS) if request.worklist else (), quick=request.quick,
        )  # fmt: skip
        audit = audit_extract(
            with_patient_key(extract, request.ethnic.patient_key),
            dataset,
            request,
            started,
            partial(engine.forget, backend),
        )
        backend.disconnect()
    return audit


def _check_files(request: Request) -> None:
    """Refuse a mapping that cannot be read before minutes go into the extract."""
    declare_scheme(request.ethnic.scheme)
    if request.ethnic.mapping_2021:
        read_mapping(Path(request.ethnic.mapping_2021), MAPPING_OPTION)


def audit_extract(
    extract: Extract, dataset: Dataset, request: Request, started: datetime, forget: Callable[[], None] | None = None
) -> Audit:
    """Tally, decode, judge and count an extract that an engine holds; ``forget`` lets go of its text when it was read."""
    people = engine.number_patients(extract.table) if extract.patient_key else None
    ethnicity, schemes = _ethnicity(extract, request)
    geography_tally = _tally_geography(extract)
    linkage = link(
        extract, geography_tally, request.reference, edition=request.edition, compare=request.compare_edition,
        given=request.warehouse_edition, site_postcodes=request.site_postcodes,
    )  # fmt: skip
    choice, geography = (
        linkage.choice,
        with_residence(with_link_codes(linkage.dictionary)) if linkage.dictionary else None,
    )
    extract, outcomes = tell_outcomes(extract, dataset, request.outcomes, request.census)
    tallied = [*([ethnicity] if ethnicity else []), *outcomes.dictionaries]
    dimensions = _dimensions(extract, people, tallied)
    census = _census_months(extract, tallied)

    deep = not request.quick
    more = spread_dimensions(extract, people, tallied) if deep else []
    dimensions += [d for d in more if d.name == "specialty_code"]
    more = [d for d in more if d not in dimensions] if ethnicity else []
    axes = _axes(ethnicity, geography, dimensions, request.ethnic.groups, linkage.compared)
    # Five-year bands and areas are asked of the engine where a population is installed, and not otherwise.
    bases, populations = find_bases(
        request.reference, choice.edition if deep else None, geography if deep else None, axes,
        grouping=request.ethnic_grouping, groups=request.ethnic.groups,
    )  # fmt: skip
    geography = mark_inside(geography, bases) if geography else None
    facts, by_record = outcomes.facts, tuple(fact for fact in outcomes.facts if fact.least is None)
    shown = [*axes, *(_RESIDENCE if geography else ())]
    spread = [*axes, *_spread_axes(geography, more)] if ethnicity and deep else []
    dictionaries = [
        *(d for d in (ethnicity, geography) if d), *(d.dictionary for d in (*dimensions, *more)), *outcomes.dictionaries,
    ]  # fmt: skip
    keyed = extract.patient_key is not None
    names = [fact.name for fact in facts]
    # Without the axes of age and sex nothing is standardised: the crude figures are the same.
    compared = axes if deep else [axis for axis in axes if axis.name in SCALES]
    groupings = [
        *groupings_for(shown, facts, narrow=request.quick),
        *comparison_groupings(compared, facts, keyed=keyed),
        *spread_groupings(spread, by_record if spread else ()),
        *(linkage_groupings(axes) if geography and deep else ()),
        *([_EDITION_EFFECT, MOVED] if linkage.compared else ()),
        *([CROWD] if deep and geography and keyed else ()),
        *rate_groupings(bases, axes, facts, keyed=keyed),
    ]
    decoded = _decoded_columns(dictionaries, groupings, deep=deep)
    records = decode_records(extract.table, dictionaries, decoded, people)
    if forget and not request.worklist and not (deep and "ethnicity_2021" in extract.filled):
        forget()
    cubes = cube(records, dict.fromkeys(groupings), varying=(*_OF_RECORDS, BAND, INSIDE, *_SPREAD_ONLY, *names))
    everyone = cubes[Grouping(columns=(), patients=True)].iloc[0]
    examined = _examine(extract, ethnicity, geography, spread, by_record, cubes, records, request) if deep else None
    linkage = patients_of(linkage, extract, cubes, records) if deep else linkage
    records.release()

    levels = linkage_levels(axes if deep else [], cubes)
    subjects = subjects_of(extract, ethnicity, schemes, geography, linkage.tables)
    subjects |= linkage_subjects(linkage, extract, levels, int(everyone["patients"]))
    subjects |= examined_subjects(
        examined, extract.intake.records_audited, int(everyone["patients"]), dated="activity_date" in extract.filled
    )
    rules = tuple(rule for rule in request.rules if deep or rule.subject in _QUICK_SUBJECTS)
    findings = judge(rules, subjects, request.tolerances)
    if request.worklist:
        write_worklist(request.worklist, extract, [d for d in (ethnicity, geography) if d], subjects, request.rules)

    breakdowns = with_collapsed(make_breakdowns(shown, facts, cubes, narrow=request.quick), facts)
    return Audit(
        run=_run(extract, dataset, request, linkage, started, bases),
        intake=extract.intake,
        findings=findings,
        ethnicity=ethnicity_facts(ethnicity, everyone, patient_facts(examined.patients if examined else None))
        if ethnicity
        else {},
        deprivation=deprivation_facts(geography, choice) if geography else {},
        breakdowns=breakdowns,
        outcomes=facts,
        comparisons=comparison_data(compared, facts, cubes, keyed=keyed),
        shapes=shapes_of(ethnicity, geography),
        notes=(
            *(() if deep else (QUICK,)),
            *notes_for(extract, choice),
            *date_notes(extract, (*(d.dictionary for d in dimensions), *outcomes.dictionaries)),
            *linkage_notes(linkage, extract),
            *_ethnic_notes(request, ethnicity),
            *collapse_notes(breakdowns),
            *(population_sentence(each) for each in populations if facts or each.refused is not None),
        ),
        hints=hints_for(extract, choice, geography),
        ethnicity_details=_details(examined, ethnicity, axes, request),
        deprivation_details=linkage_details(linkage, levels, cubes.get(_EDITION_EFFECT), cubes.get(MOVED)),
        populations=populations,
        rates=rate_data(bases, axes, facts, cubes, keyed=keyed),
        census_months=census,
    )


def _ethnicity(extract: Extract, request: Request) -> tuple[Dictionary | None, pd.DataFrame | None]:
    if "ethnicity" not in extract.fields:
        return None, None
    keys = [name for name in ("ethnicity", "site") if name in extract.fields]
    ethnicity, schemes = decode_ethnicity(
        engine.tally(extract.table, keys), grouping=request.ethnic_grouping, groups=request.ethnic.groups,
        declared=declare_scheme(request.ethnic.scheme),
    )  # fmt: skip
    return with_ranks(ethnicity), schemes


def _examine(
    extract: Extract,
    ethnicity: Dictionary | None,
    geography: Dictionary | None,
    axes: list[Axis],
    outcomes: tuple[OutcomeFacts, ...],
    cubes: Mapping[Grouping, pd.DataFrame],
    records: DecodedRecords,
    request: Request,
) -> Examined | None:
    if ethnicity is None:
        return None
    mapping = request.ethnic.mapping_2021
    return examine(
        extract, ethnicity, axes, outcomes, cubes, records,
        patients=int(cubes[Grouping(columns=(), patients=True)].iloc[0]["patients"]),
        grouping=request.ethnic_grouping,
        mapping_2021=read_mapping(Path(mapping), MAPPING_OPTION) if mapping else None,
        residual=residual_reference(
            request.ethnic.residual, list_entries(request.reference), geography, request.last_run_shares
        ),
    )  # fmt: skip


def _details(
    examined: Examined | None, ethnicity: Dictionary | None, axes: list[Axis], request: Request
) -> Mapping[str, Any]:
    if examined is None or ethnicity is None:
        return {}
    sites = next((axis.labels for axis in axes if axis.name == "site"), ("all",))
    return details_of(examined, ethnicity, sites, request.ethnic_grouping, request.ethnic.dqmi_default_threshold)


def _ethnic_notes(request: Request, ethnicity: Dictionary | None) -> tuple[str, ...]:
    return ethnicity_notes(request.ethnic_grouping, request.ethnic.groups, request.ethnic.scheme) if ethnicity else ()


def _tally_geography(extract: Extract) -> pd.DataFrame | None:
    keys = [name for name in (*LOCATION_FIELDS, "withheld_reason", IDENTITY_BLANK) if name in extract.table.columns]
    return engine.tally(extract.table, keys) if set(keys) & set(LOCATION_FIELDS) else None


def _dimensions(extract: Extract, people: engine.People | None, finer: Sequence[Dictionary]) -> list[Dimension]:
    table, found = extract.table, []
    if "sex" in extract.filled:
        found.append(sex_dimension(engine.tally(table, ["sex"], finer=finer)))
    if "age" in extract.filled:
        found.append(age_dimension(engine.tally(table, ["age"], finer=finer)))
    elif {"birth_date", "activity_date"} <= extract.filled:
        found.append(age_dimension(engine.tally(table, ["activity_date", "birth_date"], finer=finer)))
    if "activity_date" in extract.filled:
        found.append(month_dimension(engine.tally(table, ["activity_date"], finer=finer)))
    if "site" in extract.filled:
        found.append(label_dimension(engine.tally_shared(table, "site", people, FEWEST_PATIENTS, finer), "site"))
    return found


def _census_months(extract: Extract, finer: Sequence[Dictionary]) -> dict[str, int]:
    """The period of a waiting list, whose pathways have no date of activity."""
    if "week_ending" not in extract.filled or "activity_date" in extract.filled:
        return {}
    return month_counts(engine.tally(extract.table, ["week_ending"], finer=finer), "week_ending")


def _axes(
    ethnicity: Dictionary | None,
    geography: Dictionary | None,
    dimensions: list[Dimension],
    groups: int,
    compared: ImdTable | None,
) -> list[Axis]:
    axes = []
    if geography:
        axes.append(
            Axis(name="imd_quintile", column="quintile_code", labels=QUINTILES, show_empty=True, title="IMD quintile")
        )
    if ethnicity:
        labels = group_labels(groups)
        axes.append(
            Axis(name="ethnic_group", column="ethnic_group", labels=labels, show_empty=True, title="ethnic group")
        )
    if compared is not None and geography:
        title = f"IMD {compared.edition} quintile"
        column = "quintile_compared_code"
        axes.append(Axis(name="imd_quintile_compared", column=column, labels=QUINTILES, show_empty=True, title=title))
    names = {
        "sex_code": "sex", "age_code": "age_band", "month_code": "month", "site_code": "site", "specialty_code": "specialty",
    }  # fmt: skip
    axes += [
        Axis(
            name=names[d.name], column=d.name, labels=d.labels, show_empty=False, title=names[d.name].replace("_", " ")
        )
        for d in dimensions
    ]
    return axes


# Core20 follows from the quintile, and the nation is of outcomes only: neither is compared or judged by itself.
_RESIDENCE = (
    Axis(name="core20", column="core20_code", labels=CORE20, show_empty=True, title="Core20"),
    Axis(name="residence", column="residence_code", labels=RESIDENCES, show_empty=False, title="nation of residence"),
)
_EDITION_EFFECT = Grouping(columns=("quintile_code", "quintile_compared_code"), patients=True)
_SPREAD_ONLY = (LINK_COLUMN, "ethnic_class_code", "link_class_code", "specialty_code", "route_code")
_OF_RECORDS = ("month_code", "site_code", "crowd_code", "moved_code")
# What is asked of each patient's records together, besides what is counted by.
OF_PATIENTS = ("ethnic_rank", "ethnic_high_group", "ethnic_class_code", "day", "site_code", "linked_quintile")


def _spread_axes(geography: Dictionary | None, dimensions: list[Dimension]) -> list[Axis]:
    names = {"route_code": "admission_route"}
    axes = [
        Axis(
            name=names[d.name], column=d.name, labels=d.labels, show_empty=False, title=names[d.name].replace("_", " ")
        )
        for d in dimensions
    ]
    if geography:
        axes.append(
            Axis(name="link_class", column="link_class_code", labels=LINK_CLASSES, show_empty=False, title="link class")
        )
    return axes


def _decoded_columns(
    dictionaries: Iterable[Dictionary], groupings: Iterable[Grouping], *, deep: bool
) -> dict[str, list[str]]:
    """The decoded columns of each dictionary that something is counted by: no others are joined to the records."""
    wanted = {name for each in groupings for name in (*each.columns, each.patterns or "", (each.often or ("",))[0])}
    wanted |= set(OF_PATIENTS) if deep else set()
    return {each.subject: [name for name in each.frame if name in wanted - set(each.keys)] for each in dictionaries}


def _run(
    extract: Extract, dataset: Dataset, request: Request, linkage: Linkage, started: datetime, bases: tuple[Base, ...]
) -> Run:
    return Run(
        id=str(uuid.uuid4()),
        started=started.isoformat(timespec="seconds"),
        finished=datetime.now(UTC).isoformat(timespec="seconds"),
        label=redact_text(request.label or dataset.title),
        dataset=dataset.name,
        dataset_title=dataset.title,
        mapping=extract.mapping,
        references=(*run_references(linkage), *base_references(bases)),
        rules_version=__version__,
        version=__version__,
        ethnic_grouping=request.ethnic_grouping,
    )
