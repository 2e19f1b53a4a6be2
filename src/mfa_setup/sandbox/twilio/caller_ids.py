"""OutgoingCallerIds: the account's verified phone numbers (OpenAPI; sources: twilio-account)."""

from starlette.responses import Response
from starlette.routing import BaseRoute

from mfa_setup.sandbox.twilio.call import Call, answer, no_content, room
from mfa_setup.sandbox.twilio.errors import TwilioError
from mfa_setup.sandbox.twilio.forms import is_e164
from mfa_setup.sandbox.twilio.ids import API, new_sid, now
from mfa_setup.sandbox.twilio.paging import Entry, page_2010
from mfa_setup.sandbox.twilio.people import CallerId
from mfa_setup.sandbox.twilio.stock import is_valid

_MOST_ON_TRIAL = 5
_LONGEST_DELAY = 60
_CODE = "111111"


def list_all(call: Call) -> Response:
    """List the verified numbers, newest first; empty on a trial of 2026 (sources: twilio-trial-regimes)."""
    state = call.state
    number, name = call.query.text("PhoneNumber"), call.query.text("FriendlyName")
    shown = [] if state.config.twilio_account == "trial" else [*reversed(state.caller_ids.values())]
    found = [
        one
        for one in shown
        if one.due <= state.clock() and number in {"", one.phone_number} and name in {"", one.friendly_name}
    ]
    entries = [Entry(one.rank, one.json(state.account_sid)) for one in found]
    return answer(page_2010(call.request, call.query, "outgoing_caller_ids", entries))


def request_validation(call: Call) -> Response:
    """Start a verification: 200; the number is listed once its owner has typed the code.

    In the sandbox, the owner always types the code, as soon as a message would have arrived.
    """
    state, number = call.state, call.form.text("PhoneNumber")
    if not is_e164(number) or not is_valid(number):
        raise TwilioError(400, 21421, f"PhoneNumber is invalid: {number}")  # not verified: the code
    name = call.form.friendly_name() or number
    call.form.integer("CallDelay", 0, _LONGEST_DELAY)
    call.form.one_of("StatusCallbackMethod", ("GET", "POST"))
    if any(one.phone_number == number for one in state.caller_ids.values()):
        raise TwilioError(400, 21450, f"Phone number already validated for your account: {number}")
    if state.account_type == "Trial" and len(state.caller_ids) >= _MOST_ON_TRIAL:
        # Five per account (sources: twilio-account). not verified: the code
        raise TwilioError(400, 10002, "Trial accounts can have five verified recipients")
    state.verify_recipient(number, name, state.timeline.final)
    body = {
        "account_sid": state.account_sid,
        "call_sid": new_sid("CA"),
        "friendly_name": name,
        "phone_number": number,
        "validation_code": _CODE,
    }
    return answer(body)


def _one(call: Call) -> CallerId:
    caller = call.state.caller_ids.get(call.path["sid"])
    if caller is None or caller.due > call.state.clock():
        raise call.absent()
    return caller


def fetch(call: Call) -> Response:
    """Fetch a verified number."""
    return answer(_one(call).json(call.state.account_sid))


def update(call: Call) -> Response:
    """Rename a verified number: 200."""
    caller = _one(call)
    caller.friendly_name = call.form.friendly_name() or caller.friendly_name
    caller.updated = now()
    return answer(caller.json(call.state.account_sid))


def delete(call: Call) -> Response:
    """Delete a verified number: 204."""
    del call.state.caller_ids[_one(call).sid]
    return no_content()


def routes() -> list[BaseRoute]:
    """Return the routes of this module."""
    base = API + "/{account_sid}/OutgoingCallerIds"
    return [
        room(base + ".json", {"GET": list_all, "POST": request_validation}),
        room(base + "/{sid}.json", {"GET": fetch, "POST": update, "DELETE": delete}),
    ]
