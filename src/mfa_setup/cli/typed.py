"""Collects what the user entered where a secret could stand by mistake, so that errors and warnings shorten it."""

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from mfa_setup.cli.options import Call
from mfa_setup.settings.schema import PREFIX, SETTINGS, VARIABLES

_ADDRESSES = frozenset({"domain", "urls", "callback_urls", "logout_urls", "web_origins"})
"""Settings whose valid values are addresses, which messages show in full; `parsers.quoted` quotes all others."""
_FREE = frozenset({"name", "connection", "enrollment_template", "verification_template"})
"""Settings that accept any text: a secret there would be shown as the name of a resource."""
_READ = frozenset(
    {setting.variable for setting in SETTINGS if setting.variable and setting.name not in _ADDRESSES}
    | {*VARIABLES, "SSL_CERT_FILE"}
) - {"AUTH0_DOMAIN", "MFA_SETUP_STATE_DIR", "MFA_SETUP_CACHE_DIR"}


def of_call(call: Call, environment: Mapping[str, str]) -> Iterator[str]:
    """Yields the values of the options and arguments of a call, and of the variables that a run reads."""
    flags = {name: value for name, value in call.flags.items() if name not in _ADDRESSES}
    common = (call.common.config, call.common.timeout, call.common.profile)
    yield from _texts([*flags.values(), *call.own.values(), *call.secret_files.values(), *common])
    for name, value in environment.items():
        if name in _READ:
            yield from _missing(value)
        elif name.startswith(PREFIX):
            yield name.removeprefix(PREFIX)


def of_settings(values: Mapping[str, Any]) -> Iterator[str]:
    """Yields the given values of settings, as in `Settings.given`, except addresses."""
    yield from _texts(entry.value for name, entry in values.items() if entry.is_given and name not in _ADDRESSES)


def free_texts(values: Mapping[str, Any]) -> Iterator[str]:
    """Yields the given values of settings that accept any text, as in `Settings.given`."""
    yield from _texts(entry.value for name, entry in values.items() if entry.is_given and name in _FREE)


def of_words(arguments: Iterable[str]) -> Iterator[str]:
    """Yields the words of a command line that could not be parsed, and the text before and after `=` in each word."""
    for argument in arguments:
        yield from (argument, argument.partition("=")[0], argument.partition("=")[2])


def _texts(values: Iterable[Any]) -> Iterator[str]:
    for value in values:
        if isinstance(value, (list, tuple)):
            yield from _texts(value)
        elif value is not None and not isinstance(value, (bool, int, float)):
            yield from _missing(str(value))


def _missing(value: str) -> Iterator[str]:
    """Yields a value; for an absolute path only the parts that do not exist, because existing folders are no secret."""
    path = Path(value)
    if not path.is_absolute():
        yield value
        return
    for folder in (path, *path.parents):
        if not os.access(folder, os.F_OK):
            yield folder.name
