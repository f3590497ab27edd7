"""How wide text is in Arial, so that row heights and line ends are right without drawing anything."""

from __future__ import annotations

_DIGIT = 556  # a column's width is counted in digits
_WIDTHS = {
    **dict.fromkeys("ijl'|", 222),
    **dict.fromkeys(" tfI.,:;/\\![]", 278),
    **dict.fromkeys("r()-`", 333),
    **dict.fromkeys("ckszvxyJ", 500),
    **dict.fromkeys("FTZL", 611),
    **dict.fromkeys("ABEKPSVXY&", 667),
    **dict.fromkeys("CDHNRUw", 722),
    **dict.fromkeys("GOQ", 778),
    **dict.fromkeys("mM", 833),
    **dict.fromkeys("%", 889),
    **dict.fromkeys("W@", 1015),
}
_BOLD = 1.08
# LibreOffice makes columns a quarter wider than Excel does.
_WIDER = tuple(percent / 100 for percent in range(76, 106, 2))
_APART = 0.5  # digits kept free, so that the headers of two columns do not touch
_PADDING = 1.0  # digits of a column that its edges take


def digits(text: str, *, bold: bool = False) -> float:
    """The width of a text in digits of the same size."""
    width = sum(_WIDTHS.get(letter, _DIGIT if ord(letter) < 0x250 else 1000) for letter in text)
    return width / _DIGIT * (_BOLD if bold else 1.0)


def settled(header: str, width: int) -> int:
    """The first width from ``width`` on at which a header breaks within no note marker and keeps clear of the next."""
    for tried in range(width, width + 24):
        # Programs measure differently, so a header must hold together in narrower and wider letters, too.
        folds = [fold(header, tried / wider, bold=True) for wider in _WIDER]
        widest = max(digits(line, bold=True) for line in fold(header, tried, bold=True))
        if widest + _PADDING + _APART <= tried and not any(line.endswith("[note") for lines in folds for line in lines):
            return tried
    return width


def fold(text: str, width: float, *, bold: bool = False) -> list[str]:
    """The lines that a text takes in a column of that many digits; a word too long for one line is cut."""
    room, lines, line = max(2.0, width - _PADDING), [], ""
    for word in text.split():
        joined = f"{line} {word}" if line else word
        if digits(joined, bold=bold) <= room:
            line = joined
            continue
        if line:
            lines.append(line)
        line = word
        while digits(line, bold=bold) > room:
            cut = next(n for n in range(len(line), 0, -1) if n == 1 or digits(line[:n], bold=bold) <= room)
            if cut == len(line):
                break
            lines.append(line[:cut])
            line = line[cut:]
    return [*lines, line] if line or not lines else lines
