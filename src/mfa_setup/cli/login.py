"""Logs in and out: asks for the credentials of a profile, checks and stores them; or removes them."""

import json
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from pydantic import SecretStr

from mfa_setup.cli.context import CommandContext
from mfa_setup.cli.options import Call
from mfa_setup.cli.session import open_with
from mfa_setup.cli.values import judged
from mfa_setup.engine.preconditions import every_scope
from mfa_setup.engine.report import notice_of
from mfa_setup.engine.run import Run
from mfa_setup.engine.task import Task
from mfa_setup.errors import ConfigUnreadableError, ForbiddenError, MfaSetupError, ValueNeededError
from mfa_setup.model.outcome import Notice
from mfa_setup.render.sink import Sink
from mfa_setup.settings import parsers, settings
from mfa_setup.settings.credentials import SecretSource, check_formats, refuse_misplaced
from mfa_setup.snapshot.parts import attempt, known
from mfa_setup.store.folders import Folders
from mfa_setup.store.profiles import DEFAULT_NAME, Profiles, Storage, checked_name, require_keyring
from mfa_setup.store.tokens import TokenCache

_STORED = ("AUTH0_AUDIENCE", "AUTH0_CLIENT_ASSERTION_SIGNING_ALG")
"""The environment variables that `login` also stores if they are set."""
_DASHBOARD = "Create an application for mfa-setup in the Auth0 Dashboard of {domain}:"
_CREATE = "  1. Applications > Applications > Create Application. Choose Machine to Machine Applications."
_GRANT = "  2. Authorize it for the Auth0 Management API, and grant these scopes, which `mfa-setup up` needs:"
_GRANT_UNDO = "     Grant these as well, so that `mfa-setup undo` can remove what mfa-setup created:"
_COPY = "  3. Open its Settings and copy the client ID and the client secret."
_CLI = "Or let the Auth0 CLI create it. Put the client ID that the first command prints into the second one:"


def stored() -> Profiles:
    """Returns the profiles of this user.

    Raises:
        ConfigUnreadableError: The list of profiles cannot be read.
    """
    return Profiles(Folders.of(os.environ).state)


def log_in(call: Call, context: CommandContext) -> Profiles:
    """Asks for credentials, checks them and stores them.

    Raises:
        ValueNeededError: There is no terminal to ask at, or an answer is empty.
        InvalidValueError: A value is malformed.
        KeyringUnavailableError: The system keyring cannot be used.
        MfaSetupError: A service rejected the credentials.
    """
    name = checked_name(call.own["profile"] or DEFAULT_NAME)
    given = {key: text for key in ("MFA_SETUP_SANDBOX", *_STORED) if (text := os.environ.get(key, "").strip())}
    source = SecretSource(call.secret_files, given, sys.stdin.read, context.terminal.secret)
    context.sink.secrets += source.known
    check_formats(source)
    domain = None
    if call.own["domain"] is not None:
        domain = judged("--domain is ", parsers.domain, call.own["domain"])
    if not context.terminal.can_ask:
        raise ValueNeededError(
            "`mfa-setup login` asks for credentials, and this is not a terminal where it can ask.",
            hint="Set AUTH0_DOMAIN, AUTH0_CLIENT_ID, AUTH0_CLIENT_SECRET, TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN "
            "instead, or pass --client-secret-file PATH and --twilio-auth-token-file PATH to the command that you run.",
        )
    found, storage = stored(), _storage(call)
    values = _answers(domain, source, context)
    source.fall_back_on(values)
    context.sink.secrets += source.known
    flags = {"domain": values["AUTH0_DOMAIN"]}
    asked = settings.load(flags, {})
    refuse_misplaced(source, asked.by_source)
    call = replace(call, common=replace(call.common, no_token_cache=True))  # a cached token would prove nothing
    with open_with(call, Task("login", (), read_only=True, twilio_if_known=True), context, source, asked) as run:
        context.terminal.doing("Checking the credentials")
        _check(run, context)
    kept = values | {key: given[key] for key in _STORED if key in given}
    written(lambda: found.put(name, kept, storage))
    where = "the system keyring" if storage == "keyring" else "a file that only you can read, without encryption"
    context.sink.say(f"Stored profile {name} in {where}.")
    option = "" if found.default == name else f" --profile {name}"
    context.sink.say(f"Next: `mfa-setup plan{option}`.")
    return found


def log_out(call: Call, context: CommandContext) -> Profiles:
    """Removes a profile, its credentials, and the access token that was cached for it.

    Raises:
        InvalidValueError: No profile has this name.
        ValueNeededError: No profile is named, and there is no default.
        KeyringUnavailableError: The system keyring cannot be used.
    """
    found = stored()
    name = call.own["profile"] or found.default
    if name is None:
        raise ValueNeededError(
            "There is no default profile to remove.", hint="Pass --profile NAME; `mfa-setup profiles` lists the names."
        )
    domain = found.get(name).domain
    values = attempt(lambda: found.values(name))
    written(lambda: found.remove(name))
    if not isinstance(values, MfaSetupError):
        audience = values.get("AUTH0_AUDIENCE", f"https://{domain}/api/v2/")
        secret = values.get("AUTH0_CLIENT_ASSERTION_PRIVATE_KEY") or values.get("AUTH0_CLIENT_SECRET", "")
        for scheme in ("https", "http"):  # a sandbox may have been reached by either
            url, client_id = f"{scheme}://{domain}", values.get("AUTH0_CLIENT_ID", "")
            TokenCache(Folders.of(os.environ).cache, url, audience, client_id, secret).drop()
    context.sink.say(f"Removed profile {name} ({domain}) and its credentials.")
    if found.default is None and found.all:
        context.sink.say(f"There is no default profile now. Choose one: `mfa-setup profiles use {min(found.all)}`.")
    return found


def _storage(call: Call) -> Storage:
    if call.own["insecure_storage"]:
        return "file"
    require_keyring()
    return "keyring"


def _answers(domain: str | None, source: SecretSource, context: CommandContext) -> dict[str, str]:
    """Asks for the credentials and returns the answers, by environment variable."""
    terminal = context.terminal
    domain = domain or _asked(
        context, "Domain of the Auth0 tenant, such as acme.eu.auth0.com", "The domain is ", parsers.domain
    )
    _guide(domain, source.text("AUTH0_AUDIENCE") or f"https://{domain}/api/v2/", context.sink)
    client_id = _asked(context, "Client ID", "The client ID is ", parsers.client_id)
    if key := source.find("private_key"):
        proof = {"AUTH0_CLIENT_ASSERTION_PRIVATE_KEY": key.get_secret_value()}
    else:
        secret = source.find("client_secret") or _needed(terminal.secret("Client secret"))
        proof = {"AUTH0_CLIENT_SECRET": secret.get_secret_value()}
    context.sink.say("Twilio Console: Account > API keys & tokens has the account SID and the auth token.")
    account = _asked(context, "Twilio account SID (AC…)", "The account SID is ", parsers.account_sid)
    token = source.find("twilio_auth_token") or _needed(terminal.secret("Twilio auth token"))
    return {
        "AUTH0_DOMAIN": domain,
        "AUTH0_CLIENT_ID": client_id,
        **proof,
        "TWILIO_ACCOUNT_SID": account,
        "TWILIO_AUTH_TOKEN": token.get_secret_value(),
    }


def _guide(domain: str, audience: str, sink: Sink) -> None:
    """Explains which application to create; text to paste is on a line of its own, which is never wrapped."""
    setup, undo = map(sorted, every_scope())
    for line in (_DASHBOARD.format(domain=domain), _CREATE, _GRANT):
        sink.say(line)
    sink.say(" ".join(setup), wrap=False)
    sink.say(_GRANT_UNDO)
    sink.say(" ".join(undo), wrap=False)
    sink.say(_COPY)
    sink.say(_CLI)
    application = {"name": "mfa-setup", "app_type": "non_interactive", "grant_types": ["client_credentials"]}
    grant = {"client_id": "CLIENT_ID", "audience": audience, "scope": sorted({*setup, *undo})}
    for path, body in (("clients", application), ("client-grants", grant)):
        sink.say(f"auth0 api post {path} --data '{json.dumps(body)}'", wrap=False)


def _asked(context: CommandContext, label: str, begin: str, form: Callable[[str], str]) -> str:
    value = context.terminal.text(label, partial(judged, begin, form))
    if value is None:
        raise _nothing_stored()
    return value


def _needed(secret: SecretStr | None) -> SecretStr:
    if secret is None:
        raise _nothing_stored()
    return secret


def _nothing_stored() -> ValueNeededError:
    return ValueNeededError("The answer is empty. Nothing was stored.", hint="Run `mfa-setup login` again.")


def _check(run: Run, context: CommandContext) -> None:
    """Checks the credentials of both services, so that every problem is reported at once.

    Raises:
        MfaSetupError: A service rejected the credentials.
    """
    scopes, account = attempt(run.token.scopes), attempt(run.services.account.account)
    if isinstance(scopes, MfaSetupError) and isinstance(account, MfaSetupError):
        context.report.warn([notice_of(account)])
    granted = known(scopes)
    details = known(account)
    if details is not None and details.status != "active":
        raise ForbiddenError(f"The Twilio account is {details.status}.", service="twilio")
    if granted is not None:
        for task, needed in zip(("up", "undo"), every_scope(), strict=True):
            if missing := sorted(needed - granted):
                context.report.warn(
                    [
                        Notice(
                            code="scopes_missing",
                            message=f"`mfa-setup {task}` may fail or skip a check: the application lacks "
                            f"{' '.join(missing)}.",
                            hint="Auth0 Dashboard: Applications > APIs > Auth0 Management API > Machine to Machine "
                            "Applications. You do not need to log in again afterwards.",
                        )
                    ]
                )


def written(write: Callable[[], None]) -> None:
    """Stores or removes data in the state folder.

    Raises:
        ConfigUnreadableError: The state folder cannot be written to.
    """
    try:
        write()
    except OSError as failed:
        raise ConfigUnreadableError(
            f"The state folder of mfa-setup cannot be written to: {failed.strerror}.",
            hint="Check its permissions, or set MFA_SETUP_STATE_DIR to a folder that is yours alone.",
        ) from None
