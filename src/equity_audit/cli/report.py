"""``equity-audit report RESULT.json``: render a result again, without the data, with other thresholds if wanted."""

from __future__ import annotations

import sys
from pathlib import Path

import typer

from equity_audit.errors import ExitCode, UsageError

_FAIL_ON = ("error", "warning", "never")
_SEVERITIES = ("info", "warning", "error")


def report(
    result: Path = typer.Argument(help="The .json file that a check wrote.", metavar="RESULT.json"),
    output: list[Path] = typer.Option(
        [], "-o", "--output", help="Output file: .json, .xlsx, .html, .md, .csv or .xml by its ending. Repeatable."
    ),
    tolerance: list[str] = typer.Option([], "--tolerance", help="CODE=share, another tolerance of a rule. Repeatable."),
    do_not_use_below: float | None = typer.Option(
        None, "--do-not-use-below", min=0, max=1, help="Do not use a field with a smaller usable (or linked) share."
    ),
    act_from: float | None = typer.Option(
        None, "--act-from", min=0, max=1, help="Call a field complete enough from this usable (or linked) share."
    ),
    config: Path | None = typer.Option(
        None, "--config", help="Settings file, for [board] (default: equity-audit.toml here)."
    ),
    internal: str | None = typer.Option(None, "--internal", help="Who outputs are for that are not for publication."),
    fail_on: str = typer.Option("never", "--fail-on", help="End with 1 on findings of: error, warning or never."),
    quiet: bool = typer.Option(False, "-q", "--quiet", help="Print the last line only."),
    verbose: bool = typer.Option(False, "-v", "--verbose", help="Print rules that passed or were not judged, too."),
    color: str = typer.Option("auto", "--color", help="auto, always or never."),
) -> None:
    """Render a result again. No data are needed; every output says which thresholds were changed."""
    if fail_on not in _FAIL_ON:
        raise UsageError(f"--fail-on takes one of {', '.join(_FAIL_ON)}.")
    if color not in ("auto", "always", "never"):
        raise UsageError("--color takes one of auto, always, never.")
    if not result.is_file():
        raise UsageError("There is no result at that path. Give the .json file that equity-audit check wrote.")
    from dataclasses import replace

    from equity_audit.config import load_settings
    from equity_audit.reports import check_targets, write_reports
    from equity_audit.reports.reread import LARGEST, read_report
    from equity_audit.reports.restate import NewThresholds, restate
    from equity_audit.reports.terminal import print_report
    from equity_audit.rules import load_rules

    with result.open("rb") as file:
        content = file.read(LARGEST + 1)
    found = read_report(content, {rule.code: rule for rule in load_rules()})
    found = replace(found, internal_name=internal or found.internal_name)
    check_targets(output, result, found.exact or found.internal, found.internal_name)
    thresholds = NewThresholds(tolerances=_tolerances(tolerance), do_not_use_below=do_not_use_below, act_from=act_from)
    found = restate(found, thresholds)
    settings = load_settings(config)
    write_reports(found, output, settings.board, int(settings.output_mode, 8))
    print_report(found, quiet=quiet, verbose=verbose, color=color)
    counted = () if fail_on == "never" else _SEVERITIES[_SEVERITIES.index(fail_on) :]
    failed = any(each.outcome == "fail" and each.rule.severity in counted for each in found.findings)
    sys.stdout.flush()
    raise typer.Exit(int(ExitCode.FINDINGS if failed else ExitCode.CLEAN))


def _tolerances(pairs: list[str]) -> dict[str, float]:
    found = {}
    for pair in pairs:
        code, _, text = pair.partition("=")
        try:
            share = float(text)
        except ValueError:
            share = -1.0
        if not code or not 0 <= share < 1:
            raise UsageError("--tolerance is written CODE=share, a share from 0 to below 1, for example ETH001=0.05.")
        found[code] = share
    return found
