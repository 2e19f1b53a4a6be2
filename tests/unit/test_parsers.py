"""The form of every value: what is taken, as what, and what is not."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mfa_setup.settings import parsers, urls
from mfa_setup.settings.endpoints import is_loopback, resolve, sandbox_url
from mfa_setup.settings.parsers import MalformedError

Form = Callable[[str], Any]

TAKEN: list[tuple[Form, str, object]] = [
    (parsers.domain, "acme.eu.auth0.com", "acme.eu.auth0.com"),
    (parsers.domain, "Acme.EU.Auth0.com", "acme.eu.auth0.com"),
    (parsers.domain, "login.example.com", "login.example.com"),
    (parsers.domain, "localhost", "localhost"),
    (parsers.domain, "localhost:4400", "localhost:4400"),
    (parsers.domain, "T0002.tenants.localhost:4400", "t0002.tenants.localhost:4400"),
    (parsers.domain, "127.0.0.1:4400", "127.0.0.1:4400"),
    (parsers.domain, "[::1]:4400", "[::1]:4400"),
    (parsers.application_name, "Twilio MFA Test", "Twilio MFA Test"),
    (parsers.application_name, "Müller & Söhne", "Müller & Söhne"),
    (parsers.url, "http://localhost:3000", "http://localhost:3000"),
    (parsers.url, "https://app.example.com/callback?x=1", "https://app.example.com/callback?x=1"),
    (parsers.url, "https://*.example.com", "https://*.example.com"),
    (parsers.url, "https://preview-*.example.com", "https://preview-*.example.com"),
    (parsers.url, "https://*-preview.example.com:8443/cb", "https://*-preview.example.com:8443/cb"),
    (parsers.url, "https://{organization_name}.example.com", "https://{organization_name}.example.com"),
    (parsers.url, "https://app-{organization_name}.example.com/a", "https://app-{organization_name}.example.com/a"),
    (parsers.url, "https://my_app.example.com", "https://my_app.example.com"),
    (parsers.url, "https://münchen.example", "https://münchen.example"),
    (parsers.url, "https://app.example.com/*", "https://app.example.com/*"),
    (parsers.url, "http://127.0.0.1:3000/", "http://127.0.0.1:3000/"),
    (parsers.url, "http://[::1]:3000", "http://[::1]:3000"),
    (parsers.url, "HTTPS://App.Example.com/Path", "HTTPS://App.Example.com/Path"),
    (parsers.origin, "http://localhost:3000", "http://localhost:3000"),
    (parsers.origin, "https://preview-*.example.com", "https://preview-*.example.com"),
    (parsers.origin, "https://{organization_name}.example.com", "https://{organization_name}.example.com"),
    (parsers.origin, "http://localhost:3000/", "http://localhost:3000"),
    (parsers.client_id, "abcdefghijklmnopqrstuvwxyz012345", "abcdefghijklmnopqrstuvwxyz012345"),
    (parsers.organization, "org_bVss9Do3994SIbiH", "org_bVss9Do3994SIbiH"),
    (parsers.organization, "acme-corp", "acme-corp"),
    (parsers.connection_name, "Username-Password-Authentication", "Username-Password-Authentication"),
    (parsers.connection_name, "a", "a"),
    (parsers.country, "US", "US"),
    (parsers.country, "gb", "GB"),
    (parsers.area_code, "415", "415"),
    (parsers.contains, "55501", "55501"),
    (parsers.contains, "415***MFA", "415***MFA"),
    (parsers.contains, "5" * 16, "5" * 16),
    (parsers.phone_number, "+14155550123", "+14155550123"),
    (parsers.phone_number, "+447400123456", "+447400123456"),
    (parsers.messaging_service, f"MG{'0aF9' * 8}", f"MG{'0aF9' * 8}"),
    (parsers.price, "2.50", 2.5),
    (parsers.price, "3", 3.0),
    (parsers.price, ".5", 0.5),
    (parsers.seconds, "0.1", 0.1),
    (parsers.seconds, "3600", 3600.0),
    (parsers.template, "{{code}} is yours.", "{{code}} is yours."),
    (parsers.template, "{{ code }} is yours.", "{{ code }} is yours."),
    (parsers.template, "{{code | append: '.'}}", "{{code | append: '.'}}"),
    *(
        (parsers.template, text, text)
        for text in (
            "{% if friendly_name %}{{code}}{% endif %}",
            "{% if tenant.friendly_name %}{{code}}{% endif %}",
        )
    ),
    (parsers.path, "src/auth_config.json", Path("src/auth_config.json")),
    (parsers.path, "~/a.json", Path("~/a.json").expanduser()),
]
REFUSED: list[tuple[Form, list[str]]] = [
    (
        parsers.domain,
        [
            *(
                "",
                " ",
                "acme",
                "acme.",
                "acme.eu.auth0.com.",
                "localhost.",
                "https://acme.eu.auth0.com",
                "acme.eu.auth0.com/",
                "//acme.eu.auth0.com",
            ),
            *("me@acme.eu.auth0.com", "acme.eu.auth0.com:443", "acme.eu.auth0.com?a", "acme.eu.auth0.com#a"),
            *(
                "acme.eu.auth0.com\n",
                "acme eu",
                ".auth0.com",
                "acme..com",
                "-a.com",
                "a-.com",
                "ä.com",
                "a" * 64 + ".com",
            ),
            *("localhost:x", "localhost:65536", "localhost:-1", "[::1", "[::2]", "acme.eu.auth0.com\x00"),
        ],
    ),
    (parsers.application_name, ["", " ", "\t", "a<b", "a>b", "a\nb", "a\x1bb"]),
    (
        parsers.url,
        [
            *("", "localhost", "localhost:3000", "//localhost", "ftp://localhost", "file:///etc/passwd", "http://"),
            *("javascript:alert(1)", "data:text/html,x", "http://me@localhost", "http://me:it@localhost"),
            *("http://localhost:65536", "http://localhost:x", "http://[::1", "http://local host", " http://localhost"),
            *("http://localhost\n", "http://localhost/,", "http://localhost#", "http://localhost/#a", "http://*"),
            *(
                "http://-a.com",
                "http://a..com",
                "http://app.*.com",
                "http://*.*.example.com",
                "http://a-*-*.example.com",
            ),
            *("http://{tenant}.example.com", "http://{organization_name.example.com", "http://" + "ä" * 63 + ".com"),
        ],
    ),
    (parsers.origin, ["http://localhost/a", "http://localhost?a=b", "http://localhost//", "localhost", ""]),
    (parsers.client_id, ["", "a b", "a/b", "a" * 65, "ä", "abc\n"]),
    (parsers.organization, ["", "Acme Corp", "a/b", "ä", "acme\n"]),
    (parsers.connection_name, ["", "a b", "-a", "a-", "a_b", "a" * 129, "ä", "a\n"]),
    (parsers.country, ["", "U", "USA", "UK", "ZZ", "001", "ß", "u s", "US\n"]),
    (parsers.area_code, ["", "41", "4155", "015", "115", "4l5", "+415", "415 ", "415\n", "\u0664\u0661\u0665"]),
    (parsers.contains, ["", "1", "1" * 17, "1 2", "1-2", "12\n", "\u0664\u0661"]),
    (
        parsers.phone_number,
        [
            *("", "+", "4155550123", "0014155550123", "+04155550123", "+1 4155550123", "+1-415-555-0123", "+1415"),
            *("+14155550123\n", "tel:+14155550123", "+1415555012", "+9991234567", "+1" + "\u0664" * 10),
        ],
    ),
    (parsers.messaging_service, ["", "MG", f"MG{'0' * 31}", f"MG{'0' * 33}", f"AC{'0' * 32}", f"MG{'g' * 32}"]),
    (parsers.price, ["", "0", "0.0", "-1", "nan", "inf", "1e3", "1_0", "1,5", "$1", " 1", "1\n", "1000000", "\u0661"]),
    (parsers.seconds, ["", "0", "-1", "nan", "inf", "1s", "3600.1", "\u0661"]),
    (parsers.template, ["", "code", "{code}", "{{ codes }}", "{{code", "{{code}}" + "x" * 20_000]),
    (parsers.path, ["", " ", "a\0b", "~nobody-of-this-name/a"]),
]


def _name(value: object) -> str:
    return getattr(value, "__name__", None) or repr(value)[:40]


@pytest.mark.parametrize(("form", "text", "value"), TAKEN, ids=_name)
def test_a_good_value_is_taken_as_the_engine_uses_it(form: Form, text: str, value: object) -> None:
    assert form(text) == value


@pytest.mark.parametrize(("form", "text"), [(form, text) for form, texts in REFUSED for text in texts], ids=_name)
def test_a_malformed_value_is_refused_with_the_problem_and_an_example(form: Form, text: str) -> None:
    with pytest.raises(MalformedError) as refused:
        form(text)
    assert refused.value.problem
    assert refused.value.example


def test_the_host_of_a_url_is_offered_as_the_domain_and_never_its_password() -> None:
    with pytest.raises(MalformedError) as refused:
        parsers.domain("https://me:it@acme.eu.auth0.com/login")
    assert refused.value.example == "Use only the host name: acme.eu.auth0.com."


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("http://localhost:3000", "http://localhost:3000"),
        ("https://app.example.com/callback?x=1", "https://app.example.com"),
        ("http://[::1]:3000/a", "http://[::1]:3000"),
    ],
)
def test_the_origin_of_a_url_is_its_scheme_host_and_port(url: str, origin: str) -> None:
    assert parsers.origin_of(url) == origin


@pytest.mark.parametrize(
    "url",
    [
        "https://app.example.com/*", "https://app.example.com/callback*", "https://app.example.com/a?b=*",
        "https://*.example.com/*", "https://*.com", "https://preview-*.dev",
    ],
)  # fmt: skip
def test_a_wildcard_that_never_matches_is_known(url: str) -> None:
    assert parsers.url(url) == url
    assert urls.never_matches(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://app.example.com/", "https://*.example.com", "https://preview-*.example.com:8443/callback",
        "http://*.localhost:3000", "https://{organization_name}.example.com", "http://localhost:3000",
    ],
)  # fmt: skip
def test_a_url_that_may_match_is_not_called_one_that_never_does(url: str) -> None:
    assert urls.never_matches(url) is None


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST", "a.localhost", "127.0.0.1", "127.8.9.1", "::1", "[::1]"])
def test_loopback_is_known_by_its_letters(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["", "localhost.example.com", "127.0.0.1.nip.io", "192.168.0.1", "128.0.0.1", "::"])
def test_what_only_looks_like_loopback_is_not(host: str) -> None:
    assert not is_loopback(host)


def test_real_hosts_are_reached_by_https_and_a_sandbox_by_its_own_scheme() -> None:
    real = resolve("acme.eu.auth0.com", None, twilio_needed=True)
    assert (real.auth0, real.twilio) == ("https://acme.eu.auth0.com", None)
    plain = resolve("localhost:1", sandbox_url("http://localhost:2/path"), twilio_needed=True)
    assert (plain.auth0, plain.twilio) == ("http://localhost:1", "http://localhost:2")
    named = resolve("t0002.tenants.localhost:2", sandbox_url("http://localhost:2"), twilio_needed=True)
    assert (named.auth0, named.twilio) == ("http://t0002.tenants.localhost:2", "http://localhost:2")
    secure = resolve("[::1]:1", sandbox_url("https://127.0.0.1:2"), twilio_needed=True)
    assert (secure.auth0, secure.twilio) == ("https://[::1]:1", "https://127.0.0.1:2")


def test_a_loopback_tenant_needs_no_sandbox_where_twilio_takes_no_part() -> None:
    alone = resolve("localhost:1", None, twilio_needed=False)
    assert (alone.auth0, alone.twilio) == ("http://localhost:1", None)


@pytest.mark.parametrize(
    ("name", "problem"),
    [("", "empty"), ("  ", "empty"), ("a\nb", "printable"), ("a\u2028b", "printable"), ("a\udcff", "printable")],
)
def test_a_name_in_the_limits_is_refused_for_what_is_wrong_with_it(name: str, problem: str) -> None:
    with pytest.raises(MalformedError, match=f"must (not )?be {problem}"):
        parsers.scoped_name(name)
