"""``equity-audit datasets``: what is looked for in a header."""

from __future__ import annotations

import typer


def datasets(name: str | None = typer.Argument(None, help="One dataset, to see its headers and outcomes.")) -> None:
    """List the datasets, or the headers that carry each field in one of them."""
    from equity_audit.datasets import dataset_names, load_dataset
    from equity_audit.fields import FIELDS

    if name is None:
        for each in dataset_names():
            typer.echo(f"{each:<10} {load_dataset(each).title}")
        typer.echo("\nequity-audit datasets NAME shows the headers that are looked for.")
        return
    dataset = load_dataset(name)
    typer.echo(f"{dataset.title}\nSource: {' '.join(dataset.source.split())}\n")
    for field, headers in dataset.fields.items():
        typer.echo(f"{field}: {FIELDS[field].meaning}\n    {', '.join(headers)}")
    for outcome in dataset.outcomes:
        typer.echo(f"\nOutcome {outcome.name}: {' '.join(outcome.description.split())}")
