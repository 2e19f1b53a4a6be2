"""The number's place in a pool as a run found it; the number itself is given back only where that was asked for."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from mfa_setup.model.base import JsonValue
from mfa_setup.model.change import Change, FieldChange
from mfa_setup.model.journal import RunRecord, WriteRecord
from mfa_setup.model.observed import AccountSeen, Number
from mfa_setup.model.outcome import Notice
from mfa_setup.model.types import Action
from mfa_setup.resources.number import POOL, home_of
from mfa_setup.resources.reversal import Move, Reversal, Standing, changed_since

SLACK = timedelta(seconds=10)
"""How far the clocks may differ; a purchase has its effect at most as long after the request (`ATTEMPT_SECONDS`)."""


@dataclass(slots=True)
class _Found:
    """What comes together, number by number."""

    run_id: str
    fields: tuple[FieldChange, ...] = ()
    warnings: tuple[Notice, ...] = ()
    moves: tuple[Move, ...] = ()
    cut_off: frozenset[str] = frozenset()
    released: bool = False


def revert(
    record: RunRecord, now: Standing, account: AccountSeen, gone: frozenset[JsonValue], *, release: bool
) -> Reversal:
    """Out of the pool that the run put it into, and given back, if the run bought it and `release` says so.

    `gone` are the numbers that any run may have given back: that these are not there is no surprise.
    """
    found = _Found(run_id=record.run_id, warnings=(*_missing(record, account, gone), *_unproven(record, account)))
    for number, purchase, places in _concerned(record, account):
        _out_of_pool(found, number, places, now, account)
        if purchase:
            _given_back(found, number, purchase, now, account, release=release)
    action: Action = "delete" if found.released else "update" if found.moves else "none"
    title = ", ".join(number.phone_number for number, _, _ in _concerned(record, account))
    change = Change(
        resource="number",
        action=action,
        status="pending" if found.moves else "none",
        fields=found.fields,
        title=title,
    )
    then = now.model_copy(update={"cut_off": now.cut_off | found.cut_off})
    return Reversal(change, then, found.warnings, frozenset(), found.moves)


def _concerned(
    record: RunRecord, account: AccountSeen
) -> Iterator[tuple[Number, WriteRecord | None, tuple[WriteRecord, ...]]]:
    """The numbers that the run bought or put into a pool, as far as the account still has them."""
    gone = record.gone()
    for number in account.numbers:
        bought = next((one for one in record.of("buy_number") if _is_of(one, number, record)), None)
        places = tuple(one for one in record.of("add_to_pool") if one.target == number.sid)
        if number.sid not in gone and (bought or places):
            yield number, bought, places


def _is_of(purchase: WriteRecord, number: Number, record: RunRecord) -> bool:
    """Whether a purchase brought this number: by its SID, or without an answer by its mark, digits and date."""
    if sid := purchase.made.get("number_sid"):
        return sid == number.sid
    return _looks_like(purchase, number) and _in_time(purchase, number, record)


def _looks_like(purchase: WriteRecord, number: Number) -> bool:
    """Whether it has the mark and digits of a purchase; another machine may have bought it with the same mark."""
    marked = number.friendly_name == purchase.after.get("friendly_name")
    return marked and number.phone_number == purchase.target


def _in_time(purchase: WriteRecord, number: Number, record: RunRecord) -> bool:
    """Whether it was bought between the run's begin and the end of that request; unknown times are no proof."""
    try:
        begun, known = datetime.fromisoformat(record.time), datetime.fromisoformat(purchase.time)
    except ValueError:
        return False
    bought = number.date_created
    if bought is None or None in {bought.tzinfo, begun.tzinfo, known.tzinfo}:
        return False
    return begun - SLACK <= bought <= known + SLACK


def _unproven(record: RunRecord, account: AccountSeen) -> Iterator[Notice]:
    """The numbers that look like a purchase without an answer and do not fit its time."""
    for number in account.numbers:
        for purchase in record.of("buy_number"):
            if purchase.made.get("number_sid") or not _looks_like(purchase, number) or number.sid in record.gone():
                continue
            if not _in_time(purchase, number, record):
                yield Notice(
                    code="number_unproven",
                    message=f"The purchase of {number.phone_number} got no answer, and the date of the number that is "
                    "there does not fit that run: another machine may have bought it, so it is left.",
                    hint="If nobody needs it, release it in the Twilio console: Phone Numbers.",
                )


def _out_of_pool(
    found: _Found, number: Number, places: tuple[WriteRecord, ...], now: Standing, account: AccountSeen
) -> None:
    home = home_of(account.services, number.sid)
    if home is None:
        return
    if home not in {place.after.get(POOL) for place in places}:
        found.warnings += (changed_since("number", f"the Messaging Service of {number.phone_number}"),)
        return
    if _sends_from(now, number, account):
        found.cut_off |= {number.phone_number}
    found.fields += (FieldChange(path=POOL, before=home),)
    move = lambda services: services.account.remove_from_pool(home, number.sid)  # noqa: E731
    found.moves += (Move("remove_from_pool", number.sid, {POOL: home}, {POOL: None}, move),)


def _sends_from(now: Standing, number: Number, account: AccountSeen) -> bool:
    """Whether the provider would still send from this number, by itself or as the last of a service's pool."""
    provider = now.provider
    if provider.kind != "twilio" or provider.sid != account.sid:
        return False
    if provider.sender:
        return provider.sender == number.phone_number
    pools = [service.pool for service in account.services if service.sid == provider.messaging_service_sid]
    return any(pool == {number.sid} for pool in pools)


def _given_back(
    found: _Found, number: Number, purchase: WriteRecord, now: Standing, account: AccountSeen, *, release: bool
) -> None:
    phone, sid = number.phone_number, number.sid
    if number.friendly_name != purchase.after.get("friendly_name"):
        found.warnings += (changed_since("number", f"the name of {phone}"),)
    elif any(warning.code == "changed_since" and phone in warning.message for warning in found.warnings):
        return
    elif not release:
        found.warnings += (_kept(number, found.run_id),)
    elif _sends_from(now, number, account) and not now.policies:
        found.warnings += (_in_use(number, found.run_id),)
    else:
        if _sends_from(now, number, account):
            found.cut_off |= {phone}
        found.released = True
        found.fields += (FieldChange(path="phone_number", before=phone),)
        move = lambda services: services.account.release(sid)  # noqa: E731
        found.moves += (Move("release_number", sid, {"phone_number": phone}, {}, move),)


def _missing(record: RunRecord, account: AccountSeen, gone: frozenset[JsonValue]) -> Iterator[Notice]:
    """The numbers that the run bought and that this account does not have."""
    there = {number.sid for number in account.numbers}
    for purchase in record.of("buy_number"):
        sid = purchase.made.get("number_sid")
        if sid is not None and sid not in gone and sid not in there:
            yield Notice(
                code="number_not_found",
                message=f"The number {purchase.target} that the run bought is not in the Twilio account {account.sid}: "
                "nothing was given back.",
                hint="If another account has it, set TWILIO_ACCOUNT_SID and its token, then "
                f"`mfa-setup undo --run {record.run_id} --release-number`.",
            )


def _kept(number: Number, run_id: str) -> Notice:
    return Notice(
        code="number_kept",
        message=f"The number {number.phone_number} is not given back, and costs its monthly price.",
        hint=f"`mfa-setup undo --run {run_id} --release-number` gives it back; that is for good. `mfa-setup up` would "
        "use it again.",
    )


def _in_use(number: Number, run_id: str) -> Notice:
    return Notice(
        code="number_in_use",
        message=f"The number {number.phone_number} is not given back: the tenant's phone provider still sends from it.",
        hint=f"Change the provider first, then `mfa-setup undo --run {run_id} --release-number`.",
    )
