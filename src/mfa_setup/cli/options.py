"""The options and arguments of a command, and the values that were given for them."""

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import typer

from mfa_setup.model.types import OutputFormat


@dataclass(frozen=True, slots=True)
class Common:
    """The options that every command accepts.

    `timeout` is the budget in seconds for the retries of one request, as given; `verbose` counts the `-v` options.
    """

    config: str | None = None
    format: OutputFormat = "text"
    yes: bool = False
    no_input: bool = False
    no_color: bool = False
    verbose: int = 0
    quiet: bool = False
    timeout: str | None = None
    no_token_cache: bool = False
    profile: str | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a command: the settings given by option, the paths of files with secrets, and the other options."""

    command: str
    common: Common
    flags: Mapping[str, Any]
    secret_files: Mapping[str, str | None]
    own: Mapping[str, Any]


def option(  # noqa: PLR0913 all but the first three have defaults
    name: str,
    kind: Any,
    text: str,
    *short: str,
    metavar: str | None = None,
    default: Any = None,
    panel: str = "Options",
    complete: Callable[[str], list[str]] | None = None,
) -> inspect.Parameter:
    """Creates an option that is not a setting; its flag is derived from its name.

    Args:
        name: The name of its value in `Call`.
        kind: The type of its value; `bool` for a flag that is off unless given.
        text: The help text.
        short: The one-letter form.
        metavar: The placeholder for its value in the help.
        default: The value if the option is not given; `...` for a required option.
        panel: The section of the help.
        complete: Returns the completions that a shell offers for the typed text.
    """
    flags = (f"--{name.replace('_', '-')}", *short)
    shown = typer.Option(
        *flags, help=text, metavar=metavar, show_default=False, rich_help_panel=panel, autocompletion=complete
    )
    return as_parameter(name, kind, shown, default)


def argument(name: str, kind: Any, text: str, *, metavar: str | None = None, default: Any = ...) -> inspect.Parameter:
    """Creates an argument of one command; required unless it has a default."""
    return as_parameter(name, kind, typer.Argument(help=text, metavar=metavar, show_default=False), default)


def as_parameter(name: str, kind: Any, shown: Any, default: Any = None) -> inspect.Parameter:
    """Creates a function parameter that Typer reads as an option or an argument."""
    default = False if kind is bool else default
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=Annotated[kind, shown])


def did_you_mean(value: str, choices: Iterable[str]) -> str:
    """Returns a question, after a space, that suggests the choice closest to a value; empty if none is close."""
    from difflib import get_close_matches  # noqa: PLC0415 only needed for errors

    close = get_close_matches(value.lower(), choices, 1)
    return f" Did you mean {close[0]!r}?" if close else ""


class _AsTyped:
    """Accepts a value as typed. Typer itself would import pydantic and build an adapter for each parameter.

    All parameters here are texts, lists of texts, flags, or choices.
    """

    @staticmethod
    def coerce(value: Any, param: Any, ctx: Any) -> Any:
        """Returns the value of a parameter.

        Raises:
            typer.BadParameter: The value is none of the parameter's choices.
        """
        if value is None:
            return () if param.multiple else None
        choices = param.type_descriptor.choices
        if choices and value not in choices:
            known = ", ".join(map(repr, choices))
            suggestion = did_you_mean(str(value), choices)
            raise typer.BadParameter(f"{value!r} is not one of {known}.{suggestion}", ctx=ctx, param=param)
        return value


def _as_typed(parameters: list[Any]) -> list[Any]:
    for parameter in parameters:
        parameter.get_runtime_param = _AsTyped
    return parameters


class Group(typer.core.TyperGroup):
    """A group of commands."""

    def get_params(self, ctx: Any) -> list[Any]:
        """Returns the parameters of the group and the help option."""
        return _as_typed(super().get_params(ctx))

    def get_help(self, ctx: Any) -> str:
        """Returns the help page, wrapped for a narrow terminal."""
        from mfa_setup.cli.help_page import fitted, formatter_of  # noqa: PLC0415 only needed for help

        formatter = formatter_of(ctx)
        self.format_help(ctx, formatter)
        return fitted(formatter.getvalue(), formatter.width)

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Lists the commands, each with its full first sentence, and then the options."""
        from mfa_setup.cli.help_page import first_sentence  # noqa: PLC0415 only needed for help

        with formatter.section("Commands"):
            formatter.write_dl([(name, first_sentence(self.commands[name].help or "")) for name in self.commands])
        with formatter.section("Options"):
            formatter.write_dl([record for one in self.get_params(ctx) if (record := one.get_help_record(ctx))])

    def format_epilog(self, ctx: Any, formatter: Any) -> None:
        """Adds the address of the documentation."""
        from mfa_setup.documentation import DOCUMENTATION  # noqa: PLC0415 only needed for help

        super().format_epilog(ctx, formatter)
        formatter.write_paragraph()
        formatter.write(f"{DOCUMENTATION}\n")


class SectionedCommand(typer.core.TyperCommand):
    """A command whose help is a page of `cli/help_page.py`, as plain text in which brackets and pipes stay literal."""

    def get_params(self, ctx: Any) -> list[Any]:
        """Returns the parameters of the command and the help option."""
        return _as_typed(super().get_params(ctx))

    def get_help(self, ctx: Any) -> str:
        """Returns the short help page of the command."""
        from mfa_setup.cli.help_page import short_page  # noqa: PLC0415 only needed for help

        return short_page(self, ctx)
