"""An A2P campaign (sources: twilio-a2p; OpenAPI, messaging v1)."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from mfa_setup.sandbox.twilio.ids import iso, now

STATUSES = ("PENDING", "IN_PROGRESS", "VERIFIED", "FAILED", "SUSPENDED")
"""not verified: SUSPENDED; the OpenAPI document gives only examples, and lists that status for brands."""
SOLE_PROPRIETOR = "SOLE_PROPRIETOR"


@dataclass(slots=True)
class Campaign:
    """An A2P campaign of a service (OpenAPI, `messaging.v1.service.us_app_to_person`).

    Attributes:
        sid: `QE` and 32 hex digits.
        brand_sid: The SID of the brand.
        status: One of `STATUSES`.
        usecase: The use case of the campaign's messages.
        mock: Whether the campaign is a test that is not submitted to carriers.
        errors: The reasons for a failure.
        created: The time of submission.
    """

    sid: str
    brand_sid: str
    status: str
    usecase: str = "2FA"
    mock: bool = False
    errors: list[dict[str, Any]] = field(default_factory=list)
    created: datetime = field(default_factory=now)

    @property
    def verified(self) -> bool:
        """Whether the campaign has been approved."""
        return self.status == "VERIFIED"

    @property
    def delivers(self) -> bool:
        """Whether carriers accept its messages: a mock campaign was never submitted (sources: twilio-campaigns)."""
        return self.verified and not self.mock

    def json(self, account_sid: str, service_sid: str, base: str) -> dict[str, Any]:
        """Return the campaign as the API answers it."""
        return {
            "sid": self.sid,
            "account_sid": account_sid,
            "brand_registration_sid": self.brand_sid,
            "messaging_service_sid": service_sid,
            "description": "One-time passwords for signing in.",
            "message_samples": ["123456 is your verification code", "Your code is 123456"],
            "us_app_to_person_usecase": self.usecase,
            "has_embedded_links": False,
            "has_embedded_phone": False,
            "subscriber_opt_in": True,
            "age_gated": False,
            "direct_lending": False,
            "campaign_status": self.status,
            "campaign_id": "CSANDBX" if self.verified else None,
            "is_externally_registered": False,
            "rate_limits": {"att": {"mps": 75, "msg_class": "T"}, "tmobile": {"brand_tier": "LOW"}},
            "message_flow": "Users enter their number when they switch multi-factor authentication on.",
            "opt_in_message": None,
            "opt_out_message": "You will not receive any more messages from this number.",
            "help_message": "Reply STOP to unsubscribe.",
            "opt_in_keywords": ["START"],
            "opt_out_keywords": ["STOP"],
            "help_keywords": ["HELP"],
            "date_created": iso(self.created),
            "date_updated": iso(self.created),
            "url": f"{base}/v1/Services/{service_sid}/Compliance/Usa2p/{self.sid}",
            "mock": self.mock,
            "errors": self.errors,
        }
