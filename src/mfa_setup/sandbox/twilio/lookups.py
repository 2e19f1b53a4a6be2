"""Lookup v2: the known properties of a number (OpenAPI, lookups v2; sources: twilio-lookup)."""

from typing import Any

import phonenumbers
from phonenumbers import PhoneNumberType, ValidationResult
from starlette.responses import Response
from starlette.routing import BaseRoute

from mfa_setup.sandbox import phones
from mfa_setup.sandbox.twilio.call import Call, answer, room

_PACKAGES = (
    "caller_name",
    "sim_swap",
    "call_forwarding",
    "line_status",
    "line_type_intelligence",
    "identity_match",
    "reassigned_number",
    "sms_pumping_risk",
    "phone_number_quality_score",
    "pre_fill",
)
_REASONS = {
    ValidationResult.INVALID_COUNTRY_CODE: "INVALID_COUNTRY_CODE",
    ValidationResult.TOO_SHORT: "TOO_SHORT",
    ValidationResult.TOO_LONG: "TOO_LONG",
    ValidationResult.INVALID_LENGTH: "INVALID_LENGTH",
}
_LINES = {
    PhoneNumberType.MOBILE: "mobile",
    PhoneNumberType.FIXED_LINE: "landline",
    PhoneNumberType.FIXED_LINE_OR_MOBILE: "mobile",
    PhoneNumberType.TOLL_FREE: "tollFree",
    PhoneNumberType.VOIP: "nonFixedVoip",
}


def fetch(call: Call) -> Response:
    """Look a number up: an invalid one is answered with 200 and `valid` false, not 404 (sources: twilio-lookup)."""
    text = call.path["number"]
    country = call.query.text("CountryCode").upper() or "US"
    try:
        parsed = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException as broken:
        unknown = broken.error_type == phonenumbers.NumberParseException.INVALID_COUNTRY_CODE
        return answer(_body(call, text, None, ["INVALID_COUNTRY_CODE" if unknown else "NOT_A_NUMBER"]))
    if phones.is_valid(parsed):
        return answer(_body(call, text, parsed, []))
    reason = _REASONS.get(phonenumbers.is_possible_number_with_reason(parsed), "INVALID_BUT_POSSIBLE")
    return answer(_body(call, text, None, [reason]))


def _body(call: Call, text: str, parsed: phonenumbers.PhoneNumber | None, errors: list[str]) -> dict[str, Any]:
    number = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164) if parsed else text
    national = phonenumbers.PhoneNumberFormat.NATIONAL
    body: dict[str, Any] = {
        "calling_country_code": str(parsed.country_code) if parsed else None,
        "country_code": phones.country(parsed) if parsed else None,
        "phone_number": number,
        "national_format": phonenumbers.format_number(parsed, national) if parsed else None,
        "valid": parsed is not None,
        # not verified: an empty list, as in the schema; the example next to it has null
        "validation_errors": errors,
        **dict.fromkeys(_PACKAGES),
        "url": f"{call.base}/v2/PhoneNumbers/{number}",
    }
    if parsed and "line_type_intelligence" in call.query.text("Fields").split(","):
        body["line_type_intelligence"] = _line(parsed)
    return body


def _line(parsed: phonenumbers.PhoneNumber) -> dict[str, Any]:
    return {
        "type": _LINES.get(phones.line(parsed), "unknown"),
        "carrier_name": "Sandbox Mobile",
        "mobile_country_code": None,
        "mobile_network_code": None,
        "error_code": None,
    }


def routes() -> list[BaseRoute]:
    """Return the routes of this module."""
    return [room("/v2/PhoneNumbers/{number}", {"GET": fetch})]
