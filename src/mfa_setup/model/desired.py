"""The desired state of the five resources, validated."""

from mfa_setup.model.base import Frozen
from mfa_setup.model.types import Delivery, NumberType, PolicyName


class DesiredApplication(Frozen):
    """The single-page application; see `mfa-setup init --help` for each.

    `defaults` names the fields that hold a default because nobody gave a value: they are for an application that the
    tool creates, and change nothing of one that exists.
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


class DesiredNumber(Frozen):
    """The number that sends the codes; `number_type` is None where any that can send SMS will do.

    `max_price` is the most it may cost each month, in the currency of the Pricing API.
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
        """Whether a number and the Messaging Service for it are both named: that is consent to put it there."""
        return self.sender is not None and self.messaging_service_sid is not None


class DesiredSms(Frozen):
    """How codes go out; `delivery_given` tells an asked-for delivery from the default."""

    delivery: Delivery
    delivery_given: bool
    enrollment_template: str | None
    verification_template: str | None
    replace_provider: bool
    resend_token: bool


class Desired(Frozen):
    """The whole desired state; `application` is None with --no-app.

    `countries` are those of the users' phones; none named means the sender's own.
    """

    application: DesiredApplication | None
    number: DesiredNumber
    sms: DesiredSms
    policy: PolicyName
    countries: tuple[str, ...] = ()
