"""Senders that are no phone numbers: short codes and names.

not verified: their form; the OpenAPI extracts have neither. It is that of the SDK's types (sources: twilio-sdk-types).
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
        rank: Its place in the order of creation.
        code: Its digits.
        country: ISO code of the one country that it sends in (sources: twilio-short-codes).
        pooled: When it was put into the pool of a service; None where it is in none.
        service_sid: That service.
        created: When it was provisioned.
    """

    sid: str
    rank: int
    code: str
    country: str
    pooled: datetime | None = None
    service_sid: str | None = None
    created: datetime = field(default_factory=now)

    def json(self, account_sid: str) -> dict[str, Any]:
        """Return the short code as the account lists it."""
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
        """Return the short code as its service lists it."""
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
    """A name in the pool of a service.

    Attributes:
        sid: `AI` and 32 hex digits.
        rank: Its place in the order of creation.
        name: The name.
        created: When it was put there.
    """

    sid: str
    rank: int
    name: str
    created: datetime = field(default_factory=now)

    def json(self, account_sid: str, service_sid: str, base: str) -> dict[str, Any]:
        """Return the name as its service lists it."""
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
