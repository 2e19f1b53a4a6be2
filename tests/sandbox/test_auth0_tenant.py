from typing import Any

import httpx
import pytest


def test_the_settings_tell_the_phone_stack(api: httpx.Client) -> None:
    """The settings tell the phone stack."""
    settings = api.get("/tenants/settings").json()
    assert settings["phone_consolidated_experience"] is True
    assert settings["flags"]["enable_client_connections"] is False
    query: dict[str, Any] = {"fields": "phone_consolidated_experience", "include_fields": True}
    assert api.get("/tenants/settings", params=query).json() == {"phone_consolidated_experience": True}


def test_a_patch_merges_the_flags_one_by_one_and_answers_the_whole(api: httpx.Client) -> None:
    """A patch merges the flags one by one and answers the whole."""
    before = api.get("/tenants/settings").json()
    body = {"friendly_name": "Acme", "flags": {"enable_sso": False}}
    after = api.patch("/tenants/settings", json=body).json()
    assert after["friendly_name"] == "Acme"
    assert before["flags"] | {"enable_sso": False} == api.get("/tenants/settings").json()["flags"]
    assert before.keys() - after.keys() == {"sandbox_versions_available"}
    assert "sessions" not in api.patch("/tenants/settings", json={"sessions": None}).json()


def test_a_patch_answers_the_flags_that_it_did_not_name(api: httpx.Client) -> None:
    """Two of them are in answers to changes only (recorded)."""
    before = api.get("/tenants/settings").json()["flags"]
    after = api.patch("/tenants/settings", json={"flags": {"enable_sso": False}}).json()["flags"]
    name = "enforce_client_authentication_on_passwordless_start"
    assert after == before | {"enable_sso": False, name: True, f"cannot_change_{name}": True}


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"colour": "red"},
        {"flags": {"colour": True}},
        {"phone_consolidated_experience": "yes"},
        {"session_lifetime": 0},
        {"support_email": "nobody"},
        {"enabled_locales": []},
    ],
)
def test_settings_that_break_the_schema_are_refused(api: httpx.Client, body: dict[str, Any]) -> None:
    """Settings that break the schema are refused."""
    assert api.patch("/tenants/settings", json=body).json()["errorCode"] == "invalid_body"


def test_the_phone_stack_can_be_switched(api: httpx.Client) -> None:
    """The phone stack can be switched."""
    path = "/guardian/factors/phone/selected-provider"
    assert api.get(path).status_code == 403
    api.patch("/tenants/settings", json={"phone_consolidated_experience": False})
    assert api.get(path).status_code == 200


def test_the_log_starts_empty(api: httpx.Client) -> None:
    """The log starts empty."""
    assert api.get("/logs").json() == []
    totals = api.get("/logs", params={"include_totals": True}).json()
    assert totals == {"total": 0, "start": 0, "limit": 50, "logs": [], "length": 0}
