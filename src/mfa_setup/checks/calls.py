"""Checks of spoken codes: whether the sender can make calls, and whether the users' countries may be called."""

from mfa_setup.checks.account import unasked
from mfa_setup.checks.catalog import answer, idle, judged, unseen
from mfa_setup.checks.context import CheckContext
from mfa_setup.checks.senders import named, uses_service
from mfa_setup.errors import MfaSetupError
from mfa_setup.model.check import Check
from mfa_setup.model.observed import Factor, Provider, TwilioInventory
from mfa_setup.phone import country_of, normal
from mfa_setup.snapshot.parts import known_or

_IDS = ("voice_sender", "dialing_permissions")
_NAME_A_NUMBER = (
    "Run `mfa-setup enable-sms --from NUMBER` with a number that can make calls, or `mfa-setup enable-sms --delivery "
    "sms` to send no spoken codes."
)


def checks(given: CheckContext) -> tuple[Check, ...]:
    """Returns the checks of voice calls; they do not apply if no codes are sent by voice call."""
    if "voice" not in known_or(given.snapshot.factor, Factor()).message_types:
        unread = isinstance(given.snapshot.factor, MfaSetupError)
        reason = "No codes are known to be sent by voice call." if unread else "No codes are sent by voice call."
        return tuple(idle(check_id, reason) for check_id in _IDS)
    if skipped := unasked(given, _IDS):
        return skipped
    account, provider = given.snapshot.inventory, given.snapshot.provider
    for part in (account, provider):
        if isinstance(part, MfaSetupError):
            return tuple(unseen(check_id, part) for check_id in _IDS)
    if isinstance(account, MfaSetupError) or isinstance(provider, MfaSetupError) or provider.sid != account.sid:
        return tuple(idle(check_id, "Auth0 does not send through this Twilio account.") for check_id in _IDS)
    return _sender(given, provider, account), _dialing(given, provider)


def _sender(given: CheckContext, provider: Provider, account: TwilioInventory) -> Check:
    """Checks that the sender can make calls: only a number with voice capability can, and no Messaging Service.

    Auth0 docs; sources: twilio-voice. A template's own sender also makes the template's calls (not verified).
    """
    names = named(given, provider)
    if uses_service(given, provider) or not names:
        evidence = "A Messaging Service sends the codes and cannot make calls, so spoken codes do not arrive."
        return answer("voice_sender", "fail", evidence, _NAME_A_NUMBER)
    able = {normal(item.phone_number) for item in account.numbers if item.voice or item.planned}
    if unable := [name for name in names if name not in able]:
        evidence = f"{', '.join(unable)} cannot make calls, so spoken codes do not arrive."
        return answer("voice_sender", "fail", evidence, _NAME_A_NUMBER)
    return answer("voice_sender", "pass", f"{', '.join(names)} can make calls.")


def _dialing(given: CheckContext, provider: Provider) -> Check:
    own = country_of(provider.sender, given.country) if provider.sender else given.country
    countries = given.desired.countries or (own,)

    def judge(allowed: frozenset[str]) -> Check:
        if closed := [country for country in countries if country not in allowed]:
            return answer(
                "dialing_permissions",
                "fail",
                f"The Twilio account may not call phones in {', '.join(closed)}.",
                "Allow it: Twilio console, Voice > Settings > Geo permissions. Low-risk numbers are enough.",
            )
        return answer("dialing_permissions", "pass", f"The Twilio account may call phones in {', '.join(countries)}.")

    return judged("dialing_permissions", given.snapshot.dialing, judge)
