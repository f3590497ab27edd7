"""How often is one bad line in a file reported with its number, and how often does it do silent damage?

    .venv/bin/python tests/bench/bench_reading.py [RECORDS]

Takes sound tables (the samples, and the sound files of ../shared/badinput where they are there), damages one line in
one of the ways that reliability.md lists, and reads the result as `check` does. Reported: rejected alone, with its
line number, every other record unchanged. Refused: exit 3. Silent: read without a word while some value differs from
the sound table. Harmless: nothing differs. Faults that structure cannot show (a quote that happens to pair up) count.
"""

from __future__ import annotations

import csv
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from conftest import SAMPLES, SHARED
from equity_audit.errors import EquityAuditError
from equity_audit.sources import open_source
from hostile.reading import strict_rows

DAMAGES: dict[str, Callable[[str, str], str]] = {
    "one field too few": lambda line, d: line.rpartition(d)[0],
    "first field dropped": lambda line, d: line.partition(d)[2],
    "cut in half": lambda line, d: line[: len(line) // 2],
    "one field too many": lambda line, d: f"{line}{d}x",
    "one empty field too many": lambda line, d: f"{line}{d}",
    "delimiter inside a value": lambda line, d: line.replace(d, f"{d}a{d}", 1),
    "other delimiter": lambda line, d: line.replace(d, ";" if d != ";" else ","),
    "quote opened at the start": lambda line, d: f'"{line}',
    "quote opened in the middle": lambda line, d: line.replace(d, f'{d}"', 1),
    "quote at the end": lambda line, d: f'{line}"',
    "text after a closing quote": lambda line, d: '"{}"x{}{}'.format(
        *line.partition(d)[::2][:1], d, line.partition(d)[2]
    ),
    "quote not doubled": lambda line, d: f'"a"b{d}{line.partition(d)[2]}',
    "NUL byte": lambda line, d: line.replace(d, f"\0{d}", 1),
    "line end inside": lambda line, d: line.replace(d, f"{d}\n", 1),
    "carriage return inside": lambda line, d: line.replace(d, f"{d}\r", 1),
    "two lines run together": lambda line, d: line + line,
}
PLACES = 5


def tables(records: int) -> dict[str, list[str]]:
    """Sound tables, as lines."""
    found = {
        path.stem: path.read_text(encoding="utf-8").splitlines()[: records + 1]
        for path in sorted(SAMPLES.glob("*.csv"))
    }
    for path in sorted((SHARED / "badinput" / "frictionless").glob("*.csv")) if SHARED.is_dir() else []:
        content = path.read_bytes()
        if len(content) < 100_000 and content.isascii() and b'"' not in content and b"\r" not in content:
            found[path.stem] = content.decode().splitlines()
    return found


def read(path: Path) -> tuple[list[tuple[str | None, ...]], dict[str, tuple[int, ...]]]:
    """Records and rejected lines, as `check` would have them."""
    with tempfile.TemporaryDirectory() as folder:
        rows, intake = strict_rows(open_source(path, Path(folder)))
    return rows, {each.reason: each.lines for each in intake.rejections}, " ".join(intake.remarks)


def outcome(path: Path, lines: list[str], place: int, damaged: str, sound: list[tuple[str | None, ...]]) -> str:
    """How reading ends once one line is damaged."""
    path.write_text("\n".join([*lines[:place], damaged, *lines[place + 1 :]]) + "\n", encoding="utf-8", newline="")
    try:
        rows, rejected, remarks = read(path)
    except EquityAuditError:
        return "refused"
    told = {line for numbers in rejected.values() for line in numbers}
    kept = sound[: place - 1] + sound[place:]
    if place + 1 in told:
        return (
            "reported" if rows == kept or [row for row in rows if row in kept] == kept else "reported, others changed"
        )
    if told:
        return "reported at another line"
    if rows == sound:
        return "harmless"
    return "remarked upon" if f"(line {place + 1})" in remarks else "silent"


def main(records: int) -> None:
    """Print how each kind of damage ended."""
    choose = random.Random(1)
    ended: dict[str, Counter[str]] = {name: Counter() for name in DAMAGES}
    started = time.process_time()
    alarms = read_tables = 0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "extract.csv"
        for lines in tables(records).values():
            path.write_text("\n".join(lines) + "\n", encoding="utf-8")
            try:
                sound, rejected, remarks = read(path)
            except EquityAuditError:
                continue
            delimiter = max(",;\t|", key=lines[0].count)
            if len(sound) != len(lines) - 1 or rejected or lines[0].count(delimiter) == 0:
                alarms += bool(rejected) and all(line.count(delimiter) == lines[0].count(delimiter) for line in lines)
                continue
            read_tables += 1
            alarms += bool(remarks)
            for name, damage in DAMAGES.items():
                for _ in range(PLACES):
                    place = choose.randrange(1, len(lines))
                    ended[name][outcome(path, lines, place, damage(lines[place], delimiter), sound)] += 1
    writer = csv.writer(sys.stdout, delimiter="\t")
    kinds = sorted({kind for counts in ended.values() for kind in counts})
    writer.writerow(["damage", *kinds])
    for name, counts in ended.items():
        writer.writerow([name, *(counts[kind] for kind in kinds)])
    total = sum(ended.values(), Counter())
    whole = total.total()
    print(
        f"\n{read_tables} tables, {whole} damaged files, {time.process_time() - started:.0f} CPU s; false alarms {alarms}"
    )
    for kind in kinds:
        print(f"{kind:<28} {total[kind] / whole:6.1%}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 60)
