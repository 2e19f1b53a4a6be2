"""The snapshot: everything that one run has read from both services, as one frozen value.

A plan's writes lead from one snapshot to the next (`mfa_setup.resources.registry.after`), so what a plan would leave is
judged by the same checks as what is there.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from mfa_setup.appconfig import ConfigFile
from mfa_setup.errors import MfaSetupError
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
from mfa_setup.model.readiness import (
    Alert,
    Balance,
    BoundAction,
    GeoPermissions,
    Headroom,
    TenantSettings,
    TollFreeStatus,
)
from mfa_setup.model.types import PhoneStack, TokenState
from mfa_setup.snapshot.account import AccountParts
from mfa_setup.snapshot.parts import NOT_READ, Part, known_or


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Each part is a value, or the reason why it could not be read (`NOT_READ` where nobody asked for it).

    Attributes:
        domain: The tenant's domain.
        stack: Its phone stack.
        scopes: What the access token allows; None where nothing tells.
        applications: All applications.
        connections: The database connections.
        connected: Of the connections that a run to be undone used: the applications that may use them.
        everyone: How many users the tenant has, and has enrolled.
        settings: Settings of the tenant that bear on MFA.
        factors: The names of the enabled factors.
        message_types: The message types of the `sms` factor.
        templates: The texts of the SMS.
        provider: The phone provider.
        policies: When MFA is required; empty means never.
        actions: The Actions that run at every login.
        custom_domains: The tenant's custom domains.
        sends: The tenant's latest attempts to send a code.
        headroom: What Auth0's last answer said of its rate limit.
        now: The time of Auth0's own clock when this was read.
        token: Whether the Twilio token that Auth0 holds is the one given to this run.
        twilio: The Twilio account with its numbers and services; None where no credentials are given.
        account: What could be read of it, also where not all of it could.
        profiles: The statuses of its compliance profiles.
        balance: What is left on it; None for a subaccount.
        geo: The countries that messages may go to.
        dialing: The countries that may be called.
        messages: The account's newest messages, the newest first.
        toll_free: The verification of each toll-free number, by its SID.
        alerts: The errors that Twilio logged for the account.
        offers: Numbers on sale, where one has to be bought.
        config: The app's config file, where the settings name one.
        cut_off: Numbers that the provider sends from and that writes of a plan release or take out of their pool.
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
    actions: Part[tuple[BoundAction, ...]] = NOT_READ
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
    def requires_codes(self) -> bool:
        """Whether a policy that demands MFA is known to be in force."""
        return bool(known_or(self.policies, ()))

    @property
    def enforcing(self) -> tuple[BoundAction, ...]:
        """The Actions that can ask for a second factor, whatever the policy is; none where they could not be read."""
        return tuple(action for action in known_or(self.actions, ()) if action.calls)

    @property
    def codes_demanded(self) -> bool:
        """Whether users may be asked for codes: by a policy in force, or by an Action under the policy Never."""
        return self.requires_codes or bool(self.enforcing)

    @property
    def inventory(self) -> Part[TwilioInventory]:
        """The Twilio account; `NOT_READ` where this run has no credentials for one."""
        return NOT_READ if self.twilio is None else self.twilio

    def with_our_token(self) -> "Snapshot":
        """The snapshot once Auth0 has been sent our token: earlier refusals by Twilio say nothing about it."""
        accepted = (
            self.sends
            if isinstance(self.sends, MfaSetupError)
            else tuple(send for send in self.sends if not send.failed)
        )
        return replace(self, token="same", sends=accepted)  # noqa: S106 a state, not a token
