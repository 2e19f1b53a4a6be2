"""Reads and checks query and form fields."""

import re
from collections.abc import Iterable
from datetime import date

from starlette.datastructures import ImmutableMultiDict

from mfa_setup.sandbox.twilio.errors import TwilioError

INVALID = 20001  # not verified: Twilio's general code for an invalid parameter
FRIENDLY_NAME_LENGTH = 64
_E164 = re.compile(r"\+[1-9][0-9]{1,14}")


class Fields:
    """The fields of one request; unknown ones are ignored, as they are by the service."""

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        self._pairs: ImmutableMultiDict[str, str] = ImmutableMultiDict(list(pairs))

    def __contains__(self, name: object) -> bool:
        return name in self._pairs

    def text(self, name: str) -> str:
        """Return a field's value; empty if it was not sent."""
        return self._pairs.get(name, "")

    def optional(self, name: str) -> str | None:
        """Return a field's value, or None if it was not sent: an empty value clears a setting."""
        return self._pairs.get(name)

    def all(self, name: str) -> list[str]:
        """Return every value of a field that may be repeated."""
        return self._pairs.getlist(name)

    def pairs(self) -> list[tuple[str, str]]:
        """Return all fields in the order in which they were sent."""
        return self._pairs.multi_items()

    def required(self, name: str) -> str:
        """Return a field's value, or raise the v1 APIs' error if it is missing."""
        value = self.text(name)
        if not value:
            # not verified: code and text
            raise TwilioError(400, INVALID, f"Missing required parameter {name} in the post body")
        return value

    def flag(self, name: str) -> bool | None:
        """Return a boolean field (lower-case `true` or `false`, sources: twilio-search), or None if it was not sent."""
        value = self.text(name).lower()
        if value in {"", "true", "false"}:
            return None if not value else value == "true"
        # not verified: rejected rather than read as false
        raise invalid(name, self.text(name))

    def integer(self, name: str, low: int, high: int) -> int | None:
        """Return an integer within its documented bounds, or None if it was not sent."""
        value = self.text(name)
        if not value:
            return None
        if not re.fullmatch(r"-?[0-9]{1,9}", value) or not low <= int(value) <= high:
            raise invalid(name, value)
        return int(value)

    def day(self, name: str) -> date | None:
        """Return a date, `YYYY-MM-DD` (OpenAPI), or None if it was not sent."""
        value = self.text(name)
        try:
            return date.fromisoformat(value) if value else None
        except ValueError:
            raise invalid(name, value) from None

    def sid(self, name: str, prefix: str) -> str:
        """Return a SID, two letters and 32 hex digits (OpenAPI, every `pattern`); empty if it was not sent."""
        value = self.text(name)
        if value and not re.fullmatch(prefix + "[0-9a-fA-F]{32}", value):
            raise invalid(name, value)
        return value

    def one_of(self, name: str, choices: Iterable[str]) -> str | None:
        """Return a field that must be one of `choices`, or None if it was not sent."""
        value = self.text(name)
        if value and value not in set(choices):
            raise invalid(name, value)
        return value or None

    def friendly_name(self, code: int = 20002) -> str | None:
        """Return FriendlyName, up to 64 characters long (OpenAPI), or None if it was not sent."""
        value = self.optional("FriendlyName")
        if value is not None and len(value) > FRIENDLY_NAME_LENGTH:
            # not verified: code and text
            raise TwilioError(400, code, "FriendlyName is too long: it can have up to 64 characters")
        return value


def invalid(name: str, value: str) -> TwilioError:
    """Return the error for a value that a parameter does not accept."""
    # not verified: code and text
    return TwilioError(400, INVALID, f"Invalid value for parameter {name}: {value}")


def is_e164(value: str) -> bool:
    """Return whether a value has the form of an E.164 number, without spaces (sources: twilio-senders)."""
    return _E164.fullmatch(value) is not None
