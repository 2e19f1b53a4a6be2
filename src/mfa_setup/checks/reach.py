"""Checks whether the sender reaches the users' countries: its owner, its registration, and the geo permissions.

Sources: twilio-a2p, twilio-toll-free (docs/sources.md).
"""

from mfa_setup.checks.account import unasked
from mfa_setup.checks.catalog import answer, idle, unseen
from mfa_setup.checks.context import CheckContext
from mfa_setup.checks.countries import countries, geo, shown
from mfa_setup.checks.deliveries import by_sender, is_of_today
from mfa_setup.checks.ownership import owned
from mfa_setup.checks.registration import registration
from mfa_setup.checks.routes import REGISTER, standing
from mfa_setup.checks.senders import Sender, kind_of, senders
from mfa_setup.errors import MfaSetupError
from mfa_setup.model.check import Check
from mfa_setup.model.observed import MessagingService, Provider, TwilioInventory
from mfa_setup.phone import US_PHONES, country_of, normal
from mfa_setup.resources.sender import choose
from mfa_setup.snapshot.parts import attempt, known_or

_IDS = ("sender_owned", "registration", "geo_permissions")


def checks(given: CheckContext) -> tuple[Check, ...]:
    """Returns the checks of the sender: ownership, registration and geo permissions."""
    if skipped := unasked(given, _IDS):
        return skipped
    account, provider = given.snapshot.inventory, given.snapshot.provider
    if isinstance(account, MfaSetupError):
        return _partly(given, account)
    if isinstance(provider, MfaSetupError):
        return tuple(unseen(check_id, provider) for check_id in _IDS)
    if provider.kind in {None, "auth0"}:
        return _prospect(given, account, provider)
    if provider.kind != "twilio" or provider.sid != account.sid:
        return tuple(idle(check_id, "Auth0 does not send through this Twilio account.") for check_id in _IDS)
    return _reached(given, account, provider)


def _partly(given: CheckContext, why: MfaSetupError) -> tuple[Check, ...]:
    """Returns the results that are still possible if a part of the Twilio account could not be read."""
    parts, provider = given.snapshot.account, known_or(given.snapshot.provider, None)
    unread, now = tuple(unseen(check_id, why) for check_id in _IDS[:2]), parts.now if parts else None
    if parts is None or provider is None or provider.sid != parts.sid or provider.sender is None:
        named = given.desired.countries
        return *unread, geo(given, now, named) if named else unseen("geo_permissions", why)
    if isinstance(parts.numbers, MfaSetupError):
        return *unread, geo(given, now, given.desired.countries or (country_of(provider.sender, given.country),))
    codes = known_or(parts.short_codes, None)
    account = TwilioInventory(
        sid=parts.sid, account=None, numbers=parts.numbers, services=(), short_codes=codes, now=now
    )
    by_pool = kind_of(normal(provider.sender)) == "long code"
    return tuple(
        _by_deliveries(given, account, senders(given, account, provider), why)
        if check.id == "registration" and check.applies and by_pool
        else check
        for check in _reached(given, account, provider)
    )


def _by_deliveries(
    given: CheckContext, account: TwilioInventory, found: tuple[Sender, ...], why: MfaSetupError
) -> Check:
    """Checks the only sender by the last day's deliveries, because its pool or verification could not be read."""
    if len(found) != 1:
        return unseen("registration", why)
    messages = (one for one in by_sender(given, account.now, found[0]) if is_of_today(one, account.now))
    return shown("registration", why, given, countries(given, found), messages)


def _reached(
    given: CheckContext, account: TwilioInventory, provider: Provider, placed: MessagingService | None = None
) -> tuple[Check, ...]:
    owning = owned(given, account, provider)
    if given.spoken_only:
        return (owning, *(idle(check_id, "Codes are sent by voice only.") for check_id in _IDS[1:]))
    found = senders(given, account, provider, placed)
    if not found:
        return (
            owning,
            *(
                idle(check_id, "No sender of this Twilio account is known, so its reach could not be checked.")
                for check_id in _IDS[1:]
            ),
        )
    unread = given.snapshot.toll_free
    if isinstance(unread, MfaSetupError) and any(one.kind == "toll-free" and not one.planned for one in found):
        return owning, _by_deliveries(given, account, found, unread), geo(given, account.now, countries(given, found))
    return owning, registration(given, account, found), geo(given, account.now, countries(given, found))


def _prospect(given: CheckContext, account: TwilioInventory, provider: Provider) -> tuple[Check, ...]:
    """Returns the checks for a tenant without a provider: of the number that `up` would choose or buy."""
    chosen = attempt(lambda: choose(given.desired.number, account, provider, given.own))
    if not isinstance(chosen, MfaSetupError) and chosen.number:
        would_be = Provider(stack=provider.stack, kind="twilio", sid=account.sid, sender=chosen.number.phone_number)
        return _reached(given, account, would_be, chosen.service)
    reached = given.desired.countries or (given.country,)
    owning = idle("sender_owned", "No sender is chosen yet: `mfa-setup up` finds or buys a number.")
    if given.country == "US" and US_PHONES & set(reached) and not any(item.verified for item in account.services):
        evidence = (
            "The Twilio account has no Messaging Service with a verified campaign, so carriers drop messages from "
        )
        evidence += f"a US local number to US phones (error 30034).{_unverified(account)}"
        return owning, answer("registration", "fail", evidence, REGISTER), geo(given, account.now, reached)
    return (
        owning,
        idle("registration", "No sender is chosen yet, so its registration cannot be judged."),
        geo(given, account.now, reached),
    )


def _unverified(account: TwilioInventory) -> str:
    listed = [f"the one of {item.sid} {standing(item.campaign)}" for item in account.services if item.campaign]
    return f" None of its campaigns is verified: {', '.join(listed)}." if listed else ""
