"""The records of senders other than phone numbers: short codes and alphanumeric senders.

not verified: their form, which follows the SDK's types (sources: twilio-sdk-types); the OpenAPI extracts lack both.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from mfa_setup.sandbox.twilio.ids import API, iso, now, rfc2822


@dataclass(slots=True)
class ShortCode:
    """A short code of the account.

    Attributes:
        sid: `SC` and 32 hex digits.
        rank: The position in the order of creation.
        code: The digits of the short code.
        country: ISO code of the one country that the short code sends in (sources: twilio-short-codes).
        pooled: The time at which the short code was added to a service's pool; None if it is in none.
        service_sid: The SID of the service whose pool the short code is in.
        created: The time at which the short code was provisioned.
    """

    sid: str
    rank: int
    code: str
    country: str
    pooled: datetime | None = None
    service_sid: str | None = None
    created: datetime = field(default_factory=now)

    def json(self, account_sid: str) -> dict[str, Any]:
        """Return the short code in the form of the account's list."""
        return {
            "sid": self.sid,
            "account_sid": account_sid,
            "friendly_name": self.code,
            "short_code": self.code,
            "api_version": "2010-04-01",
            "date_created": rfc2822(self.created),
            "date_updated": rfc2822(self.created),
            "sms_url": None,
            "sms_method": "POST",
            "sms_fallback_url": None,
            "sms_fallback_method": "POST",
            "uri": f"{API}/{account_sid}/SMS/ShortCodes/{self.sid}.json",
        }

    def pool_json(self, account_sid: str, base: str) -> dict[str, Any]:
        """Return the short code in the form of its service's list."""
        return {
            "sid": self.sid,
            "account_sid": account_sid,
            "service_sid": self.service_sid,
            "date_created": iso(self.pooled),
            "date_updated": iso(self.pooled),
            "short_code": self.code,
            "country_code": self.country,
            "capabilities": ["SMS", "MMS"],
            "url": f"{base}/v1/Services/{self.service_sid}/ShortCodes/{self.sid}",
        }


@dataclass(frozen=True, slots=True)
class AlphaSender:
    """An alphanumeric sender in the pool of a service.

    Attributes:
        sid: `AI` and 32 hex digits.
        rank: The position in the order of creation.
        name: The name that recipients see.
        created: The time at which the sender was added to the pool.
    """

    sid: str
    rank: int
    name: str
    created: datetime = field(default_factory=now)

    def json(self, account_sid: str, service_sid: str, base: str) -> dict[str, Any]:
        """Return the sender as the API answers it."""
        return {
            "sid": self.sid,
            "account_sid": account_sid,
            "service_sid": service_sid,
            "date_created": iso(self.created),
            "date_updated": iso(self.created),
            "alpha_sender": self.name,
            "capabilities": ["SMS"],
            "url": f"{base}/v1/Services/{service_sid}/AlphaSenders/{self.sid}",
        }
