"""The process: from a command line to its exit code."""

import functools
import os
import signal
import sys
from collections.abc import Sequence
from types import FrameType
from typing import NoReturn

import typer

from mfa_setup.cli import commands  # noqa: F401 registers the commands
from mfa_setup.cli.app import app, new_sink, proofs
from mfa_setup.cli.options import Common
from mfa_setup.errors import InterruptedRunError, TerminatedError, UsageInvalidError

_INTERRUPTED = (InterruptedRunError.exit_code, TerminatedError.exit_code)


def _terminated(_signum: int, _frame: FrameType | None) -> NoReturn:
    raise TerminatedError("Terminated.")


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
    except typer.Abort:
        return InterruptedRunError.exit_code
    return code if isinstance(code, int) else 0


def _usage(arguments: Sequence[str], unparsable: typer.TyperException) -> int:
    """A command line that cannot be parsed; as JSON too, where that was asked for."""
    from mfa_setup.engine.report import Report  # noqa: PLC0415 help and version need no report

    named = next((word for word in arguments if not word.startswith("-")), "")
    known = any(info.name == named for info in app.registered_commands)
    error = UsageInvalidError(
        unparsable.format_message(),
        hint=f"See `mfa-setup {named} --help`." if known else "See `mfa-setup --help`.",
    )
    new_sink(Common(json="--json" in arguments)).result(Report(named).outcome(error))
    return error.exit_code


def main() -> NoReturn:
    """The entry point of the process."""
    signal.signal(signal.SIGTERM, _terminated)
    try:
        code = run(sys.argv[1:])
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader went away (`| head`): nothing more to say, and nothing to say it to.
        sys.stderr.close()
        code = 1
    if code in _INTERRUPTED:
        # A read that hangs in a thread must not hold the process back; all that had to be cleaned up is.
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    sys.exit(code)
