"""The formats that a command can print its result in, and the one that a command line chooses."""

from collections.abc import Sequence
from itertools import pairwise
from typing import get_args

import typer

from mfa_setup.cli.options import did_you_mean
from mfa_setup.model.types import OutputFormat

_FORMATS: tuple[OutputFormat, ...] = get_args(OutputFormat)
_EVERYWHERE: tuple[OutputFormat, ...] = ("text", "json")
IN_MARKDOWN = (
    *("up", "init", "buy-number", "enable-sms", "policy", "plan", "status", "doctor"),
    *("fleet plan", "fleet up", "fleet status", "fleet doctor"),
)
"""The commands with a result to show in a pull request."""


def of_command(command: str) -> tuple[OutputFormat, ...]:
    """Returns the formats that a command can print."""
    return _FORMATS if command in IN_MARKDOWN else _EVERYWHERE


def chosen(command: str, given: str | None, *, json: bool) -> OutputFormat:
    """Returns the format that a command line chooses by `--format` or `--json`.

    Raises:
        typer.BadParameter: There is no such format, the command cannot print it, or `--json` contradicts it.
    """
    if given is None:
        return "json" if json else "text"
    known = next((name for name in _FORMATS if name == given), None)
    if known is None:
        names = ", ".join(map(repr, of_command(command)))
        raise _wrong(f"{given!r} is not one of {names}.{did_you_mean(given, of_command(command))}")
    if known not in of_command(command):
        raise _wrong(f"`mfa-setup {command}` has no {known} output. These commands have: {', '.join(IN_MARKDOWN)}.")
    if json and known != "json":
        raise _wrong(
            f"--json is the same as --format json, and --format {known} contradicts it. Leave one of them out."
        )
    return known


def of_words(arguments: Sequence[str]) -> OutputFormat:
    """Returns the format that the words of a command line choose that could not be parsed; text by default."""
    if {"--json", "--jsonl"} & set(arguments):
        return "json"
    words = " ".join(arguments).replace("--format=", "--format ").split()
    given = [word for option, word in pairwise(words) if option == "--format"]
    return next((name for name in _FORMATS if name in given[-1:]), "text")


def _wrong(message: str) -> typer.BadParameter:
    return typer.BadParameter(message, param_hint="--format")
