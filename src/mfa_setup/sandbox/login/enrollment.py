"""Enrolling a phone: `/u/mfa-sms-enrollment`, and the same page for voice and for both channels."""

from starlette.responses import Response
from starlette.routing import Route

from mfa_setup.sandbox.login import factor, flow
from mfa_setup.sandbox.login.countries import FALLBACK, countries, phone_number
from mfa_setup.sandbox.login.errors import PageError
from mfa_setup.sandbox.login.prompts import form, go, prompt
from mfa_setup.sandbox.login.records import Channel, Transaction
from mfa_setup.sandbox.login.visit import Visit

NO_PHONE = "Please enter a phone number"
_POSTS = (10, 12.0)  # docs: a burst of ten from an address, then five a minute
INVALID = "It seems that your phone number is not valid. Please check and retry."


async def show(visit: Visit, transaction: Transaction) -> Response:
    """GET: asks for a country, a number and, if both channels are available, for text or call."""
    return _page(visit, transaction, FALLBACK, "")


def _page(visit: Visit, transaction: Transaction, country: str, phone: str, error: str = "") -> Response:
    return form(
        visit,
        transaction,
        "enrollment.html",
        error=error,
        countries=countries(),
        country=country,
        phone=phone,
        channels=factor.channels(visit),
        channel=transaction.channel,
        path=flow.page_of(visit, transaction).partition("?")[0],
        length=visit.tenant.phone_settings["otp_length"],
    )


async def submit(visit: Visit, transaction: Transaction) -> Response:
    """POST: sends the code to `phone` in `country`, by `channel` if there is a choice."""
    country, typed = visit.form.get("country", FALLBACK), visit.form.get("phone", "").strip()
    ways = factor.channels(visit)
    if not ways:
        return go(await flow.advance(visit, transaction))
    if visit.tenant.site.config.rate_limit != "none" and not visit.login.allow("enrollments", visit.peer, *_POSTS):
        raise PageError("Too many requests", "Wait a few minutes and try again.", 429)  # not verified: the page
    transaction.channel = _channel(ways, visit.form.get("channel"))
    number = phone_number(country, typed)
    if number is None:
        return _page(visit, transaction, country, typed, INVALID if typed else NO_PHONE)
    transaction.phone = number
    error = await flow.send(visit, transaction)
    if error:
        return _page(visit, transaction, country, typed, error)
    transaction.step = "challenge"
    return go(flow.page_of(visit, transaction))


def _channel(ways: list[Channel], wanted: str | None) -> Channel:
    return next((way for way in ways if way == wanted), ways[0])


def routes() -> list[Route]:
    """Returns the routes of the page under each of its three names."""
    return [prompt(f"/u/mfa-{kind}-enrollment", "enroll", show, submit) for kind in ("sms", "voice", "phone")]
