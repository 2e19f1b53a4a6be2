"""The commands for profiles: storing the credentials of a tenant, removing them, and choosing among them."""

from typing import TYPE_CHECKING

import typer

from mfa_setup.cli.app import command
from mfa_setup.cli.completion import profile_names
from mfa_setup.cli.context import CommandContext
from mfa_setup.cli.options import Call, as_parameter, option
from mfa_setup.model.results import ProfilesResult

if TYPE_CHECKING:  # slow to import, and needed only once a command runs
    from mfa_setup.store.profiles import Profiles

_PROFILE = option(
    "profile", str | None, "Name of the profile. (default default)", metavar="NAME", complete=profile_names
)
_DOMAIN = option("domain", str | None, "Domain of the Auth0 tenant, such as acme.eu.auth0.com.", metavar="DOMAIN")
_CLIENT_SECRET = option(
    "client_secret_file", str | None, "Read the client secret from this file; - reads standard input.", metavar="PATH"
)
_PRIVATE_KEY = option(
    "private_key_file", str | None, "Store this private key in PEM form instead of a client secret.", metavar="PATH"
)
_TWILIO_TOKEN = option(
    "twilio_auth_token_file",
    str | None,
    "Read the Twilio auth token from this file; - reads standard input.",
    metavar="PATH",
)
_INSECURE = option("insecure_storage", bool, "Store the credentials in a file that only you can read (0600).")


def _words(ctx: typer.Context, incomplete: str) -> list[str]:
    """What may follow: `use`, then the name of a profile."""
    match list(ctx.params.get("words") or ()):
        case []:
            return ["use"] if "use".startswith(incomplete) else []
        case ["use"]:
            return profile_names(incomplete)
    return []


_WORDS = as_parameter(
    "words",
    list[str] | None,
    typer.Argument(help="Make this profile the default.", metavar="use NAME", autocompletion=_words),
)


@command("login", own=(_PROFILE, _DOMAIN, _CLIENT_SECRET, _PRIVATE_KEY, _TWILIO_TOKEN, _INSECURE), shows=ProfilesResult)
def login(call: Call, context: CommandContext) -> int:
    """Store the credentials of a tenant in the system keyring.

    Tells which application to create in Auth0, asks for its credentials and those of Twilio, checks that both
    services accept them, and stores them as a profile. Secrets are never shown.

    \b
    Examples:
      mfa-setup login
      mfa-setup login --profile acme-staging
    """
    from mfa_setup.cli.login import log_in  # noqa: PLC0415 the engine, which help does not need

    _list(log_in(call, context), context)
    return 0


@command("logout", own=(_PROFILE,), shows=ProfilesResult)
def logout(call: Call, context: CommandContext) -> int:
    """Remove a profile and its credentials.

    Without --profile, this removes the default profile. The application in Auth0 and the Twilio account stay.

    \b
    Examples:
      mfa-setup logout
      mfa-setup logout --profile acme-staging
    """
    from mfa_setup.cli.login import log_out  # noqa: PLC0415

    _list(log_out(call, context), context)
    return 0


@command("profiles", own=(_WORDS,), shows=ProfilesResult)
def profiles(call: Call, context: CommandContext) -> int:
    """List the stored profiles, or choose the default one.

    \b
    Examples:
      mfa-setup profiles
      mfa-setup profiles use acme-staging
    """
    from mfa_setup.cli.login import stored, written  # noqa: PLC0415
    from mfa_setup.errors import UsageInvalidError  # noqa: PLC0415

    found = stored()
    match call.own["words"]:
        case None | [] | ():
            pass
        case ["use", name]:
            written(lambda: found.use(name))
        case _:
            raise UsageInvalidError(
                "`mfa-setup profiles` takes no arguments but `use NAME`.",
                hint="Run `mfa-setup profiles` for the list, or `mfa-setup profiles use NAME`.",
            )
    _list(found, context)
    return 0


def _list(found: "Profiles", context: CommandContext) -> None:
    from mfa_setup.model.outcome import StoredProfile  # noqa: PLC0415

    context.report.profiles = tuple(
        StoredProfile(name=name, domain=one.domain, default=name == found.default, storage=one.storage)
        for name, one in found.all.items()
    )
