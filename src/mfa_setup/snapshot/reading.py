"""Reads the parts of a snapshot in parallel, except for those that depend on another part."""

from collections.abc import Callable, Collection, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Any, get_args

from mfa_setup.errors import MfaSetupError, NotFoundError, PlanRefusedError, ScopeMissingError
from mfa_setup.model.branding import Branding
from mfa_setup.model.desired import Desired
from mfa_setup.model.observed import Connections, Message, Number, Provider, SendEvent, Templates
from mfa_setup.model.post_login import ScopeState
from mfa_setup.model.readiness import ActionFailure, BoundAction, TollFreeStatus
from mfa_setup.model.scope import PolicyScope
from mfa_setup.phone import is_toll_free
from mfa_setup.ports import Auth0Port, TokenPort
from mfa_setup.services import Services
from mfa_setup.snapshot.account import AccountReading, Concerned
from mfa_setup.snapshot.names import Again, PartName
from mfa_setup.snapshot.parts import NOT_READ, Part, T, attempt, known, known_or
from mfa_setup.snapshot.snapshot import Snapshot
from mfa_setup.snapshot.token import token_state


@dataclass(slots=True)
class Reading:
    """A reading of several parts in progress.

    Attributes:
        services: The clients of both services.
        token: The access token.
        desired: The desired state.
        base: The snapshot so far.
        pool: Runs the requests.
        connection_ids: The connections that the run to undo used.
        concerned: The SIDs and phone numbers that the run to undo wrote.
        again: How much of the Twilio account is read, if it was read a moment ago; None to read all of it.
        counts_users: Whether the enrolled users are counted on every page of the users.
    """

    services: Services
    token: TokenPort
    desired: Desired
    base: Snapshot
    pool: ThreadPoolExecutor
    connection_ids: frozenset[str]
    concerned: frozenset[str]
    again: Again | None
    counts_users: bool
    _started: "dict[PartName, Future[Part[Any]]]" = field(default_factory=dict)
    _account: AccountReading | None = None

    def start(self, names: Collection[PartName], optional: Collection[PartName] = ()) -> None:
        """Starts reading these parts; those that depend on another part come last, so that they do not block a worker.

        An `optional` part is skipped if another part shows that it does not matter, such as the sends of a provider
        other than Twilio.
        """
        sources = self._sources()
        for name, read in sources.items():
            if name in names:
                self._started[name] = self.pool.submit(attempt, read)
        if "twilio" in names and self.services.twilio:
            before = known_or(self.base.twilio, None) if self.again else None
            brief = self.again == "holds"
            concerned = self._concerned if before is None else self._known_concerned
            self._account = AccountReading(self.services.twilio, self.pool, concerned, before, brief)
        for name, read in self._waiting(optional).items():
            if name in names:
                self._started[name] = self.pool.submit(attempt, read)

    def part(self, name: PartName) -> Part[Any]:
        """Waits for one part and returns it; a part that is not being read is returned as in `base`."""
        return self._started[name].result() if name in self._started else getattr(self.base, name)

    @property
    def is_on_legacy(self) -> bool:
        """Whether the legacy stack's provider could be read, which a tenant on the unified stack refuses."""
        return self.base.stack == "legacy" and isinstance(self.part("provider"), Provider)

    def has(self, name: PartName) -> bool:
        """Whether this reading includes the part."""
        return name in self._started

    def results(self, needed: Collection[PartName]) -> dict[str, Any]:
        """Waits for all parts and returns them by name.

        Raises:
            MfaSetupError: A `needed` part could not be read; the error of the first one.
        """
        values: dict[str, Any] = {}
        if self._account:
            account = self._account.result()
            values = {"account": account, "twilio": account.inventory}
        values |= {name: self.part(name) for name in get_args(PartName) if name in self._started}
        if isinstance(unread := values.get("settings"), MfaSetupError):
            values["stack"] = unread  # the remembered stack could not be verified
        for name in get_args(PartName):
            if name in needed and name in values:
                known(values[name])
        return values

    def _sources(self) -> Mapping[PartName, Callable[[], Any]]:
        """Returns the reads of the parts that depend on no other part, without Twilio's if there are no credentials."""
        auth0, twilio, application, stack = (
            self.services.auth0, self.services.twilio, self.desired.application, self.base.stack
        )  # fmt: skip
        sources: dict[PartName, Callable[[], Any]] = {
            "settings": auth0.settings,
            "applications": auth0.applications,
            "connected": lambda: {found: _connected(auth0, found) for found in self.connection_ids},
            "provider": lambda: auth0.provider(known(stack)),
            "factors": auth0.factors,
            "message_types": auth0.message_types,
            "templates": lambda: auth0.templates(known(stack)),
            "policies": auth0.policies,
            "branding": lambda: _branding(self.services),
            "sms_connections": lambda: self._with_scope("read:connections", auth0.sms_connections),
            "named_connections": lambda: auth0.named_connections(self.desired.only.connections),
            "custom_domains": lambda: self._with_scope("read:custom_domains", auth0.custom_domains),
            "everyone": lambda: self._with_scope("read:users", partial(auth0.user_count, every_page=self.counts_users)),
        }
        if application is not None:
            sources["connections"] = lambda: _connections(auth0, application.connection)
        if twilio is not None:
            sources |= {
                "profiles": twilio.profiles,
                "balance": twilio.balance,
                "geo": twilio.geo_permissions,
                "alerts": twilio.alerts,
            }
        return sources

    def _waiting(self, optional: Collection[PartName]) -> Mapping[PartName, Callable[[], Any]]:
        """Returns the reads of the parts that may not be needed, depending on another part."""

        def dialing() -> Part[frozenset[str]]:
            """Reads the countries that may be called, unless no codes are sent by voice call."""
            types = known_or(self.part("message_types"), None)
            silent = types is not None and "voice" not in types and self.desired.sms.delivery == "sms"
            return NOT_READ if silent else self.services.account.dialing()

        def toll_free() -> Mapping[str, TollFreeStatus]:
            """Reads the toll-free verifications, unless the account has no toll-free number."""
            numbers = self._numbers()
            none = numbers is not None and not any(map(_is_toll_free, numbers))
            return {} if none else self.services.account.toll_free()

        def messages() -> tuple[Message, ...]:
            """Reads the newest messages, unless none can have been sent and no other part needs a delivery as proof."""
            provider, profiles = known_or(self.part("provider"), None), known_or(self.part("profiles"), ())
            sends_nothing = self._numbers() == () and provider is not None and not provider.can_send
            shown = "twilio-approved" in profiles and not isinstance(self.part("geo"), MfaSetupError)
            return () if sends_nothing and shown else self.services.account.newest_messages()

        def sends() -> Part[tuple[SendEvent, ...]]:
            provider = known_or(self.part("provider"), None)
            unsent = "sends" in optional and provider is not None and provider.kind != "twilio"
            return NOT_READ if unsent else self._with_scope("read:logs", self.services.auth0.send_events)

        def actions() -> Part[tuple[BoundAction, ...]]:
            """Reads the Actions if the policy will be Never, or if the factor may be enabled before the provider."""
            asked = "actions" not in optional or self.desired.policy == "never"
            unset = known_or(self.part("factors"), None) == frozenset() and known_or(self.part("policies"), None) == ()
            if not asked and not unset:
                return NOT_READ
            return self._with_scope("read:actions", self.services.auth0.actions.bindings)

        waiting: dict[PartName, Callable[[], Any]] = {
            "sends": sends,
            "actions": actions,
            "scope": lambda: self._with_scope("read:actions", self._scope),
            "action_failures": self._action_failures,
            "limiting_connections": lambda: self._limiting("connections", self._limiting_connections),
            "organizations": lambda: self._limiting("organizations", self.services.auth0.organizations),
            "roles": lambda: self._limiting("roles", self.services.auth0.roles),
        }
        if self.services.twilio is None:
            return waiting
        return waiting | {"dialing": dialing, "toll_free": toll_free, "messages": messages}

    def _scope(self) -> ScopeState:
        """Reads the Actions that are ours and, only if there is one, the bindings, unless they are being read.

        Raises:
            PlanRefusedError: The tenant has no Actions, so none limits the policy.
        """
        api = self.services.auth0.actions
        try:
            listed = api.listed()
        except PlanRefusedError as why:
            raise PlanRefusedError(
                f"Only a post-login Action can limit the policy to some users, and the tenant has none. {why.message}",
                hint="Require MFA of everyone: `mfa-setup policy always --everyone`. Or upgrade the subscription.",
                service=why.service,
                status=why.status,
                request_id=why.request_id,
            ) from why
        ours = tuple(action for action in listed if action.is_ours)
        if not ours:
            return ScopeState()
        bound = known_or(self.part("actions"), None) if self.has("actions") else None
        return ScopeState(ours=ours, bound=api.bindings() if bound is None else bound)

    def _limiting(self, kind: str, read: Callable[[], T]) -> Part[T]:
        """Reads a kind of what limits the policy, unless neither the settings nor our Action's scope names any."""
        if not (getattr(self.desired.only, kind) or getattr(self._scope_now, kind)):
            return NOT_READ
        return self._with_scope(f"read:{kind}", read)

    @property
    def _scope_now(self) -> PolicyScope:
        state: Part[ScopeState] = self.part("scope")
        return known_or(state, ScopeState()).scope or PolicyScope()

    def _limiting_connections(self) -> frozenset[str]:
        named = (one.id for one in self._scope_now.connections)
        return frozenset(filter(self.services.auth0.connection_exists, named))

    def _action_failures(self) -> tuple[ActionFailure, ...]:
        """Reads the failures of Actions, unless no Action is bound."""
        state: Part[ScopeState] = self.part("scope")
        bound = known_or(self.part("actions"), known_or(state, ScopeState()).bound)
        return self._with_scope("read:logs", self.services.auth0.action_failures) if bound else ()

    def _numbers(self) -> tuple[Number, ...] | None:
        """Returns the account's numbers; None if they could not be read."""
        if self._account:
            return known_or(self._account.numbers.result(), None)
        account = known_or(self.base.twilio, None)
        return account.numbers if account else None

    def _concerned(self) -> Concerned:
        """Returns the relevant parts of the account, for the current provider and the one that a plan leads to."""
        there: Part[Provider] = self.part("provider")
        providers = [one for one in (known_or(there, None), known_or(self.base.provider, None)) if one]
        return self._named_by(providers, known_or(self.part("templates"), Templates()))

    def _known_concerned(self) -> Concerned:
        """Returns the relevant parts of the account, as known before this reading."""
        provider = known_or(self.base.provider, None)
        return self._named_by([provider] if provider else [], known_or(self.base.templates, Templates()))

    def _named_by(self, providers: Collection[Provider], templates: Templates) -> Concerned:
        wanted = self.desired.number
        senders = {wanted.sender, *(one.sender for one in providers), *(text.sender for text in templates.whole)}
        services = {wanted.messaging_service_sid, *(one.messaging_service_sid for one in providers)}
        sending = frozenset(filter(None, services))
        return Concerned(frozenset(filter(None, senders)) | self.concerned, sending | self.concerned, sending)

    def _with_scope(self, scope: str, read: Callable[[], T]) -> T:
        """Reads an optional part; raises ScopeMissingError without a request if the token lacks the scope."""
        granted = self.token.scopes()
        if granted is not None and scope not in granted:
            raise ScopeMissingError(f"The access token lacks a scope: {scope}.", service="auth0")
        return read()


def _is_toll_free(number: Number) -> bool:
    return is_toll_free(number.phone_number)


def _branding(services: Services) -> Branding:
    provider = services.auth0.provider("unified")
    return Branding(
        provider=provider, templates=services.auth0.templates("unified"), token=token_state(services, provider)
    )


def _connections(auth0: Auth0Port, name: str) -> Connections:
    listed = auth0.connections()
    found = listed.get(name)
    return Connections(names=tuple(sorted(listed)), found=auth0.connection(found, name) if found else None)


def _connected(auth0: Auth0Port, connection_id: str) -> frozenset[str]:
    try:
        return auth0.connection(connection_id, connection_id).client_ids
    except NotFoundError:  # somebody deleted the connection, so no application may use it
        return frozenset()
