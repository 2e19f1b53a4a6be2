"""Toll-free verifications (OpenAPI, messaging v1; sources: twilio-toll-free)."""

from starlette.responses import Response
from starlette.routing import BaseRoute

from mfa_setup.sandbox.twilio.call import Call, answer, room
from mfa_setup.sandbox.twilio.numbers import OwnedNumber
from mfa_setup.sandbox.twilio.paging import Entry, page_v1
from mfa_setup.sandbox.twilio.registration import verifications_of
from mfa_setup.sandbox.twilio.tollfree_records import STATUSES, Verification


def _all(call: Call) -> list[tuple[Verification, OwnedNumber]]:
    """Return every verification with its number, newest first."""
    found = [(one, number) for number in call.state.numbers.values() for one in verifications_of(call.state, number)]
    return sorted(found, key=lambda pair: pair[0].order, reverse=True)


def verifications(call: Call) -> Response:
    """List the toll-free verifications, newest first."""
    wanted, status = call.query.sid("TollfreePhoneNumberSid", "PN"), call.query.one_of("Status", STATUSES)
    call.query.flag("IncludeSubAccounts")  # the account has no subaccounts
    found = [pair for pair in _all(call) if wanted in {"", pair[1].sid} and status in {None, pair[0].status}]
    account = call.state.account_sid
    entries = [Entry(one.order, one.json(account, number, call.base)) for one, number in found]
    return answer(page_v1(call.request, call.query, "verifications", entries))


def verification(call: Call) -> Response:
    """Fetch a toll-free verification."""
    for one, number in _all(call):
        if one.sid == call.path["sid"]:
            return answer(one.json(call.state.account_sid, number, call.base))
    raise call.absent()


def routes() -> list[BaseRoute]:
    """Return the routes of this module."""
    return [
        room("/v1/Tollfree/Verifications", {"GET": verifications}),
        room("/v1/Tollfree/Verifications/{sid}", {"GET": verification}),
    ]
