"""``equity-audit sample``: made-up extracts with planted faults, their truth beside them."""

from __future__ import annotations

from pathlib import Path

import typer


def sample(
    folder: Path = typer.Argument(help="Folder to write to; made if it does not exist."),
    dataset: list[str] = typer.Option(
        [], "--dataset", help="hes_apc, hes_op, hes_ae, wlmds (default: all). Repeatable."
    ),
    records: int = typer.Option(3000, "--records", min=1, help="Records in each extract."),
    seed: int = typer.Option(1, "--seed", min=0, help="Same seed, same bytes."),
    variant: str | None = typer.Option(None, "--variant", help="One fault of the whole extract, such as police."),
) -> None:
    """Write made-up extracts on a made-up geography, with every fault planted and the truth beside them."""
    from equity_audit.errors import UsageError
    from equity_audit.sample import FILE_NAMES, write_reference, write_sample

    for name in dataset:
        if name not in FILE_NAMES:
            raise UsageError(f"--dataset: samples are made of {', '.join(FILE_NAMES)}.")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "reference").mkdir(exist_ok=True)
    typer.echo(write_reference(folder / "reference", seed).name)
    for name in dataset or FILE_NAMES:
        typer.echo(write_sample(folder, name, records, seed, variant=variant).name)
