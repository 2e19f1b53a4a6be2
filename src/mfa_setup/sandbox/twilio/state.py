"""What one sandbox account of Twilio holds."""

import time
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from mfa_setup.sandbox.config import SandboxConfig
from mfa_setup.sandbox.twilio.auth import Credentials
from mfa_setup.sandbox.twilio.delivery import Sender, Timeline
from mfa_setup.sandbox.twilio.ids import fixed_sid, new_sid, now
from mfa_setup.sandbox.twilio.message_records import Message
from mfa_setup.sandbox.twilio.numbers import OwnedNumber
from mfa_setup.sandbox.twilio.people import Alert, CallerId, VoiceCall
from mfa_setup.sandbox.twilio.service_records import Campaign, PoolEntry, Service
from mfa_setup.sandbox.twilio.stock import StockNumber, catalogue, stranger

# New accounts generally have only the home region on (sources: twilio-geo).
HOME_REGION = frozenset({"US", "CA"})
_MESSAGING = "https://messaging.twilio.com"


class TwilioState:
    """One Twilio account; a reset is a new one with the same credentials.

    Args:
        config: The sandbox's options.
        credentials: The account's SID and secrets; made up where None.
        clock: A monotonic clock in seconds, which tests replace.
        timeline: How fast messages move on.
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
        self.taken: set[str] = set()  # listed, but sold to someone else meanwhile
        self.sold: set[str] = set()  # sold to someone else, and not listed any more
        self.stopped: set[str] = set()  # recipients who have answered STOP
        self.fates: dict[str, int] = {}  # phones that a test has made unreachable
        self.papers: dict[str, str] = {}  # Address and Bundle SIDs, and the country of each
        self.countries_on: set[str] = set(HOME_REGION)
        # An approved profile comes with the upgrade of the account (sources: twilio-compliance-profile).
        self.profile_status = "twilio-approved" if self.account_type == "Full" else None
        self._ranks = 0
        self._begin()

    def _begin(self) -> None:
        if self.config.number_registration == "registered":
            sid = fixed_sid("MG", self.credentials.account_sid, "first")
            self.add_service("Sandbox Messaging Service", verified=True, sid=sid)

    @property
    def account_sid(self) -> str:
        """The account's SID."""
        return self.credentials.account_sid

    @property
    def account_type(self) -> str:
        """The account's type; nothing in it tells the two trial regimes apart (sources: twilio-trial-regimes)."""
        return "Trial" if self.config.twilio_account in {"trial", "legacy-trial"} else "Full"

    @property
    def brand_sid(self) -> str:
        """The SID of the account's A2P brand."""
        return fixed_sid("BN", self.account_sid, "brand")

    def rank(self) -> int:
        """Return the next place in the order of creation."""
        self._ranks += 1
        return self._ranks

    def in_stock(self) -> list[StockNumber]:
        """Return the numbers that can be found by a search: all but the account's own."""
        gone = self.sold | {number.phone_number for number in self.numbers.values()}
        return [number for number in catalogue() if number.phone_number not in gone]

    def owned(self, phone_number: str) -> OwnedNumber | None:
        """Return one of the account's numbers by its E.164 form."""
        return next((one for one in self.numbers.values() if one.phone_number == phone_number), None)

    def service_of(self, number: OwnedNumber) -> Service | None:
        """Return the service whose pool a number is in; it can be in one at most (sources: twilio-services)."""
        return next((one for one in self.services.values() if number.sid in one.pool), None)

    def add_number(self, phone_number: str, friendly_name: str | None = None) -> OwnedNumber:
        """Put a number into the account, as if bought long ago: `purchases` stays."""
        existing = self.owned(phone_number)
        if existing:
            return existing
        stock = next((one for one in catalogue() if one.phone_number == phone_number), None)
        return self.own(stock or stranger(phone_number), friendly_name)

    def own(self, stock: StockNumber, friendly_name: str | None = None) -> OwnedNumber:
        """Move a number from the stock into the account."""
        number = OwnedNumber(new_sid("PN"), self.rank(), stock, friendly_name or stock.friendly_name)
        self.numbers[number.sid] = number
        return number

    def release(self, number: OwnedNumber) -> None:
        """Give a number back; it leaves its pool and returns to the stock."""
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
        """Make a Messaging Service, with a verified campaign if so wished."""
        made = sid or new_sid("MG")
        campaign = None
        if verified:
            campaign = Campaign(fixed_sid("QE", self.account_sid, made), self.brand_sid, "VERIFIED")
        service = Service(made, self.rank(), friendly_name, verified if registered is None else registered, campaign)
        self.services[made] = service
        return service

    def add_to_pool(self, service: Service, number: OwnedNumber) -> PoolEntry:
        """Put a number into a service's pool."""
        entry = PoolEntry(self.rank(), number)
        service.pool[number.sid] = entry
        return entry

    def verify_recipient(self, phone_number: str, friendly_name: str | None = None, after: float = 0) -> CallerId:
        """Verify a recipient, `after` so many seconds: at once, where Twilio would phone it first."""
        known = next((one for one in self.caller_ids.values() if one.phone_number == phone_number), None)
        if known:
            return known
        due = self.clock() + after
        caller = CallerId(new_sid("PN"), self.rank(), phone_number, friendly_name or phone_number, due)
        self.caller_ids[caller.sid] = caller
        return caller

    def add_paper(self, kind: str, country: str) -> str:
        """File an Address (`AD`) or a Bundle (`BU`) of a country and return its SID."""
        sid = new_sid(kind)
        self.papers[sid] = country
        return sid

    def is_verified(self, phone_number: str) -> bool:
        """Tell whether a trial account may write to a phone."""
        now_on = self.clock()
        return any(one.phone_number == phone_number and one.due <= now_on for one in self.caller_ids.values())

    def sender(self, number: OwnedNumber) -> Sender:
        """Return what decides about one of the account's numbers as a sender."""
        service = self.service_of(number)
        return Sender(
            country=number.stock.country,
            kind=number.stock.kind,
            in_campaign=service is not None and service.delivers_us,
            verified=self.config.number_registration == "registered",
        )

    def messages_json(self) -> list[dict[str, Any]]:
        """Return all messages as the API answers them, newest first."""
        clock = self.clock()
        return [one.json(self.account_sid, clock, self.timeline) for one in reversed(self.messages.values())]

    def snapshot(self) -> dict[str, Any]:
        """Return what the control interface shows of the account."""
        sid = self.account_sid
        return {
            "account": {"sid": sid, "type": self.account_type, "kind": self.config.twilio_account},
            "numbers": [number.json(sid) for number in self.numbers.values()],
            "purchases": self.purchases,
            "messages": self.messages_json(),
            "services": [
                one.json(sid, _MESSAGING) | {"phone_numbers": list(one.pool)} for one in self.services.values()
            ],
        }
