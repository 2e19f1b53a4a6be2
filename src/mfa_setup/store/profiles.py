"""Profiles: the tenants whose credentials are stored, each under a name.

The list of names and domains is a file without secrets. The credentials of a profile are one JSON document, in the
system keyring or, if the user asked for it, in a file that only its owner can read.
"""

import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import Field, ValidationError

from mfa_setup.errors import ConfigUnreadableError, InvalidValueError, KeyringUnavailableError, ValueNeededError
from mfa_setup.model.base import Frozen
from mfa_setup.quoting import looks_random, shortened
from mfa_setup.store.files import read_private
from mfa_setup.store.lock import profiles_lock
from mfa_setup.store.profile_names import LIST, NAME
from mfa_setup.store.safe_write import remove_file, write_private

SERVICE = "mfa-setup"
"""The service name of mfa-setup's entries in the system keyring."""
DEFAULT_NAME = "default"
"""The name of the profile that `mfa-setup login` stores if no name is given."""
Values = Mapping[str, str]
"""The credentials of a profile, by environment variable."""
Storage = Literal["keyring", "file"]
T = TypeVar("T")


class Profile(Frozen):
    """A profile without its secrets: its domain, and where its credentials are stored."""

    domain: str
    storage: Storage = "keyring"


class _Listed(Frozen):
    default: str | None = None
    profiles: dict[str, Profile] = Field(default_factory=dict)


class Profiles:
    """The stored profiles.

    Attributes:
        default: The name of the profile that is used if no other is named; None if there is no default.
    """

    def __init__(self, state: Path) -> None:
        self._state = state
        self._path = state / LIST
        self.default: str | None = None
        self._profiles: dict[str, Profile] = {}
        self._load()

    def _load(self) -> None:
        listed = self._read()
        self.default = listed.default if listed.default in listed.profiles else None
        self._profiles = dict(listed.profiles)

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """Wraps a change to the profiles: locks out other processes, and first reloads what they have stored."""
        with profiles_lock(self._state):
            self._load()
            yield

    @property
    def all(self) -> dict[str, Profile]:
        """The profiles by name, in alphabetical order."""
        return dict(sorted(self._profiles.items()))

    def get(self, name: str) -> Profile:
        """Returns a profile by its name.

        Raises:
            InvalidValueError: No profile has this name.
        """
        if name in self._profiles:
            return self._profiles[name]
        known = f"Known profiles: {', '.join(self.all)}." if self._profiles else "No profile is stored yet."
        raise InvalidValueError(
            f"There is no profile {shortened(name)!r}.", hint=f"{known} `mfa-setup login` adds one."
        )

    def values(self, name: str) -> Values:
        """Returns the credentials of a profile.

        Raises:
            InvalidValueError: No profile has this name, or the stored credentials are for another domain.
            KeyringUnavailableError: The keyring cannot be read.
            ValueNeededError: The profile's credentials are missing or damaged.
        """
        profile = self.get(name)
        text = read_private(self._file(name)) if profile.storage == "file" else _in_keyring("get_password", name)
        try:
            values = {key: value for key, value in json.loads(text or "").items() if isinstance(value, str)}
        except (ValueError, AttributeError, RecursionError):
            place = "the system keyring" if profile.storage == "keyring" else str(self._file(name))
            raise ValueNeededError(
                f"The credentials of the profile {name} cannot be read from {place}.",
                hint=f"Store them again: `mfa-setup login --profile {name}`.",
            ) from None
        if values.get("AUTH0_DOMAIN") != profile.domain:
            raise InvalidValueError(
                f"The profile {name} is for {profile.domain}, but its stored credentials are for another domain.",
                hint=f"Store them again: `mfa-setup login --profile {name}`.",
            )
        return values

    def put(self, name: str, values: Values, storage: Storage) -> None:
        """Stores a profile, replacing one of the same name; the first profile becomes the default.

        Raises:
            KeyringUnavailableError: The keyring did not store the credentials.
            LockHeldError: Another process is changing the profiles, and does not finish.
            OSError: A file cannot be written.
        """
        text = json.dumps(dict(values))
        with self._changing():
            before = self._profiles.get(name)
            if storage == "file":
                write_private(self._file(name), text)
            else:
                _in_keyring("set_password", name, text)
                if _in_keyring("get_password", name) != text:
                    raise KeyringUnavailableError("The system keyring did not store the credentials.")
            if before is not None and before.storage != storage:
                self._remove_secrets(name, before.storage)
            self._profiles[name] = Profile(domain=values["AUTH0_DOMAIN"], storage=storage)
            self._write(self.default or name)

    def remove(self, name: str) -> None:
        """Removes a profile with its credentials.

        Raises:
            InvalidValueError: No profile has this name.
            KeyringUnavailableError: The keyring cannot be changed.
            LockHeldError: Another process is changing the profiles, and does not finish.
            OSError: A file cannot be removed.
        """
        with self._changing():
            self._remove_secrets(name, self.get(name).storage)
            del self._profiles[name]
            self._write(None if self.default == name else self.default)

    def use(self, name: str) -> None:
        """Makes a profile the default.

        Raises:
            InvalidValueError: No profile has this name.
            LockHeldError: Another process is changing the profiles, and does not finish.
            OSError: The file cannot be written.
        """
        with self._changing():
            self.get(name)
            self._write(name)

    def _remove_secrets(self, name: str, storage: Storage) -> None:
        if storage == "file":
            remove_file(self._file(name).parent.resolve() / self._file(name).name)
        elif _in_keyring("get_password", name) is not None:
            _in_keyring("delete_password", name)

    def _file(self, name: str) -> Path:
        return self._state / f"credentials-{name}.json"

    def _read(self) -> _Listed:
        text = read_private(self._path)
        if text is None and not os.path.lexists(self._path):
            return _Listed()
        try:
            listed = _Listed.model_validate_json(text or "")
        except ValidationError:
            listed = None
        if listed is None or not all(map(NAME.fullmatch, listed.profiles)):
            raise ConfigUnreadableError(
                (
                    f"The list of profiles, {self._path}, is damaged, belongs to another user, or is readable by "
                    "other users."
                ),
                hint=(
                    "If only its permissions are wrong, run `chmod 600` on it. Otherwise remove it and run "
                    "`mfa-setup login`."
                ),
            )
        return listed

    def _write(self, default: str | None) -> None:
        self.default = default
        write_private(self._path, _Listed(default=default, profiles=self._profiles).model_dump_json(indent=1) + "\n")


def checked_name(text: str) -> str:
    """Returns the name of a profile after checking its format.

    Raises:
        InvalidValueError: The name is malformed.
    """
    if NAME.fullmatch(text) and not looks_random(text):
        return text
    raise InvalidValueError(
        f"{shortened(text)!r} is not a valid profile name.",
        hint="Use at most 64 lowercase letters, digits, dots, hyphens and underscores, such as acme-staging.",
    )


def require_keyring() -> None:
    """Refuses to ask for credentials that could not be stored.

    Raises:
        KeyringUnavailableError: This system has no working keyring.
    """
    _in_keyring("get_password", DEFAULT_NAME)


def _in_keyring(call: Literal["get_password", "set_password", "delete_password"], *given: str) -> str | None:
    """Calls a function of the system keyring.

    Raises:
        KeyringUnavailableError: The keyring cannot be used.
    """
    import keyring  # noqa: PLC0415 slow to import, and most runs need no profile

    function: Callable[..., str | None] = getattr(keyring, call)
    try:
        return function(SERVICE, *given)
    except Exception as failed:  # noqa: BLE001 each backend has its own errors; their texts are not shown
        raise KeyringUnavailableError(f"The system keyring cannot be used ({type(failed).__name__}).") from None
