"""The record of a toll-free verification (OpenAPI, messaging v1; sources: twilio-toll-free)."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from mfa_setup.sandbox.twilio.ids import fixed_sid, iso, now
from mfa_setup.sandbox.twilio.numbers import OwnedNumber
from mfa_setup.sandbox.twilio.paging import chronological

APPROVED, REJECTED = "TWILIO_APPROVED", "TWILIO_REJECTED"
STATUSES = ("PENDING_REVIEW", "IN_REVIEW", APPROVED, REJECTED)
_REASON = "The opt-in information cannot be verified."  # not verified: the text, and the code that goes with it
# Fields of a toll-free verification that a small business may leave empty (OpenAPI, all nullable).
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


@dataclass(frozen=True, slots=True)
class Verification:
    """A toll-free verification of a number, which can have several.

    Attributes:
        sid: `HH` and 32 hex digits.
        rank: The position in the order of creation.
        status: One of `STATUSES`.
        created: The time of submission.
    """

    sid: str
    rank: int
    status: str
    created: datetime = field(default_factory=now)

    @property
    def order(self) -> int:
        """The position in the order of dates, the newest last."""
        return chronological(self.created, self.rank)

    def json(self, account_sid: str, number: OwnedNumber, base: str) -> dict[str, Any]:
        """Return the verification as the API answers it."""
        return {
            "sid": self.sid,
            "account_sid": account_sid,
            "customer_profile_sid": fixed_sid("BU", account_sid, "profile"),
            "trust_product_sid": fixed_sid("BU", account_sid, "tollfree"),
            "regulated_item_sid": fixed_sid("RA", account_sid, number.sid),
            "date_created": iso(self.created),
            "date_updated": iso(self.created),
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
            "status": self.status,
            "url": f"{base}/v1/Tollfree/Verifications/{self.sid}",
            "rejection_reason": _REASON if self.status == REJECTED else None,
            "error_code": None,
            "edit_expiration": None,
            "edit_allowed": True if self.status == REJECTED else None,
            "rejection_reasons": None,
            "resource_links": {},
            "age_gated_content": False,
        }
