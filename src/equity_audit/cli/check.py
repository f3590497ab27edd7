"""``equity-audit check EXTRACT``: audit one extract, print what was found, write the outputs asked for."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from equity_audit.disclosure.profiles import profile_names
from equity_audit.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from equity_audit.model import Audit
    from equity_audit.worklist import WorkList

_SEVERITIES = ("info", "warning", "error")
_FAIL_ON = ("error", "warning", "never")
_FORMATS = ("table", "json")


def check(
    extract: Path = typer.Argument(
        help="The extract: CSV (also .gz), xlsx or Parquet; - reads it from a pipe.", metavar="EXTRACT"
    ),
    dataset: str | None = typer.Option(None, "--dataset", help="Dataset, in place of detection by header."),
    mapping: list[str] = typer.Option([], "--map", help="field=column, in place of the header aliases. Repeatable."),
    sheet: str | None = typer.Option(None, "--sheet", help="Sheet of a workbook (default: the first)."),
    reference: Path | None = typer.Option(
        None, "--reference", help="Folder of reference tables, installed or as published."
    ),
    imd: str | None = typer.Option(None, "--imd", help="IMD edition to use: 2015, 2019, 2025 or one of your own."),
    compare_imd: str | None = typer.Option(None, "--compare-imd", help="A second edition: what would change under it."),
    census: str | None = typer.Option(
        None, "--census", help="Census date (YYYY-MM-DD) where a waiting list holds several."
    ),
    outcomes: Path | None = typer.Option(
        None, "--outcomes", help="Outcomes of your own, in YAML (docs/own-outcomes.md)."
    ),
    ethnicity_scheme: str | None = typer.Option(
        None,
        "--ethnicity-scheme",
        help="How ethnicity is coded, in place of detection: 2001, 2021, gp, police, or a mapping file.",
    ),
    ethnicity_2021_mapping: Path | None = typer.Option(
        None, "--ethnicity-2021-mapping", help="File value,code that says what the second field, of 2021, holds."
    ),
    groups: int | None = typer.Option(
        None, "--groups", help="Ethnic groups shown: 5 (default), 6 (Chinese apart) or 16."
    ),
    patient_key: str | None = typer.Option(
        None, "--patient-key", help="Field that tells patients apart: nhs_number, pseudonym or local_patient_id."
    ),
    output: list[Path] = typer.Option(
        [], "-o", "--output", help="Output file: .html .xlsx .md .csv .xml .json by its ending."
    ),
    format_: str = typer.Option("table", "--format", help="What is printed: table or json."),
    select: str = typer.Option("", "--select", help="Judge only rules whose codes begin so, comma between."),
    ignore: str = typer.Option("", "--ignore", help="Do not judge rules whose codes begin so, comma between."),
    fail_on: str = typer.Option(
        "error", "--fail-on", help="Exit 1 on findings of this severity: error, warning, never."
    ),
    disclosure: str | None = typer.Option(
        None,
        "--disclosure",
        help=f"Disclosure profile of everything written: {', '.join(profile_names())}, or your own.",
    ),
    previous: Path | None = typer.Option(None, "--previous", help="Result document its readers already have."),
    internal: str | None = typer.Option(
        None, "--internal", help="Who .html, .md and .xlsx are for; marks all outputs."
    ),
    worklist: Path | None = typer.Option(
        None, "--worklist", help="Write the records to mend to this CSV: holds identifiers."
    ),
    worklist_keys: str = typer.Option("", "--worklist-keys", help="Fields that name a record in it, comma between."),
    recipient: str = typer.Option("the data quality team", "--recipient", help="Who the work list is for."),
    delete_by: str | None = typer.Option(
        None, "--delete-by", help="Date (YYYY-MM-DD) to delete it by (default: in 30 days)."
    ),
    pseudonymise: bool = typer.Option(False, "--pseudonymise", help="Keyed pseudonyms in it; key in EQUITY_AUDIT_KEY."),
    label: str | None = typer.Option(None, "--label", help="What outputs call the extract (default: its dataset)."),
    config: Path | None = typer.Option(None, "--config", help="Settings file (default: equity-audit.toml here)."),
    quick: bool = typer.Option(
        False,
        "--quick",
        help="Counts, and deprivation in the first outcome, only: no spread, mix of age and sex or agreement of records.",
    ),
    quiet: bool = typer.Option(False, "-q", "--quiet", help="Print the last line only."),
    verbose: bool = typer.Option(False, "-v", "--verbose", help="Print rules that passed or were not judged, too."),
    color: str = typer.Option("auto", "--color", help="auto, always or never."),
) -> None:
    """Audit ethnicity coding and deprivation linkage, and break the activity down by both."""
    for name, value, choices in (
        ("--fail-on", fail_on, _FAIL_ON), ("--format", format_, _FORMATS), ("--color", color, ("auto", "always", "never")),
    ):  # fmt: skip
        if value not in choices:
            raise UsageError(f"{name} takes one of {', '.join(choices)}.")
    from equity_audit.config import load_settings
    from equity_audit.disclosure.previous import read_previous
    from equity_audit.disclosure.profiles import load_profile
    from equity_audit.reports import check_targets, write_reports

    settings = load_settings(config)
    profile = load_profile(disclosure or settings.disclosure, settings.profiles)
    earlier = read_previous(previous, settings.profiles) if previous else None
    check_targets(output, extract, profile.primary is None or profile.internal, internal)

    from equity_audit.audit import Request, run_audit
    from equity_audit.datasets.definitions import load_outcomes
    from equity_audit.disclosure.previous import read_document
    from equity_audit.disclosure.protect import protect
    from equity_audit.ethnic_settings import choose
    from equity_audit.reference.store import folder_to_read
    from equity_audit.reference.warehouse import imd_from_database
    from equity_audit.residual import shares_of_run
    from equity_audit.rules import load_rules, rule_called, select_rules

    for code in settings.tolerances:
        rule_called(code, load_rules(), f"[rules.{code}] in the settings: ")
    to_do = _worklist(worklist, _codes(worklist_keys), recipient, delete_by, pseudonymise)
    folder = folder_to_read(reference, settings.reference)
    audit = run_audit(
        Request(
            extract=extract,
            reference=folder,
            rules=select_rules(load_rules(), _codes(select), _codes(ignore)),
            edition=imd or settings.imd,
            compare_edition=compare_imd,
            warehouse_edition=imd_from_database(settings.warehouse_imd) if settings.warehouse_imd else None,
            dataset=dataset or settings.dataset,
            overrides={**settings.map, **_mapping(mapping)},
            sheet=sheet,
            census=census,
            outcomes=load_outcomes(outcomes) if outcomes else (),
            label=label or settings.label,
            memory_limit=settings.memory_limit,
            ethnic_grouping=settings.ethnic_grouping,
            ethnic=choose(
                settings.ethnicity,
                scheme=ethnicity_scheme,
                mapping_2021=ethnicity_2021_mapping,
                groups=groups,
                patient_key=patient_key,
            ),
            tolerances=settings.tolerances,
            worklist=to_do,
            quick=quick,
            last_run_shares=shares_of_run(read_document(previous)) if previous else {},
            site_postcodes=tuple(settings.site_postcodes),
        )
    )
    # A terminal shows the analyst's own data exactly; piped or logged output is a file like any other.
    exact = sys.stdout.isatty() and format_ == "table"
    if output or not exact:
        leaving = audit if output or format_ == "json" or not quiet else _last_line_of(audit)
        report = protect(leaving, profile, internal, earlier, settings.verdict)
        write_reports(report, output, settings.board, int(settings.output_mode, 8))
    if exact:
        report = protect(audit, load_profile("none"), thresholds=settings.verdict)
    if format_ == "json":
        from equity_audit.reports.json import render

        sys.stdout.buffer.write(render(report))
    else:
        from equity_audit.reports.terminal import print_report

        print_report(report, quiet=quiet, verbose=verbose, color=color)
    raise typer.Exit(int(exit_code(audit, fail_on)))


def exit_code(audit: Audit, fail_on: str) -> ExitCode:
    """How the run ends: a broken rule is our fault, nothing judged is no audit, else findings decide."""
    outcomes = [finding.outcome for finding in audit.findings]
    if "error" in outcomes:
        return ExitCode.INTERNAL
    if all(outcome == "not_judged" for outcome in outcomes):
        return ExitCode.NOT_AUDITED
    counted = () if fail_on == "never" else _SEVERITIES[_SEVERITIES.index(fail_on) :]
    found = any(finding.outcome == "fail" and finding.rule.severity in counted for finding in audit.findings)
    return ExitCode.FINDINGS if found else ExitCode.CLEAN


def _last_line_of(audit: Audit) -> Audit:
    """An audit of which only the last line leaves: nothing else needs to be protected."""
    from dataclasses import replace

    return replace(
        audit, breakdowns=(), comparisons=(), outcomes=(), ethnicity={}, deprivation={}, shapes={}, ethnicity_details={},
        deprivation_details={},
    )  # fmt: skip


def _worklist(
    path: Path | None, keys: list[str], recipient: str, delete_by: str | None, pseudonymise: bool
) -> WorkList | None:
    if path is None:
        if pseudonymise or keys or delete_by:
            raise UsageError("--worklist-keys, --delete-by and --pseudonymise go with --worklist FILE.")
        return None
    from datetime import date

    from equity_audit.worklist import WorkList

    try:
        day = date.fromisoformat(delete_by) if delete_by else None
    except ValueError:
        raise UsageError("--delete-by is a date written YYYY-MM-DD.") from None
    asked = WorkList(path=path, keys=tuple(keys), recipient=recipient, delete_by=day, pseudonymise=pseudonymise)
    asked.check()
    return asked


def _codes(text: str) -> list[str]:
    return [code.strip() for code in text.split(",") if code.strip()]


def _mapping(pairs: list[str]) -> dict[str, str]:
    result: dict[str, str] = {}
    for pair in pairs:
        field, equals, column = pair.partition("=")
        if not equals or not field or not column:
            raise UsageError("--map is written field=column, for example --map ethnicity=ETHNIC_CODE.")
        if field in result:
            raise UsageError(f"--map names the field {field} twice. Say once which column carries it.")
        result[field] = column
    return result
