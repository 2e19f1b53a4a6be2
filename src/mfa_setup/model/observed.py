"""The observed state: the tenant and the Twilio account, reduced to the values that the engine compares."""

from datetime import datetime
from typing import Literal

from pydantic import Field, SecretStr

from mfa_setup.model.base import Frozen, JsonValue
from mfa_setup.model.change import Price
from mfa_setup.model.types import NumberType, PhoneStack
from mfa_setup.model.write import NEW_NUMBER

ProviderKind = Literal["twilio", "custom", "auth0", "phone-message-hook", "other"]


LARGEST_POOL = 400
MARK = "mfa-setup:"
"""The beginning of the FriendlyName of every number that mfa-setup bought, for any tenant."""


class Application(Frozen):
    """An application of the tenant (`GET /api/v2/clients`), with only the fields that mfa-setup sets or checks.

    The client secret is never requested. A list that the service omits is empty.
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
    """The names of the tenant's database connections, and the desired one (`found`), which is None if it is missing."""

    names: tuple[str, ...]
    found: Connection | None


class Number(Frozen):
    """A phone number of the Twilio account (`IncomingPhoneNumbers`).

    `webhooks` are the names of the number's settings that forward its messages or calls to another program.
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
        """Whether the plan will buy this number, so that the account does not own it yet."""
        return self.sid == NEW_NUMBER

    def is_marked_for_another(self, mark: str) -> bool:
        """Whether mfa-setup bought the number for a tenant other than the one with this mark."""
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
        mock: Whether it is a test campaign, which no carrier knows.
        errors: Why the campaign failed, in Twilio's words.
    """

    status: str
    usecase: str = ""
    mock: bool = False
    errors: tuple[str, ...] = ()

    @property
    def verified(self) -> bool:
        """Whether the campaign is verified, so that carriers accept its messages."""
        return self.status == "VERIFIED" and not self.mock

    @property
    def is_sole_proprietors(self) -> bool:
        """Whether it is a Sole Proprietor campaign, which allows only one number (sources: twilio-campaigns)."""
        return self.usecase == "SOLE_PROPRIETOR"


class PoolSenders(Frozen):
    """The senders in a Messaging Service's pool besides its numbers: alphanumeric sender IDs and short codes."""

    names: tuple[str, ...] = ()
    short_codes: tuple[str, ...] = ()


class MessagingService(Frozen):
    """A Messaging Service (`/v1/Services`).

    Attributes:
        sid: The SID of the service.
        name: The friendly name of the service.
        pool: The SIDs of the numbers in the service's pool.
        added: When each of these numbers was added to the pool, if that is known.
        campaign: The service's A2P campaign, preferably a verified one; None if it has none.
        senders: The other senders in the pool; None if they were not read.
        inbound_request_url: The URL to which the service forwards the messages that its numbers receive.
        keeps_webhooks: Whether incoming messages go to the numbers' own webhooks instead
            (`use_inbound_webhook_on_number`).
        may_have_campaign: False if Twilio reports that the service has no campaign (`us_app_to_person_registered`).
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
        """Whether the service has a verified campaign, so that US local numbers in its pool deliver to US phones."""
        return self.campaign is not None and self.campaign.verified

    @property
    def capacity(self) -> int:
        """The highest number of numbers and short codes in the pool (sources: twilio-campaigns, twilio-pool-size)."""
        return 1 if self.campaign and self.campaign.is_sole_proprietors else LARGEST_POOL

    @property
    def is_full(self) -> bool:
        """Whether the pool has no room for another number."""
        return len(self.pool) + len(self.senders.short_codes if self.senders else ()) >= self.capacity


class Offer(Frozen):
    """A number on sale; the price is monthly, and None if the Pricing API names no price for the number's type."""

    phone_number: str
    country: str
    number_type: NumberType
    price: float | None
    currency: str

    @property
    def shown_price(self) -> str | None:
        """The monthly price as text, such as `1.15 USD`; None if it is not known."""
        return None if self.price is None else f"{self.price:.2f} {self.currency}"

    @property
    def monthly(self) -> Price | None:
        """The monthly price; None if it is not known."""
        return None if self.price is None else Price(amount=f"{self.price:.2f}", currency=self.currency)


class TwilioAccount(Frozen):
    """The Twilio account itself (`GET /Accounts/{Sid}`).

    `kind` is `Full` or `Trial`; `status` is `active`, `suspended` or `closed`; `owner_sid` is the SID of the parent
    account if the account is a subaccount, and otherwise the account's own SID.
    """

    kind: str
    status: str
    owner_sid: str | None = None


class TwilioInventory(Frozen):
    """The Twilio account with its numbers, services and short codes.

    `account` is None if the API key may not read it. `short_codes` is None if they could not be read. `now` is the time
    on Twilio's own clock when the account was read (the `Date` header of its responses).
    """

    sid: str
    account: TwilioAccount | None
    numbers: tuple[Number, ...]
    services: tuple[MessagingService, ...]
    short_codes: tuple[ShortCode, ...] | None = ()
    now: datetime | None = None

    def may_own(self, short_code: str) -> bool:
        """Whether the account owns a short code, or may own it because its short codes could not be read."""
        return self.short_codes is None or short_code in {item.short_code for item in self.short_codes}

    @property
    def parent_sid(self) -> str | None:
        """The SID of the parent account; None unless this account is known to be a subaccount."""
        owner = self.account.owner_sid if self.account else None
        return owner if owner != self.sid else None

    @property
    def on_trial(self) -> bool:
        """Whether the account is known to be a trial account."""
        return self.account is not None and self.account.kind != "Full"


class Provider(Frozen):
    """The phone provider, which sends the tenant's codes, on either phone stack.

    Attributes:
        stack: The phone stack of the provider.
        kind: The kind of provider; None if no provider is configured.
        id: The provider's ID on the unified stack.
        enabled: Whether the provider is selected (legacy) or not disabled (unified).
        sid: The SID of the Twilio account.
        sender: The From number.
        messaging_service_sid: The SID of the Messaging Service, if a Messaging Service sends.
        delivery_methods: `text` and `voice` on the unified stack; on the legacy stack only the message types decide.
        token: The Twilio auth token, if the legacy stack returns it.
        updated_at: When the provider was last written, as the service formats the time (unified).
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
        """When the provider was last written, by the service's clock; None if it is not reported (legacy stack)."""
        try:
            at = datetime.fromisoformat(self.updated_at or "")
        except ValueError:
            return None
        return at if at.tzinfo else None

    @property
    def can_send(self) -> bool:
        """Whether the provider is configured to send codes.

        Auth0's built-in sender does not count: it is a trial, limited to 100 messages in a tenant's lifetime.
        """
        if not self.enabled:
            return False
        if self.kind == "twilio":
            return bool(self.sid and (self.sender or self.messaging_service_sid))
        return self.kind in {"custom", "phone-message-hook"}

    @property
    def route(self) -> tuple[object, ...]:
        """The account and sender that codes are sent through, for comparison: delivery is checked for each route."""
        return self.kind, self.enabled, self.sid, self.sender, self.messaging_service_sid


class Template(Frozen):
    """One message template of the unified stack (`GET /branding/phone/templates`), complete, for restoring it later.

    Attributes:
        kind: The type of the template: `otp_enroll` or `otp_verify`.
        id: The ID of the template; None before it is created.
        text: The text of the SMS.
        voice: The text that is spoken in a call.
        disabled: Whether the template is disabled, so that Auth0's default text is used.
        sender: The sender that replaces the provider's sender (`content.from`).
    """

    kind: str
    id: str | None = None
    text: str | None = None
    voice: str | None = None
    disabled: bool = False
    sender: str | None = None


class Templates(Frozen):
    """The texts of the SMS; None if Auth0's default applies. `whole` holds the full templates of the unified stack."""

    enrollment: str | None = None
    verification: str | None = None
    whole: tuple[Template, ...] = ()


class Message(Frozen):
    """An SMS of the Twilio account (`Messages`).

    `sender` is None if the Messaging Service has not chosen a number yet; `created_at` is the time on Twilio's clock.
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
    """An event in the tenant's log about the sending of one code (`gd_send_sms`, `gd_send_sms_failure`).

    Attributes:
        at: When the event happened.
        log_id: The ID of the event.
        failed: Whether the provider refused to send the code.
        to: The phone, if the event names it.
        user_id: The user whose code it was; None for a test send.
        error_code: The provider's error code (`details.provider_error.errorCode`).
        told: The provider's error message.
    """

    at: datetime
    log_id: str
    failed: bool
    to: str | None = None
    user_id: str | None = None
    error_code: int | None = None
    told: str = ""

    def is_after(self, moment: datetime | None) -> bool:
        """Whether the event is known to be later than a moment on the same service's clock."""
        return moment is not None and self.at.tzinfo is not None and self.at > moment


class FactorUse(Frozen):
    """An entry in the tenant's log about a second factor that a user enrolled or passed (`gd_auth_succeed`, …).

    `factor` is None if the entry does not name the factor.
    """

    at: datetime
    factor: str | None = None


INDEPENDENT = frozenset({"push-notification", "otp", "duo", "webauthn-roaming"})
"""Factors besides `sms` that a user can log in with alone (Auth0 docs, "Enable MFA": independent factors)."""


MOST_COUNTED = 1_000
"""The largest number of users that `GET /users` reaches page by page (sources: auth0-user-pages)."""


class UserCount(Frozen):
    """How many users a tenant has, and how many of them have enrolled a second factor.

    Attributes:
        total: The number of all users.
        enrolled: The number of users with `multifactor` in their profile, which does not include users whose only
            factor is e-mail (sources: auth0-user-multifactor). None if they were not counted: the tenant has more than
            `MOST_COUNTED` users, or more than fit on the one page that the command reads.
    """

    total: int
    enrolled: int | None = None


class Factor(Frozen):
    """The state of the tenant's factors: the names of all enabled factors, and the message types of `sms`."""

    on: frozenset[str] = frozenset()
    message_types: tuple[str, ...] = ()

    @property
    def enabled(self) -> bool:
        """Whether SMS is enabled."""
        return "sms" in self.on

    @property
    def others(self) -> frozenset[str]:
        """The enabled factors with which users can log in without an SMS.

        Duo is not among them, because it may be enabled without being configured.
        """
        return INDEPENDENT & self.on - {"duo"}
