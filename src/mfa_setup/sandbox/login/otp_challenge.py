"""Entering the code of an authenticator app: `/u/mfa-otp-challenge`.

The pages do not enrol authenticator apps; `POST /api/v2/users/{id}/authentication-methods` does.
"""

from starlette.responses import Response
from starlette.routing import Route

from mfa_setup.sandbox.login import factor, flow, totp
from mfa_setup.sandbox.login.challenge import TOO_MANY
from mfa_setup.sandbox.login.people import authenticator_app, enrolled_phone, note_use
from mfa_setup.sandbox.login.prompts import form, go, onward, prompt
from mfa_setup.sandbox.login.records import Transaction
from mfa_setup.sandbox.login.visit import Visit

_ATTEMPTS = (10, 360.0)  # not verified: the number of wrong codes


def _page(visit: Visit, transaction: Transaction, error: str = "") -> Response:
    return form(
        visit,
        transaction,
        "otp_challenge.html",
        error=error,
        phone=_has_phone(visit, transaction),
        remember=factor.offers_to_remember(visit, transaction.demand),
        remembered=factor.remembers_by_default(visit),
    )


def _has_phone(visit: Visit, transaction: Transaction) -> bool:
    return bool(factor.channels(visit)) and enrolled_phone(visit, transaction.user_id) is not None


async def show(visit: Visit, transaction: Transaction) -> Response:
    """GET: shows a field for the code."""
    return _page(visit, transaction)


async def submit(visit: Visit, transaction: Transaction) -> Response:
    """POST: verifies `code`, or switches to the phone if `action` says so."""
    user_id = transaction.user_id
    if visit.form.get("action") == "use-phone" and _has_phone(visit, transaction):
        await flow.ask_phone(visit, transaction)
        return go(flow.page_of(visit, transaction))
    app = authenticator_app(visit, user_id)
    if app is None:
        return go(await flow.advance(visit, transaction))
    # not verified: that the service accepts the same code a second time
    if not totp.fits(str(app.get("totp_secret", "")), visit.form.get("code", ""), visit.now):
        within = visit.login.allow("otp-attempts", user_id, *_ATTEMPTS)
        kind = "gd_auth_failed" if within else "gd_otp_rate_limit_exceed"
        visit.note(kind, "Guardian - Second factor authentication failed", user_id=user_id)
        return _page(visit, transaction, "The code you entered is invalid" if within else TOO_MANY)
    note_use(app)
    flow.passed(visit, transaction, "otp", app["id"])
    return await onward(visit, transaction)


def routes() -> list[Route]:
    """Returns the route of the page."""
    return [prompt("/u/mfa-otp-challenge", "otp", show, submit)]
