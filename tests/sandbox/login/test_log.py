"""The tenant's log of a login: which second factor was used, and which stages there were."""

import time
from typing import Any

import pytest

from mfa_setup.sandbox.login.totp import code_at
from support.hosted import E164, EMAIL, House, Person

MULTI_FACTOR = "http://schemas.openid.net/pape/policies/2007/06/multi-factor"


def newest(house: House, kind: str) -> dict[str, Any]:
    """The newest event of a type, as the API answers it."""
    found: list[dict[str, Any]] = house.lab.auth0("GET", f'logs?search=type:"{kind}"')
    return found[0]


def authenticator(house: House, kind: str) -> dict[str, Any]:
    """Which authenticator an event was about."""
    return dict(newest(house, kind)["details"]["authenticator"])


def use_app(person: Person, secret: str) -> None:
    """Enters the code that the app shows."""
    person.fill("Enter your one-time code", code_at(secret, time.time()))
    person.submit()


def test_an_enrolment_names_the_phone(house: House, person: Person) -> None:
    person.join()
    found = authenticator(house, "gd_enrollment_complete")
    assert (found["type"], found["phone_number"]) == ("sms", E164)
    assert found["id"].startswith("phone|dev_")


def test_a_challenge_by_sms_is_named(house: House, member: Person) -> None:
    member.start()
    member.log_in()
    member.enter(house.code())
    assert authenticator(house, "gd_auth_succeed")["type"] == "sms"
    assert newest(house, "gd_auth_succeed")["user_id"] == member.claims()["sub"]
    assert authenticator(house, "gd_send_sms") == {"id": None, "type": "sms", "phone_number": E164}


def test_an_authenticator_app_comes_before_the_phone_and_is_named(house: House, member: Person) -> None:
    secret = house.add_app()
    sent = len(house.messages())
    member.start()
    member.log_in()
    assert "/u/mfa-otp-challenge" in member.address
    use_app(member, secret)
    assert member.claims()["amr"] == ["mfa"]
    assert authenticator(house, "gd_auth_succeed")["type"] == "otp"
    assert len(house.messages()) == sent


def test_the_phone_can_be_used_instead_of_the_app(house: House, member: Person) -> None:
    house.add_app()
    member.start()
    member.log_in()
    member.submit("Use your phone")
    member.enter(house.code())
    assert authenticator(house, "gd_auth_succeed")["type"] == "sms"


def test_a_wrong_code_of_the_app_is_refused(house: House, member: Person) -> None:
    secret = house.add_app()
    member.start()
    member.log_in()
    use_app(member, secret[::-1])
    assert member.page.alerts == ["The code you entered is invalid"]
    assert house.events()[-1] == "gd_auth_failed"
    use_app(member, secret)
    assert "code" in member.answer


def test_too_many_wrong_codes_of_the_app_have_to_wait(house: House, member: Person) -> None:
    secret = house.add_app()
    member.start()
    member.log_in()
    for _ in range(11):
        use_app(member, secret[::-1])
    assert "Too many failed codes" in member.page.alerts[0]


def test_an_app_whose_factor_is_off_is_not_asked_for(house: House, member: Person) -> None:
    house.add_app()
    house.factor("otp", on=False)
    member.start()
    member.log_in()
    assert "/u/mfa-sms-challenge" in member.address


def test_a_recovery_code_is_named(house: House) -> None:
    house.factor("recovery-code", on=True)
    person = house.browser()
    person.start()
    person.sign_up()
    person.enroll()
    person.enter(house.code())
    code = next(iter(house.lab.sandbox.world.tenants[house.lab.domain].login.recovery.values()))
    other = house.browser()
    other.start()
    other.log_in()
    other.submit("Use a recovery code")
    other.fill("Enter your recovery code", code)
    other.submit()
    assert authenticator(house, "gd_recovery_succeed")["type"] == "recovery-code"


def test_a_login_names_its_stages(house: House, member: Person) -> None:
    member.start()
    member.log_in()
    member.enter(house.code())
    claims, event = member.claims(), newest(house, "s")
    assert (event["user_id"], event["user_name"], event["client_id"]) == (claims["sub"], EMAIL, house.client_id)
    details = event["details"]
    assert details["session_id"] == claims["sid"]
    assert [stage["name"] for stage in details["prompts"]] == ["prompt-authenticate", "login", "mfa"]
    mfa = details["prompts"][-1]
    assert (mfa["performed_amr"], mfa["performed_acr"], mfa["provider"]) == (["mfa"], [MULTI_FACTOR], "guardian")
    assert mfa["initiatedAt"] <= mfa["completedAt"]
    assert mfa["elapsedTime"] == mfa["completedAt"] - mfa["initiatedAt"]


def test_a_login_without_a_second_factor_has_no_such_stage(house: House, person: Person) -> None:
    house.policy()
    person.start()
    person.sign_up()
    assert [stage["name"] for stage in newest(house, "s")["details"]["prompts"]] == ["prompt-authenticate", "login"]


@pytest.mark.parametrize(("moment", "code"), [(59, "287082"), (1111111109, "081804"), (20000000000, "353130")])
def test_codes_of_an_app_are_those_of_the_standard(moment: int, code: str) -> None:
    """RFC 6238, appendix B, the last six digits."""
    assert code_at("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", moment) == code
