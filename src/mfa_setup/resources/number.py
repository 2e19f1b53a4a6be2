"""The Twilio number that sends the codes: found by a ladder or bought once, and its place in a Messaging Service."""

from collections.abc import Iterator
from dataclasses import dataclass

from mfa_setup.errors import (
    Choice,
    ChoiceNeededError,
    MfaSetupError,
    NoNumbersError,
    NumberConflictError,
    NumberGoneError,
    OutcomeUnknownError,
    PriceOverLimitError,
    TrialNumberError,
)
from mfa_setup.model.change import Change, FieldChange, change_of
from mfa_setup.model.observed import AccountSeen, MessagingService, Number, Offer
from mfa_setup.model.outcome import Warned
from mfa_setup.model.wish import NumberWish
from mfa_setup.model.words import NumberType
from mfa_setup.ports import TwilioPort
from mfa_setup.resources.base import Made, Services
from mfa_setup.resources.sender import Sender

NORTH_AMERICAN = "+1"
"""The country code whose carriers want a campaign (A2P 10DLC)."""


def observe(twilio: TwilioPort) -> AccountSeen:
    """Reads the account, and, where it is active, its numbers and its Messaging Services."""
    account = twilio.account()
    if account and account.status != "active":
        return AccountSeen(sid=twilio.account_sid, account=account, numbers=(), services=())
    return AccountSeen(sid=twilio.account_sid, account=account, numbers=twilio.numbers(), services=twilio.services())


def search(twilio: TwilioPort, wish: NumberWish) -> tuple[Offer, ...]:
    """Looks for numbers on sale: of the type asked for, else local ones, else mobile ones.

    Raises:
        NoNumbersError: There are none.
    """
    # North American local numbers take SMS; elsewhere it is usually the mobile ones that do.
    fallback: tuple[NumberType, ...] = ("local",) if wish.country in {"US", "CA"} else ("local", "mobile")
    for number_type in (wish.number_type,) if wish.number_type else fallback:
        numbers = twilio.offers(wish.country, number_type, wish.area_code, wish.contains)
        if numbers:
            price, currency = twilio.price(wish.country, number_type)
            return tuple(
                Offer(
                    phone_number=number,
                    country=wish.country,
                    number_type=number_type,
                    price=price,
                    currency=currency,
                )
                for number in numbers
            )
    raise NoNumbersError(
        f"No number on sale in {wish.country} can send SMS, needs no papers"
        + (f", has area code {wish.area_code}" if wish.area_code else "")
        + (f", contains {wish.contains}" if wish.contains else "")
        + (f", and is of type {wish.number_type}" if wish.number_type else "")
        + ".",
        service="twilio",
    )


@dataclass(frozen=True)
class NumberStep:
    """What the number needs: to be bought, to be put into a pool, or nothing."""

    change: Change
    warnings: tuple[Warned, ...]
    sender: Sender
    offers: tuple[Offer, ...]
    pool: MessagingService | None
    own_mark: str
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
        if number is None:
            number = self._buy(services.account)
            made = made.model_copy(update={"phone_number": number.phone_number, "number_sid": number.sid})
            yield made
        if self.pool and number.sid not in self.pool.pool:
            services.account.add_to_pool(self.pool.sid, number.sid)
            yield made.model_copy(update={"messaging_service_sid": self.pool.sid})

    @property
    def planned(self) -> str | None:
        """The number that the plan shows, where one is to be bought: the first of those on sale."""
        return self.offers[0].phone_number if self.sender.to_buy and self.offers else None

    @property
    def _to_pool(self) -> bool:
        return any(field.path == "messaging_service_sid" for field in self.change.fields)

    def _buy(self, twilio: TwilioPort) -> Number:
        """Buys the first offer; if that one is gone, the next. Never a second after one that may be ours."""
        for offer in self.offers:
            try:
                return twilio.buy(offer.phone_number, self.own_mark)
            except NumberGoneError:
                continue
            except OutcomeUnknownError as unknown:
                return _find_bought(twilio, offer, unknown)
            except TrialNumberError as refused:
                if self.fallback is None:
                    raise
                number = self.fallback.phone_number
                raise ChoiceNeededError(
                    f"{refused.message} It owns {number} already.",
                    hint=f"Pass --from {number} to use that one, or upgrade the Twilio account.",
                    choices=(Choice("from", number, f"Use {number}"),),
                ) from None
        raise NumberGoneError("All numbers that the search found were sold meanwhile.", service="twilio")


def _find_bought(twilio: TwilioPort, offer: Offer, unknown: OutcomeUnknownError) -> Number:
    """The number of a purchase that got no answer; where it cannot be found, the outcome stays unknown."""
    try:
        owned = twilio.numbers()
    except MfaSetupError:
        raise unknown from None
    for item in owned:
        if item.phone_number == offer.phone_number:
            return item
    raise unknown


def compare(
    wish: NumberWish, account: AccountSeen, sender: Sender, offers: tuple[Offer, ...], own_mark: str
) -> NumberStep:
    """What has to be done so that there is a number in its place.

    Raises:
        PriceOverLimitError: The number to buy costs more than `--max-price`, or its price is not known.
        ChoiceNeededError: Several verified Messaging Services, and none named.
        NumberConflictError: The number is in another Messaging Service.
    """
    offer = offers[0] if offers else None
    if sender.to_buy and offer:
        _check_price(wish, offer)
    phone = sender.number.phone_number if sender.number else offer.phone_number if offer else None
    pool, warnings = _pool(account, sender, phone, wish.country)
    if sender.several:
        warnings = (*warnings, _several(sender))
    able = next((item for item in account.numbers if item.sms), None)
    return NumberStep(
        change=_change(sender, offer, pool, phone),
        warnings=warnings,
        sender=sender,
        offers=offers,
        pool=pool,
        own_mark=own_mark,
        fallback=able,
    )


def _check_price(wish: NumberWish, offer: Offer) -> None:
    if wish.max_price is None:
        return
    if offer.price is None:
        raise PriceOverLimitError(
            f"Twilio names no price for {offer.number_type} numbers in {offer.country}, so --max-price cannot be kept.",
            hint="Leave --max-price out, or choose another --number-type.",
        )
    if offer.price > wish.max_price:
        raise PriceOverLimitError(
            f"{offer.phone_number} costs {offer.price:.2f} {offer.currency} a month; "
            f"the limit is {wish.max_price:.2f}.",
            hint=f"Raise --max-price to {offer.price:.2f}, or choose another --number-type or --country.",
        )


def _pool(
    account: AccountSeen, sender: Sender, phone: str | None, country: str
) -> tuple[MessagingService | None, tuple[Warned, ...]]:
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
        Warned(
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


def _several(sender: Sender) -> Warned:
    number = sender.number.phone_number if sender.number else ""
    return Warned(
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
        fields += (FieldChange(path="messaging_service_sid", after=pool.sid),)
    return change_of("number", fields, phone or "", exists=not sender.to_buy)
