"""Calls, for spoken codes only (sources: twilio-trial-rules, twilio-test-credentials, twilio-dialing).

not verified: all of it; the OpenAPI extracts do not cover Calls. The form follows Messages where the two agree.
"""

import html
import re

import phonenumbers
from starlette.responses import Response
from starlette.routing import BaseRoute

from mfa_setup.sandbox import phones
from mfa_setup.sandbox.twilio.call import Call, answer, room
from mfa_setup.sandbox.twilio.call_records import STATUSES, VoiceCall
from mfa_setup.sandbox.twilio.dialing import SHARED
from mfa_setup.sandbox.twilio.errors import TwilioError
from mfa_setup.sandbox.twilio.forms import is_e164
from mfa_setup.sandbox.twilio.ids import API, new_sid
from mfa_setup.sandbox.twilio.paging import Entry, page_2010
from mfa_setup.sandbox.twilio.state import TwilioState
from mfa_setup.sandbox.twilio.stock import is_valid

_TAG = re.compile(r"<[^>]*>")


def create(call: Call) -> Response:
    """Place a call: 201."""
    state, to, sender = call.state, call.form.text("To"), call.form.text("From")
    _check(state, to, sender)
    if not any(call.form.text(name) for name in ("Url", "Twiml", "ApplicationSid")):
        raise TwilioError(400, 21205, "Url parameter is required")
    # The sandbox's inbox shows only a text that is part of the request.
    text = " ".join(html.unescape(_TAG.sub(" ", call.form.text("Twiml"))).split())
    number = state.owned(sender)
    placed = VoiceCall(
        new_sid("CA"), state.rank(), to, sender, text, number_sid=number.sid if number else "", born=state.clock()
    )
    state.calls.append(placed)
    return answer(placed.json(state.account_sid, "queued"), 201)


def _check(state: TwilioState, to: str, sender: str) -> None:
    if not to:
        raise TwilioError(400, 21201, "No 'To' number is specified")
    if not sender:
        raise TwilioError(400, 21213, "'From' number is required")
    if state.config.twilio_account == "trial":
        # The 573xxx codes of Voice correspond to the 572xxx codes of messages (sources: twilio-trial-rules).
        raise TwilioError(400, 573006, "Trial accounts can only use predefined templates.")
    _check_sender(state, sender)
    if not is_e164(to) or not is_valid(to):
        raise TwilioError(400, 21217, f"Phone number does not appear to be valid: {to}")
    _check_country(state, to)
    if state.config.twilio_account == "legacy-trial" and not state.is_verified(to):
        raise TwilioError(400, 21219, f"The number {to} is unverified.")


def _check_sender(state: TwilioState, sender: str) -> None:
    """Reject senders that cannot call: services, names, and numbers without voice or of other accounts."""
    if not is_e164(sender):
        raise TwilioError(400, 21212, f"The source phone number provided, {sender}, is not a valid phone number")
    number = state.owned(sender)
    if number is None or not number.stock.voice:
        # not verified: the code for a number of the account that has no voice
        raise TwilioError(400, 21210, f"'From' phone number not verified: {sender}")


def _check_country(state: TwilioState, to: str) -> None:
    country = phones.country(phonenumbers.parse(to)) or ""
    if SHARED.get(country, country) not in state.settings.dialed:
        text = f"Account not authorized to call {to}. Perhaps you need to enable some international permissions"
        raise TwilioError(400, 21215, text)


def list_all(call: Call) -> Response:
    """List the calls, newest first."""
    state, clock = call.state, call.state.clock()
    to, sender, status = (call.query.text("To"), call.query.text("From"), call.query.one_of("Status", STATUSES))
    found = [
        one
        for one in reversed(state.calls)
        if to in {"", one.to} and sender in {"", one.sender} and status in {None, one.status(clock, state.timeline)}
    ]
    entries = [Entry(one.rank, one.json(state.account_sid, one.status(clock, state.timeline))) for one in found]
    return answer(page_2010(call.request, call.query, "calls", entries))


def fetch(call: Call) -> Response:
    """Fetch a call with its current status."""
    state = call.state
    for one in state.calls:
        if one.sid == call.path["sid"]:
            return answer(one.json(state.account_sid, one.status(state.clock(), state.timeline)))
    raise call.absent()


def routes() -> list[BaseRoute]:
    """Return the routes of this module."""
    base = API + "/{account_sid}/Calls"
    return [room(base + ".json", {"GET": list_all, "POST": create}), room(base + "/{sid}.json", {"GET": fetch})]
