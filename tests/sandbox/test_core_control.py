from collections import deque
from collections.abc import Callable

import httpx
import pytest

from mfa_setup.sandbox.server import Sandbox
from support import specification
from support.answers import Answers


def test_the_log_holds_every_api_request_and_no_control_call(
    sandbox: Sandbox, web: httpx.Client, api: httpx.Client
) -> None:
    """The log holds every api request and no control call."""
    api.get("/clients", params={"page": 0})
    web.get("/2010-04-01/Accounts/x.json")
    web.get("/nothing")
    domain = sandbox.world.first.domain
    log = web.get("/_sandbox/requests").json()
    assert [tuple(entry.values()) for entry in log] == [
        (1, "auth0", "GET", "/api/v2/clients", 200, domain),
        (2, "twilio", "GET", "/2010-04-01/Accounts/x.json", 401, None),
        (3, "auth0", "GET", "/nothing", 404, domain),
    ]
    assert list(log[0]) == ["n", "service", "method", "path", "status", "tenant"]


def test_only_the_latest_requests_are_kept_and_their_numbers_go_on(sandbox: Sandbox, web: httpx.Client) -> None:
    """Only the latest requests are kept and their numbers go on."""
    assert sandbox.world.first.requests.maxlen == 10_000
    sandbox.world.first.requests = deque(maxlen=3)
    for index in range(5):
        web.get(f"/api/v2/{index}")
    assert [(entry["n"], entry["path"]) for entry in web.get("/_sandbox/requests").json()] == [
        (3, "/api/v2/2"),
        (4, "/api/v2/3"),
        (5, "/api/v2/4"),
    ]
    assert "5 so far" in web.get("/_sandbox/").text
    web.post("/_sandbox/reset")
    web.get("/api/v2/again")
    assert [entry["n"] for entry in web.get("/_sandbox/requests").json()] == [1]


def test_what_is_not_served_is_named_in_the_log(
    sandbox: Sandbox, web: httpx.Client, caplog: pytest.LogCaptureFixture
) -> None:
    """What is not served is named in the log; what is refused for another reason is not."""
    account = sandbox.world.twilio.credentials
    web.get("/api/v2/rules")
    web.put("/v1/Services", auth=(account.account_sid, account.auth_token))
    web.get("/v1/Services/MGx", auth=(account.account_sid, account.auth_token))
    web.get("/_sandbox/nothing")
    assert caplog.messages == [
        "The sandbox does not serve GET /api/v2/rules: answered 404.",
        "The sandbox does not serve PUT /v1/Services: answered 405.",
    ]


def test_the_state_of_the_first_day(sandbox: Sandbox, web: httpx.Client) -> None:
    """The state of the first day."""
    state = web.get("/_sandbox/state").json()
    assert set(state) == {"tenants", "twilio"}
    tenant = state["tenants"][sandbox.world.first.domain]
    assert [client["app_type"] for client in tenant["clients"]] == ["non_interactive"]
    assert set(tenant["factors"].values()) == {False}
    assert len(tenant["factors"]) == 8
    assert tenant["message_types"] == tenant["policies"] == []
    assert tenant["phone_provider"] is None
    assert tenant["connections"][0]["name"] == "Username-Password-Authentication"
    assert state["twilio"]["numbers"] == state["twilio"]["messages"] == []
    assert state["twilio"]["purchases"] == 0


def test_reset_goes_back_to_the_start_with_the_same_credentials(
    sandbox: Sandbox, web: httpx.Client, api: httpx.Client
) -> None:
    """Reset goes back to the start with the same credentials."""
    before, ready = web.get("/_sandbox/state").json(), sandbox.ready()
    api.post("/clients", json={"name": "x"})
    api.put("/guardian/factors/sms", json={"enabled": True})
    web.post("/_sandbox/faults", json=[{"path": "*", "effect": "reset"}])
    assert web.post("/_sandbox/reset").status_code == 200
    after = web.get("/_sandbox/state").json()
    tenants = [state["tenants"][sandbox.world.first.domain] for state in (before, after)]
    assert tenants[0]["clients"] == tenants[1]["clients"]
    assert tenants[0]["factors"] == tenants[1]["factors"]
    assert sandbox.ready() == ready
    assert web.get("/_sandbox/requests").json() == web.get("/_sandbox/faults").json() == []
    assert api.get("/clients").status_code == 200, "the signing key is the same"


def test_control_calls_refuse_another_host(web: httpx.Client) -> None:
    """Control calls refuse another host."""
    assert web.get("/_sandbox/state", headers={"host": "example.com"}).status_code == 403


def test_grants_narrow_the_scopes_of_the_next_token(sandbox: Sandbox, web: httpx.Client) -> None:
    """Grants narrow the scopes of the next token."""
    web.post("/_sandbox/grants", json={"scope": ["read:clients"]})
    tool, domain = sandbox.world.first.tool, sandbox.world.first.domain
    body = {
        "grant_type": "client_credentials",
        "client_id": tool.client_id,
        "client_secret": tool.client_secret,
        "audience": f"https://{domain}/api/v2/",
    }
    assert web.post("/oauth/token", json=body).json()["scope"] == "read:clients"
    web.post("/_sandbox/grants", json={"scope": None})
    refused = web.post("/oauth/token", json=body)
    assert refused.status_code == 403
    assert "client-grant" in refused.json()["error_description"]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("grants", {}),
        ("grants", {"scope": "read:clients"}),
        ("grants", {"scope": [], "client_id": "nobody"}),
        ("tokens", {"expires_in": "soon"}),
        ("tokens", []),
        ("clients/nobody/public_key", {"pem": "x"}),
        ("faults", "x"),
    ],
)
def test_a_control_call_that_makes_no_sense_is_refused(web: httpx.Client, path: str, body: object) -> None:
    """A control call that makes no sense is refused."""
    answer = web.post(f"/_sandbox/{path}", json=body)
    assert answer.status_code == 400
    assert answer.json()["error"]


def test_a_body_that_is_not_json_is_refused(web: httpx.Client) -> None:
    """A body that is not json is refused."""
    assert web.post("/_sandbox/faults", content=b"{").status_code == 400


def test_an_unknown_control_call_says_so(web: httpx.Client) -> None:
    """An unknown control call says so."""
    assert "no control call" in web.get("/_sandbox/nothing").json()["error"]


def test_paths_that_are_not_served_answer_in_the_form_of_their_service(web: httpx.Client) -> None:
    """Paths that are not served answer in the form of their service."""
    assert web.get("/api/v2/nothing").json() == {
        "statusCode": 404,
        "error": "Not Found",
        "message": "Not Found",
    }
    assert web.delete("/api/v2/guardian/policies").json()["statusCode"] == 404
    for path in ("/2010-04-01/nothing", "/v1/nothing", "/v2/PhoneNumbers"):
        assert web.get(path).json()["code"] == 20404
    assert "code" not in web.get("/v2/nothing").json()


def test_a_defect_of_the_sandbox_is_answered_in_the_form_of_the_service(
    sandbox: Sandbox, manage: Callable[..., httpx.Client], answers: Answers
) -> None:
    """A defect of the sandbox is answered in the form of the service."""
    api = manage(sandbox)
    del sandbox.world.first.settings["flags"]
    answer = api.post("/clients", json={"name": "x"})
    assert answer.status_code == 500
    assert answer.json()["statusCode"] == 500
    assert "the sandbox crashed" in "".join(answers.violations()) or not specification.PRESENT


@pytest.mark.parametrize("path", ["state", "requests", "messages", "notifications", "inbox", "twilio/credentials"])
def test_a_page_of_another_site_cannot_read(web: httpx.Client, path: str) -> None:
    """A browser says which site is behind a request, on reads as well."""
    for site, status in (("cross-site", 403), ("same-origin", 200), ("same-site", 200), ("none", 200)):
        assert web.get(f"/_sandbox/{path}", headers={"sec-fetch-site": site}).status_code == status
