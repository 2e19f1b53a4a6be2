"""Which URLs a login may lead to: those of the application, its wildcards, and those of a logout."""

import pytest

from mfa_setup.sandbox.login.urls import allows, allows_return
from support.hosted import CALLBACK, House, Person


@pytest.mark.parametrize(
    ("allowed", "url", "fits"),
    [
        ("https://a.example.com/cb", "https://a.example.com/cb", True),
        ("https://a.example.com/cb", "https://a.example.com/cb?x=1", False),
        ("https://*.example.com/cb", "https://a.example.com/cb", True),
        ("https://*.example.com/cb", "https://a.b.example.com/cb", False),
        ("https://*.example.com/cb", "https://example.com/cb", False),
        ("https://preview-*.example.com", "https://preview-42.example.com", True),
        ("https://preview-*.example.com", "https://other-42.example.com", False),
        ("https://preview-*.example.com", "https://preview-1.evil.example/.example.com", False),
        ("https://app.example.com/*", "https://app.example.com/x", False),
        ("https://app.*.com/", "https://app.example.com/", False),
        ("https://*", "https://a", False),
    ],
)
def test_a_wildcard_stands_for_a_part_of_the_first_label(*, allowed: str, url: str, fits: bool) -> None:
    assert allows([allowed], url) is fits


@pytest.mark.parametrize(
    ("url", "fits"),
    [
        (f"{CALLBACK}?from=logout", True),
        (f"{CALLBACK}#done", True),
        ("http://LOCALHOST:3000", True),
        ("http://localhost:3001", False),
        ("https://localhost:3000", False),
        (f"{CALLBACK}/other", False),
        ("http://localhost:3000@evil.example", False),
        ("http://[", False),
    ],
)
def test_a_logout_ignores_query_hash_and_the_case_of_the_host(
    house: House, person: Person, *, url: str, fits: bool
) -> None:
    for place, name in (("/v2/logout", "returnTo"), ("/oidc/logout", "post_logout_redirect_uri")):
        answer = person.http.get(place, params={"client_id": house.client_id, name: url})
        assert answer.status_code == (302 if fits else 400)
        assert not fits or answer.headers["location"] == url
    assert allows_return([CALLBACK], url) is fits


def test_a_callback_may_fit_a_wildcard(house: House, person: Person) -> None:
    house.policy()
    client_id = house.application(callbacks=["http://preview-*.localhost:3000/cb"])
    person.start(client_id=client_id, redirect_uri="http://preview-7.localhost:3000/cb")
    person.sign_up()
    assert str(person.callback).startswith("http://preview-7.localhost:3000/cb?code=")


def test_the_page_for_a_callback_that_does_not_match_names_it(person: Person) -> None:
    person.start(redirect_uri="http://localhost:3000/<other>")
    assert "http://localhost:3000/<other>" in person.page.alerts[0]
