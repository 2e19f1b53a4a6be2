"""The users' countries: which they are, and whether the account may send messages there."""

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
    """The users' countries: those that are named, by default the senders' own."""
    own = dict.fromkeys(sender.country for sender in found if sender.country)
    return given.desired.countries or tuple(own)


def judged_countries(given: CheckContext) -> tuple[str, ...]:
    """The countries that the checks are about, where a sender of this account is there or planned."""
    account, provider = known_or(given.snapshot.inventory, None), known_or(given.snapshot.provider, None)
    if given.desired.countries or account is None or provider is None or provider.sid != account.sid:
        return given.desired.countries
    return countries(given, senders(given, account, provider))


def geo(given: CheckContext, now: datetime | None, reached: tuple[str, ...]) -> Check:
    """Whether the account may send messages to the users' countries (sources: twilio-geo)."""
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
    """What deliveries show where the services' own answer could not be read: that messages reach these countries.

    Args:
        check_id: The question.
        why: Why it could not be read.
        given: What is judged; a test SMS may be awaited.
        reached: The users' countries.
        messages: The deliveries that tell something about it.
    """
    found = {country_of(message.to, "") for message in messages}
    if reached and found.issuperset(reached):
        return answer(check_id, "pass", f"Twilio delivered messages to {', '.join(reached)} in the last 30 days.")
    if reached and found.union(country_of(phone, "") for phone in given.awaited).issuperset(reached):
        return awaiting(check_id, given.awaited)
    return unseen(check_id, why)
