"""Writes an error outside of any command, such as a command line that cannot be parsed.

The output is the same as that of a command, without the imports that a command needs.
"""

import json
import os
import sys
import uuid
from collections.abc import Sequence

from mfa_setup.cli import formats
from mfa_setup.cli.typed import of_words
from mfa_setup.errors import MfaSetupError
from mfa_setup.model.empty import EMPTY_DOCUMENT
from mfa_setup.render import annotations, sanitize
from mfa_setup.render.annotations import Annotation
from mfa_setup.render.typed import safe_text
from mfa_setup.settings.schema import SECRET_VARIABLES

_TERMINAL_VARIABLES = {"FORCE_COLOR", "TTY_COMPATIBLE", "CLICOLOR_FORCE"}
"""The variables that make Rich treat any output as a terminal, or use colors."""


def write_error(command: str, error: MfaSetupError, arguments: Sequence[str]) -> None:
    """Writes an error in the format that the command line chooses.

    Args:
        command: The command that the command line names; empty if it names no command.
        error: The error.
        arguments: The command line.
    """
    secrets = [value for name in SECRET_VARIABLES if (value := os.environ.get(name, "").strip())]
    safe = safe_text(list(of_words(arguments)), secrets)
    message, hint = safe(error.message), safe(error.hint)
    output = formats.of_words(arguments)
    if output == "json":
        origin = {"service": error.service, "status": error.status, "request_id": error.request_id}
        failure = {"code": error.code, "message": message, "hint": hint, **origin}
        found = {**EMPTY_DOCUMENT, "command": command, "run_id": uuid.uuid4().hex, "error": failure}
        document = sanitize.changed(lambda text: sanitize.without_values(secrets, text), found)
        sys.stdout.write(annotations.shown_json(json.dumps(document)) + "\n")
        sys.stdout.flush()
    elif output == "markdown" or sys.stderr.isatty() or _TERMINAL_VARIABLES & os.environ.keys():
        _write_as_result(command, error, arguments)
    else:
        lines = [f"Error: {sanitize.one_line(message)}", *([f"  {sanitize.one_line(hint)}"] if hint else [])]
        if annotations.are_read():
            note = Annotation("error", f"mfa-setup {command}".rstrip(), f"{message} {hint}".strip())
            lines = [*map(annotations.shown, lines), *annotations.lines([note])]
        _write([sanitize.without_values(secrets, line) for line in lines])


def _write(lines: Sequence[str]) -> None:
    try:
        sys.stderr.write("".join(f"{line}\n" for line in lines))
        sys.stderr.flush()
    except BrokenPipeError:
        raise
    except OSError:  # a failure to write to standard error cannot be reported
        return


def _write_as_result(command: str, error: MfaSetupError, arguments: Sequence[str]) -> None:
    """Writes an error like the result of a command: as Markdown, or wrapped and in colors."""
    from mfa_setup.cli.app import new_sink  # noqa: PLC0415 slow to import
    from mfa_setup.cli.options import Common  # noqa: PLC0415
    from mfa_setup.engine.report import Report  # noqa: PLC0415
    from mfa_setup.model.results import Result  # noqa: PLC0415

    sink = new_sink(Common(format=formats.of_words(arguments), no_color="--no-color" in arguments))
    sink.typed += of_words(arguments)
    sink.result(Result(Report(command).outcome(error)))
