"""Control calls about Messaging Services, their campaigns, and senders other than phone numbers."""

from typing import Any

from mfa_setup.sandbox.control_route import ControlCall
from mfa_setup.sandbox.twilio import control_bodies as read
from mfa_setup.sandbox.twilio.campaign_records import STATUSES, Campaign
from mfa_setup.sandbox.twilio.control_bodies import Body
from mfa_setup.sandbox.twilio.ids import LONG, ago, fixed_sid, new_sid
from mfa_setup.sandbox.twilio.sender_records import AlphaSender, ShortCode
from mfa_setup.sandbox.twilio.senders import is_name
from mfa_setup.sandbox.twilio.state import TwilioState

_BASE = "https://messaging.twilio.com"


def service(state: TwilioState, body: Body) -> Body:
    """Create a Messaging Service, with a verified campaign if `verified` is true."""
    name = read.name(body, required=True) or ""
    registered = read.flag(body, "us_app_to_person_registered")
    found = state.add_service(name, verified=bool(read.flag(body, "verified")), registered=registered)
    return found.json(state.account_sid, _BASE)


def campaign(call: ControlCall) -> Body | None:
    """Set the campaign of a Messaging Service and create it if missing; a null status removes it."""
    state, body = call.world.twilio, call.body
    found = read.service(state, {"service_sid": call.path["sid"]})
    if "status" in body and body["status"] is None:
        found.campaign, found.registered = None, False
        return None
    changes = _changes(body)
    if found.campaign is None:
        found.campaign = Campaign(fixed_sid("QE", state.account_sid, found.sid), state.brand_sid, "VERIFIED")
    for key, value in changes.items():
        setattr(found.campaign, key, value)
    found.registered = found.campaign.verified
    return found.campaign.json(state.account_sid, found.sid, _BASE)


def _changes(body: Body) -> dict[str, Any]:
    changes: dict[str, Any] = {"usecase": read.text(body, "usecase"), "mock": read.flag(body, "mock")}
    if "status" in body:
        changes["status"] = read.choice(body, "status", STATUSES)
    errors = body.get("errors")
    if errors is not None and (not isinstance(errors, list) or not all(isinstance(one, dict) for one in errors)):
        raise ValueError("errors must be a list of objects")
    return {key: value for key, value in (changes | {"errors": errors}).items() if value is not None}


def short_code(state: TwilioState, body: Body) -> Body:
    """Add a short code to the account, and to the pool of the service `service_sid`, if given."""
    digits = read.matching(body, "short_code", "[0-9]{3,8}", "3 to 8 digits")
    country = read.country({"country": "US"} | body)
    service = read.optional_service(state, body)
    found = next((one for one in state.short_codes.values() if one.code == digits), None)
    if found is None:
        found = ShortCode(new_sid("SC"), state.rank(), digits, country, created=ago(LONG))
        state.short_codes[found.sid] = found
    if service is not None:
        found.service_sid, found.pooled = service.sid, ago(LONG)
    return found.json(state.account_sid)


def alpha_sender(state: TwilioState, body: Body) -> Body:
    """Add an alphanumeric sender to the pool of a service."""
    value, service = body.get("alpha_sender"), read.service(state, body)
    if not isinstance(value, str) or not is_name(value):
        raise ValueError("alpha_sender must be 1 to 11 letters, digits, spaces, +, -, _ or &, with a letter")
    found = AlphaSender(new_sid("AI"), state.rank(), value, ago(LONG))
    service.names[found.sid] = found
    return found.json(state.account_sid, service.sid, _BASE)
