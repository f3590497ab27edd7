"""The command line: one file a command; each parses, calls, prints and exits.

Whatever escapes is turned into one sentence and an exit code here: no traceback, no value of a record.
"""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType

import typer

from equity_audit.cli import check, datasets, explain, reference, rules, sample
from equity_audit.errors import EquityAuditError, ExitCode

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


def main() -> None:
    """Run the command line; every way it can end has its exit code."""
    signal.signal(signal.SIGTERM, _terminated)
    try:
        app(standalone_mode=True)
    except EquityAuditError as error:
        _stop(str(error), error.exit_code)
    except KeyboardInterrupt:
        _stop("Interrupted. No further output was written.", ExitCode.INTERRUPTED)
    except BrokenPipeError:
        # The reader of our output went away; nothing more can be said to it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(ExitCode.CLEAN)
    except MemoryError:
        _stop(
            "There was not enough memory to finish. Raise memory_limit in equity-audit.toml, or give the machine more.",
            ExitCode.INTERNAL,
        )
    except Exception as error:  # noqa: BLE001 - the last door: its text may hold a value, so only its place is told
        _stop(
            f"Internal error ({type(error).__name__} at {_place(error)}). This is a fault of equity-audit, not of the data; "
            "please report this line. No value of the extract is in it.",
            ExitCode.INTERNAL,
        )


def _stop(message: str, code: ExitCode) -> None:
    print(f"equity-audit: {message}", file=sys.stderr)  # noqa: T201 - the one place that prints an error
    sys.exit(int(code))


def _terminated(number: int, frame: FrameType | None) -> None:
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
