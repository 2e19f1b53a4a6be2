"""Which words of a person's are shown, and which only by their first four characters."""

import pytest

from mfa_setup.quoting import looks_random, shortened, without_typed

TOKEN = "3f9a1c0b7de24586a9b0c1d2e3f4a5b6"


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        (TOKEN, "3f9a…"),
        ("planted-secret-0123456789", "plan…"),
        ("a1b2c3d4e5f6g7h8i9j0", "a1b2…"),
        ("q8Zt/3fKw+9LxP2/mR7vB5nC1dH6+jG4sY0aEuT=", "q8Zt…"),
        (f"my {TOKEN} app", "my 3f9a… app"),
        ("eyJhbGciOi" * 5, "eyJh…"),
        ("-----BEGIN PRIVATE KEY-----\nMIIE", "…"),
        (f"https://user:{TOKEN}@app.example.com/", "https://…@app.example.com/"),
        (f"https://app.example.com/{TOKEN}?a=1", "https://app.example.com/3f9a…?a=1"),
        (f"/srv/anna/{TOKEN}.json", "/srv/anna/3f9a….json"),
    ],
)
def test_a_word_that_may_be_a_secret_is_shortened(typed: str, shown: str) -> None:
    assert shortened(typed) == shown


@pytest.mark.parametrize(
    "typed",
    [
        "a1b2c3d4e5f6g7h8i9j",
        "Username-Password-Authentication",
        "12345678901234567890",
        "MG" + "0123456789abcdef" * 2,
        "http://localhost:3000/callback2027",
        "https://mycompany-production1.eu.auth0.com/api/v2/",
        "dev-8x7f9k2a.us.auth0.com:8443",
        "src/staging2/auth_config.json",
        "/srv/anna/work2/projects3/app/auth_config.json",
        "{{code}} is your code for Acme, valid for 5 minutes.",
    ],
)
def test_what_names_a_thing_stays_readable(typed: str) -> None:
    assert shortened(typed) == typed
    assert without_typed(f"It is {typed}.", [typed]) == f"It is {typed}."


def test_a_message_loses_the_words_that_were_typed_and_no_others() -> None:
    other = TOKEN[::-1]
    message = f"There is no {TOKEN} in /tmp/{TOKEN.upper()}/{TOKEN}.json, nor {other}."
    assert without_typed(message, [TOKEN]) == f"There is no 3f9a… in /tmp/{TOKEN.upper()}/3f9a….json, nor {other}."
    assert without_typed("at zq7wn4kc8tb2hx6jf9lm", ["Zq7Wn4Kc8Tb2Hx6Jf9Lm"]) == "at zq7w…"


@pytest.mark.parametrize("name", ["Acme Portal 2027", "AcmePortalProduction2027", "acme-e2e-20271125-run-7", "x" * 50])
def test_a_name_that_somebody_would_choose_is_none_by_chance(name: str) -> None:
    assert not looks_random(name)


@pytest.mark.parametrize("name", [TOKEN, f"my {TOKEN} app", "q8Zt/3fKw+9LxP2/mR7vB5nC1dH6+jG4sY0aEuT="])
def test_a_secret_as_a_name_is_noticed(name: str) -> None:
    assert looks_random(name)
