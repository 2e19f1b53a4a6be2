"""The settings of an owned number that a purchase or an update can set (OpenAPI, IncomingPhoneNumber)."""

import re
from typing import Any

from mfa_setup.sandbox.twilio.errors import TwilioError
from mfa_setup.sandbox.twilio.forms import Fields
from mfa_setup.sandbox.twilio.ids import now
from mfa_setup.sandbox.twilio.numbers import METHODS, SIDS, URLS, OwnedNumber


def read(form: Fields) -> dict[str, Any]:
    """Read and check the settings in a form; an empty value clears a setting (sources: twilio-empty-value)."""
    found: dict[str, Any] = {}
    for name, key in URLS.items():
        if name in form:
            found[key] = _url(name, form.text(name))
    for name, key in METHODS.items():
        if form.text(name):
            found[key] = form.one_of(name, ("GET", "POST"))
    for name, (key, prefix) in SIDS.items():
        if name in form:
            found[key] = _sid(name, prefix, form.text(name)) or None
    for name, key, choices in (
        ("EmergencyStatus", "emergency_status", ("Active", "Inactive")),
        ("VoiceReceiveMode", "voice_receive_mode", ("voice", "fax")),
    ):
        choice = form.one_of(name, choices)
        if choice:
            found[key] = choice
    lookup = form.flag("VoiceCallerIdLookup")
    return found if lookup is None else found | {"voice_caller_id_lookup": lookup}


def apply(number: OwnedNumber, form: Fields) -> None:
    """Apply the settings of a form to a number, all of them or none."""
    name = form.friendly_name()
    found = read(form)
    if name:
        number.friendly_name = name
    elif name == "":
        # not verified: an empty name restores the formatted number
        number.friendly_name = number.stock.friendly_name
    number.settings.update(found)
    number.updated = now()


def _url(name: str, value: str) -> str:
    if value and not re.match(r"https?://[^\s/]+", value):
        raise TwilioError(400, 21402, f"{name} is not a valid URL: {value}")  # not verified: the code
    return value


def _sid(name: str, prefix: str, value: str) -> str:
    if value and not re.fullmatch(prefix + "[0-9a-fA-F]{32}", value):
        raise TwilioError(400, 20001, f"{name} is not a valid SID: {value}")  # not verified: the code
    return value
