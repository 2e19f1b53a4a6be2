"""What Always does to applications that renew their tokens without asking the user (silent login, refresh tokens)."""

from typing import Any

import httpx
import pytest

from support.hosted import REMEMBER, House, Person

OFFLINE = "openid offline_access"
ROTATING = {"refresh_token": {"rotation_type": "rotating", "expiration_type": "non-expiring"}}
MFA_GRANTS = ["authorization_code", "refresh_token", "http://auth0.com/oauth/grant-type/mfa-oob"]
DAYS = 24 * 3600


def log_in(person: Person, *, remembered: bool, **changes: str | None) -> None:
    """Makes an account with a phone."""
    person.start(**changes)
    person.sign_up()
    person.enroll()
    if remembered:
        person.tick(REMEMBER)
    person.enter(person.house.code())


def silently(person: Person, **changes: str | None) -> dict[str, str]:
    """Asks for a login without a page."""
    person.start(prompt="none", **changes)
    return person.answer


def refresh(house: House, token: str, **fields: str) -> httpx.Response:
    """Uses a refresh token."""
    return house.token(grant_type="refresh_token", refresh_token=token, **fields)


def test_without_a_remembered_browser_nothing_is_renewed(house: House, person: Person) -> None:
    log_in(person, remembered=False, scope=OFFLINE)
    token = person.tokens()["refresh_token"]
    assert silently(person)["error"] == "login_required"
    refused = refresh(house, token)
    assert (refused.status_code, refused.json()["error"]) == (403, "mfa_required")
    assert refused.json()["mfa_token"]
    assert {"fsa", "mfar"} <= set(house.events())


def test_in_a_remembered_browser_everything_is_renewed(house: House, person: Person) -> None:
    log_in(person, remembered=True, scope=OFFLINE)
    token = person.tokens()["refresh_token"]
    assert "code" in silently(person)
    assert refresh(house, token).status_code == 200


def test_a_login_in_a_browser_that_is_remembered_already_can_renew_as_well(house: House, person: Person) -> None:
    log_in(person, remembered=True)
    person.start(prompt="login", scope=OFFLINE)
    person.log_in()
    assert refresh(house, person.tokens()["refresh_token"]).status_code == 200


def test_a_browser_is_not_remembered_for_ever(house: House, person: Person) -> None:
    log_in(person, remembered=True, scope=OFFLINE)
    token = person.tokens()["refresh_token"]
    house.forward(31 * DAYS)
    assert refresh(house, token).json()["error"] == "mfa_required"


@pytest.mark.parametrize("policies", [(), ("confidence-score",)])
def test_other_policies_let_tokens_be_renewed(house: House, person: Person, policies: tuple[str, ...]) -> None:
    """Adaptive MFA asks only where it has little confidence, which it has not been told here."""
    log_in(person, remembered=False, scope=OFFLINE)
    token = person.tokens()["refresh_token"]
    house.policy(*policies)
    assert "code" in silently(person)
    assert refresh(house, token).status_code == 200


def test_a_policy_that_is_set_later_counts_for_tokens_from_before(house: House, person: Person) -> None:
    house.policy()
    person.start(scope=OFFLINE)
    person.sign_up()
    token = person.tokens()["refresh_token"]
    house.policy("all-applications")
    assert silently(person)["error"] == "login_required"
    assert refresh(house, token).json()["error"] == "mfa_required"


def test_a_refused_refresh_uses_no_token_up(house: House, person: Person) -> None:
    client_id = house.application(**ROTATING)
    log_in(person, remembered=False, client_id=client_id, scope=OFFLINE)
    token = person.exchange(client_id=client_id).json()["refresh_token"]
    assert refresh(house, token, client_id=client_id).status_code == 403
    house.policy()
    assert refresh(house, token, client_id=client_id).status_code == 200


def test_the_second_factor_can_be_given_by_the_mfa_api(house: House, person: Person) -> None:
    client_id = house.application(grant_types=MFA_GRANTS)
    log_in(person, remembered=False, client_id=client_id, scope=OFFLINE)
    token = person.exchange(client_id=client_id).json()["refresh_token"]
    waiting: dict[str, Any] = refresh(house, token, client_id=client_id).json()
    body = {"client_id": client_id, "mfa_token": waiting["mfa_token"], "challenge_type": "oob"}
    challenge = house.http.post("/mfa/challenge", json=body).json()
    answer = house.token(
        client_id=client_id,
        grant_type=MFA_GRANTS[-1],
        mfa_token=waiting["mfa_token"],
        oob_code=challenge["oob_code"],
        binding_code=house.code(),
    )
    assert "refresh_token" in answer.json()


def test_where_the_box_is_hidden_no_browser_can_be_remembered(house: House, person: Person) -> None:
    settings = house.lab.auth0("GET", "guardian/settings")
    house.lab.auth0("PUT", "guardian/settings", settings | {"display_remember_me_checkbox": False})
    log_in(person, remembered=False)
    assert silently(person)["error"] == "login_required"
