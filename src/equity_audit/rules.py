"""Load rule files, compile them to pandera, judge small frames with them.

This is the one module that calls pandera. Its errors hold offending values, so they are turned into counts here
and never travel on.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from equity_audit.checks import compile_check, find_check
from equity_audit.conditions import check_conditions, fields_of, holds
from equity_audit.errors import UsageError
from equity_audit.model import Finding, Outcome, Rule
from equity_audit.yamlfile import read_yaml

if TYPE_CHECKING:
    import pandas as pd

FEWEST_FAILED = 5
_KEYS = (
    "code", "title", "severity", "unit", "subject", "check", "params", "applies_when", "tolerance", "why", "fix",
    "source", "since", "examples",
)  # fmt: skip
_CHOICES = {"severity": ("error", "warning", "info"), "unit": ("records", "patients", "extract")}
SETS = ("ethnicity", "deprivation", "structure")


@dataclass(frozen=True, kw_only=True)
class Subject:
    """A small frame that rules are judged on: decoded columns and ``records``.

    ``missing`` says why nothing can be judged on it, in place of a frame; ``absent`` why single columns are not there.
    """

    name: str
    frame: pd.DataFrame | None
    total: int
    missing: str | None = None
    absent: Mapping[str, str] = field(default_factory=dict)


def rules_folder() -> Path:
    """The top-level ``rules`` folder of a checkout, or its copy inside an installed wheel."""
    installed = Path(str(resources.files("equity_audit"))) / "rule_sets"
    return installed if installed.is_dir() else Path(__file__).resolve().parents[2] / "rules"


@cache
def load_rules() -> tuple[Rule, ...]:
    """Every rule of the catalogue, by set and code."""
    rules: list[Rule] = []
    for name in SETS:
        files = sorted((rules_folder() / name).glob("[A-Z]*.yaml"))
        rules += [read_rule(path, name, shipped=True) for path in files]
    if not rules:
        raise UsageError("The rule files are missing from this installation. Install equity-audit again.")
    return tuple(rules)


def read_rule(path: Path, rule_set: str, *, shipped: bool = False) -> Rule:
    """One rule file, checked in full. Raises UsageError that names the file and the key."""
    raw = read_yaml(path.read_bytes(), path.name, shipped=shipped)
    if not isinstance(raw, dict):
        raise UsageError(f"{path.name} does not hold a rule: it needs the keys {', '.join(_KEYS)}.")
    for key in raw:
        if key not in _KEYS:
            near = difflib.get_close_matches(str(key), _KEYS, n=1)
            raise UsageError(f"{path.name}: unknown key {key}." + (f" Did you mean {near[0]}?" if near else ""))
    absent = [key for key in _KEYS if key not in raw]
    if absent:
        raise UsageError(f"{path.name}: the key {absent[0]} is missing.")
    for key, choices in _CHOICES.items():
        if raw[key] not in choices:
            raise UsageError(f"{path.name}: {key} must be one of {', '.join(choices)}.")
    if not path.name.startswith(f"{raw['code']}-"):
        raise UsageError(f"{path.name}: the file name must begin with its code, {raw['code']}.")
    check_conditions(raw["applies_when"], path.name)
    find_check(raw["check"])
    texts: dict[str, Any] = {key: " ".join(str(raw[key]).split()) for key in ("title", "why", "fix", "source", "since")}
    plain: dict[str, Any] = {
        key: raw[key] for key in ("code", "severity", "unit", "subject", "check", "params", "tolerance")
    }
    return Rule(
        **plain,
        **texts,
        rule_set=rule_set,
        applies_when=tuple(raw["applies_when"]),
        examples=tuple(raw["examples"]),
    )


def rule_called(code: str, rules: Sequence[Rule], said: str = "") -> Rule:
    """The rule with that code, in any letter case. Raises UsageError, with the nearest codes; ``said`` is where it stands."""
    found = next((rule for rule in rules if rule.code == code.upper()), None)
    if found is None:
        near = _near_codes(code.upper(), [rule.code for rule in rules])
        hint = f" Did you mean {' or '.join(near)}?" if near else ""
        raise UsageError(f"{said}There is no rule with that code.{hint} `equity-audit rules` lists them.")
    return found


def _near_codes(code: str, codes: Sequence[str]) -> list[str]:
    # A zero left out or too many is a slip of its own: ETH4, ETH044 and ETH0O4 are all ETH004.
    letters, digits = code.rstrip("0123456789O"), code[len(code.rstrip("0123456789O")) :].replace("O", "0")
    meant = f"{letters}{int(digits):03d}" if digits else ""
    if meant in codes:
        return [meant]
    return difflib.get_close_matches(code, codes, n=3, cutoff=0.75)


def select_rules(rules: Sequence[Rule], select: Iterable[str], ignore: Iterable[str]) -> tuple[Rule, ...]:
    """Rules whose code begins with one of ``select`` (all where empty) and with none of ``ignore``."""
    wanted = tuple(code.upper() for code in select)
    unwanted = tuple(code.upper() for code in ignore)
    for prefix in (*wanted, *unwanted):
        if not prefix or not any(rule.code.startswith(prefix) for rule in rules):
            raise UsageError(f"No rule has a code that begins with {prefix!r}. `equity-audit rules` lists them.")
    return tuple(
        rule
        for rule in rules
        if (not wanted or rule.code.startswith(wanted)) and not (unwanted and rule.code.startswith(unwanted))
    )


def judge(
    rules: Iterable[Rule], subjects: Mapping[str, Subject], tolerances: Mapping[str, float] | None = None
) -> tuple[Finding, ...]:
    """Judge every rule on its subject. Failed + passed + not judged is the subject's total."""
    grouped: dict[str, list[Rule]] = {}
    for rule in rules:
        grouped.setdefault(rule.subject, []).append(rule)
    nothing = Subject(name="", frame=None, total=0, missing="nothing to judge it on")
    asked = [(subjects.get(name) or nothing, group) for name, group in grouped.items()]
    findings: dict[str, Finding] = {}
    for (subject, group), results in zip(asked, _judge_groups(asked), strict=True):
        for rule, masks in zip(group, results, strict=True):
            findings[rule.code] = _finding(rule, subject, masks, tolerances or {})
    return tuple(findings[rule.code] for rule in rules)


def _judge_groups(asked: Sequence[tuple[Subject, Sequence[Rule]]]) -> list[list[Any]]:
    """For each rule of each subject (applies, passes), or why it cannot be judged, or None where its check broke."""
    why = [[_why_not(rule, subject) for rule in group] for subject, group in asked]
    ready = [
        [rule for rule, reason in zip(group, reasons, strict=True) if reason is None]
        for (_, group), reasons in zip(asked, why, strict=True)
    ]
    passed: dict[str, pd.Series[bool] | None] = {}
    for together, checked in _together(
        [(subject.frame, each) for (subject, _), each in zip(asked, ready, strict=True)]
    ):
        passed |= validate(together, [(rule.code, rule.check, rule.params) for rule in checked])
    judged = []
    for (subject, group), reasons in zip(asked, why, strict=True):
        results: list[Any] = []
        for rule, reason in zip(group, reasons, strict=True):
            mask = passed.get(rule.code)
            frame = subject.frame
            if reason is not None or mask is None or frame is None:
                results.append(reason)
            else:
                results.append((holds(frame, rule.applies_when), mask.set_axis(frame.index)))
        judged.append(results)
    return judged


def _why_not(rule: Rule, subject: Subject) -> str | None:
    if subject.frame is None:
        return subject.missing or "nothing to judge it on"
    needed = find_check(rule.check).fields(rule.params) | fields_of(rule.applies_when)
    absent = sorted(needed - set(subject.frame.columns))
    return subject.absent.get(absent[0], f"it needs {absent[0]}") if absent else None


def _together(
    frames: Sequence[tuple[pd.DataFrame | None, Sequence[Rule]]],
) -> list[tuple[pd.DataFrame, Sequence[Rule]]]:
    """Frames to validate. Those of one row stand side by side in one frame: pandera takes as long for each as for all."""
    import pandas as pd

    asked = [(frame, rules) for frame, rules in frames if frame is not None and rules]
    single = [
        (frame.drop(columns="records").reset_index(drop=True), rules) for frame, rules in asked if len(frame) == 1
    ]
    names = [name for frame, _ in single for name in frame.columns]
    if len(single) < 2 or len(set(names)) < len(names):
        return asked
    beside = pd.concat([frame for frame, _ in single], axis=1)
    several: list[tuple[pd.DataFrame, Sequence[Rule]]] = [(frame, rules) for frame, rules in asked if len(frame) != 1]
    return [*several, (beside, [rule for _, rules in single for rule in rules])]


def failing(rules: Iterable[Rule], subject: Subject) -> dict[str, pd.Series[bool]]:
    """For each rule that can be judged on a subject, which rows of its frame fail."""
    group = [rule for rule in rules if rule.subject == subject.name]
    (results,) = _judge_groups([(subject, group)])
    masks = zip(group, results, strict=True)
    return {rule.code: found[0] & ~found[1] for rule, found in masks if isinstance(found, tuple)}


def validate(
    frame: pd.DataFrame, checks: Sequence[tuple[str, str, Mapping[str, Any]]]
) -> dict[str, pd.Series[bool] | None]:
    """Run (code, kind of check, params) over a frame by pandera: for each code the rows that pass, None if it broke."""
    import pandera.pandas as pa
    from pandera.config import ValidationDepth, config_context

    masks: dict[str, pd.Series[bool]] = {}
    compiled = [compile_check(kind, params, code, masks) for code, kind, params in checks]
    # No environment variable can switch validation off inside this context.
    with (
        config_context(validation_enabled=True, validation_depth=ValidationDepth.SCHEMA_AND_DATA),
        suppress(pa.errors.SchemaErrors),
    ):
        pa.DataFrameSchema(checks=compiled).validate(frame, lazy=True)
    return {code: masks.get(code) for code, _, _ in checks}


def _finding(rule: Rule, subject: Subject, masks: Any, tolerances: Mapping[str, float]) -> Finding:
    tolerance = tolerances.get(rule.code, rule.tolerance)
    frame = subject.frame
    if isinstance(masks, str) or masks is None or frame is None:
        outcome: Outcome = "not_judged" if isinstance(masks, str) else "error"
        why = masks if isinstance(masks, str) else "its check could not be run; please report this"
        return Finding(
            rule=rule,
            outcome=outcome,
            judged=0,
            failed=0,
            not_judged=subject.total,
            why_not_judged=why,
            tolerance=tolerance,
        )
    applies, passes = masks
    weight = frame["records"] if rule.unit != "extract" else frame["records"] * 0 + 1
    judged, failed = int(weight[applies].sum()), int(weight[applies & ~passes].sum())
    not_judged = int(weight.sum()) - judged
    reason = "it applies to no record here" if judged == 0 else None
    return Finding(
        rule=rule,
        outcome=_outcome(rule, judged, failed, tolerance),
        judged=judged,
        failed=failed,
        not_judged=not_judged,
        why_not_judged=reason,
        tolerance=tolerance,
    )


def _outcome(rule: Rule, judged: int, failed: int, tolerance: float | None) -> Outcome:
    if judged == 0:
        return "not_judged"
    if rule.unit == "extract":
        return "fail" if failed else "pass"
    return "fail" if failed >= FEWEST_FAILED and failed / judged > (tolerance or 0) else "pass"
