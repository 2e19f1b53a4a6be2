import ssl
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from mfa_setup.sandbox.server import Sandbox

Start = Callable[..., Sandbox]
Manage = Callable[..., httpx.Client]
PROVIDERS, TEMPLATES, TYPES = (
    "/branding/phone/providers",
    "/branding/phone/templates",
    "/guardian/factors/phone/message-types",
)
TWILIO = {
    "name": "twilio",
    "disabled": False,
    "configuration": {"sid": "sid1", "default_from": "+1234567890", "delivery_methods": ["text"]},
    "credentials": {"auth_token": "secret token"},
}
LEGACY_PATHS = [
    f"/guardian/factors/{factor}/{name}"
    for factor in ("phone", "sms")
    for name in ("selected-provider", "providers/twilio", "templates")
]
LEGACY_BODIES: dict[str, dict[str, Any]] = {
    "selected-provider": {"provider": "twilio"},
    "twilio": {"sid": "AC1", "auth_token": "t", "from": "+1", "messaging_service_sid": None},
    "templates": {"enrollment_message": "e", "verification_message": "v"},
}


@pytest.fixture
def old(start: Start, manage: Manage) -> httpx.Client:
    """A client of a tenant on the legacy stack."""
    return manage(start(phone_stack="legacy"))


def configure(api: httpx.Client, sandbox: Sandbox, sender: str, **credentials: str) -> str:
    """Configure."""
    own = sandbox.world.twilio.credentials
    body = TWILIO | {
        "configuration": {"sid": own.account_sid, "default_from": sender, "delivery_methods": ["text"]},
        "credentials": {"auth_token": own.auth_token} | credentials,
    }
    provider_id: str = api.post(PROVIDERS, json=body).json()["id"]
    return provider_id


def buy(web: httpx.Client, sandbox: Sandbox) -> str:
    """Buy."""
    own = sandbox.world.twilio.credentials
    base, auth = f"/2010-04-01/Accounts/{own.account_sid}", (own.account_sid, own.auth_token)
    found = web.get(f"{base}/AvailablePhoneNumbers/US/TollFree.json", params={"SmsEnabled": "true"}, auth=auth)
    number: str = found.json()["available_phone_numbers"][0]["phone_number"]
    bought = web.post(f"{base}/IncomingPhoneNumbers.json", data={"PhoneNumber": number}, auth=auth)
    assert bought.status_code == 201, bought.text
    return number


def test_the_first_provider_is_made_and_a_second_refused(api: httpx.Client) -> None:
    """The first provider is made and a second refused."""
    assert api.get(PROVIDERS).json() == {"providers": []}
    made = api.post(PROVIDERS, json=TWILIO)
    assert made.status_code == 201
    assert made.json()["id"].startswith("pro_")
    assert "credentials" not in made.json()
    assert "secret token" not in made.text
    assert api.post(PROVIDERS, json=TWILIO).status_code == 409
    assert api.get(PROVIDERS).json()["providers"] == [made.json() | {"credentials": None}]
    assert api.get(f"{PROVIDERS}/{made.json()['id']}").json() == made.json()


def test_a_provider_is_changed_and_removed(api: httpx.Client) -> None:
    """A provider is changed and removed."""
    path = f"{PROVIDERS}/{api.post(PROVIDERS, json=TWILIO).json()['id']}"
    changed = api.patch(path, json={"disabled": True})
    assert changed.json()["disabled"] is True
    assert changed.json()["configuration"] == TWILIO["configuration"]
    assert api.get(PROVIDERS, params={"disabled": False}).json() == {"providers": []}
    assert api.delete(path).status_code == 204
    for answer in (api.get(path), api.delete(path), api.patch(path, json={"disabled": True})):
        assert answer.status_code == 404


def test_a_provider_without_any_sender_is_the_recorded_400(api: httpx.Client) -> None:
    """A provider without any sender is the recorded 400."""
    body = TWILIO | {"configuration": {"sid": "sid1", "delivery_methods": ["text", "voice"]}}
    assert api.post(PROVIDERS, json=body).json() == {
        "statusCode": 400,
        "error": "Bad Request",
        "message": "Bad Operation on Notification Resource",
    }


def test_credentials_are_required(api: httpx.Client) -> None:
    """Credentials are required."""
    body = {name: value for name, value in TWILIO.items() if name != "credentials"}
    message = "Payload validation error: 'Missing required property: credentials'."
    assert api.post(PROVIDERS, json=body).json()["message"] == message


@pytest.mark.parametrize(
    "change",
    [
        {"name": "other"},
        {"credentials": {"auth_token": ""}},
        {"credentials": {"auth_token": "x" * 256}},
        {"configuration": {"sid": "s", "default_from": "+1", "delivery_methods": []}},
        {"configuration": {"sid": "s", "default_from": "+1", "delivery_methods": ["sms"]}},
        {"configuration": {"default_from": "+1", "delivery_methods": ["text"]}},
        {"disabled": "no"},
    ],
)
def test_a_provider_that_breaks_the_schema_is_refused(api: httpx.Client, change: dict[str, Any]) -> None:
    """A provider that breaks the schema is refused."""
    assert api.post(PROVIDERS, json=TWILIO | change).json()["errorCode"] == "invalid_body"


def test_a_message_type_needs_a_delivery_method(api: httpx.Client) -> None:
    """A message type needs a delivery method."""
    api.post(PROVIDERS, json=TWILIO)
    assert api.put(TYPES, json={"message_types": ["sms"]}).status_code == 200
    refused = api.put(TYPES, json={"message_types": ["voice"]})
    assert refused.status_code == 409
    assert refused.json()["message"] == "Message Type is not supported by the configured phone provider"
    assert api.get(TYPES).json() == {"message_types": ["sms"]}


@pytest.mark.parametrize("path", LEGACY_PATHS)
def test_the_legacy_calls_are_gone_on_a_unified_tenant(api: httpx.Client, path: str) -> None:
    """The legacy calls are gone on a unified tenant."""
    for answer in (api.get(path), api.put(path, json=LEGACY_BODIES[path.rpartition("/")[2]])):
        assert answer.json() == {
            "statusCode": 403,
            "error": "Forbidden",
            "message": (
                "Insufficient privileges to use this deprecated feature. "
                "To handle Phone Provider/Templates refer to Tenant Phone Settings"
            ),
            "errorCode": "legacy_mfa_phone_provider_not_allowed",
        }


def test_a_legacy_tenant_starts_with_the_built_in_provider(old: httpx.Client) -> None:
    """A legacy tenant starts with the built in provider."""
    assert "phone_consolidated_experience" not in old.get("/tenants/settings").json()
    assert old.get("/guardian/factors/phone/selected-provider").json() == {"provider": "auth0"}
    assert old.get("/guardian/factors/phone/providers/twilio").json() == {}
    assert old.get("/guardian/factors/phone/templates").json() == {}
    assert old.get("/guardian/factors/sms/templates").status_code == 204


def test_the_two_names_of_the_legacy_factor_are_one(old: httpx.Client) -> None:
    """The two names of the legacy factor are one."""
    for name, body in LEGACY_BODIES.items():
        path = "providers/twilio" if name == "twilio" else name
        assert old.put(f"/guardian/factors/phone/{path}", json=body).json() == body
        assert old.get(f"/guardian/factors/sms/{path}").json() == body


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("selected-provider", {"provider": "acme"}),
        ("selected-provider", {}),
        ("providers/twilio", {"sid": ""}),
        ("providers/twilio", {"from": "x" * 65}),
        ("providers/twilio", {"account": "AC1"}),
        ("templates", {"enrollment_message": "e"}),
    ],
)
def test_a_legacy_body_that_breaks_the_schema_is_refused(old: httpx.Client, name: str, body: Any) -> None:
    """A legacy body that breaks the schema is refused."""
    assert old.put(f"/guardian/factors/phone/{name}", json=body).json()["errorCode"] == "invalid_body"


def test_the_state_shows_the_legacy_provider_once_it_is_set(
    start: Start, manage: Manage, connect: Callable[..., httpx.Client]
) -> None:
    """The state shows the legacy provider once it is set."""
    running = start(phone_stack="legacy")
    old, web = manage(running), connect(running)

    def provider() -> Any:
        return web.get("/_sandbox/state").json()["tenants"][running.world.first.domain]["phone_provider"]

    assert provider() is None
    old.put("/guardian/factors/phone/selected-provider", json={"provider": "twilio"})
    assert provider() == {"provider": "twilio"}
    old.put("/guardian/factors/phone/providers/twilio", json=LEGACY_BODIES["twilio"])
    assert provider() == LEGACY_BODIES["twilio"] | {"provider": "twilio"}


def test_a_template_is_made_once_per_type_and_reset(api: httpx.Client) -> None:
    """A template is made once per type and reset."""
    body = {"type": "otp_verify", "disabled": False, "content": {"body": {"text": "{{ code }}!", "voice": "v"}}}
    made = api.post(TEMPLATES, json=body)
    assert made.status_code == 201
    assert made.json()["content"] == {"syntax": "liquid", "body": {"text": "{{ code }}!", "voice": "v"}}
    assert api.post(TEMPLATES, json=body).status_code == 409
    path = f"{TEMPLATES}/{made.json()['id']}"
    assert api.patch(path, json={"disabled": True}).json()["disabled"] is True
    reset = api.patch(f"{path}/reset", json={}).json()
    assert "is your verification code for" in reset["content"]["body"]["text"]
    assert api.get(TEMPLATES).json()["templates"] == [reset]
    assert api.delete(path).status_code == 204
    assert api.get(path).status_code == 404
    assert api.patch(path, json={"content": {}}).json()["errorCode"] == "invalid_body"


def test_a_try_sends_through_the_tenants_twilio(sandbox: Sandbox, api: httpx.Client, web: httpx.Client) -> None:
    """A try sends through the tenants twilio."""
    path = f"{PROVIDERS}/{configure(api, sandbox, buy(web, sandbox))}/try"
    answer = api.post(path, json={"to": "+14155550123", "delivery_method": "text"})
    assert (answer.status_code, answer.json()) == (202, {})
    assert "is your verification code for Sandbox" in web.get("/_sandbox/messages").text
    assert [event["type"] for event in api.get("/logs", params={"search": "type:gd_send"}).json()] == ["gd_send_sms"]
    assert [entry.path for entry in sandbox.world.requests if entry.service == "twilio"][-1].endswith("Messages.json")


def test_a_try_with_a_wrong_token_fails_as_in_life(sandbox: Sandbox, api: httpx.Client, web: httpx.Client) -> None:
    """A try with a wrong token fails as in production."""
    provider = configure(api, sandbox, buy(web, sandbox), auth_token="wrong")
    answer = api.post(f"{PROVIDERS}/{provider}/try", json={"to": "+14155550123"})
    assert (answer.status_code, answer.json()["code"]) == (202, 20003)
    assert [event["type"] for event in api.get("/logs", params={"search": "type:gd_send"}).json()] == [
        "gd_send_sms_failure"
    ]
    assert sandbox.world.snapshot()["twilio"]["messages"] == []


def test_a_provider_is_prepared_and_tried_before_the_move_and_the_legacy_settings_survive_it(
    start: Start, manage: Manage, connect: Callable[..., httpx.Client]
) -> None:
    """A legacy tenant's codes go the legacy way until the flag is set; `/try` goes by the prepared provider."""
    running = start(phone_stack="legacy")
    api, web = manage(running), connect(running)
    provider = configure(api, running, buy(web, running))
    tried = api.post(f"{PROVIDERS}/{provider}/try", json={"to": "+14155550123"})
    assert (tried.status_code, tried.json()) == (202, {})
    settings, paths = "/tenants/settings", [path for path in LEGACY_PATHS if "/phone/" in path]
    assert "phone_consolidated_experience" not in api.get(settings).json()
    before = [api.get(path).json() for path in paths]
    assert api.patch(settings, json={"phone_consolidated_experience": True}).is_success
    assert [api.get(path).status_code for path in paths] == [403] * 3
    assert api.patch(settings, json={"phone_consolidated_experience": False}).is_success
    assert [api.get(path).json() for path in paths] == before
    assert [one["id"] for one in api.get(PROVIDERS).json()["providers"]] == [provider]


def test_a_try_under_tls_trusts_the_authority_of_the_run(start: Start, connect: Callable[..., httpx.Client]) -> None:
    """A try under tls trusts the authority of the run."""
    running = start(tls=True)
    web = connect(running, verify=ssl.create_default_context(cafile=running.world.site.ca_file))
    token = web.post("/_sandbox/tokens", json={}).json()["access_token"]
    web.headers["authorization"] = f"Bearer {token}"
    made = web.post(f"/api/v2{PROVIDERS}", json=TWILIO).json()
    answer = web.post(f"/api/v2{PROVIDERS}/{made['id']}/try", json={"to": "+14155550123"})
    assert answer.json()["code"] == 20003


def test_a_template_is_tried_with_its_own_words(sandbox: Sandbox, api: httpx.Client, web: httpx.Client) -> None:
    """A template is tried with its own words."""
    configure(api, sandbox, buy(web, sandbox))
    body = {"type": "otp_enroll", "content": {"body": {"text": "Hello from {{ friendly_name }}: {{ code }}"}}}
    made = api.post(TEMPLATES, json=body).json()
    assert api.post(f"{TEMPLATES}/{made['id']}/try", json={"to": "+14155550123"}).status_code == 202
    assert "Hello from Sandbox: 123456" in web.get("/_sandbox/messages").text
