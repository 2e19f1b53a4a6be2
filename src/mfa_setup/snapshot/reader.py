"""The one reader: fetches the parts that a task needs from both services, those that need not wait together."""

from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Literal, Protocol, get_args

from mfa_setup.appconfig import ConfigFile
from mfa_setup.errors import InterruptedRunError, MfaSetupError, NotFoundError, ScopeMissingError
from mfa_setup.model.desired import Desired
from mfa_setup.model.observed import Connections, SendEvent, TwilioInventory
from mfa_setup.model.types import PhoneStack
from mfa_setup.ports import Auth0Port, TwilioPort
from mfa_setup.services import Services
from mfa_setup.snapshot.parts import NOT_READ, Part, attempt, known_or
from mfa_setup.snapshot.snapshot import Snapshot
from mfa_setup.snapshot.token import token_state

WORKERS = 4
"""Reads at once: Auth0's free plan allows a burst of two a second, which the HTTP policy's pacing keeps."""

PartName = Literal[
    "twilio", "applications", "connections", "connected", "provider", "factors", "message_types", "templates",
    "policies", "users", "flags", "sends", "profiles", "balance", "geo", "toll_free", "alerts",
]  # fmt: skip
"""The parts that are read by requests, in the order in which an error of theirs is reported."""

OF_TWILIO: frozenset[PartName] = frozenset({"twilio", "profiles", "balance", "geo", "toll_free", "alerts"})
MINIMUM: frozenset[PartName] = frozenset({"factors", "message_types", "provider"})
"""What a policy stands on at Auth0."""
READINESS: frozenset[PartName] = frozenset({"twilio", "profiles", "balance", "geo", "toll_free", "sends"})
"""What else decides whether codes arrive."""


_SCOPES: dict[PartName, frozenset[str]] = {
    "applications": frozenset({"read:clients"}),
    "connections": frozenset({"read:connections"}),
    "connected": frozenset({"read:connections"}),
    "factors": frozenset({"read:guardian_factors"}),
    "message_types": frozenset({"read:guardian_factors"}),
    "policies": frozenset({"read:mfa_policies"}),
    "users": frozenset({"read:users"}),
    "sends": frozenset({"read:logs"}),
}
_STACK_SCOPES: dict[tuple[PartName, PhoneStack], frozenset[str]] = {
    ("provider", "unified"): frozenset({"read:phone_providers"}),
    ("provider", "legacy"): frozenset({"read:guardian_factors"}),
    ("templates", "unified"): frozenset({"read:phone_templates"}),
}

SEND_SCOPES: dict[PhoneStack, frozenset[str]] = {
    "unified": frozenset({"create:phone_providers"}),
    "legacy": frozenset(),
}
"""What letting the tenant send a test SMS needs (`branding/phone/providers/{id}/try`)."""


def scopes_of(parts: Collection[PartName], stack: PhoneStack | None) -> frozenset[str]:
    """The scopes of the access token that reading needs; those of one stack only, once it is known which."""
    needed = {"read:tenant_settings"}
    for part in parts:
        needed |= _SCOPES.get(part, frozenset())
        if stack is not None:
            needed |= _STACK_SCOPES.get((part, stack), frozenset())
    return frozenset(needed)


class Token(Protocol):
    """The access token of the run."""

    def scopes(self) -> frozenset[str] | None:
        """What it allows, where that is known."""

    def renew(self) -> bool:
        """Drops a token of an earlier run."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads for one run.

    Attributes:
        services: Both services.
        token: The access token.
        desired: Names the connection and the texts that are asked for.
        config: The app's config file, where one was asked for.
        connection_ids: The connections that a run to be undone used.
    """

    services: Services
    token: Token
    desired: Desired
    config: ConfigFile | None = None
    connection_ids: frozenset[str] = frozenset()

    def begin(self) -> Snapshot:
        """The phone stack, which says where the rest is to be read.

        Raises:
            MfaSetupError: It could not be read.
        """
        return Snapshot(domain=self.services.domain, stack=self.services.auth0.phone_stack())

    def read(self, parts: Collection[PartName], base: Snapshot, *, strict: bool = False) -> Snapshot:
        """A snapshot with these parts read afresh, and the others as they are in `base`.

        Raises:
            MfaSetupError: The first part that could not be read, in the order of `PartName`; only with `strict`.
        """
        values: dict[str, Any] = {"twilio": None} if self.services.twilio is None and "twilio" in parts else {}
        if isinstance(base.stack, MfaSetupError):
            values |= dict.fromkeys((name for name in parts if name not in OF_TWILIO), base.stack)
        sources = {name: read for name, read in self._sources().items() if name in parts and name not in values}
        with _together() as pool:
            reads: dict[str, Future[Part[Any]]] = {
                name: pool.submit(_read, sources[name], base.stack, strict=strict)
                for name in get_args(PartName)
                if name in sources
            }
            values |= {name: read.result() for name, read in reads.items()}
        config = self.config and replace(self.config)  # a new one reads its file again
        snapshot = replace(base, **values, headroom=self.services.auth0.headroom(), config=config)
        if "provider" not in values:
            return snapshot
        provider = known_or(snapshot.provider, None)
        return replace(snapshot, token=token_state(self.services, provider) if provider else "unknown")

    def missing(self, parts: Collection[PartName], base: Snapshot) -> Snapshot:
        """A snapshot in which these parts have been read, at least once."""
        absent = [name for name in parts if getattr(base, name) is NOT_READ]
        return self.read(absent, base) if absent else base

    def _sources(self) -> Mapping[str, Callable[[Any], Any]]:
        """How each part is read from the stack; those of an account that this run cannot ask are left out."""
        auth0, twilio, application = self.services.auth0, self.services.twilio, self.desired.application
        sources: dict[str, Callable[[Any], Any]] = {
            "applications": lambda _: auth0.applications(),
            "connected": lambda _: {found: _connected(auth0, found) for found in self.connection_ids},
            "provider": auth0.provider,
            "factors": lambda _: auth0.factors(),
            "message_types": lambda _: auth0.message_types(),
            "templates": auth0.templates,
            "policies": lambda _: auth0.policies(),
            "flags": lambda _: auth0.flags(),
            "sends": lambda _: self._sends(),
        }
        if application is not None:
            sources["connections"] = lambda _: _connections(auth0, application.connection)
            sources["users"] = lambda _: auth0.users_of(application.connection)
        if twilio is not None:
            sources |= {
                "twilio": lambda _: read_inventory(twilio),
                "profiles": lambda _: twilio.profiles(),
                "balance": lambda _: twilio.balance(),
                "geo": lambda _: twilio.geo_permissions(),
                "toll_free": lambda _: twilio.toll_free(),
                "alerts": lambda _: twilio.alerts(),
            }
        return sources

    def _sends(self) -> tuple[SendEvent, ...]:
        granted = self.token.scopes()
        if granted is not None and "read:logs" not in granted:
            raise ScopeMissingError("The access token lacks a scope: read:logs.", service="auth0")
        return self.services.auth0.send_events()


def _read(source: Callable[[Any], Any], stack: Part[PhoneStack], *, strict: bool) -> Part[Any]:
    read = partial(source, stack)
    return read() if strict else attempt(read)


def read_inventory(twilio: TwilioPort) -> TwilioInventory:
    """The Twilio account, and, where it is active, its numbers and its Messaging Services."""
    account = twilio.account()
    if account and account.status != "active":
        return TwilioInventory(sid=twilio.account_sid, account=account, numbers=(), services=())
    numbers, services = twilio.numbers(), twilio.services()
    return TwilioInventory(sid=twilio.account_sid, account=account, numbers=numbers, services=services)


def _connections(auth0: Auth0Port, name: str) -> Connections:
    listed = auth0.connections()
    found = listed.get(name)
    return Connections(names=tuple(sorted(listed)), found=auth0.connection(found, name) if found else None)


def _connected(auth0: Auth0Port, connection_id: str) -> frozenset[str]:
    try:
        return auth0.connection(connection_id, connection_id).client_ids
    except NotFoundError:  # somebody removed it, and so nobody is on it
        return frozenset()


@contextmanager
def _together() -> Iterator[ThreadPoolExecutor]:
    """A pool for reads; an interrupt does not wait for those that are under way."""
    pool = ThreadPoolExecutor(WORKERS)
    try:
        yield pool
    except (KeyboardInterrupt, InterruptedRunError):
        pool.shutdown(wait=False, cancel_futures=True)
        raise
    except BaseException:
        pool.shutdown(cancel_futures=True)
        raise
    pool.shutdown()
