import phonenumbers
import pytest

from mfa_setup.sandbox import phones
from mfa_setup.sandbox.login.countries import phone_number
from mfa_setup.sandbox.twilio.stock import is_valid


@pytest.mark.parametrize(
    ("number", "country"),
    [("+447700900123", "GB"), ("+33639980000", "FR"), ("+33639989999", "FR"), ("+14155550123", "US")],
)
def test_numbers_for_fiction_count_as_mobiles_of_their_country(number: str, country: str) -> None:
    parsed = phonenumbers.parse(number)
    assert (is_valid(number), phone_number("US", number), phones.country(parsed)) == (True, number, country)
    assert phones.line(parsed) != phonenumbers.PhoneNumberType.UNKNOWN


@pytest.mark.parametrize("number", ["+447700901000", "+33639990000", "+33639979999", "+4477009001234"])
def test_their_neighbours_are_still_nobodys(number: str) -> None:
    assert not is_valid(number)
