"""Reading and writing the app's config file."""

import os
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from urllib.parse import urlsplit

from mfa_setup.appconfig.formats import rendered
from mfa_setup.errors import ConfigUnreadableError, InvalidValueError
from mfa_setup.settings.endpoints import is_loopback
from mfa_setup.store.files import read_plain
from mfa_setup.store.safe_write import LinkedError, remove_file, replace_file

LONGEST = 1_000_000
"""A larger file is no config file; in bytes."""


@dataclass(frozen=True)
class ConfigFile:
    """One config file and the domain that goes into it.

    Attributes:
        path: The file, as the user named it.
        domain: The tenant's domain, as the app needs it.
        root: The folder that it must be in, links followed; None where the user named its folder outright.
    """

    path: Path
    domain: str = ""
    root: Path | None = None

    def for_tenant(self, domain: str, base_url: str) -> "ConfigFile":
        """The same file for the tenant that is reached at a base URL.

        A tenant on loopback is written with its scheme, which `@auth0/auth0-spa-js` takes as it is.
        """
        on_loopback = is_loopback(urlsplit(base_url).hostname or "")
        return replace(self, domain=base_url if on_loopback else domain)

    @cached_property
    def text(self) -> str | None:
        """What the file holds now; None where it does not exist.

        Raises:
            ConfigUnreadableError: It cannot be read.
        """
        try:
            return read_plain(self.path, LONGEST)[0].decode()
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError):
            raise ConfigUnreadableError(
                f"The app's config file {self.path} cannot be read.",
                hint="Check its permissions: it must be a file of UTF-8 text that you may read, of a megabyte at most.",
            ) from None

    def is_right(self, client_id: str) -> bool:
        """Whether the file says what it should already."""
        return self.text is not None and self.rendered(client_id) == self.text

    def rendered(self, client_id: str) -> str:
        """The file as it should be: other keys and lines kept, placeholders dropped."""
        return rendered(self.path, self.text, self.domain, client_id)

    def write(self, client_id: str) -> None:
        """Writes the file in one step, unless it is right already.

        Raises:
            ConfigUnreadableError: The folder cannot be written to.
            InvalidValueError: The path leads elsewhere.
        """
        if not self.is_right(client_id):
            _replace(self.path, self.rendered(client_id), self.root)


def replace_real(path: Path, text: str) -> None:
    """Writes a whole file at a path that was a real one, and only if it still is.

    Raises:
        ConfigUnreadableError: The folder cannot be written to.
        InvalidValueError: A link is on the way to it now.
    """
    if os.path.realpath(path) != str(path):
        raise leads_elsewhere(path)
    _replace(path, text, None)


def remove(path: Path) -> None:
    """Removes a file at its real path; one that is gone already is success.

    Raises:
        ConfigUnreadableError: The folder cannot be written to, or a link is on the way to it.
    """
    try:
        remove_file(path)
    except OSError as error:
        raise _unwritable(path, "removed", error) from None


def leads_elsewhere(path: Path) -> InvalidValueError:
    """The error of a path that a symbolic link leads away from where it says."""
    what = "is a symbolic link" if path.is_symlink() else "is in a folder that a symbolic link leads out of the project"
    return InvalidValueError(
        f"{path} {what}; nothing is written through it.",
        hint=f"Name the file itself: --write-config {os.path.realpath(path)}",
    )


def _replace(path: Path, text: str, root: Path | None) -> None:
    try:
        replace_file(path, text, root=root)
    except LinkedError:
        raise leads_elsewhere(path) from None
    except OSError as error:
        raise _unwritable(path, "written", error) from None


def _unwritable(path: Path, done: str, error: OSError) -> ConfigUnreadableError:
    return ConfigUnreadableError(
        f"The app's config file {path} cannot be {done}: {error.strerror or type(error).__name__}.",
        hint="Check the permissions of its folder and the free space on its disk, then run the command again.",
    )
