"""What a command line may hold: the options and arguments of one command, and the values that were given."""

import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import typer


@dataclass(frozen=True, slots=True)
class Common:
    """What every command can be told about how to work.

    `timeout` is the budget in seconds for the retries of one request, as given.
    """

    config: str | None = None
    json: bool = False
    yes: bool = False
    no_input: bool = False
    no_color: bool = False
    verbose: bool = False
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


def option(
    name: str,
    kind: Any,
    text: str,
    *short: str,
    metavar: str | None = None,
    default: Any = None,
    panel: str = "Options",
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
    """
    flags = (f"--{name.replace('_', '-')}", *short)
    shown = typer.Option(*flags, help=text, metavar=metavar, show_default=False, rich_help_panel=panel)
    return as_parameter(name, kind, shown, default)


def argument(name: str, kind: Any, text: str) -> inspect.Parameter:
    """A required argument of one command."""
    return as_parameter(name, kind, typer.Argument(help=text, show_default=False), ...)


def as_parameter(name: str, kind: Any, shown: Any, default: Any = None) -> inspect.Parameter:
    """A parameter of a function that Typer reads as an option or an argument."""
    default = False if kind is bool else default
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=Annotated[kind, shown])


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
            raise typer.BadParameter(f"{value!r} is not one of {known}.", ctx=ctx, param=param)
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


class SectionedCommand(typer.core.TyperCommand):
    """A command whose help lists its options in sections, as plain text that brackets and pipes survive."""

    def get_params(self, ctx: Any) -> list[Any]:
        """Its own parameters and the one for help."""
        return _as_typed(super().get_params(ctx))

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Writes one section for each panel, in the order in which the panels come."""
        sections: dict[str, list[tuple[str, str]]] = {}
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx)
            if record is not None:
                panel = getattr(parameter, "rich_help_panel", None) or "Help"
                sections.setdefault(panel, []).append(record)
        for title, records in sections.items():
            with formatter.section(title):
                formatter.write_dl(records)
