"""Selects the Messaging Service whose pool a number belongs in, and checks that the pool has room."""

from mfa_setup.errors import Choice, ChoiceNeededError, NumberConflictError, PoolFullError
from mfa_setup.model.desired import Desired
from mfa_setup.model.observed import MessagingService, Number, TwilioInventory
from mfa_setup.phone import US_PHONES, country_of, is_north_american, is_toll_free
from mfa_setup.resources.sender import Sender

POOL = "messaging_service_sid"
"""The name of a number's Messaging Service in changes and in the journal."""


def home_of(account: TwilioInventory, number: Number | None) -> MessagingService | None:
    """Returns the Messaging Service whose pool a number is in, or None; a number can be in only one pool."""
    return next((item for item in account.services if number and number.sid in item.pool), None)


def pool_for(
    account: TwilioInventory, sender: Sender, phone: str | None, desired: Desired, *, may_move: bool
) -> MessagingService | None:
    """Returns the Messaging Service that the number belongs in: the named one, else the one with a verified campaign.

    The number stays where it is if it needs no campaign. None if the number belongs in no Messaging Service.

    Args:
        account: The Twilio account with its Messaging Services.
        sender: The selected sender.
        phone: The phone number of the sender, even if it is not bought yet; None if it is unknown.
        desired: The desired state, which includes the users' countries.
        may_move: Whether the user has consented to moving the number out of its Messaging Service.

    Raises:
        ChoiceNeededError: Several Messaging Services have a verified campaign.
        NumberConflictError: The number is in another Messaging Service.
        PoolFullError: The Messaging Service cannot take another number.
    """
    number = sender.number
    home = home_of(account, number)
    left = None if may_move else home
    if sender.service:
        return _with_room(account, _not_elsewhere(sender.service, left, number), number)
    if sender.name:
        return None
    if not _needs_campaign(desired, phone):
        return home
    campaigns = [item for item in account.services if item.verified]
    if not campaigns or home in campaigns:
        return home
    verified = [item for item in campaigns if not item.is_full] or campaigns[:1]
    if len(verified) == 1:
        return _with_room(account, _not_elsewhere(verified[0], left, number), number)
    listed = ", ".join(f"{item.sid} ({item.name})" for item in verified)
    raise ChoiceNeededError(
        f"Several Messaging Services have a verified campaign: {listed}.",
        hint=f"Pass --messaging-service-sid, for example --messaging-service-sid {verified[0].sid}.",
        choices=tuple(Choice("messaging_service_sid", item.sid, f"{item.name} {item.sid}") for item in verified),
    )


def _needs_campaign(desired: Desired, phone: str | None) -> bool:
    """Whether carriers require a campaign for the number: a long code of +1 that sends to US phones."""
    if phone is None:
        return desired.number.country == "US" or bool(US_PHONES & set(desired.countries))
    if not is_north_american(phone) or is_toll_free(phone):
        return False
    return bool(US_PHONES & set(desired.countries or (country_of(phone, desired.number.country),)))


def _not_elsewhere(service: MessagingService, home: MessagingService | None, number: Number | None) -> MessagingService:
    if home and number and home.sid != service.sid:
        raise NumberConflictError(
            f"{number.phone_number} belongs to the Messaging Service {home.sid} ({home.name}) and would have to "
            f"be moved to {service.sid} ({service.name}), because a number can belong to only one.",
            hint=f"Pass --messaging-service-sid {home.sid} to leave it there, or another number with --from. To move "
            f"it: --from {number.phone_number} --messaging-service-sid {service.sid}, or --override number_moves.",
        )
    return service


def _with_room(account: TwilioInventory, service: MessagingService, number: Number | None) -> MessagingService:
    """Returns the Messaging Service if its pool has room for the number or contains it; otherwise raises an error.

    This is checked before a number is bought.
    """
    if not service.is_full or (number and number.sid in service.pool):
        return service
    held = [item.phone_number for item in account.numbers if item.sid in service.pool and item.sms]
    instead = f"Pass --from {held[0]} to send from a number that is in it" if held else "Remove a number from it"
    if service.capacity == 1:
        why = "its campaign belongs to a sole proprietor and allows only one number"
        hint = f"{instead}, or register a standard brand and a campaign in another Messaging Service."
    else:
        why = f"it holds the maximum of {service.capacity} senders"
        hint = f"{instead}, or pass --messaging-service-sid with another service."
    raise PoolFullError(
        f"The Messaging Service {service.sid} ({service.name}) cannot take another number: {why}.", hint=hint
    )
