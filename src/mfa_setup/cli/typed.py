"""What the person gave to a run in places where a secret could stand by mistake: errors and warnings shorten it."""

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from mfa_setup.cli.options import Call
from mfa_setup.settings.schema import PREFIX, SETTINGS, VARIABLES

_ADDRESSES = frozenset({"domain", "urls", "callback_urls", "logout_urls", "web_origins"})
"""Settings whose valid values name a place, which messages have to name too; others are quoted as `parsers.quoted`."""
_FREE = frozenset({"name", "connection", "enrollment_template", "verification_template"})
"""Settings that take any text: a secret there would be shown as the name of a thing."""
_READ = frozenset(
    {setting.variable for setting in SETTINGS if setting.variable and setting.name not in _ADDRESSES}
    | {*VARIABLES, "SSL_CERT_FILE"}
) - {"AUTH0_DOMAIN", "MFA_SETUP_STATE_DIR", "MFA_SETUP_CACHE_DIR"}


def of_call(call: Call, environment: Mapping[str, str]) -> Iterator[str]:
    """The values of the options and arguments of a call, and of the variables that a run reads."""
    flags = {name: value for name, value in call.flags.items() if name not in _ADDRESSES}
    common = (call.common.config, call.common.timeout, call.common.profile)
    yield from _texts([*flags.values(), *call.own.values(), *call.secret_files.values(), *common])
    for name, value in environment.items():
        if name in _READ:
            yield from _missing(value)
        elif name.startswith(PREFIX):
            yield name.removeprefix(PREFIX)


def of_settings(values: Mapping[str, Any]) -> Iterator[str]:
    """Settings by name, as `Settings.given` has them, without the addresses among them."""
    yield from _texts(entry.value for name, entry in values.items() if entry.is_given and name not in _ADDRESSES)


def free_texts(values: Mapping[str, Any]) -> Iterator[str]:
    """The settings whose valid values are texts of any kind, as `Settings.given` has them."""
    yield from _texts(entry.value for name, entry in values.items() if entry.is_given and name in _FREE)


def of_words(arguments: Iterable[str]) -> Iterator[str]:
    """A command line that could not be parsed: each word, and what stands before and behind `=` in it."""
    for argument in arguments:
        yield from (argument, argument.partition("=")[0], argument.partition("=")[2])


def _texts(values: Iterable[Any]) -> Iterator[str]:
    for value in values:
        if isinstance(value, (list, tuple)):
            yield from _texts(value)
        elif value is not None and not isinstance(value, (bool, int, float)):
            yield from _missing(str(value))


def _missing(value: str) -> Iterator[str]:
    """A value; of a path from the root only what does not exist, because what exists is a folder and no secret."""
    path = Path(value)
    if not path.is_absolute():
        yield value
        return
    for folder in (path, *path.parents):
        if not os.access(folder, os.F_OK):
            yield folder.name
