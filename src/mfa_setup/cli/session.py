"""Composes a run from one call of a command: settings, credentials and options."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import SplitResult

from mfa_setup import appconfig
from mfa_setup.cli import typed
from mfa_setup.cli.context import CommandContext
from mfa_setup.cli.file_modes import loose
from mfa_setup.cli.options import Call
from mfa_setup.cli.prompter import Prompter
from mfa_setup.compose import Access, Options, compose
from mfa_setup.engine.run import Run
from mfa_setup.engine.task import Task
from mfa_setup.errors import InvalidValueError, ValueNeededError
from mfa_setup.model.outcome import Notice, SettingsUsed, Tenant
from mfa_setup.settings import credentials, endpoints, parsers, settings
from mfa_setup.settings.settings_file import find_file
from mfa_setup.store.folders import Folders
from mfa_setup.store.journal_import import import_journal, read_export

if TYPE_CHECKING:  # imports httpx, so it is imported at run time only if a command needs it
    from mfa_setup.adapters.http_policy import HttpSettings

DEFAULT_TIMEOUT = 20.0
T = TypeVar("T")


def seconds_of(call: Call, default: float) -> float:
    """Returns the seconds in `--timeout`: for most commands, the budget for the retries of one request.

    Raises:
        InvalidValueError: The text is not a number of seconds.
    """
    text = call.common.timeout
    return default if text is None else judged("--timeout is ", parsers.seconds, text)


def phone_of(flag: str, text: str) -> str:
    """Returns the phone number that an option names.

    Raises:
        InvalidValueError: The text is not a phone number in E.164 format.
    """
    return judged(f"{flag} is ", parsers.phone_number, text)


def organization_of(text: str | None) -> str | None:
    """Returns the organization that `--organization` names.

    Raises:
        InvalidValueError: The text is neither the ID nor the name of an organization.
    """
    return None if text is None else judged("--organization is ", parsers.organization, text)


def judged(begin: str, form: Callable[[str], T], text: str) -> T:
    """Parses a text with the parser `form`; an error message starts with `begin`, followed by the text and the problem.

    Raises:
        InvalidValueError: The text is malformed.
    """
    try:
        return form(text)
    except parsers.MalformedError as malformed:
        problem = f"{begin}{parsers.quoted(text)}: {malformed.problem}."
        raise InvalidValueError(problem, hint=malformed.example) from None


def journal_file_of(call: Call) -> Path | None:
    """Returns the exported journal that `--journal` names; None if the option is missing or not given.

    Raises:
        InvalidValueError: The text is not a path.
    """
    text = call.own.get("journal")
    return None if text is None else judged("--journal is ", parsers.path, text)


@contextmanager
def open_run(call: Call, task: Task, context: CommandContext) -> Iterator[Run]:
    """Opens a run with everything that a task needs; validates given values before it reports missing ones.

    Raises:
        InvalidValueError: A value is malformed, or a sandbox is mixed with a real service.
        ValueNeededError: A value is missing, and there is no terminal to ask at.
    """
    source, asked = read_sources(call, context, settings_file_of(call))
    with open_with(call, task, context, source, asked) as run:
        yield run


def read_sources(
    call: Call, context: CommandContext, file: Path | None
) -> tuple[credentials.SecretSource, settings.Settings]:
    """Reads the secrets and settings of a call from all their sources, and reports which sources are used.

    Args:
        call: The call.
        context: The context of the command.
        file: The settings file; None for no file.

    Raises:
        InvalidValueError: A value is malformed.
        KeyringUnavailableError: The keyring cannot be read.
    """
    source = _source(call, context)
    context.report.warn(tuple(loose(call, file, Folders.of(os.environ))))
    asked, profile = _with_profile(call, source, settings.load(call.flags, os.environ, file))
    context.sink.secrets += source.known
    context.report.warn(asked.notices)
    file_name = str(file) if file else None
    context.report.settings = SettingsUsed(file=file_name, variables=asked.variables, profile=profile)
    return source, asked


def judge_sources(
    context: CommandContext, source: credentials.SecretSource, asked: settings.Settings
) -> SplitResult | None:
    """Checks what was read for misplaced secrets, unconfirmed domains and malformed credentials.

    Returns:
        The URL of the sandbox that stands in for the services; None if they are the real ones.

    Raises:
        InvalidValueError: A value is malformed or misplaced.
    """
    context.sink.typed += typed.of_settings(asked.given)
    context.sink.free_texts += typed.free_texts(asked.given)
    credentials.refuse_misplaced(source, asked.by_source)
    sandbox = source.text("MFA_SETUP_SANDBOX")
    sandbox_url = endpoints.sandbox_url(sandbox) if sandbox else None
    settings.require_confirmed_domain(asked, sandbox=sandbox_url)
    credentials.check_formats(source)
    return sandbox_url


@contextmanager
def open_with(
    call: Call, task: Task, context: CommandContext, source: credentials.SecretSource, asked: settings.Settings
) -> Iterator[Run]:
    """Opens a run from credentials and settings that have already been read.

    Raises:
        InvalidValueError: A value is malformed, or a sandbox is mixed with a real service.
        ValueNeededError: A value is missing, and there is no terminal to ask at.
    """
    folders = Folders.of(os.environ)
    journal_file = journal_file_of(call)
    exported = read_export(journal_file) if journal_file else None
    seconds = seconds_of(call, DEFAULT_TIMEOUT)
    sandbox_url = judge_sources(context, source, asked)
    task = task.without_application() if asked.desired.application is None else task
    config_file = None
    if "application" in task.resources:
        agreed = task.read_only or context.terminal.agreed
        config_file = appconfig.locate(
            asked.app_dir, asked.write_config, asked.config_base, agreed=agreed, environment=os.environ
        )
    desired = settings.at_url(asked.desired, config_file.url if config_file else None)
    domain = asked.domain or _ask_domain(context.terminal)
    places = endpoints.resolve(domain, sandbox_url, twilio_needed=task.needs_twilio)
    context.report.tenant = Tenant(domain=domain)
    access = _access(domain, places, source, task, context)
    context.sink.secrets += access.secrets
    endpoints.require_this_machine(access.places)
    auth0, secrets = access.auth0, context.sink.secrets
    imported = import_journal(exported, auth0.audience, domain, auth0.lasting_secret, secrets) if exported else None
    with compose(
        task,
        desired,
        access,
        Options(
            folders=folders,
            http=http_settings(context, seconds, asked.given["domain"].source),
            token_cache=not call.common.no_token_cache,
            learned=context.sink.secrets.append,
            region_variables=_region_variables(source),
            person=context.terminal,
            imported=imported,
        ),
        report=context.report,
        config=config_file,
    ) as run:
        yield run


def _source(call: Call, context: CommandContext) -> credentials.SecretSource:
    """Returns the secrets of the command line and the environment."""
    source = credentials.SecretSource(call.secret_files, os.environ, sys.stdin.read, context.terminal.secret)
    context.sink.secrets += source.known
    return source


def _with_profile(
    call: Call, source: credentials.SecretSource, asked: settings.Settings
) -> tuple[settings.Settings, str | None]:
    """Returns the settings with the domain of a profile, and its name; adds the profile's credentials to the source.

    The default profile is used only if a run has no Auth0 credentials of its own.

    Raises:
        InvalidValueError: No profile has this name, or a flag, a variable or the file names another domain than the
            profile.
        KeyringUnavailableError: The keyring cannot be read.
    """
    if call.common.profile is None and source.has_auth0_login:
        return asked, None
    from mfa_setup.store.profiles import Profiles  # noqa: PLC0415 most automated runs use no profile

    profiles = Profiles(Folders.of(os.environ).state)
    name = profiles.default if call.common.profile is None else call.common.profile
    if name is None:
        return asked, None
    domain, entry = profiles.get(name).domain, asked.given["domain"]
    if asked.domain not in {None, domain}:
        raise InvalidValueError(
            f"{entry.source} is {asked.domain}, but profile {name} is for {domain}. Its credentials are not used for "
            "another tenant.",
            hint=f"Pass --profile NAME for a profile of {asked.domain} (`mfa-setup login --profile NAME` stores one), "
            "or set that tenant's credentials as environment variables.",
        )
    if sandbox := source.text("MFA_SETUP_SANDBOX"):
        endpoints.require_sandbox_of(domain, endpoints.sandbox_url(sandbox))
    own = (source.has_auth0_login, source.has_twilio_login)
    values = {} if all(own) else profiles.values(name)
    unused = tuple(prefix for prefix, given in zip(("AUTH0_CLIENT_", "TWILIO_"), own, strict=True) if given)
    used = {key: value for key, value in values.items() if not key.startswith(unused)} | {"AUTH0_DOMAIN": domain}
    source.fall_back_on(used)
    environment = {**os.environ, "AUTH0_DOMAIN": domain}
    return settings.load(call.flags, environment, asked.file), name


def http_settings(context: CommandContext, seconds: float, domain_source: str = "") -> "HttpSettings":
    """Returns the settings for the requests of a command; `domain_source` names the origin of the tenant's domain.

    Raises:
        ConfigUnreadableError: `SSL_CERT_FILE` names a file that does not exist.
    """
    with context.cancellation.shielded():  # an exception raised during an import may be lost
        from mfa_setup.adapters.http_policy import HttpSettings  # noqa: PLC0415 imports httpx
        from mfa_setup.cli.network import network_of  # noqa: PLC0415

    network, sink = network_of(os.environ), context.sink
    shown = sink.exchanged if sink.shows_requests else None
    source = domain_source or "AUTH0_DOMAIN"
    return HttpSettings(seconds, sink.waiting, sink.pacing, context.cancellation, network, shown, source)


def settings_file_of(call: Call) -> Path | None:
    """Returns the file of --config, else the settings file found in the working folder or a parent."""
    if call.common.config is not None:
        return judged("--config is ", parsers.path, call.common.config)
    places = working_folders()
    file = find_file(*places) if places else None
    return Path(file.name) if file and places and file.parent == places[0] else file


def working_folders() -> tuple[Path, Path | None] | None:
    """Returns the working folder and the home folder, None for an unknown one; None if the former was removed."""
    try:
        folder = Path.cwd()
    except FileNotFoundError:
        return None
    try:
        return folder, Path.home().resolve()
    except RuntimeError:  # neither a variable nor the user database names the home folder
        return folder, None


def tenant_of(call: Call, context: CommandContext) -> tuple[credentials.SecretSource, str]:
    """Returns the given credentials and the domain of the tenant, for a command that calls no service.

    Raises:
        InvalidValueError: A value is malformed.
        ValueNeededError: The domain is not known.
    """
    source = _source(call, context)
    asked, _ = _with_profile(call, source, settings.load(call.flags, os.environ, settings_file_of(call)))
    context.sink.secrets += source.known
    context.report.warn(asked.notices)
    credentials.check_formats(source)
    domain = asked.domain or _ask_domain(context.terminal)
    context.report.tenant = Tenant(domain=domain)
    return source, domain


def _access(
    domain: str, places: endpoints.Endpoints, source: credentials.SecretSource, task: Task, context: CommandContext
) -> Access:
    old_token = source.find("old_twilio_auth_token")
    client_id = source.text("AUTH0_CLIENT_ID")
    if client_id is None and source.find("api_token") is None:
        client_id = context.terminal.text(
            "Client ID of the Machine to Machine application", partial(credentials.formed, "AUTH0_CLIENT_ID")
        )
    auth0 = credentials.auth0_credentials(source, domain, client_id)
    if not task.needs_twilio and not (task.twilio_if_known and places.twilio_fits and _knows_twilio(source)):
        return Access(domain, places, auth0, None, old_token)
    account = source.text("TWILIO_ACCOUNT_SID") or context.terminal.text(
        "Twilio account SID (AC…)", partial(credentials.formed, "TWILIO_ACCOUNT_SID")
    )
    context.report.warn([_region(variable) for variable in _region_variables(source)])
    return Access(domain, places, auth0, credentials.twilio_credentials(source, account), old_token)


def _knows_twilio(source: credentials.SecretSource) -> bool:
    pair = source.text("TWILIO_API_KEY") and source.find("twilio_api_secret")
    return bool(source.text("TWILIO_ACCOUNT_SID") and (pair or source.find("twilio_auth_token")))


def _ask_domain(terminal: Prompter) -> str:
    domain = terminal.text(
        "Domain of the Auth0 tenant, such as acme.eu.auth0.com", partial(judged, "The domain is ", parsers.domain)
    )
    if domain is None:
        raise ValueNeededError(
            "The domain of the Auth0 tenant is required.",
            hint="Pass --domain DOMAIN, set AUTH0_DOMAIN, or write domain in [auth0] of mfa-setup.toml.",
        )
    return domain


def _region_variables(source: credentials.SecretSource) -> tuple[str, ...]:
    return tuple(variable for variable in ("TWILIO_REGION", "TWILIO_EDGE") if source.text(variable))


def _region(variable: str) -> Notice:
    return Notice(
        code="twilio_region_ignored",
        message=f"{variable} is set, and mfa-setup reaches Twilio in its home region only.",
        hint=f"Unset {variable}; an auth token of another region is refused there.",
    )
