"""Text of an extract made harmless before it goes into a text format: nothing hidden, nothing that a program would run."""

from __future__ import annotations

# What a spreadsheet takes for a formula at the start of a cell, their full-width forms included.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def visible(text: str) -> str:
    """Control characters, and those that turn the direction of text, replaced by one that can be seen."""
    return "".join("�" if _hides(letter) else letter for letter in text)


def cell_text(text: str) -> str:
    """Text for a CSV cell: one that a spreadsheet would run gets an apostrophe before it. Never for numbers."""
    guarded = text.startswith(_FORMULA) or text.lstrip().startswith(_FORMULA)
    return f"'{visible(text)}" if guarded else visible(text)


def _hides(letter: str) -> bool:
    code = ord(letter)
    return (
        (code < 32 and letter not in "\n\t")
        or 127 <= code < 160
        or code in (0x2028, 0x2029, 0xFEFF, 0xFFFE, 0xFFFF)
        or 0x200B <= code <= 0x200F
        or 0x202A <= code <= 0x202E
        or 0x2066 <= code <= 0x2069
        or 0xD800 <= code <= 0xDFFF
    )
