"""Consent: `/u/consent`, for third-party applications (docs)."""

from starlette.responses import Response
from starlette.routing import Route

from mfa_setup.sandbox.login import flow
from mfa_setup.sandbox.login.prompts import form, onward, prompt
from mfa_setup.sandbox.login.records import Transaction
from mfa_setup.sandbox.login.respond import respond
from mfa_setup.sandbox.login.visit import Visit


async def show(visit: Visit, transaction: Transaction) -> Response:
    """GET: shows the access that the application requests."""
    return form(visit, transaction, "consent.html", wants=flow.consent_lines(transaction.asked))


async def submit(visit: Visit, transaction: Transaction) -> Response:
    """POST: `action` is `accept` or `deny`."""
    asked = transaction.asked
    if visit.form.get("action") != "accept":
        visit.login.transactions.take(transaction.key)
        visit.note("f", "User did not authorize the request", user_id=transaction.user_id)
        refusal = {"error": "access_denied", "error_description": "User did not authorize the request"}
        return respond(asked.target, refusal)
    visit.login.consents |= {(transaction.user_id, asked.target.client_id, scope) for scope in asked.scope}
    transaction.consented = True
    return await onward(visit, transaction)


def routes() -> list[Route]:
    """Returns the route of the page."""
    return [prompt("/u/consent", "consent", show, submit)]
