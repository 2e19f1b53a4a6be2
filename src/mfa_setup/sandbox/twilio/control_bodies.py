"""Parses the bodies of control calls, and raises a `ValueError` that describes an invalid one."""

import re
from collections.abc import Collection
from typing import Any

from mfa_setup.sandbox.twilio.forms import FRIENDLY_NAME_LENGTH, is_e164
from mfa_setup.sandbox.twilio.service_records import Service
from mfa_setup.sandbox.twilio.state import TwilioState
from mfa_setup.sandbox.twilio.stock import is_valid

Body = dict[str, Any]
_LONGEST_AGO = 10 * 365 * 24 * 60 * 60


def phone(body: Body, key: str = "phone_number") -> str:
    """Return the phone number under `key`, which must be valid."""
    value = body.get(key)
    if not isinstance(value, str) or not is_e164(value) or not is_valid(value):
        raise ValueError(f"{key} must be a valid number in E.164")
    return value


def name(body: Body, *, required: bool) -> str | None:
    """Return `friendly_name`; None if it is missing and not required."""
    value = body.get("friendly_name")
    if value is None and not required:
        return None
    if not isinstance(value, str) or not 0 < len(value) <= FRIENDLY_NAME_LENGTH:
        raise ValueError(f"friendly_name must be 1 to {FRIENDLY_NAME_LENGTH} characters")
    return value


def flag(body: Body, key: str) -> bool | None:
    """Return a boolean; None if it is missing."""
    value = body.get(key)
    if value is not None and not isinstance(value, bool):
        raise ValueError(f"{key} must be true or false")
    return value


def text(body: Body, key: str) -> str | None:
    """Return a non-empty text; None if it is missing."""
    value = body.get(key)
    if value is not None and (not isinstance(value, str) or not value):
        raise ValueError(f"{key} must be a text")
    return value


def matching(body: Body, key: str, pattern: str, form: str) -> str:
    """Return a text that matches the pattern; `form` describes the pattern in the error."""
    value = body.get(key)
    if not isinstance(value, str) or not re.fullmatch(pattern, value):
        raise ValueError(f"{key} must be {form}")
    return value


def choice(body: Body, key: str, choices: Collection[str]) -> str:
    """Return a text that must be one of `choices`."""
    value = body.get(key)
    if not isinstance(value, str) or value not in choices:
        raise ValueError(f"{key} must be one of {', '.join(choices)}")
    return value


def country(body: Body) -> str:
    """Return `country`: an ISO 3166 code."""
    return matching(body, "country", "[A-Z]{2}", "an ISO 3166 code")


def code(body: Body) -> int | None:
    """Return `error_code`: a positive number or None."""
    value = body.get("error_code")
    if value is not None and (type(value) is not int or not 0 < value < 10**6):
        raise ValueError("error_code must be a positive number or null")
    return value


def seconds_ago(body: Body, default: int = 0) -> int:
    """Return `seconds_ago`: how long ago something happened."""
    value = body.get("seconds_ago", default)
    if type(value) is not int or not 0 <= value <= _LONGEST_AGO:
        raise ValueError(f"seconds_ago must be a number of seconds from 0 to {_LONGEST_AGO}")
    return value


def service(state: TwilioState, body: Body) -> Service:
    """Return the Messaging Service that `service_sid` names."""
    sid = body.get("service_sid")
    if not isinstance(sid, str) or sid not in state.services:
        raise ValueError("service_sid names no Messaging Service of the account")
    return state.services[sid]


def optional_service(state: TwilioState, body: Body) -> Service | None:
    """Return the Messaging Service that `service_sid` names; None if it is missing."""
    return None if body.get("service_sid") is None else service(state, body)
