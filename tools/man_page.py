"""Writes man/mfa-setup.1, which the wheel installs, from the commands, their options and their help."""

import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

import mfa_setup.cli.main  # noqa: F401 importing the module registers the commands
from mfa_setup.cli.app import program
from mfa_setup.documentation import DOCUMENTATION

TARGET = Path(__file__).parents[1] / "man" / "mfa-setup.1"


def page() -> str:
    """Returns the whole page."""
    root = program()
    head = root.make_context("mfa-setup", [], resilient_parsing=True)
    lines = ['.TH "MFA-SETUP" "1" "" "mfa-setup" "User Commands"', ".SH NAME"]
    lines += [r"mfa\-setup \- SMS multi-factor authentication for an Auth0 tenant, through Twilio"]
    lines += [".SH SYNOPSIS", r".B mfa\-setup", r"[\fIOPTIONS\fR] \fICOMMAND\fR [\fIARGS\fR]...", ".SH DESCRIPTION"]
    lines += [*_text(root.help or ""), ".SH OPTIONS", *_options(root, head), ".SH COMMANDS"]
    lines += _commands(root, head)
    lines += [".SH EXIT STATUS", *_text(root.epilog or ""), ".SH SEE ALSO", _escaped(DOCUMENTATION)]
    return "\n".join(lines) + "\n"


def _commands(group: typer.core.TyperGroup, context: Any) -> Iterator[str]:
    """Yields the lines of each command, with its help and options; the commands of a group follow the group."""
    for name, command in group.commands.items():
        own = type(context)(command, info_name=name, parent=context)
        yield f".SS {_escaped(own.command_path)}"
        yield from _text(command.help or "")
        yield from _options(command, own)
        if isinstance(command, typer.core.TyperGroup):
            yield from _commands(command, own)


def _options(command: Any, context: Any) -> Iterator[str]:
    for parameter in command.get_params(context):
        record = parameter.get_help_record(context)
        if record is not None:
            yield ".TP"
            yield rf"\fB{_escaped(record[0])}\fR"
            yield _escaped(record[1])


def _text(text: str) -> Iterator[str]:
    """Yields the lines of a text in paragraphs; a paragraph that is marked with a backspace keeps its line breaks."""
    for paragraph in re.split(r"\n\s*\n|\n(?=\x08)", inspect.cleandoc(text)):
        lines = [_escaped(line) for line in paragraph.replace("\x08", "").strip("\n").splitlines()]
        yield from [".PP", ".nf", *lines, ".fi"] if "\x08" in paragraph else [".PP", *lines]


def _escaped(line: str) -> str:
    """Escapes a line so that roff shows it unchanged."""
    shown = line.replace("\\", r"\e").replace("-", r"\-")
    return rf"\&{shown}" if shown.startswith((".", "'")) else shown


if __name__ == "__main__":
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(page(), encoding="utf-8")
