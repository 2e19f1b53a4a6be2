"""The state of the sandbox's Twilio account."""

import time
from collections.abc import Callable
from decimal import Decimal

from mfa_setup.sandbox.config import SandboxConfig
from mfa_setup.sandbox.twilio.account_settings import AccountSettings
from mfa_setup.sandbox.twilio.auth import Credentials
from mfa_setup.sandbox.twilio.call_records import VoiceCall
from mfa_setup.sandbox.twilio.campaign_records import Campaign
from mfa_setup.sandbox.twilio.delivery import Timeline
from mfa_setup.sandbox.twilio.ids import LONG, ago, fixed_sid, new_sid, now
from mfa_setup.sandbox.twilio.message_records import Message
from mfa_setup.sandbox.twilio.numbers import OwnedNumber
from mfa_setup.sandbox.twilio.people import Alert, CallerId
from mfa_setup.sandbox.twilio.sender_records import ShortCode
from mfa_setup.sandbox.twilio.service_records import PoolEntry, Service
from mfa_setup.sandbox.twilio.stock import StockNumber, catalogue, stranger
from mfa_setup.sandbox.twilio.tollfree_records import Verification

# New accounts usually have only the home region enabled (sources: twilio-geo).
SHARED_SENDER = "+14155550100"
"""The number that the account owns in a sandbox with `tenants`."""
HOME_REGION = frozenset({"US", "CA"})


class TwilioState:
    """The state of one Twilio account; a reset creates a new state with the same credentials.

    Args:
        config: The sandbox's options.
        credentials: The account's SID and secrets; generated if None.
        clock: A monotonic clock in seconds, which tests replace.
        timeline: The seconds after which messages reach each status.
    """

    def __init__(
        self,
        config: SandboxConfig,
        credentials: Credentials | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
        timeline: Timeline | None = None,
    ) -> None:
        self.config = config
        self.credentials = credentials or Credentials.generate()
        self.clock = clock
        self.timeline = timeline or Timeline()
        self.auth_token = self.credentials.auth_token
        self.created = now()
        self.numbers: dict[str, OwnedNumber] = {}
        self.services: dict[str, Service] = {}
        self.messages: dict[str, Message] = {}
        self.calls: list[VoiceCall] = []
        self.caller_ids: dict[str, CallerId] = {}
        self.alerts: list[Alert] = []
        self.purchases = 0
        self.spent = Decimal(0)
        self.taken: set[str] = set()  # numbers that searches list, but that were sold to someone else meanwhile
        self.sold: set[str] = set()  # numbers that were sold to someone else and are not listed any more
        self.stopped: set[str] = set()  # recipients who have replied STOP
        self.fates: dict[str, int] = {}  # error codes of phones that a test has made unreachable
        self.papers: dict[str, str] = {}  # the country of each Address and Bundle, by SID
        self.countries_on: set[str] = set(HOME_REGION)
        self.short_codes: dict[str, ShortCode] = {}
        self.registering: dict[str, int] = {}  # error codes of numbers whose carrier registration is pending
        self.toll_free: dict[str, list[Verification]] = {}  # explicit verifications by number
        self.settings = AccountSettings()
        self.parent: TwilioState | None = None
        # Upgrading the account creates an approved profile (sources: twilio-compliance-profile).
        self.profile_status = "twilio-approved" if self.account_type == "Full" else None
        self._ranks = 0
        self._begin()

    def _begin(self) -> None:
        if self.config.number_registration == "registered":
            sid = fixed_sid("MG", self.credentials.account_sid, "first")
            self.add_service("Sandbox Messaging Service", verified=True, sid=sid)
        if self.config.tenants is not None:
            number = self.own(stranger(SHARED_SENDER), sid=fixed_sid("PN", self.account_sid, "shared"))
            number.created = number.updated = ago(LONG)
            for service in self.services.values():
                self.add_to_pool(service, number, LONG)

    @property
    def account_sid(self) -> str:
        """The account's SID."""
        return self.credentials.account_sid

    @property
    def account_type(self) -> str:
        """The account's type, which is the same for both trial regimes (sources: twilio-trial-regimes)."""
        return "Trial" if self.config.twilio_account in {"trial", "legacy-trial"} else "Full"

    @property
    def status(self) -> str:
        """The account's status: `active`, `suspended` or `closed`."""
        by_kind = "suspended" if self.config.twilio_account == "suspended" else "active"
        return self.settings.status or by_kind

    @property
    def compliance_status(self) -> str | None:
        """The status of the compliance profile in force; a subaccount uses its parent's."""
        return (self.parent or self).profile_status

    @property
    def brand_sid(self) -> str:
        """The SID of the account's A2P brand."""
        return fixed_sid("BN", self.account_sid, "brand")

    def rank(self) -> int:
        """Return the next rank, which is the position in the order of creation."""
        self._ranks += 1
        return self._ranks

    def in_stock(self) -> list[StockNumber]:
        """Return the stock numbers that a search can find: neither sold nor owned by the account."""
        gone = self.sold | {number.phone_number for number in self.numbers.values()}
        return [number for number in catalogue() if number.phone_number not in gone]

    def owned(self, phone_number: str) -> OwnedNumber | None:
        """Return the account's number with this E.164 form, or None."""
        return next((one for one in self.numbers.values() if one.phone_number == phone_number), None)

    def service_of(self, number: OwnedNumber) -> Service | None:
        """Return the service whose pool the number is in, at most one (sources: twilio-services), or None."""
        return next((one for one in self.services.values() if number.sid in one.pool), None)

    def short_codes_of(self, service: Service) -> list[ShortCode]:
        """Return the short codes in a service's pool."""
        return [one for one in self.short_codes.values() if one.service_sid == service.sid]

    def add_number(self, phone_number: str, friendly_name: str | None = None) -> OwnedNumber:
        """Add a number to the account, as if bought long ago; `purchases` does not change."""
        existing = self.owned(phone_number)
        if existing:
            return existing
        stock = next((one for one in catalogue() if one.phone_number == phone_number), None)
        number = self.own(stock or stranger(phone_number), friendly_name)
        number.created = number.updated = ago(LONG)
        return number

    def own(self, stock: StockNumber, friendly_name: str | None = None, sid: str | None = None) -> OwnedNumber:
        """Move a number from the stock to the account."""
        number = OwnedNumber(sid or new_sid("PN"), self.rank(), stock, friendly_name or stock.friendly_name)
        self.numbers[number.sid] = number
        return number

    def release(self, number: OwnedNumber) -> None:
        """Release a number, which leaves its pool and returns to the stock."""
        service = self.service_of(number)
        if service:
            del service.pool[number.sid]
        del self.numbers[number.sid]

    def add_service(
        self,
        friendly_name: str,
        *,
        verified: bool = False,
        sid: str | None = None,
        registered: bool | None = None,
    ) -> Service:
        """Create a Messaging Service, with a verified campaign if `verified`."""
        made = sid or new_sid("MG")
        campaign = None
        if verified:
            campaign = Campaign(fixed_sid("QE", self.account_sid, made), self.brand_sid, "VERIFIED")
        service = Service(made, self.rank(), friendly_name, verified if registered is None else registered, campaign)
        self.services[made] = service
        return service

    def add_to_pool(self, service: Service, number: OwnedNumber, seconds_ago: int = 0) -> PoolEntry:
        """Add a number to a service's pool, as of `seconds_ago`."""
        entry = PoolEntry(self.rank(), number, ago(seconds_ago))
        service.pool[number.sid] = entry
        return entry

    def verify_recipient(self, phone_number: str, friendly_name: str | None = None, after: float = 0) -> CallerId:
        """Verify a recipient, with a delay of `after` seconds; Twilio would phone the recipient first."""
        known = next((one for one in self.caller_ids.values() if one.phone_number == phone_number), None)
        if known:
            return known
        due = self.clock() + after
        caller = CallerId(new_sid("PN"), self.rank(), phone_number, friendly_name or phone_number, due)
        self.caller_ids[caller.sid] = caller
        return caller

    def add_paper(self, kind: str, country: str) -> str:
        """Add an Address (`AD`) or a Bundle (`BU`) of a country and return its SID."""
        sid = new_sid(kind)
        self.papers[sid] = country
        return sid

    def is_verified(self, phone_number: str) -> bool:
        """Return whether a trial account may send messages to a phone."""
        now_on = self.clock()
        return any(one.phone_number == phone_number and one.due <= now_on for one in self.caller_ids.values())

    def message_log(self) -> list[Message]:
        """Return all messages, newest first by date."""
        return sorted(self.messages.values(), key=lambda one: one.order, reverse=True)
