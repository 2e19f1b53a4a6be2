"""Who is to send the codes: a ladder from the number asked for down to one that has to be bought."""

import hashlib

from mfa_setup.errors import Choice, ChoiceNeededError, InvalidValueError, NotFoundError, ValueNeededError
from mfa_setup.model.base import Frozen
from mfa_setup.model.desired import DesiredNumber
from mfa_setup.model.journal import purchases
from mfa_setup.model.observed import MessagingService, Number, Provider, TwilioInventory
from mfa_setup.resources.base import OwnNumbers
from mfa_setup.services import Services

MARK = "mfa-setup:"
"""How the FriendlyName of each number begins that this tool bought, for any tenant."""


def own(services: Services) -> OwnNumbers:
    """How this tenant's numbers are recognised: by their mark, or because the journal has their purchase."""
    tenant = hashlib.sha256(services.tenant_key.encode()).hexdigest()[:16]  # the same in every run, and short enough
    bought = purchases(services.journal.runs)
    return OwnNumbers(f"{MARK}{tenant}", frozenset(one.sid or one.phone_number for one in bought))


class Sender(Frozen):
    """Who is to send: a number, one that is still to be bought, or a Messaging Service.

    Attributes:
        number: The number that is there.
        service: The Messaging Service whose pool it belongs in.
        by_service: Auth0 is to name the service, not the number.
        to_buy: A number has to be bought.
        several: How many numbers carry our mark, where that is more than one.
    """

    number: Number | None = None
    service: MessagingService | None = None
    by_service: bool = False
    to_buy: bool = False
    several: int = 0


def choose(desired: DesiredNumber, account: TwilioInventory, provider: Provider, own: OwnNumbers) -> Sender:
    """Climbs down the ladder: asked for, ours, Auth0's sender of this account, any that can send, else to be bought.

    Raises:
        NotFoundError: The number or the Messaging Service asked for is not of this account.
        InvalidValueError: The number asked for cannot send SMS.
        ChoiceNeededError: Numbers that are not ours could send.
    """
    named = _service(desired, account)
    if desired.sender:
        return Sender(number=_asked_for(desired.sender, account), service=named)
    if named and (pooled := _in_pool(named, account, own)):
        return Sender(number=pooled, service=named, by_service=True)
    ours = [item for item in account.numbers if own.has(item) and item.sms]
    used = _of_provider(account, provider)
    if ours:
        return _ours(ours, named, used)
    if used and named is None:
        return used
    if used and not used.by_service:
        return Sender(number=used.number, service=named, by_service=True)
    # A number that this tool bought for another tenant is not offered as a free one.
    others = [item for item in account.numbers if item.sms and not item.friendly_name.startswith(MARK)]
    if others and not desired.buy:
        raise _ask_which(others)
    return Sender(service=named, by_service=named is not None, to_buy=True)


def _ours(ours: list[Number], named: MessagingService | None, used: Sender | None) -> Sender:
    """The oldest number that carries our mark, by the service that was named, or that Auth0 sends by already."""
    several = len(ours) if len(ours) > 1 else 0
    service = named
    if named is None and used and used.by_service and used.service and ours[0].sid in used.service.pool:
        service = used.service  # somebody chose that, and our number is in it: it is as good
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


def _asked_for(phone_number: str, account: TwilioInventory) -> Number:
    for number in account.numbers:
        if number.phone_number == phone_number:
            if not number.sms:
                raise InvalidValueError(f"{phone_number} cannot send SMS.", hint="Pass another number with --from.")
            return number
    able = [item.phone_number for item in account.numbers if item.sms]
    raise NotFoundError(
        f"{phone_number} is not a number of this Twilio account.",
        hint=f"Pass one of its own with --from: {', '.join(able) or '(it has none; leave --from out to buy one)'}.",
    )


def _in_pool(service: MessagingService, account: TwilioInventory, own: OwnNumbers) -> Number | None:
    pooled = (item for item in account.numbers if item.sid in service.pool and item.sms)
    return min(pooled, key=lambda item: not own.has(item), default=None)


def _of_provider(account: TwilioInventory, provider: Provider) -> Sender | None:
    """The sender that Auth0 uses already, where it is of this account."""
    if provider.kind != "twilio" or provider.sid != account.sid:
        return None
    for number in account.numbers:
        if number.phone_number == provider.sender and number.sms:
            return Sender(number=number)
    for service in account.services:
        if service.sid == provider.messaging_service_sid and not provider.sender:
            return Sender(number=_in_pool(service, account, OwnNumbers(mark="")), service=service, by_service=True)
    return None


def _ask_which(others: list[Number]) -> ChoiceNeededError:
    listed = ", ".join(item.phone_number for item in others)
    return ChoiceNeededError(
        f"The Twilio account has numbers that could send the codes: {listed}.",
        hint=f"Pass --from {others[0].phone_number} to use that one, or --buy to buy another.",
        choices=(
            *(Choice("from", item.phone_number, f"Use {item.phone_number}") for item in others),
            Choice("buy", "", "Buy another number"),
        ),
    )


def refuse_to_buy(command: str) -> ValueNeededError:
    """The error of a command that uses a number and never buys one."""
    return ValueNeededError(
        f"There is no number to send from, and `mfa-setup {command}` buys none.",
        hint="Run `mfa-setup buy-number` first, or pass --from NUMBER or --messaging-service-sid SID.",
    )
