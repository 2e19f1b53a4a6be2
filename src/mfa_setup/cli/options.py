"""The options of the commands, made from the table of settings: one place for names, help and variables."""

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any

import typer

from mfa_setup.settings.schema import PANELS, SECRETS, SETTINGS, Group, Secret, Setting

_SECRETS_PANEL = "Secrets (else from the environment)"


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
    return _parameter(name, kind, shown, default)


def argument(name: str, kind: Any, text: str) -> inspect.Parameter:
    """A required argument of one command."""
    return _parameter(name, kind, typer.Argument(help=text, show_default=False), ...)


def _parameter(name: str, kind: Any, shown: Any, default: Any = None) -> inspect.Parameter:
    default = False if kind is bool else default
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=Annotated[kind, shown])


_common = partial(option, panel="This run")
_COMMON = (
    _common(
        "config", str | None, "Settings file. Without it, mfa-setup.toml of this folder or a parent.", metavar="PATH"
    ),
    _common("json", bool, "Print one JSON document on standard output, and nothing else there."),
    _common("yes", bool, "Apply the plan without asking.", "-y"),
    _common("no_input", bool, "Never ask; exit with code 6 instead."),
    _common("no_color", bool, "Print without colors."),
    _common("verbose", bool, "Print more details.", "-v"),
    _common("quiet", bool, "Print nothing but errors and warnings.", "-q"),
    _common("timeout", str | None, "How long one request may be retried (default 20).", metavar="SECONDS"),
)
_TOKEN_CACHE = _common("no_token_cache", bool, "Request a new access token and do not cache it.")


class SectionedCommand(typer.core.TyperCommand):
    """A command whose help lists its options in sections, as plain text that brackets and pipes survive."""

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


def _setting(setting: Setting) -> inspect.Parameter:
    note = f" [environment: {setting.variable}]" if setting.variable else ""
    default = ", ".join(setting.default) if isinstance(setting.default, tuple) else setting.default
    note += f" (default {default})" if default else ""
    kinds: dict[str, Any] = {"boolean": bool, "list": list[str], "choice": setting.choices}
    metavar = None if setting.kind in {"boolean", "choice"} else setting.metavar
    negatable = setting.kind == "boolean" and not setting.one_shot
    shown = typer.Option(
        f"{setting.flag}/{setting.opposite}" if negatable else setting.flag,
        help=setting.help + note,
        metavar=metavar,
        rich_help_panel=PANELS[setting.group][0],
    )
    return _parameter(_safe(setting.name), kinds.get(setting.kind, str) | None, shown)


def _secret(secret: Secret) -> inspect.Parameter:
    text = f"{secret.help} ({secret.variables[0]}). - reads standard input."
    return option(f"{secret.name}_file", str | None, text, metavar="PATH", panel=_SECRETS_PANEL)


def _safe(name: str) -> str:
    """A setting's name as a parameter: `from` is a word of the language."""
    return "from_" if name == "from" else name


def read_call(command: str, given: Mapping[str, Any], own: Iterable[inspect.Parameter]) -> Call:
    """Sorts what Typer parsed."""
    own_names = {parameter.name for parameter in own}
    common = {name: given[name] for name in Common.__dataclass_fields__ if name in given}
    return Call(
        command=command,
        common=Common(**common),
        flags={setting.name: given[_safe(setting.name)] for setting in SETTINGS if _safe(setting.name) in given},
        secret_files={name: given[f"{name}_file"] for name in SECRETS if f"{name}_file" in given},
        own={name: value for name, value in given.items() if name in own_names},
    )


def as_command(
    body: Callable[..., int], groups: Iterable[Group], own: Iterable[inspect.Parameter]
) -> Callable[..., int]:
    """Gives a function the parameters that Typer reads: its own, its settings and secrets by group, the common ones."""
    wanted = set(groups)
    parameters = list(own)
    parameters += [_setting(setting) for setting in SETTINGS if setting.group in wanted]
    parameters += [_secret(secret) for secret in SECRETS.values() if (secret.groups or wanted) & wanted]
    named = {parameter.name for parameter in parameters}  # a command may give a common one its own meaning
    common = (*_COMMON, _TOKEN_CACHE) if wanted else _COMMON
    parameters += [parameter for parameter in common if parameter.name not in named]
    body.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    body.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return body
