"""Writes docs/commands.md and docs/exit-codes.md from the code, and from what the README says of exit codes."""

import html
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

import mfa_setup.cli.main  # noqa: F401 importing the module registers the commands
from mfa_setup import errors
from mfa_setup.cli.app import program

FOLDER = Path(__file__).parents[1] / "docs"
NOTE = "<!-- Written by tools/reference.py: change the code and run it again. -->"
ABOUT_COMMANDS = (
    "`mfa-setup COMMAND --help` shows the options that a command is mostly used with, `mfa-setup help COMMAND --all`",
    "all of them. [Settings](settings.md) lists the variable and the key of each setting. Secrets are never the",
    "value of an option: the options that end in `-file` read them from a file, or with `-` from standard input.",
)
ABOUT_EXIT_CODES = (
    "A command ends with one of these exit codes. `error.code` in the [JSON document](json.md) says more exactly",
    "what failed; [Error codes](errors.md) lists the codes alone.",
)
Command = tuple[str, Any, dict[str, str]]
"""The full name of a command, the command, and its options with their help."""


def pages() -> dict[str, str]:
    """Returns the text of each page by its file name."""
    return {"commands.md": commands_page(), "exit-codes.md": exit_codes_page()}


def commands_page() -> str:
    """Returns the page with every command."""
    found = list(_commands(program(), program().make_context("mfa-setup", [], resilient_parsing=True)))
    common = _common([options for _, _, options in found])
    lines = ["# Commands", "", NOTE, "", *ABOUT_COMMANDS, ""]
    lines += ["## Options of every command", "", "These are left out below.", "", *_options(common)]
    for name, command, options in found:
        lines += ["", f"## `mfa-setup {name}`", "", *_text(command.help or "")]
        own = {option: meaning for option, meaning in options.items() if option not in common}
        lines += ["", *_options(own)] if own else []
    return "\n".join(lines) + "\n"


def _commands(group: typer.core.TyperGroup, context: Any) -> Iterator[Command]:
    """Yields the commands; those of a group in its place."""
    for name, command in group.commands.items():
        own = type(context)(command, info_name=name, parent=context)
        if isinstance(command, typer.core.TyperGroup):
            yield from _commands(command, own)
        else:
            records = (parameter.get_help_record(own) for parameter in command.get_params(own))
            yield own.command_path.removeprefix("mfa-setup "), command, dict(filter(None, records))


def _common(options: list[dict[str, str]]) -> dict[str, str]:
    """Returns the options that most commands share, with the same help."""
    return {
        option: meaning
        for option, meaning in options[0].items()
        if sum(other.get(option) == meaning for other in options) > len(options) * 2 / 3
    }


def _options(options: dict[str, str]) -> Iterator[str]:
    yield "| option | meaning |"
    yield "|---|---|"
    for option, meaning in options.items():
        yield f"| {_code(option)} | {_cell(meaning)} |"


def _text(text: str) -> Iterator[str]:
    """Yields a help text: its paragraphs, and its examples as a block."""
    for paragraph in re.split(r"\n\s*\n|\n(?=\x08)", inspect.cleandoc(text)):
        if "\x08" in paragraph:
            title, *lines = paragraph.replace("\x08", "").strip("\n").splitlines()
            yield from ["", title, "", "```text", *(line.strip() for line in lines), "```"]
        else:
            yield from ["", *map(_cell, paragraph.splitlines())]


def _code(text: str) -> str:
    """Returns a text as code; as an entity, a bar within does not end the cell, on the site and elsewhere."""
    shown = text.replace(" <list[str]>", "…")
    return f"<code>{html.escape(shown).replace('|', '&#124;')}</code>" if "|" in shown else f"`{shown}`"


def _cell(text: str) -> str:
    """Returns a text for a cell of a table: placeholders are code, and nothing is markup."""
    escaped = text.replace("|", r"\|").replace("*", r"\*").replace("<", "&lt;").replace("[", r"\[").split("`")
    escaped[::2] = (re.sub(r"(?<![\w-])(--[a-z][a-z-]+)(?!\w)", r"`\1`", words) for words in escaped[::2])
    return "`".join(escaped)


def exit_codes_page() -> str:
    """Returns the page with every exit code and the errors that end with it."""
    readme = (FOLDER.parent / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d[\d, ]*) \| (.+) \|$", readme.partition("### Exit codes")[2], re.MULTILINE)
    meanings = [(code, text) for codes, text in rows for code in codes.split(", ")]
    lines = ["# Exit codes", "", NOTE, "", *ABOUT_EXIT_CODES, ""]
    lines += ["| exit code | means |", "|---|---|"]
    lines += [f"| [{code}](#exit-code-{code}) | {text} |" for code, text in meanings]
    for code, text in meanings:
        kinds = sorted((kind for kind in _errors() if kind.exit_code == int(code)), key=lambda kind: kind.code)
        lines += ["", f"## Exit code {code}", "", f"{text[0].upper()}{text[1:].removesuffix('.')}."]
        if kinds:
            lines += ["", "| code | means | what to do |", "|---|---|---|", *map(_error, kinds)]
    return "\n".join(lines) + "\n"


def _errors() -> list[type[errors.MfaSetupError]]:
    """Returns one class for each code."""
    classes = [errors.MfaSetupError]
    for kind in classes:
        classes += kind.__subclasses__()
    return list({kind.code: kind for kind in classes if kind.__module__ == errors.__name__}.values())


def _error(kind: type[errors.MfaSetupError]) -> str:
    meaning = " ".join(inspect.cleandoc(kind.__doc__ or "").partition("\n\n")[0].split())
    return f"| {_code(kind.code)} | {_cell(meaning)} | {_cell(kind.default_hint) or 'The message says it.'} |"


if __name__ == "__main__":
    for file, content in pages().items():
        (FOLDER / file).write_text(content, encoding="utf-8")
