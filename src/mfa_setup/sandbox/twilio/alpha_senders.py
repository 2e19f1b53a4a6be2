"""Alphanumeric senders in the pool of a Messaging Service.

not verified: all of it; the OpenAPI extracts do not cover them (sources: twilio-sdk-types, twilio-alpha-senders).
"""

from starlette.responses import Response
from starlette.routing import BaseRoute

from mfa_setup.sandbox.twilio.call import Call, answer, no_content, room
from mfa_setup.sandbox.twilio.forms import invalid
from mfa_setup.sandbox.twilio.ids import new_sid
from mfa_setup.sandbox.twilio.paging import Entry, page_v1
from mfa_setup.sandbox.twilio.sender_records import AlphaSender
from mfa_setup.sandbox.twilio.senders import is_name
from mfa_setup.sandbox.twilio.services import service_of


def list_all(call: Call) -> Response:
    """List the alphanumeric senders in a service's pool, newest first."""
    service = service_of(call)
    found = reversed(service.names.values())
    entries = [Entry(one.rank, one.json(call.state.account_sid, service.sid, call.base)) for one in found]
    return answer(page_v1(call.request, call.query, "alpha_senders", entries))


def create(call: Call) -> Response:
    """Add an alphanumeric sender to the pool: 201."""
    service, name = service_of(call), call.form.required("AlphaSender")
    if not is_name(name):
        raise invalid("AlphaSender", name)
    found = AlphaSender(new_sid("AI"), call.state.rank(), name)
    service.names[found.sid] = found
    return answer(found.json(call.state.account_sid, service.sid, call.base), 201)


def fetch(call: Call) -> Response:
    """Fetch an alphanumeric sender of the pool."""
    service = service_of(call)
    found = service.names.get(call.path["sid"])
    if found is None:
        raise call.absent()
    return answer(found.json(call.state.account_sid, service.sid, call.base))


def delete(call: Call) -> Response:
    """Remove an alphanumeric sender from the pool: 204."""
    if service_of(call).names.pop(call.path["sid"], None) is None:
        raise call.absent()
    return no_content()


def routes() -> list[BaseRoute]:
    """Return the routes of this module."""
    base = "/v1/Services/{service}/AlphaSenders"
    return [
        room(base, {"GET": list_all, "POST": create}),
        room(base + "/{sid}", {"GET": fetch, "DELETE": delete}),
    ]
