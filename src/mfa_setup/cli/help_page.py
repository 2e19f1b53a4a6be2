"""The help page of a command: explains as many options as fit on a page, and lists the others by name only."""

import re
import textwrap
from typing import Any

from mfa_setup.documentation import DOCUMENTATION

LINES = 45
"""The maximum number of lines of a page, if the list of options allows it."""
_EXPLAINED = frozenset(
    {"domain", "urls", "country", "from_", "countries", "policy", "config", "json", "yes", "verbose", "help"}
)
"""The options that most runs need, by parameter name; a page too short for all options explains these."""
_NARROW = 70
"""The maximum width of a narrow terminal, in columns."""
_COLUMN, _NARROW_COLUMN = 30, 16
"""The longest option name, in characters, that has its explanation beside it; variable names must fit in the rest."""
_HYPHEN = "\N{NON-BREAKING HYPHEN}"
_NOTE = re.compile(r" \[environment: \w+\]| \(default [^)]*\)$")


def short_page(command: Any, ctx: Any) -> str:
    """Returns the page of `--help`: the most detailed version that has at most `LINES` lines, else the briefest."""
    own = {parameter.name for parameter in command.get_params(ctx) if _panel(parameter) in {"", "Options"}}
    for explained in (None, own | _EXPLAINED, own):
        page = _page(command, ctx, explained)
        if page.count("\n") < LINES:
            break
    return page


def full_page(command: Any, ctx: Any) -> str:
    """Returns the page of `help COMMAND --all`: every option with its variable and its default."""
    return _page(command, ctx, None)


def _page(command: Any, ctx: Any, explained: set[str] | None) -> str:
    """Returns a page that explains the options with these names, or by default all options in sections."""
    formatter = formatter_of(ctx)
    formatter.column = _COLUMN if formatter.width > _NARROW else _NARROW_COLUMN
    command.format_usage(ctx, formatter)
    command.format_help_text(ctx, formatter)
    if explained is None:
        _write_sections(command, ctx, formatter)
    else:
        _write_brief(command, ctx, formatter, explained)
    formatter.write_paragraph()
    formatter.write(f"{DOCUMENTATION}\n")
    return fitted(formatter.getvalue(), formatter.width)


def formatter_of(ctx: Any) -> Any:
    """Returns the formatter of a page, which never breaks a line at a hyphen, such as in an option or file name."""
    formatter = ctx.make_formatter()
    formatter.column = _COLUMN
    write_text, write_dl = formatter.write_text, formatter.write_dl

    def kept(text: str) -> str:
        return text.replace("-", _HYPHEN)

    formatter.write_text = lambda text: write_text(kept(text))
    formatter.write_dl = lambda rows: write_dl([(name, kept(text)) for name, text in rows], col_max=formatter.column)
    return formatter


def fitted(page: str, width: int) -> str:
    """Wraps the long lines of a page, such as examples, between words if the terminal is narrow."""
    lines = []
    for line in map(str.rstrip, page.replace(_HYPHEN, "-").rstrip("\n").split("\n")):
        indent = " " * (len(line) - len(line.lstrip()))
        lines.append(_wrapped(line.strip(), width, indent, indent + "  ").rstrip() if len(line) > width else line)
    return "\n".join(lines)


def _write_sections(command: Any, ctx: Any, formatter: Any) -> None:
    """Writes one section for each panel, in the order of the panels."""
    sections: dict[str, list[tuple[str, str]]] = {}
    for parameter in command.get_params(ctx):
        record = parameter.get_help_record(ctx)
        if record is not None:
            sections.setdefault(_panel(parameter) or "Help", []).append(record)
    for title, records in sections.items():
        with formatter.section(title):
            formatter.write_dl(records)


def _write_brief(command: Any, ctx: Any, formatter: Any, explained: set[str]) -> None:
    """Writes the explained options in one section, each with its first sentence, and the others by panel and name."""
    rows, names = [], dict[str, list[str]]()
    for parameter in command.get_params(ctx):
        record = parameter.get_help_record(ctx)
        if record is None:
            continue
        if parameter.name in explained or parameter.param_type_name == "argument":
            rows.append((record[0], first_sentence(_NOTE.sub("", record[1]))))
        else:
            names.setdefault(_panel(parameter).partition(" (")[0] or "Help", []).append(parameter.opts[0])
    if rows:
        with formatter.section("Options"):
            formatter.write_dl(rows)
    path = ctx.command_path.partition(" ")[2]
    with formatter.section(f"More options, explained by `mfa-setup help {path} --all`"):
        column = max(map(len, names)) + 2
        for panel, flags in names.items():
            text = f"{panel:{column}}{', '.join(flags)}"
            indent = " " * formatter.current_indent
            formatter.write(_wrapped(text, formatter.width, indent, indent + " " * column))


def _wrapped(text: str, width: int, first: str, later: str) -> str:
    """Wraps a text without breaking option names."""
    lines = textwrap.wrap(
        text, width, initial_indent=first, subsequent_indent=later, break_on_hyphens=False, break_long_words=False
    )
    return "\n".join([*lines, ""])


def first_sentence(text: str) -> str:
    """Returns the first sentence of a help text."""
    return re.split(r"(?<=[.!?])\s+(?=[A-Z`])", " ".join(text.partition("\n\n")[0].split()))[0]


def _panel(parameter: Any) -> str:
    return getattr(parameter, "rich_help_panel", None) or ""
