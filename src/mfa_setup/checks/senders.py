"""Who sends the codes: the From number, name or short code, a Messaging Service's pool, and a template's own sender."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from mfa_setup.checks.context import CheckContext
from mfa_setup.model.observed import MessagingService, Number, Provider, Templates, TwilioInventory
from mfa_setup.phone import country_of, is_toll_free, normal
from mfa_setup.snapshot.parts import known_or

Kind = Literal["long code", "toll-free", "short code", "name"]
_VERIFICATION = "otp_verify"
_TEMPLATES = frozenset({"otp_enroll", _VERIFICATION})
NO_NAMES = frozenset({"US", "CA"})
"""Where no message from an alphanumeric sender ID is taken (sources: twilio-senders)."""


@dataclass(frozen=True, slots=True)
class Sender:
    """One sender, as Twilio knows it.

    Attributes:
        name: The number in E.164 form, the short code or the alphanumeric sender ID.
        kind: What it is.
        country: Its country; None where it has none, or none that its digits tell.
        service: The Messaging Service whose pool it is in.
        added: When it was put there; None where the plan does so, or where that is not known.
        verification: The status of its toll-free verification; None where none is known.
        planned: The plan is about to buy it.
        pooled: Nobody names it: the Messaging Service chooses among the senders of its pool.
        tested: The test SMS is sent by it, or by the service that chooses it.
    """

    name: str
    kind: Kind
    country: str | None = None
    service: MessagingService | None = None
    added: datetime | None = None
    verification: str | None = None
    planned: bool = False
    pooled: bool = False
    tested: bool = False


def kind_of(name: str) -> Kind:
    """What a sender is, by its characters."""
    if re.search("[A-Za-z]", name):
        return "name"
    if not name.startswith("+"):
        return "short code"
    return "toll-free" if is_toll_free(name) else "long code"


def named(given: CheckContext, provider: Provider) -> tuple[str, ...]:
    """The senders that are named: the templates' own, and the provider's where a template has none."""
    own = _of_templates(known_or(given.snapshot.templates, Templates()))
    sender = (provider.sender,) if provider.sender else ()
    every_text = len(own) == len(_TEMPLATES)
    return tuple(dict.fromkeys(normal(name) for name in (*(() if every_text else sender), *own.values())))


def _of_templates(found: Templates) -> dict[str, str]:
    """The sender that each text in use brings along (unified; sources: auth0-template-from)."""
    return {
        template.kind: template.sender
        for template in found.whole
        if template.sender and not template.disabled and template.kind in _TEMPLATES
    }


def uses_service(given: CheckContext, provider: Provider) -> bool:
    """Whether any text is sent through the provider's Messaging Service."""
    own = _of_templates(known_or(given.snapshot.templates, Templates()))
    return bool(provider.messaging_service_sid) and not provider.sender and len(own) < len(_TEMPLATES)


def senders(
    given: CheckContext, account: TwilioInventory, provider: Provider, placed: MessagingService | None = None
) -> tuple[Sender, ...]:
    """All senders of the tenant's codes that can send.

    Args:
        given: What is judged.
        account: The Twilio account.
        provider: The provider.
        placed: The service whose pool a number that is only chosen yet goes into.
    """
    found = [one for name in named(given, provider) for one in _by_name(given, account, name, placed)]
    if uses_service(given, provider):
        service = next((item for item in account.services if item.sid == provider.messaging_service_sid), None)
        taken = {one.name for one in found}
        pool = _of_pool(given, account, service) if service else ()
        found += [replace(one, pooled=True) for one in pool if one.name not in taken]
    tested = _tested(given, provider)
    return tuple(replace(one, tested=one.pooled if tested is None else one.name == tested) for one in found)


def _tested(given: CheckContext, provider: Provider) -> str | None:
    """Who sends the test SMS, which has the verification text; None where a service chooses (not verified)."""
    own = _of_templates(known_or(given.snapshot.templates, Templates()))
    name = own.get(_VERIFICATION) or provider.sender
    return normal(name) if name else None


def chosen_from(pool: Iterable[Sender], country: str) -> tuple[Sender, ...]:
    """The senders of a pool that may be taken for a country (sources: twilio-alpha-senders).

    A service sends by a name where names are allowed, elsewhere by a number, one of that country first.
    """
    names = tuple(sender for sender in pool if sender.kind == "name")
    others = tuple(sender for sender in pool if sender.kind != "name")
    if names and country not in NO_NAMES:
        return names
    return tuple(sender for sender in others if sender.country == country) or others or names


def _by_name(
    given: CheckContext, account: TwilioInventory, name: str, placed: MessagingService | None
) -> Iterator[Sender]:
    kind = kind_of(name)
    if kind == "name":
        yield Sender(name, kind)
    elif kind == "short code":
        if account.may_own(name):
            yield Sender(name, kind)
    else:
        numbers = (item for item in account.numbers if item.sms and normal(item.phone_number) == name)
        yield from (_number(given, account, item, placed) for item in numbers)


def _of_pool(given: CheckContext, account: TwilioInventory, service: MessagingService) -> Iterator[Sender]:
    """The senders of a pool; of what else than numbers is in it, only what was read."""
    for item in account.numbers:
        if item.sms and item.sid in service.pool:
            yield _number(given, account, item, None)
    if service.senders:
        yield from (Sender(name, "name", service=service) for name in service.senders.names)
        yield from (Sender(code, "short code", service=service) for code in service.senders.short_codes)


def _number(given: CheckContext, account: TwilioInventory, item: Number, placed: MessagingService | None) -> Sender:
    home = next((service for service in account.services if item.sid in service.pool), None)
    service = placed or home
    verifications = known_or(given.snapshot.toll_free, {})
    return Sender(
        item.phone_number,
        kind_of(normal(item.phone_number)),
        country_of(item.phone_number, given.country),
        service,
        service.added.get(item.sid) if service else None,
        verifications.get(item.sid),
        planned=item.planned,
    )
