import ssl
import threading
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from mfa_setup.sandbox.server import Sandbox

CLIENT = {"name": "Twilio MFA Test", "app_type": "spa"}


@pytest.fixture
def fail(sandbox: Sandbox, connect: Callable[..., httpx.Client]) -> Callable[..., None]:
    """Fail."""
    control = connect(sandbox)

    def inject(effect: str, path: str = "/api/v2/clients", **more: Any) -> None:
        fault = {"method": "POST", "path": path, "effect": effect} | more
        assert control.post("/_sandbox/faults", json=[fault]).status_code == 200

    return inject


def spa_clients(sandbox: Sandbox) -> list[Any]:
    """Spa clients."""
    clients = sandbox.world.first.clients.values()
    return [client for client in clients if client["app_type"] == "spa"]


@pytest.mark.parametrize("applied", [True, False])
@pytest.mark.parametrize(
    ("effect", "error"),
    [("reset", httpx.TransportError), ("truncate", httpx.RemoteProtocolError), ("hang", httpx.ReadTimeout)],
)
def test_a_request_that_gets_no_whole_answer_has_its_effect_only_if_asked(
    sandbox: Sandbox,
    api: httpx.Client,
    fail: Callable[..., None],
    effect: str,
    error: type[Exception],
    applied: bool,  # noqa: FBT001
) -> None:
    """A request that gets no whole answer has its effect only if asked."""
    fail(effect, applied=applied)
    with pytest.raises(error):
        api.post("/clients", json=CLIENT, timeout=0.3)
    assert len(spa_clients(sandbox)) == int(applied)
    assert api.post("/clients", json=CLIENT).status_code == 201


def test_reset_is_a_tcp_reset(api: httpx.Client, fail: Callable[..., None]) -> None:
    """Reset is a tcp reset."""
    fail("reset")
    with pytest.raises(httpx.ReadError) as caught:
        api.post("/clients", json=CLIENT)
    assert "reset" in str(caught.value).lower()


def test_truncate_announces_the_full_length(sandbox: Sandbox, api: httpx.Client, fail: Callable[..., None]) -> None:
    """Truncate announces the full length."""
    fail("truncate", applied=True)
    received: list[bytes] = []
    with api.stream("POST", "/clients", json=CLIENT) as answer:
        length = int(answer.headers["content-length"])
        with pytest.raises(httpx.RemoteProtocolError):
            received.extend(answer.iter_raw())
    assert answer.status_code == 201
    assert sum(map(len, received)) == length // 2
    assert sandbox.world.requests[-1].status == 201


@pytest.mark.parametrize("effect", ["reset", "hang"])
def test_a_request_without_an_answer_is_logged_with_status_null(
    sandbox: Sandbox, api: httpx.Client, fail: Callable[..., None], effect: str
) -> None:
    """A request without an answer is logged with status null."""
    fail(effect)
    with pytest.raises(httpx.TransportError):
        api.post("/clients", json=CLIENT, timeout=0.3)
    assert sandbox.world.requests[-1].as_json() == {
        "n": 1,
        "service": "auth0",
        "method": "POST",
        "path": "/api/v2/clients",
        "status": None,
        "tenant": sandbox.world.first.domain,
    }


@pytest.mark.parametrize("status", [429, 500, 502, 599])
def test_status_answers_in_the_form_of_the_management_api(
    api: httpx.Client, fail: Callable[..., None], status: int
) -> None:
    """Status answers in the form of the management api."""
    fail(f"status:{status}")
    answer = api.post("/clients", json=CLIENT)
    assert (answer.status_code, answer.json()["statusCode"]) == (status, status)
    assert answer.headers["x-ratelimit-limit"]


def test_status_429_carries_the_recorded_body(api: httpx.Client, fail: Callable[..., None]) -> None:
    """Status 429 carries the recorded body."""
    fail("status:429")
    assert api.post("/clients", json=CLIENT).json() == {
        "statusCode": 429,
        "error": "Too Many Requests",
        "message": "Global limit has been reached",
        "errorCode": "too_many_requests",
    }


def test_status_answers_in_the_form_of_the_token_endpoint_and_of_twilio(
    web: httpx.Client, fail: Callable[..., None]
) -> None:
    """Status answers in the form of the token endpoint and of twilio."""
    fail("status:503", path="/oauth/token")
    fail("status:503", path="/2010-04-01/*")
    assert set(web.post("/oauth/token").json()) == {"error", "error_description"}
    assert web.post("/2010-04-01/Accounts.json").json()["code"] == 20503


def test_a_status_can_have_a_body_and_headers(web: httpx.Client, api: httpx.Client, fail: Callable[..., None]) -> None:
    """In place of the service's own; what waits is shown with them."""
    body = {"code": 21404, "message": "Only one number.", "more_info": "", "status": 400}
    headers = {"Retry-After": "7", "X-RateLimit-Reset": "1700000000", "Date": "Tue, 14 Nov 2023 22:13:13 GMT"}
    fail("status:429", headers=headers)
    fail("status:400", path="/2010-04-01/*", body=body)
    fail("status:503", path="/v1/*", body="upstream connect error", headers={"Content-Type": "text/html"})
    assert [fault.get("headers") for fault in web.get("/_sandbox/faults").json()][:2] == [headers, None]
    limited = api.post("/clients", json=CLIENT)
    assert (limited.status_code, limited.json()["errorCode"]) == (429, "too_many_requests")
    assert {name: limited.headers.get_list(name) for name in headers} == {name: [headers[name]] for name in headers}
    refused = web.post("/2010-04-01/Accounts.json")
    assert (refused.status_code, refused.json()) == (400, body)
    html = web.post("/v1/Services")
    assert (html.status_code, html.text, html.headers["content-type"]) == (503, "upstream connect error", "text/html")


def test_every_answer_has_one_date(api: httpx.Client, web: httpx.Client) -> None:
    """Of both services, and of the sandbox itself."""
    for answer in (api.get("/clients"), web.get("/v1/Services"), web.get("/_sandbox/state"), web.get("/nothing")):
        (date,) = answer.headers.get_list("date")
        assert date.endswith("GMT")


def test_html_is_a_502_with_a_page(api: httpx.Client, fail: Callable[..., None]) -> None:
    """Html is a 502 with a page."""
    fail("html")
    answer = api.post("/clients", json=CLIENT)
    assert answer.status_code == 502
    assert answer.headers["content-type"].startswith("text/html")


def test_a_fault_counts_down_and_matches_by_glob_and_method(
    sandbox: Sandbox, api: httpx.Client, fail: Callable[..., None]
) -> None:
    """A fault counts down and matches by glob and method."""
    fail("status:500", path="/api/v2/guardian/*", method="*", times=2)
    assert api.get("/guardian/factors", params={"include_settings": True}).status_code == 500
    assert api.get("/clients").status_code == 200
    assert api.put("/guardian/policies", json=[]).status_code == 500
    assert api.get("/guardian/factors").status_code == 200
    assert sandbox.world.faults == []


@pytest.mark.parametrize(
    "body",
    [
        {},
        ["x"],
        [{"path": "*"}],
        [{"path": "*", "effect": "status:200"}],
        [{"path": "*", "effect": "explode"}],
        [{"effect": "reset"}],
        [{"path": "*", "effect": "reset", "times": 0}],
        [{"path": "*", "effect": "reset", "applied": "yes"}],
        [{"path": "*", "effect": "reset", "when": "now"}],
        [{"path": "*", "effect": "reset", "body": "x"}],
        [{"path": "*", "effect": "html", "headers": {"a": "b"}}],
        [{"path": "*", "effect": "status:500", "body": 1}],
        [{"path": "*", "effect": "status:500", "body": ["x"]}],
        [{"path": "*", "effect": "status:500", "headers": []}],
        [{"path": "*", "effect": "status:500", "headers": {"a": 1}}],
        [{"path": "*", "effect": "status:500", "headers": {"a b": "1"}}],
        [{"path": "*", "effect": "status:500", "headers": {"a": "1\r\nb: 2"}}],
        [{"path": "*", "effect": "status:500", "headers": {"Content-Length": "1"}}],
    ],
)
def test_a_fault_that_makes_no_sense_is_refused(sandbox: Sandbox, web: httpx.Client, body: Any) -> None:
    """A fault that makes no sense is refused."""
    answer = web.post("/_sandbox/faults", json=body)
    assert answer.status_code == 400
    assert answer.json()["error"]
    assert sandbox.world.faults == []


def test_control_calls_never_fail(web: httpx.Client, fail: Callable[..., None]) -> None:
    """Control calls never fail."""
    fail("status:500", path="*", method="*")
    assert web.get("/_sandbox/state").status_code == 200


@pytest.mark.parametrize("tls", [False, True])
def test_a_hanging_request_does_not_delay_the_stop(
    start: Callable[..., Sandbox],
    connect: Callable[..., httpx.Client],
    tls: bool,  # noqa: FBT001
) -> None:
    """A hanging request does not delay the stop."""
    running = start(tls=tls)
    trust = ssl.create_default_context(cafile=running.world.site.ca_file)
    web = connect(running, timeout=20, verify=trust)
    web.post("/_sandbox/faults", json=[{"path": "*", "effect": "hang"}])
    caught: list[Exception] = []

    def wait() -> None:
        try:
            web.get("/api/v2/clients")
        except httpx.TransportError as error:
            caught.append(error)

    waiting = threading.Thread(target=wait)
    waiting.start()
    while not running.world.requests:
        time.sleep(0.01)
    begun = time.monotonic()
    running.stop()
    assert time.monotonic() - begun < 2
    waiting.join(timeout=5)
    assert caught
