"""Merges the sources of the settings: flag over environment over mfa-setup.toml over default, with the origins."""

import difflib
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Any, get_args

from mfa_setup.errors import (
    ConfigUnreadableError,
    InvalidValueError,
    SecretInConfigError,
    UnknownKeyError,
)
from mfa_setup.settings.parsers import MalformedError
from mfa_setup.settings.schema import KEYS, Key

_USER_OF_URL = re.compile(r"(^|//)[^/@\s]+@")
_LOOKS_SECRET = re.compile(r"-----BEGIN.*|[A-Za-z0-9_-]{40,}|(?<![A-Za-z0-9])[0-9a-fA-F]{32}(?![A-Za-z0-9])", re.DOTALL)
"""A key, a client secret or token, a Twilio auth token: what a person may have put into the wrong place."""
_LONGEST_QUOTE = 100
_LONGEST_FILE = 1_000_000
DEFAULT_FILE = "mfa-setup.toml"
_SECRET = re.compile(r"secret|token|password|private_key|api_key|credential", re.IGNORECASE)


class Origin(IntEnum):
    """Where a value came from; a higher one wins."""

    DEFAULT = 0
    FILE = 1
    ENVIRONMENT = 2
    FLAG = 3


@dataclass(frozen=True, slots=True)
class Given:
    """A judged value, with where it came from."""

    value: Any
    origin: Origin

    @property
    def is_given(self) -> bool:
        """Whether somebody asked for it."""
        return self.origin > Origin.DEFAULT


def merge(
    flags: Mapping[str, Any], environment: Mapping[str, str], config: Path | None, *, search_file: bool = True
) -> dict[str, Given]:
    """All settings, judged; a malformed one is refused even where a higher source has a good one.

    Raises:
        InvalidValueError: A value is malformed; the message names its source.
        ConfigUnreadableError, UnknownKeyError, SecretInConfigError: The file is not as it should be.
    """
    from_file = _read(config) if config or search_file else {}
    return {key.name: _pick(key, flags, environment, from_file) for key in KEYS}


def _pick(
    key: Key,
    flags: Mapping[str, Any],
    environment: Mapping[str, str],
    from_file: Mapping[tuple[str, str], Any],
) -> Given:
    candidates = [Given(key.default, Origin.DEFAULT)]
    if key.place in from_file:
        section, name = key.place
        raw = from_file[key.place]
        candidates.append(Given(_judge(key, raw, f"{name} in [{section}]"), Origin.FILE))
    if key.env and (raw := environment.get(key.env, "").strip()):
        candidates.append(Given(_judge(key, raw, key.env), Origin.ENVIRONMENT))
    if flags.get(key.name) not in (None, [], False):
        candidates.append(Given(_judge(key, flags[key.name], key.flag), Origin.FLAG))
    return candidates[-1]


def _judge(key: Key, raw: Any, source: str) -> Any:
    """The value as the engine uses it."""
    match key.kind:
        case "flag":
            if not isinstance(raw, bool):
                raise InvalidValueError(f"{source} is {quoted(raw)}.", hint="It is true or false.")
            return raw
        case "choice":
            choices = get_args(key.choices)
            if raw not in choices:
                raise InvalidValueError(f"{source} is {quoted(raw)}.", hint=f"It is one of {', '.join(choices)}.")
            return raw
        case "list":
            if not isinstance(raw, list) or not raw:
                raise InvalidValueError(
                    f"{source} is {quoted(raw)}.", hint='It is a list, as ["http://localhost:3000"].'
                )
            return tuple(dict.fromkeys(_one(key, item, source) for item in _parts(key, raw)))
        case _:
            return _one(key, raw, source)


def _parts(key: Key, raw: list[Any]) -> Iterator[Any]:
    for item in raw:
        if key.separator and isinstance(item, str):
            yield from (part.strip(" ") for part in item.split(key.separator))
        else:
            yield item


def _one(key: Key, raw: Any, source: str) -> Any:
    if key.name == "max_price" and isinstance(raw, (int, float)) and not isinstance(raw, bool):
        raw = str(raw)
    if not isinstance(raw, str):
        raise InvalidValueError(f"{source} is {quoted(raw)}.", hint="It is a text in quotation marks.")
    try:
        return key.form(raw)
    except MalformedError as malformed:
        raise InvalidValueError(f"{source} is {quoted(raw)}: {malformed.problem}.", hint=malformed.example) from None


def quoted(raw: object) -> str:
    """A value as a message shows it: short, without a password in a URL or what looks like a secret."""
    shown = _LOOKS_SECRET.sub("…", _USER_OF_URL.sub(r"\1…@", raw if isinstance(raw, str) else repr(raw)))
    shown = shown if len(shown) <= _LONGEST_QUOTE else shown[:_LONGEST_QUOTE] + "…"
    return repr(shown) if isinstance(raw, str) else shown


def _read(config: Path | None) -> dict[tuple[str, str], Any]:
    """The file's values by section and key; the default file may be missing, a named one may not."""
    path = config or Path(DEFAULT_FILE)
    if config is None and not path.exists():
        return {}
    try:
        with path.open("rb") as file:
            document = tomllib.loads(_whole(path, file.read(_LONGEST_FILE + 1)).decode())
    except FileNotFoundError:
        raise ConfigUnreadableError(
            f"There is no file {path}.", hint="Check --config; examples/mfa-setup.toml is a start."
        ) from None
    except (OSError, UnicodeDecodeError):
        raise ConfigUnreadableError(
            f"{path} cannot be read.", hint="It must be a file of UTF-8 text that you may read; name it with --config."
        ) from None
    except RecursionError:
        raise ConfigUnreadableError(f"{path} is nested far too deep.", hint="Mend it, or start anew.") from None
    except tomllib.TOMLDecodeError as broken:
        raise ConfigUnreadableError(f"{path} is not TOML: {broken}.", hint="Mend that line.") from None
    return _flatten(path, document)


def _whole(path: Path, content: bytes) -> bytes:
    if len(content) > _LONGEST_FILE:
        raise ConfigUnreadableError(
            f"{path} is larger than a settings file can be.", hint="Name another with --config."
        )
    return content


def _flatten(path: Path, document: Mapping[str, Any]) -> dict[tuple[str, str], Any]:
    known = {key.place for key in KEYS}
    found: dict[tuple[str, str], Any] = {}
    sections = {name for name, _ in known}
    for section, content in document.items():
        for name in (section, *(content if isinstance(content, dict) else ())):
            if (section, name) not in known:
                _refuse_secret(path, name)
        if section not in sections:
            raise _unknown(path, f"`{_named(section)}`", section, sections)
        if not isinstance(content, dict):
            raise InvalidValueError(
                f"{path}: {section} is {quoted(content)}.",
                hint=f"It is a section: write [{section}] on a line of its own.",
            )
        for name, value in content.items():
            if (section, name) not in known:
                keys = {key for where, key in known if where == section}
                raise _unknown(path, f"the key `{_named(name)}` in [{section}]", name, keys)
            found[section, name] = value
    return found


def _refuse_secret(path: Path, name: str) -> None:
    if _SECRET.search(name):
        raise SecretInConfigError(f"{path} has a key `{_named(name)}`, which would hold a secret.")


def _named(name: str) -> str:
    return quoted(name)[1:-1]


def _unknown(path: Path, what: str, name: str, known: set[str]) -> UnknownKeyError:
    near = difflib.get_close_matches(name, known, n=1)
    guess = f"Did you mean `{near[0]}`? " if near else ""
    return UnknownKeyError(
        f"{path} has {what}, which means nothing here.", hint=f"{guess}Known: {', '.join(sorted(known))}."
    )
