"""The Twilio number that sends the codes: found by a ladder or bought once, and its place in a Messaging Service."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from mfa_setup.errors import (
    Choice,
    ChoiceNeededError,
    NumberConflictError,
    PriceOverLimitError,
)
from mfa_setup.model.change import Change, FieldChange, change_of
from mfa_setup.model.desired import DesiredNumber
from mfa_setup.model.journal import Fields
from mfa_setup.model.observed import AccountSeen, MessagingService, Number, Offer
from mfa_setup.model.outcome import Notice
from mfa_setup.ports import TwilioPort
from mfa_setup.resources import purchase
from mfa_setup.resources.base import Made, Services
from mfa_setup.resources.recovery import recover_outcome
from mfa_setup.resources.sender import Own, Sender

NORTH_AMERICAN = "+1"
"""The country code whose carriers want a campaign (A2P 10DLC)."""
POOL = "messaging_service_sid"


def observe(twilio: TwilioPort) -> AccountSeen:
    """Reads the account, and, where it is active, its numbers and its Messaging Services."""
    account = twilio.account()
    if account and account.status != "active":
        return AccountSeen(sid=twilio.account_sid, account=account, numbers=(), services=())
    return AccountSeen(sid=twilio.account_sid, account=account, numbers=twilio.numbers(), services=twilio.services())


@dataclass(frozen=True)
class NumberStep:
    """What the number needs: to be bought, to be put into a pool, or nothing."""

    change: Change
    warnings: tuple[Notice, ...]
    sender: Sender
    offers: tuple[Offer, ...]
    pool: MessagingService | None
    own: Own
    fallback: Number | None

    @property
    def scopes(self) -> frozenset[str]:
        """Twilio has none."""
        return frozenset()

    def found(self, made: Made) -> Made:
        """The number that is there, and its Messaging Service where it is in that already."""
        number = self.sender.number
        in_place = self.pool is not None and not self._to_pool
        return made.model_copy(
            update={
                "phone_number": number.phone_number if number else None,
                "number_sid": number.sid if number else None,
                "messaging_service_sid": self.pool.sid if self.pool and in_place else None,
            }
        )

    def apply(self, services: Services, made: Made) -> Iterator[Made]:
        """Buys the number and puts it into its pool, as far as that is still to be done."""
        number = self.sender.number
        in_pool = self.pool is not None and number is not None and number.sid in self.pool.pool
        if number is None:
            bought = purchase.buy(services, self.offers, self.own.mark, self.fallback)
            made = _with(made, bought.number)
            yield made
            number = purchase.settle(services, bought, self.own.mark)
            in_pool = number != bought.number and _is_in(services, self.pool, number)
            made = _with(made, number)
            yield made
        if self.pool and not in_pool:
            _add_to_pool(services, self.pool, number)
        if self.pool:
            yield made.model_copy(update={"messaging_service_sid": self.pool.sid})

    @property
    def planned(self) -> str | None:
        """The number that the plan shows, where one is to be bought: the first of those on sale."""
        return self.offers[0].phone_number if self.sender.to_buy and self.offers else None

    @property
    def _to_pool(self) -> bool:
        return any(field.path == POOL for field in self.change.fields)


def _with(made: Made, number: Number) -> Made:
    return made.model_copy(update={"phone_number": number.phone_number, "number_sid": number.sid})


def _is_in(services: Services, pool: MessagingService | None, number: Number) -> bool:
    return pool is not None and home_of(services.account.services(), number.sid) == pool.sid


def _add_to_pool(services: Services, pool: MessagingService, number: Number) -> None:
    twilio, before, after = services.account, Fields({POOL: None}), Fields({POOL: pool.sid})

    def add() -> bool:
        twilio.add_to_pool(pool.sid, number.sid)
        return True

    with services.journal.write("number", "add_to_pool", number.sid, before, after):
        recover_outcome(add, lambda: _is_in(services, pool, number) or None)


def home_of(listed: Iterable[MessagingService], number_sid: str) -> str | None:
    """The Messaging Service whose pool a number is in; it can be in one only."""
    return next((service.sid for service in listed if number_sid in service.pool), None)


def compare(
    desired: DesiredNumber, account: AccountSeen, sender: Sender, offers: tuple[Offer, ...], own: Own
) -> NumberStep:
    """What has to be done so that there is a number in its place.

    Raises:
        PriceOverLimitError: The number to buy costs more than `--max-price`, or its price is not known.
        ChoiceNeededError: Several verified Messaging Services, and none named.
        NumberConflictError: The number is in another Messaging Service.
    """
    offer = offers[0] if offers else None
    for one in offers if sender.to_buy else ():
        _check_price(desired, one)
    phone = sender.number.phone_number if sender.number else offer.phone_number if offer else None
    pool, warnings = _pool(account, sender, phone, desired.country)
    if sender.several:
        warnings = (*warnings, _several(sender))
    able = next((item for item in account.numbers if item.sms), None)
    return NumberStep(
        change=_change(sender, offer, pool, phone),
        warnings=warnings,
        sender=sender,
        offers=offers,
        pool=pool,
        own=own,
        fallback=able,
    )


def _check_price(desired: DesiredNumber, offer: Offer) -> None:
    if desired.max_price is None:
        return
    if offer.price is None:
        raise PriceOverLimitError(
            f"Twilio names no price for {offer.number_type} numbers in {offer.country}, so --max-price cannot be kept.",
            hint="Leave --max-price out, or choose another --number-type.",
        )
    if offer.price > desired.max_price:
        raise PriceOverLimitError(
            f"{offer.phone_number} costs {offer.price:.2f} {offer.currency} a month; "
            f"the limit is {desired.max_price:.2f}.",
            hint=f"Raise --max-price to {offer.price:.2f}, or choose another --number-type or --country.",
        )


def _pool(
    account: AccountSeen, sender: Sender, phone: str | None, country: str
) -> tuple[MessagingService | None, tuple[Notice, ...]]:
    """The Messaging Service that the number belongs in: the named one, else the one with a verified campaign."""
    number = sender.number
    home = next((item for item in account.services if number and number.sid in item.pool), None)
    if sender.service:
        return _not_elsewhere(sender.service, home, number), ()
    verified = [item for item in account.services if item.verified]
    if len(verified) == 1:
        return _not_elsewhere(verified[0], home, number), ()
    if not verified or home in verified:
        return home, ()
    listed = ", ".join(f"{item.sid} ({item.name})" for item in verified)
    if country in {"US", "CA"} if phone is None else phone.startswith(NORTH_AMERICAN):
        raise ChoiceNeededError(
            f"Several Messaging Services have a verified campaign: {listed}.",
            hint=f"Pass --messaging-service-sid, for example --messaging-service-sid {verified[0].sid}.",
            choices=tuple(Choice("messaging_service_sid", item.sid, f"{item.name} {item.sid}") for item in verified),
        )
    return None, (
        Notice(
            code="several_messaging_services",
            message=f"Several Messaging Services have a verified campaign, and the number is put in none: {listed}.",
            hint="Pass --messaging-service-sid to choose one.",
        ),
    )


def _not_elsewhere(service: MessagingService, home: MessagingService | None, number: Number | None) -> MessagingService:
    if home and number and home.sid != service.sid:
        raise NumberConflictError(
            f"{number.phone_number} is in the Messaging Service {home.sid} ({home.name}), and a number can be in one "
            f"only; it would have to go into {service.sid} ({service.name}).",
            hint=f"Take it out there first (Twilio console: Messaging > Services), pass --messaging-service-sid "
            f"{home.sid}, or another number with --from.",
        )
    return service


def _several(sender: Sender) -> Notice:
    number = sender.number.phone_number if sender.number else ""
    return Notice(
        code="several_numbers",
        message=f"{sender.several} numbers carry this tenant's mark; the oldest, {number}, is used.",
        hint="Release the others in the Twilio console: each costs its price every month.",
    )


def _change(sender: Sender, offer: Offer | None, pool: MessagingService | None, phone: str | None) -> Change:
    fields: tuple[FieldChange, ...] = ()
    if sender.to_buy:
        fields += (FieldChange(path="phone_number", after=phone),)
        if offer:
            price = None if offer.price is None else f"{offer.price:.2f} {offer.currency}"
            fields += (
                FieldChange(path="number_type", after=offer.number_type),
                FieldChange(path="monthly_price", after=price),
            )
    in_place = sender.number is not None and pool is not None and sender.number.sid in pool.pool
    if pool and not in_place and (sender.number or sender.to_buy):
        fields += (FieldChange(path=POOL, after=pool.sid),)
    return change_of("number", fields, phone or "", exists=not sender.to_buy)
