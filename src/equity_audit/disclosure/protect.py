"""The only door from an Audit to a Report: every count of a run passes here together, and is attacked before it leaves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from equity_audit.decode.dimensions import FEWEST_PATIENTS
from equity_audit.disclosure.auditor import hide_until_safe
from equity_audit.disclosure.derive import comparisons_of, completeness_verdicts
from equity_audit.disclosure.exact import exact_hidden
from equity_audit.disclosure.gather import gather
from equity_audit.disclosure.hiding import own_sake
from equity_audit.disclosure.ledger import READ, RECORDS, Count, Ledger
from equity_audit.disclosure.naming import placed
from equity_audit.disclosure.previous import Previous
from equity_audit.disclosure.profiles import Profile
from equity_audit.disclosure.rates import enter_rates, released_rates
from equity_audit.disclosure.release import shown_total
from equity_audit.disclosure.released import Released, everyone_shown
from equity_audit.disclosure.sensitive import without_sensitive
from equity_audit.disclosure.sparse import without_sparse
from equity_audit.model import Audit, Cell, Report
from equity_audit.verdict_settings import Thresholds

FEWEST = 600  # counts of which the fewest to hide are proved; beyond, each is hidden by the cheapest way out


def protect(
    audit: Audit,
    profile: Profile,
    internal_name: str | None = None,
    previous: Previous | None = None,
    thresholds: Thresholds | None = None,
) -> Report:
    """Everything of an audit that may be written under a profile.

    ``previous`` is an earlier release that its readers have; ``thresholds`` say when a comparison may be used. Raises
    DisclosureError, naming the table, where no pattern of hidden counts withstands the auditor.
    """
    audit = without_sparse(without_sensitive(audit, profile), profile)
    ledger = gather(audit, audit.breakdowns)
    hidden = hidden_counts(ledger, profile, previous)
    if audit.rates:
        # The tables first: rates show what these leave.
        hidden = enter_rates(ledger, audit.rates, hidden, profile, previous)
    units = {outcome.name: outcome.unit for outcome in audit.outcomes}
    released = Released(ledger, hidden, _totals(ledger, hidden, profile, audit), profile, units)
    return _report(audit, released, profile, internal_name, thresholds or Thresholds())


def hidden_counts(ledger: Ledger, profile: Profile, previous: Previous | None = None) -> frozenset[Count]:
    """The counts hidden in every table of the run, proved enough by the auditor."""
    if profile.primary is None:
        return frozenset()
    hidden = own_sake(ledger, profile)
    before = previous.ranges(ledger) if previous else {}
    if previous:
        hidden |= previous.to_hide(ledger, hidden, profile)
    if profile.exact and len(ledger.counts) <= FEWEST:
        hidden = exact_hidden(ledger, hidden, profile, before)
    return frozenset(hide_until_safe(ledger, hidden, profile, before))


def _may_be_named(records: int, profile: Profile) -> bool:
    """Whether a month may stand without its count: as many share it as share the name of a site."""
    return records >= FEWEST_PATIENTS and not profile.hides(records)


def _totals(ledger: Ledger, hidden: frozenset[Count], profile: Profile, audit: Audit) -> Mapping[Count, Cell]:
    if not profile.round_to:
        return {}
    everyone = everyone_shown(ledger, hidden, profile)
    released = Released(ledger, hidden, {}, profile, {})
    rejected = [released.cell(placed("rejected", each.reason)) for each in audit.intake.rejections]
    return {ledger.find(RECORDS): everyone, ledger.find(READ): shown_total([everyone, *rejected])}


def _report(audit: Audit, released: Released, profile: Profile, internal_name: str | None, at: Thresholds) -> Report:
    intake = audit.intake
    rejections = tuple((each.reason, released.cell(placed("rejected", each.reason))) for each in intake.rejections)
    rejected = shown_total(cell for _, cell in rejections)
    ethnicity = released.facts("ethnicity", audit.ethnicity)
    deprivation = released.facts("deprivation", audit.deprivation)
    tables = tuple(released.table(breakdown) for breakdown in audit.breakdowns)
    findings = tuple(released.finding(finding) for finding in audit.findings)
    measures, verdicts = comparisons_of(audit.comparisons, tables, findings, profile, at)
    return Report(
        run=audit.run,
        profile=profile.name,
        exact=profile.primary is None,
        internal=profile.internal,
        internal_name=internal_name,
        records_read=released.cell(READ),
        records_audited=released.cell(RECORDS),
        records_rejected=rejected,
        rejections=rejections,
        # How many line numbers there are tells the count that is hidden.
        rejected_lines={each.reason: each.lines for each in intake.rejections} if profile.primary is None else {},
        format=intake.format,
        encoding=intake.encoding,
        remarks=intake.remarks,
        findings=findings,
        ethnicity=ethnicity,
        deprivation=deprivation,
        tables=tables,
        measures=(*measures, *released_rates(audit.rates, audit.populations, released)),
        populations=audit.populations,
        verdicts=(*completeness_verdicts(ethnicity, deprivation, findings, at), *verdicts),
        outcomes=tuple(
            # The facts of an outcome hold exact counts of what was left apart: a writer has no use for them.
            (
                replace(each, apart={}),
                tuple((why, released.cell(placed(f"apart:{each.name}", why))) for why in each.apart),
            )
            for each in audit.outcomes
        ),
        shapes={
            code: tuple((shape, released.cell(placed(f"shape:{code}", shape))) for shape, _ in shapes)
            for code, shapes in audit.shapes.items()
        },
        notes=(*audit.notes, at.sentence()) if verdicts else audit.notes,
        hints=audit.hints,
        census_months=tuple(month for month, records in audit.census_months.items() if _may_be_named(records, profile)),
        ethnicity_details=released.facts("ethnicity_details", audit.ethnicity_details),
        deprivation_details=released.facts("deprivation_details", audit.deprivation_details),
    )
