"""Post-login Actions decide who is asked for a second factor, before the tenant's policy is looked at."""

import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from support import scene
from support.flow import ASK, ASK_AND_REMEMBER, ASK_ONCE, SKIP, bind, runs, sign_up, where
from support.hosted import EMAIL, PASSWORD, REMEMBER, House, Person

REALM = "http://auth0.com/oauth/grant-type/password-realm"
OOB = "http://auth0.com/oauth/grant-type/mfa-oob"
MULTI_FACTOR = "http://schemas.openid.net/pape/policies/2007/06/multi-factor"
OFFLINE = "openid offline_access"


def silently(person: Person) -> dict[str, str]:
    """Asks for a login without a page."""
    person.start(prompt="none")
    return person.answer


def refresh(house: House, token: str) -> Any:
    """Uses a refresh token."""
    return house.token(grant_type="refresh_token", refresh_token=token)


def with_password(house: House) -> Any:
    """Logs in with an application that asks for the password itself."""
    client_id = house.application(grant_types=[REALM])
    fields = {"realm": scene.CONNECTION, "username": EMAIL, "password": PASSWORD, "scope": "openid"}
    return house.token(client_id=client_id, grant_type=REALM, **fields)


class TestWithPages:
    """Logins with pages."""

    def test_an_action_asks_where_the_policy_does_not(self, house: House, person: Person) -> None:
        house.policy()
        bind(house, ASK)
        assert sign_up(person) == "mfa-sms-enrollment"
        person.enroll()
        person.enter(house.code())
        assert person.claims()["amr"] == ["mfa"]

    def test_an_action_lets_off_where_the_policy_asks(self, house: House, person: Person) -> None:
        bind(house, SKIP)
        assert sign_up(person) == "callback"
        assert "amr" not in person.claims()

    @pytest.mark.parametrize(("policy", "page"), [((), "callback"), (("all-applications",), "mfa-sms-enrollment")])
    def test_an_action_that_calls_nothing_leaves_the_policy_in_force(
        self, house: House, person: Person, policy: tuple[str, ...], page: str
    ) -> None:
        house.policy(*policy)
        bind(house, "console.log('nothing to do');")
        assert sign_up(person) == page

    def test_the_last_call_wins(self, house: House, person: Person) -> None:
        house.policy()
        bind(house, ASK, SKIP)
        assert sign_up(person) == "callback"
        bind(house, SKIP, ASK)
        person.start()
        assert where(person) == "mfa-sms-enrollment"

    def test_actions_run_in_their_order_and_see_the_same_event(self, house: House, person: Person) -> None:
        house.policy()
        bind(house, "event.user.user_id = 'changed'; console.log('a');", "console.log(event.user.user_id);")
        sign_up(person)
        second, first = runs(house)
        assert (first["action"], second["action"]) == ("action 1", "action 2")
        assert re.fullmatch(r"auth0\|\w+\n", second["console"])
        assert first["execution_id"] == second["execution_id"]

    def test_guardian_is_the_phone_even_where_there_is_an_app(self, house: House, member: Person) -> None:
        house.add_app()
        bind(house, ASK)
        member.start()
        member.log_in()
        assert where(member) == "mfa-otp-challenge"
        bind(house, "api.multifactor.enable('guardian');")
        member.start()
        member.log_in()
        assert where(member) == "mfa-sms-challenge"

    def test_a_session_that_began_with_a_factor_is_asked_again_unless_the_action_looks(
        self, house: House, person: Person
    ) -> None:
        house.policy()
        bind(house, ASK)
        person.join()
        person.start()
        assert where(person) == "mfa-sms-challenge"
        bind(house, ASK_ONCE)
        person.start()
        assert where(person) == "callback"

    def test_an_action_that_is_bound_later_counts_for_the_next_login(self, house: House, person: Person) -> None:
        bind(house, ASK)
        bind(house)
        house.policy()
        assert sign_up(person) == "callback"
        assert runs(house) == []


class TestRememberingTheBrowser:
    """`allowRememberBrowser`."""

    def test_the_box_is_there_if_the_action_allows_it(self, house: House, person: Person) -> None:
        house.policy()
        bind(house, ASK_AND_REMEMBER)
        sign_up(person)
        person.enroll()
        person.tick(REMEMBER)
        person.enter(house.code())
        assert "code" in person.answer
        person.start(prompt="login")
        person.log_in()
        assert where(person) == "callback"
        assert "code" in silently(person)

    def test_the_box_is_absent_otherwise(self, house: House, person: Person) -> None:
        bind(house, ASK)
        sign_up(person)
        person.enroll()
        assert REMEMBER not in person.page.text

    def test_a_remembered_browser_is_asked_if_an_action_does_not_allow_it(self, house: House, person: Person) -> None:
        bind(house, ASK_AND_REMEMBER)
        sign_up(person)
        person.enroll()
        person.tick(REMEMBER)
        person.enter(house.code())
        bind(house, ASK)
        person.start(prompt="login")
        person.log_in()
        assert where(person) == "mfa-sms-challenge"

    def test_a_requested_authentication_context_asks_in_a_remembered_browser(
        self, house: House, person: Person
    ) -> None:
        bind(house, ASK_AND_REMEMBER)
        sign_up(person)
        person.enroll()
        person.tick(REMEMBER)
        person.enter(house.code())
        person.start(prompt="login", acr_values=MULTI_FACTOR)
        person.log_in()
        assert where(person) == "mfa-sms-challenge"


class TestWithoutPages:
    """Silent logins, password grants and refresh tokens."""

    def test_a_silent_login_fails_if_an_action_asks(self, house: House, person: Person) -> None:
        house.policy()
        sign_up(person)
        assert "code" in silently(person)
        bind(house, ASK)
        assert silently(person)["error"] == "login_required"
        assert runs(house)[0]["protocol"] == "oidc-basic-profile"

    def test_a_silent_login_succeeds_if_the_action_asks_once_per_session(self, house: House, person: Person) -> None:
        house.policy()
        bind(house, ASK_ONCE)
        person.join()
        assert "code" in silently(person)

    def test_an_action_lets_a_silent_login_off(self, house: House, person: Person) -> None:
        house.policy()
        sign_up(person)
        house.policy("all-applications")
        assert silently(person)["error"] == "login_required"
        bind(house, SKIP)
        assert "code" in silently(person)

    def test_a_password_grant_answers_mfa_required(self, house: House, person: Person) -> None:
        house.policy()
        sign_up(person)
        assert with_password(house).status_code == 200
        bind(house, ASK)
        refused = with_password(house)
        assert (refused.status_code, refused.json()["error"]) == (403, "mfa_required")
        assert refused.json()["mfa_token"]
        assert runs(house)[0]["protocol"] == "oauth2-password"

    def test_an_action_lets_a_password_grant_off(self, house: House, person: Person) -> None:
        house.policy()
        sign_up(person)
        house.policy("all-applications")
        bind(house, SKIP)
        assert with_password(house).status_code == 200

    def test_a_refresh_answers_mfa_required_unless_the_action_returns_early(self, house: House, person: Person) -> None:
        house.policy()
        sign_up(person, scope=OFFLINE)
        token = person.tokens()["refresh_token"]
        bind(house, ASK)
        refused = refresh(house, token)
        assert (refused.status_code, refused.json()["error"]) == (403, "mfa_required")
        bind(house, "if (event.transaction?.protocol === 'oauth2-refresh-token') return;" + ASK)
        assert refresh(house, token).status_code == 200

    def test_an_action_lets_a_refresh_off(self, house: House, person: Person) -> None:
        house.policy()
        sign_up(person, scope=OFFLINE)
        token = person.tokens()["refresh_token"]
        house.policy("all-applications")
        assert refresh(house, token).json()["error"] == "mfa_required"
        bind(house, SKIP)
        assert refresh(house, token).status_code == 200

    def test_a_refresh_in_a_remembered_browser_succeeds_if_the_action_allows_it(
        self, house: House, person: Person
    ) -> None:
        house.policy()
        bind(house, ASK_AND_REMEMBER)
        sign_up(person, scope=OFFLINE)
        person.enroll()
        person.tick(REMEMBER)
        person.enter(house.code())
        assert refresh(house, person.tokens()["refresh_token"]).status_code == 200


class TestDenying:
    """`access.deny`."""

    DENY = "api.access.deny('Come back tomorrow.');"

    def test_the_application_gets_the_reason(self, house: House, person: Person) -> None:
        bind(house, self.DENY, ASK)
        assert sign_up(person, state="mine") == "callback"
        expected = {"error": "access_denied", "error_description": "Come back tomorrow.", "state": "mine"}
        assert person.answer == expected
        assert [(run["action"], run["outcome"]) for run in runs(house)] == [("action 1", "denied")]
        assert house.events()[-1] == "f"
        assert house.log()[-1]["details"]["actions"] == {"executions": [runs(house)[0]["execution_id"]]}

    def test_the_login_is_over(self, house: House, person: Person) -> None:
        bind(house, self.DENY)
        sign_up(person)
        bind(house)
        house.policy()
        assert silently(person)["error"] == "login_required"

    def test_every_other_way_to_tokens_is_closed_as_well(self, house: House, person: Person) -> None:
        house.policy()
        sign_up(person, scope=OFFLINE)
        token = person.tokens()["refresh_token"]
        bind(house, self.DENY)
        assert silently(person)["error"] == "access_denied"
        for answer in (refresh(house, token), with_password(house)):
            assert answer.status_code == 403
            assert answer.json() == {"error": "access_denied", "error_description": "Come back tomorrow."}
        assert {"fsa", "fertft", "fepft"} <= set(house.events())


class TestClaims:
    """Custom claims of the tokens."""

    CLAIM = "api.idToken.setCustomClaim('https://example.com/plan', {level: 3});"

    def test_they_are_in_the_id_token(self, house: House, person: Person) -> None:
        house.policy()
        bind(house, self.CLAIM)
        sign_up(person)
        assert person.claims()["https://example.com/plan"] == {"level": 3}

    def test_they_are_there_after_a_second_factor_and_after_a_refresh(self, house: House, person: Person) -> None:
        bind(house, self.CLAIM, "if (!event.authentication) api.multifactor.enable('none');")
        person.join(scope=OFFLINE)
        tokens = person.tokens()
        assert house.claims(tokens["id_token"])["https://example.com/plan"] == {"level": 3}
        again = refresh(house, tokens["refresh_token"]).json()
        assert house.claims(again["id_token"])["https://example.com/plan"] == {"level": 3}

    def test_they_are_there_after_a_factor_given_by_the_mfa_api(self, house: House, member: Person) -> None:
        bind(house, self.CLAIM + ASK)
        client_id = house.application(grant_types=[REALM, OOB])
        fields = {"realm": scene.CONNECTION, "username": EMAIL, "password": PASSWORD, "scope": "openid"}
        waiting = house.token(client_id=client_id, grant_type=REALM, **fields).json()
        body = {"client_id": client_id, "mfa_token": waiting["mfa_token"], "challenge_type": "oob"}
        oob = member.http.post("/mfa/challenge", json=body).json()["oob_code"]
        given = {"mfa_token": waiting["mfa_token"], "oob_code": oob, "binding_code": house.code()}
        answer = house.token(client_id=client_id, grant_type=OOB, **given).json()
        assert house.claims(answer["id_token"], client_id)["https://example.com/plan"] == {"level": 3}

    def test_the_claims_of_the_protocol_stay(self, house: House, person: Person) -> None:
        house.policy()
        bind(house, "api.idToken.setCustomClaim('sub', 'somebody else').idToken.setCustomClaim('a', 1);")
        sign_up(person)
        claims = person.claims()
        assert claims["sub"].startswith("auth0|")
        assert claims["a"] == 1

    def test_an_access_token_has_its_own(self, house: House, person: Person) -> None:
        house.policy()
        bind(house, "api.accessToken.setCustomClaim('https://example.com/x', [1]);")
        sign_up(person, audience=f"{house.lab.sandbox.url}/mfa/")
        tokens = person.tokens()
        claims = house.lab.sandbox.world.tenants[house.lab.domain].key.claims(
            tokens["access_token"], (f"{house.lab.sandbox.url}/mfa/",)
        )
        assert claims["https://example.com/x"] == [1]
        assert "https://example.com/x" not in house.claims(tokens["id_token"])


def test_a_form_that_is_sent_twice_runs_the_actions_once(house: House, member: Person) -> None:
    """A double click: the second request comes while the Actions of the first one run."""
    house.lab.auth0("PATCH", "tenants/settings", {"customize_mfa_in_postlogin_action": True})
    busy = "const end = Date.now() + 200; while (Date.now() < end) {}"
    bind(house, busy + "api.authentication.challengeWith({type: 'phone'});")
    member.start()
    state = member.address.partition("state=")[2]
    fields = {"state": state, "username": EMAIL, "password": PASSWORD}
    with ThreadPoolExecutor(2) as pool:
        sent = [pool.submit(member.http.post, "/u/login", data=fields) for _ in range(2)]
    assert [answer.result().status_code for answer in sent] == [302, 302]
    assert len(runs(house)) == 1
    member.open(sent[0].result().headers["location"])
    member.enter(house.code())
    assert where(member) == "callback"


def test_a_reset_removes_the_actions_and_their_runs(house: House, person: Person) -> None:
    house.policy()
    bind(house, "console.log('x');")
    sign_up(person)
    assert len(runs(house)) == 1
    house.lab.reset()
    assert runs(house) == []
