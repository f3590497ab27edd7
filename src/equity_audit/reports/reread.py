"""The result document read back into a Report, so that it can be rendered again without the data.

The file may come from anywhere: size, shape and kinds are checked before anything is believed. Messages name the place
in the document, never a value. Past 300 lines, so that one page shows the whole document.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, NoReturn, TypeVar, get_args

from equity_audit.datasets import dataset_names, load_dataset
from equity_audit.errors import UsageError
from equity_audit.model import (
    Cell,
    FieldMapping,
    Outcome,
    OutcomeFacts,
    PopulationFacts,
    ReleasedFinding,
    ReleasedMeasure,
    ReleasedTable,
    Report,
    Rule,
    Run,
    Severity,
    TableRow,
    Unit,
    Verdict,
)
from equity_audit.narrative import SHORTHAND
from equity_audit.reports.json import INTERNAL, SCHEMA_VERSION, UNSUPPRESSED

LARGEST = 100_000_000
LARGEST_LIST = 200_000
_VERDICTS = ("act", "care", "do_not_use")
_COUNTS = ("classes", "codes", "routes", "quintiles", "deciles", "patients")
_FIGURES = ("numerator", "denominator", "value", "lower", "upper")
T = TypeVar("T")


def read_report(content: bytes, catalogue: Mapping[str, Rule] | None = None) -> Report:
    """The Report of a result document. ``catalogue`` gives the advice of rules, which the document does not repeat."""
    if len(content) > LARGEST:
        raise UsageError(f"The result is larger than {LARGEST // 1_000_000} MB; no audit writes one that large.")
    try:
        document = json.loads(content, parse_constant=_no_constant, object_pairs_hook=_no_repeats)
    except (UnicodeDecodeError, ValueError, RecursionError):
        raise UsageError(
            "The result is not readable as JSON. Give the .json file that `equity-audit check -o` wrote."
        ) from None
    return _Reader(document, catalogue or {}).report()


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _no_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key twice")
    return found


class _Part:
    """One object of the document with the way to it, which messages name and markers are filed under."""

    def __init__(self, value: Any, path: str, markers: Mapping[str, str]) -> None:
        if not isinstance(value, dict):
            _refuse(path, "an object")
        self.value, self.path, self.markers = value, path, markers

    def text(self, key: str, default: str | None = None) -> str:
        value = self.value.get(key, default)
        if not isinstance(value, str):
            _refuse(f"{self.path}/{key}", "a text")
        return value

    def text_or_none(self, key: str) -> str | None:
        return None if self.value.get(key) is None else self.text(key)

    def one_of(self, key: str, choices: tuple[str, ...]) -> Any:
        value = self.text(key)
        if value not in choices:
            _refuse(f"{self.path}/{key}", f"one of {', '.join(choices)}")
        return value

    def flag(self, key: str) -> bool | None:
        value = self.value.get(key)
        if value is not None and not isinstance(value, bool):
            _refuse(f"{self.path}/{key}", "true or false")
        return value

    def number(self, key: str) -> float | None:
        value = self.value.get(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > 1e15:
            _refuse(f"{self.path}/{key}", "a number")
        return value

    def cell(self, key: str) -> Cell:
        value = self.number(key)
        marker = self.markers.get(f"{self.path}/{key.replace('~', '~0').replace('/', '~1')}")
        if value is not None:
            return Cell(value)
        return Cell(None, marker or "x")

    def part(self, key: str) -> _Part:
        return _Part(self.value.get(key), f"{self.path}/{key}", self.markers)

    def parts(self, key: str) -> list[_Part]:
        return [_Part(item, f"{self.path}/{key}/{place}", self.markers) for place, item in enumerate(self.items(key))]

    def items(self, key: str) -> list[Any]:
        value = self.value.get(key, [])
        if not isinstance(value, list) or len(value) > LARGEST_LIST:
            _refuse(f"{self.path}/{key}", "a list")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        found = self.items(key)
        if not all(isinstance(item, str) for item in found):
            _refuse(f"{self.path}/{key}", "a list of texts")
        return tuple(found)

    def mapped(self, key: str, read: Callable[[_Part, str], T]) -> dict[str, T]:
        part = self.part(key)
        return {str(name): read(part, name) for name in part.value}


class _Reader:
    def __init__(self, document: Any, catalogue: Mapping[str, Rule]) -> None:
        if not isinstance(document, dict) or "schema_version" not in document:
            _refuse("", "a result document with schema_version")
        if document["schema_version"] != SCHEMA_VERSION or isinstance(document["schema_version"], bool):
            raise UsageError(
                f"The result has another schema_version; this version reads {SCHEMA_VERSION}. "
                "Use the version of equity-audit that wrote it, or audit the extract again."
            )
        markers = document.get("markers")
        if not isinstance(markers, dict) or not all(marker in SHORTHAND for marker in map(str, markers.values())):
            _refuse("/markers", f"an object of the markers {', '.join(SHORTHAND)}")
        self.all, self.catalogue = _Part(document, "", markers), catalogue

    def report(self) -> Report:
        run, intake = self.all.part("run"), self.all.part("intake")
        extract, rejections = run.part("extract"), intake.parts("rejections")
        profile, mark = run.text("disclosure"), run.text_or_none("watermark") or ""
        return Report(
            run=self._run(run, extract),
            profile=profile,
            exact=mark == UNSUPPRESSED or profile == "none",
            internal=mark == INTERNAL,
            internal_name=run.text_or_none("internal_name"),
            rejections=tuple((each.text("reason"), each.cell("records")) for each in rejections),
            rejected_lines={
                each.text("reason"): _lines(each) for each in rejections if each.value.get("first_lines")
            },
            records_read=intake.cell("records_read"),
            records_audited=intake.cell("records_audited"),
            records_rejected=intake.cell("records_rejected"),
            format=extract.text("format"),
            encoding=extract.text_or_none("encoding"),
            remarks=intake.texts("remarks"),
            findings=tuple(self._finding(each) for each in self.all.parts("rules")),
            ethnicity=_facts(self.all.part("ethnicity"), "valid"),
            deprivation=_facts(self.all.part("deprivation"), "linked"),
            ethnicity_details=_details(self.all.part("ethnicity")),
            deprivation_details=_details(self.all.part("deprivation")),
            tables=tuple(_table(each) for each in self.all.parts("breakdowns")),
            measures=tuple(_measure(each) for each in self.all.parts("measures")),
            populations=tuple(_population(each) for each in self.all.parts("populations")),
            verdicts=tuple(
                Verdict(
                    subject=each.text("subject"), verdict=each.one_of("verdict", _VERDICTS),
                    sentence=each.text("sentence"), because=each.texts("because"),
                )
                for each in self.all.parts("verdicts")
            ),
            outcomes=tuple(_outcome(each) for each in self.all.parts("outcomes")),
            shapes={
                str(code): tuple((each.text("shape"), each.cell("records")) for each in self.all.part("shapes").parts(code))
                for code in self.all.part("shapes").value
            },
            census_months=_months(run),
            notes=self.all.texts("notes"),
            hints=(),
        )  # fmt: skip

    def _run(self, run: _Part, extract: _Part) -> Run:
        label, dataset = extract.text("label"), run.text("dataset")
        return Run(
            id=run.text("id"),
            started=_moment(run, "started"),
            finished=_moment(run, "finished"),
            label=label,
            dataset=dataset,
            dataset_title=run.text("dataset_title", _title_of(dataset, label)),
            mapping=FieldMapping(
                dataset=dataset,
                columns=run.mapped("mapping", _Part.text),
                unused=run.mapped("not_used", _Part.texts) if "not_used" in run.value else {},
                blank=run.texts("blank"),
            ),
            references=tuple(each.value for each in run.parts("references")),
            rules_version=run.text("rules_version"),
            version=self.all.part("tool").text("version"),
            ethnic_grouping=run.text("ethnic_grouping", "2001"),
        )

    def _finding(self, part: _Part) -> ReleasedFinding:
        known = self.catalogue.get(part.text("code"))
        rule = Rule(
            code=part.text("code"), title=part.text("title"), rule_set=part.text("rule_set"),
            severity=part.one_of("severity", get_args(Severity)), unit=part.one_of("unit", get_args(Unit)),
            subject="", check="", params={}, applies_when=(), tolerance=known.tolerance if known else None,
            why=part.text("why", known.why if known else ""), fix=part.text("fix", known.fix if known else ""),
            source=part.text("source", known.source if known else ""), since="", examples=(),
        )  # fmt: skip
        return ReleasedFinding(
            rule=rule, outcome=part.one_of("outcome", get_args(Outcome)), judged=part.cell("judged"),
            failed=part.cell("failed"), not_judged=part.cell("not_judged"), rate=part.cell("rate"),
            tolerance=part.number("tolerance"), why_not_judged=part.text_or_none("why_not_judged"),
        )  # fmt: skip


def _title_of(dataset: str, label: str) -> str:
    return load_dataset(dataset).title if dataset in dataset_names() else label


def _facts(part: _Part, key: str) -> dict[str, Any]:
    """Counts of a field: mappings hold counts, the rest is text."""
    found: dict[str, Any] = {}
    for name, value in part.value.items():
        if name == "details":
            continue  # read by `_details`
        if name == "records":
            found[name] = part.cell(name)
        elif name in _COUNTS:
            found[name] = part.mapped(name, _Part.cell)
        elif isinstance(value, str) or value is None:
            found[name] = value
        else:
            found[name] = _plain(value, f"{part.path}/{name}")
    if found and ("records" not in found or key not in found.get("classes", {})):
        _refuse(part.path, f"counts with records and the class {key}")
    return found


def _details(part: _Part) -> dict[str, Any]:
    """The finer figures of a field: every number and every marked null a cell, settings and texts as they are."""
    if "details" not in part.value:
        return {}
    found = _finer(part.value["details"], "details", f"{part.path}/details", part.markers)
    if not isinstance(found, dict):
        _refuse(f"{part.path}/details", "an object")
    # Worked out again from the counts by every writer.
    found.pop("dqmi_item_score", None)
    return found


def _finer(value: Any, name: str, path: str, markers: Mapping[str, str], depth: int = 8) -> Any:
    if depth == 0 or not isinstance(value, str | int | float | bool | list | dict | None):
        _refuse(path, "a plain value")
    if isinstance(value, dict):
        steps = {key: str(key).replace("~", "~0").replace("/", "~1") for key in value}
        return {key: _finer(item, key, f"{path}/{steps[key]}", markers, depth - 1) for key, item in value.items()}
    if isinstance(value, list):
        return [_finer(item, name, f"{path}/{place}", markers, depth - 1) for place, item in enumerate(value)]
    if value is None:
        return Cell(None, markers[path]) if path in markers else None
    if isinstance(value, str | bool) or name.startswith("dqmi_"):
        return value
    return Cell(value)


def _plain(value: Any, path: str, depth: int = 5) -> Any:
    """Any further fact: numbers, texts, and lists and objects of them, not deep."""
    if depth == 0 or not isinstance(value, str | int | float | bool | list | dict | None):
        _refuse(path, "a plain value")
    if isinstance(value, list):
        return tuple(_plain(item, path, depth - 1) for item in value)
    if isinstance(value, dict):
        return {name: _plain(item, path, depth - 1) for name, item in value.items()}
    return value


def _table(part: _Part) -> ReleasedTable:
    dimensions = part.texts("dimensions")
    rows = []
    for row in part.parts("rows"):
        labels = tuple(row.text(name) for name in dimensions)
        rows.append(TableRow(labels=labels, **{name: row.cell(name) for name in _FIGURES}))
    return ReleasedTable(
        id=part.text("id"), title=part.text("title", ""), unit=part.text("unit"), outcome=part.text_or_none("outcome"),
        dimensions=dimensions, rows=tuple(rows),
    )  # fmt: skip


def _measure(part: _Part) -> ReleasedMeasure:
    return ReleasedMeasure(
        measure=part.text("measure"), outcome=part.text("outcome"), dimension=part.text("dimension"),
        estimate=part.number("estimate"), lower=part.number("lower"), upper=part.number("upper"),
        level=part.number("level") or 0.95, method=part.text("method"), n=part.cell("n"),
        reason_withheld=part.text_or_none("reason_withheld"), group=part.text_or_none("group"),
        against=part.text_or_none("against"), differs=part.flag("differs"),
    )  # fmt: skip


def _population(part: _Part) -> PopulationFacts:
    groups = tuple((each.text("group"), _whole(each, "people")) for each in part.parts("groups"))
    return PopulationFacts(
        dimension=part.text("dimension"), name=part.text("name"), vintage=part.text("vintage"), people=_whole(part, "people"),
        areas=None if part.value.get("areas") is None else _whole(part, "areas"), by_sex=bool(part.flag("by_sex")),
        ages_to=_whole(part, "ages_to"), groups=groups, refused=part.text_or_none("refused"),
        caution=part.text_or_none("caution"),
    )  # fmt: skip


def _whole(part: _Part, key: str) -> int:
    value = part.number(key)
    if value is None or value < 0 or value != int(value):
        _refuse(f"{part.path}/{key}", "a whole number")
    return int(value)


def _outcome(part: _Part) -> tuple[OutcomeFacts, tuple[tuple[str, Cell], ...]]:
    facts = OutcomeFacts(
        name=part.text("outcome"), label=part.text("label"), description=part.text("description"),
        noun=part.text("noun", "records"), polarity=part.text("polarity"), headline=bool(part.flag("headline")),
        apart={}, unit=part.text("unit", "records"), not_applied=part.texts("not_applied"),
    )  # fmt: skip
    return facts, tuple((each.text("reason"), each.cell("records")) for each in part.parts("apart"))


def _moment(part: _Part, key: str) -> str:
    from datetime import datetime

    text = part.text(key)
    try:
        datetime.fromisoformat(text)
    except ValueError:
        _refuse(f"{part.path}/{key}", "a date and time")
    return text


def _months(run: _Part) -> tuple[str, ...]:
    """Titles are made of them, so nothing but months passes."""
    found = run.texts("census_months")
    if not all(re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", month) for month in found):
        _refuse(f"{run.path}/census_months", "a list of months such as 2025-03")
    return found


def _lines(part: _Part) -> tuple[int, ...]:
    found = part.items("first_lines")
    if not all(isinstance(line, int) and not isinstance(line, bool) for line in found):
        _refuse(f"{part.path}/first_lines", "a list of line numbers")
    return tuple(found)


def _refuse(path: str, wanted: str) -> NoReturn:
    shown = path if len(path) < 100 and path.isascii() and path.isprintable() else "some place"
    raise UsageError(f"The result is not a document of equity-audit: {shown or 'the whole'} should be {wanted}.")
