"""Disclosure control: the only door from an Audit to a Report."""

# The function, not the module of the same name: binding it here, after the module was loaded, settles which.
from equity_audit.disclosure.suppress import suppress as suppress
from equity_audit.disclosure.suppress import suppress_system as suppress_system
