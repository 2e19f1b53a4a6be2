"""AvailablePhoneNumbers: the countries and the number search (OpenAPI; sources: twilio-search)."""

from typing import Any

from starlette.responses import Response
from starlette.routing import BaseRoute

from mfa_setup.sandbox.twilio.call import Call, answer, room
from mfa_setup.sandbox.twilio.countries import COUNTRIES, IN_LINKS, IN_PATH
from mfa_setup.sandbox.twilio.ids import API
from mfa_setup.sandbox.twilio.paging import check
from mfa_setup.sandbox.twilio.search import matching


def _country_json(call: Call, code: str) -> dict[str, Any]:
    country = COUNTRIES[code]
    uri = f"{API}/{call.state.account_sid}/AvailablePhoneNumbers/{code}"
    paths = {kind: path for path, kind in IN_PATH.items()}
    return {
        "country_code": code,
        "country": country.name,
        "beta": country.beta,
        "uri": f"{uri}.json",
        "subresource_uris": {IN_LINKS[kind]: f"{uri}/{paths[kind]}.json" for kind in country.prices},
    }


def countries(call: Call) -> Response:
    """List the countries in which numbers can be bought."""
    # The official example has only the list and `uri`, without paging (sources: twilio-search).
    check(call.query)
    bodies = [_country_json(call, code) for code in COUNTRIES]
    return answer({"countries": bodies, "uri": call.request.url.path})


def country(call: Call) -> Response:
    """Fetch one country; 404 with 20404 if it is unknown."""
    code = call.path["country"].upper()
    if code not in COUNTRIES:
        raise call.absent()
    return answer(_country_json(call, code))


def search(call: Call) -> Response:
    """Search numbers of a kind; 404 with 20404 if the country has no such kind (sources: twilio-errors)."""
    code, kind = call.path["country"].upper(), IN_PATH.get(call.path["kind"], "")
    if code not in COUNTRIES or kind not in COUNTRIES[code].prices:
        raise call.absent()
    # North American toll-free numbers belong to both countries. not verified: their iso_country in a CA search
    home = "US" if (code, kind) == ("CA", "tollfree") else code
    offered = [one for one in call.state.in_stock() if (one.country, one.kind) == (home, kind)]
    size = check(call.query)
    found = matching(call.query, offered)[:size]
    # An empty result is answered with 200, and no prices are included (sources: twilio-search).
    return answer({"available_phone_numbers": [one.json() for one in found], "uri": call.request.url.path})


def routes() -> list[BaseRoute]:
    """Return the routes of this module."""
    base = API + "/{account_sid}/AvailablePhoneNumbers"
    return [
        room(base + ".json", {"GET": countries}),
        room(base + "/{country}.json", {"GET": country}),
        room(base + "/{country}/{kind}.json", {"GET": search}),
    ]
