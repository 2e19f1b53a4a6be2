"""Trust Hub: the profile that even a Full account needs (sources: twilio-compliance-profile, twilio-account)."""

from typing import Any

from starlette.responses import Response
from starlette.routing import BaseRoute

from mfa_setup.sandbox.twilio.call import Call, answer, room
from mfa_setup.sandbox.twilio.ids import fixed_sid, iso
from mfa_setup.sandbox.twilio.paging import Entry, page_v1

STATUSES = ("draft", "pending-review", "in-review", "twilio-rejected", "twilio-approved")
# not verified: the policy of a primary business profile, as a user reports it
_POLICY = "RN6433641899984f951173ef1738c3bdd0"


def _profile(call: Call) -> dict[str, Any] | None:
    state = call.state
    if state.profile_status is None or state.parent is not None:
        # A subaccount has no profile of its own (sources: twilio-subaccounts).
        return None
    sid = fixed_sid("BU", state.account_sid, "profile")
    url = f"{call.base}/v1/CustomerProfiles/{sid}"
    return {
        "sid": sid,
        "account_sid": state.account_sid,
        "policy_sid": _POLICY,
        "friendly_name": "Sandbox profile",
        "status": state.profile_status,
        "valid_until": None,
        "email": "owner@example.com",
        "status_callback": None,
        "date_created": iso(state.created),
        "date_updated": iso(state.created),
        "url": url,
        "links": {
            "customer_profiles_entity_assignments": f"{url}/EntityAssignments",
            "customer_profiles_evaluations": f"{url}/Evaluations",
            "customer_profiles_channel_endpoint_assignment": f"{url}/ChannelEndpointAssignments",
        },
        "errors": [],
    }


def list_all(call: Call) -> Response:
    """List the profiles: one if the account has a profile, none on a trial."""
    body = _profile(call)
    wanted = {
        "status": call.query.one_of("Status", STATUSES),
        "friendly_name": call.query.text("FriendlyName"),
        "policy_sid": call.query.sid("PolicySid", "RN"),
    }
    fits = body is not None and all(not value or body[key] == value for key, value in wanted.items())
    entries = [Entry(1, body)] if body is not None and fits else []
    return answer(page_v1(call.request, call.query, "results", entries))


def fetch(call: Call) -> Response:
    """Fetch a profile."""
    body = _profile(call)
    if body is None or body["sid"] != call.path["sid"]:
        raise call.absent()
    return answer(body)


def routes() -> list[BaseRoute]:
    """Return the routes of this module."""
    # not verified: that a Standard key reaches Trust Hub
    return [
        room("/v1/CustomerProfiles", {"GET": list_all}),
        room("/v1/CustomerProfiles/{sid}", {"GET": fetch}),
    ]
