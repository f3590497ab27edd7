"""The nouns that flow through an audit. All frozen: no stage changes its input.

source → Extract → Tally → Dictionary → Finding → Cube → Audit → (disclosure control) → Report → outputs
Past 300 lines: all nouns, and nothing else, so that each is found here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import pandas as pd

Outcome = Literal["pass", "fail", "not_judged", "error"]
Severity = Literal["error", "warning", "info"]
Unit = Literal["records", "patients", "extract"]


@dataclass(frozen=True, kw_only=True)
class Rejection:
    """Why records were not audited: a reason in words, how many, and the first few line numbers (rows of a sheet)."""

    reason: str
    records: int
    lines: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Intake:
    """The receipt for an extract: every record read is either audited or rejected.

    ``rejected_positions`` are the places of rejected records among all read, counted from 1, in order.
    """

    records_read: int
    records_audited: int
    rejections: tuple[Rejection, ...] = ()
    format: str
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    remarks: tuple[str, ...] = ()
    rejected_positions: tuple[int, ...] = ()

    @property
    def records_rejected(self) -> int:
        """Records read but not audited."""
        return sum(rejection.records for rejection in self.rejections)


@dataclass(frozen=True, kw_only=True)
class FieldMapping:
    """Which column of the extract carries which canonical field, and which columns were passed over."""

    dataset: str
    columns: Mapping[str, str]
    unused: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    blank: tuple[str, ...] = ()

    @property
    def filled(self) -> frozenset[str]:
        """Canonical fields whose column holds something."""
        return frozenset(self.columns) - frozenset(self.blank)


@dataclass(frozen=True, kw_only=True)
class Extract:
    """Raw text columns bound to canonical field names, held by an engine."""

    table: Any
    mapping: FieldMapping
    intake: Intake
    patient_key: str | None

    @property
    def fields(self) -> frozenset[str]:
        """Canonical fields that have a column."""
        return frozenset(self.mapping.columns)

    @property
    def filled(self) -> frozenset[str]:
        """Canonical fields whose column holds something."""
        return self.mapping.filled


@dataclass(frozen=True, kw_only=True)
class Dictionary:
    """What each distinct raw value (or combination) means.

    ``frame`` has the raw ``keys`` columns as tallied, ``records``, and the decoded columns.
    """

    subject: str
    keys: tuple[str, ...]
    frame: pd.DataFrame


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One rule of the catalogue, as its file states it."""

    code: str
    title: str
    rule_set: str
    severity: Severity
    unit: Unit
    subject: str
    check: str
    params: Mapping[str, Any]
    applies_when: tuple[Mapping[str, Any], ...]
    tolerance: float | None
    why: str
    fix: str
    source: str
    since: str
    examples: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What a rule found: ``judged`` + ``not_judged`` is every record (patient, or extract row) there is."""

    rule: Rule
    outcome: Outcome
    judged: int
    failed: int
    not_judged: int
    why_not_judged: str | None = None
    tolerance: float | None = None

    @property
    def rate(self) -> float | None:
        """Failed as a share of judged; None where nothing was judged."""
        return self.failed / self.judged if self.judged else None


@dataclass(frozen=True, kw_only=True)
class Breakdown:
    """Counts by group. ``frame`` has the dimension labels, ``numerator`` and ``denominator`` (integers).

    ``outcome`` None: the numerator is the group, the denominator everyone, the value a share.
    """

    id: str
    title: str
    unit: str
    outcome: str | None
    dimensions: tuple[str, ...]
    frame: pd.DataFrame


@dataclass(frozen=True, kw_only=True)
class OutcomeFacts:
    """How an outcome of this extract is counted, and what was left outside the figure.

    ``not_applied`` names what should be left apart and is not, because the column that tells it is missing or blank.
    ``least``: where patients are counted, how many records in twelve months make one count. ``of_age``: the numerator is an
    age, so no figure of it can allow for age.
    """

    name: str
    label: str
    description: str
    noun: str
    polarity: str
    headline: bool
    apart: Mapping[str, int]
    unit: str = "records"
    not_applied: tuple[str, ...] = ()
    least: int | None = None
    of_age: bool = False


@dataclass(frozen=True, kw_only=True)
class ComparisonData:
    """What the comparison of one outcome by one dimension rests on, beside its published counts.

    ``strata``: exact ``group``, ``stratum``, ``numerator``, ``denominator``, or None without age or sex; ``effects``: design
    effect of repeat patients by group; ``coded``: labels that are compared, in order; ``counted``: records or patients.
    """

    outcome: str
    dimension: str
    polarity: str
    headline: bool
    coded: tuple[str, ...]
    strata: pd.DataFrame | None
    effects: Mapping[str, float]
    keyed: bool
    counted: str = "records"


@dataclass(frozen=True, kw_only=True)
class PopulationFacts:
    """The population that rates by one dimension are of; or, with ``refused``, why there are none.

    Published numbers of people, not of patients: ``groups`` are (label, people). ``ages_to`` is where the last band begins.
    """

    dimension: str
    name: str
    vintage: str
    people: int = 0
    areas: int | None = None
    by_sex: bool = True
    ages_to: int = 90
    groups: tuple[tuple[str, int], ...] = ()
    refused: str | None = None
    caution: str | None = None


@dataclass(frozen=True, kw_only=True)
class RateData:
    """What the rates of one outcome by one dimension rest on.

    ``events``: exact ``group`` and ``events`` among the people of the population. ``strata``: the same events by ``group``,
    ``age_band``, ``sex``, where both are known. ``population``: ``group``, ``age_band``, ``sex``, ``population``.
    ``effects``: by how much repeat patients widen the variance of each group's events; empty without a patient key.
    """

    outcome: str
    dimension: str
    events: pd.DataFrame
    strata: pd.DataFrame
    population: pd.DataFrame
    effects: Mapping[str, float]


@dataclass(frozen=True, kw_only=True)
class Run:
    """What was run, on what, against what. Holds no file name, no hash and no value of the extract."""

    id: str
    started: str
    finished: str
    label: str
    dataset: str
    dataset_title: str
    mapping: FieldMapping
    references: tuple[Mapping[str, Any], ...]
    rules_version: str
    version: str
    ethnic_grouping: str


@dataclass(frozen=True, kw_only=True)
class Audit:
    """Everything found, exact. Never written anywhere: only disclosure control may read it."""

    run: Run
    intake: Intake
    findings: tuple[Finding, ...]
    ethnicity: Mapping[str, Any]
    deprivation: Mapping[str, Any]
    breakdowns: tuple[Breakdown, ...]
    outcomes: tuple[OutcomeFacts, ...]
    comparisons: tuple[ComparisonData, ...]
    shapes: Mapping[str, Sequence[tuple[str, int]]]
    notes: tuple[str, ...]
    hints: tuple[str, ...]
    # Exact counts beyond the classes (`ethnic_facts.details_of`): nothing writes them until they are protected.
    ethnicity_details: Mapping[str, Any] = field(default_factory=dict)
    deprivation_details: Mapping[str, Any] = field(default_factory=dict)
    populations: tuple[PopulationFacts, ...] = ()
    rates: tuple[RateData, ...] = ()
    # Records by month of the census that a waiting list is of, where the activity has no date.
    census_months: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Cell:
    """A released number, or the marker that stands in its place.

    Markers: ``c`` hidden to protect confidentiality, ``low`` rounds to zero but is not zero, ``u`` too few to give a
    share, ``x`` not available, ``z`` not applicable.
    """

    value: float | int | None
    marker: str | None = None


@dataclass(frozen=True, kw_only=True)
class TableRow:
    """One row of a released breakdown."""

    labels: tuple[str, ...]
    numerator: Cell
    denominator: Cell
    value: Cell
    lower: Cell
    upper: Cell


@dataclass(frozen=True, kw_only=True)
class ReleasedTable:
    """A breakdown that may be written."""

    id: str
    title: str
    unit: str
    outcome: str | None
    dimensions: tuple[str, ...]
    rows: tuple[TableRow, ...]


@dataclass(frozen=True, kw_only=True)
class ReleasedFinding:
    """A rule's result that may be written."""

    rule: Rule
    outcome: Outcome
    judged: Cell
    failed: Cell
    not_judged: Cell
    rate: Cell
    tolerance: float | None
    why_not_judged: str | None


@dataclass(frozen=True, kw_only=True)
class ReleasedMeasure:
    """A measure of a comparison: proportions unless its name says otherwise.

    ``group`` and ``against`` say what is compared; ``differs`` whether the difference may be claimed.
    """

    measure: str
    outcome: str
    dimension: str
    estimate: float | None
    lower: float | None
    upper: float | None
    level: float
    method: str
    n: Cell
    reason_withheld: str | None
    group: str | None = None
    against: str | None = None
    differs: bool | None = None


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """How far one comparison can be trusted."""

    subject: str
    verdict: Literal["act", "care", "do_not_use"]
    sentence: str
    because: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Report:
    """What disclosure control has passed: the only thing a writer ever sees."""

    run: Run
    profile: str
    exact: bool
    internal_name: str | None
    rejections: tuple[tuple[str, Cell], ...]
    rejected_lines: Mapping[str, tuple[int, ...]]
    records_read: Cell
    records_audited: Cell
    records_rejected: Cell
    format: str
    encoding: str | None
    remarks: tuple[str, ...]
    findings: tuple[ReleasedFinding, ...]
    ethnicity: Mapping[str, Any]
    deprivation: Mapping[str, Any]
    tables: tuple[ReleasedTable, ...]
    measures: tuple[ReleasedMeasure, ...]
    verdicts: tuple[Verdict, ...]
    outcomes: tuple[tuple[OutcomeFacts, tuple[tuple[str, Cell], ...]], ...]
    shapes: Mapping[str, tuple[tuple[str, Cell], ...]]
    notes: tuple[str, ...]
    hints: tuple[str, ...]
    # `Audit.ethnicity_details` and `Audit.deprivation_details` with a `Cell` in place of each count.
    ethnicity_details: Mapping[str, Any] = field(default_factory=dict)
    deprivation_details: Mapping[str, Any] = field(default_factory=dict)
    populations: tuple[PopulationFacts, ...] = ()
    internal: bool = False  # made under a profile that is for internal use only
    census_months: tuple[str, ...] = ()  # months (2025-03) that a waiting list is of, in order
