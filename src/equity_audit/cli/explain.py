"""``equity-audit explain CODE``: what a rule says, why, how to mend it, with examples."""

from __future__ import annotations

import typer


def explain(code: str = typer.Argument(help="A rule's code, for example ETH004.")) -> None:
    """Explain one rule: the fault, why it matters, how to mend it, its source and examples."""
    from equity_audit.rulepage import rule_page
    from equity_audit.rules import load_rules, rule_called

    typer.echo(rule_page(rule_called(code, load_rules())))
