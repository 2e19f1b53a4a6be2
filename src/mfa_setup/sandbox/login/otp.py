"""One-time codes: sends them through the tenant's phone provider, checks them, and limits both."""

import secrets
from typing import Literal, TypeAlias

from mfa_setup.sandbox.auth0.delivery import send_code
from mfa_setup.sandbox.auth0.guardian import DELIVERY
from mfa_setup.sandbox.auth0.texts import template_of
from mfa_setup.sandbox.login.records import Channel, Otp
from mfa_setup.sandbox.login.visit import Visit

Sent: TypeAlias = Literal["sent", "failed", "limited"]
Verdict: TypeAlias = Literal["right", "wrong", "expired", "limited"]

_DIGITS = "0123456789"
_MESSAGES = (10, 3600.0)  # docs: a burst of ten messages for a user, then one an hour
_ATTEMPTS = (10, 360.0)  # not verified: the number of wrong codes, and the time until another attempt is allowed


async def send(visit: Visit, user_id: str, number: str, channel: Channel, *, enrolling: bool) -> Sent:
    """Sends a new code to a phone; codes that were sent before become invalid."""
    login = visit.login
    if not login.allow("messages", user_id, *_MESSAGES):
        # not verified: which event the service writes for this limit
        kind = f"gd_send_{channel}_failure"
        visit.note(kind, "Guardian - Too many messages sent to the user", user_id=user_id, to=number)
        return "limited"
    settings = visit.tenant.phone_settings
    code = "".join(secrets.choice(_DIGITS) for _ in range(settings["otp_length"]))
    template = template_of(visit.tenant, enrolling=enrolling, channel=DELIVERY[channel])
    result = await send_code(visit.tenant, template, to=number, code=code, channel=DELIVERY[channel], user_id=user_id)
    if not result.accepted:
        return "failed"
    login.otps[user_id] = Otp(code, number, channel, visit.now + settings["otp_expiration_time"], enrolling)
    return "sent"


def check(visit: Visit, user_id: str, typed: str, *, enrolling: bool) -> Verdict:
    """Checks a code; a right code works only once."""
    login = visit.login
    otp = login.otps.get(user_id)
    allowance = ("attempts", user_id)
    if allowance in login.buckets and login.buckets[allowance].left < 1 and not _refilled(visit, user_id):
        visit.note("gd_otp_rate_limit_exceed", "Guardian - Too many wrong codes", user_id=user_id)
        return "limited"
    if otp is not None and otp.enrolling == enrolling and secrets.compare_digest(otp.code, _digits(typed)):
        if otp.until <= visit.now:
            return "expired"
        del login.otps[user_id]
        login.buckets.pop(allowance, None)
        return "right"
    login.allow("attempts", user_id, *_ATTEMPTS)
    visit.note("gd_auth_failed", "Guardian - Second factor authentication failed", user_id=user_id)
    return "wrong"


def _refilled(visit: Visit, user_id: str) -> bool:
    bucket = visit.login.buckets["attempts", user_id]
    return bucket.left + (visit.now - bucket.seen) / bucket.interval >= 1


def _digits(typed: str) -> str:
    """Returns the typed code without the spaces that users put between digits, as ASCII."""
    return "".join(typed.split()).encode("ascii", "replace").decode()
