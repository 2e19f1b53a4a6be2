"""Composes a run from one call of a command: settings, credentials and options."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from mfa_setup import appconfig
from mfa_setup.cli.context import CommandContext
from mfa_setup.cli.options import Call
from mfa_setup.cli.prompter import Prompter
from mfa_setup.cli.sources import given_secrets, judge_sources, read_sources, settings_file_of, with_profile
from mfa_setup.cli.values import DEFAULT_TIMEOUT, journal_file_of, judged, seconds_of
from mfa_setup.compose import Access, Options, compose
from mfa_setup.engine.run import Run
from mfa_setup.engine.task import Task
from mfa_setup.errors import ValueNeededError
from mfa_setup.model.outcome import Notice, Tenant
from mfa_setup.settings import credentials, endpoints, parsers, settings
from mfa_setup.store.folders import Folders
from mfa_setup.store.journal_import import import_journal, read_export

if TYPE_CHECKING:  # imports httpx, so it is imported at run time only if a command needs it
    from mfa_setup.adapters.http_policy import HttpSettings


@contextmanager
def open_run(call: Call, task: Task, context: CommandContext) -> Iterator[Run]:
    """Opens a run with everything that a task needs; validates given values before it reports missing ones.

    Raises:
        InvalidValueError: A value is malformed, or a sandbox is mixed with a real service.
        ValueNeededError: A value is missing, and there is no terminal to ask at.
    """
    source, asked = read_sources(call, context, settings_file_of(call), partial(settings.load, call.flags))
    with open_with(call, task, context, source, asked) as run:
        yield run


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
    config_file = _config_file(task, context, asked) if "application" in task.resources else None
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


def _config_file(task: Task, context: CommandContext, asked: settings.Settings) -> appconfig.ConfigFile | None:
    agreed = task.read_only or context.terminal.agreed
    return appconfig.locate(asked.app_dir, asked.write_config, asked.config_base, agreed=agreed, environment=os.environ)


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


def tenant_of(call: Call, context: CommandContext) -> tuple[credentials.SecretSource, str]:
    """Returns the given credentials and the domain of the tenant, for a command that calls no service.

    Raises:
        InvalidValueError: A value is malformed.
        ValueNeededError: The domain is not known.
    """
    source = given_secrets(call, context)
    asked, _ = with_profile(call, source, partial(settings.load, call.flags), settings_file_of(call))
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
