"""The users' countries, and the check whether the account may send messages to them."""

from collections.abc import Iterable
from datetime import datetime

from mfa_setup.checks.catalog import answer, awaiting, idle, unseen
from mfa_setup.checks.context import CheckContext
from mfa_setup.checks.deliveries import delivered
from mfa_setup.checks.senders import Sender, senders
from mfa_setup.errors import MfaSetupError
from mfa_setup.model.check import Check
from mfa_setup.model.observed import Message
from mfa_setup.phone import country_of
from mfa_setup.snapshot.parts import known_or


def countries(given: CheckContext, found: tuple[Sender, ...]) -> tuple[str, ...]:
    """Returns the users' countries: those that the settings name, otherwise the senders' own."""
    own = dict.fromkeys(sender.country for sender in found if sender.country)
    return given.desired.countries or tuple(own)


def judged_countries(given: CheckContext) -> tuple[str, ...]:
    """Returns the countries that the checks consider: those of the settings, otherwise those of the senders."""
    account, provider = known_or(given.snapshot.inventory, None), known_or(given.snapshot.provider, None)
    if given.desired.countries or account is None or provider is None or provider.sid != account.sid:
        return given.desired.countries
    return countries(given, senders(given, account, provider))


def geo(given: CheckContext, now: datetime | None, reached: tuple[str, ...]) -> Check:
    """Checks whether the account may send messages to the users' countries (sources: twilio-geo)."""
    permissions = given.snapshot.geo
    if isinstance(permissions, MfaSetupError):
        return shown("geo_permissions", permissions, given, reached, delivered(given, now))
    if not reached:
        return idle(
            "geo_permissions",
            "The users' countries are not known, because the sender has none: name them with --countries.",
        )
    closed = [country for country in reached if country not in permissions.allowed]
    if closed:
        return answer(
            "geo_permissions",
            "fail",
            f"The Twilio account may not send messages to {', '.join(closed)} (error 21408).",
            f"Allow messages to {', '.join(closed)}: Twilio console, Messaging > Settings > Geo permissions.",
        )
    return answer("geo_permissions", "pass", f"The Twilio account may send messages to {', '.join(reached)}.")


def shown(
    check_id: str, why: MfaSetupError, given: CheckContext, reached: tuple[str, ...], messages: Iterable[Message]
) -> Check:
    """Answers a check by recent deliveries to the users' countries, because its own input could not be read.

    Args:
        check_id: The ID of the check.
        why: The error that kept the input from being read.
        given: The input of the checks, with the phones that will receive a test SMS.
        reached: The users' countries.
        messages: The deliveries that can prove the check.
    """
    found = {country_of(message.to, "") for message in messages}
    if reached and found.issuperset(reached):
        return answer(check_id, "pass", f"Twilio delivered messages to {', '.join(reached)} in the last 30 days.")
    if reached and found.union(country_of(phone, "") for phone in given.awaited).issuperset(reached):
        return awaiting(check_id, given.awaited)
    return unseen(check_id, why)
