"""Every error a user can meet, and the exit code each class gives.

::

    EquityAuditError            says what, where and what next; shown without a traceback
    ├── UsageError        2     the command, a setting or a rule file is wrong
    ├── DataError         3     the data could not be audited
    └── DisclosureError   3     an output could not be made safe, so it was not written

Faults *in* the data are findings, never exceptions. Messages hold no value of a record.
Anything else that escapes is our own fault: exit 4, no traceback, no value.
"""

from enum import IntEnum


class ExitCode(IntEnum):
    """What a run ends with, so that a scheduler need not read the log."""

    CLEAN = 0
    FINDINGS = 1
    USAGE = 2
    NOT_AUDITED = 3
    INTERNAL = 4
    INTERRUPTED = 130


class EquityAuditError(Exception):
    """An error shown to the user as written: what, where, what next."""

    exit_code = ExitCode.INTERNAL


class UsageError(EquityAuditError):
    """The command, a setting or a rule file is wrong."""

    exit_code = ExitCode.USAGE


class DataError(EquityAuditError):
    """The data could not be audited."""

    exit_code = ExitCode.NOT_AUDITED


class DisclosureError(EquityAuditError):
    """An output could not be made safe for publication, so it was not written."""

    exit_code = ExitCode.NOT_AUDITED
