"""``python -m equity_audit.cli``."""

from equity_audit.cli import run

run()
