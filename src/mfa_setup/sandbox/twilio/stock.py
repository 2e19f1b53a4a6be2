"""The numbers that can be bought: deterministic, and valid according to libphonenumber."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import phonenumbers

from mfa_setup.sandbox import phones
from mfa_setup.sandbox.twilio.stock_data import NORTH_AMERICA, PER_AREA_CODE, RANGES, Place, Range

_NORTH_AMERICA = 1  # calling code
_KINDS = {
    phonenumbers.PhoneNumberType.TOLL_FREE: "tollfree",
    phonenumbers.PhoneNumberType.MOBILE: "mobile",
}
_SMS_LESS_LOCAL = 5  # every fifth US or CA number supports only calls
_BETA = 7  # every seventh number is new to the platform


@dataclass(frozen=True, slots=True)
class StockNumber:
    """A number of the catalogue and its properties (OpenAPI, AvailablePhoneNumberLocal and similar schemas)."""

    phone_number: str
    country: str
    kind: str
    sms: bool
    mms: bool
    beta: bool
    address: str = "none"
    bundle: bool = False
    place: Place | None = None
    locality: str | None = None
    voice: bool = True

    @property
    def friendly_name(self) -> str:
        """The formatted number: national in North America, else E.164 (OpenAPI, examples)."""
        return formatted(self.phone_number)

    def capabilities(self) -> dict[str, bool]:
        """Return the capabilities of the number."""
        return {"voice": self.voice, "sms": self.sms, "mms": self.mms}

    def json(self) -> dict[str, Any]:
        """Return the number as a search lists it (sources: twilio-search)."""
        place = self.place
        return {
            "friendly_name": self.friendly_name,
            "phone_number": self.phone_number,
            "lata": place.lata if place else None,
            "locality": place.locality if place else self.locality,
            "rate_center": place.locality.upper()[:10].strip() if place else None,
            "latitude": place.latitude if place else None,
            "longitude": place.longitude if place else None,
            "region": place.region if place else None,
            "postal_code": place.postal_code if place else None,
            "iso_country": self.country,
            "address_requirements": self.address,
            "beta": self.beta,
            "capabilities": self.capabilities(),
        }


@cache
def catalogue() -> tuple[StockNumber, ...]:
    """Return every number that a new sandbox can sell."""
    return (*_north_american(), *_of_ranges())


def formatted(phone_number: str) -> str:
    """Return the default friendly name of a number."""
    if not phone_number.startswith("+1"):
        return phone_number
    digits = phone_number[2:]
    return f"({digits[:3]}) {digits[3:6]}-{digits[6:]}"


def is_valid(phone_number: str) -> bool:
    """Return whether libphonenumber considers a number assignable, or it is reserved for fiction."""
    try:
        return phones.is_valid(phonenumbers.parse(phone_number))
    except phonenumbers.NumberParseException:
        return False


def stranger(phone_number: str) -> StockNumber:
    """Describe a valid number that is not in the catalogue, from libphonenumber's data."""
    parsed = phonenumbers.parse(phone_number)
    kind = _KINDS.get(phones.line(parsed), "local")
    country = phones.country(parsed) or "US"
    north_american = parsed.country_code == _NORTH_AMERICA
    return StockNumber(phone_number, country, kind, north_american or kind == "mobile", north_american, beta=False)


def _north_american() -> Iterator[StockNumber]:
    for country, places in NORTH_AMERICA.items():
        for place in places:
            for index, number in enumerate(_numbers(f"+1{place.area_code}", 7, PER_AREA_CODE)):
                sms = index % _SMS_LESS_LOCAL != _SMS_LESS_LOCAL - 1
                yield StockNumber(number, country, "local", sms, sms, index % _BETA == _BETA - 1, place=place)


def _of_ranges() -> Iterator[StockNumber]:
    for block in RANGES:
        for index, number in enumerate(_numbers(block.prefix, block.digits, block.amount, _salt(block))):
            sms = block.sms == 0 or (block.sms > 1 and index % block.sms != block.sms - 1)
            yield StockNumber(
                number,
                block.country,
                block.kind,
                sms,
                sms and block.kind == "tollfree",
                index % _BETA == _BETA - 1,
                block.address,
                block.bundle,
                locality=block.locality,
            )


def _salt(block: Range) -> str:
    # Two ranges may have the same prefix but need different documents.
    return block.address


def _numbers(prefix: str, digits: int, count: int, salt: str = "") -> list[str]:
    """Generate valid numbers, which are the same each time."""
    found: dict[str, None] = {}
    attempt = 0
    while len(found) < count:
        digest = hashlib.sha256(f"{prefix}/{salt}/{attempt}".encode()).hexdigest()
        number = f"{prefix}{int(digest, 16) % 10**digits:0{digits}d}"
        attempt += 1
        # 555 is reserved for fiction: such numbers would look made up, and some validators reject them.
        if "555" not in number and is_valid(number):
            found[number] = None
    return list(found)
