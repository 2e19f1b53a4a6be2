"""Selects the sender of the codes, from the configured one down to a number that must be bought."""

import hashlib
from collections.abc import Sequence

from mfa_setup.errors import (
    Choice,
    ChoiceNeededError,
    InvalidValueError,
    NotFoundError,
    NumberUnfitError,
    ValueNeededError,
)
from mfa_setup.model.base import Frozen
from mfa_setup.model.desired import DesiredNumber
from mfa_setup.model.journal import purchases
from mfa_setup.model.observed import MARK, MessagingService, Number, Provider, TwilioInventory
from mfa_setup.phone import is_sender_id, is_service, normal
from mfa_setup.resources.base import OwnNumbers
from mfa_setup.services import Services

SHOWN = 10
"""The largest number of candidates that a message names."""
_DIGITS = 7
"""A friendly name with at least this many digits, all of its number, is only the number in another form."""


def own(services: Services) -> OwnNumbers:
    """Returns how this tenant's numbers are recognized: by their mark, or because the journal has their purchase."""
    tenant = hashlib.sha256(services.tenant_key.encode()).hexdigest()[:16]  # the same in every run, and short enough
    bought = purchases(services.journal.runs)
    return OwnNumbers(f"{MARK}{tenant}", frozenset(one.sid or one.phone_number for one in bought))


class Sender(Frozen):
    """The sender: a number, a number to buy, a short code, a sender name, or a Messaging Service.

    Attributes:
        name: The short code or the alphanumeric sender ID.
        number: The existing number that sends.
        service: The Messaging Service whose pool the number belongs in.
        by_service: Whether Auth0 names the Messaging Service as the sender, not the number.
        to_buy: Whether a number must be bought.
        several: How many numbers have our mark; 0 unless there are several.
    """

    name: str | None = None
    number: Number | None = None
    service: MessagingService | None = None
    by_service: bool = False
    to_buy: bool = False
    several: int = 0

    @property
    def shown(self) -> str | None:
        """The value for Auth0's From field; None if Auth0 names the Messaging Service, or no number is bought yet."""
        return self.name or (self.number.phone_number if self.number and not self.by_service else None)


def choose(desired: DesiredNumber, account: TwilioInventory, provider: Provider, own: OwnNumbers) -> Sender:
    """Selects the sender, in this order of preference.

    The named sender, this tenant's own number, the sender of this account that Auth0 uses already, any number that can
    send (a person must choose it), and last a number to buy.

    Raises:
        NotFoundError: The account does not have the named number or Messaging Service.
        InvalidValueError: The named number cannot send SMS, or a sender name is combined with a Messaging Service.
        NumberUnfitError: The account has a number of this tenant, but the number cannot send SMS.
        ChoiceNeededError: The account has other numbers that could send.
    """
    named = _service(desired, account)
    if desired.sender:
        return _asked_for(desired.sender, account, named)
    if named and (pooled := _pooled(named, account, own)):
        return pooled
    marked = [item for item in account.numbers if own.has(item)]
    ours = [item for item in marked if item.sms]
    used = _of_provider(account, provider, own)
    if ours:
        return _ours(ours, named, used)
    if used and (named is None or (used.number and not used.by_service)):
        return Sender(number=used.number, service=named, by_service=True) if named else used
    if marked:
        raise _unfit(marked[0])  # no second purchase, whatever the first number lacks
    # A number that mfa-setup bought for another tenant is not offered.
    others = [item for item in account.numbers if item.sms and not item.friendly_name.startswith(MARK)]
    if others and not desired.buy:
        raise _ask_which(others)
    return Sender(service=named, by_service=named is not None, to_buy=True)


def _ours(ours: list[Number], named: MessagingService | None, used: Sender | None) -> Sender:
    """Returns the oldest number with our mark, through the named Messaging Service or the one that Auth0 uses."""
    several = len(ours) if len(ours) > 1 else 0
    service = named
    if named is None and used and used.by_service and used.service and ours[0].sid in used.service.pool:
        service = used.service  # somebody chose that service, and our number is in its pool
    return Sender(number=ours[0], service=service, by_service=service is not None, several=several)


def _service(desired: DesiredNumber, account: TwilioInventory) -> MessagingService | None:
    if desired.messaging_service_sid is None:
        return None
    for service in account.services:
        if service.sid == desired.messaging_service_sid:
            return service
    raise NotFoundError(
        f"The Twilio account has no Messaging Service {desired.messaging_service_sid}.",
        hint="Correct --messaging-service-sid: Twilio console, Messaging > Services.",
    )


def _asked_for(asked: str, account: TwilioInventory, service: MessagingService | None) -> Sender:
    if not asked.startswith("+"):
        return _by_name(asked, account, service)
    for number in account.numbers:
        if number.phone_number == asked:
            if not number.sms:
                raise InvalidValueError(f"{asked} cannot send SMS.", hint="Pass another number with --from.")
            return Sender(number=number, service=service)
    able = [item for item in account.numbers if item.sms]
    raise NotFoundError(
        f"{asked} is not a number of this Twilio account.",
        hint=f"Pass a number of this account with --from: {listed(able) or '(it has none; omit --from to buy one)'}.",
    )


def _by_name(asked: str, account: TwilioInventory, service: MessagingService | None) -> Sender:
    """Returns a short code of the account, or a sender name, which needs no owner (sources: twilio-sender-name)."""
    if service:
        raise InvalidValueError(
            f"--from is {asked}, but only a phone number can be added to a Messaging Service.",
            hint="Remove --from or --messaging-service-sid.",
        )
    if asked.isdigit() and not account.may_own(asked):
        own = ", ".join(item.short_code for item in (account.short_codes or ())[:SHOWN])
        raise NotFoundError(
            f"{asked} is not a short code of this Twilio account.",
            hint=f"The account has these short codes: {own}."
            if own
            else "The account has no short codes. If you mean a phone number, write it with + and country code.",
        )
    return Sender(name=asked)


def _numbers_of(service: MessagingService, account: TwilioInventory) -> list[Number]:
    return [item for item in account.numbers if item.sid in service.pool and item.sms]


def _pooled(service: MessagingService, account: TwilioInventory, own: OwnNumbers) -> Sender | None:
    """Returns the Messaging Service as the sender if its pool already has a sender; prefers this tenant's number.

    If the names and short codes of the pool could not be read, the pool counts as having one, so that nothing is bought
    for it.
    """
    number, others = _in_pool(service, account, own), service.senders
    if number or others is None or others.names or others.short_codes:
        return Sender(number=number, service=service, by_service=True)
    return None


def _in_pool(service: MessagingService, account: TwilioInventory, own: OwnNumbers) -> Number | None:
    # A number that was bought for another tenant is never selected automatically.
    free = (item for item in _numbers_of(service, account) if own.has(item) or not item.friendly_name.startswith(MARK))
    return min(free, key=lambda item: not own.has(item), default=None)


def _of_provider(account: TwilioInventory, provider: Provider, own: OwnNumbers) -> Sender | None:
    """Returns the sender that Auth0 already uses, if it belongs to this account; otherwise None."""
    if provider.kind != "twilio" or provider.sid != account.sid:
        return None
    name = normal(provider.sender or "")
    for number in account.numbers:
        if number.phone_number == name and number.sms:
            return Sender(number=number)
    if is_sender_id(name) or (name.isdigit() and account.may_own(name)):
        return Sender(name=name)
    # A Messaging Service in the From field is accepted, and moved to the right field by the update.
    sid = name if is_service(name) else None if name else provider.messaging_service_sid
    for service in account.services:
        if service.sid == sid:
            return Sender(number=_in_pool(service, account, own), service=service, by_service=True)
    return None


def listed(numbers: Sequence[Number]) -> str:
    """Lists numbers for a message, at most `SHOWN`, with the names that somebody gave them."""
    more = f" and {len(numbers) - SHOWN} more" if len(numbers) > SHOWN else ""
    return ", ".join(_with_name(item) for item in numbers[:SHOWN]) + more


def _with_name(number: Number) -> str:
    """Returns a number with its friendly name, unless that is only the number again, which is Twilio's default."""
    name, digits = number.friendly_name, [item for item in number.friendly_name if item.isdigit()]
    unnamed = not name or (len(digits) >= _DIGITS and "".join(digits) in number.phone_number)
    return number.phone_number if unnamed else f"{number.phone_number} ({name})"


def _ask_which(others: list[Number]) -> ChoiceNeededError:
    return ChoiceNeededError(
        f"The Twilio account already has numbers that can send the codes: {listed(others)}.",
        hint=f"Pass --from {others[0].phone_number} to use that number, or --buy to buy another one.",
        choices=(
            *(Choice("from", item.phone_number, f"Use {_with_name(item)}") for item in others[:SHOWN]),
            Choice("buy", "", "Buy another number"),
        ),
    )


def _unfit(number: Number) -> NumberUnfitError:
    return NumberUnfitError(
        f"{number.phone_number} was bought for this tenant, but Twilio lists it as unable to send SMS. No second "
        "number is bought while the account has it.",
        hint="Wait a few minutes and run the command again. If this does not help, pass another number with "
        f"--from, or release {number.phone_number} (Twilio console: Phone Numbers) so that the next run buys "
        "another one.",
    )


def refuse_to_buy(command: str) -> ValueNeededError:
    """Returns the error for a command that needs a number and never buys one."""
    return ValueNeededError(
        f"The Twilio account has no number to send from, and `mfa-setup {command}` does not buy one.",
        hint="Run `mfa-setup buy-number` first, or pass --from NUMBER or --messaging-service-sid SID.",
    )
