from typing import Any

import httpx
import pytest

BASE = "/guardian/factors"


@pytest.mark.parametrize(
    ("path", "first", "body"),
    [
        (
            "email/settings",
            {"otp_length": 6, "otp_expiration_time": 300},
            {"otp_length": 10, "otp_expiration_time": 3600},
        ),
        ("push-notification/selected-provider", {"provider": "guardian"}, {"provider": "sns"}),
        ("push-notification/providers/sns", {}, {"aws_region": "eu-west-1"}),
        ("push-notification/providers/apns", {}, {"bundle_id": "com.example", "sandbox": True}),
        ("push-notification/settings/custom-app", {}, {"app_name": "Example"}),
        ("duo/settings", {}, {"ikey": "i", "skey": "s", "host": "h"}),
        ("webauthn-platform/settings", {"overrideRelyingParty": False}, {"overrideRelyingParty": True}),
        (
            "webauthn-roaming/settings",
            {"userVerification": "required", "overrideRelyingParty": False},
            {"userVerification": "preferred", "overrideRelyingParty": False},
        ),
    ],
)
def test_settings_of_a_factor_are_kept_as_they_are_sent(api: httpx.Client, path: str, first: Any, body: Any) -> None:
    assert api.get(f"{BASE}/{path}").json() == first
    written = api.put(f"{BASE}/{path}", json=body)
    assert (written.status_code, written.json()) == (200, body)
    assert api.get(f"{BASE}/{path}").json() == body
    assert api.put(f"{BASE}/{path}", json={"colour": "red"}).json()["errorCode"] == "invalid_body"


def test_secrets_of_push_providers_are_never_shown(api: httpx.Client) -> None:
    base = f"{BASE}/push-notification/providers"
    assert api.put(f"{base}/apns", json={"bundle_id": "com.example", "p12": "secret"}).json() == {
        "bundle_id": "com.example"
    }
    assert "secret" not in api.get(f"{base}/apns").text
    assert api.put(f"{base}/fcmv1", json={"server_credentials": "secret"}).json() == {}
    assert api.get(f"{base}/fcmv1").status_code == 404


@pytest.mark.parametrize("body", [{"otp_length": 3, "otp_expiration_time": 300}, {"otp_length": 6}])
def test_the_limits_of_a_code_are_kept(api: httpx.Client, body: dict[str, int]) -> None:
    for factor in ("phone", "email"):
        assert api.put(f"{BASE}/{factor}/settings", json=body).json()["errorCode"] == "invalid_body"
