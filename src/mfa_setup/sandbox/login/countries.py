"""The countries of the enrolment page, and the numbers that people type."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import phonenumbers

from mfa_setup.sandbox import phones

FALLBACK = "US"
"""The country that is chosen at first; not verified: the service goes by the address of the browser."""


@dataclass(frozen=True, slots=True)
class Country:
    """A country of the list: its ISO code, its English name and its calling code."""

    code: str
    name: str
    calling_code: int


@cache
def countries() -> tuple[Country, ...]:
    """All countries that phonenumbers knows, in order of their names.

    The names are in a file of their own, for loading those of phonenumbers takes a second.
    """
    text = (Path(__file__).parent / "assets" / "countries.txt").read_text(encoding="utf-8")
    pairs = (line.split(" ", 1) for line in text.splitlines())
    return tuple(Country(code, name, phonenumbers.country_code_for_region(code)) for code, name in pairs)


def phone_number(country: str, typed: str) -> str | None:
    """The number in E.164, or None where it cannot be one; a leading `+` wins over the country."""
    try:
        parsed = phonenumbers.parse(typed, country)
    except phonenumbers.NumberParseException:
        return None
    if not phones.is_valid(parsed):
        return None
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def masked(number: str) -> str:
    """A number as the pages and the MFA API show it: the last four digits (docs)."""
    return "X" * 8 + number[-4:]
