"""The parameters of the commands, built from the table of settings, which defines names, help and variables.

This module imports the table, so it is imported only if the command line names a command.
"""

import inspect
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

import typer

from mfa_setup.cli import formats
from mfa_setup.cli.completion import COMPLETERS, profile_names
from mfa_setup.cli.options import Call, Common, as_parameter, option
from mfa_setup.settings.schema import PANELS, SECRETS, SETTINGS, Group, Secret, Setting

_SECRETS_PANEL = "Secrets (else from the environment)"

_PANEL = "This run"
_common = partial(option, panel=_PANEL)
_COMMON = (
    _common(
        "config", str | None, "Settings file. Without it, mfa-setup.toml of this folder or a parent.", metavar="PATH"
    ),
    _common("json", bool, "Print one JSON document on standard output, and nothing else there. Same as --format json."),
    _common("yes", bool, "Apply the plan without asking.", "-y"),
    _common("no_input", bool, "Never ask; exit with code 6 instead."),
    _common("no_color", bool, "Print without colors."),
    as_parameter(
        "verbose",
        int,
        typer.Option(
            "--verbose",
            "-v",
            count=True,
            help="Print more details, and each request; -vv also its headers and bodies, without secrets.",
            show_default=False,
            rich_help_panel=_PANEL,
        ),
        0,
    ),
    _common("quiet", bool, "Print nothing but errors and warnings.", "-q"),
    _common("timeout", str | None, "Seconds that one request may be retried (default 20).", metavar="SECONDS"),
)
_TOKEN_CACHE = _common("no_token_cache", bool, "Request a new access token and do not cache it.")

_PROFILE = _common(
    "profile",
    str | None,
    "Use the credentials of this profile (`mfa-setup profiles`).",
    metavar="NAME",
    complete=profile_names,
)


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
        autocompletion=COMPLETERS.get(setting.name),
    )
    return as_parameter(_safe(setting.name), kinds.get(setting.kind, str) | None, shown)


def _secret(secret: Secret) -> inspect.Parameter:
    text = f"{secret.help} ({secret.variables[0]}). - reads standard input."
    return option(f"{secret.name}_file", str | None, text, metavar="PATH", panel=_SECRETS_PANEL)


def _format(command: str) -> inspect.Parameter:
    choices = formats.of_command(command)
    return _common(
        "format",
        str | None,
        "Print the result in this format on standard output. (default text)",
        metavar="|".join(choices),
        complete=lambda incomplete: [choice for choice in choices if choice.startswith(incomplete)],
    )


def _safe(name: str) -> str:
    """Returns a setting's name as a valid parameter name: `from` is a Python keyword."""
    return "from_" if name == "from" else name


def read_call(command: str, given: Mapping[str, Any], own: Iterable[inspect.Parameter]) -> Call:
    """Sorts the values that Typer parsed into a `Call`.

    Raises:
        typer.BadParameter: The options contradict each other, or the command cannot print the chosen format.
    """
    own_names = {parameter.name for parameter in own}
    common = {name: given[name] for name in Common.__dataclass_fields__ if name in given}
    common["format"] = formats.chosen(command, given["format"], json=given["json"])
    return Call(
        command=command,
        common=Common(**common),
        flags={setting.name: given[_safe(setting.name)] for setting in SETTINGS if _safe(setting.name) in given},
        secret_files={name: given[f"{name}_file"] for name in SECRETS if f"{name}_file" in given},
        own={name: value for name, value in given.items() if name in own_names},
    )


def give_parameters(
    command: str, body: Callable[..., int], groups: Iterable[Group], own: Iterable[inspect.Parameter]
) -> None:
    """Gives a function its parameters for Typer: its own, its groups' settings and secrets, and the common ones."""
    wanted = set(groups)
    parameters = list(own)
    parameters += [_setting(setting) for setting in SETTINGS if setting.group in wanted]
    parameters += [_secret(secret) for secret in SECRETS.values() if (secret.groups or wanted) & wanted]
    named = {parameter.name for parameter in parameters}  # a command may redefine a common option
    common = (_format(command), *_COMMON, *((_TOKEN_CACHE, _PROFILE) if wanted else ()))
    parameters += [parameter for parameter in common if parameter.name not in named]
    body.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    body.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
