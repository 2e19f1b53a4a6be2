"""Calls: enough for a spoken code (sources: twilio-trial-rules, twilio-test-credentials).

not verified: all of it; the OpenAPI extracts have no Calls. Its form is that of Messages where the two agree.
"""

import html
import re

from starlette.responses import Response
from starlette.routing import BaseRoute

from mfa_setup.sandbox.twilio.call import Call, answer, room
from mfa_setup.sandbox.twilio.errors import TwilioError
from mfa_setup.sandbox.twilio.forms import is_e164
from mfa_setup.sandbox.twilio.ids import API, new_sid
from mfa_setup.sandbox.twilio.people import VoiceCall
from mfa_setup.sandbox.twilio.state import TwilioState
from mfa_setup.sandbox.twilio.stock import is_valid

_TAG = re.compile(r"<[^>]*>")


def create(call: Call) -> Response:
    """Place a call: 201."""
    to, sender = call.form.text("To"), call.form.text("From")
    _check(call.state, to, sender)
    if not any(call.form.text(name) for name in ("Url", "Twiml", "ApplicationSid")):
        raise TwilioError(400, 21205, "Url parameter is required")
    # Only a text that comes with the request can be heard in the sandbox's inbox.
    text = " ".join(html.unescape(_TAG.sub(" ", call.form.text("Twiml"))).split())
    placed = VoiceCall(new_sid("CA"), call.state.rank(), to, sender, text)
    call.state.calls.append(placed)
    return answer(placed.json(call.state.account_sid), 201)


def _check(state: TwilioState, to: str, sender: str) -> None:
    if not to:
        raise TwilioError(400, 21201, "No 'To' number is specified")
    if not sender:
        raise TwilioError(400, 21213, "'From' number is required")
    if state.config.twilio_account == "trial":
        # 573xxx are the codes of 572xxx for Voice (sources: twilio-trial-rules)
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
