"""Buying a number, exactly once: also without an answer, after a crash, and with another machine at the same work."""

from mfa_setup.errors import Choice, ChoiceNeededError, NoNumbersError, NumberGoneError, TrialNumberError
from mfa_setup.model.base import Frozen
from mfa_setup.model.desired import DesiredNumber
from mfa_setup.model.journal import Purchase, purchases
from mfa_setup.model.observed import Number, Offer
from mfa_setup.model.types import NumberType
from mfa_setup.ports import TwilioPort
from mfa_setup.resources import recovery
from mfa_setup.resources.base import Services
from mfa_setup.resources.recovery import recover_outcome


def offers(services: Services, desired: DesiredNumber) -> tuple[Offer, ...]:
    """What may be bought: first the number of a purchase that got no clear answer, then those on sale.

    Raises:
        NoNumbersError: There are none.
    """
    again = tuple(_again(services, one) for one in purchases(services.journal.runs) if _is_open(one, desired))
    try:
        return (*again, *_search(services.account, desired))
    except NoNumbersError:
        if again:
            return again
        raise


def _is_open(one: Purchase, desired: DesiredNumber) -> bool:
    """Whether a purchase got no clear answer, and its number is one that is asked for now, too."""
    return (
        one.sid is None
        and one.country == desired.country
        and desired.number_type in {None, one.number_type}
        and (desired.area_code is None or one.phone_number.startswith(f"+1{desired.area_code}"))
        and (desired.contains is None or desired.contains in one.phone_number)
    )


def _again(services: Services, one: Purchase) -> Offer:
    price, currency = services.account.price(one.country, one.number_type)
    return Offer(
        phone_number=one.phone_number,
        country=one.country,
        number_type=one.number_type,
        price=price,
        currency=currency,
    )


def _search(twilio: TwilioPort, desired: DesiredNumber) -> tuple[Offer, ...]:
    """Looks for numbers on sale: of the type asked for, else local ones, else mobile ones.

    Raises:
        NoNumbersError: There are none.
    """
    # North American local numbers take SMS; elsewhere it is usually the mobile ones that do.
    fallback: tuple[NumberType, ...] = ("local",) if desired.country in {"US", "CA"} else ("local", "mobile")
    for number_type in (desired.number_type,) if desired.number_type else fallback:
        numbers = twilio.offers(desired.country, number_type, desired.area_code, desired.contains)
        if numbers:
            price, currency = twilio.price(desired.country, number_type)
            return tuple(
                Offer(
                    phone_number=number,
                    country=desired.country,
                    number_type=number_type,
                    price=price,
                    currency=currency,
                )
                for number in numbers
            )
    raise NoNumbersError(
        f"No number on sale in {desired.country} can send SMS, needs no papers"
        + (f", has area code {desired.area_code}" if desired.area_code else "")
        + (f", contains {desired.contains}" if desired.contains else "")
        + (f", and is of type {desired.number_type}" if desired.number_type else "")
        + ".",
        service="twilio",
    )


class Bought(Frozen):
    """A number after a purchase; `new` says that this run's request made it ours, and not an earlier one."""

    number: Number
    new: bool


def buy(services: Services, offers: tuple[Offer, ...], mark: str, fallback: Number | None) -> Bought:
    """Buys the first offer; if that one is gone, the next. Never a second after one that may be ours.

    Raises:
        OutcomeUnknownError: The number may have been bought; the next run looks for it, and buys no other before.
        NumberGoneError: All of them were sold meanwhile.
        ChoiceNeededError: A trial account has its one number already.
    """
    for offer in offers:
        try:
            return _buy_one(services, offer, mark)
        except NumberGoneError:
            continue
        except TrialNumberError as refused:
            if fallback is None:
                raise
            number = fallback.phone_number
            raise ChoiceNeededError(
                f"{refused.message} It owns {number} already.",
                hint=f"Pass --from {number} to use that one, or upgrade the Twilio account.",
                choices=(Choice("from", number, f"Use {number}"),),
            ) from None
    raise NumberGoneError("All numbers that the search found were sold meanwhile.", service="twilio")


def _buy_one(services: Services, offer: Offer, mark: str) -> Bought:
    """A number that one has already is reported to be updated by a purchase, not bought again (reference 4.1).

    Should it be refused as gone (21422), it may be ours all the same: the own numbers tell.
    """
    twilio, phone = services.account, offer.phone_number
    after = {"phone_number": phone, "friendly_name": mark, "country": offer.country, "number_type": offer.number_type}
    with services.journal.write("number", "buy_number", phone, {}, {**after}) as made:
        try:
            bought = Bought(
                number=recover_outcome(lambda: twilio.buy(phone, mark), lambda: twilio.number(phone)), new=True
            )
        except NumberGoneError:
            owned = twilio.number(phone)
            if owned is None:
                raise
            bought = Bought(number=owned, new=False)
        made["number_sid"] = bought.number.sid
    return bought


def settle(services: Services, bought: Bought, mark: str) -> Number:
    """Looks again after a purchase: of two machines that bought at the same time, the one with the older number wins.

    The younger number is given back, if this run has just bought it. Dates have whole seconds, so the look comes when
    the second of the purchase has passed: whoever buys later than that is younger.
    """
    mine = bought.number
    recovery.clock.sleep(recovery.SAME_SECOND)
    ours = [item for item in services.account.numbers() if item.friendly_name == mark and item.sms]
    if mine.sid not in {item.sid for item in ours} or ours[0].sid == mine.sid or not bought.new:
        return mine
    with services.journal.write("number", "release_number", mine.sid, {"phone_number": mine.phone_number}):
        services.account.release(mine.sid)
    return ours[0]
