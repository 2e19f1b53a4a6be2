"""Reads the Twilio account in parts, so that a part that is refused does not hide the others."""

from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from mfa_setup.model.observed import (
    MARK,
    MessagingService,
    Number,
    PoolSenders,
    ShortCode,
    TwilioAccount,
    TwilioInventory,
)
from mfa_setup.ports import TwilioPort
from mfa_setup.snapshot.parts import NOT_READ, Part, attempt, first_unread, known, known_or
from mfa_setup.snapshot.together import together

FEW = 20
"""Up to this number, all Messaging Services are read completely; beyond it, only the relevant ones."""
WORKERS = 12
"""The number of concurrent requests to the account."""
BATCH = WORKERS
"""The number of pools that are read at once; the search ends after a batch if it has found all numbers."""


@dataclass(frozen=True, slots=True)
class Concerned:
    """The parts of an account that are relevant to a run.

    Attributes:
        senders: Numbers and short codes that may send, by their digits or SIDs.
        services: The SIDs of the relevant Messaging Services.
        sending: The SIDs of those Messaging Services that may choose the sender, so that the names and short codes in
            their pools are relevant, too.
    """

    senders: frozenset[str] = frozenset()
    services: frozenset[str] = frozenset()
    sending: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class AccountParts:
    """The parts of the account that were read, each as its value or as the error that kept it from being read."""

    sid: str
    account: Part[TwilioAccount | None]
    numbers: Part[tuple[Number, ...]] = ()
    services: Part[tuple[MessagingService, ...]] = ()
    short_codes: Part[tuple[ShortCode, ...]] = ()
    now: datetime | None = None

    @property
    def inventory(self) -> Part[TwilioInventory]:
        """The account as a whole, as a setup needs it; the error of the first part that could not be read."""
        return attempt(
            lambda: TwilioInventory(
                sid=self.sid,
                account=known(self.account),
                numbers=known(self.numbers),
                services=known(self.services),
                short_codes=known_or(self.short_codes, None),
                now=self.now,
            )
        )

    @property
    def standing(self) -> Part[TwilioInventory]:
        """The account without its numbers and services; the error if nothing of the account could be read."""
        details = known_or(self.account, None)
        if details is None and (unread := first_unread((self.account, self.numbers))):
            return unread
        return TwilioInventory(sid=self.sid, account=details, numbers=(), services=(), now=self.now)


@dataclass(slots=True)
class AccountReading:
    """A reading of the account in progress; requests that depend on no other part are sent at once.

    Attributes:
        twilio: The client of the account.
        pool: Runs the requests.
        concerned: Returns the relevant parts of the account; may block until they are known.
        before: The account as it was read a moment ago. If given, only the numbers and the relevant Messaging Services
            are read again; an account that was suspended since refuses these as well.
        brief: Whether only the pools of the Messaging Services are read again, not their campaigns.
    """

    twilio: TwilioPort
    pool: ThreadPoolExecutor
    concerned: Callable[[], Concerned]
    before: TwilioInventory | None = None
    brief: bool = False
    numbers: "Future[Part[tuple[Number, ...]]]" = field(init=False)
    _account: "Future[Part[TwilioAccount | None]]" = field(init=False)
    _listed: "Future[Part[tuple[MessagingService, ...]]]" = field(init=False)

    def __post_init__(self) -> None:
        """Starts the requests that depend on no other part: the account itself, its numbers, its Messaging Services."""
        before = self.before
        self._account = self.pool.submit(attempt, (lambda: before.account) if before else self.twilio.account)
        self.numbers = self.pool.submit(attempt, self.twilio.numbers)
        if before is None:
            self._listed = self.pool.submit(attempt, self.twilio.services)

    def result(self) -> AccountParts:
        """Waits for the answers and returns all parts; for an account that is not active, only the account itself."""
        what = self.concerned()
        coded = any(sender.isdigit() for sender in what.senders)
        if self.before is None:
            codes = self.pool.submit(attempt, self.twilio.short_codes) if coded else None
            services = attempt(lambda: self._services(what))
            short_codes: Part[tuple[ShortCode, ...]] = codes.result() if codes else ()
        else:
            services = attempt(partial(self._again, self.before, what))
            short_codes = NOT_READ if self.before.short_codes is None else self.before.short_codes
        account, sid = self._account.result(), self.twilio.account_sid
        if (details := known_or(account, None)) and details.status != "active":
            return AccountParts(sid, account)
        return AccountParts(sid, account, self.numbers.result(), services, short_codes, self.twilio.now())

    def _services(self, what: Concerned) -> tuple[MessagingService, ...]:
        """Returns the relevant Messaging Services, with their pools and campaigns.

        If the account has at most `FEW`, all are relevant. Otherwise, the relevant ones are those that are named, those
        that may have a campaign (sources: twilio-service-registered), and those whose pool contains a relevant number.
        A number is in only one pool, so the search ends once every relevant number is found.
        """
        listed = known(self._listed.result())
        named = {item.sid for item in listed if len(listed) <= FEW} | what.services
        found = self._whole((item for item in listed if item.sid in named or item.may_have_campaign), what)
        rest = [item for item in listed if item.sid not in {one.sid for one in found}]
        placed = _placed(known_or(self.numbers.result(), ()), what) if rest else frozenset[str]()
        left = placed.difference(*(one.pool for one in found))
        while left and rest:
            batch, rest = rest[:BATCH], rest[BATCH:]
            pools = [self.pool.submit(self.twilio.pool, item.sid) for item in batch]
            homes = [item for item, pool in zip(batch, pools, strict=True) if left & {*pool.result()}]
            found += self._whole(homes, what)
            left = left.difference(*(one.pool for one in found))
        order = [item.sid for item in listed]
        return tuple(sorted(found, key=lambda one: order.index(one.sid)))

    def _again(self, before: TwilioInventory, what: Concerned) -> tuple[MessagingService, ...]:
        """Returns the Messaging Services as read before, but the relevant ones as they are now."""
        senders = _senders_of(before, what)
        mattering = [item for item in before.services if item.sid in what.services or senders & item.pool]
        fresh = {one.sid: one for one in self._whole(mattering, what)}
        return tuple(fresh.get(item.sid, item) for item in before.services)

    def _whole(self, items: Iterable[MessagingService], what: Concerned) -> list[MessagingService]:
        """Reads Messaging Services in parallel, with their pools and campaigns."""
        return [read() for read in [self._start(item, sends=item.sid in what.sending) for item in items]]

    def _start(self, item: MessagingService, *, sends: bool) -> Callable[[], MessagingService]:
        pool = self.pool.submit(self.twilio.pool, item.sid)
        campaign = self.pool.submit((lambda _: item.campaign) if self.brief else self.twilio.campaign, item.sid)
        names = self.pool.submit(attempt, partial(self.twilio.names_in, item.sid)) if sends else None
        codes = self.pool.submit(attempt, partial(self.twilio.short_codes_in, item.sid)) if sends else None

        def whole() -> MessagingService:
            added, senders = pool.result(), None
            if names and codes:
                senders = known_or(attempt(lambda: _senders(names.result(), codes.result())), None)
            return item.model_copy(
                update={
                    "pool": frozenset(added),
                    "added": {sid: at for sid, at in added.items() if at},
                    "campaign": campaign.result(),
                    "senders": senders,
                }
            )

        return whole


def _senders_of(account: TwilioInventory, what: Concerned) -> frozenset[str]:
    """Returns the SIDs of the account's relevant numbers."""
    return frozenset(item.sid for item in account.numbers if {item.sid, item.phone_number} & what.senders)


def _senders(names: Part[tuple[str, ...]], codes: Part[tuple[str, ...]]) -> PoolSenders:
    return PoolSenders(names=known(names), short_codes=known(codes))


def read_account(twilio: TwilioPort, what: Concerned) -> AccountParts:
    """Reads the account, if its relevant parts are known beforehand."""
    with together(WORKERS) as pool:
        return AccountReading(twilio, pool, lambda: what).result()


def _placed(numbers: tuple[Number, ...], what: Concerned) -> frozenset[str]:
    """Returns the SIDs of the numbers whose pool is relevant: those that can send SMS among the chosen ones.

    Chosen are the named numbers and those that mfa-setup bought or, if there are none, all numbers.
    """
    named = what.senders
    chosen = [one for one in numbers if {one.phone_number, one.sid} & named or one.friendly_name.startswith(MARK)]
    return frozenset(one.sid for one in chosen or numbers if one.sms)
