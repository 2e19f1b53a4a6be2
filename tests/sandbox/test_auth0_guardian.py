from collections.abc import Callable
from typing import Any

import httpx
import pytest

from mfa_setup.sandbox.server import Sandbox

Manage = Callable[..., httpx.Client]
ORDER = "sms push-notification otp email duo webauthn-roaming webauthn-platform recovery-code"


def test_the_factors_are_the_recorded_eight_and_off(api: httpx.Client) -> None:
    """The factors are the recorded eight and off."""
    assert api.get("/guardian/factors").json() == [
        {"name": name, "enabled": False, "trial_expired": False} for name in ORDER.split()
    ]


def test_a_factor_is_switched_and_echoed(api: httpx.Client) -> None:
    """A factor is switched and echoed."""
    for enabled in (True, True, False):
        answer = api.put("/guardian/factors/sms", json={"enabled": enabled})
        assert (answer.status_code, answer.json()) == (200, {"enabled": enabled})
        assert api.get("/guardian/factors").json()[0]["enabled"] is enabled


@pytest.mark.parametrize("body", [{}, {"enabled": "true"}, {"enabled": True, "provider": "twilio"}, []])
def test_a_factor_takes_enabled_only(api: httpx.Client, body: Any) -> None:
    """A factor takes enabled only."""
    answer = api.put("/guardian/factors/sms", json=body)
    assert (answer.status_code, answer.json()["errorCode"]) == (400, "invalid_body")


@pytest.mark.parametrize("name", ["phone", "passkey", "SMS"])
def test_there_is_no_other_factor(api: httpx.Client, name: str) -> None:
    """There is no other factor."""
    answer = api.put(f"/guardian/factors/{name}", json={"enabled": True})
    assert (answer.status_code, answer.json()["errorCode"]) == (400, "invalid_uri")


def test_the_service_protects_nobody(api: httpx.Client) -> None:
    """The service protects nobody."""
    assert api.put("/guardian/policies", json=["all-applications"]).status_code == 200
    assert api.put("/guardian/factors/sms", json={"enabled": False}).status_code == 200
    assert api.get("/guardian/policies").json() == ["all-applications"]


@pytest.mark.parametrize("policies", [["all-applications"], ["confidence-score"], []])
def test_policies_are_a_bare_array(api: httpx.Client, policies: list[str]) -> None:
    """Policies are a bare array."""
    assert api.put("/guardian/policies", json=policies).json() == policies
    assert api.get("/guardian/policies").json() == policies


@pytest.mark.parametrize("body", [["always"], "all-applications", {"policies": []}])
def test_other_policies_are_refused(api: httpx.Client, body: Any) -> None:
    """Other policies are refused."""
    assert api.put("/guardian/policies", json=body).json()["errorCode"] == "invalid_body"


@pytest.mark.parametrize("types", [["sms"], ["voice", "sms"], []])
def test_message_types_are_echoed_while_there_is_no_provider(api: httpx.Client, types: list[str]) -> None:
    """Message types are echoed while there is no provider."""
    path = "/guardian/factors/phone/message-types"
    assert api.put(path, json={"message_types": types}).json() == {"message_types": types}
    assert api.get(path).json() == {"message_types": types}
    assert api.put(path, json={"message_types": ["fax"]}).status_code == 400


def test_settings_are_echoed(api: httpx.Client) -> None:
    """Settings are echoed."""
    path, body = "/guardian/factors/phone/settings", {"otp_length": 8, "otp_expiration_time": 600}
    assert api.get(path).json() == {"otp_length": 6, "otp_expiration_time": 300}
    assert api.put(path, json=body).json() == api.get(path).json() == body
    remember = {
        "display_remember_me_checkbox": False,
        "remember_me_default_value": True,
        "mfa_session_inactivity_timeout": 7200,
        "mfa_session_overall_timeout": 86400,
    }
    assert api.get("/guardian/settings").json().keys() == remember.keys()
    assert api.put("/guardian/settings", json=dict(list(remember.items())[:3])).status_code == 400
    assert api.put("/guardian/settings", json=remember).json() == api.get("/guardian/settings").json() == remember
    with_settings = api.get("/guardian/factors", params={"include_settings": True}).json()
    assert with_settings[0]["settings"] == body


def test_the_free_plan_has_no_sms(start: Callable[..., Sandbox], manage: Manage) -> None:
    """The free plan has no sms."""
    api = manage(start(auth0_plan="free", rate_limit="enterprise"))
    refused = api.put("/guardian/factors/sms", json={"enabled": True})
    assert (refused.status_code, refused.json()["errorCode"]) == (403, "insufficient_entitlement")
    assert api.put("/guardian/factors/otp", json={"enabled": True}).status_code == 200
    assert api.put("/guardian/factors/sms", json={"enabled": False}).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [
        ("GET", "/guardian/factors", "read:guardian_factors"),
        ("PUT", "/guardian/factors/sms", "update:guardian_factors"),
        ("GET", "/guardian/policies", "read:mfa_policies"),
        ("PUT", "/guardian/policies", "update:mfa_policies"),
        ("GET", "/branding/phone/providers", "read:phone_providers"),
        ("POST", "/branding/phone/providers/x/try", "create:phone_providers"),
        ("PATCH", "/branding/phone/templates/x/reset", "update:phone_templates"),
        ("GET", "/tenants/settings", "read:tenant_settings"),
        ("PATCH", "/connections/x/clients", "update:connections"),
    ],
)
def test_each_call_needs_its_scope(sandbox: Sandbox, manage: Manage, method: str, path: str, scope: str) -> None:
    """Each call needs its scope."""
    refused = manage(sandbox, "read:users").request(method, path)
    assert refused.json() == {
        "statusCode": 403,
        "error": "Forbidden",
        "message": f"Insufficient scope, expected any of: {scope}",
        "errorCode": "insufficient_scope",
    }
    assert manage(sandbox, scope).request(method, path).status_code != 403
