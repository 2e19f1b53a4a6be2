"""The records of a Messaging Service and its pool (sources: twilio-a2p, twilio-services; OpenAPI, messaging v1)."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from mfa_setup.sandbox.twilio.campaign_records import Campaign
from mfa_setup.sandbox.twilio.ids import iso, now
from mfa_setup.sandbox.twilio.numbers import OwnedNumber
from mfa_setup.sandbox.twilio.sender_records import AlphaSender

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
    # not verified: the values of a service created with only a name
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
class PoolEntry:
    """A number's entry in a service's pool; its SID equals the number's (sources: twilio-services)."""

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
    """A Messaging Service (OpenAPI, `messaging.v1.service`)."""

    sid: str
    rank: int
    friendly_name: str
    registered: bool = False
    campaign: Campaign | None = None
    pool: dict[str, PoolEntry] = field(default_factory=dict)
    names: dict[str, AlphaSender] = field(default_factory=dict)
    created: datetime = field(default_factory=now)
    updated: datetime = field(default_factory=now)
    settings: dict[str, Any] = field(default_factory=_defaults)

    @property
    def delivers_us(self) -> bool:
        """Whether US carriers accept messages from its pool's long codes (sources: twilio-a2p)."""
        return self.campaign is not None and self.campaign.delivers

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
