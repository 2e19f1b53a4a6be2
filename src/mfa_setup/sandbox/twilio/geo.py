"""Geo permissions: the countries that the account may send messages to (OpenAPI, accounts v1; sources: twilio-geo)."""

from typing import Any

import phonenumbers
from starlette.responses import Response
from starlette.routing import BaseRoute

from mfa_setup.sandbox.payloads import read_json
from mfa_setup.sandbox.twilio.call import Call, answer, room
from mfa_setup.sandbox.twilio.errors import TwilioError
from mfa_setup.sandbox.twilio.forms import INVALID

HIGH_RISK = frozenset({"BD", "IL", "NG", "PK", "PS", "LK", "AZ", "TJ", "OM", "TN", "DZ"})
UNSUPPORTED = frozenset({"IR", "SY", "CU"})
_REFUSED = 30649


def _permission(call: Call, country: str) -> dict[str, Any]:
    return {
        "country_code": country,
        "type": "country",
        "enabled": country in call.state.countries_on,
        "prefix": f"+{phonenumbers.country_code_for_region(country)}",
        "message": "High Risk Country" if country in HIGH_RISK else "",
    }


def fetch(call: Call) -> Response:
    """List the permissions of all countries, or of those in CountryCode (OpenAPI, example: `IN,PK,US`)."""
    wanted = [code.strip().upper() for code in call.query.text("CountryCode").split(",") if code.strip()]
    # not verified: an unknown country is left out rather than rejected
    known = [code for code in sorted(phonenumbers.SUPPORTED_REGIONS) if not wanted or code in wanted]
    return answer({"permissions": [_permission(call, code) for code in known]})


def update(call: Call) -> Response:
    """Enable or disable countries: 200 even if one of them is rejected (sources: twilio-geo)."""
    wished = [_read(text) for text in call.form.all("Permissions")]
    if not wished:
        # not verified: the code
        raise TwilioError(400, INVALID, "Missing required parameter Permissions in the post body")
    return answer({"permissions": [_switch(call, country, on=on) for country, on in wished]})


def _read(text: str) -> tuple[str, bool]:
    refusal = TwilioError(400, INVALID, "Invalid Permissions")  # not verified: the code
    try:
        wish = read_json(text.encode())
    except ValueError:
        raise refusal from None
    if not isinstance(wish, dict) or wish.get("type") != "country":
        raise refusal
    country, enabled = wish.get("country_code"), wish.get("enabled")
    if not isinstance(country, str) or country not in phonenumbers.SUPPORTED_REGIONS:
        raise refusal
    if not isinstance(enabled, bool):
        raise refusal
    return country, enabled


def _switch(call: Call, country: str, *, on: bool) -> dict[str, Any]:
    state = call.state
    refused = country in HIGH_RISK | UNSUPPORTED
    if not refused:
        state.countries_on = state.countries_on | {country} if on else state.countries_on - {country}
    return {
        "country_code": country,
        "type": "country",
        # not verified: whether a rejected entry repeats the requested value or the one in force
        "enabled": country in state.countries_on,
        "error_code": _REFUSED if refused else 0,
        "error_messages": ["High risk country permission cannot be updated"] if refused else [],
    }


def routes() -> list[BaseRoute]:
    """Return the routes of this module."""
    return [room("/v1/Messaging/GeoPermissions", {"GET": fetch, "PATCH": update})]
