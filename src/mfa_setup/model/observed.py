"""What is there: the tenant and the Twilio account as one run found them, reduced to what the engine compares."""

from datetime import datetime
from typing import Literal

from pydantic import Field, SecretStr

from mfa_setup.model.base import Frozen, JsonValue
from mfa_setup.model.types import NumberType, PhoneStack
from mfa_setup.model.write import NEW_NUMBER

ProviderKind = Literal["twilio", "custom", "auth0", "phone-message-hook", "other"]


class Application(Frozen):
    """An application of the tenant: only the fields that we own or judge by (`GET /api/v2/clients`).

    The client secret is never asked for. A list that the service leaves out is empty here.
    """

    client_id: str
    name: str
    app_type: str | None = None
    callbacks: tuple[str, ...] = ()
    allowed_logout_urls: tuple[str, ...] = ()
    web_origins: tuple[str, ...] = ()
    grant_types: tuple[str, ...] = ()
    oidc_conformant: bool = False
    token_endpoint_auth_method: str | None = None
    jwt_configuration: dict[str, JsonValue] = Field(default_factory=dict)
    refresh_token: dict[str, JsonValue] = Field(default_factory=dict)
    client_metadata: dict[str, JsonValue] = Field(default_factory=dict)
    description: str | None = None
    allowed_origins: tuple[str, ...] = ()
    logo_uri: str | None = None
    initiate_login_uri: str | None = None


class Connection(Frozen):
    """A database connection and the applications that may use it (`GET /api/v2/connections/{id}/clients`)."""

    id: str
    name: str
    client_ids: frozenset[str]


class Connections(Frozen):
    """The names of the tenant's database connections, and the one that is asked for (None: there is none)."""

    names: tuple[str, ...]
    found: Connection | None


class Number(Frozen):
    """A phone number of the Twilio account (`IncomingPhoneNumbers`)."""

    sid: str
    phone_number: str
    friendly_name: str
    sms: bool
    voice: bool
    date_created: datetime | None = None

    @property
    def planned(self) -> bool:
        """Whether a plan is about to buy it: the account does not own it yet."""
        return self.sid == NEW_NUMBER


class MessagingService(Frozen):
    """A Messaging Service, the numbers in its pool, and the status of its A2P campaign (None: it has none)."""

    sid: str
    name: str
    pool: frozenset[str]
    campaign: str | None = None

    @property
    def verified(self) -> bool:
        """Whether US local numbers in its pool deliver to US phones."""
        return self.campaign == "VERIFIED"


class Offer(Frozen):
    """A number on sale; the price is monthly, None where the Pricing API names none for its type."""

    phone_number: str
    country: str
    number_type: NumberType
    price: float | None
    currency: str

    @property
    def shown_price(self) -> str | None:
        """The price for people, as `1.15 USD`."""
        return None if self.price is None else f"{self.price:.2f} {self.currency}"


class TwilioAccount(Frozen):
    """The account itself (`GET /Accounts/{Sid}`): `Full` or `Trial`, and `active`, `suspended` or `closed`."""

    kind: str
    status: str


class TwilioInventory(Frozen):
    """The Twilio account with what it owns; `account` is None where an API key may not read it."""

    sid: str
    account: TwilioAccount | None
    numbers: tuple[Number, ...]
    services: tuple[MessagingService, ...]

    @property
    def on_trial(self) -> bool:
        """Whether it is known to be a trial account."""
        return self.account is not None and self.account.kind != "Full"


class Provider(Frozen):
    """What sends the tenant's codes, on either phone stack.

    Attributes:
        stack: Which stack this is about.
        kind: None where none is configured.
        id: Its id on the unified stack.
        enabled: Selected (legacy) and not disabled (unified).
        sid: The Twilio account.
        sender: The From number.
        messaging_service_sid: The Messaging Service, where that is what sends.
        delivery_methods: `text` and `voice` on the unified stack; on legacy the message types alone decide.
        token: The token, where the legacy stack gives it back.
        updated_at: When it was last written, in the service's own words (unified).
    """

    stack: PhoneStack
    kind: ProviderKind | None = None
    id: str | None = None
    enabled: bool = False
    sid: str | None = None
    sender: str | None = None
    messaging_service_sid: str | None = None
    delivery_methods: tuple[str, ...] = ()
    token: SecretStr | None = None
    updated_at: str | None = None

    @property
    def can_send(self) -> bool:
        """Whether a code could leave through it at all.

        Auth0's built-in sender does not count: it is a trial of 100 messages in a tenant's lifetime.
        """
        if not self.enabled:
            return False
        if self.kind == "twilio":
            return bool(self.sid and (self.sender or self.messaging_service_sid))
        return self.kind in {"custom", "phone-message-hook"}

    @property
    def route(self) -> tuple[object, ...]:
        """By which account and sender codes are sent: another route needs other things to deliver."""
        return self.kind, self.enabled, self.sid, self.sender, self.messaging_service_sid


class Template(Frozen):
    """One text of the unified stack, whole, so that it can be put back (`GET /branding/phone/templates`).

    Attributes:
        kind: Its type there: `otp_enroll` or `otp_verify`.
        id: Its id; None where it is still to be made.
        text: The SMS.
        voice: What is spoken.
        disabled: Whether the service's own text is used all the same.
    """

    kind: str
    id: str | None = None
    text: str | None = None
    voice: str | None = None
    disabled: bool = False


class Templates(Frozen):
    """The texts of the SMS; None where the service's default applies. `whole` has those of the unified stack."""

    enrollment: str | None = None
    verification: str | None = None
    whole: tuple[Template, ...] = ()


class Message(Frozen):
    """An SMS of the Twilio account (`Messages`).

    `sender` is None where a Messaging Service has not chosen a number yet.
    """

    sid: str
    status: str
    to: str
    sender: str | None = None
    messaging_service_sid: str | None = None
    body: str = ""
    error_code: int | None = None


class SendEvent(Frozen):
    """What the tenant's log says of one code that went out (`gd_send_sms`, `gd_send_sms_failure`).

    Attributes:
        at: When.
        log_id: The event.
        failed: Whether the provider refused it.
        to: The phone, where the event names it.
        user_id: Whose code it was; a test send has none.
        error_code: The provider's code (`details.provider_error.errorCode`).
        told: What the provider said.
    """

    at: datetime
    log_id: str
    failed: bool
    to: str | None = None
    user_id: str | None = None
    error_code: int | None = None
    told: str = ""


INDEPENDENT = frozenset({"push-notification", "otp", "duo", "webauthn-roaming"})
"""Factors besides `sms` that a user can log in with alone (Auth0 docs, "Enable MFA": independent factors)."""


class Factor(Frozen):
    """The `sms` factor: the names of all factors that are enabled, and the message types of `sms`."""

    on: frozenset[str] = frozenset()
    message_types: tuple[str, ...] = ()

    @property
    def enabled(self) -> bool:
        """Whether SMS is enabled."""
        return "sms" in self.on

    @property
    def others(self) -> frozenset[str]:
        """The enabled factors with which users can log in without an SMS."""
        return INDEPENDENT & self.on
