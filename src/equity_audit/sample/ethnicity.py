"""Every form in which an ethnic category is planted, with what it means and which rules it breaks.

A record carries the number of one form. Meaning is written down here by hand, form by form: this table is the truth.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from equity_audit.sample.noise import Array

CODES = "ABCDEFGHJKLMNPRS"
CLASSES = ("valid", "not_stated", "not_known", "invalid", "missing")
GROUPS = ("White", "Mixed", "Asian", "Black", "Other", "Not stated", "Not known", "Invalid", "Missing")
_GROUP_OF = dict(zip(CODES, [0] * 3 + [1] * 4 + [2] * 4 + [3] * 3 + [4] * 2, strict=True))
_GROUP_OF |= {"T": 0, "W": 4}
_CLASS_OF = {"Z": "not_stated", "99": "not_known"}


@dataclass(frozen=True, kw_only=True)
class Form:
    """One raw value; `code` is A to S, Z, 99, T, W, or nothing."""

    raw: str
    code: str
    ethnic_class: str
    breaks: frozenset[str]

    @property
    def group(self) -> int:
        """The number of its group in `GROUPS`."""
        if self.ethnic_class == "valid":
            return _GROUP_OF[self.code]
        return GROUPS.index(self.ethnic_class.replace("_", " ").capitalize())


def _form(raw: str, code: str, *breaks: str) -> Form:
    return Form(raw=raw, code=code, ethnic_class=_CLASS_OF.get(code, "valid"), breaks=frozenset(breaks))


def _invalid(raw: str, *breaks: str) -> Form:
    return Form(raw=raw, code="", ethnic_class="invalid", breaks=frozenset({"ETH004", *breaks}))


def _missing(raw: str) -> Form:
    return Form(raw=raw, code="", ethnic_class="missing", breaks=frozenset())


def _wide(code: str) -> str:
    return "".join(chr(ord(letter) + 0xFEE0) for letter in code)


# The commonest: a national code as it should be. Numbers 0 to 15 follow CODES; then Z, 99 and a blank.
PLAIN = [_form(code, code) for code in CODES] + [_form("Z", "Z"), _form("99", "99"), _missing("")]
NOT_STATED, NOT_KNOWN, BLANK = 16, 17, 18

# The same codes badly typed: UNTIDY_START + 17 * style + number of the code (Z is the 17th).
_STYLES: tuple[Callable[[str], str], ...] = (
    lambda code: code.lower(),
    lambda code: f"{code} ",
    lambda code: f" {code}",
    lambda code: f"{code}*",
    lambda code: f"{code}.",
    lambda code: f"{code}\u00a0",
    lambda code: _wide(code),
)
UNTIDY_STYLES = len(_STYLES)
WIDE_STYLE, SPACE_STYLE = 6, 1
UNTIDY = [_form(style(code), code, "ETH005") for style in _STYLES for code in (*CODES, "Z")]
UNTIDY_START = len(PLAIN)

# Listed local sub-codes: good, and written by the trust itself.
LISTED = [_form(raw, raw[0]) for raw in ("C2", "CA", "CP", "GA", "GF", "LB", "LE", "PA", "PC", "SA", "SC")]
LISTED_START = UNTIDY_START + len(UNTIDY)
LISTED_OF = {code: [LISTED_START + n for n, form in enumerate(LISTED) if form.code == code] for code in "CGLPS"}

# Planted in fixed numbers whatever the size of the file: a share would, in a large file, reach the twenty records
# at a site that prove a foreign scheme.
SPECIALS: list[tuple[Form, int]] = [
    (_missing("NULL"), 6),
    (_missing("null"), 3),
    (_missing("N/A"), 3),
    (_missing("-"), 3),
    (_missing("."), 2),
    (_missing("?"), 2),
    (_missing("\u00a0"), 3),
    (_form("White British", "A", "ETH006"), 4),
    (_form("White - British", "A", "ETH006"), 4),
    (_form("WHITE - IRISH ", "B", "ETH005", "ETH006"), 2),
    (_form("Asian or Asian British - Indian", "H", "ETH006"), 3),
    (_form("Asian or Asian British \u2013 Pakistani", "J", "ETH006"), 3),
    (_form("Black or Black British - African", "N", "ETH006"), 3),
    (_form("Mixed - White and Asian", "F", "ETH006"), 3),
    (_form("Other Ethnic Groups - Chinese", "R", "ETH006"), 2),
    (_form("Not stated", "Z", "ETH006"), 4),
    (_form("Refused", "Z", "ETH006"), 4),
    (_form("DECLINED", "Z", "ETH006"), 2),
    (_form("Not known", "99", "ETH006"), 3),
    (_form("Unknown", "99", "ETH006"), 3),
    (_form("NS", "Z", "ETH011"), 5),
    (_form("ZZ", "Z", "ETH011"), 4),
    (_form("NK", "99", "ETH011"), 4),
    (_form("NKN", "99", "ETH011"), 2),
    (_form("NSP", "99", "ETH011"), 3),
    (_form("U", "99", "ETH011"), 4),
    (_form("UNK", "99", "ETH011"), 3),
    (_form("9", "99", "ETH011"), 12),
    (_form("X", "99", "ETH011"), 12),
    (_form("T", "T", "ETH009"), 6),
    (_form("W", "W", "ETH009"), 8),
    (_form("HX", "H", "ETH010"), 5),
    (_form("JQ", "J", "ETH010"), 3),
    (_form("EX", "E", "ETH010"), 2),
    (_form("Z1", "Z", "ETH010"), 2),
    (_form("9X", "99", "ETH010"), 2),
    (_form("A7", "A", "ETH010"), 3),
    (_form("B1", "B", "ETH010"), 2),
    (_form("hx*", "H", "ETH005", "ETH010"), 2),
    *[(_invalid(digit, "ETH008"), 2) for digit in "012345678"],
    *[(_invalid(letter), 2) for letter in "IOQVY"],
    (_invalid("W1"), 3),
    (_invalid("O1"), 2),
    (_invalid("WBRI"), 3),
    (_invalid("TEST"), 3),
    (_invalid("See notes"), 4),
    (_invalid("C\u00f4te d\u2019Ivoire"), 2),
    (_invalid("A1B"), 2),
    (_invalid(" Y", "ETH005"), 2),
]
SPECIALS_START = LISTED_START + len(LISTED)

# One site's whole column in another scheme, as text: a value for each of CODES, and the last for Z.
_SCHEMES = {
    "police": "W1 W2 W9 M1 M2 M3 M9 A1 A2 A3 A9 B1 B2 B9 O1 O9 NS",
    # Neither W, O nor NS: it may be police, it may be home-made.
    "ambiguous": "A1 A2 A3 M1 M2 M3 M4 A4 A5 A6 A9 B1 B2 B9 B3 B4 B5",
    "gss_numbers": "13 14 17 11 10 9 12 3 4 1 5 7 6 8 2 19 18",
    "snomed": " ".join(f"9{n:02d}000000000109" for n in range(17)),
    "school_census": "WBRI WIRI WOTH MWBC MWBA MWAS MOTH AIND APKN ABAN AOTH BCRB BAFR BOTH CHNE OOTH REFU",
    "social_care": "A.A1 A.A2 A.A6 B.B1 B.B2 B.B3 B.B4 C.C1 C.C2 C.C3 C.C4 D.D1 D.D2 D.D3 E.E1 E.E2 F.F1",
}
FOREIGN = {scheme: values.split() for scheme, values in _SCHEMES.items()}
FOREIGN_START = SPECIALS_START + len(SPECIALS)
_FOREIGN_FORMS = [_invalid(raw) for values in FOREIGN.values() for raw in values]

FORMS: list[Form] = [*PLAIN, *UNTIDY, *LISTED, *[form for form, _ in SPECIALS], *_FOREIGN_FORMS]


def foreign_start(scheme: str) -> int:
    """Give the number of a scheme's first form."""
    return FOREIGN_START + 17 * list(FOREIGN).index(scheme)


def special_numbers(budget: int) -> Array:
    """List the special forms to plant: one of each, then a second of each, until they or the budget are used up."""
    rounds = max(count for _, count in SPECIALS)
    numbers = [SPECIALS_START + n for k in range(rounds) for n, (_, count) in enumerate(SPECIALS) if k < count]
    return np.array(numbers[:budget], dtype=np.int64)


FORM_CLASS: Array = np.array([CLASSES.index(form.ethnic_class) for form in FORMS])
FORM_GROUP: Array = np.array([form.group for form in FORMS])
FORM_CODE: Array = np.array([form.code for form in FORMS])
FORM_BREAKS: dict[str, Array] = {
    rule: np.array([rule in form.breaks for form in FORMS])
    for rule in ("ETH004", "ETH005", "ETH006", "ETH008", "ETH009", "ETH010", "ETH011")
}
