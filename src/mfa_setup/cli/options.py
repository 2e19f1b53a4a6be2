"""The options of the commands, made from the table of settings: one place for names, help and variables."""

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import typer

from mfa_setup.settings.schema import KEYS, SECRETS, Group, Key

PANELS: dict[Group, str] = {
    "tenant": "Tenant",
    "identity": "Application",
    "application": "Application",
    "number": "Number",
    "sender": "Sender",
    "sms": "SMS",
    "users": "Users",
    "policy": "Policy",
}
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
            "--config",
            metavar="PATH",
            help="Settings file; by default mfa-setup.toml in this folder, where it is there.",
        ),
    ),
    (
        "json",
        bool,
        typer.Option("--json", help="Print one JSON document on standard output, and nothing else there."),
    ),
    ("yes", bool, typer.Option("--yes", "-y", help="Carry the plan out without asking.")),
    ("no_input", bool, typer.Option("--no-input", help="Never ask; stop with exit code 6 instead.")),
    ("no_color", bool, typer.Option("--no-color", help="No colours.")),
    ("verbose", bool, typer.Option("--verbose", "-v", help="Tell more about what is done.")),
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
    typer.Option("--no-token-cache", help="Ask Auth0 for a new access token, and keep none."),
)
_SECRET_HELP = {
    "client_secret": "Client secret of the tool's own application (AUTH0_CLIENT_SECRET).",
    "api_token": "A ready Management API token (AUTH0_API_TOKEN).",
    "private_key": "Private key in PEM form (AUTH0_CLIENT_ASSERTION_PRIVATE_KEY).",
    "twilio_auth_token": "Twilio auth token (TWILIO_AUTH_TOKEN).",
    "twilio_api_secret": "Secret of TWILIO_API_KEY (TWILIO_API_SECRET).",
    "old_twilio_auth_token": "Auth token of the account that sent before (MFA_SETUP_OLD_TWILIO_AUTH_TOKEN).",
}
_TWILIO: set[Group] = {"sender", "users", "account"}
_SECRET_GROUPS: dict[str, set[Group]] = {
    "twilio_auth_token": _TWILIO,
    "twilio_api_secret": _TWILIO,
    "old_twilio_auth_token": {"account"},
}
"""The groups of settings that some secrets go with; the others go with any."""


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
    parameters += [_setting(key) for key in KEYS if key.group in wanted]
    if wanted:
        parameters += [_secret(name) for name in SECRETS if _SECRET_GROUPS.get(name, wanted) & wanted]
    common = (*_COMMON, _TOKEN_CACHE) if wanted else _COMMON
    named = {parameter.name for parameter in parameters}  # a command may give a common one its own meaning
    parameters += [_parameter(name, kind, option, _RUN) for name, kind, option in common if name not in named]
    return inspect.Signature(parameters)


def _setting(key: Key) -> inspect.Parameter:
    note = f" [{_variable(key)}]" if key.env else ""
    shown = ", ".join(key.default) if isinstance(key.default, tuple) else key.default
    if shown and key.name != "delivery":
        note += f" (default {shown})"
    kinds: dict[str, Any] = {"flag": bool, "list": list[str] | None, "text": str | None}
    kind = kinds.get(key.kind) or (key.choices | None)
    metavar = None if key.kind in {"flag", "choice"} else _metavar(key)
    option = typer.Option(key.flag, help=key.help + note, metavar=metavar)
    return _parameter(_safe(key.name), kind, option, PANELS[key.group])


def _variable(key: Key) -> str:
    return f"environment: {key.env}"


def _metavar(key: Key) -> str:
    return {"max_price": "PRICE", "domain": "DOMAIN", "country": "CC", "from": "NUMBER"}.get(
        key.name, key.flag.rsplit("-", 1)[-1].upper()
    )


def _secret(name: str) -> inspect.Parameter:
    option = typer.Option(
        f"--{name.replace('_', '-')}-file", metavar="PATH", help=_SECRET_HELP[name] + " - reads stdin."
    )
    return _parameter(f"{name}_file", str | None, option, _SECRETS_PANEL)


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
        flags={key.name: given[_safe(key.name)] for key in KEYS if _safe(key.name) in given},
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
