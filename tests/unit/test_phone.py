"""Toll-free numbers and countries, as the digits of a number tell them."""

import pytest

from mfa_setup.phone import country_of, is_toll_free
from mfa_setup.sandbox.twilio.stock import catalogue

TOLL_FREE = {"800", "833", "844", "855", "866", "877", "888"}
"""The codes that were listed in the program before phonenumbers was asked; NANPA has opened no other."""


@pytest.mark.parametrize("code", [str(code) for code in range(200, 1000)])
def test_the_toll_free_codes_of_north_america(code: str) -> None:
    assert is_toll_free(f"+1{code}5550123") is (code in TOLL_FREE)


@pytest.mark.parametrize(
    "phone_number",
    [
        "+19005550123",  # premium rate
        "+18225550123",  # reserved by NANPA as the next toll-free code, not opened
        "+18000000000",  # no exchange begins with 0 or 1
        "+448001111111",  # toll-free in the United Kingdom, where no verification is needed
        "+80012345678",  # international toll-free
        "+12",
        "nonsense",
        "",
    ],
)
def test_what_is_no_toll_free_number_of_north_america(phone_number: str) -> None:
    assert not is_toll_free(phone_number)


def test_every_north_american_number_of_the_sandbox_is_of_its_kind() -> None:
    numbers = [number for number in catalogue() if number.phone_number.startswith("+1")]
    assert {number.kind for number in numbers} >= {"local", "tollfree"}
    assert all(is_toll_free(number.phone_number) is (number.kind == "tollfree") for number in numbers)


@pytest.mark.parametrize(
    ("phone_number", "country"),
    [
        ("+14155550123", "US"),
        ("+18005550123", "US"),
        ("+14165550123", "CA"),
        ("+17875550123", "PR"),
        ("+442071838750", "GB"),
        ("+4915112345678", "DE"),
        ("+447700900123", "XX"),  # reserved for films
        ("nonsense", "XX"),
    ],
)
def test_the_country_of_a_number(phone_number: str, country: str) -> None:
    assert country_of(phone_number, "XX") == country
