"""``python -m equity_audit``."""

from equity_audit.cli import run

run()
