"""What twilio-python returns, as our models."""

import re
from functools import partial
from typing import Any

from twilio.base.exceptions import TwilioException

from mfa_setup.adapters import answers
from mfa_setup.model.observed import Message, Number

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
    )


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
    )


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
