"""A Messaging Service, its pool and its campaign (sources: twilio-a2p, twilio-services; OpenAPI, messaging v1)."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from mfa_setup.sandbox.twilio.ids import iso, now
from mfa_setup.sandbox.twilio.numbers import OwnedNumber

_LINKS = {
    "phone_numbers": "PhoneNumbers",
    "short_codes": "ShortCodes",
    "alpha_senders": "AlphaSenders",
    "messages": "Messages",
    "us_app_to_person": "Compliance/Usa2p",
    "us_app_to_person_usecases": "Compliance/Usa2p/Usecases",
    "channel_senders": "ChannelSenders",
    "destination_alpha_senders": "DestinationAlphaSenders",
}


def _defaults() -> dict[str, Any]:
    # not verified: the values of a service made with a name alone
    return {
        "inbound_request_url": None,
        "inbound_method": "POST",
        "fallback_url": None,
        "fallback_method": "POST",
        "status_callback": None,
        "sticky_sender": True,
        "mms_converter": True,
        "smart_encoding": True,
        "scan_message_content": "inherit",
        "fallback_to_long_code": True,
        "area_code_geomatch": True,
        "validity_period": 36000,
        "synchronous_validation": False,
        "usecase": "undeclared",
        "use_inbound_webhook_on_number": False,
    }


@dataclass(frozen=True, slots=True)
class Campaign:
    """An A2P campaign of a service (OpenAPI, `messaging.v1.service.us_app_to_person`)."""

    sid: str
    brand_sid: str
    status: str
    created: datetime = field(default_factory=now)

    @property
    def verified(self) -> bool:
        """Whether the carriers take its messages (sources: twilio-a2p)."""
        return self.status == "VERIFIED"

    def json(self, account_sid: str, service_sid: str, base: str) -> dict[str, Any]:
        """Return the campaign as the API answers it."""
        return {
            "sid": self.sid,
            "account_sid": account_sid,
            "brand_registration_sid": self.brand_sid,
            "messaging_service_sid": service_sid,
            "description": "One-time passwords for signing in.",
            "message_samples": ["123456 is your verification code", "Your code is 123456"],
            "us_app_to_person_usecase": "2FA",
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
            "mock": False,
            "errors": [],
        }


@dataclass(frozen=True, slots=True)
class PoolEntry:
    """A number's place in a service's pool; its SID equals the number's (sources: twilio-services)."""

    rank: int
    number: OwnedNumber
    created: datetime = field(default_factory=now)

    def json(self, account_sid: str, service_sid: str, base: str) -> dict[str, Any]:
        """Return the entry as the API answers it."""
        names = [name for name, able in self.number.stock.capabilities().items() if able]
        return {
            "sid": self.number.sid,
            "account_sid": account_sid,
            "service_sid": service_sid,
            "date_created": iso(self.created),
            "date_updated": iso(self.created),
            "phone_number": self.number.phone_number,
            "country_code": self.number.stock.country,
            "capabilities": ["Voice" if name == "voice" else name.upper() for name in names],
            "url": f"{base}/v1/Services/{service_sid}/PhoneNumbers/{self.number.sid}",
        }


@dataclass(slots=True)
class Service:
    """One Messaging Service (OpenAPI, `messaging.v1.service`)."""

    sid: str
    rank: int
    friendly_name: str
    registered: bool = False
    campaign: Campaign | None = None
    pool: dict[str, PoolEntry] = field(default_factory=dict)
    created: datetime = field(default_factory=now)
    updated: datetime = field(default_factory=now)
    settings: dict[str, Any] = field(default_factory=_defaults)

    @property
    def delivers_us(self) -> bool:
        """Whether US carriers take messages of its pool's long codes (sources: twilio-a2p)."""
        return self.campaign is not None and self.campaign.verified

    def json(self, account_sid: str, base: str) -> dict[str, Any]:
        """Return the service as the API answers it."""
        url = f"{base}/v1/Services/{self.sid}"
        return {
            "sid": self.sid,
            "account_sid": account_sid,
            "friendly_name": self.friendly_name,
            "date_created": iso(self.created),
            "date_updated": iso(self.updated),
            "us_app_to_person_registered": self.registered,
            **self.settings,
            "url": url,
            "links": {name: f"{url}/{path}" for name, path in _LINKS.items()},
        }
