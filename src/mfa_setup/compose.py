"""The composition root: creates one run of one task from plain values.

This module reads no command line, environment, standard input or terminal, so that commands, tests, the demo and other
Python programs compose their runs in the same way. `examples/two-tenants/` is an example.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pydantic import SecretStr

from mfa_setup.appconfig import ConfigFile
from mfa_setup.cancellation import Cancellation
from mfa_setup.engine.person import Person, Unattended
from mfa_setup.engine.report import Report, notice_of
from mfa_setup.engine.run import Run
from mfa_setup.engine.task import Task
from mfa_setup.errors import JournalNewerError, JournalUnusableError, MfaSetupError
from mfa_setup.model.desired import Desired
from mfa_setup.model.outcome import Tenant
from mfa_setup.services import PlannedNumbers, Services
from mfa_setup.settings import endpoints
from mfa_setup.settings.credentials import Auth0Credentials, TwilioCredentials
from mfa_setup.settings.endpoints import Endpoints
from mfa_setup.store.folders import Folders
from mfa_setup.store.journal import Header, Journal, empty_journal, open_journal
from mfa_setup.store.journal_import import ImportedJournal
from mfa_setup.store.lock import tenant_lock

if TYPE_CHECKING:  # slow to import: at run time these modules are imported only when a run begins
    from mfa_setup.adapters.http_policy import HttpSettings
    from mfa_setup.adapters.rate_limit import RateLimit
    from mfa_setup.adapters.token import TokenSource
    from mfa_setup.adapters.twilio import TwilioAdapter


@dataclass(frozen=True, slots=True)
class SharedAccount:
    """State that the runs of one process share if they use the same Twilio account.

    Attributes:
        limit: The account's rate limit, as learned from Twilio's responses.
        spending: The lock that is held while a number is bought.
        planned: The numbers that the plans of the runs would buy.
        place: The place of the run's tenant among all tenants.
    """

    limit: "RateLimit"
    spending: threading.Lock = field(default_factory=threading.Lock)
    planned: PlannedNumbers = field(default_factory=PlannedNumbers)
    place: int = 0


@dataclass(frozen=True, slots=True)
class Access:
    """The addresses of both services and the credentials for one run.

    Attributes:
        domain: The tenant's domain.
        places: The base URLs of both services.
        auth0: The credentials for the Management API.
        twilio: The credentials of the Twilio account; None if the run does not use Twilio.
        old_token: The auth token of another Twilio account, with which an undo restores that account's provider.
    """

    domain: str
    places: Endpoints
    auth0: Auth0Credentials
    twilio: TwilioCredentials | None
    old_token: SecretStr | None = None

    @classmethod
    def to(
        cls, domain: str, auth0: Auth0Credentials, twilio: TwilioCredentials | None, *, sandbox: str | None = None
    ) -> "Access":
        """Creates the access to a tenant and a Twilio account.

        Args:
            domain: The tenant's domain.
            auth0: The credentials for the Management API.
            twilio: The credentials of the Twilio account; None if the run does not use Twilio.
            sandbox: The URL of a sandbox on this machine that serves both services; None for the real services.

        Raises:
            SandboxMixedError: Only one of the two services would be the sandbox.
        """
        url = endpoints.sandbox_url(sandbox) if sandbox else None
        places = endpoints.resolve(domain, url, twilio_needed=twilio is not None)
        endpoints.require_this_machine(places)
        return cls(domain, places, auth0, twilio)

    @property
    def secrets(self) -> tuple[SecretStr, ...]:
        """All secrets among the credentials, which must not be shown."""
        secrets = [self.auth0.client_secret, self.auth0.private_key, self.auth0.token, self.old_token]
        if self.twilio:
            secrets += [self.twilio.auth_token, self.twilio.api_secret]
        return tuple(secret for secret in secrets if secret is not None)


@dataclass(frozen=True, slots=True)
class Options:
    """Options of a run that are independent of the desired state.

    Attributes:
        folders: The folders for mfa-setup's own files.
        http: The settings for HTTP requests; None for the defaults.
        token_cache: Whether the access token is cached for later runs.
        learned: Called with every secret that the run learns, so that the caller can mask it.
        region_variables: The names of environment variables that select another Twilio region.
        person: The person who is asked and informed; by default nobody, so that every plan is applied.
        account: The state that the run shares with other runs on the same Twilio account.
        imported: The exported journal of another machine, whose runs an undo may revert.
    """

    folders: Folders
    http: "HttpSettings | None" = None
    token_cache: bool = True
    learned: Callable[[SecretStr], None] = lambda _secret: None
    region_variables: tuple[str, ...] = ()
    person: Person = field(default_factory=Unattended)
    account: SharedAccount | None = None
    imported: ImportedJournal | None = None


@contextmanager
def compose(
    task: Task,
    desired: Desired,
    access: Access,
    options: Options,
    *,
    report: Report | None = None,
    config: ConfigFile | None = None,
) -> Iterator[Run]:
    """Creates a run with its lock, its journal and its connections; `run.carry_out()` executes the task.

    Args:
        task: The task to carry out.
        desired: The desired state.
        access: The addresses of the services and the credentials.
        options: The other options of the run.
        report: The report that receives the results; by default a new one.
        config: The app's config file, if the run is to write one.

    Raises:
        LockHeldError: Another run on this machine is working on the tenant.
        JournalNewerError, JournalUnusableError: The tenant's journal cannot be used.
    """
    report = report or Report(task.command)
    report.tenant = Tenant(domain=access.domain)
    key = access.auth0.audience
    with ExitStack() as stack:
        stack.enter_context(nullcontext() if task.read_only else tenant_lock(options.folders, key, task.command))
        journal = stack.enter_context(_journal(task, access, options, report))
        services, token = _connect(stack, task, access, options, journal)
        yield Run(
            task,
            desired,
            services,
            token,
            config and config.for_tenant(access.domain, access.places.auth0),
            options.person,
            report,
            region_variables=options.region_variables,
        )


@contextmanager
def _journal(task: Task, access: Access, options: Options, report: Report) -> Iterator[Journal]:
    """Opens the tenant's journal; if it cannot be used, a run that only reads continues without it and warns."""
    header = Header(run_id=report.run_id, command=task.command, domain=access.domain)
    try:
        journal = open_journal(options.folders, access.auth0.audience, header, options.imported)
    except (JournalNewerError, JournalUnusableError) as unusable:
        if not task.read_only:
            raise
        report.warn((notice_of(unusable),))
        journal = empty_journal(header)
    report.warn(journal.notices)
    try:
        yield journal
        journal.require_usable()
    except BaseException as error:
        journal.end(error.code if isinstance(error, MfaSetupError) else "interrupted")
        if (lost := journal.unrecorded) and lost is not error:
            report.warn((notice_of(lost),))
        raise
    journal.end("done")


def _connect(
    stack: ExitStack, task: Task, access: Access, options: Options, journal: Journal
) -> "tuple[Services, TokenSource]":
    """Creates both adapters; the slow SDKs are imported only here, so that help and early errors appear at once."""
    cancellation = options.http.cancellation if options.http else Cancellation()
    with cancellation.shielded():  # an exception that is raised in the middle of an import may be lost
        from mfa_setup.adapters.auth0 import Auth0Adapter  # noqa: PLC0415
        from mfa_setup.adapters.http_policy import HttpSettings  # noqa: PLC0415
        from mfa_setup.adapters.token import TokenSource  # noqa: PLC0415

        if access.twilio:
            from mfa_setup.adapters.twilio import TwilioAdapter  # noqa: PLC0415

    http = options.http or HttpSettings(cancellation=cancellation)
    base, cache = access.places.auth0, options.folders.cache if options.token_cache else None
    token = TokenSource(base, access.auth0, cache=cache, settings=http, learned=options.learned)
    auth0 = stack.enter_context(closing(Auth0Adapter(base, token, read_only=task.read_only, settings=http)))

    def account(
        credentials: TwilioCredentials, *, read_only: bool, limit: "RateLimit | None" = None
    ) -> "TwilioAdapter":
        adapter = TwilioAdapter(credentials, access.places.twilio, read_only=read_only, settings=http, limit=limit)
        return stack.enter_context(closing(adapter))

    def other_account(sid: str, auth_token: SecretStr) -> "TwilioAdapter":
        options.learned(auth_token)
        return account(TwilioCredentials(account_sid=sid, auth_token=auth_token), read_only=True)

    shared = options.account
    limit = shared.limit if shared else None
    own = account(access.twilio, read_only=task.read_only, limit=limit) if access.twilio else None

    services = Services(
        auth0=auth0,
        domain=access.domain,
        base_url=base,
        tenant_key=access.auth0.audience,
        folders=options.folders,
        journal=journal,
        twilio=own,
        token=access.twilio.auth_token if access.twilio else None,
        old_token=access.old_token,
        other_account=other_account if access.twilio else None,
        cancellation=cancellation,
        spending=shared.spending if shared else threading.Lock(),
        planned_numbers=shared.planned if shared else PlannedNumbers(),
        place=shared.place if shared else 0,
    )
    return services, token
