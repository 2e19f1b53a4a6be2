"""The Twilio number that sends the codes: selecting or buying it, and its Messaging Service."""

from dataclasses import replace

from mfa_setup.errors import PriceOverLimitError
from mfa_setup.model.change import Change, FieldChange, Words, change_of
from mfa_setup.model.desired import DesiredNumber
from mfa_setup.model.observed import MessagingService, Offer
from mfa_setup.model.outcome import Notice
from mfa_setup.model.write import NEW_NUMBER, Fields, Write
from mfa_setup.resources import number_move, purchase, words
from mfa_setup.resources.base import Action, Comparison, Execution, Resource, Step
from mfa_setup.resources.number_pool import POOL, home_of, pool_for
from mfa_setup.resources.number_revert import revert
from mfa_setup.resources.pool_revert import sends_from
from mfa_setup.resources.provider_kept import is_kept
from mfa_setup.resources.sender import Sender, choose
from mfa_setup.services import Services
from mfa_setup.snapshot.names import MINIMUM
from mfa_setup.snapshot.parts import known
from mfa_setup.snapshot.snapshot import Snapshot


def compare(given: Comparison) -> Step:
    """Plans the changes to get a number into the right Messaging Service.

    Raises:
        PriceOverLimitError: The number to buy costs more than `--max-price`, or its price is not known.
        ChoiceNeededError: Several numbers or verified Messaging Services are possible, and the settings name none.
        NumberConflictError: The number is in another Messaging Service.
        PoolFullError: The Messaging Service cannot take another number.
    """
    if is_kept(given):
        return Step(Change(resource="number", summary=_NOT_NEEDED, words=Words(now=(_NOT_NEEDED,))))
    desired, account = given.desired.number, known(given.found.inventory)
    sender = choose(desired, account, known(given.found.provider), given.own)
    offers = given.found.offers if sender.to_buy else ()
    for offer in offers:
        _check_price(desired, offer)
    first = offers[0] if offers else None
    phone = sender.number.phone_number if sender.number else first.phone_number if first else None
    pool = pool_for(account, sender, phone, given.desired, may_move=given.may_move or desired.is_placed)
    in_place = sender.number is not None and pool is not None and sender.number.sid in pool.pool
    to_pool = pool if not in_place and (sender.number or sender.to_buy) else None
    home = home_of(account, sender.number) if to_pool else None
    writes = _writes(given, sender, first, home, to_pool)
    several = (_several(sender.several, phone),) if sender.several else ()
    told = _words(sender, first, home_of(account, sender.number), to_pool, given.rent)
    return Step(
        _change(sender, first, home, to_pool, phone, told),
        writes,
        (*several, *map(number_move.notice, number_move.moves(writes, account))),
        {
            "phone_number": sender.number.phone_number if sender.number else None,
            "number_sid": sender.number.sid if sender.number else None,
            "messaging_service_sid": pool.sid if pool and not to_pool else None,
        },
    )


def _writes(
    given: Comparison,
    sender: Sender,
    offer: Offer | None,
    home: MessagingService | None,
    pool: MessagingService | None,
) -> tuple[Write, ...]:
    bought = (purchase.write_of(offer, given.own.mark),) if offer else ()
    if not pool or not (offer or sender.number):
        return bought
    sid = sender.number.sid if sender.number else NEW_NUMBER
    left = (Write("number", "remove_from_pool", sid, {POOL: home.sid}, {POOL: None}),) if home else ()
    return (*bought, *left, Write("number", "add_to_pool", sid, {POOL: None}, {POOL: pool.sid}))


def _check_price(desired: DesiredNumber, offer: Offer) -> None:
    if desired.max_price is None:
        return
    if offer.price is None:
        raise PriceOverLimitError(
            (
                f"Twilio lists no price for {offer.number_type} numbers in {offer.country}, so --max-price cannot be "
                "checked."
            ),
            hint="Remove --max-price, or choose another --number-type.",
        )
    if offer.price > desired.max_price:
        raise PriceOverLimitError(
            f"{offer.phone_number} costs {offer.price:.2f} {offer.currency} per month, "
            f"but --max-price is {desired.max_price:.2f}.",
            hint=f"Raise --max-price to {offer.price:.2f}, or choose another --number-type or --country.",
        )


def _several(marked: int, phone: str | None) -> Notice:
    return Notice(
        code="several_numbers",
        message=f"{marked} numbers were bought for this tenant. The oldest one, {phone}, is used.",
        hint="Release the others in the Twilio console: you pay for each one every month.",
    )


def _change(
    sender: Sender,
    offer: Offer | None,
    home: MessagingService | None,
    pool: MessagingService | None,
    phone: str | None,
    told: Words,
) -> Change:
    after: Fields = {"phone_number": phone} if sender.to_buy else {}
    if offer:
        after |= {"number_type": offer.number_type, "monthly_price": offer.shown_price}
    if pool:
        after[POOL] = pool.sid
    before: Fields = {POOL: home.sid} if home else {}
    fields = tuple(FieldChange(path=path, before=before.get(path), after=value) for path, value in after.items())
    change = change_of("number", fields, phone or "", told, exists=not sender.to_buy)
    return change.model_copy(update={"price": offer.monthly}) if offer else change


_NOT_NEEDED = "none is needed: the tenant's own provider sends the codes"


def _words(
    sender: Sender, offer: Offer | None, home: MessagingService | None, pool: MessagingService | None, rent: str
) -> Words:
    if sender.to_buy:
        return words.bought(offer, pool) if offer else words.to_buy()
    return words.placed(sender, home, pool, rent)


def _is_in(services: Services, pool: object, number_sid: str) -> bool:
    return services.account.in_pool(str(pool), number_sid)


def _add(services: Services, write: Write) -> None:
    services.account.add_to_pool(str(write.after[POOL]), write.target)


def _added(services: Services, write: Write) -> Fields | None:
    return {} if _is_in(services, write.after[POOL], write.target) else None


def _add_once(execution: Execution, write: Write) -> None:
    """Adds the number to its pool, unless another machine bought the number and has already added it."""
    pool = write.after[POOL]
    if write.target not in execution.adopted or not _is_in(execution.services, pool, write.target):
        execution.send(write)
    execution.report(messaging_service_sid=str(pool))


def _pool_effect(snapshot: Snapshot, write: Write) -> Snapshot:
    """Returns the snapshot in which the number has left its pool and joined the one of the write, if it has one."""
    account, pool, moved = known(snapshot.inventory), write.after[POOL], {write.target}
    services = tuple(
        service.model_copy(update={"pool": service.pool | moved if service.sid == pool else service.pool - moved})
        for service in account.services
    )
    cut_off = _cut_off(snapshot, write.target) if pool is None else snapshot.cut_off
    return replace(snapshot, twilio=account.model_copy(update={"services": services}), cut_off=cut_off)


def _release_effect(snapshot: Snapshot, write: Write) -> Snapshot:
    account = known(snapshot.inventory)
    left = tuple(number for number in account.numbers if number.sid != write.target)
    cut_off = _cut_off(snapshot, write.target)
    return replace(snapshot, twilio=account.model_copy(update={"numbers": left}), cut_off=cut_off)


def _cut_off(snapshot: Snapshot, number_sid: str) -> frozenset[str]:
    """Returns the numbers that the provider loses, including this one if the provider sends from it."""
    account = known(snapshot.inventory)
    gone = [number for number in account.numbers if number.sid == number_sid]
    lost = {number.phone_number for number in gone if sends_from(known(snapshot.provider), number, account)}
    return snapshot.cut_off | lost


def _remove(services: Services, write: Write) -> None:
    services.account.remove_from_pool(str(write.before[POOL]), write.target)


NUMBER = Resource(
    name="number",
    actions={
        "buy_number": purchase.BUY,
        "release_number": Action(
            lambda services, write: services.account.release(write.target), effect=_release_effect
        ),
        "add_to_pool": Action(_add, effect=_pool_effect, find=_added, perform=_add_once),
        "remove_from_pool": Action(_remove, effect=_pool_effect),
    },
    reads=lambda _: MINIMUM | {"twilio"},
    write_scopes=lambda _, __: frozenset(),
    compare=compare,
    revert=revert,
    revert_reads=lambda _: MINIMUM | {"policies", "twilio"},
)
