"""The process: from a command line to its exit code."""

import functools
import io
import os
import sys
from collections.abc import Callable, Sequence
from types import FrameType
from typing import NoReturn

import typer

from mfa_setup.cli import commands, signals  # noqa: F401 importing the commands registers them
from mfa_setup.cli.app import app, new_sink, proofs
from mfa_setup.cli.options import Common
from mfa_setup.errors import InternalError, InterruptedRunError, MfaSetupError, TerminatedError, UsageInvalidError
from mfa_setup.model.results import Result

_INTERRUPTED = (InterruptedRunError.exit_code, TerminatedError.exit_code)


@functools.cache
def _program() -> typer.core.TyperGroup:
    app.add_typer(proofs, name="test")
    return typer.main.get_group(app)


def run(arguments: Sequence[str]) -> int:
    """Runs a command line and returns the exit code."""
    if not arguments:
        run(["--help"])
        return UsageInvalidError.exit_code
    try:
        code = _program().main(list(arguments), prog_name="mfa-setup", standalone_mode=False)
    except typer.TyperException as unparsable:
        return _usage(arguments, unparsable)
    except InterruptedRunError as stopped:  # before a command had begun
        return _tell(arguments, stopped)
    except typer.Abort:
        return InterruptedRunError.exit_code
    return code if isinstance(code, int) else 0


def _usage(arguments: Sequence[str], unparsable: typer.TyperException) -> int:
    """A command line that cannot be parsed."""
    named = _named(arguments)
    known = any(info.name == named for info in app.registered_commands)
    hint = f"See `mfa-setup {named} --help`." if known else "See `mfa-setup --help`."
    return _tell(arguments, UsageInvalidError(unparsable.format_message(), hint=hint))


def _tell(arguments: Sequence[str], error: MfaSetupError) -> int:
    """An error outside of any command; as JSON too, where that was asked for."""
    from mfa_setup.engine.report import Report  # noqa: PLC0415 help and version need no report

    sink = new_sink(Common(json="--json" in arguments))
    signals.end()
    sink.result(Result(Report(_named(arguments)).outcome(error)))
    return error.exit_code


def _named(arguments: Sequence[str]) -> str:
    return next((word for word in arguments if not word.startswith("-")), "")


def main(starting: Callable[[int, FrameType | None], None]) -> NoReturn:
    """Runs the command line of the process.

    Args:
        starting: Handles a signal until a run has begun.
    """
    signals.install(starting)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a name that this terminal's encoding lacks is no reason to fail
    try:
        code = run(sys.argv[1:])
        signals.end()
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader went away (`| head`): nothing more to say, and nothing to say it to.
        sys.stderr.close()
        code = 1
    except Exception as defect:  # noqa: BLE001 of what shows everything: so it is told here, and no value with it
        sys.stderr.write(f"Error: Something went wrong inside mfa-setup ({type(defect).__name__}).\n")
        code = InternalError.exit_code
    if code in _INTERRUPTED:
        # A read that hangs in a thread must not hold the process back; all that had to be cleaned up is.
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    sys.exit(code)
