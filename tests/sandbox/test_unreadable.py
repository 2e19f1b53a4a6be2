"""What cannot be parsed, or cannot be sent again: 400 in the form of its service, and never a 500."""

import asyncio
import base64
import json
import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qsl, urlencode

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.routing import Route

from mfa_setup.sandbox.app import build_app
from mfa_setup.sandbox.auth0.routes import endpoints
from mfa_setup.sandbox.config import SandboxConfig
from mfa_setup.sandbox.payloads import read_form, read_json
from mfa_setup.sandbox.server import Sandbox
from mfa_setup.sandbox.services import CONTROL, service_of
from mfa_setup.sandbox.world import World

JSON, FORM = "application/json", "application/x-www-form-urlencoded"
BODIES = {
    "half a surrogate pair": b'{"name":"\\ud800","friendly_name":"\\ud800","scope":["\\udc00"],"path":"\\ud800"}',
    "an encoded surrogate": b'{"name":"\xed\xa0\x80"}',
    "NaN": b'{"name":"x","forward":NaN}',
    "Infinity": b'{"forward":-Infinity}',
    "no double": b'{"forward":1e400}',
    "a long integer": b'{"forward":' + b"9" * 400 + b"}",
    "an endless integer": b'{"forward":' + b"9" * 5000 + b"}",
    "deep arrays": b"[" * 100_000,
    "deep objects": b'{"name":' * 100_000,
    "deep, and complete": b'{"name":' + b"[" * 500 + b"]" * 500 + b"}",
    "not UTF-8": b'{"name":"\xff"}',
    "UTF-16": '{"name":"x"}'.encode("utf-16"),
    "half of it": b'{"name":',
}
FORMS = {
    "not UTF-8": b"FriendlyName=\xff&To=\xff&username=\xff&grant_type=\xff",
    "percent-encoded, not UTF-8": b"FriendlyName=%FF&To=%ED%A0%80&username=%FF&grant_type=%FF",
}
QUERIES = ("--1", "²", "9" * 400, "9" * 5000, "NaN", "1e400", "\u0661", "\x00", "-", "[", "z" * 5000, "²,²", "inf,0")


_ACCOUNT = "/2010-04-01/Accounts/{account_sid}"
TWILIO_QUERIES = {
    f"{_ACCOUNT}/AvailablePhoneNumbers/US/Local.json": "NearLatLong NearNumber Distance AreaCode Contains PageSize",
    f"{_ACCOUNT}/Messages.json": "DateSent DateSent> DateSent< Page PageSize PageToken",
    f"{_ACCOUNT}/Usage/Records.json": "StartDate EndDate",
    "/v1/Alerts": "StartDate EndDate LogLevel",
    "/v1/Services": "Page PageSize PageToken",
    "/v1/Messaging/GeoPermissions": "CountryCode",
}


def paths() -> list[tuple[str, str]]:
    """Every method and path that the sandbox serves, with its braces."""
    served = [route for route in build_app(World(SandboxConfig())).routes if isinstance(route, Route)]
    # A new token of the account would lock the other requests out, and a reset takes the state away.
    left_out = {f"{CONTROL}/twilio/token", f"{CONTROL}/reset"}
    found = [(method, route.path) for route in served for method in sorted(route.methods or ())]
    return [(method, path) for method, path in found if method != "HEAD" and path not in left_out]


@pytest.fixture(scope="module")
def ask() -> Iterator[Callable[..., httpx.Response]]:
    """Sends a request with the credentials of its service."""
    with Sandbox(SandboxConfig(port=0)) as running, httpx.Client(base_url=running.url, trust_env=False) as web:
        token = web.post("/_sandbox/tokens").json()["access_token"]
        own = running.world.twilio.credentials
        basic = base64.b64encode(f"{own.account_sid}:{own.auth_token}".encode()).decode()

        def send(method: str, path: str, **options: object) -> httpx.Response:
            kinds = {"twilio": f"Basic {basic}", "auth0": f"Bearer {token}"}
            filled = re.sub(r"\{account_sid[^}]*\}", own.account_sid, path)
            filled = re.sub(r"\{[^}]*\}", "x", filled)
            given_headers = dict(options.pop("headers", {}))  # type: ignore[call-overload]
            headers = {"authorization": kinds[service_of(path)]} | given_headers
            return web.request(method, filled, headers=headers, **options)  # type: ignore[arg-type]

        yield send
        for path in ("/_sandbox/state", "/_sandbox/requests", "/_sandbox/faults", "/_sandbox/", "/_sandbox/inbox"):
            assert web.get(path).status_code == 200, path
        assert all(entry["status"] < 500 for entry in web.get("/_sandbox/requests").json())


def is_refusal(path: str, answer: httpx.Response) -> bool:
    """Whether it is an error in the form of its service; the login's pages are for people."""
    if answer.headers["content-type"].startswith("text/html"):
        return answer.status_code in range(400, 500)
    body = answer.json()
    if path.startswith("/api/v2"):
        return bool(body["statusCode"] == answer.status_code)
    return bool(body["status"] == answer.status_code if service_of(path) == "twilio" else body["error"])


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_json_that_no_answer_could_hold_is_refused_everywhere(body: bytes, ask: Callable[..., httpx.Response]) -> None:
    """Every path that reads JSON refuses it; those that read none do what they always do."""
    bodied = {(one.method, f"/api/v2{one.path}") for one in endpoints() if one.body is not None}
    for method, path in paths():
        if method not in {"POST", "PUT", "PATCH", "DELETE"}:
            continue
        answer = ask(method, path, content=body, headers={"content-type": JSON})
        assert answer.status_code < 500, (method, path, answer.text)
        if (method, path) in bodied or (path.startswith(CONTROL) and method == "POST"):
            assert answer.status_code == 400, (method, path, answer.text)
            assert is_refusal(path, answer), (method, path, answer.text)


@pytest.mark.parametrize("body", FORMS.values(), ids=FORMS)
def test_a_form_that_is_not_utf_8_is_refused_everywhere(body: bytes, ask: Callable[..., httpx.Response]) -> None:
    """Twilio's calls, the token endpoint and the pages read forms."""
    for method, path in paths():
        if method != "POST" or path.startswith((CONTROL, "/api/v2")):
            continue
        answer = ask(method, path, content=body, headers={"content-type": FORM})
        assert answer.status_code in range(400, 500), (path, answer.text)
        assert is_refusal(path, answer), (path, answer.text)
        assert answer.status_code in {400, 405}, (path, answer.text)


@pytest.mark.parametrize("value", QUERIES, ids=lambda value: str(value)[:8])
def test_a_query_of_any_kind_is_answered(value: str, ask: Callable[..., httpx.Response]) -> None:
    """Numbers that are none, or have no end, are refused or mean nothing; they never break the sandbox."""
    for endpoint in endpoints():
        for name, schema in endpoint.query.items() if endpoint.method == "GET" else ():
            answer = ask("GET", f"/api/v2{endpoint.path}", params={name: value})
            assert answer.status_code < 500, (endpoint.path, name, answer.text)
            if schema.get("type") == "integer":
                assert answer.status_code == 400, (endpoint.path, name, answer.text)
    for path, names in TWILIO_QUERIES.items():
        for name in names.split():
            assert ask("GET", path, params={name: value}).status_code < 500, (path, name)


@pytest.mark.parametrize("path", ["/api/v2/clients", "/v1/Services", "/_sandbox/state", "/authorize"])
@pytest.mark.parametrize(
    "spoil",
    [
        lambda path: (f"{path}/%FF", {}),
        lambda path: (f"{path}?page=%ED%A0%80", {}),
        lambda path: (path, {"host": "[x"}),
    ],
    ids=["path", "query", "host"],
)
def test_an_address_that_cannot_be_read_is_refused_in_the_form_of_its_service(
    path: str, spoil: Callable[[str], tuple[str, dict[str, str]]], ask: Callable[..., httpx.Response]
) -> None:
    """A path or query whose percent-encoding is no UTF-8, and a host that is none."""
    address, headers = spoil(path)
    answer = ask("GET", address, headers=headers)
    expected = 403 if headers and path.startswith(CONTROL) else 400
    assert answer.status_code == expected, answer.text
    assert is_refusal(path, answer)


@pytest.mark.parametrize("header", ["Basic \xe9", "Bearer \xe9", "Bearer " + "W1tb" * 8000 + ".e30.e30", "Basic", ""])
@pytest.mark.parametrize(
    "path", ["/api/v2/clients", "/v1/Services", "/oauth/token", "/userinfo", "/mfa/authenticators"]
)
def test_credentials_that_are_none_are_refused(path: str, header: str, ask: Callable[..., httpx.Response]) -> None:
    """Bytes that are no text, a token that nests deeply, nothing at all."""
    method = "POST" if path == "/oauth/token" else "GET"
    answer = ask(method, path, headers={"authorization": header.encode("latin-1")})
    assert answer.status_code in {400, 401}, answer.text


@pytest.mark.parametrize("service_sid", [[], {}, 1, True])
def test_a_sid_of_another_type_is_refused(service_sid: object, ask: Callable[..., httpx.Response]) -> None:
    """What cannot be a key is no Messaging Service either."""
    body = {"phone_number": "+14155550123", "service_sid": service_sid}
    assert ask("POST", "/_sandbox/twilio/numbers", json=body).status_code == 400


@pytest.mark.parametrize(
    "callback", ["http://[", "http://[::1/", "app://\x00", "https://a\nb.com/", "https://a\u2100b/"]
)
def test_a_callback_that_is_no_url_is_refused_before_it_is_stored(
    callback: str, ask: Callable[..., httpx.Response]
) -> None:
    """Every later answer to a browser would have to take its origin apart."""
    assert ask("POST", "/api/v2/clients", json={"name": "x", "callbacks": [callback]}).status_code == 400


def test_a_callback_in_other_letters_works_in_every_response_mode(api: httpx.Client, web: httpx.Client) -> None:
    """Its host is in headers, which take ASCII only: by IDNA, as browsers write it."""
    body = {"name": "x", "app_type": "spa", "callbacks": ["https://例え.jp/cb"], "token_endpoint_auth_method": "none"}
    client = api.post("/clients", json=body).json()
    ask = {"client_id": client["client_id"], "prompt": "none", "state": "例え\n"}
    for mode in ("query", "fragment", "form_post"):
        answer = web.get("/authorize", params=ask | {"response_mode": mode})
        assert answer.status_code in {200, 302}, answer.text
    assert "https://xn--r8jz45g.jp" in answer.headers["content-security-policy"]


_KEYS = [
    "tenant",
    "client_id",
    "scope",
    "expires_in",
    "audience",
    "pem",
    "method",
    "path",
    "effect",
    "applied",
    "times",
    "level",
    "forward",
    "phone_number",
    "friendly_name",
    "service_sid",
    "verified",
    "us_app_to_person_registered",
    "error_code",
    "status",
    "kind",
    "country",
    "grant_type",
    "code",
    "username",
    "password",
    "realm",
    "mfa_token",
    "oob_code",
    "binding_code",
    "challenge_type",
    "authenticator_types",
    "oob_channels",
    "refresh_token",
    "client_secret",
    "client_assertion",
    "client_assertion_type",
    "code_verifier",
    "redirect_uri",
    "recovery_code",
    "from",
    "to",
    "body",
    "headers",
    "seconds_ago",
    "messaging_service_sid",
    "sms",
    "voice",
    "sms_url",
    "usecase",
    "mock",
    "errors",
    "short_code",
    "alpha_sender",
    "balance",
    "currency",
    "owner_account_sid",
    "auth_token",
    "allowed",
    "number_type",
    "current_price",
    "low_risk_numbers_enabled",
]
_GRANTS = ["client_credentials", "authorization_code", "refresh_token", "password"]
_GRANTS += [f"http://auth0.com/oauth/grant-type/{name}" for name in ("password-realm", "mfa-oob", "mfa-recovery-code")]
_PLAIN = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
_ANY = st.recursive(_PLAIN, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=5)
_ODD = _ANY | st.sampled_from(
    [*_GRANTS, "Username-Password-Authentication", "+14155550123", "\x00", "localhost", "9" * 99]
)
_OPEN = [path for method, path in paths() if method == "POST" and not path.startswith(("/api/v2", "/2010", "/v1"))]


def test_no_json_ever_breaks_what_has_no_schema(ask: Callable[..., httpx.Response]) -> None:
    """The control calls, the token endpoint and the MFA API, with anything under the keys that they know."""

    @settings(max_examples=400, deadline=None, database=None, derandomize=True)
    @given(st.sampled_from(_OPEN), st.dictionaries(st.sampled_from(_KEYS), _ODD, max_size=8) | _ANY)
    def send(path: str, body: object) -> None:
        answer = ask("POST", path, content=json.dumps(body).encode(), headers={"content-type": JSON})
        assert answer.status_code < 500, (path, body, answer.text)

    send()


def test_no_bytes_ever_break_anything(ask: Callable[..., httpx.Response]) -> None:
    """Any bytes as a body of either kind, and any text in the query, repeated ones included."""
    kinds = st.sampled_from([JSON, FORM, "multipart/form-data; boundary=x", "\xff"])
    query = st.lists(
        st.tuples(st.sampled_from(["page", "take", "q", "state", "PageSize", "Page"]), st.text(max_size=8))
    )

    @settings(max_examples=400, deadline=None, database=None, derandomize=True)
    @given(st.sampled_from(paths()), st.binary(max_size=60), kinds, query)
    def send(to: tuple[str, str], body: bytes, kind: str, pairs: list[tuple[str, str]]) -> None:
        headers = {"content-type": kind.encode("latin-1")}
        answer = ask(*to, content=body, headers=headers, params=pairs)
        assert answer.status_code < 500, (to, body, kind, pairs, answer.text)

    send()


@settings(max_examples=300, deadline=None, database=None, derandomize=True)
@given(
    st.binary(max_size=40)
    | st.text(max_size=40).map(str.encode)
    | st.from_regex(r'\A[\[{"\\udD8:0-9eE.,}\]-]*\Z').map(str.encode)
)
def test_whatever_json_is_read_can_be_sent_again(raw: bytes) -> None:
    """`read_json` gives a value that an answer can hold, or refuses."""
    try:
        value = read_json(raw)
    except ValueError:
        return
    assert read_json(json.dumps(value, allow_nan=False, ensure_ascii=False).encode()) == value


@settings(max_examples=200, deadline=None, database=None, derandomize=True)
@given(st.lists(st.tuples(st.text(min_size=1, max_size=5), st.text(max_size=5))))
def test_a_form_is_read_as_it_was_written(pairs: list[tuple[str, str]]) -> None:
    """Repeated and empty fields included; half a surrogate pair cannot be written at all."""
    assert read_form(urlencode(pairs).encode()) == pairs == parse_qsl(urlencode(pairs), keep_blank_values=True)


@pytest.mark.parametrize("path", ["/oauth/token", "/_sandbox/faults"])
def test_a_client_that_goes_away_in_the_middle_of_its_request_changes_nothing_and_is_no_defect(
    path: str, caplog: pytest.LogCaptureFixture
) -> None:
    world, sent = World(SandboxConfig()), list[Any]()
    headers = [(b"host", b"localhost"), (b"content-length", b"9"), (b"content-type", b"application/json")]
    scope = {
        "type": "http", "method": "POST", "path": path, "raw_path": path.encode(), "query_string": b"", "root_path": "",
        "headers": headers, "scheme": "http", "http_version": "1.1", "client": ("127.0.0.1", 1), "server": None,
    }  # fmt: skip

    async def receive() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(build_app(world)(scope, receive, send))
    assert sent[0]["status"] in {400, 401}
    assert "the sandbox failed" not in caplog.text
