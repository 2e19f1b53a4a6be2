"""Dialing permissions: the countries that the account may call (sources: twilio-dialing, twilio-sdk-types).

not verified: all but the example of the US; the OpenAPI extracts do not cover Voice.
"""

from typing import Any

from starlette.responses import Response
from starlette.routing import BaseRoute

from mfa_setup.sandbox.login.countries import Country, countries
from mfa_setup.sandbox.twilio.call import Call, answer, room
from mfa_setup.sandbox.twilio.paging import Entry, page_v1

_PATH = "/v1/DialingPermissions/Countries"
_LOW = "low_risk_numbers_enabled"
_FILTERS = {
    "LowRiskNumbersEnabled": _LOW,
    "HighRiskSpecialNumbersEnabled": "high_risk_special_numbers_enabled",
    "HighRiskTollfraudNumbersEnabled": "high_risk_tollfraud_numbers_enabled",
}
SHARED = {"CA": "US"}
"""not verified: that Canada can be requested; it shares the entry of the US (sources: twilio-dialing)."""


def _permission(call: Call, country: Country) -> dict[str, Any]:
    code = country.code
    url = f"{call.base}{_PATH}/{code}"
    return {
        "iso_code": code,
        "name": "United States/Canada" if SHARED.get(code, code) == "US" else country.name,
        "continent": "NORTH_AMERICA" if SHARED.get(code, code) == "US" else None,
        "country_codes": [f"+{country.calling_code}"],
        _LOW: SHARED.get(code, code) in call.state.settings.dialed,
        "high_risk_special_numbers_enabled": False,
        "high_risk_tollfraud_numbers_enabled": False,
        "url": url,
        "links": {"highrisk_special_prefixes": f"{url}/HighRiskSpecialPrefixes"},
    }


def list_all(call: Call) -> Response:
    """List the countries and their permissions."""
    iso, number = call.query.text("IsoCode").upper(), call.query.text("CountryCode").removeprefix("+")
    flags = {key: flag for name, key in _FILTERS.items() if (flag := call.query.flag(name)) is not None}
    continent = call.query.text("Continent")
    named = sorted((one for one in countries() if iso in {"", one.code}), key=lambda one: one.code)
    bodies = [_permission(call, country) for country in named]
    found = [
        body
        for body in bodies
        if number in {"", body["country_codes"][0][1:]}
        and continent in {"", body["continent"]}
        and all(body[key] is flag for key, flag in flags.items())
    ]
    entries = [Entry(len(found) - index, body) for index, body in enumerate(found)]
    return answer(page_v1(call.request, call.query, "content", entries))


def fetch(call: Call) -> Response:
    """Fetch the permissions of one country."""
    code = call.path["country"].upper()
    country = next((one for one in countries() if one.code == code), None)
    if country is None:
        raise call.absent()
    return answer(_permission(call, country))


def routes() -> list[BaseRoute]:
    """Return the routes of this module."""
    return [room(_PATH, {"GET": list_all}), room(_PATH + "/{country}", {"GET": fetch})]
