"""The grants that answer an `mfa_required`: the code that was sent, or the recovery code (docs)."""

from dataclasses import replace

from mfa_setup.sandbox.auth0.client_auth import TokenRequest
from mfa_setup.sandbox.auth0.errors import OAuthError
from mfa_setup.sandbox.auth0.state import JSON
from mfa_setup.sandbox.login import otp
from mfa_setup.sandbox.login.granted import OutOfBand, Pending
from mfa_setup.sandbox.login.grants import client_for
from mfa_setup.sandbox.login.issue import answer, new_family, visit_behind
from mfa_setup.sandbox.login.people import (
    check_recovery_code,
    enroll_phone,
    enrolled_phone,
    new_recovery_code,
    note_factor,
    note_use,
)
from mfa_setup.sandbox.login.visit import Visit

OOB = "http://auth0.com/oauth/grant-type/mfa-oob"
RECOVERY = "http://auth0.com/oauth/grant-type/mfa-recovery-code"
_OOB_SECONDS = 600
_EXCHANGES = (12, 5.0)  # docs: twelve a minute for one session
_TOO_MANY = "Too many failed codes. Wait for some minutes before retrying."


def pending(visit: Visit, mfa_token: str) -> Pending:
    """Returns the login that waits for its second factor.

    Raises:
        OAuthError: The `mfa_token` is unknown or expired (public documents of the service name both texts).
    """
    if (behind := visit.login.pending.get(mfa_token)) is not None:
        return behind
    if visit.login.pending.knows(mfa_token):
        raise OAuthError(403, "expired_token", "mfa_token is expired")
    raise OAuthError(403, "invalid_grant", "Malformed mfa_token")


def new_oob(visit: Visit, user_id: str, mfa_token: str) -> str:
    """Returns an `oob_code` for a code that was just sent."""
    return visit.login.out_of_band.put(OutOfBand(user_id, mfa_token), _OOB_SECONDS)


def mfa_oob(asked: TokenRequest) -> JSON:
    """Serves `mfa-oob`: `binding_code` is the code from the phone, which also confirms an enrolment."""
    client, visit = client_for(asked, OOB), visit_behind(asked)
    token = asked.need("mfa_token")
    behind = _of(pending(visit, token), client)
    challenge = visit.login.out_of_band.get(asked.need("oob_code"))
    if challenge is None or challenge.mfa_token != token:
        raise OAuthError(400, "invalid_request", "The oob_code doesn't match the mfa_token")
    if not visit.login.allow("exchanges", token, *_EXCHANGES):
        raise OAuthError(429, "too_many_attempts", _TOO_MANY)  # not verified: code and status
    _verify(visit, challenge.user_id, asked.need("binding_code"))
    visit.note("seoobft", "Password and OOB Challenge for Access Token", user_id=challenge.user_id)
    return _finish(visit, behind, token)


def _verify(visit: Visit, user_id: str, code: str) -> None:
    phone, waiting = enrolled_phone(visit, user_id), visit.login.otps.get(user_id)
    enrolling = phone is None or (waiting is not None and waiting.enrolling)
    verdict = otp.check(visit, user_id, code, enrolling=enrolling)
    if verdict == "limited":
        raise OAuthError(429, "too_many_attempts", _TOO_MANY)
    if verdict != "right" or (enrolling and waiting is None):
        visit.note("feoobft", "Invalid binding_code.", user_id=user_id)
        raise OAuthError(403, "invalid_grant", "Invalid binding_code.")
    if enrolling and waiting is not None:
        phone = enroll_phone(visit, user_id, waiting.number, waiting.channel)
    if phone is not None:
        event, kind = (
            ("gd_enrollment_complete" if enrolling else "gd_auth_succeed"),
            waiting.channel if waiting else "sms",
        )
        note_factor(visit, event, user_id, kind, phone["id"], phone["phone_number"])
        note_use(phone)


def mfa_recovery_code(asked: TokenRequest) -> JSON:
    """Serves `mfa-recovery-code`: returns a new recovery code with the tokens (docs)."""
    client, visit = client_for(asked, RECOVERY), visit_behind(asked)
    token = asked.need("mfa_token")
    behind = _of(pending(visit, token), client)
    user_id = behind.granted.user_id
    if not visit.login.allow("exchanges", token, *_EXCHANGES):
        raise OAuthError(429, "too_many_attempts", _TOO_MANY)
    if not check_recovery_code(visit, user_id, asked.need("recovery_code")):
        visit.note("gd_recovery_failed", "Guardian - Recovery failed", user_id=user_id)
        raise OAuthError(403, "invalid_grant", "MFA Authorization rejected.")
    note_factor(visit, "gd_recovery_succeed", user_id, "recovery-code", None)
    return _finish(visit, behind, token) | {"recovery_code": new_recovery_code(visit, user_id)}


def _of(behind: Pending, client: JSON) -> Pending:
    if behind.granted.client_id != client["client_id"]:
        raise OAuthError(400, "invalid_request", "mfa_token not issued to this client")
    return behind


def _finish(visit: Visit, behind: Pending, token: str) -> JSON:
    visit.login.pending.take(token)
    # The ID token of the MFA API has no `amr` (docs): only a hosted login states that a factor was given.
    granted = replace(behind.granted, mfa=False)
    return answer(visit, granted, new_family(visit, granted))
