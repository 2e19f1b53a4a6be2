"""Converts the objects that twilio-python returns to our models."""

import re
from datetime import datetime
from functools import partial
from typing import Any

from twilio.base.exceptions import TwilioException

from mfa_setup.adapters import answers
from mfa_setup.model.observed import Campaign, Message, MessagingService, Number

sdk_errors = partial(answers.reading, "twilio", TwilioException)
creating = partial(answers.creating, "twilio", TwilioException)
deleting = partial(answers.deleting, "twilio", TwilioException)
"""Context managers and decorators for SDK calls. The HTTP client has already converted refusals to our errors."""


def number(item: Any) -> Number:
    """Converts a phone number of the account."""
    return Number(
        sid=sid_of("PN", item.sid),
        phone_number=item.phone_number,
        friendly_name=item.friendly_name or "",
        sms=can(item.capabilities, "sms"),
        voice=can(item.capabilities, "voice"),
        date_created=item.date_created,
        webhooks=tuple(name for name in WEBHOOKS if _is_somebodys(getattr(item, name, None))),
    )


def _is_somebodys(setting: object) -> bool:
    """Whether a webhook was set deliberately; numbers bought in Twilio's console start with a Twilio demo URL."""
    return bool(setting) and "//demo.twilio.com/" not in str(setting)


WEBHOOKS = ("sms_url", "sms_application_sid", "voice_url", "voice_application_sid", "trunk_sid", "status_callback")
"""The settings of a number that send its messages or calls to another program."""


def message(item: Any) -> Message:
    """Converts an SMS in Twilio's message log."""
    return Message(
        sid=sid_of("[A-Z]{2}", item.sid),
        status=item.status,
        to=item.to,
        sender=item.from_ or None,
        messaging_service_sid=item.messaging_service_sid or None,
        body=item.body or "",
        error_code=item.error_code or None,
        created_at=item.date_created,
    )


def campaign(item: Any) -> Campaign:
    """Converts an A2P campaign of a Messaging Service."""
    errors = [error for error in item.errors or [] if isinstance(error, dict)]
    descriptions = (str(error.get("description") or error.get("error_code") or "") for error in errors)
    return Campaign(
        status=str(item.campaign_status),
        usecase=str(item.us_app_to_person_usecase or ""),
        mock=bool(item.mock),
        errors=tuple(filter(None, descriptions)),
    )


def service(item: Any) -> MessagingService:
    """Converts a Messaging Service from a list, without its sender pool."""
    return MessagingService(
        sid=sid_of("MG", item.sid),
        name=str(item.friendly_name),
        inbound_request_url=item.inbound_request_url or None,
        keeps_webhooks=bool(item.use_inbound_webhook_on_number),
        may_have_campaign=item.us_app_to_person_registered is not False,
    )


def pool_entry(entry: Any) -> tuple[str, datetime | None]:
    """Converts an entry of a service's sender pool to the number's SID and the time when it was added."""
    return sid_of("PN", entry.sid), entry.date_created if isinstance(entry.date_created, datetime) else None


def sid_of(kind: str, value: object) -> str:
    """Validates a SID, because the SDK inserts SIDs into URL paths unchanged.

    Raises:
        ValueError: The value is not a SID of this kind (two letters and 32 hexadecimal digits).
    """
    if not isinstance(value, str) or not re.fullmatch(rf"{kind}[0-9a-fA-F]{{32}}", value):
        raise ValueError(kind)
    return value


def can(capabilities: Any, what: str) -> bool:
    """Whether a number has a capability; older responses write the keys in capitals."""
    return any(key.lower() == what and bool(value) for key, value in dict(capabilities or {}).items())


def price(text: Any) -> float | None:
    """Parses the price in a Twilio response; None if it is not a number."""
    try:
        return float(text)
    except (TypeError, ValueError):
        return None
