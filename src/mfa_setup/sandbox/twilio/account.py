"""The account and its balance (OpenAPI; sources: twilio-account)."""

from decimal import Decimal
from typing import Any

from starlette.responses import Response
from starlette.routing import BaseRoute

from mfa_setup.sandbox.twilio.call import Call, answer, room
from mfa_setup.sandbox.twilio.ids import API, rfc2822
from mfa_setup.sandbox.twilio.paging import Entry, page_2010
from mfa_setup.sandbox.twilio.state import TwilioState

_SUBRESOURCES = {
    "available_phone_numbers": "AvailablePhoneNumbers",
    "balance": "Balance",
    "calls": "Calls",
    "incoming_phone_numbers": "IncomingPhoneNumbers",
    "messages": "Messages",
    "outgoing_caller_ids": "OutgoingCallerIds",
    "usage": "Usage",
}
# A new trial has free units instead of dollars (sources: twilio-account). not verified: that its balance is 0
_START = {"trial": "0.0000", "legacy-trial": "15.0000"}


def _account_json(state: TwilioState) -> dict[str, Any]:
    uri = f"{API}/{state.account_sid}"
    return {
        "sid": state.account_sid,
        "owner_account_sid": (state.parent or state).account_sid,
        "friendly_name": "Sandbox account",
        "type": state.account_type,
        "status": state.status,
        "auth_token": state.auth_token,
        "date_created": rfc2822(state.created),
        "date_updated": rfc2822(state.created),
        "subresource_uris": {name: f"{uri}/{path}.json" for name, path in _SUBRESOURCES.items()},
        "uri": f"{uri}.json",
    }


def fetch(call: Call) -> Response:
    """Fetch the account; its auth token is in the body (sources: twilio-credentials)."""
    return answer(_account_json(call.state))


def list_all(call: Call) -> Response:
    """List the accounts: the caller's, and its subaccount if it has one."""
    name = call.query.text("FriendlyName")
    status = call.query.one_of("Status", ("active", "suspended", "closed"))
    world: TwilioState = call.request.app.state.world.twilio
    states = [call.state, *([world] if world.parent is call.state else [])]
    bodies = [_account_json(one) for one in states]
    found = [body for body in bodies if name in {"", body["friendly_name"]} and status in {None, body["status"]}]
    entries = [Entry(len(found) - index, body) for index, body in enumerate(found)]
    return answer(page_2010(call.request, call.query, "accounts", entries))


def balance(call: Call) -> Response:
    """Fetch the balance: the deposit, less the first month of each number. Amounts are strings.

    Invoiced accounts have a negative balance; subaccounts have none (sources: twilio-subaccounts).
    """
    state = call.state
    if state.parent is not None:
        raise call.absent()
    start = state.settings.deposit
    if start is None:
        start = Decimal(_START.get(state.config.twilio_account, "250.0000"))
    left, currency = start - state.spent, state.settings.currency
    return answer({"account_sid": state.account_sid, "balance": f"{left:.4f}", "currency": currency})


def routes() -> list[BaseRoute]:
    """Return the routes of this module."""
    return [
        room(API + ".json", {"GET": list_all}, keys=False),
        room(API + "/{account_sid}.json", {"GET": fetch}, keys=False),
        room(API + "/{account_sid}/Balance.json", {"GET": balance}),
    ]
