"""What the digits of a phone number tell: whether it is toll-free, and its country."""

import phonenumbers

_NORTH_AMERICA = 1
"""The country code of the US, Canada and the Caribbean, whose toll-free numbers need a verification."""


def is_toll_free(phone_number: str) -> bool:
    """Whether a number in E.164 form is a toll-free number of North America."""
    number = _parsed(phone_number)
    return (
        number is not None
        and number.country_code == _NORTH_AMERICA
        and phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.TOLL_FREE
    )


def country_of(phone_number: str, default: str) -> str:
    """The country of a number in E.164 form, or the default where its digits do not tell it."""
    number = _parsed(phone_number)
    return (number and phonenumbers.region_code_for_number(number)) or default


def _parsed(phone_number: str) -> phonenumbers.PhoneNumber | None:
    try:
        return phonenumbers.parse(phone_number)
    except phonenumbers.NumberParseException:
        return None
