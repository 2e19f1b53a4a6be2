import time
import uuid
from collections.abc import Callable
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from mfa_setup.sandbox.auth0.scopes import ALL_SCOPES
from mfa_setup.sandbox.server import Sandbox


@pytest.fixture
def ask(sandbox: Sandbox) -> dict[str, str]:
    """The fields of a good request for a token."""
    tool = sandbox.world.first.tool
    return {
        "grant_type": "client_credentials",
        "client_id": tool.client_id,
        "client_secret": tool.client_secret,
        "audience": f"https://{sandbox.world.first.domain}/api/v2/",
    }


@pytest.mark.parametrize("encoding", ["json", "data"])
def test_a_secret_buys_a_token_with_every_scope(
    sandbox: Sandbox, web: httpx.Client, ask: dict[str, Any], encoding: str
) -> None:
    """A secret buys a token with every scope."""
    how: dict[str, Any] = {encoding: ask}
    answer = web.post("/oauth/token", **how)
    body = answer.json()
    assert (answer.status_code, body["token_type"], body["expires_in"]) == (200, "Bearer", 86400)
    assert body["scope"].split() == list(ALL_SCOPES)
    keys = jwt.PyJWKSet.from_dict(web.get("/.well-known/jwks.json").json())
    header = jwt.get_unverified_header(body["access_token"])
    claims = jwt.decode(body["access_token"], keys[header["kid"]], algorithms=["RS256"], audience=ask["audience"])
    assert claims["iss"] == f"{sandbox.url}/"
    assert claims["scope"] == body["scope"]
    bearer = {"authorization": f"Bearer {body['access_token']}"}
    assert web.get("/api/v2/clients", headers=bearer).status_code == 200


def test_the_audience_may_be_named_by_number(sandbox: Sandbox, web: httpx.Client, ask: dict[str, str]) -> None:
    """The audience may be named by number."""
    ask["audience"] = f"https://127.0.0.1:{sandbox.world.config.port}/api/v2/"
    assert web.post("/oauth/token", json=ask).status_code == 200


def test_a_null_field_counts_as_absent(web: httpx.Client, ask: dict[str, Any]) -> None:
    """A null field counts as absent."""
    assert web.post("/oauth/token", json=ask | {"organization": None}).status_code == 200


def test_basic_authentication_works_too(web: httpx.Client, ask: dict[str, str]) -> None:
    """Basic authentication works too."""
    basic = (ask.pop("client_id"), ask.pop("client_secret"))
    assert web.post("/oauth/token", data=ask, auth=basic).status_code == 200


@pytest.mark.parametrize(
    ("change", "status", "error"),
    [
        ({"client_secret": "wrong"}, 401, "access_denied"),
        ({"client_id": "nobody"}, 401, "access_denied"),
        ({"audience": "https://else.example.com/"}, 403, "access_denied"),
        ({"audience": ""}, 400, "invalid_request"),
        ({"scope": "read:clients fly:kites"}, 403, "access_denied"),
        ({"grant_type": "magic"}, 403, "unsupported_grant_type"),
        ({"grant_type": ""}, 400, "invalid_request"),
    ],
)
def test_a_bad_request_for_a_token_is_refused_in_the_oauth_form(
    web: httpx.Client, ask: dict[str, str], change: dict[str, str], status: int, error: str
) -> None:
    """A bad request for a token is refused in the oauth form."""
    answer = web.post("/oauth/token", json=ask | change)
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert answer.json()["error_description"]


def test_the_http_audience_is_not_the_audience(sandbox: Sandbox, web: httpx.Client, ask: dict[str, str]) -> None:
    """The http audience is not the audience."""
    ask["audience"] = f"http://{sandbox.world.first.domain}/api/v2/"
    assert web.post("/oauth/token", json=ask).status_code == 403


def test_fewer_scopes_can_be_asked_for(web: httpx.Client, ask: dict[str, str]) -> None:
    """Fewer scopes can be asked for."""
    assert web.post("/oauth/token", json=ask | {"scope": "read:clients"}).json()["scope"] == "read:clients"


def test_an_application_without_the_grant_type_gets_no_token(
    api: httpx.Client, web: httpx.Client, ask: dict[str, str]
) -> None:
    """An application without the grant type gets no token."""
    made = api.post("/clients", json={"name": "x", "grant_types": ["authorization_code"]}).json()
    mine = ask | {"client_id": made["client_id"], "client_secret": made["client_secret"]}
    refused = web.post("/oauth/token", json=mine)
    assert (refused.status_code, refused.json()["error"]) == (403, "unauthorized_client")


@pytest.fixture
def key(sandbox: Sandbox, web: httpx.Client) -> rsa.RSAPrivateKey:
    """A key that is registered for the tool's client."""
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    form = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    pem = private.public_key().public_bytes(*form).decode()
    path = f"/_sandbox/clients/{sandbox.world.first.tool.client_id}/public_key"
    assert web.post(path, json={"pem": pem}).status_code == 200
    return private


def assertion(sandbox: Sandbox, key: rsa.RSAPrivateKey, **change: Any) -> dict[str, str]:
    """Assertion."""
    client_id = sandbox.world.first.tool.client_id
    claims = {
        "iss": client_id,
        "sub": client_id,
        "aud": f"https://{sandbox.world.first.domain}/",
        "exp": int(time.time()) + 60,
        "jti": str(uuid.uuid4()),
    } | change
    return {
        "grant_type": "client_credentials",
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": jwt.encode(claims, key, algorithm="RS256"),
        "audience": f"https://{sandbox.world.first.domain}/api/v2/",
    }


def test_a_signed_assertion_buys_a_token_once(sandbox: Sandbox, web: httpx.Client, key: rsa.RSAPrivateKey) -> None:
    """A signed assertion buys a token once."""
    body = assertion(sandbox, key)
    assert web.post("/oauth/token", data=body).status_code == 200
    again = web.post("/oauth/token", data=body)
    assert (again.status_code, again.json()["error"]) == (401, "invalid_client")


@pytest.mark.parametrize("change", [{"aud": "https://else/"}, {"exp": 1}, {"iss": "nobody"}, {"sub": "nobody"}])
def test_a_bad_assertion_is_refused(
    sandbox: Sandbox, web: httpx.Client, key: rsa.RSAPrivateKey, change: dict[str, Any]
) -> None:
    """A bad assertion is refused."""
    refused = web.post("/oauth/token", data=assertion(sandbox, key, **change))
    assert (refused.status_code, refused.json()["error"]) == (401, "invalid_client")


def test_an_assertion_of_another_key_is_refused(sandbox: Sandbox, web: httpx.Client, key: rsa.RSAPrivateKey) -> None:
    """An assertion of another key is refused."""
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    assert key.key_size == other.key_size
    assert web.post("/oauth/token", data=assertion(sandbox, other)).status_code == 401


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer abc", "Basic x.y.z", "x.y.z", "Bearer a b"])
def test_a_malformed_header_is_the_recorded_400(web: httpx.Client, header: str) -> None:
    """A malformed header is the recorded 400."""
    assert web.get("/api/v2/clients", headers={"authorization": header}).json() == {
        "statusCode": 400,
        "error": "Bad Request",
        "message": "Bad HTTP authentication header format",
        "errorCode": "Bearer",
    }


def test_a_missing_or_refused_token_is_401(
    sandbox: Sandbox, web: httpx.Client, start: Callable[..., Sandbox], connect: Callable[..., httpx.Client]
) -> None:
    """A missing or refused token is 401."""

    def status(token: str) -> int:
        return web.get("/api/v2/clients", headers={"authorization": f"Bearer {token}"}).status_code

    def ready(client: httpx.Client, **body: Any) -> str:
        token: str = client.post("/_sandbox/tokens", json=body).json()["access_token"]
        return token

    assert web.get("/api/v2/clients").status_code == 401
    assert status("x.y.z") == 401
    assert status(ready(web, expires_in=-1)) == 401
    assert status(ready(web, audience="https://else/")) == 401
    assert status(ready(connect(start()), audience=f"https://{sandbox.world.first.domain}/api/v2/")) == 401
    assert status(ready(web)) == 200


def test_discovery_names_the_issuer_with_a_trailing_slash(sandbox: Sandbox, web: httpx.Client) -> None:
    """Discovery names the issuer with a trailing slash."""
    body = web.get("/.well-known/openid-configuration").json()
    assert body["issuer"] == f"{sandbox.url}/"
    assert body["jwks_uri"] == f"{sandbox.url}/.well-known/jwks.json"
    assert body["end_session_endpoint"] == f"{sandbox.url}/oidc/logout"


def test_the_token_endpoint_has_a_limit_of_its_own_on_the_free_plan(
    start: Callable[..., Sandbox], connect: Callable[..., httpx.Client]
) -> None:
    """The token endpoint has a limit of its own on the free plan."""
    web = connect(start(auth0_plan="free"))
    statuses = {web.post("/oauth/token", json={}).status_code for _ in range(60)}
    assert statuses == {400, 429}
