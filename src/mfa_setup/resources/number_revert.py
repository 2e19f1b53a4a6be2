"""Undoes changes to a number's pool; the number itself is released only on request."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from mfa_setup.model.change import FieldChange
from mfa_setup.model.journal import RunRecord, WriteRecord
from mfa_setup.model.observed import Number, Provider, TwilioInventory
from mfa_setup.model.outcome import Notice
from mfa_setup.model.write import Write
from mfa_setup.resources import pool_revert, words
from mfa_setup.resources.base import Reversal, Step
from mfa_setup.resources.pool_revert import sends_from
from mfa_setup.resources.restore import Restoration, changed_since
from mfa_setup.snapshot.parts import known

SLACK = timedelta(seconds=10)
"""How far two clocks may differ. A purchase takes effect no later than this after the request (`ATTEMPT_SECONDS`)."""


def revert(given: Reversal) -> Step:
    """Restores the pools of the numbers that the run moved; releases bought numbers if `--release-number` is given."""
    record, account = given.record, known(given.now.inventory)
    found = Restoration(notices=(*_missing(given, account), *_unproven(record, account)))
    concerned = tuple(_concerned(record, account))
    for number, purchase, places in concerned:
        part = pool_revert.place_before(number, places, given)
        found += part
        if purchase:
            found += _released(number, purchase, given, moved=bool(part.notices))
    phones = [number.phone_number for number, _, _ in concerned]
    released = any(write.action == "release_number" for write in found.writes)
    return found.step(
        "number", ", ".join(phones), words.number_restored(phones, found.fields, account, released=released)
    )


def _concerned(
    record: RunRecord, account: TwilioInventory
) -> Iterator[tuple[Number, WriteRecord | None, tuple[WriteRecord, ...]]]:
    """Yields the account's numbers that the run bought, or added to or removed from a pool, with these writes."""
    gone = record.gone()
    for number in account.numbers:
        bought = next((one for one in record.of("buy_number") if _is_of(one, number, record)), None)
        places = tuple(one for one in record.of("add_to_pool", "remove_from_pool") if one.target == number.sid)
        if number.sid not in gone and (bought or places):
            yield number, bought, places


def _is_of(purchase: WriteRecord, number: Number, record: RunRecord) -> bool:
    """Whether this purchase bought the number: by its SID or, if none was recorded, by its mark, digits and date."""
    if sid := purchase.made.get("number_sid"):
        return sid == number.sid
    return _looks_like(purchase, number) and _in_time(purchase, number, record)


def _looks_like(purchase: WriteRecord, number: Number) -> bool:
    """Whether the number has the purchase's mark and digits; another machine may have bought it with the same mark."""
    marked = number.friendly_name == purchase.after.get("friendly_name")
    return marked and number.phone_number == purchase.target


def _in_time(purchase: WriteRecord, number: Number, record: RunRecord) -> bool:
    """Whether the number was bought between the start of the run and the end of the request; false if unknown."""
    try:
        begun, ended = datetime.fromisoformat(record.time), datetime.fromisoformat(purchase.time)
    except ValueError:
        return False
    bought = number.date_created
    if bought is None or None in {bought.tzinfo, begun.tzinfo, ended.tzinfo}:
        return False
    return begun - SLACK <= bought <= ended + SLACK


def _unproven(record: RunRecord, account: TwilioInventory) -> Iterator[Notice]:
    """Yields a warning for each number that looks like a purchase without an answer, but has a different date."""
    for number in account.numbers:
        for purchase in record.of("buy_number"):
            lost = not purchase.made.get("number_sid") and number.sid not in record.gone()
            if lost and _looks_like(purchase, number) and not _in_time(purchase, number, record):
                yield Notice(
                    code="number_unproven",
                    message=f"Twilio did not confirm that this run bought {number.phone_number}, and the number's "
                    "date does not match the run. Another machine may have bought it, so it is not released.",
                    hint="If nobody needs the number, release it in the Twilio console: Phone Numbers.",
                )


def is_sender(provider: Provider, number: Number, account: TwilioInventory) -> bool:
    """Whether a provider may send from this number, directly or through the pool of its Messaging Service."""
    services = (service for service in account.services if service.sid == provider.messaging_service_sid)
    pooled = provider.sid == account.sid and not provider.sender and any(number.sid in one.pool for one in services)
    return pooled or sends_from(provider, number, account)


def _released(number: Number, purchase: WriteRecord, given: Reversal, *, moved: bool) -> Restoration:
    if changed := _changed_since(number, purchase):
        return Restoration(notices=(changed,))
    if moved:
        return Restoration()
    if not given.release_number:
        return Restoration(notices=(_kept(number, given.command),))
    if used := _use_of(number, given):
        return Restoration(notices=(used,))
    phone = number.phone_number
    return Restoration(
        (FieldChange(path="phone_number", before=phone),),
        (Write("number", "release_number", number.sid, {"phone_number": phone}),),
    )


def _changed_since(number: Number, purchase: WriteRecord) -> Notice | None:
    """Returns a warning if somebody has changed the number: renamed it, or set webhooks, which mfa-setup never sets."""
    if number.friendly_name != purchase.after.get("friendly_name"):
        return changed_since("number", f"the name of {number.phone_number}")
    if number.webhooks:
        return changed_since("number", f"the settings of {number.phone_number} ({', '.join(number.webhooks)})")
    return None


def _use_of(number: Number, given: Reversal) -> Notice | None:
    """Returns a warning if the number is in use: by another tenant, or by this tenant's provider.

    Under a policy that demands codes, the guard refuses the whole undo instead.
    """
    if tenant := given.elsewhere.get(number.phone_number):
        return _used_by(number, tenant)
    sends = is_sender(known(given.now.provider), number, known(given.now.inventory))
    return _in_use(number, given.command) if sends and not given.now.requires_codes else None


def _missing(given: Reversal, account: TwilioInventory) -> Iterator[Notice]:
    """Yields a warning for each number that the run bought and that this account does not have."""
    there = {number.sid for number in account.numbers}
    for purchase in given.record.of("buy_number"):
        sid = purchase.made.get("number_sid")
        if sid is not None and sid not in given.gone and sid not in there:
            yield Notice(
                code="number_not_found",
                message=f"The number {purchase.target} that the run bought is not in the Twilio account "
                f"{account.sid}, so it was not released.",
                hint="If it belongs to another account, set that account's TWILIO_ACCOUNT_SID and "
                f"TWILIO_AUTH_TOKEN, then run `{given.command} --release-number`.",
            )


def _kept(number: Number, command: str) -> Notice:
    return Notice(
        code="number_kept",
        message=f"The number {number.phone_number} is not released, so you keep paying for it every month.",
        hint=f"`{command} --release-number` releases it permanently. If you keep it, the next "
        "`mfa-setup up` uses it again.",
    )


def _used_by(number: Number, tenant: str) -> Notice:
    return Notice(
        code="number_in_use",
        message=f"The number {number.phone_number} is not released, because the tenant {tenant} sends from it.",
        hint="Give that tenant another sender first (`mfa-setup enable-sms --from NUMBER`).",
    )


def _in_use(number: Number, command: str) -> Notice:
    return Notice(
        code="number_in_use",
        message=(
            f"The number {number.phone_number} is not released, because the tenant's phone provider still sends "
            "from it."
        ),
        hint=f"Change the provider first, then run `{command} --release-number`.",
    )
