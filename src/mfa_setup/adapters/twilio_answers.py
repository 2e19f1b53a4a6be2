"""What twilio-python returns, as our models."""

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
"""Around each call of the SDK; refusals have become our errors in the HTTP client already."""


def number(item: Any) -> Number:
    """A number of the account."""
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
    """Whether somebody has set it; a number bought in Twilio's console begins with Twilio's own demonstration."""
    return bool(setting) and "//demo.twilio.com/" not in str(setting)


WEBHOOKS = ("sms_url", "sms_application_sid", "voice_url", "voice_application_sid", "trunk_sid", "status_callback")
"""The settings of a number by which another program gets its messages or calls."""


def message(item: Any) -> Message:
    """An SMS as Twilio knows it."""
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
    """An A2P campaign of a Messaging Service."""
    errors = [error for error in item.errors or [] if isinstance(error, dict)]
    descriptions = (str(error.get("description") or error.get("error_code") or "") for error in errors)
    return Campaign(
        status=str(item.campaign_status),
        usecase=str(item.us_app_to_person_usecase or ""),
        mock=bool(item.mock),
        errors=tuple(filter(None, descriptions)),
    )


def service(item: Any) -> MessagingService:
    """A Messaging Service as it is listed, without what is in it."""
    return MessagingService(
        sid=sid_of("MG", item.sid),
        name=str(item.friendly_name),
        inbound_request_url=item.inbound_request_url or None,
        keeps_webhooks=bool(item.use_inbound_webhook_on_number),
        may_have_campaign=item.us_app_to_person_registered is not False,
    )


def pool_entry(entry: Any) -> tuple[str, datetime | None]:
    """A number in a service's pool: its SID, and when it was put there."""
    return sid_of("PN", entry.sid), entry.date_created if isinstance(entry.date_created, datetime) else None


def sid_of(kind: str, value: object) -> str:
    """A SID, which the SDK puts into paths as it is.

    Raises:
        ValueError: It is none of this kind (two letters and 32 hexadecimal digits).
    """
    if not isinstance(value, str) or not re.fullmatch(rf"{kind}[0-9a-fA-F]{{32}}", value):
        raise ValueError(kind)
    return value


def can(capabilities: Any, what: str) -> bool:
    """Whether a number can do it; older answers write the keys in capitals."""
    return any(key.lower() == what and bool(value) for key, value in dict(capabilities or {}).items())


def price(text: Any) -> float | None:
    """A price, from the text that Twilio sends; None if it is not a number."""
    try:
        return float(text)
    except (TypeError, ValueError):
        return None
