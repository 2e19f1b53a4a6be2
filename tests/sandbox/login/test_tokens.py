"""The token endpoint, `/userinfo`, the documents, and what browsers of other origins may call."""

import jwt
import pytest

from support.hosted import CALLBACK, EMAIL, REMEMBER, House, Person

SECRET = {"token_endpoint_auth_method": "client_secret_post", "app_type": "regular_web"}
ROTATING = {
    "grant_types": ["authorization_code", "refresh_token"],
    "refresh_token": {
        "rotation_type": "rotating",
        "expiration_type": "expiring",
        "token_lifetime": 2592000,
        "idle_token_lifetime": 1296000,
        "leeway": 0,
    },
}
OFFLINE = "openid profile email offline_access"


def _logged_in(house: House, person: Person, **changes: str) -> Person:
    house.policy()
    person.start(**changes)
    person.sign_up()
    return person


def test_a_code_works_once(house: House, person: Person) -> None:
    _logged_in(house, person)
    assert person.exchange().status_code == 200
    again = person.exchange()
    assert (again.status_code, again.json()["error"]) == (403, "invalid_grant")


@pytest.mark.parametrize(
    ("changes", "error", "says"),
    [
        ({"code_verifier": "x" * 43}, "invalid_grant", "Failed to verify code verifier"),
        ({"code_verifier": ""}, "invalid_grant", "Failed to verify code verifier"),
        ({"redirect_uri": "http://localhost:3001"}, "unauthorized_client", "The redirect URI is wrong."),
        ({"code": "nothing"}, "invalid_grant", "Invalid authorization code"),
    ],
)
def test_what_does_not_fit_the_code_is_refused(
    house: House, person: Person, changes: dict[str, str], error: str, says: str
) -> None:
    _logged_in(house, person)
    refused = person.exchange(**changes)
    assert (refused.status_code, refused.json()["error"]) == (403, error)
    assert says in refused.json()["error_description"]
    assert house.events()[-1] == "feacft"


def test_a_code_is_for_its_own_application(house: House, person: Person) -> None:
    _logged_in(house, person)
    assert person.exchange(client_id=house.application()).json()["error"] == "invalid_grant"


def test_a_code_expires(house: House, person: Person) -> None:
    _logged_in(house, person)
    house.forward(601)
    assert person.exchange().json()["error"] == "invalid_grant"


def test_a_confidential_application_needs_its_secret(house: House, person: Person) -> None:
    client_id = house.application(**SECRET)
    secret = next(c for c in house.lab.tenant["clients"] if c["client_id"] == client_id)["client_secret"]
    _logged_in(house, person, client_id=client_id)
    refused = person.exchange(client_id=client_id)
    assert (refused.status_code, refused.json()["error"]) == (401, "access_denied")
    taken = person.exchange(client_id=client_id, client_secret=secret)
    assert house.claims(taken.json()["id_token"], client_id)["email"] == EMAIL


def test_an_application_without_an_algorithm_gets_hs256(house: House, person: Person) -> None:
    client_id = house.application(jwt_configuration={"lifetime_in_seconds": 60})
    secret = next(c for c in house.lab.tenant["clients"] if c["client_id"] == client_id)["client_secret"]
    _logged_in(house, person, client_id=client_id)
    token = person.exchange(client_id=client_id).json()["id_token"]
    claims = jwt.decode(token, secret, algorithms=["HS256"], audience=client_id)
    assert claims["exp"] - claims["iat"] == 60


def test_the_id_token_says_as_much_as_the_scopes_allow(house: House, person: Person) -> None:
    _logged_in(house, person, scope="openid")
    assert not {"email", "name"} & person.claims().keys()
    person.start(scope="profile")
    assert "id_token" not in person.tokens()


def test_userinfo_answers_the_bearer_of_an_access_token(house: House, person: Person) -> None:
    _logged_in(house, person)
    tokens = person.tokens()
    bearer = {"authorization": f"Bearer {tokens['access_token']}"}
    found = house.http.get("/userinfo", headers=bearer).json()
    assert (found["email"], found["email_verified"]) == (EMAIL, False)
    assert found["sub"].startswith("auth0|")
    for wrong in ({}, {"authorization": "Bearer no"}, {"authorization": f"Bearer {tokens['id_token']}"}):
        assert house.http.get("/userinfo", headers=wrong).status_code == 401


def test_an_api_gets_a_jwt_that_userinfo_takes_too(house: House, person: Person) -> None:
    audience = f"https://{house.lab.domain}/api/v2/"
    _logged_in(house, person, audience=audience, scope="openid email read:users")
    tokens = person.tokens()
    claims = jwt.decode(tokens["access_token"], options={"verify_signature": False})
    assert claims["aud"] == [audience, f"{house.lab.sandbox.url}/userinfo"]
    assert claims["scope"] == "openid email"
    bearer = {"authorization": f"Bearer {tokens['access_token']}"}
    assert house.http.get("/userinfo", headers=bearer).json()["email"] == EMAIL
    assert house.http.get("/api/v2/clients", headers=bearer).status_code == 403


def test_a_refresh_token_needs_its_scope_and_its_grant(house: House, person: Person) -> None:
    _logged_in(house, person)
    assert "refresh_token" not in person.tokens()
    client_id = house.application(grant_types=["authorization_code"])
    person.start(client_id=client_id, scope=OFFLINE)
    assert "refresh_token" not in person.exchange(client_id=client_id).json()


def test_a_rotating_refresh_token_works_once_and_reuse_ends_the_family(house: House, person: Person) -> None:
    client_id = house.application(**ROTATING)
    person.start(client_id=client_id, scope=OFFLINE)
    person.sign_up()
    person.enroll()
    person.tick(REMEMBER)
    person.enter(house.code())
    first = person.exchange(client_id=client_id).json()
    assert house.claims(first["id_token"], client_id)["amr"] == ["mfa"]

    def refresh(token: str) -> dict[str, str]:
        answer = house.token(client_id=client_id, grant_type="refresh_token", refresh_token=token)
        return dict(answer.json())

    second = refresh(first["refresh_token"])
    assert second["refresh_token"] != first["refresh_token"]
    claims = house.claims(second["id_token"], client_id)
    assert not {"amr", "nonce"} & claims.keys()
    assert refresh(first["refresh_token"])["error_description"] == "Unknown or invalid refresh token."
    assert house.events()[-1] == "ferrt"
    assert refresh(second["refresh_token"])["error"] == "invalid_grant"


def test_within_the_leeway_the_token_before_still_works(house: House, person: Person) -> None:
    settings = ROTATING["refresh_token"] | {"leeway": 10}  # type: ignore[operator]
    client_id = house.application(**(ROTATING | {"refresh_token": settings}))
    _logged_in(house, person, client_id=client_id, scope=OFFLINE)
    first = person.exchange(client_id=client_id).json()["refresh_token"]
    fields = {"client_id": client_id, "grant_type": "refresh_token", "refresh_token": first}
    assert house.token(**fields).status_code == 200
    assert house.token(**fields).status_code == 200
    house.forward(11)
    assert house.token(**fields).status_code == 403


def test_an_expiring_refresh_token_ends_when_it_is_idle(house: House, person: Person) -> None:
    client_id = house.application(**ROTATING)
    _logged_in(house, person, client_id=client_id, scope=OFFLINE)
    token = person.exchange(client_id=client_id).json()["refresh_token"]
    house.forward(1296001)
    assert house.token(client_id=client_id, grant_type="refresh_token", refresh_token=token).status_code == 403


def test_a_token_that_does_not_rotate_stays(house: House, person: Person) -> None:
    _logged_in(house, person, scope=OFFLINE)
    token = person.tokens()["refresh_token"]
    for _ in range(2):
        answer = house.token(grant_type="refresh_token", refresh_token=token, scope="openid").json()
        assert "refresh_token" not in answer
        assert answer["scope"] == "openid"


def test_discovery_names_endpoints_that_exist(house: House) -> None:
    document = house.http.get("/.well-known/openid-configuration").json()
    for name in ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri", "end_session_endpoint"):
        assert house.http.get(document[name]).headers.get("content-type", "").startswith(("text/", "application/"))
        assert document[name].startswith(house.lab.sandbox.url)


def test_pages_of_the_application_may_call_the_token_endpoint(house: House) -> None:
    asks = {
        "origin": CALLBACK,
        "access-control-request-method": "POST",
        "access-control-request-headers": "auth0-client",
    }
    preflight = house.http.options("/oauth/token", headers=asks)
    assert preflight.status_code == 204
    assert preflight.headers["access-control-allow-origin"] == CALLBACK
    assert preflight.headers["access-control-allow-headers"] == "auth0-client"
    for path in ("/oauth/token", "/mfa/challenge"):
        answer = house.http.post(path, headers={"origin": CALLBACK})
        assert answer.headers["access-control-allow-origin"] == CALLBACK
    public = house.http.get("/.well-known/jwks.json", headers={"origin": "http://any.example"})
    assert public.headers["access-control-allow-origin"] == "*"


def test_pages_of_other_origins_may_not(house: House) -> None:
    asks = {"origin": "http://evil.example", "access-control-request-method": "POST"}
    assert "access-control-allow-origin" not in house.http.options("/oauth/token", headers=asks).headers
    answer = house.http.post("/oauth/token", headers={"origin": "http://evil.example"})
    assert "access-control-allow-origin" not in answer.headers
