"""Under TLS: secure cookies, and codes that go out over https."""

import ssl
from collections.abc import Callable

import httpx

from mfa_setup.sandbox.server import Sandbox
from support.hosted import CALLBACK, House, Person


def test_cookies_are_secure_and_the_issuer_is_https(start: Callable[..., Sandbox]) -> None:
    running = start(tls=True)
    trust = ssl.create_default_context(cafile=running.world.site.ca_file)
    with httpx.Client(base_url=running.url, verify=trust, trust_env=False) as http:
        token = http.post("/_sandbox/tokens").json()["access_token"]
        bearer = {"authorization": f"Bearer {token}"}
        body = {"name": "x", "app_type": "spa", "callbacks": [CALLBACK], "token_endpoint_auth_method": "none"}
        client_id = http.post("/api/v2/clients", json=body, headers=bearer).json()["client_id"]
        connection = http.get("/api/v2/connections", headers=bearer).json()[0]["id"]
        switch = [{"client_id": client_id, "status": True}]
        http.patch(f"/api/v2/connections/{connection}/clients", json=switch, headers=bearer)
        asked = {"client_id": client_id, "response_type": "code", "code_challenge": "x" * 43}
        begun = http.get("/authorize", params=asked)
        assert "; samesite=none; secure" in begun.headers["set-cookie"].lower()
        assert http.get(begun.headers["location"]).status_code == 200
        assert http.get("/.well-known/openid-configuration").json()["issuer"] == f"{running.url}/"


def test_over_http_no_other_site_sends_the_cookies_along(house: House, person: Person) -> None:
    person.start()
    cookie = (
        house.http.get(
            "/authorize", params={"client_id": house.client_id, "response_type": "code", "code_challenge": "x" * 43}
        )
        .headers["set-cookie"]
        .lower()
    )
    assert "samesite=lax" in cookie
    assert "secure" not in cookie
