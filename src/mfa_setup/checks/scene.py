"""What the checks judge: a tenant and an account, as they stand or as they would be once a plan is carried out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias, TypeVar

from mfa_setup.errors import MfaSetupError
from mfa_setup.model.observed import AccountSeen, Factor, MessagingService, Number, Offer, Provider, SendEvent
from mfa_setup.model.readiness import Alert, Balance, GeoPermissions, TollFreeStatus
from mfa_setup.resources.provider import TokenState

T = TypeVar("T")
Read: TypeAlias = T | MfaSetupError
"""What was read, or why it could not be."""


@dataclass(frozen=True, slots=True)
class Readiness:
    """What is read for the checks alone, beside what a run compares; each part, or why it could not be read."""

    profiles: Read[tuple[str, ...]]
    balance: Read[Balance | None]
    geo: Read[GeoPermissions]
    toll_free: Read[Mapping[str, TollFreeStatus]]


@dataclass(frozen=True, slots=True)
class Scene:
    """One tenant and its Twilio account.

    Attributes:
        factor: The factor, or why it could not be read; likewise the others.
        provider: The phone provider.
        token: Whether the token that Auth0 holds is ours.
        account: The Twilio account; None where no credentials are there.
        readiness: What decides about the account; None where it was not asked.
        sender: The number that is to send.
        offer: The number that is to be bought, where there is none yet.
        service: The Messaging Service that the number is in, or goes into, or that sends by itself.
        countries: The users' countries, where they were named.
        country: The country of a number that is to be bought.
        sends: The tenant's latest attempts to send a code.
        alerts: The account's latest errors.
    """

    factor: Read[Factor]
    provider: Read[Provider]
    token: TokenState
    account: Read[AccountSeen] | None
    readiness: Readiness | None = None
    sender: Number | None = None
    offer: Offer | None = None
    service: MessagingService | None = None
    countries: tuple[str, ...] = ()
    country: str = "US"
    sends: Read[tuple[SendEvent, ...]] = ()
    alerts: Read[tuple[Alert, ...]] = field(default=())

    @property
    def others(self) -> frozenset[str]:
        """Independent factors besides SMS that are on."""
        return frozenset() if isinstance(self.factor, MfaSetupError) else self.factor.others

    @property
    def spoken_only(self) -> bool:
        """Whether no code goes out as an SMS: calls need no registration, and their own geo permissions."""
        types = () if isinstance(self.factor, MfaSetupError) else self.factor.message_types
        return bool(types) and "sms" not in types
