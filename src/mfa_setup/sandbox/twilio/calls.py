"""Calls: just enough for a code that is spoken (reference sections 5, 6.1 and 8).

not verified: all of it; the OpenAPI extracts have no Calls. Its form is that of Messages where the two agree.
"""

from starlette.responses import Response
from starlette.routing import BaseRoute

from mfa_setup.sandbox.twilio.call import Call, answer, room
from mfa_setup.sandbox.twilio.errors import TwilioError
from mfa_setup.sandbox.twilio.forms import is_e164
from mfa_setup.sandbox.twilio.ids import API, new_sid, now, rfc2822
from mfa_setup.sandbox.twilio.state import TwilioState
from mfa_setup.sandbox.twilio.stock import is_valid


def create(call: Call) -> Response:
    """Place a call: 201."""
    to, sender = call.form.text("To"), call.form.text("From")
    _check(call.state, to, sender)
    if not any(call.form.text(name) for name in ("Url", "Twiml", "ApplicationSid")):
        raise TwilioError(400, 21205, "Url parameter is required")
    sid, account = new_sid("CA"), call.state.account_sid
    moment = rfc2822(now())
    body = {
        "sid": sid,
        "account_sid": account,
        "status": "queued",
        "to": to,
        "from": sender,
        "direction": "outbound-api",
        "api_version": "2010-04-01",
        "date_created": moment,
        "date_updated": moment,
        "price": None,
        "price_unit": "USD",
        "uri": f"{API}/{account}/Calls/{sid}.json",
    }
    return answer(body, 201)


def _check(state: TwilioState, to: str, sender: str) -> None:
    if not to:
        raise TwilioError(400, 21201, "No 'To' number is specified")
    if not sender:
        raise TwilioError(400, 21213, "'From' number is required")
    if state.config.twilio_account == "trial":
        # Reference 5: 573xxx are the codes of 572xxx for Voice
        raise TwilioError(400, 573006, "Trial accounts can only use predefined templates.")
    if state.owned(sender) is None:
        raise TwilioError(400, 21210, f"'From' phone number not verified: {sender}")
    if not is_e164(to) or not is_valid(to):
        raise TwilioError(400, 21217, f"Phone number does not appear to be valid: {to}")
    if state.config.twilio_account == "legacy-trial" and not state.is_verified(to):
        raise TwilioError(400, 21219, f"The number {to} is unverified.")


def routes() -> list[BaseRoute]:
    """Return the paths of this module."""
    return [room(API + "/{account_sid}/Calls.json", {"POST": create})]
