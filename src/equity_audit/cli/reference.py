"""``equity-audit reference``: install, list and verify the tables that records are linked to."""

from __future__ import annotations

from pathlib import Path

import typer

from equity_audit.errors import ExitCode

app = typer.Typer(help="Install, list and verify reference tables (IMD editions).", no_args_is_help=True)
_FOLDER = typer.Option(None, "--reference", help="Folder of installed references (default: a folder of your own).")


@app.command("add")
def add(
    file: Path = typer.Argument(help="An official IMD file as published: xlsx, csv or csv.gz."),
    edition: str | None = typer.Option(None, "--edition", help="Edition, where the file does not say: 2015, 2019, 2025, or a name."),
    reference: Path | None = _FOLDER,
) -> None:
    """Verify a published file and install it."""
    from equity_audit.reference.store import add_imd, default_folder

    table = add_imd(reference or default_folder(), file, edition)
    typer.echo(f"Installed IMD {table.edition}: {len(table.frame):,} areas of {table.vintage}, verified.")


@app.command("list")
def list_(reference: Path | None = _FOLDER) -> None:
    """List what is installed."""
    from equity_audit.reference.store import default_folder, list_entries

    entries = list_entries(reference or default_folder())
    for entry in entries:
        rows = f"{entry.rows:>7,} areas of {entry.vintage}" if entry.installed else "as published"
        typer.echo(f"IMD {entry.edition:<10} {rows}  sha256 {(entry.sha256 or '')[:12]}".rstrip(" sha256"))
    if not entries:
        typer.echo("No reference is installed. Add the official IMD file: equity-audit reference add FILE")


@app.command("verify")
def verify(reference: Path | None = _FOLDER) -> None:
    """Check every installed table again: number of areas, ranks, deciles, vintage."""
    from equity_audit.reference.store import FAULTS, default_folder, list_entries, read_entry

    sound = True
    entries = list_entries(reference or default_folder())
    for entry in entries:
        table = read_entry(entry)
        verdict = "; ".join(FAULTS[fault] for fault in table.faults) or "sound"
        sound = sound and not table.faults
        typer.echo(f"IMD {table.edition}: {verdict}")
    if not entries:
        typer.echo("No reference is installed. Add the official IMD file: equity-audit reference add FILE")
    raise typer.Exit(int(ExitCode.CLEAN if sound else ExitCode.FINDINGS))
