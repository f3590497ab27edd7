"""The notes a figure may need; each is printed once, on the Notes sheet, and marked where it applies."""

from __future__ import annotations

from equity_audit.disclosure.profiles import load_profile, profile_names
from equity_audit.model import OutcomeFacts, Report
from equity_audit.narrative import NOT_A_RATE

INTERVAL = (
    "Lower and upper limits are the ends of the 95% Wilson interval: the values that the figures fit, chance allowed "
    "for. Several records of one patient are treated as independent, so the true uncertainty is larger."
)
INTERVAL_OF_MEASURES = (
    "Lower and upper limits are 95% intervals by the method that the row names; of bounds they are the lowest and highest that "
    "the figure could be. Repeat patients widen the intervals where the extract has a key."
)
INTERVAL_OF_RATES = (
    "Lower and upper limits of rates are 95% intervals: Byar's for counts, Dobson's for directly standardised rates, wider "
    "where patients are counted several times."
)
PATIENTS = (
    "Patients are distinct patient keys with a record in the group. A patient may stand in several groups, so patients "
    "do not add up to a total; records without a key are not counted as patients."
)
STATEMENT = (
    "Statement on information on health inequalities under section 13SA of the National Health Service Act 2006. A share of "
    "activity stands in place of a rate where the extract has no population; it is said so where it applies."
)
QUINTILES = (
    "Quintiles are fifths of the areas of England by the Index of Multiple Deprivation (IMD): quintile 1 is the most "
    "deprived, quintile 5 the least. They describe areas, not persons. Not linked means that no area could be found, "
    "among them patients with no fixed abode, living overseas or outside England."
)
GROUPS = (
    "Ethnic groups are those of the 2001 census categories, as recorded. Not stated, not known, invalid and "
    "missing are states of the record, not ethnic groups. Ethnicity and deprivation overlap: "
    "neither table allows for the other."
)
MONTHS = "Months are those of the activity date. Dates outside the extract's period are kept as recorded."
PROCESS = (
    "Mean and process limits: where a month is expected to lie if nothing but chance moves it (XmR: mean ± 2.66 × the mean "
    "moving range). They are not intervals of a month's own figure."
)
LINKABLE = (
    "Could be linked: all records but those that no area of England stands for (no fixed abode, living overseas or outside "
    "England), those whose identity is legally withheld, and those with nothing installed to look them up in."
)
SITES = "Sites shared by fewer than 10 patients are counted together as other."
SHAPES = "The shape of a value shows each letter as A and each digit as 9, so that no recorded value is printed."
TOLERANCE = "A rule fails when more records than its tolerance are in fault. A rule without a tolerance allows none."
DIFFERS = (
    "Higher or lower: the 95% interval of the difference from all other known groups (Newcombe) excludes none, and the "
    "difference is clear after allowing for the number of groups compared. Not compared: hidden, too few, or not a group."
)
DIFFERENCE = (
    "A gap is the share in quintile 1 less the share in quintile 5, with a 95% interval. It is worked out from the "
    "figures in this workbook. A gap is called higher or lower where its interval excludes none."
)


def disclosure_note(report: Report) -> str:
    """How counts were hidden and rounded."""
    if report.profile in profile_names():
        profile = load_profile(report.profile)
        return f"Disclosure control, profile {profile.name}: {profile.description} Source: {profile.source}."
    return f"Disclosure control: profile {report.profile}, supplied by the user."


def dimension_notes(dimensions: tuple[str, ...]) -> dict[str, str]:
    """The note that each dimension needs, if any."""
    notes = {"imd_quintile": QUINTILES, "ethnic_group": GROUPS, "month": MONTHS, "site": SITES}
    return {name: notes[name] for name in dimensions if name in notes}


def outcome_note(report: Report, facts: OutcomeFacts) -> str:
    """How an outcome is counted, and what is counted apart from it."""
    apart = next(apart for found, apart in report.outcomes if found.name == facts.name)
    told = "; ".join(
        f"{reason} {f'{cell.value:,}' if cell.value is not None else f'[{cell.marker}]'}" for reason, cell in apart
    )
    caution = NOT_A_RATE.get(facts.name, "")
    start = f"{facts.label}: {facts.description}"
    if caution and "not a rate" not in start:
        start = f"{start} {caution}"
    return f"{start} Counted apart (records): {told}." if told else start
