"""The command line: one file a command; each parses, calls, prints and exits.

Whatever escapes is turned into one sentence and an exit code here: no traceback, no value of a record.
"""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import sys
from types import FrameType

import typer

from equity_audit.cli import check, datasets, explain, reference, report, rules, sample
from equity_audit.errors import EquityAuditError, ExitCode

_INTERRUPTED = "Interrupted. No further output was written."
_OUR_FAULT = (
    "This is a fault of equity-audit, not of the data; please report this line. No value of the extract is in it."
)

app = typer.Typer(
    name="equity-audit",
    help="Can the ethnicity and deprivation in an NHS extract be trusted, and what do they show?",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("check")(check.check)
app.command("report")(report.report)
app.command("rules")(rules.rules)
app.command("explain")(explain.explain)
app.command("datasets")(datasets.datasets)
app.command("sample")(sample.sample)
app.add_typer(reference.app, name="reference")


@app.callback(invoke_without_command=True)
def _version(
    context: typer.Context,
    version: bool = typer.Option(False, "--version", help="Print the version and end."),
) -> None:
    if version:
        from equity_audit import __version__

        typer.echo(f"equity-audit {__version__}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
        raise typer.Exit(ExitCode.USAGE)


def run() -> None:
    """The installed command: `main`, and then the end of the process at once.

    All is written and tidied by then; taking a thousand modules apart one by one costs a tenth of a small audit.
    """
    try:
        main()
    except SystemExit as end:
        with contextlib.suppress(OSError, ValueError):
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(end.code if isinstance(end.code, int) else int(bool(end.code)))
        raise


def main() -> None:
    """Run the command line; every way it can end has its exit code."""
    for name in ("SIGTERM", "SIGHUP"):  # ended from outside, or the terminal was closed: tidy up all the same
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), _terminated)
    # One run, then the end: looking for garbage as often as a server does costs a tenth of a small audit.
    gc.set_threshold(1_000_000, 50, 100)
    # Arrow's own allocator keeps what was freed: up to 80 MB more, and slower, than the system's.
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
    try:
        app(standalone_mode=True)
    except EquityAuditError as error:
        _stop(str(error), error.exit_code)
    except SystemExit as end:
        _end(end)
    except KeyboardInterrupt:
        _stop(_INTERRUPTED, ExitCode.INTERRUPTED)
    except BrokenPipeError:
        _reader_gone()
    except MemoryError:
        _stop(
            "There was not enough memory to finish. Raise memory_limit in equity-audit.toml, or give the machine more.",
            ExitCode.INTERNAL,
        )
    except Exception as error:
        _stop(
            f"Internal error ({type(error).__name__} at {_place(error)}). {_OUR_FAULT}",
            ExitCode.INTERNAL,
        )


def _end(end: SystemExit) -> None:
    """End as the command said, save where Typer says 1, the code of findings, or nothing, of what is something else."""
    cause = end.__context__
    if isinstance(cause, BrokenPipeError):
        _reader_gone()
    if isinstance(cause, typer.Abort):
        _stop(f"Internal error (EOFError at {_place(cause.__cause__ or cause)}). {_OUR_FAULT}", ExitCode.INTERNAL)
    if cause is not None and isinstance(cause.__cause__, KeyboardInterrupt):
        _stop(_INTERRUPTED, ExitCode.INTERRUPTED)
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        _reader_gone()
    raise end


def _reader_gone() -> None:
    # Nothing more can be said to the reader of our output; what it did not get must not end as clean or as findings.
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(int(ExitCode.INTERRUPTED))


def _stop(message: str, code: ExitCode) -> None:
    print(f"equity-audit: {message}", file=sys.stderr)  # noqa: T201 - the one place that prints an error
    sys.exit(int(code))


def _terminated(number: int, frame: FrameType | None) -> None:
    signal.signal(number, signal.SIG_IGN)  # a second one must not cut the tidying short
    raise KeyboardInterrupt


def _place(error: BaseException) -> str:
    """The innermost line of our own that the error passed through, as module and line number."""
    place = "unknown place"
    trace = error.__traceback__
    while trace is not None:
        name = trace.tb_frame.f_globals.get("__name__", "")
        if name.startswith("equity_audit"):
            place = f"{name}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place
