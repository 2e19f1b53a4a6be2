"""Reads a fleet file: many tenants with their settings and references to their credentials.

A tenant's own keys override those of `[defaults]`, key by key. The file contains no credentials, only the names of
environment variables and files that contain them.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from mfa_setup.errors import InvalidValueError, SecretInConfigError, UnknownKeyError, ValueNeededError
from mfa_setup.quoting import looks_random
from mfa_setup.settings.credentials import beginning
from mfa_setup.settings.endpoints import is_loopback
from mfa_setup.settings.parsers import MalformedError, domain, quoted
from mfa_setup.settings.settings import Settings, is_of_auth0, settings_of
from mfa_setup.settings.settings_file import parsed, values_of
from mfa_setup.settings.sources import InFile, Origin, merge

_LONGEST = 10_000_000
NAME = r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}"
"""Matches the name of a tenant."""
VARIABLE = r"[A-Za-z_][A-Za-z0-9_]{0,254}"
"""Matches the name of an environment variable."""
_LOGINS = ("auth0_api_token", "auth0_client_assertion_private_key", "auth0_client_secret")
"""The keys for a Management API login; a tenant with one of its own inherits none of them from the defaults."""
_OF_ACCOUNT = ("twilio_auth_token", "twilio_api_key", "twilio_api_secret")
"""The keys for credentials of one Twilio account, which are never used for another account."""
CREDENTIALS = {
    key: key.upper()
    for key in (
        "auth0_client_id", *_LOGINS, "auth0_audience", "auth0_client_assertion_signing_alg",
        "twilio_account_sid", *_OF_ACCOUNT,
    )
}  # fmt: skip
"""The keys of `credentials`, and the environment variable with the same credential in a run for one tenant."""
_FORM = 'Write { env = "NAME" } or { file = "PATH" }.'


@dataclass(frozen=True, slots=True)
class CredentialName:
    """A reference to a credential: an environment variable or a file.

    Attributes:
        kind: `env` or `file`.
        name: The name of the variable, or the path of the file.
        place: The key of this entry in the fleet file, as messages name it.
    """

    kind: str
    name: str
    place: str


@dataclass(frozen=True, slots=True)
class FleetTenant:
    """One tenant of a fleet.

    Attributes:
        name: The tenant's name in the file.
        domain: The tenant's domain.
        settings: The settings to apply to the tenant.
        credentials: References to the tenant's credentials, by key.
        place: The tenant's place in the file, from 0.
    """

    name: str
    domain: str
    settings: Settings
    credentials: Mapping[str, CredentialName]
    place: int = 0


def read_fleet(path: Path, *, allowed: frozenset[str], sandbox: bool) -> tuple[FleetTenant, ...]:
    """Reads the tenants of a fleet file, in the order of the file.

    Args:
        path: The path of the fleet file.
        allowed: Domains that credentials may be sent to although they are not under auth0.com.
        sandbox: Whether a sandbox is in use, whose tenants are on this machine.

    Raises:
        ConfigUnreadableError: The file cannot be read.
        SecretInConfigError, UnknownKeyError, InvalidValueError: The file contains a secret, an unknown key or an
            invalid value.
    """
    content = parsed(path, _LONGEST, "the path of the fleet file")
    for name in content.keys() - {"defaults", "tenants"}:
        raise UnknownKeyError(
            f"{path} has the unknown section or key `{quoted(name)[1:-1]}`.",
            hint="A fleet file has the sections [defaults] and [tenants.NAME].",
        )
    defaults = dict(_table(content.get("defaults", {}), f"{path}: defaults"))
    shared = _names(defaults.pop("credentials", {}), f"[defaults.credentials] of {path}")
    place = f"{path} ([defaults])"
    common = InFile(Origin.FLEET, values_of(_without_domain(defaults, place), place), place)
    tenants = _table(content.get("tenants", {}), f"{path}: tenants")
    if not tenants:
        raise InvalidValueError(
            f"{path} contains no tenant.", hint='Add a section [tenants.NAME] that contains domain = "…".'
        )
    entries = [_Entry(path, name, common, shared) for name in tenants]
    read = (entry.read(tenants[entry.name], allowed, sandbox=sandbox) for entry in entries)
    found = tuple(replace(tenant, place=place) for place, tenant in enumerate(read))
    _refuse_twice(path, ((tenant.domain.lower(), tenant.name) for tenant in found), "the domain")
    _refuse_twice(path, _config_files(found), "the config file")
    return found


@dataclass(frozen=True, slots=True)
class _Entry:
    """One tenant's section of the fleet file."""

    path: Path
    name: str
    common: InFile
    shared: Mapping[str, CredentialName]

    @property
    def place(self) -> str:
        return f"{self.path} ([tenants.{self.name}])"

    def read(self, content: Any, allowed: frozenset[str], *, sandbox: bool) -> FleetTenant:
        if not re.fullmatch(NAME, self.name):
            raise InvalidValueError(
                f"{self.path} has the tenant name {quoted(self.name)}, which is invalid.",
                hint=(
                    "A name consists of letters, digits, dots, hyphens and underscores, and starts with a "
                    "letter or digit."
                ),
            )
        sections = dict(_table(content, self.place))
        address = self._domain(sections.pop("domain", None), allowed, sandbox=sandbox)
        own = _names(sections.pop("credentials", {}), f"[tenants.{self.name}.credentials] of {self.path}")
        values = values_of(_without_domain(sections, self.place), self.place)
        given = merge({}, {}, (self.common, InFile(Origin.FILE, values, self.place)))
        return FleetTenant(self.name, address, settings_of(given, self.path), _chosen(self.shared, own))

    def _domain(self, raw: Any, allowed: frozenset[str], *, sandbox: bool) -> str:
        if not isinstance(raw, str):
            raise InvalidValueError(
                f"{self.place} has no domain." if raw is None else f"The domain of {self.place} is {quoted(raw)}.",
                hint='Write domain = "acme.eu.auth0.com".',
            )
        try:
            address = domain(raw)
        except MalformedError as malformed:
            problem = f"The domain of {self.place} is {quoted(raw)}: {malformed.problem}."
            raise InvalidValueError(problem, hint=malformed.example) from None
        host = urlsplit(f"//{address}").hostname or ""
        if is_of_auth0(host) or (sandbox and is_loopback(host)) or address.lower() in allowed or host in allowed:
            return address
        raise InvalidValueError(
            f"The domain of {self.place} is {address}, which is not under auth0.com.",
            hint=f"If {address} may receive your credentials, pass --allow-domain {address}.",
        )


def _table(content: Any, place: str) -> Mapping[str, Any]:
    if not isinstance(content, Mapping):
        raise InvalidValueError(
            f"{place} is {quoted(content)}.", hint="Write it as a section: on a line of its own, in brackets."
        )
    return content


def _without_domain(sections: Mapping[str, Any], place: str) -> Mapping[str, Any]:
    if "auth0" in sections or "domain" in sections:
        raise UnknownKeyError(
            f"{place} has `{'auth0' if 'auth0' in sections else 'domain'}`, which does not belong there.",
            hint='Each tenant needs its own domain: set domain = "…" in [tenants.NAME].',
        )
    return sections


def _names(content: Any, place: str) -> dict[str, CredentialName]:
    found = {}
    for key, value in _table(content, place).items():
        where = f"{quoted(key)[1:-1]} in {place}"
        if key not in CREDENTIALS:
            raise UnknownKeyError(f"{where} is not a known credential.", hint=f"Known keys: {', '.join(CREDENTIALS)}.")
        if not isinstance(value, Mapping) or len(value) != 1:
            raise SecretInConfigError(f"{where} is not a reference to a credential.", hint=_FORM)
        ((kind, name),) = value.items()
        if kind not in {"env", "file"} or not isinstance(name, str) or not name.strip():
            raise SecretInConfigError(f"{where} is not a reference to a credential.", hint=_FORM)
        if kind == "env" and (not re.fullmatch(VARIABLE, name) or looks_random(name)):
            raise SecretInConfigError(f"{where} does not name an environment variable.", hint=_FORM)
        found[key] = CredentialName(kind, name, where)
    return found


def _chosen(shared: Mapping[str, CredentialName], own: Mapping[str, CredentialName]) -> dict[str, CredentialName]:
    """Combines the credentials of a tenant's own section with those of the defaults that apply to the tenant."""
    gone = set(_LOGINS) if own.keys() & set(_LOGINS) else set[str]()
    gone |= set(_OF_ACCOUNT) if "twilio_account_sid" in own else set()
    return {key: named for key, named in shared.items() if key not in gone} | dict(own)


def _config_files(tenants: tuple[FleetTenant, ...]) -> Iterator[tuple[str, str]]:
    """Yields the path of each app's config file, or the app's folder, for every tenant that has one to write."""
    for tenant in tenants:
        settings = tenant.settings
        base = settings.config_base / settings.write_config if settings.write_config else settings.app_dir
        if base and settings.desired.application:
            yield str(base.expanduser().resolve()), tenant.name


def _refuse_twice(path: Path, used: Iterator[tuple[str, str]], what: str) -> None:
    seen: dict[str, str] = {}
    for value, name in used:
        if value in seen:
            raise InvalidValueError(
                f"{path}: the tenants {seen[value]} and {name} both have {what} {value}.",
                hint="Set a different value for each tenant.",
            )
        seen[value] = name


def resolved(tenant: FleetTenant, folder: Path, environment: Mapping[str, str]) -> dict[str, str]:
    """Returns a tenant's credentials, by the variables that contain them in a run for one tenant.

    Args:
        tenant: The tenant.
        folder: The folder that relative paths are relative to.
        environment: The environment variables; only those that the fleet file names are read.

    Raises:
        ValueNeededError: A variable is not set, or the fleet file has no reference to a required credential.
        InvalidValueError: A file cannot be read.
    """
    found = {CREDENTIALS[key]: _value(named, folder, environment) for key, named in tenant.credentials.items()}
    named = tenant.credentials.keys()
    if not named & {"auth0_api_token"} and not ("auth0_client_id" in named and named & set(_LOGINS)):
        raise _unnamed(tenant, "auth0_client_id and auth0_client_secret")
    return found


def require_twilio(tenant: FleetTenant) -> None:
    """Refuses a tenant without Twilio credentials, for a run that needs them.

    Raises:
        ValueNeededError: The fleet file has no reference to the tenant's Twilio credentials.
    """
    named = tenant.credentials.keys()
    if "twilio_account_sid" not in named or not ("twilio_auth_token" in named or set(_OF_ACCOUNT[1:]) <= named):
        raise _unnamed(tenant, "twilio_account_sid and twilio_auth_token")


def _unnamed(tenant: FleetTenant, keys: str) -> ValueNeededError:
    return ValueNeededError(
        f"The fleet file has no reference to the credentials {keys} of the tenant {tenant.name}.",
        hint=f"Add them to [tenants.{tenant.name}.credentials] or [defaults.credentials]. {_FORM}",
    )


def _value(named: CredentialName, folder: Path, environment: Mapping[str, str]) -> str:
    if named.kind == "env":
        value = environment.get(named.name, "").strip()
        if not value:
            raise ValueNeededError(f"The environment variable {named.name} is not set ({named.place}).", hint="Set it.")
        return value
    try:
        value = beginning(folder / Path(named.name).expanduser()).strip()
    except (OSError, ValueError, RuntimeError):  # RuntimeError: `~` names no user
        raise InvalidValueError(f"The file in {named.place} cannot be read.", hint="Check its path.") from None
    if not value:
        raise InvalidValueError(
            f"The file in {named.place} is empty.", hint="The file must contain the credential and nothing else."
        )
    return value
