"""What is there: the tenant and the Twilio account as one run found them, reduced to what the engine compares."""

from datetime import datetime
from typing import Literal

from pydantic import Field, SecretStr

from mfa_setup.model.base import Frozen, JsonValue
from mfa_setup.model.outcome import PhoneStack

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


class ApplicationSeen(Frozen):
    """The applications that could be the one asked for, and the connection asked for (None: there is none)."""

    named: tuple[Application, ...]
    connection: Connection | None
    connection_names: tuple[str, ...] = ()


class Number(Frozen):
    """A phone number of the Twilio account (`IncomingPhoneNumbers`)."""

    sid: str
    phone_number: str
    friendly_name: str
    sms: bool
    voice: bool
    date_created: datetime | None = None


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
    number_type: Literal["local", "mobile", "toll-free"]
    price: float | None
    currency: str


class TwilioAccount(Frozen):
    """The account itself (`GET /Accounts/{Sid}`): `Full` or `Trial`, and `active`, `suspended` or `closed`."""

    kind: str
    status: str
    subaccount: bool = False


class AccountSeen(Frozen):
    """The Twilio account with what it owns; `account` is None where an API key may not read it."""

    sid: str
    account: TwilioAccount | None
    numbers: tuple[Number, ...]
    services: tuple[MessagingService, ...]


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


class Factor(Frozen):
    """The `sms` factor, its message types, and (only where they were asked for) its templates.

    `others` are the independent factors besides it that are on: with one of them users can log in without an SMS.
    """

    enabled: bool
    message_types: tuple[str, ...]
    others: frozenset[str] = frozenset()
    templates: Templates | None = None


class Observed(Frozen):
    """Everything that one run read; a part that the command does not need is None."""

    domain: str
    stack: PhoneStack
    application: ApplicationSeen | None = None
    account: AccountSeen | None = None
    provider: Provider | None = None
    factor: Factor | None = None
    policies: tuple[str, ...] | None = None
