"""Whether a sender reaches the users' countries: whose it is, its registration, and the geo permissions.

Source: reference sections 7.1 (A2P 10DLC), 7.2 (toll-free) and 7.3 (geo permissions) of Twilio's documentation.
"""

from dataclasses import dataclass

from mfa_setup.checks.account import NO_CREDENTIALS, SET_THEM, is_foreign
from mfa_setup.checks.catalog import answer, idle, unseen
from mfa_setup.checks.scene import Scene
from mfa_setup.errors import MfaSetupError
from mfa_setup.model.check import Check
from mfa_setup.model.observed import AccountSeen, MessagingService, Provider
from mfa_setup.phone import country_of, is_toll_free

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


def checks(scene: Scene) -> tuple[Check, ...]:
    """All of this group."""
    if is_foreign(scene):
        return tuple(idle(check_id, "Codes do not leave by Twilio.") for check_id in _IDS)
    if scene.account is None:
        return tuple(answer(check_id, "skip", NO_CREDENTIALS, SET_THEM) for check_id in _IDS)
    if isinstance(scene.account, MfaSetupError):
        return tuple(unseen(check_id, scene.account) for check_id in _IDS)
    if isinstance(scene.provider, MfaSetupError):
        return tuple(unseen(check_id, scene.provider) for check_id in _IDS)
    return _of_account(scene, scene.account, scene.provider)


def _of_account(scene: Scene, account: AccountSeen, there: Provider) -> tuple[Check, ...]:
    if scene.offer is None and there.kind in {None, "auth0"}:
        return _prospect(scene, account, there)
    if scene.offer is None and (there.kind != "twilio" or there.sid != account.sid):
        return tuple(idle(check_id, "The provider is not this Twilio account.") for check_id in _IDS)
    return _reached(scene, account, there)


def _reached(scene: Scene, account: AccountSeen, there: Provider) -> tuple[Check, ...]:
    owned = _owned(scene, account, there)
    if scene.spoken_only:
        return (owned, *(idle(check_id, "Codes are spoken, not sent.") for check_id in _IDS[1:]))
    sending = _sending(scene, account, there)
    if not sending:
        return (owned, *(idle(check_id, "Nothing is there to send from.") for check_id in _IDS[1:]))
    countries = scene.countries or tuple(dict.fromkeys(country_of(one.phone_number, scene.country) for one in sending))
    unread = scene.readiness.toll_free if scene.readiness else None
    if isinstance(unread, MfaSetupError) and any(one.bought and is_toll_free(one.phone_number) for one in sending):
        return owned, unseen("registration", unread), _geo(scene, countries)
    return owned, _registration(sending, countries, scene), _geo(scene, countries)


def _prospect(scene: Scene, account: AccountSeen, there: Provider) -> tuple[Check, ...]:
    """What a number would meet that is still to be bought or chosen."""
    if scene.sender:
        chosen = Provider(stack=there.stack, kind="twilio", sid=account.sid, sender=scene.sender.phone_number)
        return _reached(scene, account, chosen)
    countries = scene.countries or (scene.country,)
    owned = idle("sender_owned", "No sender is chosen yet: `mfa-setup up` finds or buys a number.")
    if scene.country == "US" and US_PHONES & set(countries) and not any(item.verified for item in account.services):
        evidence = "The account has no Messaging Service with a verified campaign: carriers drop what a US local "
        evidence += "number sends to US phones (30034)."
        return owned, answer("registration", "fail", evidence, REGISTER), _geo(scene, countries)
    return owned, idle("registration", "No sender is chosen yet."), _geo(scene, countries)


_IDS = ("sender_owned", "registration", "geo_permissions")


def _owned(scene: Scene, account: AccountSeen, there: Provider) -> Check:
    """Whether the From number or the Messaging Service is the account's, and can send."""
    if scene.offer:
        return answer("sender_owned", "pass", f"{scene.offer.phone_number} is to be bought, and can send SMS.")
    name = there.sender or there.messaging_service_sid
    if name is None:
        problem: str | None = "The provider names neither a number nor a Messaging Service."
    else:
        problem = (
            _number_problem(account, name, spoken=scene.spoken_only)
            if there.sender
            else _service_problem(account, name)
        )
    if problem:
        fix = "Run `mfa-setup enable-sms`, or pass another number with --from."
        return answer("sender_owned", "fail", problem, fix)
    return answer("sender_owned", "pass", f"{name} is this account's, and can send codes.")


def _number_problem(account: AccountSeen, phone_number: str, *, spoken: bool) -> str | None:
    number = next((item for item in account.numbers if item.phone_number == phone_number), None)
    if number is None:
        return f"{phone_number} is no number of this account (21606)."
    if spoken:
        return None if number.voice else f"{phone_number} cannot make calls."
    return None if number.sms else f"{phone_number} cannot send SMS (21606)."


def _service_problem(account: AccountSeen, sid: str) -> str | None:
    service = next((item for item in account.services if item.sid == sid), None)
    if service is None:
        return f"The account has no Messaging Service {sid} (21701)."
    if any(item.sid in service.pool and item.sms for item in account.numbers):
        return None
    return f"The Messaging Service {sid} has no number that can send SMS (21703)."


def _sending(scene: Scene, account: AccountSeen, there: Provider) -> tuple[Sending, ...]:
    """The numbers that may send: the one that is named, or all of the service's pool."""
    known = scene.readiness.toll_free if scene.readiness else {}
    verifications = {} if isinstance(known, MfaSetupError) else known
    if scene.offer:
        return (Sending(scene.offer.phone_number, scene.service, bought=False),)
    named = next((item for item in account.services if item.sid == there.messaging_service_sid), None)
    fitting = [
        item
        for item in account.numbers
        if item.sms and (item.phone_number == there.sender if there.sender else named and item.sid in named.pool)
    ]
    sending = []
    for item in fitting:
        home = next((service for service in account.services if item.sid in service.pool), None)
        if scene.service and scene.sender and scene.sender.sid == item.sid:
            home = scene.service  # where a plan is about to put it
        sending.append(Sending(item.phone_number, home, verifications.get(item.sid)))
    return tuple(sending)


def _registration(sending: tuple[Sending, ...], countries: tuple[str, ...], scene: Scene) -> Check:
    """Whether each country's carriers take messages from the number that would be chosen for it."""
    problems: list[tuple[str, str]] = []
    waits = False
    for country in countries:
        # A service prefers a number of the recipient's own country (Twilio docs, "optimal sender").
        local = [one for one in sending if country_of(one.phone_number, scene.country) == country]
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


def _geo(scene: Scene, countries: tuple[str, ...]) -> Check:
    permissions = scene.readiness.geo if scene.readiness else None
    if permissions is None:
        return idle("geo_permissions", "They were not asked for.")
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
