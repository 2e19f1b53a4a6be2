"""The snapshot: everything that one run has read from both services, as one frozen value.

A plan's writes lead from one snapshot to the next (`mfa_setup.resources.registry.after`), so the same checks apply to
the current state and to the state that a plan would lead to.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from mfa_setup.appconfig import ConfigFile
from mfa_setup.errors import MfaSetupError
from mfa_setup.model.branding import Branding
from mfa_setup.model.observed import (
    Application,
    Connections,
    Factor,
    Message,
    Offer,
    Provider,
    SendEvent,
    Templates,
    TwilioInventory,
    UserCount,
)
from mfa_setup.model.post_login import ScopeState
from mfa_setup.model.readiness import (
    ActionFailure,
    Alert,
    Balance,
    BoundAction,
    GeoPermissions,
    Headroom,
    TenantSettings,
    TollFreeStatus,
)
from mfa_setup.model.scope import PolicyScope
from mfa_setup.model.types import PhoneStack, TokenState
from mfa_setup.snapshot.account import AccountParts
from mfa_setup.snapshot.parts import NOT_READ, Part, known_or


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The state of both services; each part is a value, or the error that kept it from being read.

    A part that nobody requested is `NOT_READ`.

    Attributes:
        domain: The tenant's domain.
        stack: The tenant's phone stack.
        scopes: The scopes of the access token; None if the token does not reveal them.
        applications: All applications of the tenant.
        connections: The tenant's database connections.
        connected: For each connection that the run to undo used, the client IDs of the applications that may use it.
        everyone: How many users the tenant has, and how many of them have enrolled.
        settings: The tenant settings that affect MFA.
        factors: The names of the enabled factors.
        message_types: The message types of the `sms` factor.
        templates: The texts of the SMS.
        provider: The phone provider.
        policies: When MFA is required; empty means never.
        branding: The provider and texts of the unified stack, whichever stack the tenant uses.
        sms_connections: The names of the passwordless SMS connections.
        scope: Our Action that limits the policy.
        named_connections: The connections that the limits name, by name with their IDs.
        limiting_connections: The IDs of the connections in our Action's scope that exist.
        organizations: All organizations of the tenant, by name with their IDs.
        roles: The names of the tenant's roles.
        actions: The post-login Actions, which run at every login.
        action_failures: The newest failures of Actions; empty if no Action is bound.
        custom_domains: The tenant's custom domains.
        sends: The tenant's latest attempts to send a code.
        headroom: The rate limit, and how much of it is left, by Auth0's last answer.
        now: The time of the reading, by Auth0's own clock.
        token: Whether the Twilio token that Auth0 holds is the one given to this run.
        twilio: The Twilio account with its numbers and services; None if no credentials are set.
        account: The parts of the Twilio account that could be read, even if others could not.
        profiles: The statuses of the account's compliance profiles.
        balance: The balance of the account; None for a subaccount.
        geo: The countries that messages may be sent to.
        dialing: The countries that may be called.
        messages: The account's newest messages, the newest first.
        toll_free: The verification of each toll-free number, by its SID.
        alerts: The errors that Twilio logged for the account.
        offers: Numbers on sale; empty if none must be bought.
        config: The app's config file; None if the settings name none.
        cut_off: Numbers that the provider sends from and that a plan's writes release or remove from their pool.
    """

    domain: str = ""
    stack: Part[PhoneStack] = NOT_READ
    scopes: Part[frozenset[str] | None] = NOT_READ
    applications: Part[tuple[Application, ...]] = NOT_READ
    connections: Part[Connections] = NOT_READ
    connected: Part[Mapping[str, frozenset[str]]] = NOT_READ
    everyone: Part[UserCount] = NOT_READ
    settings: Part[TenantSettings] = NOT_READ
    factors: Part[frozenset[str]] = NOT_READ
    message_types: Part[tuple[str, ...]] = NOT_READ
    templates: Part[Templates] = NOT_READ
    provider: Part[Provider] = NOT_READ
    policies: Part[tuple[str, ...]] = NOT_READ
    branding: Part[Branding] = NOT_READ
    sms_connections: Part[tuple[str, ...]] = NOT_READ
    scope: Part[ScopeState] = NOT_READ
    named_connections: Part[Mapping[str, str]] = NOT_READ
    limiting_connections: Part[frozenset[str]] = NOT_READ
    organizations: Part[Mapping[str, str]] = NOT_READ
    roles: Part[frozenset[str]] = NOT_READ
    actions: Part[tuple[BoundAction, ...]] = NOT_READ
    action_failures: Part[tuple[ActionFailure, ...]] = NOT_READ
    custom_domains: Part[frozenset[str]] = NOT_READ
    sends: Part[tuple[SendEvent, ...]] = NOT_READ
    headroom: Headroom | None = None
    now: datetime | None = field(default=None, compare=False)
    token: TokenState = "unknown"  # noqa: S105 a state, not a token
    twilio: Part[TwilioInventory | None] = NOT_READ
    account: AccountParts | None = None
    profiles: Part[tuple[str, ...]] = NOT_READ
    balance: Part[Balance | None] = NOT_READ
    geo: Part[GeoPermissions] = NOT_READ
    dialing: Part[frozenset[str]] = NOT_READ
    messages: Part[tuple[Message, ...]] = NOT_READ
    toll_free: Part[Mapping[str, TollFreeStatus]] = NOT_READ
    alerts: Part[tuple[Alert, ...]] = NOT_READ
    offers: tuple[Offer, ...] = ()
    config: ConfigFile | None = None
    cut_off: frozenset[str] = frozenset()

    @property
    def factor(self) -> Part[Factor]:
        """The `sms` factor with its message types."""
        if isinstance(self.factors, MfaSetupError):
            return self.factors
        if isinstance(self.message_types, MfaSetupError):
            return self.message_types
        return Factor(on=self.factors, message_types=self.message_types)

    @property
    def asks_some(self) -> bool:
        """Whether our Action is known to ask the users in its scope for codes."""
        ours = any(action.is_ours and action.calls for action in known_or(self.actions, ()))
        return ours or known_or(self.scope, ScopeState()).in_force

    @property
    def asked(self) -> PolicyScope | None:
        """The scope that the policy is limited to; None if it is not limited, or if that is not known."""
        state = known_or(self.scope, ScopeState())
        return state.scope if state.in_force and not known_or(self.policies, ("unread",)) else None

    @property
    def requires_codes(self) -> bool:
        """Whether a policy that demands MFA is known to be in force, for everyone or for some."""
        return bool(known_or(self.policies, ())) or self.asks_some

    @property
    def enforcing(self) -> tuple[BoundAction, ...]:
        """The other Actions that can ask for a second factor, whatever the policy is; empty if they were not read."""
        return tuple(action for action in known_or(self.actions, ()) if action.calls and not action.is_ours)

    @property
    def codes_demanded(self) -> bool:
        """Whether users may be asked for codes: by a policy in force, or by an Action under the policy Never."""
        return self.requires_codes or bool(self.enforcing)

    @property
    def inventory(self) -> Part[TwilioInventory]:
        """The Twilio account; `NOT_READ` if this run has no Twilio credentials."""
        return NOT_READ if self.twilio is None else self.twilio

    def with_our_token(self) -> "Snapshot":
        """Returns the snapshot after our token was sent to Auth0, without the earlier sends that failed.

        Twilio refused those with another token, so they prove nothing about this one.
        """
        accepted = (
            self.sends
            if isinstance(self.sends, MfaSetupError)
            else tuple(send for send in self.sends if not send.failed)
        )
        return replace(self, token="same", sends=accepted)  # noqa: S106 a state, not a token
