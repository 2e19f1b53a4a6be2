"""What a test can do to the account behind the API's back: calls of the sandbox, none of Twilio's.

All but the first are a POST with a JSON object; a body that it cannot use is answered 400 with `{"error": …}`.
"""

import re
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from starlette.routing import Route

from mfa_setup.sandbox.control_route import ControlCall, control_route
from mfa_setup.sandbox.twilio.forms import FRIENDLY_NAME_LENGTH, is_e164
from mfa_setup.sandbox.twilio.state import TwilioState
from mfa_setup.sandbox.twilio.stock import catalogue, is_valid
from mfa_setup.sandbox.twilio.trusthub import STATUSES

Body = dict[str, Any]
_BASE = "https://messaging.twilio.com"


def _phone(body: Body) -> str:
    value = body.get("phone_number")
    if not isinstance(value, str) or not is_e164(value) or not is_valid(value):
        raise ValueError("phone_number must be a valid number in E.164")
    return value


def _name(body: Body, *, required: bool) -> str | None:
    value = body.get("friendly_name")
    if value is None and not required:
        return None
    if not isinstance(value, str) or not 0 < len(value) <= FRIENDLY_NAME_LENGTH:
        raise ValueError("friendly_name must be 1 to 64 characters")
    return value


def _flag(body: Body, key: str) -> bool | None:
    value = body.get(key)
    if value is not None and not isinstance(value, bool):
        raise ValueError(f"{key} must be true or false")
    return value


def _number(state: TwilioState, body: Body) -> Body:
    """Put a number into the account without a purchase, and into the pool of a service where `service_sid`."""
    phone, name, service_sid = _phone(body), _name(body, required=False), body.get("service_sid")
    if service_sid is not None and service_sid not in list(state.services):
        raise ValueError("service_sid names no Messaging Service of the account")
    number = state.add_number(phone, name)
    if service_sid is not None and state.service_of(number) is None:
        state.add_to_pool(state.services[service_sid], number)
    return number.json(state.account_sid)


def _service(state: TwilioState, body: Body) -> Body:
    """Make a Messaging Service, with a verified campaign where `verified`."""
    name = _name(body, required=True) or ""
    registered = _flag(body, "us_app_to_person_registered")
    service = state.add_service(name, verified=bool(_flag(body, "verified")), registered=registered)
    return service.json(state.account_sid, _BASE)


def _recipient(state: TwilioState, body: Body) -> Body:
    """Verify a recipient of a trial."""
    return state.verify_recipient(_phone(body)).json(state.account_sid)


def _token(state: TwilioState, body: Body) -> Body:
    """Rotate the auth token: who still holds the old one is refused."""
    value = body.get("auth_token")
    if not isinstance(value, str) or not re.fullmatch(r"[0-9a-f]{32}", value):
        raise ValueError("auth_token must be 32 lower-case hex digits")
    state.auth_token = value
    return {"auth_token": value}


def _taken(state: TwilioState, body: Body) -> Body:
    """Sell a number of the stock to someone else: a search still lists it, a purchase is refused."""
    number = _phone(body)
    if number not in {one.phone_number for one in catalogue()}:
        raise ValueError("phone_number is not in stock")
    state.taken.add(number)
    return {"phone_number": number}


def _sold(state: TwilioState, body: Body) -> Body:
    """Sell a number of the stock to someone else: no search lists it any more, a purchase is refused."""
    number = _taken(state, body)
    state.sold.add(str(number["phone_number"]))
    return number


def _stopped(state: TwilioState, body: Body) -> Body:
    """Let a recipient answer STOP."""
    number = _phone(body)
    state.stopped.add(number)
    return {"phone_number": number}


def _fate(state: TwilioState, body: Body) -> Body:
    """Let messages to a phone end undelivered with an error code, or arrive again where it is null."""
    number, code = _phone(body), body.get("error_code")
    if code is None:
        state.fates.pop(number, None)
    elif isinstance(code, int) and not isinstance(code, bool) and code > 0:
        state.fates[number] = code
    else:
        raise ValueError("error_code must be a positive number or null")
    return {"phone_number": number, "error_code": code}


def _profile(state: TwilioState, body: Body) -> Body:
    """Set the status of the account's compliance profile, or remove it where null."""
    status = body.get("status")
    if status is not None and status not in STATUSES:
        raise ValueError(f"status must be null or one of {', '.join(STATUSES)}")
    state.profile_status = status
    return {"status": status}


def _paper(state: TwilioState, body: Body) -> Body:
    """File an address or a bundle of a country."""
    kinds = {"address": "AD", "bundle": "BU"}
    kind, country = body.get("kind"), body.get("country")
    if not isinstance(kind, str) or kind not in kinds:
        raise ValueError("kind must be address or bundle")
    if not isinstance(country, str) or not re.fullmatch(r"[A-Z]{2}", country):
        raise ValueError("country must be an ISO 3166 code")
    return {"sid": state.add_paper(kinds[kind], country)}


def _control(name: str, handler: Callable[[TwilioState, Body], Body], status: int = 200) -> Route:
    return control_route(f"/twilio/{name}", "POST", lambda call: handler(call.world.twilio, call.body), status)


def _credentials(call: ControlCall) -> Body:
    """Every pair that the account has: its own, its API key and its test credentials."""
    return asdict(call.world.twilio.credentials)


def routes() -> list[Route]:
    """Return the control calls of the Twilio half."""
    return [
        control_route("/twilio/credentials", "GET", _credentials),
        _control("numbers", _number, 201),
        _control("services", _service, 201),
        _control("verified-recipients", _recipient, 201),
        _control("token", _token),
        _control("taken", _taken),
        _control("sold", _sold),
        _control("stopped", _stopped),
        _control("fates", _fate),
        _control("profile", _profile),
        _control("papers", _paper, 201),
    ]
