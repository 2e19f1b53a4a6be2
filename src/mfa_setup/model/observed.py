"""The observed state: the tenant and the Twilio account, reduced to the values that the engine compares."""

from datetime import datetime
from typing import Literal

from pydantic import Field, SecretStr

from mfa_setup.model.base import Frozen, JsonValue
from mfa_setup.model.types import NumberType, PhoneStack
from mfa_setup.model.write import NEW_NUMBER

ProviderKind = Literal["twilio", "custom", "auth0", "phone-message-hook", "other"]


LARGEST_POOL = 400
MARK = "mfa-setup:"
"""How the FriendlyName of each number begins that this tool bought, for any tenant."""


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
    organization_usage: str | None = None


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
    """A phone number of the Twilio account (`IncomingPhoneNumbers`).

    `webhooks` are the names of its settings by which another program gets its messages or calls.
    """

    sid: str
    phone_number: str
    friendly_name: str
    sms: bool
    voice: bool
    date_created: datetime | None = None
    webhooks: tuple[str, ...] = ()

    @property
    def planned(self) -> bool:
        """Whether a plan is about to buy it: the account does not own it yet."""
        return self.sid == NEW_NUMBER

    def is_marked_for_another(self, mark: str) -> bool:
        """Whether this tool bought it for another tenant than the one that has this mark."""
        return self.friendly_name.startswith(MARK) and self.friendly_name != mark


class ShortCode(Frozen):
    """A short code of the Twilio account (`SMS/ShortCodes`)."""

    sid: str
    short_code: str
    friendly_name: str = ""


class Campaign(Frozen):
    """An A2P campaign (`/v1/Services/{Sid}/Compliance/Usa2p`).

    Attributes:
        status: `IN_PROGRESS`, `VERIFIED`, `FAILED`, …
        usecase: `2FA`, `MIXED`, `LOW_VOLUME`, `SOLE_PROPRIETOR`, …
        mock: A test campaign, which no carrier knows.
        errors: Why it failed, in Twilio's words.
    """

    status: str
    usecase: str = ""
    mock: bool = False
    errors: tuple[str, ...] = ()

    @property
    def verified(self) -> bool:
        """Whether the carriers know it."""
        return self.status == "VERIFIED" and not self.mock

    @property
    def is_sole_proprietors(self) -> bool:
        """Whether it carries one number only (sources: twilio-campaigns)."""
        return self.usecase == "SOLE_PROPRIETOR"


class PoolSenders(Frozen):
    """The senders in a Messaging Service's pool besides its numbers: alphanumeric sender IDs and short codes."""

    names: tuple[str, ...] = ()
    short_codes: tuple[str, ...] = ()


class MessagingService(Frozen):
    """A Messaging Service (`/v1/Services`).

    Attributes:
        sid: Its SID.
        name: Its friendly name.
        pool: The SIDs of the numbers in its pool.
        added: When each of them was put there, where that is known.
        campaign: Its A2P campaign, a verified one first; None where it has none.
        senders: What else is in its pool; None where that was not read.
        inbound_request_url: Where it sends the messages that its numbers receive.
        keeps_webhooks: Its numbers' own webhooks get them instead (`use_inbound_webhook_on_number`).
        may_have_campaign: Whether it is not said to have none (`us_app_to_person_registered`).
    """

    sid: str
    name: str
    pool: frozenset[str] = frozenset()
    added: dict[str, datetime] = Field(default_factory=dict)
    campaign: Campaign | None = None
    senders: PoolSenders | None = None
    inbound_request_url: str | None = None
    keeps_webhooks: bool = False
    may_have_campaign: bool = True

    @property
    def verified(self) -> bool:
        """Whether US local numbers in its pool deliver to US phones."""
        return self.campaign is not None and self.campaign.verified

    @property
    def capacity(self) -> int:
        """How many numbers and short codes its pool can hold (sources: twilio-campaigns, twilio-pool-size)."""
        return 1 if self.campaign and self.campaign.is_sole_proprietors else LARGEST_POOL

    @property
    def is_full(self) -> bool:
        """Whether its pool takes no further number."""
        return len(self.pool) + len(self.senders.short_codes if self.senders else ()) >= self.capacity


class Offer(Frozen):
    """A number on sale; the price is monthly, None where the Pricing API names none for its type."""

    phone_number: str
    country: str
    number_type: NumberType
    price: float | None
    currency: str

    @property
    def shown_price(self) -> str | None:
        """The price as text, such as `1.15 USD`."""
        return None if self.price is None else f"{self.price:.2f} {self.currency}"


class TwilioAccount(Frozen):
    """The account itself (`GET /Accounts/{Sid}`): `Full` or `Trial`, and `active`, `suspended` or `closed`.

    `owner_sid` is the account that it belongs to: its own SID, or that of the parent of a subaccount.
    """

    kind: str
    status: str
    owner_sid: str | None = None


class TwilioInventory(Frozen):
    """The Twilio account with what it owns; `account` is None where an API key may not read it.

    `short_codes` is None where they could not be read. `now` is the time of the service's own clock when it was read
    (the `Date` of its answers).
    """

    sid: str
    account: TwilioAccount | None
    numbers: tuple[Number, ...]
    services: tuple[MessagingService, ...]
    short_codes: tuple[ShortCode, ...] | None = ()
    now: datetime | None = None

    def may_own(self, short_code: str) -> bool:
        """Whether a short code is the account's, or could not be read not to be."""
        return self.short_codes is None or short_code in {item.short_code for item in self.short_codes}

    @property
    def parent_sid(self) -> str | None:
        """The parent account, where this one is known to be a subaccount."""
        owner = self.account.owner_sid if self.account else None
        return owner if owner != self.sid else None

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
    def written_at(self) -> datetime | None:
        """When it was last written, by the service's own clock; None where it does not say, as on the legacy stack."""
        try:
            at = datetime.fromisoformat(self.updated_at or "")
        except ValueError:
            return None
        return at if at.tzinfo else None

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
    """One text of the unified stack, whole, so that it can be restored (`GET /branding/phone/templates`).

    Attributes:
        kind: Its type there: `otp_enroll` or `otp_verify`.
        id: Its id; None before it is created.
        text: The SMS.
        voice: What is spoken.
        disabled: Whether the service's own text is used all the same.
        sender: The sender that replaces the provider's (`content.from`).
    """

    kind: str
    id: str | None = None
    text: str | None = None
    voice: str | None = None
    disabled: bool = False
    sender: str | None = None


class Templates(Frozen):
    """The texts of the SMS; None where the service's default applies. `whole` has those of the unified stack."""

    enrollment: str | None = None
    verification: str | None = None
    whole: tuple[Template, ...] = ()


class Message(Frozen):
    """An SMS of the Twilio account (`Messages`).

    `sender` is None where a Messaging Service has not chosen a number yet; `created_at` is Twilio's own time.
    """

    sid: str
    status: str
    to: str
    sender: str | None = None
    messaging_service_sid: str | None = None
    body: str = ""
    error_code: int | None = None
    created_at: datetime | None = None


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

    def is_after(self, moment: datetime | None) -> bool:
        """Whether it is known to be later than a moment of the same service's clock."""
        return moment is not None and self.at.tzinfo is not None and self.at > moment


class FactorUse(Frozen):
    """What the tenant's log says of a second factor that a user enrolled or passed (`gd_auth_succeed`, …).

    `factor` is None where the entry does not name it.
    """

    at: datetime
    factor: str | None = None


INDEPENDENT = frozenset({"push-notification", "otp", "duo", "webauthn-roaming"})
"""Factors besides `sms` that a user can log in with alone (Auth0 docs, "Enable MFA": independent factors)."""


class UserCount(Frozen):
    """How many users a tenant has, and how many of them have enrolled a second factor.

    Attributes:
        total: All users.
        enrolled: Those with `multifactor` in their profile, which lacks users who use e-mail only; None where the
            tenant has more users than one page, which was not counted (sources: auth0-user-multifactor).
    """

    total: int
    enrolled: int | None = None


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
        """The enabled factors with which users can log in without an SMS; not Duo, which may be on unconfigured."""
        return INDEPENDENT & self.on - {"duo"}
