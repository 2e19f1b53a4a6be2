"""The countries of the enrolment page, and the parsing of the numbers that users type."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import phonenumbers

from mfa_setup.sandbox import phones

FALLBACK = "US"
"""The country selected by default; not verified: the service derives it from the browser's IP address."""


@dataclass(frozen=True, slots=True)
class Country:
    """A country in the list: its ISO code, its English name and its calling code."""

    code: str
    name: str
    calling_code: int


@cache
def countries() -> tuple[Country, ...]:
    """Returns all countries that phonenumbers knows, ordered by name.

    The names are in a file of their own, because loading those of phonenumbers takes a second.
    """
    text = (Path(__file__).parent / "assets" / "countries.txt").read_text(encoding="utf-8")
    pairs = (line.split(" ", 1) for line in text.splitlines())
    return tuple(Country(code, name, phonenumbers.country_code_for_region(code)) for code, name in pairs)


def phone_number(country: str, typed: str) -> str | None:
    """Returns the number in E.164, or None if it is not valid; a leading `+` overrides the country."""
    try:
        parsed = phonenumbers.parse(typed, country)
    except phonenumbers.NumberParseException:
        return None
    if not phones.is_valid(parsed):
        return None
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def masked(number: str) -> str:
    """Masks a number as the pages and the MFA API do: only the last four digits are visible (docs)."""
    return "X" * 8 + number[-4:]
