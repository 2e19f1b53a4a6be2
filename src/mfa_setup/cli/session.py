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

from mfa_setup import appconfig, interrupts
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
from mfa_setup.render.sink import Sink
from mfa_setup.services import Services
from mfa_setup.settings import credentials, endpoints, parsers, settings
from mfa_setup.settings.settings_file import find_file
from mfa_setup.store.folders import Folders
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
        raise InvalidValueError(
            f"{flag} is {parsers.quoted(text)}: {malformed.problem}.", hint=malformed.example
        ) from None


@dataclass(frozen=True, slots=True)
class Access:
    """Where the two services are, as whom the run goes there, and where it keeps its own files."""

    domain: str
    folders: Folders
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
def open_run(call: Call, task: Task, context: CommandContext, *, search_file: bool = True) -> Iterator[Run]:
    """Everything that one task needs; what is given is judged before what is missing is reported.

    Raises:
        InvalidValueError: A value is malformed, or a sandbox is mixed with a real service.
        ValueNeededError: A value is missing and nobody can be asked.
    """
    file = _settings_file(call) if search_file else None
    source = credentials.SecretSource(call.secret_files, os.environ, sys.stdin.read, context.terminal.secret)
    context.sink.secrets += source.known
    folders = Folders.of(os.environ)
    context.report.warn(tuple(loose(call, file, folders)))
    asked = settings.load(call.flags, os.environ, file)
    context.report.warn(asked.notices)
    credentials.refuse_misplaced(source, asked.by_source)
    settings.require_confirmed_domain(asked, sandbox=_sandbox_text() != "")
    task = task.without_application() if asked.desired.application is None else task
    seconds = seconds_of(call, DEFAULT_TIMEOUT)
    credentials.check_formats(source)
    config_file = None
    if "application" in task.resources:
        config_file = appconfig.locate(asked.app_dir, asked.write_config, asked.config_base)
    _sandbox()
    if asked.domain:
        _resolve(asked.domain, task)
        context.report.tenant = Tenant(domain=asked.domain)
    access = _access(asked.domain or _ask_domain(context.terminal), source, task, context, folders)
    context.sink.secrets += access.secrets
    endpoints.require_this_machine(access.places)
    written = config_file and config_file.for_tenant(access.domain, access.places.auth0)
    context.report.tenant = Tenant(domain=access.domain)
    lock = nullcontext() if task.read_only else tenant_lock(folders, access.auth0.audience, task.command)
    with (
        lock,
        _journal(task, context, access) as journal,
        _connect(call, task, context.sink, access, seconds, journal) as (services, tokens),
    ):
        yield Run(task, asked.desired, services, tokens, written, context.terminal, context.report)


def _settings_file(call: Call) -> Path | None:
    """The file of --config, else the one that the working folder or a parent has."""
    if call.common.config is not None:
        return _judged("--config", parsers.path, call.common.config)
    try:
        folder = Path.cwd()
    except FileNotFoundError:  # it was removed
        return None
    try:
        home = Path.home().resolve()
    except RuntimeError:  # no variable and no user database names it
        home = None
    file = find_file(folder, home)
    return Path(file.name) if file and file.parent == folder else file


@contextmanager
def _journal(task: Task, context: CommandContext, access: Access) -> Iterator[Journal]:
    """The tenant's journal; a run that only looks does without one that cannot be used, and says so."""
    header = Header(run_id=context.report.run_id, command=task.command, domain=access.domain)
    try:
        journal = open_journal(access.folders, access.auth0.audience, header)
    except (JournalNewerError, JournalUnusableError) as unusable:
        if not task.read_only:
            raise
        context.report.warn((Notice(code=unusable.code, message=unusable.message, hint=unusable.hint),))
        journal = empty_journal(header)
    try:
        yield journal
        journal.require_usable()
    except BaseException as error:
        journal.end(error.code if isinstance(error, MfaSetupError) else "interrupted")
        if (lost := journal.unrecorded) and lost is not error:
            context.report.warn((Notice(code=lost.code, message=lost.message, hint=lost.hint),))
        raise
    journal.end("done")


def read_journal(call: Call, context: CommandContext) -> Journal:
    """The tenant's journal, for who only reads it; neither service is asked, so no credentials are needed.

    Raises:
        InvalidValueError: A value is malformed.
        ValueNeededError: The domain is not known.
        JournalNewerError, JournalUnusableError: It cannot be used.
    """
    asked = settings.load(call.flags, os.environ, _settings_file(call))
    context.report.warn(asked.notices)
    source = credentials.SecretSource({}, os.environ, sys.stdin.read, context.terminal.secret)
    credentials.check_formats(source)
    domain = asked.domain or _ask_domain(context.terminal)
    context.report.tenant = Tenant(domain=domain)
    header = Header(run_id=context.report.run_id, command=call.command, domain=domain)
    return open_journal(Folders.of(os.environ), credentials.audience_of(source, domain), header)


def _access(
    domain: str, source: credentials.SecretSource, task: Task, context: CommandContext, folders: Folders
) -> Access:
    places = _resolve(domain, task)
    client_id = source.text("AUTH0_CLIENT_ID")
    if client_id is None and source.find("api_token") is None:
        client_id = context.terminal.text("Client ID of the Machine to Machine application")
    auth0 = credentials.auth0_credentials(source, domain, client_id)
    if not task.needs_twilio and not (task.twilio_if_known and places.twilio_fits and _knows_twilio(source)):
        return Access(domain, folders, places, auth0, None, source.find("old_twilio_auth_token"))
    account = source.text("TWILIO_ACCOUNT_SID") or context.terminal.text("Twilio account SID (AC…)")
    for variable in ("TWILIO_REGION", "TWILIO_EDGE"):
        if source.text(variable):
            context.report.warn((_region(variable),))
    twilio = credentials.twilio_credentials(source, account)
    return Access(domain, folders, places, auth0, twilio, source.find("old_twilio_auth_token"))


def _resolve(domain: str, task: Task) -> endpoints.Endpoints:
    return endpoints.resolve(domain, _sandbox(), twilio_needed=task.needs_twilio)


def _knows_twilio(source: credentials.SecretSource) -> bool:
    pair = source.text("TWILIO_API_KEY") and source.find("twilio_api_secret")
    return bool(source.text("TWILIO_ACCOUNT_SID") and (pair or source.find("twilio_auth_token")))


def _sandbox() -> SplitResult | None:
    text = _sandbox_text()
    return endpoints.sandbox_url(text) if text else None


def _sandbox_text() -> str:
    return os.environ.get("MFA_SETUP_SANDBOX", "").strip()


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
        raise InvalidValueError(f"{parsers.quoted(text)}: {malformed.problem}.", hint=malformed.example) from None


def _region(variable: str) -> Notice:
    return Notice(
        code="twilio_region_ignored",
        message=f"{variable} is set, and mfa-setup reaches Twilio in its home region only.",
        hint=f"Unset {variable}; an auth token of another region is refused there.",
    )


@contextmanager
def _connect(
    call: Call, task: Task, sink: Sink, access: Access, seconds: float, journal: Journal
) -> Iterator["tuple[Services, TokenSource]"]:
    """Both adapters; the SDKs are imported here and not before, so that help and errors come at once."""
    with interrupts.deferred():  # what is raised in the middle of an import may be lost there
        from mfa_setup.adapters.auth0 import Auth0Adapter  # noqa: PLC0415
        from mfa_setup.adapters.token import TokenSource  # noqa: PLC0415

        if access.twilio:
            from mfa_setup.adapters.twilio import TwilioAdapter  # noqa: PLC0415

    with ExitStack() as stack:
        tokens = TokenSource(
            access.places.auth0,
            access.auth0,
            cache=None if call.common.no_token_cache else access.folders.cache,
            budget=seconds,
            on_wait=sink.waiting,
            learned=sink.secrets.append,
        )
        auth0 = Auth0Adapter(
            access.places.auth0, tokens, read_only=task.read_only, budget=seconds, on_wait=sink.waiting
        )
        stack.callback(auth0.close)
        twilio = None
        if access.twilio:

            def account(known: credentials.TwilioCredentials, *, read_only: bool) -> TwilioAdapter:
                place = access.places.twilio
                made = TwilioAdapter(known, place, read_only=read_only, budget=seconds, on_wait=sink.waiting)
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
                folders=access.folders,
                journal=journal,
                twilio=twilio,
                token=access.twilio.auth_token if access.twilio else None,
                old_token=access.old_token,
                other_account=other_account if access.twilio else None,
            ),
            tokens,
        )
