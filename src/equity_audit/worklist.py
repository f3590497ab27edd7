"""The work list: which records to mend, for the staff who mend them. The one output that holds identifiers.

It is made only when asked for by name, says who it is for and when it is to be deleted, leaves out records whose identity
is withheld and those of sensitive services, and never suggests an ethnic code: staff ask the patient.
"""

from __future__ import annotations

import csv
import hmac
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from equity_audit import engine
from equity_audit.decode.places import by_distinct, tidy
from equity_audit.decode.postcodes import suggest_postcode
from equity_audit.errors import UsageError
from equity_audit.fields import FIELDS, IDENTITY_BLANK
from equity_audit.files import write_whole
from equity_audit.model import Dictionary, Extract, Rule
from equity_audit.rules import Subject, failing

KEY_VARIABLE = "EQUITY_AUDIT_KEY"
KEPT_DAYS = 30
DEFAULT_KEYS = ("record_key", "local_patient_id")
# Treatment function 360 is genitourinary medicine: that someone was there is itself an identity.
SENSITIVE_SERVICES = ("360",)
_SUBJECTS = ("ethnicity", "geography")
_WORST = {"error": 0, "warning": 1, "info": 2}
_GUARDED = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, kw_only=True)
class WorkList:
    """What is asked for: where to, which keys name a record, for whom, why, until when."""

    path: Path
    keys: tuple[str, ...] = ()
    recipient: str = "the data quality team"
    purpose: str = "to correct ethnicity and address recording"
    delete_by: date | None = None
    pseudonymise: bool = False
    sensitive: tuple[str, ...] = SENSITIVE_SERVICES

    def check(self) -> None:
        """Refuse unknown keys, a missing folder, or pseudonyms without a key, before any work is done."""
        for name in self.keys:
            if name not in FIELDS:
                raise UsageError(f"--worklist-keys: there is no field called {name}. Fields: {', '.join(FIELDS)}.")
        if self.path.suffix.lower() != ".csv":
            raise UsageError("--worklist writes CSV: give a name that ends in .csv.")
        if not self.path.parent.is_dir():
            raise UsageError("--worklist: the folder does not exist. Make it first, or give another path.")
        if self.pseudonymise and len(os.environ.get(KEY_VARIABLE, "")) < 16:
            raise UsageError(
                f"--pseudonymise needs a secret of at least 16 characters in the environment variable {KEY_VARIABLE}: "
                "without one, anybody could work out the number behind a pseudonym."
            )


def write_worklist(
    worklist: WorkList,
    extract: Extract,
    dictionaries: Iterable[Dictionary],
    subjects: Mapping[str, Subject],
    rules: Sequence[Rule],
) -> int:
    """Stream the records that fail to ``worklist.path`` (0600), by site and rule; returns how many there are."""
    told = {rule.code: rule for rule in rules if rule.severity != "info" and rule.unit == "records"}
    marked = [_mark(each, subjects, told) for each in dictionaries if each.subject in _SUBJECTS]
    marked = [(dictionary, reasons) for dictionary, reasons in marked if len(reasons) > 1]
    keys = _keys(worklist, extract)
    site = [name for name in ("site",) if name in extract.fields]
    written = 0

    def write(part: Path) -> None:
        nonlocal written
        with part.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerows([[line] for line in _preamble(worklist)])
            writer.writerow(["record_number", *keys, *site, "rules", "what_to_do", "suggested_postcode"])
            for batch in _batches(worklist, extract, marked, [*dict.fromkeys([*keys, *site])]):
                rows = _rows(worklist, batch, marked, keys, site, extract.intake.rejected_positions)
                writer.writerows(rows)
                written += len(rows)

    write_whole(worklist.path, write)
    return written


def _mark(
    dictionary: Dictionary, subjects: Mapping[str, Subject], told: Mapping[str, Rule]
) -> tuple[Dictionary, list[Any]]:
    """The dictionary with one number a row, and for each number what fails there: (codes, what to do, postcode meant)."""
    subject = subjects[dictionary.subject]
    masks = failing(told.values(), subject) if subject.frame is not None else {}
    ordered = sorted(masks, key=lambda code: (_WORST[told[code].severity], code))
    frame = dictionary.frame
    meant = pd.Series("", index=frame.index, dtype=object)
    if "postcode" in frame and "postcode_form" in frame:
        wrong = frame["postcode_form"] == "malformed"
        meant[wrong] = by_distinct(frame.loc[wrong, "postcode"], lambda raw: suggest_postcode(raw) or "")
    reasons: dict[Any, int] = {((), "", ""): 0}
    numbers = []
    withheld = _withheld(frame)
    for position, index in enumerate(frame.index):
        codes = () if withheld[position] else tuple(code for code in ordered if masks[code].loc[index])
        fixes = " ".join(f"{code}: {told[code].fix}" for code in codes)
        numbers.append(reasons.setdefault((codes, fixes, meant[index] if codes else ""), len(reasons)))
    column = f"{dictionary.subject}_reasons"
    marked = pd.DataFrame(
        {column: numbers, f"{dictionary.subject}_withheld": withheld.astype("int8")}, index=frame.index
    )
    return Dictionary(subject=dictionary.subject, keys=dictionary.keys, frame=frame.join(marked)), list(reasons)


def _withheld(frame: pd.DataFrame) -> np.ndarray:
    withheld = pd.Series(False, index=frame.index)
    if "link_class" in frame:
        withheld |= frame["link_class"] == "withheld"
    if "withheld_reason" in frame:
        withheld |= by_distinct(frame["withheld_reason"], tidy) != ""
    if IDENTITY_BLANK in frame:
        withheld |= (frame[IDENTITY_BLANK] == "yes") & (frame["postcode_form"] == "missing")
    return withheld.to_numpy(dtype=bool)


def _batches(
    worklist: WorkList, extract: Extract, marked: Sequence[tuple[Dictionary, list[Any]]], columns: Sequence[str]
) -> Iterator[pd.DataFrame]:
    import ibis

    if not marked:
        return
    decoded = {d.subject: [f"{d.subject}_reasons", f"{d.subject}_withheld"] for d, _ in marked}

    def where(table: Any) -> Any:
        fails = ibis.or_(*[table[names[0]] > 0 for names in decoded.values()])
        held = ibis.and_(*[table[names[1]] == 0 for names in decoded.values()])
        if "specialty" in extract.fields:
            # A blank specialty is no sensitive one.
            return fails & held & ~table["specialty"].fill_null("").strip().isin(list(worklist.sensitive))
        return fails & held

    table = extract.table
    order = [*(name for name in ("site",) if name in extract.fields), *(names[0] for names in decoded.values())]
    yield from engine.list_records(table, [d for d, _ in marked], decoded, columns, where, order)


def _rows(
    worklist: WorkList,
    batch: pd.DataFrame,
    marked: Sequence[tuple[Dictionary, list[Any]]],
    keys: Sequence[str],
    site: Sequence[str],
    rejected: Sequence[int],
) -> list[list[Any]]:
    # Rejected records keep their place in the file: those before a record are counted in its number.
    audited_before = np.asarray(rejected, dtype="int64") - np.arange(1, len(rejected) + 1)
    rows = batch[engine.ROW].to_numpy(dtype="int64")
    numbers = rows + 1 + np.searchsorted(audited_before, rows, side="right")
    secret = os.environ.get(KEY_VARIABLE, "").encode() if worklist.pseudonymise else None
    named = [[_shown(value, secret) for value in batch[name]] for name in keys]
    places = [[_shown(value, None) for value in batch[name]] for name in site]
    found = [[reasons[number] for number in batch[f"{d.subject}_reasons"]] for d, reasons in marked]
    result = []
    for position, number in enumerate(numbers):
        each = [reasons[position] for reasons in found]
        codes = " ".join(code for codes, _, _ in each for code in codes)
        fixes = " ".join(text for _, text, _ in each if text)
        meant = next((postcode for _, _, postcode in each if postcode), "")
        result.append([int(number), *(column[position] for column in (*named, *places)), codes, fixes, meant])
    return result


def _shown(value: object, secret: bytes | None) -> str:
    """A value as text that no spreadsheet runs; a keyed pseudonym where there is a secret."""
    text = "" if value is None or value != value else str(value)
    if secret is not None and text:
        return hmac.new(secret, text.strip().encode(), "sha256").hexdigest()[:32]
    return f"'{text}" if text.startswith(_GUARDED) else text


def _keys(worklist: WorkList, extract: Extract) -> list[str]:
    wanted = worklist.keys or tuple(name for name in DEFAULT_KEYS if name in extract.fields)
    for name in wanted:
        if name not in extract.fields:
            raise UsageError(
                f"--worklist-keys: the extract has no column for {name}. Name one with --map {name}=COLUMN."
            )
    return list(wanted)


def _preamble(worklist: WorkList) -> list[str]:
    delete_by = worklist.delete_by or date.today() + timedelta(days=KEPT_DAYS)
    return [
        "# Work list of equity-audit. It holds patient identifiers: handle it as patient records.",
        f"# For: {worklist.recipient}",
        f"# Purpose: {worklist.purpose}",
        f"# Delete by: {delete_by.isoformat()}",
        "# Ethnic category: ask the patient; it is never to be guessed. record_number is the record's place in the extract.",
    ]
