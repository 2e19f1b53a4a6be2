"""Limits of the policy in a session: it is asked once, and renews its tokens without a page."""

from collections.abc import Callable

from support import scene
from support.flow import login, sign_up, where
from support.hosted import CALLBACK, EMAIL, PASSWORD, REMEMBER, House, Person

PORTAL = "Acme Portal"
REALM = "http://auth0.com/oauth/grant-type/password-realm"
OOB = "http://auth0.com/oauth/grant-type/mfa-oob"
OFFLINE = "openid offline_access"

Limit = Callable[..., None]


def silently(person: Person, **changes: str | None) -> dict[str, str]:
    """Asks for a login without a page."""
    person.start(prompt="none", **changes)
    return person.answer


def test_a_session_is_asked_once_however_many_applications_it_visits(
    house: House, person: Person, shop: str, limit: Limit
) -> None:
    limit("--only-application", PORTAL)
    assert sign_up(person, client_id=shop) == "callback"
    person.start()
    assert where(person) == "mfa-sms-enrollment"
    person.enroll()
    person.enter(house.code())
    for again in (house.client_id, shop, house.client_id):
        person.start(client_id=again)
        assert where(person) == "callback"
    assert len(house.messages()) == 1
    person.open("/v2/logout", client_id=house.client_id, returnTo=CALLBACK)
    person.start()
    person.log_in()
    assert where(person) == "mfa-sms-challenge"


def test_a_remembered_browser_is_not_asked_in_its_next_session(house: House, person: Person, limit: Limit) -> None:
    limit("--only-application", PORTAL)
    sign_up(person)
    person.enroll()
    person.tick(REMEMBER)
    person.enter(house.code())
    person.open("/v2/logout", client_id=house.client_id, returnTo=CALLBACK)
    person.start()
    person.log_in()
    assert where(person) == "callback"
    assert login(house) == "mfa-sms-challenge"


# --- without pages -------------------------------------------------------------------------------------------------


def refresh(house: House, token: str) -> int:
    """Uses a refresh token; the status of the answer."""
    return house.token(grant_type="refresh_token", refresh_token=token).status_code


def test_tokens_are_renewed_in_a_session_that_was_asked(house: House, person: Person, limit: Limit) -> None:
    limit("--only-application", PORTAL)
    person.join(scope=OFFLINE)
    token = person.tokens()["refresh_token"]
    assert "code" in silently(person)
    assert refresh(house, token) == 200
    assert len(house.messages()) == 1


def test_a_session_from_before_the_limits_keeps_its_refresh_token_and_is_asked_at_its_next_login(
    house: House, person: Person, shop: str, limit: Limit
) -> None:
    sign_up(person, scope=OFFLINE)
    token = person.tokens()["refresh_token"]
    limit("--only-application", PORTAL)
    assert refresh(house, token) == 200
    assert silently(person)["error"] == "login_required"
    assert "code" in silently(person, client_id=shop)
    person.start()
    assert where(person) == "mfa-sms-enrollment"


def test_a_password_grant_is_asked_inside_the_limits_only(house: House, person: Person, limit: Limit) -> None:
    grants = ["authorization_code", "refresh_token", REALM, OOB]
    inside, outside = (house.application(name=name, grant_types=grants) for name in "AB")
    limit("--only-application", "A")
    person.join(client_id=inside)
    fields = {"realm": scene.CONNECTION, "username": EMAIL, "password": PASSWORD, "scope": OFFLINE}
    assert house.token(client_id=outside, grant_type=REALM, **fields).status_code == 200
    refused = house.token(client_id=inside, grant_type=REALM, **fields)
    assert (refused.status_code, refused.json()["error"]) == (403, "mfa_required")
    mfa_token = refused.json()["mfa_token"]
    body = {"client_id": inside, "mfa_token": mfa_token, "challenge_type": "oob"}
    oob = house.http.post("/mfa/challenge", json=body).json()["oob_code"]
    given = {"mfa_token": mfa_token, "oob_code": oob, "binding_code": house.code()}
    tokens = house.token(client_id=inside, grant_type=OOB, **given).json()
    renewed = house.token(client_id=inside, grant_type="refresh_token", refresh_token=tokens["refresh_token"])
    assert renewed.status_code == 200
