"""Entering a code: `/u/mfa-sms-challenge` and `/u/mfa-voice-challenge`, when enrolling and at each later login."""

from starlette.responses import Response
from starlette.routing import Route

from mfa_setup.sandbox.auth0.state import JSON
from mfa_setup.sandbox.login import factor, flow, otp
from mfa_setup.sandbox.login.countries import masked
from mfa_setup.sandbox.login.people import (
    enroll_phone,
    enrolled_phone,
    has_recovery_code,
    new_recovery_code,
    note_factor,
    note_use,
)
from mfa_setup.sandbox.login.prompts import form, go, onward, prompt
from mfa_setup.sandbox.login.records import Channel, Transaction
from mfa_setup.sandbox.login.visit import Visit

TOO_MANY = "Too many failed codes. Wait for some minutes before retrying."
_ERRORS = {"wrong": "The code you entered is invalid", "expired": "Invalid or expired user code", "limited": TOO_MANY}


async def show(visit: Visit, transaction: Transaction) -> Response:
    """GET: shows the number that the code was sent to, and a field for the code."""
    return _page(visit, transaction)


def _page(visit: Visit, transaction: Transaction, error: str = "") -> Response:
    enrolling = enrolled_phone(visit, transaction.user_id) is None
    return form(
        visit,
        transaction,
        "challenge.html",
        error=error,
        phone=transaction.phone if enrolling else masked(transaction.phone),
        enrolling=enrolling,
        channel=transaction.channel,
        other=next((way for way in factor.channels(visit) if way != transaction.channel), None),
        recovery=has_recovery_code(visit, transaction.user_id),
        remember=factor.offers_to_remember(visit, transaction.demand),
        remembered=factor.remembers_by_default(visit),
        length=visit.tenant.phone_settings["otp_length"],
    )


async def submit(visit: Visit, transaction: Transaction) -> Response:
    """POST: verifies `code`, or performs another `action`, such as sending a new code."""
    action = visit.form.get("action", "default")
    if action == "pick-phone" and enrolled_phone(visit, transaction.user_id) is None:
        transaction.step = "enroll"
        return go(flow.page_of(visit, transaction))
    if action == "use-recovery" and has_recovery_code(visit, transaction.user_id):
        transaction.step = "recovery"
        return go(flow.page_of(visit, transaction))
    if action in {"resend-code", "use-sms", "use-voice"}:
        return await _resend(visit, transaction, action)
    return await _verify(visit, transaction, visit.form.get("code", ""))


async def _resend(visit: Visit, transaction: Transaction, action: str) -> Response:
    ways: list[Channel] = [way for way in factor.channels(visit) if action in {"resend-code", f"use-{way}"}]
    if ways and transaction.channel not in ways:
        transaction.channel = ways[0]
    transaction.notice = await flow.send(visit, transaction)
    transaction.note = "" if transaction.notice else "We've sent you a new code."
    return go(flow.page_of(visit, transaction))  # a redirect, because reloading the page itself would send another code


async def _verify(visit: Visit, transaction: Transaction, code: str) -> Response:
    user_id = transaction.user_id
    phone = enrolled_phone(visit, user_id)
    length = visit.tenant.phone_settings["otp_length"]
    if not code.strip():
        return _page(visit, transaction, f"OTP Code must have {length} numeric characters")
    verdict = otp.check(visit, user_id, code, enrolling=phone is None)
    if verdict != "right":
        return _page(visit, transaction, _ERRORS[verdict])
    if phone is None:
        phone = enroll_phone(visit, user_id, transaction.phone, transaction.channel)
        _note(visit, "gd_enrollment_complete", transaction, phone)
        if visit.tenant.factors["recovery-code"]:
            transaction.recovery_code = new_recovery_code(visit, user_id)
    else:
        _note(visit, "gd_auth_succeed", transaction, phone)
    note_use(phone)
    flow.close(visit, transaction, transaction.channel)
    return await onward(visit, transaction)


def _note(visit: Visit, event: str, transaction: Transaction, phone: JSON) -> None:
    note_factor(visit, event, transaction.user_id, transaction.channel, phone["id"], phone["phone_number"])


def routes() -> list[Route]:
    """Returns the route of the page under both of its names."""
    return [prompt(f"/u/mfa-{kind}-challenge", "challenge", show, submit) for kind in ("sms", "voice")]
