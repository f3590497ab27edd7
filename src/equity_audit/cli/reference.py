"""``equity-audit reference``: install, fetch, list, verify and remove the tables that records are linked to."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from equity_audit.errors import ExitCode

if TYPE_CHECKING:
    from equity_audit.reference.store import Entry

app = typer.Typer(
    help="Install, fetch, list, verify and remove reference tables (IMD editions, lookup, postcodes, populations).",
    no_args_is_help=True,
)
_FOLDER = typer.Option(None, "--reference", help="Folder of installed references (default: a folder of your own).")
_NOTHING = "No reference is installed. Add the official IMD file: equity-audit reference add FILE"


@app.command("add")
def add(
    file: Path = typer.Argument(help="As published: IMD, LSOA lookup, NSPL, ONSPD, TS021, population."),
    edition: str | None = typer.Option(None, "--edition", help="Edition where the file does not say: 2019, or a name."),
    reference: Path | None = _FOLDER,
) -> None:
    """Verify a published file and install it."""
    from equity_audit.reference.add import add_reference
    from equity_audit.reference.store import default_folder

    typer.echo(f"Installed {_told(add_reference(reference or default_folder(), file, edition))}, verified.")


@app.command("fetch")
def fetch(
    edition: str = typer.Argument(help="imd2015, imd2019, imd2025, lookup, ts021, … (`fetch list` shows them all)."),
    accept_changed: bool = typer.Option(
        False, "--accept-changed", help="Install the file though its sha256 is not recorded."
    ),
    reference: Path | None = _FOLDER,
) -> None:
    """Download an official file from its publisher, check its sha256, and install it."""
    from equity_audit.reference.fetch import editions, fetch_reference
    from equity_audit.reference.store import default_folder

    if edition == "list":
        for name, known in editions().items():
            typer.echo(f"{name:<12} {known.title}" + ("" if known.address else "  (by hand)"))
        return
    entry = fetch_reference(reference or default_folder(), edition, accept_changed=accept_changed)
    typer.echo(f"Installed {_told(entry)}, verified.")


@app.command("list")
def list_(reference: Path | None = _FOLDER) -> None:
    """List what is installed."""
    from equity_audit.reference.store import folder_to_read, list_entries

    entries = list_entries(folder_to_read(reference))
    for entry in entries:
        rows = f"{entry.rows:>9,} {_unit(entry.kind)} of {entry.vintage}" if entry.installed else "as published"
        typer.echo(f"{entry.title:<34} {rows}  sha256 {(entry.sha256 or '')[:12]}".removesuffix("  sha256 "))
    if not entries:
        typer.echo(_NOTHING)


@app.command("verify")
def verify(reference: Path | None = _FOLDER) -> None:
    """Check every table again: unchanged since installed; an IMD edition's areas, ranks, deciles."""
    from equity_audit.reference.store import damage, folder_to_read, list_entries

    sound = True
    entries = list_entries(folder_to_read(reference))
    for entry in entries:
        fault = damage(entry)
        sound = sound and fault is None
        typer.echo(f"{entry.title}: {fault or 'sound'}")
    if not entries:
        typer.echo(_NOTHING)
    raise typer.Exit(int(ExitCode.CLEAN if sound else ExitCode.FINDINGS))


@app.command("remove")
def remove(
    edition: str = typer.Argument(help="Name of the edition, as `reference list` shows it."),
    kind: str | None = typer.Option(None, "--kind", help="Kind of table, where a name is borne by several."),
    reference: Path | None = _FOLDER,
) -> None:
    """Remove an installed table."""
    from equity_audit.reference.add import remove_reference
    from equity_audit.reference.store import folder_to_read

    for entry in remove_reference(folder_to_read(reference), edition, kind):
        typer.echo(f"Removed {entry.title}.")


def _unit(kind: str) -> str:
    return {"imd": "areas", "lsoa_lookup": "pairs of areas", "postcodes": "postcodes"}.get(kind, "rows")


def _told(entry: Entry) -> str:
    return f"{entry.title}: {entry.rows:,} {_unit(entry.kind)} of {entry.vintage}"
