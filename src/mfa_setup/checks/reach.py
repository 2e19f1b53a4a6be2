"""Whether a sender reaches the users' countries: whose it is, its registration, and the geo permissions.

Sources: twilio-a2p, twilio-toll-free, twilio-geo (docs/sources.md).
"""

from dataclasses import dataclass

from mfa_setup.checks.account import unasked
from mfa_setup.checks.catalog import answer, idle, unseen
from mfa_setup.checks.context import CheckContext
from mfa_setup.errors import MfaSetupError
from mfa_setup.model.check import Check
from mfa_setup.model.observed import MessagingService, Provider, TwilioInventory
from mfa_setup.phone import country_of, is_toll_free
from mfa_setup.resources.sender import choose
from mfa_setup.snapshot.parts import attempt, known_or

US_PHONES = frozenset({"US", "PR", "VI", "GU", "AS"})
"""Where a US local number needs a campaign: the US and its territories; Canada is exempt."""
TOLL_FREE_REACH = frozenset({"US", "CA"})


@dataclass(frozen=True, slots=True)
class Sending:
    """One number that may send: whose campaign it is in, and its toll-free verification (None: no request is known)."""

    phone_number: str
    service: MessagingService | None
    verification: str | None = None
    bought: bool = True


def checks(given: CheckContext) -> tuple[Check, ...]:
    """All of this group."""
    if skipped := unasked(given, _IDS):
        return skipped
    account, there = given.snapshot.inventory, given.snapshot.provider
    if isinstance(account, MfaSetupError):
        return tuple(unseen(check_id, account) for check_id in _IDS)
    if isinstance(there, MfaSetupError):
        return tuple(unseen(check_id, there) for check_id in _IDS)
    if there.kind in {None, "auth0"}:
        return _prospect(given, account, there)
    if there.kind != "twilio" or there.sid != account.sid:
        return tuple(idle(check_id, "The provider is not this Twilio account.") for check_id in _IDS)
    return _reached(given, account, there)


def _reached(
    given: CheckContext, account: TwilioInventory, there: Provider, placed: MessagingService | None = None
) -> tuple[Check, ...]:
    owned = _owned(given, account, there)
    if given.spoken_only:
        return (owned, *(idle(check_id, "Codes are spoken, not sent.") for check_id in _IDS[1:]))
    sending = _sending(given, account, there, placed)
    if not sending:
        return (owned, *(idle(check_id, "Nothing is there to send from.") for check_id in _IDS[1:]))
    senders = dict.fromkeys(country_of(one.phone_number, given.country) for one in sending)
    countries = given.desired.countries or tuple(senders)
    unread = given.snapshot.toll_free
    if isinstance(unread, MfaSetupError) and any(one.bought and is_toll_free(one.phone_number) for one in sending):
        return owned, unseen("registration", unread), _geo(given, countries)
    return owned, _registration(sending, countries, given), _geo(given, countries)


def _prospect(given: CheckContext, account: TwilioInventory, there: Provider) -> tuple[Check, ...]:
    """What the number would meet that `up` would take, or one that is still to be bought."""
    chosen = attempt(lambda: choose(given.desired.number, account, there, given.own))
    if not isinstance(chosen, MfaSetupError) and chosen.number:
        would_be = Provider(stack=there.stack, kind="twilio", sid=account.sid, sender=chosen.number.phone_number)
        return _reached(given, account, would_be, chosen.service)
    countries = given.desired.countries or (given.country,)
    owned = idle("sender_owned", "No sender is chosen yet: `mfa-setup up` finds or buys a number.")
    if given.country == "US" and US_PHONES & set(countries) and not any(item.verified for item in account.services):
        evidence = "The account has no Messaging Service with a verified campaign: carriers drop what a US local "
        evidence += "number sends to US phones (30034)."
        return owned, answer("registration", "fail", evidence, REGISTER), _geo(given, countries)
    return owned, idle("registration", "No sender is chosen yet."), _geo(given, countries)


_IDS = ("sender_owned", "registration", "geo_permissions")


def _owned(given: CheckContext, account: TwilioInventory, there: Provider) -> Check:
    """Whether the From number or the Messaging Service is the account's, and can send."""
    bought = next((one.phone_number for one in account.numbers if one.planned), None)
    if bought and there.sender in {None, bought}:
        return answer("sender_owned", "pass", f"{bought} is to be bought, and can send SMS.")
    name = there.sender or there.messaging_service_sid
    if name is None:
        problem: str | None = "The provider names neither a number nor a Messaging Service."
    elif there.sender:
        problem = _number_problem(account, name, spoken=given.spoken_only)
    else:
        problem = _service_problem(account, name)
    if problem:
        fix = "Run `mfa-setup enable-sms`, or pass another number with --from."
        return answer("sender_owned", "fail", problem, fix)
    return answer("sender_owned", "pass", f"{name} is this account's, and can send codes.")


def _number_problem(account: TwilioInventory, phone_number: str, *, spoken: bool) -> str | None:
    number = next((item for item in account.numbers if item.phone_number == phone_number), None)
    if number is None:
        return f"{phone_number} is no number of this account (21606)."
    if spoken:
        return None if number.voice else f"{phone_number} cannot make calls."
    return None if number.sms else f"{phone_number} cannot send SMS (21606)."


def _service_problem(account: TwilioInventory, sid: str) -> str | None:
    service = next((item for item in account.services if item.sid == sid), None)
    if service is None:
        return f"The account has no Messaging Service {sid} (21701)."
    if any(item.sid in service.pool and item.sms for item in account.numbers):
        return None
    return f"The Messaging Service {sid} has no number that can send SMS (21703)."


def _sending(
    given: CheckContext, account: TwilioInventory, there: Provider, placed: MessagingService | None
) -> tuple[Sending, ...]:
    """The numbers that may send: the one that is named, or all of the service's pool.

    `placed` is the service whose pool a number that is only chosen yet goes into.
    """
    verifications = known_or(given.snapshot.toll_free, {})
    named = next((item for item in account.services if item.sid == there.messaging_service_sid), None)
    return tuple(
        Sending(
            item.phone_number,
            placed or next((service for service in account.services if item.sid in service.pool), None),
            verifications.get(item.sid),
            bought=not item.planned,
        )
        for item in account.numbers
        if item.sms and (item.phone_number == there.sender if there.sender else named and item.sid in named.pool)
    )


def _registration(sending: tuple[Sending, ...], countries: tuple[str, ...], given: CheckContext) -> Check:
    """Whether each country's carriers take messages from the number that would be chosen for it."""
    problems: list[Problem] = []
    waits = False
    for country in countries:
        # A service prefers a number of the recipient's own country (Twilio docs, "optimal sender").
        local = [one for one in sending if country_of(one.phone_number, given.country) == country]
        for one in local or sending:
            if is_toll_free(one.phone_number) and not one.bought and country in TOLL_FREE_REACH:
                waits = True
            elif problem := _problem(one, country):
                problems.append(problem)
    reached = ", ".join(countries)
    if problems:
        evidence = " ".join(dict.fromkeys(text for text, _ in problems))
        return answer("registration", "fail", evidence, " ".join(dict.fromkeys(fix for _, fix in problems)))
    if waits:
        return idle("registration", "A toll-free number can be verified only once it is owned.")
    numbers = ", ".join(one.phone_number for one in sending)
    return answer("registration", "pass", f"{numbers} needs no more registration for {reached}.")


Problem = tuple[str, str]
"""What keeps a number from a country, and what mends it."""


def _problem(one: Sending, country: str) -> Problem | None:
    if is_toll_free(one.phone_number):
        return _toll_free_problem(one, country)
    is_us = one.phone_number.startswith("+1") and country_of(one.phone_number, "US") == "US"
    return _campaign_problem(one, country) if is_us and country in US_PHONES else None


def _toll_free_problem(one: Sending, country: str) -> Problem | None:
    if country not in TOLL_FREE_REACH:
        return f"Toll-free numbers do not reach {country} (21612).", "Use a number of that country: --country."
    if one.verification == "TWILIO_APPROVED":
        return None
    stand = f"its verification is {one.verification}" if one.verification else "it has no verification"
    evidence = (
        f"The toll-free number {one.phone_number} is not verified ({stand}): carriers drop its messages to "
        f"{country} (30032)."
    )
    where = "Twilio console: Messaging > Regulatory compliance > Toll-free verification"
    return evidence, f"{where}; it takes 3 to 5 business days."


def _campaign_problem(one: Sending, country: str) -> Problem | None:
    if one.service and one.service.verified:
        return None
    where = "is in no Messaging Service"
    if one.service:
        stand = f"is {one.service.campaign}" if one.service.campaign else "does not exist"
        where = f"is in the Messaging Service {one.service.sid}, whose campaign {stand}"
    evidence = f"The US number {one.phone_number} {where}: carriers drop its messages to {country} phones (30034)."
    return evidence, REGISTER


REGISTER = (
    "Register a brand and a 2FA campaign (Twilio console: Messaging > Regulatory compliance; 10 to 15 business days), "
    "then run `mfa-setup buy-number`, which puts the number into its pool. Sooner, in 3 to 5 business days: a "
    "verified toll-free number (--number-type toll-free where none is bought yet; else buy one in the console and pass "
    "it with --from)."
)


def _geo(given: CheckContext, countries: tuple[str, ...]) -> Check:
    permissions = given.snapshot.geo
    if isinstance(permissions, MfaSetupError):
        return unseen("geo_permissions", permissions)
    closed = [country for country in countries if country not in permissions.allowed]
    if closed:
        return answer(
            "geo_permissions",
            "fail",
            f"The account may not send to {', '.join(closed)} (21408).",
            f"Twilio console: Messaging > Settings > Geo permissions: tick {'it' if len(closed) == 1 else 'them'}.",
        )
    return answer("geo_permissions", "pass", f"Messages may go to {', '.join(countries)}.")
