"""Usage records (OpenAPI; sources: twilio-account): the two categories that the sandbox can fill."""

from decimal import Decimal
from typing import Any

from starlette.responses import Response
from starlette.routing import BaseRoute

from mfa_setup.sandbox.twilio.call import Call, answer, room
from mfa_setup.sandbox.twilio.ids import API, now
from mfa_setup.sandbox.twilio.message_records import segments
from mfa_setup.sandbox.twilio.paging import Entry, page_2010


def _record(call: Call, category: str, text: str, count: int, price: Decimal) -> dict[str, Any]:
    today = now().date().isoformat()
    uri = f"{API}/{call.state.account_sid}/Usage/Records"
    return {
        "account_sid": call.state.account_sid,
        "api_version": "2010-04-01",
        "as_of": now().isoformat(),
        "category": category,
        "description": text,
        "count": str(count),
        "count_unit": "messages" if category == "sms-outbound" else "numbers",
        "usage": str(count),
        "usage_unit": "messages" if category == "sms-outbound" else "numbers",
        "price": f"{price:.5f}",
        "price_unit": "usd",
        "start_date": today,
        "end_date": today,
        "subresource_uris": {"today": f"{uri}/Today.json?Category={category}"},
        "uri": f"{uri}.json?Category={category}&StartDate={today}&EndDate={today}",
    }


def records(call: Call) -> Response:
    """List the usage: outbound SMS and phone numbers."""
    for name in ("StartDate", "EndDate"):
        call.query.day(name)  # the sandbox does not record usage by day
    call.query.flag("IncludeSubaccounts")
    sent = call.state.messages.values()
    cost = sum((Decimal(one.unit_price) * segments(one.body) for one in sent), Decimal(0))
    bodies = [
        _record(call, "sms-outbound", "Outbound SMS", len(sent), cost),
        _record(call, "phonenumbers", "Phone Numbers", call.state.purchases, call.state.spent),
    ]
    wanted = call.query.text("Category")
    found = [body for body in bodies if wanted in {"", body["category"]}]
    entries = [Entry(len(found) - index, body) for index, body in enumerate(found)]
    return answer(page_2010(call.request, call.query, "usage_records", entries))


def routes() -> list[BaseRoute]:
    """Return the routes of this module."""
    return [room(API + "/{account_sid}/Usage/Records.json", {"GET": records})]
