"""Derives facts from the digits of a phone number, such as its country and whether it is toll-free."""

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import phonenumbers

    from mfa_setup.model.types import NumberType

_NORTH_AMERICA = 1
"""The country code of the US, Canada and the Caribbean, whose toll-free numbers must be verified."""
_BRITAIN = 44

US_PHONES = frozenset({"US", "PR", "VI", "GU", "AS"})
"""The countries whose phones a +1 long code reaches only with a campaign: the US and its territories.

Canada is exempt (sources: twilio-a2p).
"""


def is_toll_free(phone_number: str) -> bool:
    """Whether a number in E.164 form is a toll-free number of North America."""
    import phonenumbers  # noqa: PLC0415 its tables are large, and a tenant without a number does not need them

    number = _parsed(phone_number)
    return (
        number is not None
        and number.country_code == _NORTH_AMERICA
        and phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.TOLL_FREE
    )


def is_north_american(phone_number: str) -> bool:
    """Whether a number in E.164 form is one of the US, Canada or the Caribbean (+1)."""
    number = _parsed(phone_number)
    return number is not None and number.country_code == _NORTH_AMERICA


def is_british(phone_number: str) -> bool:
    """Whether a number in E.164 form is one of the United Kingdom or its islands (+44)."""
    number = _parsed(phone_number)
    return number is not None and number.country_code == _BRITAIN


def normal(sender: str) -> str:
    """Normalizes a sender for comparison: a number such as `+1 213 373 4253` becomes `+12133734253`."""
    text = sender.strip()
    return "+" + "".join(filter(str.isdigit, text)) if text.startswith("+") else text


def is_sender_id(sender: str) -> bool:
    """Whether a sender is an alphanumeric sender ID.

    A sender ID has at most 11 characters, of which at least one is a letter (sources: twilio-sender-name).
    """
    return re.fullmatch(r"(?=.*[A-Za-z])[A-Za-z0-9 +_&-]{1,11}", sender) is not None


def is_service(sender: str) -> bool:
    """Whether a sender is the SID of a Messaging Service."""
    return re.fullmatch(r"MG[0-9a-fA-F]{32}", sender) is not None


def country_of(phone_number: str, default: str) -> str:
    """Returns the country of a number in E.164 form, or the default if the digits do not determine it."""
    import phonenumbers  # noqa: PLC0415 as in `is_toll_free`

    number = _parsed(phone_number)
    return (number and phonenumbers.region_code_for_number(number)) or default


def type_of(phone_number: str) -> "NumberType":
    """Returns the type by which Twilio prices a number in E.164 form."""
    import phonenumbers  # noqa: PLC0415 as in `is_toll_free`

    if is_toll_free(phone_number):
        return "toll-free"
    number = _parsed(phone_number)
    mobile = number is not None and phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.MOBILE
    return "mobile" if mobile else "local"


def spaced(phone_number: str) -> str:
    """Formats a number in E.164 form for people, such as `+1 415 864 0347`; returns any other text unchanged."""
    number = _parsed(phone_number) if phone_number.startswith("+") else None
    if number is None:
        return phone_number
    import phonenumbers  # noqa: PLC0415 as in `is_toll_free`

    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL).replace("-", " ")


def _parsed(phone_number: str) -> "phonenumbers.PhoneNumber | None":
    import phonenumbers  # noqa: PLC0415 as in `is_toll_free`

    try:
        return phonenumbers.parse(phone_number)
    except phonenumbers.NumberParseException:
        return None
