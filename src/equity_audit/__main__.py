"""``python -m equity_audit``."""

from equity_audit.cli import main

main()
