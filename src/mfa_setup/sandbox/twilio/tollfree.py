"""Toll-free verifications (OpenAPI, messaging v1; sources: twilio-toll-free)."""

from typing import Any

from starlette.responses import Response
from starlette.routing import BaseRoute

from mfa_setup.sandbox.twilio.call import Call, answer, room
from mfa_setup.sandbox.twilio.ids import fixed_sid, iso
from mfa_setup.sandbox.twilio.numbers import OwnedNumber
from mfa_setup.sandbox.twilio.paging import Entry, page_v1

# Fields of a toll-free verification that a small business may leave open (OpenAPI, all nullable).
_NOT_GIVEN = (
    "business_street_address",
    "business_street_address2",
    "business_city",
    "business_state_province_region",
    "business_postal_code",
    "business_country",
    "business_contact_first_name",
    "business_contact_last_name",
    "business_contact_email",
    "business_contact_phone",
    "business_registration_number",
    "business_registration_authority",
    "business_registration_country",
    "business_registration_phone_number",
    "business_type",
    "additional_information",
    "doing_business_as",
    "opt_in_confirmation_message",
    "help_message_sample",
    "privacy_policy_url",
    "terms_and_conditions_url",
    "opt_in_keywords",
    "external_reference_id",
    "vetting_id",
    "vetting_provider",
    "vetting_id_expiration",
)
_STATUSES = ("PENDING_REVIEW", "IN_REVIEW", "TWILIO_APPROVED", "TWILIO_REJECTED")


def _verified(call: Call) -> list[OwnedNumber]:
    if call.state.config.number_registration != "registered":
        return []
    return [one for one in reversed(call.state.numbers.values()) if one.stock.kind == "tollfree"]


def verifications(call: Call) -> Response:
    """List the toll-free verifications: an approved one for each toll-free number of a registered account."""
    wanted, status = call.query.sid("TollfreePhoneNumberSid", "PN"), call.query.one_of("Status", _STATUSES)
    call.query.flag("IncludeSubAccounts")  # there are none
    found = [one for one in _verified(call) if wanted in {"", one.sid} and status in {None, "TWILIO_APPROVED"}]
    entries = [Entry(one.rank, _verification_json(call, one)) for one in found]
    return answer(page_v1(call.request, call.query, "verifications", entries))


def verification(call: Call) -> Response:
    """Fetch a toll-free verification."""
    for number in _verified(call):
        body = _verification_json(call, number)
        if body["sid"] == call.path["sid"]:
            return answer(body)
    raise call.absent()


def _verification_json(call: Call, number: OwnedNumber) -> dict[str, Any]:
    account = call.state.account_sid
    sid = fixed_sid("HH", account, number.sid)
    return {
        "sid": sid,
        "account_sid": account,
        "customer_profile_sid": fixed_sid("BU", account, "profile"),
        "trust_product_sid": fixed_sid("BU", account, "tollfree"),
        "regulated_item_sid": fixed_sid("RA", account, number.sid),
        "date_created": iso(number.created),
        "date_updated": iso(number.created),
        **dict.fromkeys(_NOT_GIVEN),
        "business_name": "Sandbox, Inc.",
        "business_website": "https://www.example.com",
        "notification_email": "support@example.com",
        "use_case_categories": ["TWO_FACTOR_AUTHENTICATION"],
        "use_case_summary": "One-time passwords for signing in.",
        "production_message_sample": "123456 is your verification code",
        "opt_in_image_urls": ["https://www.example.com/opt-in.png"],
        "opt_in_type": "WEB_FORM",
        "message_volume": "1,000",
        "tollfree_phone_number_sid": number.sid,
        "tollfree_phone_number": number.phone_number,
        "status": "TWILIO_APPROVED",
        "url": f"{call.base}/v1/Tollfree/Verifications/{sid}",
        "rejection_reason": None,
        "error_code": None,
        "edit_expiration": None,
        "edit_allowed": None,
        "rejection_reasons": None,
        "resource_links": {},
        "age_gated_content": False,
    }


def routes() -> list[BaseRoute]:
    """Return the paths of this module."""
    return [
        room("/v1/Tollfree/Verifications", {"GET": verifications}),
        room("/v1/Tollfree/Verifications/{sid}", {"GET": verification}),
    ]
