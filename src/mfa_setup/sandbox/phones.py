"""Validation of phone numbers: the sandbox accepts assignable numbers and numbers reserved for fiction.

Tests of a tool that sends messages use fictitious numbers, which nobody owns. libphonenumber considers those of North
America (555-01xx) valid, but not those of other countries.
"""

import re

import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberFormat, PhoneNumberType

_MADE_UP = {"GB": re.compile(r"\+447700900\d{3}"), "FR": re.compile(r"\+3363998\d{4}")}  # Ofcom and Arcep; mobiles


def is_valid(number: PhoneNumber) -> bool:
    """Whether the number can be assigned to a subscriber, or is reserved for fiction."""
    return phonenumbers.is_valid_number(number) or _country_of_made_up(number) is not None


def country(number: PhoneNumber) -> str | None:
    """Returns the ISO code of the number's country, or None."""
    return _country_of_made_up(number) or phonenumbers.region_code_for_number(number)


def line(number: PhoneNumber) -> int:
    """Returns the `PhoneNumberType` of the number."""
    return PhoneNumberType.MOBILE if _country_of_made_up(number) else phonenumbers.number_type(number)


def _country_of_made_up(number: PhoneNumber) -> str | None:
    text = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    return next((code for code, pattern in _MADE_UP.items() if pattern.fullmatch(text)), None)
