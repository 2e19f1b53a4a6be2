"""The records of verified caller IDs and alerts (OpenAPI; sources: twilio-account, twilio-alerts)."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from mfa_setup.sandbox.twilio.ids import API, iso, now, rfc2822


@dataclass(slots=True)
class CallerId:
    """A verified phone number; on an old-style trial, an allowed recipient (sources: twilio-account).

    Attributes:
        sid: `PN` and 32 hex digits.
        rank: The position in the order of creation.
        phone_number: The verified number.
        friendly_name: The name of the number; by default the number itself.
        due: The time at which the owner types the code, on the state's monotonic clock.
        created: The time at which the verification began.
        updated: The time of the last change.
    """

    sid: str
    rank: int
    phone_number: str
    friendly_name: str
    due: float = 0
    created: datetime = field(default_factory=now)
    updated: datetime = field(default_factory=now)

    def json(self, account_sid: str) -> dict[str, Any]:
        """Return the caller ID as the API answers it (OpenAPI, `api.v2010.account.outgoing_caller_id`)."""
        return {
            "sid": self.sid,
            "account_sid": account_sid,
            "phone_number": self.phone_number,
            "friendly_name": self.friendly_name,
            "date_created": rfc2822(self.created),
            "date_updated": rfc2822(self.updated),
            "uri": f"{API}/{account_sid}/OutgoingCallerIds/{self.sid}.json",
        }


@dataclass(frozen=True, slots=True)
class Alert:
    """An error logged for the account (OpenAPI, `monitor.v1.alert`).

    Attributes:
        sid: `NO` and 32 hex digits.
        rank: The position in the order of creation.
        error_code: Twilio's error code.
        text: The description of the error.
        due: The time at which the alert appears, on the state's monotonic clock: a failed delivery is known only at its
            end.
        resource_sid: The SID of the message that the alert is about, if there is one.
        created: The time of the error.
    """

    sid: str
    rank: int
    error_code: int
    text: str
    due: float
    resource_sid: str | None = None
    created: datetime = field(default_factory=now)

    def json(self, account_sid: str, base: str) -> dict[str, Any]:
        """Return the alert as the API answers it."""
        return {
            "sid": self.sid,
            "account_sid": account_sid,
            "alert_text": self.text,
            "api_version": "2010-04-01",
            "date_created": iso(self.created),
            "date_generated": iso(self.created),
            "date_updated": iso(self.created),
            "error_code": str(self.error_code),
            "log_level": "error",
            "more_info": f"https://www.twilio.com/docs/errors/{self.error_code}",
            "request_method": "POST",
            "request_url": f"https://api.twilio.com{API}/{account_sid}/Messages.json",
            "resource_sid": self.resource_sid,
            "service_sid": None,
            "url": f"{base}/v1/Alerts/{self.sid}",
        }
