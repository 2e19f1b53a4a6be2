"""Restores a number's place: removes it from the pool that a run added it to, and adds it to its earlier pool."""

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
    """Returns what restores the number to the pool that it was in before the run.

    Args:
        number: The number.
        places: The writes of the run that added the number to a pool or removed it from one.
        given: The input of the undo, with the current state.
    """
    account, former = known(given.now.inventory), _former(places)
    home = home_of(account, number)
    if former and all(service.sid != former for service in account.services):
        return Restoration(notices=(_moved(number),))
    return _out_of(home, number, places, given, former) if home else _back(number, places, given, former)


def _former(places: tuple[WriteRecord, ...]) -> str | None:
    """Returns the SID of the Messaging Service that the run removed a number from, or None."""
    return next((str(place.before[POOL]) for place in places if place.action == "remove_from_pool"), None)


def _out_of(
    home: MessagingService, number: Number, places: tuple[WriteRecord, ...], given: Reversal, former: str | None
) -> Restoration:
    """Removes the number from its current pool, if the run added it there, and returns it to its earlier pool."""
    ours = any(
        place.after.get(POOL) == home.sid and not is_superseded(place, POOL, (home.sid,), given.later)
        for place in places
    )
    if not ours:  # if the answer to its removal was lost, the number may never have left its former pool
        return Restoration() if former == home.sid else Restoration(notices=(_moved(number),))
    account, provider = known(given.now.inventory), known(given.now.provider)
    if not former and sends_from(provider, number, account) and not given.now.requires_codes:
        return Restoration(notices=(_only_sender(number, home.sid),))
    out = Write("number", "remove_from_pool", number.sid, {POOL: home.sid}, {POOL: None})
    writes = (out, _into(number, former)) if former else (out,)
    return Restoration((FieldChange(path=POOL, before=home.sid, after=former),), writes)


def _back(number: Number, places: tuple[WriteRecord, ...], given: Reversal, former: str | None) -> Restoration:
    """Returns a number without a pool to its earlier one, if the run was interrupted between the two pools.

    Otherwise somebody has removed the number from its pool since, and nothing is restored.
    """
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
    """Whether a provider sends from this number, directly or as the only number of its Messaging Service's pool."""
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
