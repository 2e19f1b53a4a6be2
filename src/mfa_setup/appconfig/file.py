"""Reads and writes the app's config file."""

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
"""The maximum size of a config file in bytes."""
VITE = ("VITE_AUTH0_DOMAIN", "VITE_AUTH0_CLIENT_ID")
"""The default names of the two variables, for an app whose files suggest no other names."""


@dataclass(frozen=True, slots=True)
class Rival:
    """A value that an app's build tool reads from a place other than the app's config file.

    Attributes:
        where: The path of the file, or `the environment`.
        name: The name of the variable.
        text: The value of the variable.
    """

    where: str
    name: str
    text: str


@dataclass(frozen=True)
class ConfigFile:
    """One config file, and the domain to write into it.

    Attributes:
        path: The path of the file, as the user named it.
        domain: The tenant's domain, in the form that the app needs.
        root: The folder that must contain the file after symbolic links are resolved; None if the user named the file's
            folder explicitly.
        names: The names of the two variables, for a `.env` file.
        template: The file whose text a new config file starts from.
        url: The URL of the app during development; None if the app's files do not reveal it.
        rivals: The values that take precedence over this file.
        below: The values that the app reads if this file lacks them, such as those in `.env` next to `.env.local`.
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
        """Returns the same file with the domain of a tenant that is reached at a base URL.

        The domain of a tenant on loopback is written with `http://`, which `@auth0/auth0-spa-js` uses unchanged. Under
        TLS it is written without a scheme, because the API of Auth0's samples prepends `https://`.
        """
        there = urlsplit(base_url)
        if not is_loopback(there.hostname or ""):
            return replace(self, domain=domain)
        return replace(self, domain=there.netloc if there.scheme == "https" else base_url)

    @cached_property
    def text(self) -> str | None:
        """The current text of the file; None if the file does not exist.

        Raises:
            ConfigUnreadableError: The file cannot be read.
        """
        try:
            return read_text(self.path)
        except FileNotFoundError:
            return None

    @cached_property
    def form(self) -> Form:
        """The parsed content of the file, or of the template if the file does not exist.

        Raises:
            ConfigUnreadableError: The file or the template cannot be read, is not a JSON object, or contains several
                pairs of domain and client ID.
        """
        begins = read_text(self.template) if self.text is None and self.template else self.text
        return formats.read(self.path, begins or "", self.names)

    @property
    def held(self) -> dict[str, str | None]:
        """The domain and the client ID in the file; both are None if the file does not exist."""
        return self.form.values if self.text is not None else {"domain": None, "client_id": None}

    @property
    def said(self) -> dict[str, str | None]:
        """The domain and the client ID that the app reads at present, from this file or from `below`."""
        below = {rival.name: rival.text for rival in self.below}
        return {field: self.held[field] or below.get(name) for field, name in zip(FIELDS, self.names, strict=True)}

    @property
    def custom_domain(self) -> str | None:
        """The domain that the app reads, if it can be a custom domain; otherwise None.

        A domain under `auth0.com` is a tenant's canonical domain, and a domain on this machine belongs to a sandbox.
        """
        there = self.said["domain"] or ""
        host = host_of(there)
        is_other = not host or host == host_of(self.domain) or is_loopback(host)
        return None if is_other or is_placeholder(there) or is_auth0(host) else there

    def edits(self, client_id: str) -> list[Edit]:
        """Returns the edits to the text of `form` that set the domain and this client ID."""
        return formats.filled(self.form, self.domain, client_id)

    def is_right(self, client_id: str) -> bool:
        """Whether the file already contains the domain and this client ID."""
        return self.text is not None and not self.edits(client_id)

    def rendered(self, client_id: str) -> str:
        """Returns the text of the file with the two values set and placeholders removed."""
        return applied(self.form.text, self.edits(client_id))

    def write(self, client_id: str) -> None:
        """Writes the file in one step, unless it already contains the right values.

        Raises:
            ConfigUnreadableError: The folder cannot be written to.
            InvalidValueError: The path leads through a symbolic link to another place.
        """
        if not self.is_right(client_id):
            _replace(self.path, self.rendered(client_id), self.root)


def host_of(domain: str) -> str:
    """Returns the host of a domain that is written with or without a scheme."""
    try:
        return (urlsplit(domain if "//" in domain else f"//{domain}").hostname or "").lower()
    except ValueError:  # for example an incomplete IPv6 address
        return ""


def read_text(path: Path) -> str:
    """Returns the text of a file of at most `LONGEST` bytes.

    Raises:
        FileNotFoundError: The file does not exist.
        ConfigUnreadableError: The file cannot be read.
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
    """Writes a whole file at a path that had no symbolic link in it, and only if it still has none.

    Raises:
        ConfigUnreadableError: The folder cannot be written to.
        InvalidValueError: The path now contains a symbolic link.
    """
    if os.path.realpath(path) != str(path):
        raise leads_elsewhere(path)
    _replace(path, text, None)


def remove(path: Path) -> None:
    """Removes a file at its real path; a file that does not exist counts as removed.

    Raises:
        ConfigUnreadableError: The folder cannot be written to, or its path contains a symbolic link.
    """
    try:
        remove_file(path)
    except OSError as error:
        raise _unwritable(path, "removed", error) from None


def leads_elsewhere(path: Path) -> InvalidValueError:
    """Returns the error for a path that a symbolic link redirects to another place."""
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
