"""The rules on patients: all records of one patient lie in one chunk, so each chunk can be judged alone."""

import numpy as np

from equity_audit.sample.chunk import DAYS, Chunk
from equity_audit.sample.noise import Array
from equity_audit.sample.state import State

_GROUPS = 5  # White to Other: the first five are usable


def count_patient_rules(chunk: Chunk, state: State, groups: Array, link: Array) -> dict[str, dict[str, int]]:
    """Count judged and failed for the rules that compare the records of a patient."""
    patients = len(chunk.people.number)
    usable = state.keyed & (groups < _GROUPS)
    pattern = np.bincount(chunk.patient[usable] * _GROUPS + groups[usable], minlength=patients * _GROUPS)
    pattern = pattern.reshape(patients, _GROUPS)
    several, mixed = pattern.sum(axis=1) >= 2, (pattern > 0).sum(axis=1) > 1
    present = len(np.unique(chunk.patient[state.keyed]))

    unknown = state.keyed & (groups >= _GROUPS)
    recoverable = ((pattern > 0).sum(axis=1) == 1)[chunk.patient]
    judged = int(several.sum())
    rules = {
        "ETH012": {"judged": judged, "failed": int((several & mixed).sum()), "patients": present},
        "ETH018": {"judged": int(unknown.sum()), "failed": int((unknown & recoverable).sum())},
        "ETH019": {"judged": judged, "patients": present, **_count_methods(chunk, state, groups, usable, pattern)},
    }
    return rules | {"DEP015": {"patients": present, **_count_several_quintiles(chunk, state, link)}}


def _count_methods(chunk: Chunk, state: State, groups: Array, usable: Array, pattern: Array) -> dict[str, int]:
    """Count patients whose latest group is not their commonest; those with a tie in either are `tied`.

    Which group wins a tie is not for the sample to say, so the truth is a pair of bounds.
    """
    mixed = np.flatnonzero((pattern > 0).sum(axis=1) > 1)
    of_mixed = usable & np.isin(chunk.patient, mixed)
    patient, group, day = chunk.patient[of_mixed], groups[of_mixed], chunk.day[of_mixed]
    dated = state.date_fault[of_mixed] == 0
    latest = np.full(len(pattern), -1)
    np.maximum.at(latest, patient[dated], day[dated])
    is_latest = dated & (day == latest[patient])
    latest_groups = np.zeros(pattern.shape, dtype=bool)
    latest_groups[patient[is_latest], group[is_latest]] = True
    commonest = pattern == pattern.max(axis=1, keepdims=True)
    undated = np.zeros(len(pattern), dtype=bool)
    undated[patient[~dated]] = True
    clear = (latest_groups.sum(axis=1) == 1) & (commonest.sum(axis=1) == 1) & ~undated
    differ = ~(latest_groups & commonest).any(axis=1)
    return {"failed": int((clear & differ)[mixed].sum()), "tied": int((~clear)[mixed].sum())}


def _count_several_quintiles(chunk: Chunk, state: State, link: Array) -> dict[str, int]:
    """Count patients with two or more linked records on one date, and those whose quintiles then differ."""
    counted = state.keyed & (link < _GROUPS) & (state.date_fault == 0)
    moment = chunk.patient[counted] * DAYS + chunk.day[counted]
    moments, records = np.unique(moment, return_counts=True)
    pairs = np.unique(moment * _GROUPS + link[counted])
    several, quintiles = np.unique(pairs // _GROUPS, return_counts=True)
    return {
        "judged": len(np.unique(moments[records > 1] // DAYS)),
        "failed": len(np.unique(several[quintiles > 1] // DAYS)),
    }
