"""The process: runs a command line and exits with its exit code."""

import gc
import io
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import NoReturn

import typer

from mfa_setup.cli import commands, completion, signals  # noqa: F401 importing the commands registers them
from mfa_setup.cli.app import program
from mfa_setup.errors import (
    InternalError,
    InterruptedRunError,
    MfaSetupError,
    OutputUnwritableError,
    TerminatedError,
    UsageInvalidError,
)

_BARE = {"test", "fleet", "config", "test sms", "schema"}
"""The groups, and commands that need an option or argument; without further words, they show their help."""
_INTERRUPTED = (InterruptedRunError.exit_code, TerminatedError.exit_code)


def run(arguments: Sequence[str]) -> int:
    """Runs a command line and returns the exit code."""
    if not arguments:
        from mfa_setup.cli.welcome import text  # noqa: PLC0415 only needed here

        typer.echo(text(os.environ, Path.cwd, at_terminal=sys.stdin.isatty() and sys.stdout.isatty()))
        return UsageInvalidError.exit_code
    if " ".join(arguments) in _BARE:
        run([*arguments, "--help"])
        return UsageInvalidError.exit_code
    try:
        code = program(arguments).main(list(arguments), prog_name="mfa-setup", standalone_mode=False)
    except typer.TyperException as unparsable:
        return _usage(arguments, unparsable)
    except InterruptedRunError as stopped:  # raised before a command started
        return _tell(arguments, stopped)
    except typer.Abort:
        return InterruptedRunError.exit_code
    return code if isinstance(code, int) else 0


def _usage(arguments: Sequence[str], unparsable: typer.TyperException) -> int:
    """Reports a command line that cannot be parsed, and returns the exit code."""
    named = _named(arguments)
    hint = f"See `{' '.join(['mfa-setup', *named.split()])} --help`."
    return _tell(arguments, UsageInvalidError(unparsable.format_message(), hint=hint))


def _tell(arguments: Sequence[str], error: MfaSetupError) -> int:
    """Writes an error outside of any command, in the chosen format; returns the exit code."""
    from mfa_setup.cli.early_error import write_error  # noqa: PLC0415 not needed for help and version

    signals.end()
    write_error(_named(arguments), error, arguments)
    return error.exit_code


def _named(arguments: Sequence[str]) -> str:
    """Returns the command that a command line names; empty for an unknown word, which may be anything."""
    named, known = [], program(()).commands
    for word in (word for word in arguments if not word.startswith("-")):
        if word not in known:
            break
        named.append(word)
        known = getattr(known[word], "commands", {})
    return " ".join(named)


def _open_closed_streams() -> None:
    """Discards output to a stream that was closed before the start (`>&-`), as other programs do."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 stays open until the process ends


def _unwritable(full: OutputUnwritableError | OSError) -> int:
    """Reports that standard output cannot be written, and discards what is left in its buffer."""
    error = (
        full
        if isinstance(full, OutputUnwritableError)
        else OutputUnwritableError(f"Standard output cannot be written: {full.strerror}.")
    )
    with suppress(OSError):
        sys.stderr.write(f"Error: {error.message}\n  {error.hint}\n")
        sys.stderr.flush()
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)
    return error.exit_code


def main(starting: Callable[[int, FrameType | None], None]) -> NoReturn:
    """Runs the command line of the process.

    Args:
        starting: Handles a signal until a run has started.
    """
    signals.install(starting)
    _open_closed_streams()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a character outside the terminal's encoding must not fail
    try:
        code = completion.answer() if os.environ.get(completion.VARIABLE) else run(sys.argv[1:])
        signals.end()
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader has gone away (`| head`), so nothing more can be written.
        sys.stderr.close()
        code = 1
    except (OutputUnwritableError, OSError) as full:  # an OSError comes from writing help or the version
        code = _unwritable(full)
    except Exception as defect:  # noqa: BLE001 a defect in the output code; reported here without any values
        sys.stderr.write(f"Error: Something went wrong inside mfa-setup ({type(defect).__name__}).\n")
        code = InternalError.exit_code
    if code in _INTERRUPTED:
        # A read that hangs in a thread must not delay the exit; all necessary cleanup is done.
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    gc.freeze()  # skips the final garbage collection, which would take a tenth of a second
    sys.exit(code)
