"""From one call of a command to the services that it works on: settings, credentials, adapters."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import SplitResult

from pydantic import SecretStr

from mfa_setup import appconfig
from mfa_setup.cli.context import CommandContext
from mfa_setup.cli.file_modes import loose
from mfa_setup.cli.options import Call
from mfa_setup.cli.prompter import Prompter
from mfa_setup.engine.run import Run
from mfa_setup.engine.task import Task
from mfa_setup.errors import (
    InvalidValueError,
    JournalNewerError,
    JournalUnusableError,
    MfaSetupError,
    ValueNeededError,
)
from mfa_setup.model.outcome import Notice, Tenant
from mfa_setup.resources.base import Services
from mfa_setup.settings import credentials, endpoints, parsers, settings
from mfa_setup.settings.sources import quoted
from mfa_setup.store.journal import Header, Journal, empty_journal, open_journal
from mfa_setup.store.lock import tenant_lock

if TYPE_CHECKING:  # at run time only where a command needs it: it brings httpx along
    from mfa_setup.adapters.token import TokenSource

DEFAULT_TIMEOUT = 20.0
T = TypeVar("T")


def seconds_of(call: Call, default: float) -> float:
    """What `--timeout` says, in seconds: for most commands, how long the retries of one request may take.

    Raises:
        InvalidValueError: It is no number of seconds.
    """
    text = call.common.timeout
    return default if text is None else _judged("--timeout", parsers.seconds, text)


def phone_of(flag: str, text: str) -> str:
    """A phone that an option names.

    Raises:
        InvalidValueError: It is no phone number in E.164 form.
    """
    return _judged(flag, parsers.phone_number, text)


def _judged(flag: str, form: Callable[[str], T], text: str) -> T:
    try:
        return form(text)
    except parsers.MalformedError as malformed:
        raise InvalidValueError(f"{flag} is {quoted(text)}: {malformed.problem}.", hint=malformed.example) from None


@dataclass(frozen=True, slots=True)
class Access:
    """Where the two services are, and as whom the run goes there."""

    domain: str
    places: endpoints.Endpoints
    auth0: credentials.Auth0Credentials
    twilio: credentials.TwilioCredentials | None
    old_token: SecretStr | None = None

    @property
    def secrets(self) -> tuple[SecretStr, ...]:
        """Everything that must not be shown."""
        known = [self.auth0.client_secret, self.auth0.private_key, self.auth0.token, self.old_token]
        if self.twilio:
            known += [self.twilio.auth_token, self.twilio.api_secret]
        return tuple(secret for secret in known if secret is not None)


@contextmanager
def open_run(call: Call, task: Task, context: CommandContext) -> Iterator[Run]:
    """Everything that one task needs; what is given is judged before what is missing is reported.

    Raises:
        InvalidValueError: A value is malformed, or a sandbox is mixed with a real service.
        ValueNeededError: A value is missing and nobody can be asked.
    """
    config = None if call.common.config is None else _judged("--config", parsers.path, call.common.config)
    source = credentials.SecretSource(call.secret_files, os.environ, sys.stdin.read, context.terminal.secret)
    context.sink.secrets += source.known
    context.report.warn(tuple(loose(call, config)))
    asked = settings.load(call.flags, os.environ, config)
    credentials.refuse_misplaced(source, asked.told)
    task = task.without_application() if asked.desired.application is None else task
    seconds = seconds_of(call, DEFAULT_TIMEOUT)
    credentials.check_formats(source)
    place = appconfig.locate(asked.app_dir, asked.write_config) if "application" in task.resources else None
    _sandbox()
    if asked.domain:
        _resolve(asked.domain, task)
        context.report.tenant = Tenant(domain=asked.domain)
    access = _access(asked.domain or _ask_domain(context.terminal), source, task, context)
    context.sink.secrets += access.secrets
    endpoints.require_this_machine(access.places)
    written = None if place is None else _config_file(place, asked, access)
    context.report.tenant = Tenant(domain=access.domain)
    lock = nullcontext() if task.read_only else tenant_lock(access.auth0.audience, task.command)
    with (
        lock,
        _journal(task, context, access) as journal,
        _connect(call, task, context, access, seconds, journal) as (services, tokens),
    ):
        yield Run(task, asked.desired, services, tokens, written, context.terminal, context.report)


@contextmanager
def _journal(task: Task, context: CommandContext, access: Access) -> Iterator[Journal]:
    """The tenant's journal; a run that only looks does without one that cannot be used, and says so."""
    header = Header(run_id=context.report.run_id, command=task.command, domain=access.domain)
    try:
        journal = open_journal(access.auth0.audience, header)
    except (JournalNewerError, JournalUnusableError) as unusable:
        if not task.read_only:
            raise
        context.report.warn((Notice(code=unusable.code, message=unusable.message, hint=unusable.hint),))
        journal = empty_journal(header)
    try:
        yield journal
    except BaseException as error:
        journal.end(error.code if isinstance(error, MfaSetupError) else "interrupted")
        raise
    journal.end("done")


def read_journal(call: Call, context: CommandContext) -> Journal:
    """The tenant's journal, for who only reads it; neither service is asked, so no credentials are needed.

    Raises:
        InvalidValueError: A value is malformed.
        ValueNeededError: The domain is not known.
        JournalNewerError, JournalUnusableError: It cannot be used.
    """
    config = None if call.common.config is None else _judged("--config", parsers.path, call.common.config)
    asked = settings.load(call.flags, os.environ, config)
    source = credentials.SecretSource({}, os.environ, sys.stdin.read, context.terminal.secret)
    credentials.check_formats(source)
    domain = asked.domain or _ask_domain(context.terminal)
    context.report.tenant = Tenant(domain=domain)
    header = Header(run_id=context.report.run_id, command=call.command, domain=domain)
    return open_journal(credentials.tenant_key(source, domain), header)


def _config_file(place: Path, asked: settings.Settings, access: "Access") -> appconfig.ConfigFile:
    root = appconfig.root_of(asked.app_dir, asked.write_config)
    return appconfig.at(place, access.domain, access.places.auth0, root)


def _access(domain: str, source: credentials.SecretSource, task: Task, context: CommandContext) -> Access:
    places = _resolve(domain, task)
    client_id = source.text("AUTH0_CLIENT_ID")
    if client_id is None and source.find("api_token") is None:
        client_id = context.terminal.text("Client ID of the Machine to Machine application")
    auth0 = credentials.auth0_credentials(source, domain, client_id)
    if not task.needs_twilio and not (task.twilio_if_known and places.twilio_fits and _knows_twilio(source)):
        return Access(domain, places, auth0, None, source.find("old_twilio_auth_token"))
    account = source.text("TWILIO_ACCOUNT_SID") or context.terminal.text("Twilio account SID (AC…)")
    for variable in ("TWILIO_REGION", "TWILIO_EDGE"):
        if source.text(variable):
            context.report.warn((_region(variable),))
    twilio = credentials.twilio_credentials(source, account)
    return Access(domain, places, auth0, twilio, source.find("old_twilio_auth_token"))


def _resolve(domain: str, task: Task) -> endpoints.Endpoints:
    return endpoints.resolve(domain, _sandbox(), twilio_needed=task.needs_twilio)


def _knows_twilio(source: credentials.SecretSource) -> bool:
    pair = source.text("TWILIO_API_KEY") and source.find("twilio_api_secret")
    return bool(source.text("TWILIO_ACCOUNT_SID") and (pair or source.find("twilio_auth_token")))


def _sandbox() -> SplitResult | None:
    text = os.environ.get("MFA_SETUP_SANDBOX", "").strip()
    return endpoints.sandbox_url(text) if text else None


def _ask_domain(terminal: Prompter) -> str:
    text = terminal.text("Domain of the Auth0 tenant, such as acme.eu.auth0.com")
    if text is None:
        raise ValueNeededError(
            "The domain of the Auth0 tenant is needed.",
            hint="Pass --domain DOMAIN, set AUTH0_DOMAIN, or write domain in [auth0] of mfa-setup.toml.",
        )
    try:
        return parsers.domain(text)
    except parsers.MalformedError as malformed:
        raise InvalidValueError(f"{quoted(text)}: {malformed.problem}.", hint=malformed.example) from None


def _region(variable: str) -> Notice:
    return Notice(
        code="twilio_region_ignored",
        message=f"{variable} is set, and mfa-setup reaches Twilio in its home region only.",
        hint=f"Unset {variable}; an auth token of another region is refused there.",
    )


@contextmanager
def _connect(
    call: Call, task: Task, context: CommandContext, access: Access, seconds: float, journal: Journal
) -> Iterator["tuple[Services, TokenSource]"]:
    """Both adapters; the SDKs are imported here and not before, so that help and errors come at once."""
    sink, cancellation = context.sink, context.cancellation
    with cancellation.shielded():  # what is raised in the middle of an import may be lost there
        from mfa_setup.adapters.auth0 import Auth0Adapter  # noqa: PLC0415
        from mfa_setup.adapters.http_policy import HttpSettings  # noqa: PLC0415
        from mfa_setup.adapters.token import TokenSource  # noqa: PLC0415
        from mfa_setup.cli.network import network_of  # noqa: PLC0415

        if access.twilio:
            from mfa_setup.adapters.twilio import TwilioAdapter  # noqa: PLC0415

    http = HttpSettings(seconds, sink.waiting, cancellation, network_of(os.environ))
    with ExitStack() as stack:
        tokens = TokenSource(
            access.places.auth0,
            access.auth0,
            cache=not call.common.no_token_cache,
            settings=http,
            learned=sink.secrets.append,
        )
        auth0 = Auth0Adapter(access.places.auth0, tokens, read_only=task.read_only, settings=http)
        stack.callback(auth0.close)
        twilio = None
        if access.twilio:

            def account(known: credentials.TwilioCredentials, *, read_only: bool) -> TwilioAdapter:
                place = access.places.twilio
                made = TwilioAdapter(known, place, read_only=read_only, settings=http)
                stack.callback(made.close)
                return made

            def other_account(sid: str, token: SecretStr) -> TwilioAdapter:
                return account(credentials.TwilioCredentials(account_sid=sid, auth_token=token), read_only=True)

            twilio = account(access.twilio, read_only=task.read_only)
        yield (
            Services(
                auth0=auth0,
                domain=access.domain,
                base_url=access.places.auth0,
                tenant_key=access.auth0.audience,
                journal=journal,
                twilio=twilio,
                token=access.twilio.auth_token if access.twilio else None,
                old_token=access.old_token,
                other_account=other_account if access.twilio else None,
                cancellation=cancellation,
            ),
            tokens,
        )
