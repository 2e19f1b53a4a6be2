"""The options of the commands, made from the table of settings: one place for names, help and variables."""

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import typer

from mfa_setup.settings.schema import PANELS, SECRETS, SETTINGS, Group, Secret, Setting

_RUN = "This run"
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


_COMMON: tuple[tuple[str, Any, Any], ...] = (
    (
        "config",
        str | None,
        typer.Option(
            "--config", metavar="PATH", help="Settings file. Without it, mfa-setup.toml of this folder or a parent."
        ),
    ),
    ("json", bool, typer.Option("--json", help="Print one JSON document on standard output, and nothing else there.")),
    ("yes", bool, typer.Option("--yes", "-y", help="Apply the plan without asking.")),
    ("no_input", bool, typer.Option("--no-input", help="Never ask; exit with code 6 instead.")),
    ("no_color", bool, typer.Option("--no-color", help="Print without colors.")),
    ("verbose", bool, typer.Option("--verbose", "-v", help="Print more details.")),
    ("quiet", bool, typer.Option("--quiet", "-q", help="Print nothing but errors and warnings.")),
    (
        "timeout",
        str | None,
        typer.Option("--timeout", metavar="SECONDS", help="How long one request may be retried (default 20)."),
    ),
)
_TOKEN_CACHE = (
    "no_token_cache",
    bool,
    typer.Option("--no-token-cache", help="Request a new access token and do not cache it."),
)


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


def signature(groups: Iterable[Group], own: Iterable[inspect.Parameter] = ()) -> inspect.Signature:
    """The parameters of a command: its own, its settings' by group, its secrets', and the common ones."""
    wanted = set(groups)
    parameters = list(own)
    parameters += [_setting(setting) for setting in SETTINGS if setting.group in wanted]
    parameters += [_secret(secret) for secret in SECRETS.values() if (secret.groups or wanted) & wanted]
    common = (*_COMMON, _TOKEN_CACHE) if wanted else _COMMON
    named = {parameter.name for parameter in parameters}  # a command may give a common one its own meaning
    parameters += [_parameter(name, kind, option, _RUN) for name, kind, option in common if name not in named]
    return inspect.Signature(parameters)


def _setting(setting: Setting) -> inspect.Parameter:
    note = f" [environment: {setting.variable}]" if setting.variable else ""
    shown = ", ".join(setting.default) if isinstance(setting.default, tuple) else setting.default
    note += f" (default {shown})" if shown else ""
    kinds: dict[str, Any] = {"boolean": bool, "list": list[str], "choice": setting.choices}
    metavar = None if setting.kind in {"boolean", "choice"} else setting.metavar
    negatable = setting.kind == "boolean" and not setting.one_shot
    option = typer.Option(
        f"{setting.flag}/{setting.opposite}" if negatable else setting.flag, help=setting.help + note, metavar=metavar
    )
    return _parameter(_safe(setting.name), kinds.get(setting.kind, str) | None, option, PANELS[setting.group][0])


def _secret(secret: Secret) -> inspect.Parameter:
    option = typer.Option(
        secret.flag, metavar="PATH", help=f"{secret.help} ({secret.variables[0]}). - reads standard input."
    )
    return _parameter(f"{secret.name}_file", str | None, option, _SECRETS_PANEL)


def _parameter(name: str, kind: Any, option: Any, panel: str) -> inspect.Parameter:
    option.rich_help_panel = panel
    default = False if kind is bool else None
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=Annotated[kind, option])


def own_option(name: str, kind: Any, option: Any, default: Any = None) -> inspect.Parameter:
    """A parameter that one command alone has."""
    option.rich_help_panel = option.rich_help_panel or "Options"
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=Annotated[kind, option])


def own_argument(name: str, kind: Any, help_text: str) -> inspect.Parameter:
    """A required argument of one command."""
    argument = typer.Argument(help=help_text, show_default=False)
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=..., annotation=Annotated[kind, argument])


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
    """Gives a function the signature that Typer reads."""
    shown = signature(groups, own)
    body.__signature__ = shown  # type: ignore[attr-defined]
    body.__annotations__ = {name: parameter.annotation for name, parameter in shown.parameters.items()}
    return body
