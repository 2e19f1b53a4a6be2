"""The short codes of the account, and those in the pool of a Messaging Service.

not verified: all of it; the OpenAPI extracts lack short codes (sources: twilio-sdk-types, twilio-short-codes).
"""

from starlette.responses import Response
from starlette.routing import BaseRoute

from mfa_setup.sandbox.twilio.call import Call, answer, no_content, room
from mfa_setup.sandbox.twilio.errors import TwilioError
from mfa_setup.sandbox.twilio.ids import API, now
from mfa_setup.sandbox.twilio.paging import Entry, page_2010, page_v1
from mfa_setup.sandbox.twilio.sender_records import ShortCode
from mfa_setup.sandbox.twilio.services import check_room, service_of


def list_all(call: Call) -> Response:
    """List the account's short codes, newest first."""
    name, code = call.query.text("FriendlyName"), call.query.text("ShortCode")
    owned = reversed(call.state.short_codes.values())
    found = [one for one in owned if name in {"", one.code} and code in {"", one.code}]
    entries = [Entry(one.rank, one.json(call.state.account_sid)) for one in found]
    return answer(page_2010(call.request, call.query, "short_codes", entries))


def fetch(call: Call) -> Response:
    """Fetch a short code of the account."""
    found = call.state.short_codes.get(call.path["sid"])
    if found is None:
        raise call.absent()
    return answer(found.json(call.state.account_sid))


def pool(call: Call) -> Response:
    """List the short codes in a service's pool, newest first."""
    found = reversed(call.state.short_codes_of(service_of(call)))
    entries = [Entry(one.rank, one.pool_json(call.state.account_sid, call.base)) for one in found]
    return answer(page_v1(call.request, call.query, "short_codes", entries))


def attach(call: Call) -> Response:
    """Add a short code to the pool: 201; it can be in one service at most (sources: twilio-services)."""
    service = service_of(call)
    found = call.state.short_codes.get(call.form.required("ShortCodeSid"))
    if found is None:
        raise TwilioError(400, 21421, "ShortCodeSid is invalid")
    if found.service_sid == service.sid:
        raise TwilioError(409, 21710, "Short Code is already in the Messaging Service")
    if found.service_sid is not None:
        raise TwilioError(409, 21712, "Short Code is associated with another Messaging Service")
    check_room(call, service)
    found.service_sid, found.pooled = service.sid, now()
    return answer(found.pool_json(call.state.account_sid, call.base), 201)


def _pooled(call: Call) -> ShortCode:
    service = service_of(call)
    found = call.state.short_codes.get(call.path["sid"])
    if found is None or found.service_sid != service.sid:
        raise call.absent()
    return found


def pool_fetch(call: Call) -> Response:
    """Fetch a short code of the pool."""
    return answer(_pooled(call).pool_json(call.state.account_sid, call.base))


def detach(call: Call) -> Response:
    """Remove a short code from the pool: 204; the account keeps it."""
    found = _pooled(call)
    found.service_sid = found.pooled = None
    return no_content()


def routes() -> list[BaseRoute]:
    """Return the routes of this module."""
    base, inside = API + "/{account_sid}/SMS/ShortCodes", "/v1/Services/{service}/ShortCodes"
    return [
        room(base + ".json", {"GET": list_all}),
        room(base + "/{sid}.json", {"GET": fetch}),
        room(inside, {"GET": pool, "POST": attach}),
        room(inside + "/{sid}", {"GET": pool_fetch, "DELETE": detach}),
    ]
