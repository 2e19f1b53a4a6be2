"""The app's own config file: where the single-page application reads its domain and client ID.

Knows the React sample (`src/auth_config.json`), Vite (`.env.local`) and plain JSON. A loopback tenant's domain is
written with its scheme, which `@auth0/auth0-spa-js` takes as it is.
"""

import hashlib
import io
import json
import os
import re
import stat
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import BinaryIO, NoReturn
from urllib.parse import urlsplit

import dotenv
from pydantic import JsonValue

from mfa_setup.errors import ConfigUnreadableError, InvalidValueError
from mfa_setup.settings.endpoints import is_loopback
from mfa_setup.store.safe_write import LinkedError, remove_real, replace_within, within

_PLACEHOLDER = re.compile(r"\{[^{}]*\}")
"""A value of the sample's template, such as `{API_IDENTIFIER}`: left in place it breaks the login."""
_VITE = "VITE_AUTH0_"
"""How Vite's variables of Auth0 begin."""
LONGEST = 1_000_000
"""A larger file is no config file; in bytes."""


@dataclass(frozen=True)
class ConfigFile:
    """One config file and the domain that goes into it.

    Attributes:
        path: The file, as the person named it.
        domain: The tenant's domain.
        root: The folder that it must be in, links followed; None where the person named its folder outright.
    """

    path: Path
    domain: str
    root: Path | None = None

    @cached_property
    def text(self) -> str | None:
        """What the file holds now; None where there is none.

        Raises:
            ConfigUnreadableError: It cannot be read.
        """
        try:
            # Without waiting: opened to be read, a pipe without a writer would never return.
            handle = os.open(self.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
            with os.fdopen(handle, "rb") as file:
                return file.read(LONGEST + 1).decode() if _is_plain(file) else _unreadable(self.path)
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError):
            return _unreadable(self.path)

    @property
    def before(self) -> str | None:
        """The path of the file that is there, or None."""
        return None if self.text is None else str(self.path)

    def is_right(self, client_id: str) -> bool:
        """Whether the file says what it should already."""
        return self.text is not None and self.rendered(client_id) == self.text

    def rendered(self, client_id: str) -> str:
        """The file as it should be: other keys and lines kept, placeholders dropped."""
        wanted = dict(zip(_keys(self.path), (self.domain, client_id), strict=True))
        if _is_env(self.path):
            return _dotenv(self.text or "", {**wanted})
        return _json(self.path, self.text, wanted)

    def write(self, client_id: str) -> None:
        """Writes the file in one step, unless it is right already.

        Raises:
            ConfigUnreadableError: The folder cannot be written to.
        """
        if self.is_right(client_id):
            return
        replace(self.path, self.rendered(client_id), self.root)


def replace_real(path: Path, text: str) -> None:
    """Writes a whole file at a path that was a real one, and only if it still is.

    Raises:
        ConfigUnreadableError: The folder cannot be written to.
        InvalidValueError: A link is on the way to it now.
    """
    if os.path.realpath(path) != str(path):
        raise _leads_elsewhere(path)
    replace(path, text)


def replace(path: Path, text: str, root: Path | None = None) -> None:
    """Writes a whole file in one step, never through a link, and only within `root` where there is one.

    Raises:
        ConfigUnreadableError: The folder cannot be written to.
        InvalidValueError: The path leads elsewhere.
    """
    try:
        replace_within(path, text, root)
    except LinkedError:
        raise _leads_elsewhere(path) from None
    except OSError:
        raise ConfigUnreadableError(
            f"The app's config file {path} cannot be written.",
            hint="Check the folder's permissions.",
        ) from None


def remove(path: Path) -> None:
    """Removes a file at its real path; one that is gone already is success.

    Raises:
        ConfigUnreadableError: The folder cannot be written to, or a link is on the way to it.
    """
    try:
        remove_real(path)
    except OSError:
        raise ConfigUnreadableError(
            f"The app's config file {path} cannot be removed.",
            hint="Check the folder's permissions.",
        ) from None


def locate(app_dir: Path | None, write_config: Path | None, base: Path = Path()) -> Path | None:
    """The path of the config file that was asked for; None where none was. `base` is as in `root_of`.

    Raises:
        InvalidValueError: Its folder does not exist, its form is unknown, or what it holds cannot be kept.
    """
    if app_dir is None and write_config is None:
        return None
    try:
        path = base / write_config if write_config is not None else _of_app(app_dir or Path())
        _require_a_place(path)
        if not within(path, root_of(app_dir, write_config, base)):
            raise _leads_elsewhere(path)
    except OSError as unusable:
        raise InvalidValueError(
            f"The path of the app's config file cannot be used: {unusable.strerror}.",
            hint="Correct --write-config or --app-dir.",
        ) from None
    ConfigFile(path, "").rendered("")  # a file that cannot be read or parsed is found before anything is written
    return path


def root_of(app_dir: Path | None, write_config: Path | None, base: Path = Path()) -> Path | None:
    """The folder that the config file must really be in: the app's, or `base` for a path below it.

    `base` is what a relative path counts from: the working folder, or the settings file's. None for a path that
    leads out of it by its own words.
    """
    if write_config is None:
        return app_dir
    return None if write_config.is_absolute() or ".." in write_config.parts else base


def at(path: Path, domain: str, base_url: str, root: Path | None = None) -> ConfigFile:
    """The config file at a path, for the tenant that is reached at a base URL."""
    host = urlsplit(base_url).hostname or ""
    return ConfigFile(path, base_url if is_loopback(host) else domain, root)


def _is_plain(file: BinaryIO) -> bool:
    about = os.fstat(file.fileno())
    return stat.S_ISREG(about.st_mode) and about.st_size <= LONGEST


def _unreadable(path: Path) -> NoReturn:
    raise ConfigUnreadableError(
        f"The app's config file {path} cannot be read.",
        hint="Check its permissions: it must be a file of UTF-8 text that you may read, of a megabyte at most.",
    )


def _leads_elsewhere(path: Path) -> InvalidValueError:
    what = "is a symbolic link" if path.is_symlink() else "is in a folder that a symbolic link leads out of the project"
    return InvalidValueError(
        f"{path} {what}; nothing is written through it.",
        hint=f"Name the file itself: --write-config {os.path.realpath(path)}",
    )


def values(path: Path, text: str | None) -> dict[str, JsonValue]:
    """The two values that are ours in a config file; nothing else of it is looked at.

    Raises:
        ConfigUnreadableError: It is no JSON object.
    """
    held = _held(path, text)
    found = {name: held.get(key) for name, key in zip(("domain", "client_id"), _keys(path), strict=True)}
    return {name: value if isinstance(value, str) else None for name, value in found.items()}


def dropped(path: Path, text: str | None) -> dict[str, JsonValue]:
    """The placeholders of a template that `rendered` leaves out; what is between braces alone is no secret.

    Raises:
        ConfigUnreadableError: It is no JSON object.
    """
    held, ours = _held(path, text), _keys(path)
    return {
        key: str(value)
        for key, value in held.items()
        if key not in ours and _is_placeholder(value) and (not _is_env(path) or key.startswith(_VITE))
    }


def missing(path: Path, text: str, wanted: Mapping[str, JsonValue]) -> dict[str, str]:
    """Of some values those whose keys a config file does not have.

    Raises:
        ConfigUnreadableError: It is no JSON object.
    """
    held = _held(path, text)
    return {key: value for key, value in wanted.items() if key not in held and isinstance(value, str)}


def digest(text: str) -> str:
    """A fingerprint of a whole file."""
    return hashlib.sha256(text.encode()).hexdigest()


def put_back(path: Path, text: str, before: Mapping[str, str | None], again: Mapping[str, str]) -> str:
    """A config file with the two values as they were, and with placeholders again; None takes one out.

    All else stays.

    Raises:
        ConfigUnreadableError: It is no JSON object.
    """
    wanted = dict(zip(_keys(path), (before["domain"], before["client_id"]), strict=True))
    if _is_env(path):
        return _dotenv(text, {**wanted, **again})
    kept = {
        key: wanted.get(key, value) for key, value in _parsed(path, text).items() if wanted.get(key, value) is not None
    }
    kept |= again
    return json.dumps(kept, indent=_indent(text), ensure_ascii=False) + "\n"


def _held(path: Path, text: str | None) -> Mapping[str, object]:
    if _is_env(path):
        return dotenv.dotenv_values(stream=io.StringIO(text or ""), interpolate=False)
    return _parsed(path, text)


def _is_env(path: Path) -> bool:
    return path.name.startswith(".env")


def _keys(path: Path) -> tuple[str, str]:
    return ("VITE_AUTH0_DOMAIN", "VITE_AUTH0_CLIENT_ID") if _is_env(path) else ("domain", "clientId")


def _require_a_place(path: Path) -> None:
    if not path.parent.is_dir():
        raise InvalidValueError(
            f"The folder of {path} does not exist.", hint="Make it first, or correct --write-config."
        )
    if path.is_dir():
        raise InvalidValueError(f"{path} is a folder.", hint="Name the file: --write-config FOLDER/auth_config.json.")
    if not (path.suffix == ".json" or path.name.startswith(".env")):
        raise InvalidValueError(
            f"{path.name} is neither JSON nor a .env file.",
            hint="For example --write-config src/auth_config.json or --write-config .env.local.",
        )
    if not os.access(path.parent, os.W_OK):
        raise InvalidValueError(
            f"The folder of {path} cannot be written to.", hint="Check its permissions, or correct --write-config."
        )


def _of_app(folder: Path) -> Path:
    """Which file the app in a folder reads."""
    if not folder.is_dir():
        raise InvalidValueError(f"There is no folder {folder}.", hint="Correct --app-dir.")
    sample = folder / "src" / "auth_config.json"
    if sample.exists() or sample.with_name("auth_config.json.example").exists():
        return sample
    if any(folder.glob("vite.config.*")) or (folder / ".env.local").exists():
        return folder / ".env.local"
    plain = folder / "auth_config.json"
    if plain.exists() or plain.with_name("auth_config.json.example").exists():
        return plain
    raise InvalidValueError(
        f"The app in {folder} is of no kind that is known here (the React sample, Vite, auth_config.json).",
        hint="Name the file that it reads: --write-config PATH.",
    )


def _parsed(path: Path, text: str | None) -> dict[str, JsonValue]:
    try:
        document = json.loads(text.removeprefix("\ufeff")) if text and text.strip() else {}
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        raise ConfigUnreadableError(f"The app's config file {path} is not a JSON object.", hint="Mend or remove it.")
    return document


def _json(path: Path, text: str | None, wanted: dict[str, str]) -> str:
    document = _parsed(path, text)
    kept = {key: value for key, value in document.items() if not _is_placeholder(value)}
    # Those two keep their place in the file, so that a diff shows only what changed.
    merged = {key: wanted.get(key, value) for key, value in document.items() if key in kept or key in wanted}
    merged |= wanted
    if text is not None and merged == document:
        return text
    return json.dumps(merged, indent=_indent(text), ensure_ascii=False) + "\n"


def _indent(text: str | None) -> int | str:
    found = re.search(r"\n([ \t]+)\S", text or "")
    return found.group(1) if found else 2


def _is_placeholder(value: object) -> bool:
    return isinstance(value, str) and _PLACEHOLDER.fullmatch(value) is not None


def _dotenv(text: str, wanted: Mapping[str, str | None]) -> str:
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy.env"
        copy.write_bytes(text.encode())
        for key, value in dotenv.dotenv_values(copy, interpolate=False).items():
            if key.startswith(_VITE) and key not in wanted and _is_placeholder(value):
                dotenv.unset_key(copy, key)
        now = dotenv.dotenv_values(copy, interpolate=False)
        for key, value in wanted.items():
            if value is None:
                dotenv.unset_key(copy, key)
            elif now.get(key) != value:
                exported = re.search(rf"^\s*export\s+{key}\s*=", text, re.MULTILINE) is not None
                dotenv.set_key(copy, key, value, quote_mode="never", export=exported)
        written = copy.read_bytes().decode().replace("\r\n", "\n")
        return written.replace("\n", "\r\n") if "\r\n" in text else written
