"""Control calls that change the account in ways that Twilio's API does not offer.

All but the first are a POST with a JSON object; an invalid body is answered with 400 and `{"error": …}`.
"""

from collections.abc import Callable

from starlette.routing import Route

from mfa_setup.sandbox.control_route import control_route
from mfa_setup.sandbox.twilio import control_account as account
from mfa_setup.sandbox.twilio import control_bodies as read
from mfa_setup.sandbox.twilio import control_numbers as numbers
from mfa_setup.sandbox.twilio import control_senders as senders
from mfa_setup.sandbox.twilio.control_bodies import Body
from mfa_setup.sandbox.twilio.state import TwilioState
from mfa_setup.sandbox.twilio.stock import catalogue


def _recipient(state: TwilioState, body: Body) -> Body:
    """Verify a recipient of a trial account."""
    return state.verify_recipient(read.phone(body)).json(state.account_sid)


def _taken(state: TwilioState, body: Body) -> Body:
    """Sell a stock number to someone else: a search still lists it, but a purchase is rejected."""
    number = read.phone(body)
    if number not in {one.phone_number for one in catalogue()}:
        raise ValueError("phone_number is not in stock")
    state.taken.add(number)
    return {"phone_number": number}


def _sold(state: TwilioState, body: Body) -> Body:
    """Sell a stock number to someone else: searches no longer list it, and a purchase is rejected."""
    number = _taken(state, body)
    state.sold.add(str(number["phone_number"]))
    return number


def _stopped(state: TwilioState, body: Body) -> Body:
    """Make a recipient reply STOP."""
    number = read.phone(body)
    state.stopped.add(number)
    return {"phone_number": number}


def _fate(state: TwilioState, body: Body) -> Body:
    """Make messages to a phone end as undelivered with an error code, or be delivered again if it is null."""
    number, code = read.phone(body), read.code(body)
    if code is None:
        state.fates.pop(number, None)
    else:
        state.fates[number] = code
    return {"phone_number": number, "error_code": code}


def _control(name: str, handler: Callable[[TwilioState, Body], Body], status: int = 200) -> Route:
    return control_route(f"/twilio/{name}", "POST", lambda call: handler(call.world.twilio, call.body), status)


def routes() -> list[Route]:
    """Return the control calls of the Twilio half."""
    return [
        control_route("/twilio/credentials", "GET", account.credentials),
        control_route("/twilio/campaigns/{sid}", "POST", senders.campaign),
        _control("numbers", numbers.number, 201),
        _control("registering", numbers.registering),
        _control("pool", numbers.pool),
        _control("tollfree-verifications", numbers.verification, 201),
        _control("messages", numbers.message, 201),
        _control("services", senders.service, 201),
        _control("short-codes", senders.short_code, 201),
        _control("alpha-senders", senders.alpha_sender, 201),
        _control("verified-recipients", _recipient, 201),
        _control("account", account.account),
        _control("token", account.token),
        _control("secondary-token", account.secondary_token),
        _control("keys", account.key, 201),
        _control("prices", account.price),
        _control("dialing", account.dialing),
        _control("taken", _taken),
        _control("sold", _sold),
        _control("stopped", _stopped),
        _control("fates", _fate),
        _control("profile", account.profile),
        _control("papers", account.paper, 201),
    ]
