"""One rule as text: the same words for `explain` and for its page in the reference."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from equity_audit.model import Rule

_EXPECT = {"pass": "passes", "fail": "fails", "not_judged": "is not judged"}


def rule_page(rule: Rule) -> str:
    """The rule in Markdown that also reads well in a terminal."""
    tolerance = "none: one is enough" if rule.tolerance is None else f"{rule.tolerance:.1%} of {rule.unit} judged"
    lines = [
        f"## {rule.code} {rule.title}",
        "",
        f"Set {rule.rule_set} · severity {rule.severity} · unit {rule.unit} · tolerance {tolerance} · since {rule.since}",
        "",
        f"**Why.** {rule.why}",
        "",
        f"**Mend it.** {rule.fix}",
        "",
        f"**Source.** {rule.source}",
        "",
        "**Examples**",
        "",
        *(f"- {_example(example)} {_EXPECT[example['expect']]}" for example in rule.examples),
    ]
    return "\n".join(lines)


def _example(example: Mapping[str, Any]) -> str:
    rows = example.get("rows") or [example["row"]]
    return "; ".join(", ".join(f"{field} `{value}`" for field, value in row.items()) for row in rows)
