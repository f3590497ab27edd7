"""Lines of a CSV file from columns of text, and the malformed ones among them."""

import codecs
from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc


def join_lines(columns: dict[str, Any]) -> Any:
    """Give the lines, line ends included; every cell is already quoted where it needs to be.

    `pyarrow.csv` quotes every text; joining the cells is as fast and writes what an extract looks like.
    """
    texts = list(columns.values())
    last = pc.binary_join_element_wise(texts[-1], "", "\n")
    return pc.binary_join_element_wise(*texts[:-1], last, ",")


def join_header(columns: dict[str, Any]) -> Any:
    """Give the header line."""
    return pa.array([",".join(columns) + "\n"], pa.string())


def make_encoder(encoding: str) -> Callable[[Any], bytes]:
    """Give what turns lines into bytes; one for a file, so that a byte order mark comes once."""
    if codecs.lookup(encoding).name == "utf-8":
        return _bytes
    encoder = codecs.getincrementalencoder(encoding)()
    return lambda lines: encoder.encode(_bytes(lines).decode("utf-8"))


def _bytes(lines: Any) -> bytes:
    # Arrow keeps the texts of an array one after the other: that is the file already.
    _, offsets, data = lines.buffers()
    edges = np.frombuffer(offsets, dtype=np.int32)[lines.offset : lines.offset + len(lines) + 1]
    return bytes(memoryview(data)[edges[0] : edges[-1]])


def insert_malformed(lines: Any, *, first_line: int, width: int) -> tuple[Any, list[dict[str, Any]]]:
    """Put six lines with too few or too many fields among the lines, and tell where.

    `first_line` is the number of the first line in the file. One ends in an empty field too many, which some
    readers take for a sound line.
    """
    kinds = [("too_few", 3), ("too_many", 2), ("too_few", width - 1), ("too_many", 1), ("too_few", 1), ("too_many", -1)]
    pieces: list[Any] = []
    told: list[dict[str, Any]] = []
    spots = [len(lines) * (number + 1) // (len(kinds) + 1) for number in range(len(kinds))]
    before = 0
    for (reason, amount), spot in zip(kinds, spots, strict=True):
        if reason == "too_few":
            fields = ["x"] * amount
        else:
            fields = ["x"] * (width + abs(amount))
            fields[-1] = "" if amount < 0 else "x"
        pieces += [lines[before:spot], pa.array([",".join(fields) + "\n"], pa.string())]
        told.append({"line": first_line + spot + len(told), "reason": f"{reason}_fields", "fields": len(fields)})
        before = spot
    return pa.concat_arrays([*pieces, lines[before:]]), told
