"""Buys a number exactly once, even if an answer is lost, a run crashes, or another machine buys at the same time."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from mfa_setup.errors import (
    Choice,
    ChoiceNeededError,
    MfaSetupError,
    NoNumbersError,
    NumberGoneError,
    TrialNumberError,
)
from mfa_setup.model.desired import DesiredNumber
from mfa_setup.model.journal import Purchase, purchases
from mfa_setup.model.observed import Number, Offer
from mfa_setup.model.types import NumberType
from mfa_setup.model.write import NEW_NUMBER, Fields, Write
from mfa_setup.phone import country_of, type_of
from mfa_setup.ports import TwilioPort
from mfa_setup.resources import recovery
from mfa_setup.resources.base import Action, Execution
from mfa_setup.services import Services
from mfa_setup.snapshot.parts import attempt, known
from mfa_setup.snapshot.snapshot import Snapshot
from mfa_setup.snapshot.together import together


def offers(services: Services, desired: DesiredNumber) -> tuple[Offer, ...]:
    """Returns the numbers to buy: first the number of a purchase that got no clear answer, then those on sale.

    Raises:
        NoNumbersError: No fitting number is on sale.
    """
    again = tuple(
        offer
        for one in purchases(services.journal.runs)
        if _is_open(one, desired)
        for offer in _priced(services.account, one.country, one.number_type, (one.phone_number,))
    )
    try:
        return (*again, *_search(services.account, desired))
    except NoNumbersError:
        if again:
            return again
        raise


def for_one_plan(services: Services, found: tuple[Offer, ...]) -> tuple[Offer, ...]:
    """Returns the offers with one first that no other plan of this process contains.

    The search starts at the tenant's place, so that the plans of a fleet contain the same numbers in whatever order its
    tenants are planned. The number of an earlier purchase of this tenant stays first.

    Raises:
        NoNumbersError: Other plans contain all these numbers.
    """
    first, start = found[0].phone_number, services.place % len(found)
    earlier = any(one.phone_number == first for one in purchases(services.journal.runs))
    ordered = found if earlier else (*found[start:], *found[:start])
    number = services.planned_numbers.reserve([offer.phone_number for offer in ordered], services.tenant_key)
    if number is None:
        raise NoNumbersError(
            f"The plans of other tenants contain all {len(found)} numbers that the search found.",
            hint="Plan and set up fewer tenants at a time.",
            service="twilio",
        )
    return tuple(sorted(ordered, key=lambda offer: offer.phone_number != number))


def still_on_sale(services: Services, desired: DesiredNumber, planned: tuple[Offer, ...]) -> tuple[Offer, ...]:
    """Returns the offers of a plan, at today's price, if its first number is still on sale; otherwise new offers.

    A search returns other numbers each time, so the number is looked up by its digits.

    Raises:
        NoNumbersError: No fitting number is on sale any more.
    """
    first = at_present(services, desired, planned[0])
    if first is None:
        return offers(services, desired)
    return tuple(offer.model_copy(update={"price": first.price, "currency": first.currency}) for offer in planned)


def at_present(services: Services, desired: DesiredNumber, planned: Offer) -> Offer | None:
    """Returns one offer of a plan at today's price, looked up by its digits; None if the number was sold."""
    if any(one.phone_number == planned.phone_number for one in purchases(services.journal.runs)):
        # an earlier purchase may have succeeded, and a number that is already ours is not on sale
        return _priced(services.account, planned.country, planned.number_type, (planned.phone_number,))[0]
    digits = planned.phone_number.removeprefix("+")
    listed = services.account.offers(planned.country, planned.number_type, desired.area_code, digits)
    if planned.phone_number not in listed:
        return None
    return _priced(services.account, planned.country, planned.number_type, (planned.phone_number,))[0]


def rent(services: Services, number: Number, country: str) -> str:
    """Returns the monthly price of a number of the account, by Twilio's price list; empty if it cannot be read."""
    kind, country = type_of(number.phone_number), country_of(number.phone_number, country)
    try:
        offer = _priced(services.account, country, kind, (number.phone_number,))[0]
    except MfaSetupError:
        return ""
    return f"{offer.shown_price} per month" if offer.shown_price else ""


def _is_open(one: Purchase, desired: DesiredNumber) -> bool:
    """Whether a purchase got no clear answer, and its number fits the current settings."""
    return (
        one.sid is None
        and one.country == desired.country
        and desired.number_type in {None, one.number_type}
        and (desired.area_code is None or one.phone_number.startswith(f"+1{desired.area_code}"))
        and (desired.contains is None or desired.contains in one.phone_number)
    )


def _priced(twilio: TwilioPort, country: str, number_type: NumberType, numbers: Sequence[str]) -> tuple[Offer, ...]:
    """Returns numbers of one country and type as offers, at today's price."""
    return _offered(country, number_type, numbers, twilio.price(country, number_type))


def _offered(
    country: str, number_type: NumberType, numbers: Sequence[str], price_of_each: tuple[float | None, str]
) -> tuple[Offer, ...]:
    price, currency = price_of_each
    return tuple(
        Offer(phone_number=number, country=country, number_type=number_type, price=price, currency=currency)
        for number in numbers
    )


def _search(twilio: TwilioPort, desired: DesiredNumber) -> tuple[Offer, ...]:
    """Searches for numbers on sale: of the desired type, otherwise local, then mobile; reads their price in parallel.

    Raises:
        NoNumbersError: No fitting number is on sale.
    """
    # Local numbers in North America can send SMS; elsewhere, usually only mobile numbers can.
    fallback: tuple[NumberType, ...] = ("local",) if desired.country in {"US", "CA"} else ("local", "mobile")
    for number_type in (desired.number_type,) if desired.number_type else fallback:
        with together(1) as pool:
            priced = pool.submit(attempt, partial(twilio.price, desired.country, number_type))
            numbers = twilio.offers(desired.country, number_type, desired.area_code, desired.contains)
        if numbers:
            return _offered(desired.country, number_type, numbers, known(priced.result()))
    raise NoNumbersError(
        f"No number available in {desired.country} can send SMS without regulatory documents"
        + (f", has area code {desired.area_code}" if desired.area_code else "")
        + (f", contains {desired.contains}" if desired.contains else "")
        + (f", and is of type {desired.number_type}" if desired.number_type else "")
        + ".",
        hint="Try another --area-code, --contains, --number-type or --country. If the country requires "
        "documents, buy a number in the Twilio console (Phone Numbers > Buy a number), then pass it with "
        "--from.",
        service="twilio",
    )


def write_of(offer: Offer, mark: str) -> Write:
    """Returns the write that buys an offered number, with our mark as its name."""
    after: Fields = {
        "phone_number": offer.phone_number,
        "friendly_name": mark,
        "country": offer.country,
        "number_type": offer.number_type,
    }
    return Write("number", "buy_number", offer.phone_number, after=after)


def _buy_first(execution: Execution, write: Write) -> None:
    """Buys the planned number or, if it was sold, the next offer; never another after one that may have been bought.

    A number that another tenant of the account has bought meanwhile counts as sold: buying it again would only rename
    it.

    Raises:
        OutcomeUnknownError: The number may have been bought; the next run looks for it before it buys another one.
        NumberGoneError: All offered numbers were sold in the meantime.
        ChoiceNeededError: The trial account already has its only number.
    """
    planned = write.target
    for offer in execution.snapshot.offers:
        bought = write_of(offer, str(write.after["friendly_name"]))
        with execution.services.one_purchase():
            if _is_anothers(_look(execution.services, offer.phone_number), bought):
                continue
            execution.before_spending()
            try:
                made = execution.send(bought)
            except NumberGoneError:
                continue
            except TrialNumberError as refused:
                raise _one_number(execution, refused) from None
            _report(execution, planned, offer.phone_number, str(made["number_sid"]))
            if _settle(execution, bought, made):
                return
            planned = offer.phone_number
    raise NumberGoneError("All numbers that the search found were sold to others in the meantime.", service="twilio")


def _report(execution: Execution, planned: str, phone_number: str, sid: str) -> None:
    execution.replace(planned, phone_number)
    execution.replace(NEW_NUMBER, sid)
    execution.report(phone_number=phone_number, number_sid=sid)


def _one_number(execution: Execution, refused: TrialNumberError) -> TrialNumberError | ChoiceNeededError:
    able = next((item for item in known(execution.snapshot.inventory).numbers if item.sms), None)
    if able is None:
        return refused
    number = able.phone_number
    return ChoiceNeededError(
        f"{refused.message} The account already has {number}.",
        hint=f"Pass --from {number} to use that number, or upgrade the Twilio account.",
        choices=(Choice("from", number, f"Use {number}"),),
    )


def _look(services: Services, phone_number: str) -> Number | None:
    """Returns the number if the account has it; if it cannot be read, the error states that nothing was bought yet."""
    try:
        return services.account.number(phone_number)
    except MfaSetupError as unread:
        unread.unsent = True
        raise


def _is_anothers(number: Number | None, purchase: Write) -> bool:
    """Whether a number of the account has the mark of another tenant than the one that the purchase is for."""
    return number is not None and number.is_marked_for_another(str(purchase.after["friendly_name"]))


def _buy(services: Services, write: Write) -> Fields:
    """Buys the number; buying one that the account already owns updates it (sources: twilio-repeated-purchase).

    If Twilio refuses it as no longer available (21422), the account may already own it, so its numbers are checked.
    """
    twilio = services.account
    try:
        bought = twilio.buy(write.target, str(write.after["friendly_name"]))
    except NumberGoneError:
        owned = _find(services, write)
        if owned is None:
            raise
        return owned | {"owned_before": True}
    return {"number_sid": bought.sid}


def _find(services: Services, write: Write) -> Fields | None:
    found = services.account.number(write.target)
    return {"number_sid": found.sid} if found and not _is_anothers(found, write) else None


def _settle(execution: Execution, write: Write, made: Fields) -> bool:
    """Resolves purchases of two machines at the same time; returns whether this run now has a number.

    If two machines bought a number for this tenant, the older number is kept and the other one is released. If two
    tenants bought the same number, it belongs to the tenant whose mark it has; returns False for the other tenant.

    Dates have a resolution of one second. With two numbers of the same second, the other machine may have listed the
    numbers before this one bought, and not know of it. So this machine waits, and releases its number if the other one
    is still listed. In case both machines wait, the one with the larger SID waits briefly, and the other one much
    longer, to see whether the first has released its number. Before the other machine's number is used, it is listed
    again; if both machines have released theirs, returns False, and the next number is bought.
    """
    listed = _listed_with(execution, str(made["number_sid"]))
    own = next((item for item in listed if item.sid == made["number_sid"]), None)
    if own and _is_anothers(own, write):
        return False
    rivals = _rivals(listed, own, write)
    if own is None or not rivals or made.get("owned_before"):
        return True
    if own.date_created in {rivals[0].date_created, None}:
        goes_first = own.sid > min(item.sid for item in rivals)
        for pause in (recovery.A_WHILE,) if goes_first else recovery.LONG:
            recovery.clock.sleep(pause)
            rivals = _rivals(execution.services.account.numbers(), own, write)
            if not rivals:
                return True
    execution.send(Write("number", "release_number", own.sid, {"phone_number": write.target}))
    if rivals[0].sid not in {item.sid for item in execution.services.account.numbers()}:
        return False
    execution.adopted[rivals[0].sid] = write
    _report(execution, write.target, rivals[0].phone_number, rivals[0].sid)
    return True


def _listed_with(execution: Execution, sid: str) -> tuple[Number, ...]:
    """Returns the account's numbers once this one is listed, which may take a few seconds after the purchase."""
    listed: tuple[Number, ...] = ()
    for pause in recovery.PAUSES:
        if pause:
            recovery.clock.sleep(pause)
        listed = execution.services.account.numbers()
        if sid in {item.sid for item in listed}:
            break
    return listed


def _rivals(listed: Sequence[Number], own: Number | None, purchase: Write) -> list[Number]:
    """Returns the other numbers that have the same mark and are not younger, the oldest first."""
    mark = purchase.after["friendly_name"]
    ours = [item for item in listed if item.friendly_name == mark and item.sms and own and item.sid != own.sid]
    return [item for item in ours if own and str(item.date_created) <= str(own.date_created)]


def _effect(snapshot: Snapshot, write: Write) -> Snapshot:
    account = known(snapshot.inventory)
    number = Number(
        sid=NEW_NUMBER,
        phone_number=write.target,
        friendly_name=str(write.after["friendly_name"]),
        sms=True,
        voice=True,
    )
    return replace(snapshot, twilio=account.model_copy(update={"numbers": (*account.numbers, number)}))


BUY = Action(_buy, effect=_effect, find=_find, perform=_buy_first, spends=True)
