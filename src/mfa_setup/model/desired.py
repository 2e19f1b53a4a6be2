"""The desired state of all resources, validated."""

from pydantic import Field, field_serializer

from mfa_setup.model.base import Frozen
from mfa_setup.model.types import Delivery, NumberType, PolicyName


class DesiredApplication(Frozen):
    """The desired single-page application; `mfa-setup init --help` describes each field.

    `defaults` names the fields that hold a default because no value was given. Defaults apply only to an application
    that mfa-setup creates; they change nothing in an existing application.
    """

    name: str
    client_id: str | None
    callbacks: tuple[str, ...]
    logout_urls: tuple[str, ...]
    web_origins: tuple[str, ...]
    connection: str
    prune_urls: bool
    harden: bool
    defaults: frozenset[str] = frozenset()

    @field_serializer("defaults")
    def _in_order(self, defaults: frozenset[str]) -> list[str]:
        """Serializes a set in the same order on every machine."""
        return sorted(defaults)


class DesiredNumber(Frozen):
    """The desired number that sends the codes; `number_type` is None if any type that can send SMS is acceptable.

    `max_price` is the highest acceptable monthly price, in the currency of the Pricing API.
    """

    sender: str | None
    messaging_service_sid: str | None
    country: str
    area_code: str | None
    contains: str | None
    number_type: NumberType | None
    max_price: float | None
    buy: bool

    @property
    def is_placed(self) -> bool:
        """Whether both a number and a Messaging Service are named, which is consent to add the number to its pool."""
        return self.sender is not None and self.messaging_service_sid is not None


class DesiredSms(Frozen):
    """How codes are delivered; `delivery_given` is True if the delivery was requested and is not the default."""

    delivery: Delivery
    delivery_given: bool
    enrollment_template: str | None
    verification_template: str | None
    replace_provider: bool
    resend_token: bool


class DesiredMove(Frozen):
    """How `migrate` moves a tenant to the unified phone stack.

    Attributes:
        accept_texts: Whether the proposed texts are used where a text cannot be converted with certainty.
        texts: The answers about single texts, by the type of the template: `proposed`, `default` or `keep`.
    """

    accept_texts: bool = False
    texts: dict[str, str] = Field(default_factory=dict)


class DesiredScope(Frozen):
    """The limits of the policy as they were given: names, and for applications also client IDs.

    If none is given, the limits in force stay, unless `Desired.everyone` is set.
    """

    applications: tuple[str, ...] = ()
    connections: tuple[str, ...] = ()
    organizations: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    percent: int | None = None

    @property
    def is_given(self) -> bool:
        """Whether any limit is given."""
        return self != DesiredScope()


class Desired(Frozen):
    """The whole desired state; `application` is None with --no-app.

    Attributes:
        application: The application.
        number: The number that sends the codes.
        sms: How the codes are delivered.
        policy: When MFA is required.
        countries: The countries of the users' phones; if it is empty, the sender's country is assumed.
        only: The limits of the policy.
        everyone: Whether the policy is to concern everyone, so that limits in force are dropped.
        move: How the tenant is moved to the unified phone stack; None if it is not.
    """

    application: DesiredApplication | None
    number: DesiredNumber
    sms: DesiredSms
    policy: PolicyName
    countries: tuple[str, ...] = ()
    only: DesiredScope = DesiredScope()
    everyone: bool = False
    move: DesiredMove | None = None
