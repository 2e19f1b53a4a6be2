"""Recovery codes: shown once after enrolling, and valid for one login without the phone."""

from starlette.responses import Response
from starlette.routing import Route

from mfa_setup.sandbox.login import flow
from mfa_setup.sandbox.login.challenge import TOO_MANY
from mfa_setup.sandbox.login.people import check_recovery_code, new_recovery_code, note_factor
from mfa_setup.sandbox.login.prompts import form, go, onward, prompt
from mfa_setup.sandbox.login.records import Transaction
from mfa_setup.sandbox.login.visit import Visit

_ATTEMPTS = (10, 360.0)  # not verified: the number of wrong codes


async def show_new(visit: Visit, transaction: Transaction) -> Response:
    """GET /u/mfa-recovery-code-enrollment: shows the new recovery code."""
    return form(visit, transaction, "recovery_code.html", code=transaction.recovery_code)


async def confirm_new(visit: Visit, transaction: Transaction) -> Response:
    """POST /u/mfa-recovery-code-enrollment: requires `saved`; the code is not shown again."""
    if not visit.form.get("saved"):
        text = "Please confirm you have recorded the code"
        return form(visit, transaction, "recovery_code.html", code=transaction.recovery_code, error=text)
    transaction.recovery_code = ""
    return await onward(visit, transaction)


async def show_challenge(visit: Visit, transaction: Transaction) -> Response:
    """GET /u/mfa-recovery-code-challenge: shows a field for the recovery code."""
    return form(visit, transaction, "recovery_challenge.html")


async def submit_challenge(visit: Visit, transaction: Transaction) -> Response:
    """POST /u/mfa-recovery-code-challenge: verifies `code`; a new code replaces the used one (docs)."""
    user_id = transaction.user_id
    if visit.form.get("action") == "use-phone":
        transaction.step = "challenge"
        return go(flow.page_of(visit, transaction))
    if not check_recovery_code(visit, user_id, visit.form.get("code", "")):
        within = visit.login.allow("recovery", user_id, *_ATTEMPTS)
        kind = "gd_recovery_failed" if within else "gd_recovery_rate_limit_exceed"
        visit.note(kind, "Guardian - Recovery failed", user_id=user_id)
        error = "The code you entered is invalid" if within else TOO_MANY
        return form(visit, transaction, "recovery_challenge.html", error=error)
    note_factor(visit, "gd_recovery_succeed", user_id, "recovery-code", None)
    transaction.recovery_code = new_recovery_code(visit, user_id)
    flow.close(visit, transaction, "recovery-code")
    return await onward(visit, transaction)


def routes() -> list[Route]:
    """Returns the routes of both pages."""
    return [
        prompt("/u/mfa-recovery-code-enrollment", "recovery-shown", show_new, confirm_new),
        prompt("/u/mfa-recovery-code-challenge", "recovery", show_challenge, submit_challenge),
    ]
