"""The record of a number that the account owns."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from mfa_setup.sandbox.twilio.ids import API, now, rfc2822
from mfa_setup.sandbox.twilio.stock import StockNumber

# Form field and JSON key of each setting that an update stores unchanged (OpenAPI, IncomingPhoneNumber).
URLS = {
    "SmsUrl": "sms_url",
    "SmsFallbackUrl": "sms_fallback_url",
    "StatusCallback": "status_callback",
    "VoiceUrl": "voice_url",
    "VoiceFallbackUrl": "voice_fallback_url",
}
METHODS = {
    "SmsMethod": "sms_method",
    "SmsFallbackMethod": "sms_fallback_method",
    "StatusCallbackMethod": "status_callback_method",
    "VoiceMethod": "voice_method",
    "VoiceFallbackMethod": "voice_fallback_method",
}
SIDS = {
    "SmsApplicationSid": ("sms_application_sid", "AP"),
    "VoiceApplicationSid": ("voice_application_sid", "AP"),
    "TrunkSid": ("trunk_sid", "TK"),
    "IdentitySid": ("identity_sid", "RI"),
    "AddressSid": ("address_sid", "AD"),
    "BundleSid": ("bundle_sid", "BU"),
    "EmergencyAddressSid": ("emergency_address_sid", "AD"),
}


def _defaults() -> dict[str, Any]:
    urls: dict[str, Any] = dict.fromkeys(URLS.values(), "")
    methods: dict[str, Any] = dict.fromkeys(METHODS.values(), "POST")
    sids: dict[str, Any] = dict.fromkeys([key for key, _ in SIDS.values()], None)
    rest = {
        "sms_application_sid": "",
        "voice_application_sid": "",
        "voice_caller_id_lookup": False,
        "voice_receive_mode": "voice",
        "emergency_status": "Inactive",
        "emergency_address_status": "unregistered",
    }
    return urls | methods | sids | rest


@dataclass(slots=True)
class OwnedNumber:
    """One IncomingPhoneNumber (sources: twilio-numbers; OpenAPI, `api.v2010.account.incoming_phone_number`)."""

    sid: str
    rank: int
    stock: StockNumber
    friendly_name: str
    created: datetime = field(default_factory=now)
    updated: datetime = field(default_factory=now)
    settings: dict[str, Any] = field(default_factory=_defaults)

    @property
    def phone_number(self) -> str:
        """The number in E.164."""
        return self.stock.phone_number

    def json(self, account_sid: str) -> dict[str, Any]:
        """Return the number as the API answers it."""
        return {
            "sid": self.sid,
            "account_sid": account_sid,
            "phone_number": self.phone_number,
            "friendly_name": self.friendly_name,
            "capabilities": self.stock.capabilities() | {"fax": False},
            "address_requirements": self.stock.address,
            "beta": self.stock.beta,
            "origin": "twilio",
            "status": "in-use",
            "type": self.stock.kind,  # not verified: the spelling of a toll-free number's type
            "api_version": "2010-04-01",
            "date_created": rfc2822(self.created),
            "date_updated": rfc2822(self.updated),
            "uri": f"{API}/{account_sid}/IncomingPhoneNumbers/{self.sid}.json",
            **self.settings,
        }
