"""Months as a control chart, in figures and in words: the same points for the page and for the workbook."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from equity_audit.charts import spc
from equity_audit.measures import proportion, xmr
from equity_audit.model import Cell, OutcomeFacts, ReleasedTable, Report, TableRow
from equity_audit.narrative import table_of, wanted_share
from equity_audit.reports.workbook.words import month_words

FEWEST_MONTHS = 12
# Fewer points than this give limits that may still move.
SETTLED_MONTHS = 13
RECORDING = "Ethnicity recording"
_SHORT = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DIRECTION = {"adverse": "decrease", "favourable": "increase"}
_CHANGES = {"improvement": "improving", "concern": "concerning", "high": "high", "low": "low"}
_EXPECTED = "the movement is what we expect from month to month"


@dataclass(frozen=True, kw_only=True)
class Trend:
    """A run of months without a gap: ``keys`` such as 2025-03, the points with their limits, and what they say."""

    what: str
    keys: tuple[str, ...]
    months: tuple[spc.Month, ...]
    title: str
    sentence: str
    target: float | None = None

    @property
    def limits_note(self) -> str:
        """How the limits were worked out."""
        told = "Limits: mean ± 2.66 × the mean moving range (XmR), from the months shown."
        few = len(self.months) < SETTLED_MONTHS
        return told + (f" Fewer than {SETTLED_MONTHS} months: the limits may still move." if few else "")


def recording_trend(report: Report) -> Trend | None:
    """The share of records with a usable ethnic group, month by month; None where too few months in a row have it."""
    rows = recorded_months(report)
    return trend_of(
        [(key, row.value.value) for key, row in rows.items()], RECORDING, "increase", target=wanted_share(report)
    )


def recording_rows(report: Report, trend: Trend) -> tuple[TableRow, ...]:
    """The released counts behind the points, in their order, with the interval of each month's own share."""
    rows = recorded_months(report)
    return tuple(rows[key] for key in trend.keys)


def recorded_months(report: Report) -> Mapping[str, TableRow]:
    """Usable records of all records by month. An unsuppressed report has no interval here, so it is worked out."""
    found = {}
    for row in report.ethnicity_details.get("months", ()):
        ends = [row["share"], row["lower"], row["upper"]]
        if not all(isinstance(end, Cell) for end in ends):
            counts = {"numerator": [row["numerator"].value], "denominator": [row["denominator"].value]}
            wilson = proportion(pd.DataFrame(counts)).iloc[0]
            ends = [Cell(float(wilson[name])) for name in ("value", "lower", "upper")]
        found[str(row["month"])] = TableRow(
            labels=(str(row["month"]),), numerator=row["numerator"], denominator=row["denominator"], value=ends[0],
            lower=ends[1], upper=ends[2],
        )  # fmt: skip
    return found


def outcome_trend(report: Report, facts: OutcomeFacts) -> Trend | None:
    """An outcome's share by month."""
    series = _cells(table_of(report, facts.name, "month"), shares=True)
    return trend_of(series, facts.label, _DIRECTION.get(facts.polarity, "neutral"))


def records_trend(report: Report) -> Trend | None:
    """How many records there are by month."""
    return trend_of(_cells(table_of(report, None, "month", unit="records"), shares=False), "Records", "neutral")


def _cells(table: ReleasedTable | None, *, shares: bool) -> list[tuple[str, float | None]]:
    found: list[tuple[str, float | None]] = []
    for row in table.rows if table else ():
        cell: Cell = row.value if shares else row.numerator
        found.append((row.labels[0], cell.value))
    return found


def trend_of(
    values: Iterable[tuple[str, float | None]], what: str, direction: str, *, target: float | None = None
) -> Trend | None:
    """The longest run of months that have a value, with the limits, title and sentence that its signals support."""
    run = longest_run(values)
    if len(run) < FEWEST_MONTHS:
        return None
    with warnings.catch_warnings():
        # Said to the reader in `limits_note` instead.
        warnings.simplefilter("ignore")
        result = xmr(pd.Series([value for _, value in run]), direction=direction).to_dict("records")
    months = tuple(
        spc.Month(
            label=short(key), value=value, kind=row["point_type"] or "common_cause", mean=row["mean"],
            lower=row["lower"], upper=row["upper"],
        )
        for (key, value), row in zip(run, result, strict=True)
    )  # fmt: skip
    title, sentence = _told(what, months, str(result[-1]["special_cause"]) if result[-1]["flag"] else "")
    if target is not None:
        met = months[-1].value >= target
        sentence += (
            f" The latest month {'meets' if met else 'does not yet meet'} the {target:.0%} that would be enough."
        )
    keys = tuple(key for key, _ in run)
    return Trend(what=what, keys=keys, months=months, title=title, sentence=sentence, target=target)


def longest_run(values: Iterable[tuple[str, float | None]]) -> list[tuple[str, float]]:
    """The longest run of months without a gap: limits from month to month need neighbours."""
    runs: list[list[tuple[str, float]]] = [[]]
    before = None
    for label, value in sorted(values):
        if month_words(label) == label or value is None:
            continue
        number = int(label[:4]) * 12 + int(label[5:])
        if before is not None and number != before + 1:
            runs.append([])
        runs[-1].append((label, float(value)))
        before = number
    return max(runs, key=len)


def short(label: str) -> str:
    """``2025-03`` as ``Mar 2025``."""
    year, _, month = label.partition("-")
    return f"{_SHORT[int(month) - 1]} {year}"


def _told(what: str, months: tuple[spc.Month, ...], signal: str) -> tuple[str, str]:
    if not signal:
        earlier = [month.label for month in months if month.kind != "common_cause"]
        sentence = f"{what}: no clear change lately; {_EXPECTED}."
        sentence += f" Months that stood out earlier: {', '.join(earlier)}." if earlier else ""
        return f"{what}: no clear change lately", sentence
    change = _CHANGES.get(months[-1].kind.rpartition("_")[2], "unusual")
    up = months[-1].value > (months[-1].mean or 0)
    title = f"{what}: a clear {'rise' if up else 'fall'}"
    return title, f"{title}; {_signal_words(months, signal, up=up)} (special cause: {change})."


def _signal_words(months: tuple[spc.Month, ...], signal: str, *, up: bool) -> str:
    side, limit = ("above", "upper") if up else ("below", "lower")
    if "CL" in signal and signal.startswith(("Above", "Below")):
        return f"the latest month is {side} the {limit} limit of what we expect"
    if "Trend" in signal:
        return f"seven months in a row were each {'higher' if 'Increasing' in signal else 'lower'} than the one before"
    if signal.startswith("2 in 3"):
        return f"two of the last three months are close to the {limit} limit of what we expect"
    length = 0
    for month in reversed(months):
        if month.mean is None or (month.value > month.mean) is not up or month.value == month.mean:
            break
        length += 1
    return f"the last {length} months are all {side} the average"
