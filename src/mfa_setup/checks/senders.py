"""Finds the senders of the codes: the provider's number, name or short code, its pool, and templates' own senders."""

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
"""Countries that accept no messages from an alphanumeric sender ID (sources: twilio-senders)."""


@dataclass(frozen=True, slots=True)
class Sender:
    """One sender of codes, with its facts at Twilio.

    Attributes:
        name: The number in E.164 form, the short code or the alphanumeric sender ID.
        kind: The type of the sender.
        country: The country of the sender; None if it has none, or none that its digits reveal.
        service: The Messaging Service whose pool the sender is in; None if it is in no pool.
        added: When the sender was added to the pool; None if the plan adds it, or if the time is unknown.
        verification: The status of the toll-free verification; None if none is known.
        planned: Whether the plan buys the sender.
        pooled: Whether the sender is not named, but chosen by the Messaging Service from its pool.
        tested: Whether the test SMS is sent by this sender, or by the Messaging Service that chooses it.
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
    """Returns the type of a sender, derived from its characters."""
    if re.search("[A-Za-z]", name):
        return "name"
    if not name.startswith("+"):
        return "short code"
    return "toll-free" if is_toll_free(name) else "long code"


def named(given: CheckContext, provider: Provider) -> tuple[str, ...]:
    """Returns the named senders: the templates' own, and the provider's if a template has none."""
    own = _of_templates(known_or(given.snapshot.templates, Templates()))
    sender = (provider.sender,) if provider.sender else ()
    every_text = len(own) == len(_TEMPLATES)
    return tuple(dict.fromkeys(normal(name) for name in (*(() if every_text else sender), *own.values())))


def _of_templates(found: Templates) -> dict[str, str]:
    """Returns the own sender of each template in use that has one (unified stack; sources: auth0-template-from)."""
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
    """Returns all senders of the tenant's codes that can send.

    Args:
        given: The input of the checks.
        account: The Twilio account.
        provider: The phone provider.
        placed: The Messaging Service whose pool a chosen number will be added to; None if no number is being placed.
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
    """Returns the sender of the test SMS, which has the verification text; None if a Messaging Service chooses it.

    Which sender the service chooses is not verified.
    """
    own = _of_templates(known_or(given.snapshot.templates, Templates()))
    name = own.get(_VERIFICATION) or provider.sender
    return normal(name) if name else None


def chosen_from(pool: Iterable[Sender], country: str) -> tuple[Sender, ...]:
    """Returns the senders of a pool that may be used for a country (sources: twilio-alpha-senders).

    A Messaging Service sends from a name where names are allowed, elsewhere from a number, preferably of that country.
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
    """Yields the senders of a pool: numbers that can send SMS, and the names and short codes, if they were read."""
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
