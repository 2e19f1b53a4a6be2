"""Messaging Services and their pools of numbers (OpenAPI, messaging v1; sources: twilio-services)."""

from typing import Any

from starlette.responses import Response
from starlette.routing import BaseRoute

from mfa_setup.sandbox.twilio.call import Call, answer, no_content, room
from mfa_setup.sandbox.twilio.campaign_records import SOLE_PROPRIETOR
from mfa_setup.sandbox.twilio.errors import TwilioError
from mfa_setup.sandbox.twilio.forms import INVALID, Fields
from mfa_setup.sandbox.twilio.ids import now
from mfa_setup.sandbox.twilio.paging import Entry, page_v1
from mfa_setup.sandbox.twilio.service_records import PoolEntry, Service

_FLAGS = {
    "StickySender": "sticky_sender",
    "MmsConverter": "mms_converter",
    "SmartEncoding": "smart_encoding",
    "FallbackToLongCode": "fallback_to_long_code",
    "AreaCodeGeomatch": "area_code_geomatch",
    "SynchronousValidation": "synchronous_validation",
    "UseInboundWebhookOnNumber": "use_inbound_webhook_on_number",
}
_URLS = {
    "InboundRequestUrl": "inbound_request_url",
    "FallbackUrl": "fallback_url",
    "StatusCallback": "status_callback",
}
_CHOICES = {
    "InboundMethod": ("inbound_method", ("GET", "POST")),
    "FallbackMethod": ("fallback_method", ("GET", "POST")),
    "ScanMessageContent": ("scan_message_content", ("inherit", "enable", "disable")),
    "Usecase": (
        "usecase",
        ("notifications", "marketing", "verification", "discussion", "poll", "undeclared"),
    ),
}
_LONGEST_VALIDITY = 36000
_LARGEST_POOL = 400


def service_of(call: Call) -> Service:
    """Return the service that a path names, or raise 404."""
    service = call.state.services.get(call.path["service"])
    if service is None:
        raise call.absent()
    return service


def _settings(form: Fields) -> dict[str, Any]:
    found: dict[str, Any] = {key: form.text(name) or None for name, key in _URLS.items() if name in form}
    for name, key in _FLAGS.items():
        flag = form.flag(name)
        if flag is not None:
            found[key] = flag
    for name, (key, choices) in _CHOICES.items():
        choice = form.one_of(name, choices)
        if choice:
            found[key] = choice
    period = form.integer("ValidityPeriod", 1, _LONGEST_VALIDITY)
    return found if period is None else found | {"validity_period": period}


def list_all(call: Call) -> Response:
    """List the services, newest first; there is no filter by name (OpenAPI)."""
    services = reversed(call.state.services.values())
    entries = [Entry(one.rank, one.json(call.state.account_sid, call.base)) for one in services]
    return answer(page_v1(call.request, call.query, "services", entries))


def create(call: Call) -> Response:
    """Create a service: 201; names need not be unique (sources: twilio-services)."""
    call.form.required("FriendlyName")
    name = call.form.friendly_name(INVALID) or ""
    found = _settings(call.form)
    service = call.state.add_service(name)
    service.settings.update(found)
    return answer(service.json(call.state.account_sid, call.base), 201)


def fetch(call: Call) -> Response:
    """Fetch one service."""
    return answer(service_of(call).json(call.state.account_sid, call.base))


def update(call: Call) -> Response:
    """Update a service: 200."""
    service = service_of(call)
    name = call.form.friendly_name(INVALID)
    found = _settings(call.form)
    service.friendly_name = name or service.friendly_name
    service.settings.update(found)
    service.updated = now()
    return answer(service.json(call.state.account_sid, call.base))


def delete(call: Call) -> Response:
    """Delete a service, and with it the link to its campaign (sources: twilio-services): 204."""
    service = service_of(call)
    for one in call.state.short_codes_of(service):
        one.service_sid = one.pooled = None
    del call.state.services[service.sid]
    return no_content()


def pool(call: Call) -> Response:
    """List the numbers of a service's pool, newest first."""
    service = service_of(call)
    entries = [Entry(one.rank, _pool_json(call, service, one)) for one in reversed(service.pool.values())]
    return answer(page_v1(call.request, call.query, "phone_numbers", entries))


def attach(call: Call) -> Response:
    """Add a number to the pool: 201; a number can be in one service at most (sources: twilio-services)."""
    service = service_of(call)
    number = call.state.numbers.get(call.form.required("PhoneNumberSid"))
    if number is None:
        raise TwilioError(400, 21421, "PhoneNumberSid is invalid")
    if number.sid in service.pool:
        # not verified: the HTTP status, and whether the number is rejected; the OpenAPI document also lists a 200
        raise TwilioError(409, 21710, "Phone Number is already in the Messaging Service")
    if call.state.service_of(number):
        # not verified: the HTTP status
        raise TwilioError(409, 21712, "Phone Number is associated with another Messaging Service")
    check_room(call, service)
    return answer(_pool_json(call, service, call.state.add_to_pool(service, number)), 201)


def check_room(call: Call, service: Service) -> None:
    """Reject another sender if the pool is full: 400 numbers and short codes (sources: twilio-pool-size)."""
    sole = service.campaign is not None and service.campaign.usecase == SOLE_PROPRIETOR
    # A sole proprietor's campaign has one number (sources: twilio-campaigns). not verified: when and with which code
    # a second is rejected, and the HTTP status of either rejection
    if len(service.pool) + len(call.state.short_codes_of(service)) >= (1 if sole else _LARGEST_POOL):
        raise TwilioError(400, 21714, "Messaging Service Number Pool size limit reached")


def _pool_json(call: Call, service: Service, entry: PoolEntry) -> dict[str, Any]:
    return entry.json(call.state.account_sid, service.sid, call.base)


def pool_fetch(call: Call) -> Response:
    """Fetch a number of the pool."""
    service = service_of(call)
    entry = service.pool.get(call.path["sid"])
    if entry is None:
        raise call.absent()
    return answer(_pool_json(call, service, entry))


def detach(call: Call) -> Response:
    """Remove a number from the pool: 204; the account keeps it (sources: twilio-services)."""
    if service_of(call).pool.pop(call.path["sid"], None) is None:
        raise call.absent()
    return no_content()


def routes() -> list[BaseRoute]:
    """Return the routes of this module."""
    one = "/v1/Services/{service}"
    return [
        room("/v1/Services", {"GET": list_all, "POST": create}),
        room(one, {"GET": fetch, "POST": update, "DELETE": delete}),
        room(one + "/PhoneNumbers", {"GET": pool, "POST": attach}),
        room(one + "/PhoneNumbers/{sid}", {"GET": pool_fetch, "DELETE": detach}),
    ]
