"""The phone numbers that the sandbox accepts: assignable ones, and those reserved for fiction.

The tests of a tool that sends messages use made-up numbers, which nobody has. Those of North America (555-01xx) are
valid for libphonenumber, those of other countries are not.
"""

import re

import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberFormat, PhoneNumberType

_MADE_UP = {"GB": re.compile(r"\+447700900\d{3}"), "FR": re.compile(r"\+3363998\d{4}")}  # Ofcom and Arcep; mobiles


def is_valid(number: PhoneNumber) -> bool:
    """Whether somebody could have the number, or could in a story."""
    return phonenumbers.is_valid_number(number) or _country_of_made_up(number) is not None


def country(number: PhoneNumber) -> str | None:
    """The ISO code of its country, if it has one."""
    return _country_of_made_up(number) or phonenumbers.region_code_for_number(number)


def line(number: PhoneNumber) -> int:
    """Its `PhoneNumberType`."""
    return PhoneNumberType.MOBILE if _country_of_made_up(number) else phonenumbers.number_type(number)


def _country_of_made_up(number: PhoneNumber) -> str | None:
    text = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    return next((code for code, pattern in _MADE_UP.items() if pattern.fullmatch(text)), None)
