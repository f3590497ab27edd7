"""A kind of check, one file, found by its name. Each has ``passes(frame, params)`` and ``fields(params)``.

`compile_check` makes a pandera check of it, in the one form that keeps values out of pandera's errors.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib import import_module, resources
from types import ModuleType
from typing import Any

from equity_audit.errors import UsageError


def check_names() -> tuple[str, ...]:
    """The kinds of check there are."""
    names = (entry.name for entry in resources.files(__package__).iterdir())
    return tuple(sorted(name[:-3] for name in names if name.endswith(".py") and not name.startswith("_")))


def find_check(name: str) -> ModuleType:
    """The module of a kind of check; UsageError names the kinds there are."""
    if not re.fullmatch(r"[a-z_]+", name) or name not in check_names():
        raise UsageError(f"There is no kind of check called {name}. Kinds: {', '.join(check_names())}.")
    return import_module(f"equity_audit.checks.{name}")


def compile_check(name: str, params: Mapping[str, Any], code: str, masks: dict[str, Any]) -> Any:
    """A pandera check over a whole frame; its ``error`` is the rule's code and nothing else.

    Which rows pass is kept in ``masks`` by code; pandera hears only whether all do, so that it holds no value, and makes no
    tables of what failed, which nobody would read and which take longer than the checks. One that breaks leaves no mask.
    """
    import pandera.pandas as pa

    module = find_check(name)

    def every_row_passes(frame: Any) -> bool:
        masks[code] = module.passes(frame, params).astype(bool)
        return bool(masks[code].all())

    return pa.Check(every_row_passes, n_failure_cases=0, ignore_na=False, error=code)
