"""``equity-audit rules``: the catalogue, a line a rule."""

from __future__ import annotations


def rules() -> None:
    """List the rules: code, severity, tolerance, title."""
    import typer

    from equity_audit.rules import load_rules

    for rule in load_rules():
        tolerance = "" if rule.tolerance is None else f"{rule.tolerance:.1%}"
        typer.echo(f"{rule.code}  {rule.severity:<8} {rule.unit:<8} {tolerance:>6}  {rule.title}")
