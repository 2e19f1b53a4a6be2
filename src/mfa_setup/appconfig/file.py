"""Reading and writing the app's config file."""

import os
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from urllib.parse import urlsplit

from mfa_setup.appconfig import formats
from mfa_setup.appconfig.edits import Edit, applied
from mfa_setup.appconfig.formats import Form
from mfa_setup.appconfig.names import FIELDS, is_auth0, is_placeholder
from mfa_setup.errors import ConfigUnreadableError, InvalidValueError
from mfa_setup.settings.endpoints import is_loopback
from mfa_setup.store.files import read_plain
from mfa_setup.store.safe_write import LinkedError, remove_file, replace_file

LONGEST = 1_000_000
"""A larger file is no config file; in bytes."""
VITE = ("VITE_AUTH0_DOMAIN", "VITE_AUTH0_CLIENT_ID")
"""The names of the two variables in an app of no other kind."""


@dataclass(frozen=True, slots=True)
class Rival:
    """A value that an app's build tool reads from another place than its config file.

    Attributes:
        where: The file, or the environment.
        name: The name of the variable.
        text: Its value.
    """

    where: str
    name: str
    text: str


@dataclass(frozen=True)
class ConfigFile:
    """One config file and the domain that goes into it.

    Attributes:
        path: The file, as the user named it.
        domain: The tenant's domain, as the app needs it.
        root: The folder that it must be in, links followed; None where the user named its folder outright.
        names: The names of the two variables, where it holds lines of them.
        template: The file that a new one begins as.
        url: Where the app itself is reached during development; None where its files do not tell.
        rivals: What the app reads before it.
        below: What the app reads where this file says nothing, such as `.env` beside `.env.local`.
    """

    path: Path
    domain: str = ""
    root: Path | None = None
    names: tuple[str, str] = VITE
    template: Path | None = None
    url: str | None = None
    rivals: tuple[Rival, ...] = ()
    below: tuple[Rival, ...] = ()

    def for_tenant(self, domain: str, base_url: str) -> "ConfigFile":
        """The same file for the tenant that is reached at a base URL.

        A tenant on loopback is written with its scheme, which `@auth0/auth0-spa-js` takes as it is; under TLS without
        one, because a sample's API puts `https://` before it.
        """
        there = urlsplit(base_url)
        if not is_loopback(there.hostname or ""):
            return replace(self, domain=domain)
        return replace(self, domain=there.netloc if there.scheme == "https" else base_url)

    @cached_property
    def text(self) -> str | None:
        """The current text of the file; None if it does not exist.

        Raises:
            ConfigUnreadableError: It cannot be read.
        """
        try:
            return read_text(self.path)
        except FileNotFoundError:
            return None

    @cached_property
    def form(self) -> Form:
        """What the file holds, or what a new one begins as.

        Raises:
            ConfigUnreadableError: It cannot be read, is no JSON object, or holds several pairs.
        """
        begins = read_text(self.template) if self.text is None and self.template else self.text
        return formats.read(self.path, begins or "", self.names)

    @property
    def held(self) -> dict[str, str | None]:
        """The domain and the client ID that the file holds now; of a new one, nothing."""
        return self.form.values if self.text is not None else {"domain": None, "client_id": None}

    @property
    def said(self) -> dict[str, str | None]:
        """The domain and the client ID that the app reads now, here or in the file below."""
        below = {rival.name: rival.text for rival in self.below}
        return {field: self.held[field] or below.get(name) for field, name in zip(FIELDS, self.names, strict=True)}

    @property
    def custom_domain(self) -> str | None:
        """The domain that the file holds, if it can be a custom one.

        A domain under `auth0.com` is a tenant's own, and one on this machine that of a sandbox.
        """
        there = self.said["domain"] or ""
        host = host_of(there)
        is_other = not host or host == host_of(self.domain) or is_loopback(host)
        return None if is_other or is_placeholder(there) or is_auth0(host) else there

    def edits(self, client_id: str) -> list[Edit]:
        """What changes in the text of `form`."""
        return formats.filled(self.form, self.domain, client_id)

    def is_right(self, client_id: str) -> bool:
        """Whether the file already has the right values."""
        return self.text is not None and not self.edits(client_id)

    def rendered(self, client_id: str) -> str:
        """The file as it should be: only the two values set, and placeholders dropped."""
        return applied(self.form.text, self.edits(client_id))

    def write(self, client_id: str) -> None:
        """Writes the file in one step, unless it is right already.

        Raises:
            ConfigUnreadableError: The folder cannot be written to.
            InvalidValueError: The path leads elsewhere.
        """
        if not self.is_right(client_id):
            _replace(self.path, self.rendered(client_id), self.root)


def host_of(domain: str) -> str:
    """The host of a domain that is written with its scheme or without."""
    try:
        return (urlsplit(domain if "//" in domain else f"//{domain}").hostname or "").lower()
    except ValueError:  # such as half an IPv6 address
        return ""


def read_text(path: Path) -> str:
    """The text of a small file.

    Raises:
        FileNotFoundError: There is none.
        ConfigUnreadableError: It cannot be read.
    """
    try:
        return read_plain(path, LONGEST)[0].decode()
    except FileNotFoundError:
        raise
    except (OSError, UnicodeDecodeError):
        raise ConfigUnreadableError(
            f"The app's config file {path} cannot be read.",
            hint="Check the file: it must be UTF-8 text of at most 1 MB, and you must be allowed to read it.",
        ) from None


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
    what = (
        "is a symbolic link"
        if path.is_symlink()
        else "is in a folder that is a symbolic link to a place outside the project"
    )
    return InvalidValueError(
        f"{path} {what}, and mfa-setup does not write through symbolic links.",
        hint=f"Pass the file itself: --write-config {os.path.realpath(path)}",
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
