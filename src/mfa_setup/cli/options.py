"""What a command line may hold: the options and arguments of one command, and the values that were given."""

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import typer


@dataclass(frozen=True, slots=True)
class Common:
    """What every command can be told about how to work.

    `timeout` is the budget in seconds for the retries of one request, as given; `verbose` counts how often `-v` was.
    """

    config: str | None = None
    json: bool = False
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
    """One call of a command: the settings given by option, the paths of secrets, and how to work."""

    command: str
    common: Common
    flags: Mapping[str, Any]
    secret_files: Mapping[str, str | None]
    own: Mapping[str, Any]


def option(  # noqa: PLR0913 each but the first three has a default
    name: str,
    kind: Any,
    text: str,
    *short: str,
    metavar: str | None = None,
    default: Any = None,
    panel: str = "Options",
    complete: Callable[[str], list[str]] | None = None,
) -> inspect.Parameter:
    """An option that is no setting; its flag follows from its name.

    Args:
        name: The name by which `Call` has its value.
        kind: The type of its value; `bool` for a flag that is off unless given.
        text: Its help.
        short: Its one-letter form.
        metavar: What stands for its value in the help.
        default: Its value where it is not given; `...` where it must be.
        panel: The section of the help.
        complete: The values that a shell offers for what has been typed.
    """
    flags = (f"--{name.replace('_', '-')}", *short)
    shown = typer.Option(
        *flags, help=text, metavar=metavar, show_default=False, rich_help_panel=panel, autocompletion=complete
    )
    return as_parameter(name, kind, shown, default)


def argument(name: str, kind: Any, text: str, *, metavar: str | None = None, default: Any = ...) -> inspect.Parameter:
    """An argument of one command; required unless it has a default."""
    return as_parameter(name, kind, typer.Argument(help=text, metavar=metavar, show_default=False), default)


def as_parameter(name: str, kind: Any, shown: Any, default: Any = None) -> inspect.Parameter:
    """A parameter of a function that Typer reads as an option or an argument."""
    default = False if kind is bool else default
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=Annotated[kind, shown])


def did_you_mean(value: str, choices: Iterable[str]) -> str:
    """A question that names the choice most like a value, with a space before it; empty where none is."""
    from difflib import get_close_matches  # noqa: PLC0415 only a mistake needs it

    close = get_close_matches(value.lower(), choices, 1)
    return f" Did you mean {close[0]!r}?" if close else ""


class _AsTyped:
    """Takes a value as it was typed. Typer itself would import pydantic and build an adapter for each parameter.

    All parameters here are texts, lists of texts, flags, or one of some choices.
    """

    @staticmethod
    def coerce(value: Any, param: Any, ctx: Any) -> Any:
        """The value of a parameter.

        Raises:
            typer.BadParameter: It is none of the parameter's choices.
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
        """Its own parameters and the one for help."""
        return _as_typed(super().get_params(ctx))

    def get_help(self, ctx: Any) -> str:
        """The page, which fits a narrow terminal."""
        from mfa_setup.cli.help_page import fitted, formatter_of  # noqa: PLC0415 only a page of help needs it

        formatter = formatter_of(ctx)
        self.format_help(ctx, formatter)
        return fitted(formatter.getvalue(), formatter.width)

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Lists the commands first, with the first sentence about each, never cut off; then the options."""
        from mfa_setup.cli.help_page import first_sentence  # noqa: PLC0415 only a page of help needs it

        with formatter.section("Commands"):
            formatter.write_dl([(name, first_sentence(self.commands[name].help or "")) for name in self.commands])
        with formatter.section("Options"):
            formatter.write_dl([record for one in self.get_params(ctx) if (record := one.get_help_record(ctx))])

    def format_epilog(self, ctx: Any, formatter: Any) -> None:
        """Says where the documentation is."""
        from mfa_setup.documentation import DOCUMENTATION  # noqa: PLC0415 likewise

        super().format_epilog(ctx, formatter)
        formatter.write_paragraph()
        formatter.write(f"{DOCUMENTATION}\n")


class SectionedCommand(typer.core.TyperCommand):
    """A command whose help is a page of `cli/help_page.py`, as plain text that brackets and pipes survive."""

    def get_params(self, ctx: Any) -> list[Any]:
        """Its own parameters and the one for help."""
        return _as_typed(super().get_params(ctx))

    def get_help(self, ctx: Any) -> str:
        """The short help page of the command."""
        from mfa_setup.cli.help_page import short_page  # noqa: PLC0415 only a page of help needs it

        return short_page(self, ctx)
