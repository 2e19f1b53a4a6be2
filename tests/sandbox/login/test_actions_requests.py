"""Post-login Actions that request a factor between Actions: `challengeWith`, `enrollWith` and their kin."""

import time

import pytest

from mfa_setup.sandbox.login.totp import code_at
from support import scene
from support.flow import ASK, SKIP, bind, failures, runs, sign_up, where
from support.hosted import EMAIL, PASSWORD, House, Person

REALM = "http://auth0.com/oauth/grant-type/password-realm"
PHONE = "api.authentication.challengeWith({type: 'phone', options: {preferredMethod: 'sms'}});"
APP = "api.authentication.challengeWith({type: 'otp'});"
APP_OR_PHONE = "api.authentication.challengeWith({type: 'otp'}, {additionalFactors: [{type: 'phone'}]});"
ANY = "api.authentication.challengeWithAny([{type: 'push-notification'}, {type: 'phone'}]);"
ENROLL = "api.authentication.enrollWith({type: 'phone'});"
METHODS = "console.log((event.authentication?.methods ?? []).map((m) => m.type ?? m.name).join());"


@pytest.fixture(autouse=True)
def allowed(house: House) -> None:
    """The tenant setting that these calls take."""
    house.lab.auth0("PATCH", "tenants/settings", {"customize_mfa_in_postlogin_action": True})
    house.policy()


@pytest.fixture
def enrolled(house: House) -> Person:
    """Someone with a phone, and a browser without a session."""
    house.policy("all-applications")
    house.browser().join()
    house.policy()
    return house.browser()


def log_in(person: Person) -> str:
    """Gives the password; the page that comes next."""
    person.start()
    person.log_in()
    return where(person)


def test_the_next_action_sees_that_the_factor_was_given(house: House, enrolled: Person) -> None:
    bind(house, METHODS + PHONE, METHODS)
    assert log_in(enrolled) == "mfa-sms-challenge"
    assert len(runs(house)) == 1
    enrolled.enter(house.code())
    assert enrolled.claims()["amr"] == ["mfa"]
    assert [run["console"] for run in runs(house)] == ["pwd,phone\n", "pwd\n"]
    assert len({run["execution_id"] for run in runs(house)}) == 1


def test_a_challenge_overrides_enable_and_the_policy(house: House, enrolled: Person) -> None:
    house.policy("all-applications")
    bind(house, PHONE, ASK)
    log_in(enrolled)
    enrolled.enter(house.code())
    assert where(enrolled) == "callback"
    bind(house, PHONE, SKIP)
    assert log_in(house.browser()) == "mfa-sms-challenge"


def test_no_box_offers_to_remember_the_browser(house: House, enrolled: Person) -> None:
    bind(house, PHONE)
    log_in(enrolled)
    assert "Remember this device" not in enrolled.page.text


def test_two_challenges_are_given_one_after_the_other(house: House, enrolled: Person) -> None:
    secret = house.add_app()
    bind(house, APP + PHONE)
    assert log_in(enrolled) == "mfa-otp-challenge"
    enrolled.fill("Enter your one-time code", code_at(secret, time.time()))
    enrolled.submit()
    assert where(enrolled) == "mfa-sms-challenge"
    enrolled.enter(house.code())
    assert where(enrolled) == "callback"


def test_without_the_tenant_setting_the_call_fails(house: House, enrolled: Person) -> None:
    house.lab.auth0("PATCH", "tenants/settings", {"customize_mfa_in_postlogin_action": False})
    bind(house, PHONE)
    log_in(enrolled)
    assert enrolled.answer["error"] == "access_denied"
    assert "customize_mfa_in_postlogin_action" in failures(house)[0]["action_error"]["message"]


@pytest.mark.parametrize("body", [APP, "api.authentication.challengeWith({type: 'email'});"])
def test_a_factor_that_the_user_lacks_ends_the_login(house: House, enrolled: Person, body: str) -> None:
    bind(house, body)
    assert log_in(enrolled) == "callback"
    assert enrolled.answer["error"] == "access_denied"
    assert "mfar" in house.events()


def test_a_challenge_is_not_for_users_without_a_factor(house: House, person: Person) -> None:
    bind(house, PHONE)
    sign_up(person)
    assert person.answer["error"] == "access_denied"
    assert "mfar" in house.events()


@pytest.mark.parametrize("body", [APP_OR_PHONE, ANY])
def test_factors_that_cannot_be_used_are_left_out(house: House, enrolled: Person, body: str) -> None:
    bind(house, body)
    assert log_in(enrolled) == "mfa-sms-challenge"
    assert "w" in house.events()


def test_a_disabled_factor_cannot_be_used(house: House, enrolled: Person) -> None:
    house.factor("sms", on=False)
    bind(house, PHONE)
    log_in(enrolled)
    assert enrolled.answer["error"] == "access_denied"


def test_someone_without_a_factor_can_enroll_a_phone(house: House, person: Person) -> None:
    bind(house, ENROLL, METHODS)
    assert sign_up(person) == "mfa-sms-enrollment"
    person.enroll()
    person.enter(house.code())
    assert where(person) == "callback"
    assert runs(house)[0]["console"] == "pwd,phone\n"


def test_someone_who_has_a_factor_must_be_challenged_before_enrolling(house: House, enrolled: Person) -> None:
    bind(house, ENROLL)
    log_in(enrolled)
    assert enrolled.answer["error"] == "access_denied"
    bind(house, PHONE + ENROLL)
    again = house.browser()
    log_in(again)
    again.enter(house.code())
    assert where(again) == "callback"


def test_other_factors_cannot_be_enrolled_here(house: House, person: Person) -> None:
    bind(house, "api.authentication.enrollWithAny([{type: 'otp'}, {type: 'email'}]);")
    sign_up(person)
    assert person.answer["error_description"] == "The sandbox does not support enrolling factors other than phones."


def test_a_fifth_request_ends_the_login(house: House, enrolled: Person) -> None:
    bind(house, PHONE * 4)
    assert log_in(enrolled) == "mfa-sms-challenge"
    bind(house, PHONE * 5)
    again = house.browser()
    log_in(again)
    assert again.answer["error"] == "access_denied"
    assert "more than 4" in again.answer["error_description"]


def test_without_pages_a_request_fails_the_login(house: House, enrolled: Person) -> None:
    log_in(enrolled)
    bind(house, PHONE)
    enrolled.start(prompt="none")
    assert enrolled.answer["error"] == "login_required"
    client_id = house.application(grant_types=[REALM])
    fields = {"realm": scene.CONNECTION, "username": EMAIL, "password": PASSWORD, "scope": "openid"}
    refused = house.token(client_id=client_id, grant_type=REALM, **fields)
    assert (refused.status_code, refused.json()["error"]) == (403, "mfa_required")


@pytest.mark.parametrize("body", ["api.authentication.challengeWith();", "api.authentication.challengeWith('phone');"])
def test_a_request_without_a_factor_is_an_error(house: House, enrolled: Person, body: str) -> None:
    bind(house, body)
    log_in(enrolled)
    assert "Expected a factor" in enrolled.answer["error_description"]
