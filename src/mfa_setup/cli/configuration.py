"""Finds out what a run would be configured with, for `config show`, and writes a settings file, for `config init`."""

import os
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path

from mfa_setup.cli.context import CommandContext
from mfa_setup.cli.options import Call
from mfa_setup.cli.schemas import schema_text
from mfa_setup.cli.sources import judge_sources, read_sources, settings_file_of, working_folders
from mfa_setup.cli.values import DEFAULT_TIMEOUT, judged, seconds_of
from mfa_setup.errors import InvalidValueError
from mfa_setup.model.base import JsonValue
from mfa_setup.model.outcome import (
    Configuration,
    ConfiguredValue,
    SearchEnd,
    SettingsUsed,
    Tenant,
    ValueOrigin,
    VariableUsed,
)
from mfa_setup.quoting import looks_random, shortened
from mfa_setup.settings import credentials, endpoints, parsers, settings
from mfa_setup.settings.file_text import SCHEMA_FILE, file_text
from mfa_setup.settings.schema import BY_NAME, SECRETS, VARIABLES
from mfa_setup.settings.settings import Settings
from mfa_setup.settings.settings_file import FILE_NAME, Search
from mfa_setup.settings.sources import Given, Origin
from mfa_setup.store.safe_write import create_file

_ORIGINS: dict[Origin, ValueOrigin] = {
    Origin.DEFAULT: "default",
    Origin.FILE: "file",
    Origin.ENVIRONMENT: "environment",
    Origin.FLAG: "flag",
}


def show(call: Call, context: CommandContext) -> None:
    """Reports every value that a run with these options would use, and its origin; calls no service and asks nothing.

    Raises:
        InvalidValueError: A value is malformed, or values contradict each other.
        KeyringUnavailableError: The keyring cannot be read.
    """
    source, asked = _read(call, context, settings_file_of(call))
    profile = context.report.settings.profile if context.report.settings else None
    searched, end = _searched(call, asked.file)
    context.report.configuration = Configuration(
        values=tuple(_value(name, entry, profile, os.environ) for name, entry in asked.given.items()),
        variables=tuple(_variables(call, source, profile, os.environ)),
        searched=searched,
        search_end=end,
    )


def write(call: Call, context: CommandContext) -> None:
    """Writes a settings file with the values of the options, the environment and the profile, and its schema.

    Raises:
        InvalidValueError: A value is malformed, the path cannot be used, or the file exists.
        KeyringUnavailableError: The keyring cannot be read.
    """
    if call.common.config is not None:
        raise InvalidValueError(
            "--config names a settings file to read, and `config init` reads none.",
            hint="Name the file to write without --config: mfa-setup config init PATH.",
        )
    path = judged("The path is ", parsers.path, call.own["path"] or FILE_NAME)
    if path.suffix != ".toml" or looks_random(path.name):
        raise InvalidValueError(
            f"The path is {parsers.quoted(str(path))}, which is not the name of a TOML file.",
            hint=f"Name a file that ends with .toml, such as {FILE_NAME}.",
        )
    _, asked = _read(call, context, None)
    text = file_text(asked, path.parent)
    if os.path.lexists(path):
        raise _exists(path)
    schema = path.parent / SCHEMA_FILE
    if not os.path.lexists(schema):
        _create(schema, f"{schema_text('config')}\n", path)
    _create(path, text, path)
    context.report.changed = True
    used = context.report.settings or SettingsUsed(file=None)
    context.report.settings = used.model_copy(update={"file": str(path)})


def _read(call: Call, context: CommandContext, file: Path | None) -> tuple[credentials.SecretSource, Settings]:
    """Reads all sources, and refuses what every other command refuses."""
    seconds_of(call, DEFAULT_TIMEOUT)
    source, asked = read_sources(call, context, file, partial(settings.load, call.flags))
    sandbox = judge_sources(context, source, asked)
    if asked.domain is not None:
        endpoints.resolve(asked.domain, sandbox, twilio_needed=False)
        credentials.tenant_key(source, asked.domain)
        context.report.tenant = Tenant(domain=asked.domain)
    return source, asked


def _value(name: str, entry: Given, profile: str | None, environment: Mapping[str, str]) -> ConfiguredValue:
    setting = BY_NAME[name]
    origin, source = _ORIGINS[entry.origin], entry.source or None
    if origin == "environment" and profile and not environment.get(setting.variable or "", "").strip():
        origin, source = "profile", profile
    return ConfiguredValue(
        setting=name,
        key=None if setting.one_shot else f"{setting.section}.{setting.key}",
        flag=setting.flag,
        variable=setting.variable,
        value=_shown(entry.value),
        origin=origin,
        source=source,
    )


def _shown(value: object) -> JsonValue:
    """Returns a value as JSON; words that may be secrets are shortened, as everywhere else."""
    if isinstance(value, tuple):
        return [_shown(item) for item in value]
    return value if isinstance(value, (bool, int, float)) or value is None else shortened(str(value))


def _variables(
    call: Call, source: credentials.SecretSource, profile: str | None, environment: Mapping[str, str]
) -> Iterator[VariableUsed]:
    """Yields the variables that are no settings; a secret in the file of an option is named by its first variable."""
    in_files = {SECRETS[name].variables[0]: SECRETS[name].flag for name, path in call.secret_files.items() if path}
    for name in (*VARIABLES, *(variable for secret in SECRETS.values() for variable in secret.variables)):
        if name in in_files:
            yield VariableUsed(name=name, origin="flag", source=in_files[name])
        elif environment.get(name, "").strip():
            yield VariableUsed(name=name, origin="environment", source=name)
        elif source.text(name):
            yield VariableUsed(name=name, origin="profile", source=profile)
        else:
            yield VariableUsed(name=name, origin=None, source=None)


def _searched(call: Call, file: Path | None) -> tuple[tuple[str, ...], SearchEnd]:
    """Returns the paths at which the settings file was looked for, and why no other path was."""
    if call.common.config is not None:
        return (str(file),), "option"
    places = working_folders()
    if places is None:
        return (), "removed"
    search = Search.of(*places)
    paths = tuple(folder / FILE_NAME for folder in search.folders)
    if file is None:
        return tuple(map(str, paths)), search.end
    found = paths.index(places[0] / file)
    return tuple(map(str, paths[: found + 1])), "found"


def _create(created: Path, text: str, path: Path) -> None:
    """Creates a file; messages name the settings file that is to be written."""
    try:
        create_file(created, text)
    except FileExistsError:
        raise _exists(created) from None
    except UnicodeEncodeError:
        raise InvalidValueError(
            f"{path} cannot be written: a value contains characters that are not text.", hint="Correct that value."
        ) from None
    except OSError as unwritable:
        raise InvalidValueError(
            f"{path} cannot be written: {unwritable.strerror}.", hint="Name a file in a folder that you can write to."
        ) from None


def _exists(path: Path) -> InvalidValueError:
    return InvalidValueError(
        f"{path} exists, and `config init` does not replace any file.",
        hint="Edit that file, or name another one: mfa-setup config init PATH.",
    )
