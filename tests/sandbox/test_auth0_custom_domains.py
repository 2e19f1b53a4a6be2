"""Custom domains through auth0-python, whose types are all that is known of them."""

from collections.abc import Iterator

import httpx
import pytest
from auth0.management import Auth0
from auth0.management.core.api_error import ApiError

from mfa_setup.sandbox.server import Sandbox

NAME = "login.example.com"


@pytest.fixture
def sdk(sandbox: Sandbox, web: httpx.Client) -> Iterator[Auth0]:
    """The SDK with every scope."""
    token = web.post("/_sandbox/tokens").json()["access_token"]
    with httpx.Client(trust_env=False) as http:
        yield Auth0(base_url=f"{sandbox.url}/api/v2", token=token, httpx_client=http, max_retries=0)


def test_a_domain_waits_for_its_verification(sdk: Auth0) -> None:
    made = sdk.custom_domains.create(domain=NAME, type="auth0_managed_certs")
    assert (made.domain, made.status, made.verification.status) == (NAME, "pending_verification", "pending")
    assert [domain.custom_domain_id for domain in sdk.custom_domains.list()] == [made.custom_domain_id]
    assert sdk.custom_domains.verify(made.custom_domain_id).status == "ready"
    assert sdk.custom_domains.get(made.custom_domain_id).status == "ready"


def test_a_domain_can_be_changed_and_removed(sdk: Auth0) -> None:
    made = sdk.custom_domains.create(domain=NAME, type="self_managed_certs")
    changed = sdk.custom_domains.update(made.custom_domain_id, tls_policy="recommended")
    assert changed.type == "self_managed_certs"
    sdk.custom_domains.delete(made.custom_domain_id)
    with pytest.raises(ApiError) as missing:
        sdk.custom_domains.get(made.custom_domain_id)
    assert missing.value.status_code == 404


def test_a_name_is_taken_once(api: httpx.Client) -> None:
    body = {"domain": NAME, "type": "auth0_managed_certs"}
    assert api.post("/custom-domains", json=body).status_code == 201
    assert api.post("/custom-domains", json=body).status_code == 409


def test_only_a_verified_domain_can_be_the_default(api: httpx.Client) -> None:
    made = api.post("/custom-domains", json={"domain": NAME, "type": "auth0_managed_certs"}).json()
    refused = api.patch("/custom-domains/default", json={"domain": NAME}).json()
    assert refused["message"] == "The domain must be verified before it can be set as default."
    api.post(f"/custom-domains/{made['custom_domain_id']}/verify")
    assert api.patch("/custom-domains/default", json={"domain": NAME}).json()["is_default"] is True


@pytest.mark.parametrize("body", [{}, {"domain": NAME}, {"domain": "not a name", "type": "auth0_managed_certs"}])
def test_what_is_no_domain_is_refused(api: httpx.Client, body: dict[str, str]) -> None:
    assert api.post("/custom-domains", json=body).json()["errorCode"] == "invalid_body"


def test_each_call_takes_its_scope(sandbox: Sandbox, manage: object) -> None:
    assert callable(manage)
    reader = manage(sandbox, "read:custom_domains")
    assert reader.get("/custom-domains").status_code == 200
    assert reader.post("/custom-domains", json={"domain": NAME, "type": "auth0_managed_certs"}).status_code == 403
