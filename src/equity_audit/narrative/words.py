"""Words and figures as every sentence and table writes them."""

from __future__ import annotations

from collections.abc import Sequence

from equity_audit.model import OutcomeFacts

SHORTHAND = {
    "c": "hidden to protect confidentiality",
    "u": "too few records to give a reliable share",
    "x": "not available",
    "z": "not applicable",
    "low": "rounds to zero but is not zero",
}
LEAST_SHOWN = 0.0005  # less is 0.0% with one decimal
VERDICTS = {"act": "Complete enough to use", "care": "Read with care", "do_not_use": "Do not use yet"}
ETHNIC_CLASSES = {
    "valid": "usable ethnic group",
    "not_stated": "not stated",
    "not_known": "not known",
    "invalid": "not a national code",
    "missing": "missing",
}
LINK_CLASSES = {
    "linked": "linked to an IMD quintile",
    "no_location": "no location recorded",
    "withheld": "identity legally withheld",
    "no_fixed_abode": "no fixed abode",
    "address_unknown": "address not known",
    "overseas": "living overseas",
    "outside_england": "living outside England",
    "malformed": "location not readable",
    "postcode_not_found": "postcode not in the directory",
    "lsoa_not_found": "area code not in the IMD edition",
    "wrong_vintage": "area code of other boundaries",
    "no_reference": "no reference table to look it up in",
}
GROUP_WORDS = {
    "White": "White patients",
    "Mixed": "patients of Mixed ethnicity",
    "Asian": "Asian patients",
    "Black": "Black patients",
    "Other": "patients from other ethnic groups",
}
# Told only with these words beside it, and never among the headlines: the trust's case mix decides it.
NOT_A_RATE = {"emergency_admission": "This is a share of this trust's admissions, not a rate."}
USABLE, LINKED = "have a usable ethnic group", "are linked to an IMD quintile"
HIDDEN_SENTENCE = f"[c]: {SHORTHAND['c']}."


def percent(share: float) -> str:
    """A share as a percentage with one decimal, for a sentence."""
    return "less than 0.1%" if 0 < share < LEAST_SHOWN else f"{share:.1%}"


def shown_percent(share: float) -> str:
    """A share as a percentage with one decimal, for a table: 0.0% is said of none only."""
    return "[low]" if 0 < share < LEAST_SHOWN else f"{share:.1%}"


def shown_rate(rate: float, decimals: int = 1, low: str = "[low]") -> str:
    """A rate or ratio, for a table unless ``low`` is words: only a true zero is written as one."""
    return low if rate and not round(rate, decimals) else f"{rate:,.{decimals}f}"


def points(difference: float) -> str:
    """A difference of shares as percentage points with one decimal, without a minus before zero."""
    return f"{round(difference * 100, 1) + 0.0:.1f}"


def uncapped(words: str) -> str:
    """A label inside a sentence; one that begins with an abbreviation keeps its capitals."""
    named = words[:2].isupper() or any(letter.isdigit() for letter in words.partition(" ")[0])
    return words if named else words[:1].lower() + words[1:]


def listed(names: Sequence[str]) -> str:
    """Names in a row, with "and" before the last."""
    return " and ".join([*([", ".join(names[:-1])] if len(names) > 1 else []), names[-1]])


def with_caution(sentence: str, facts: OutcomeFacts) -> str:
    """A sentence with the words that its outcome may not be told without."""
    return " ".join(part for part in (sentence, NOT_A_RATE.get(facts.name)) if part)
