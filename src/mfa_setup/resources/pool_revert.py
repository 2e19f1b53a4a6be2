"""A number's place in a pool, restored: out of the one that a run put it into, and back into the one that it was in."""

from mfa_setup.model.change import FieldChange
from mfa_setup.model.journal import WriteRecord, is_superseded
from mfa_setup.model.observed import MessagingService, Number, Provider, TwilioInventory
from mfa_setup.model.outcome import Notice
from mfa_setup.model.write import Write
from mfa_setup.phone import normal
from mfa_setup.resources.base import Reversal
from mfa_setup.resources.number_pool import POOL, home_of
from mfa_setup.resources.restore import Restoration, changed_since
from mfa_setup.snapshot.parts import known


def place_before(number: Number, places: tuple[WriteRecord, ...], given: Reversal) -> Restoration:
    """What restores the place of a number.

    Args:
        number: The number.
        places: The writes of the run that put it into a pool or took it out of one.
        given: What there is now.
    """
    account, former = known(given.now.inventory), _former(places)
    home = home_of(account, number)
    if former and all(service.sid != former for service in account.services):
        return Restoration(notices=(_moved(number),))
    return _out_of(home, number, places, given, former) if home else _back(number, places, given, former)


def _former(places: tuple[WriteRecord, ...]) -> str | None:
    """The Messaging Service that the run took a number out of."""
    return next((str(place.before[POOL]) for place in places if place.action == "remove_from_pool"), None)


def _out_of(
    home: MessagingService, number: Number, places: tuple[WriteRecord, ...], given: Reversal, former: str | None
) -> Restoration:
    """Out of the pool that it is in, if the run put it there."""
    ours = any(
        place.after.get(POOL) == home.sid and not is_superseded(place, POOL, (home.sid,), given.later)
        for place in places
    )
    if not ours:  # where the answer to its removal was lost, it may still be where it was
        return Restoration() if former == home.sid else Restoration(notices=(_moved(number),))
    account, provider = known(given.now.inventory), known(given.now.provider)
    if not former and sends_from(provider, number, account) and not given.now.requires_codes:
        return Restoration(notices=(_only_sender(number, home.sid),))
    out = Write("number", "remove_from_pool", number.sid, {POOL: home.sid}, {POOL: None})
    writes = (out, _into(number, former)) if former else (out,)
    return Restoration((FieldChange(path=POOL, before=home.sid, after=former),), writes)


def _back(number: Number, places: tuple[WriteRecord, ...], given: Reversal, former: str | None) -> Restoration:
    """Where a run was cut off between the two pools, back into the first one; else somebody took it out since."""
    arrived = any(place.action == "add_to_pool" and place.status == "done" for place in places)
    taken = any(is_superseded(place, POOL, (None,), given.later) for place in places)
    if former is None or arrived or taken:
        return Restoration()
    return Restoration((FieldChange(path=POOL, after=former),), (_into(number, former),))


def _into(number: Number, service_sid: str) -> Write:
    return Write("number", "add_to_pool", number.sid, {POOL: None}, {POOL: service_sid})


def _moved(number: Number) -> Notice:
    return changed_since("number", f"the Messaging Service of {number.phone_number}")


def sends_from(provider: Provider, number: Number, account: TwilioInventory) -> bool:
    """Whether a provider sends from this number, on its own or as the last of a service's pool."""
    if provider.kind != "twilio" or provider.sid != account.sid:
        return False
    if provider.sender:
        return normal(provider.sender) == number.phone_number
    pools = [service.pool for service in account.services if service.sid == provider.messaging_service_sid]
    return any(pool == {number.sid} for pool in pools)


def _only_sender(number: Number, service_sid: str) -> Notice:
    return Notice(
        code="number_in_use",
        message=f"{number.phone_number} stays in the Messaging Service {service_sid}, because the tenant's phone "
        "provider sends through that service and it has no other number.",
        hint="Change the provider first, with `mfa-setup enable-sms` or in the Auth0 dashboard.",
    )
