"""Reads the secrets and settings of a command from its options, the environment, a profile and the settings file."""

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import SplitResult

from mfa_setup.cli import typed
from mfa_setup.cli.context import CommandContext
from mfa_setup.cli.file_modes import loose
from mfa_setup.cli.options import Call
from mfa_setup.cli.values import judged
from mfa_setup.errors import InvalidValueError
from mfa_setup.model.outcome import SettingsUsed
from mfa_setup.settings import credentials, endpoints, parsers, settings
from mfa_setup.settings.settings_file import find_file
from mfa_setup.store.folders import Folders

Load = Callable[[Mapping[str, str], Path | None], settings.Settings]
"""Loads the settings from environment variables and the settings file."""


def read_sources(
    call: Call, context: CommandContext, file: Path | None, load: Load
) -> tuple[credentials.SecretSource, settings.Settings]:
    """Reads the secrets and settings of a call from all their sources, and reports which sources are used.

    Args:
        call: The call.
        context: The context of the command.
        file: The settings file; None for no file.
        load: Loads the settings.

    Raises:
        InvalidValueError: A value is malformed.
        KeyringUnavailableError: The keyring cannot be read.
    """
    source = given_secrets(call, context)
    context.report.warn(tuple(loose(call, file, Folders.of(os.environ))))
    asked, profile = with_profile(call, source, load, file)
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


def given_secrets(call: Call, context: CommandContext) -> credentials.SecretSource:
    """Returns the secrets of the command line and the environment."""
    source = credentials.SecretSource(call.secret_files, os.environ, sys.stdin.read, context.terminal.secret)
    context.sink.secrets += source.known
    return source


def with_profile(
    call: Call, source: credentials.SecretSource, load: Load, file: Path | None
) -> tuple[settings.Settings, str | None]:
    """Returns the settings with the domain of a profile, and its name; adds the profile's credentials to the source.

    The default profile is used only if a run has no Auth0 credentials of its own.

    Raises:
        InvalidValueError: No profile has this name, or a flag, a variable or the file names another domain than the
            profile.
        KeyringUnavailableError: The keyring cannot be read.
    """
    asked = load(os.environ, file)
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
    return load({**os.environ, "AUTH0_DOMAIN": domain}, file), name


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
