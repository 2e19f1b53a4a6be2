"""Voice, recovery codes, remembered browsers; and what happens where no factor can work."""

import re
from collections.abc import Callable

import pytest

from support import scene
from support.hosted import CALLBACK, E164, REMEMBER, House, Person
from support.lab import Lab

Make = Callable[..., Lab]
Build = Callable[..., House]


def _voice(house: House, *types: str) -> None:
    scene.patch_provider(house.lab, delivery_methods=["text", "voice"])
    house.lab.auth0("PUT", "guardian/factors/phone/message-types", {"message_types": list(types)})


def _call(house: House) -> str:
    spoken = house.lab.sandbox.world.twilio.calls[-1].text
    found = re.search(r"\d{6}", spoken)
    assert found
    return found.group()


def test_voice_and_text_can_be_chosen_where_both_are_on(house: House, person: Person) -> None:
    _voice(house, "sms", "voice")
    person.start()
    person.sign_up()
    assert "/u/mfa-phone-enrollment" in person.address
    person.tick("Voice call")
    person.enroll()
    assert "/u/mfa-voice-challenge" in person.address
    assert [message["channel"] for message in house.messages()] == ["voice"]
    person.enter(_call(house))
    assert person.claims()["amr"] == ["mfa"]
    assert "gd_send_voice" in house.events()


def test_a_code_that_was_texted_can_be_asked_for_by_call(house: House, person: Person) -> None:
    _voice(house, "sms", "voice")
    person.start()
    person.sign_up()
    person.enroll()
    person.submit("Get a call")
    person.enter(_call(house))
    assert "code" in person.answer


def test_voice_alone_has_its_own_pages(house: House, person: Person) -> None:
    _voice(house, "voice")
    person.start()
    person.sign_up()
    assert "/u/mfa-voice-enrollment" in person.address
    person.enroll()
    person.enter(_call(house))
    assert "code" in person.answer


def test_a_recovery_code_is_shown_once_and_good_for_one_login(house: House, person: Person) -> None:
    house.factor("recovery-code", on=True)
    person.start()
    person.sign_up()
    person.enroll()
    person.enter(house.code())
    assert person.page.heading == "Almost There!"
    code = _recovery_code(person)
    person.submit()
    assert person.page.alerts == ["Please confirm you have recorded the code"]
    person.tick("I have safely recorded this code")
    person.submit()
    person.claims()
    later = _with_recovery(house, code)
    assert later.page.heading == "Almost There!"
    assert _recovery_code(later) != code
    later.tick("I have safely recorded this code")
    later.submit()
    assert later.claims()["amr"] == ["mfa"]
    assert _with_recovery(house, code).page.alerts == ["The code you entered is invalid"]


def _recovery_code(person: Person) -> str:
    found = re.search(r"\b[A-Z0-9]{24}\b", person.page.text)
    assert found
    return found.group()


def _with_recovery(house: House, code: str) -> Person:
    person = house.browser()
    person.start()
    person.log_in()
    person.submit("Use a recovery code")
    person.fill("Enter your recovery code", code.lower())
    person.submit()
    return person


def test_without_the_factor_there_is_no_recovery_code(person: Person) -> None:
    person.join()
    assert "code" in person.answer


def test_a_browser_is_remembered_only_where_the_user_says_so(house: House, member: Person) -> None:
    member.start()
    member.log_in()
    member.tick(REMEMBER)
    member.enter(house.code())
    member.start(prompt="login")
    member.log_in()
    assert "amr" not in member.claims()
    house.forward(31 * 24 * 3600)
    member.start(prompt="login")
    member.log_in()
    assert member.page.heading == "Verify Your Identity"


def test_the_box_follows_the_guardian_settings(house: House, member: Person) -> None:
    settings = house.lab.auth0("GET", "guardian/settings")
    house.lab.auth0("PUT", "guardian/settings", settings | {"display_remember_me_checkbox": False})
    member.start()
    member.log_in()
    assert "Remember this device" not in member.page.text


def test_enforced_without_a_factor_no_login_is_possible(either: House) -> None:
    either.factor("sms", on=False)
    person = either.browser()
    person.start()
    person.sign_up()
    assert person.callback is None
    assert person.response.status_code == 403
    assert person.page.heading == "Login is not possible"
    assert "f" in either.events()


def test_without_a_provider_no_code_is_sent(house: House, person: Person) -> None:
    scene.drop_provider(house.lab)
    person.start()
    person.sign_up()
    person.enroll()
    assert person.page.alerts == ["There was a problem sending the SMS"]
    assert house.events()[-1] == "gd_send_sms_failure"


def test_a_wrong_twilio_token_shows_on_the_page_and_in_the_log(either: House) -> None:
    scene.provider(either.lab, sender=either.number, token="0" * 32)
    person = either.browser()
    person.start()
    person.sign_up()
    person.enroll()
    assert person.page.alerts == ["There was a problem sending the SMS"]
    assert person.page.heading == "Secure Your Account"
    failure = either.log()[-1]
    assert failure["user_id"].startswith("auth0|")
    assert (failure["type"], failure["details"]["provider_error"]["errorCode"]) == ("gd_send_sms_failure", 20003)


def test_a_token_that_went_wrong_later_shows_at_the_challenge(house: House, member: Person) -> None:
    scene.rotate_token(house.lab)
    member.start()
    member.log_in()
    assert member.page.heading == "Verify Your Identity"
    assert member.page.alerts == ["There was a problem sending the SMS"]


@pytest.mark.parametrize("stack", ["unified", "legacy"])
@pytest.mark.parametrize(("account", "code"), [("trial", 572006), ("legacy-trial", 21608)])
def test_a_trial_shows_on_the_page_and_in_the_log(
    make_lab: Make, build: Build, stack: str, account: str, code: int
) -> None:
    house = build(make_lab(phone_stack=stack, twilio_account=account))
    person = house.browser()
    person.start()
    person.sign_up()
    person.enroll()
    assert person.page.alerts == ["There was a problem sending the SMS"]
    failure = house.log()[-1]
    assert (failure["type"], failure["details"]["provider_error"]["errorCode"]) == ("gd_send_sms_failure", code)
    assert house.messages() == []


@pytest.mark.parametrize("stack", ["unified", "legacy"])
def test_an_unregistered_number_is_accepted_and_nothing_arrives(make_lab: Make, build: Build, stack: str) -> None:
    house = build(make_lab(phone_stack=stack, number_registration="unregistered"))
    person = house.browser()
    person.start()
    person.sign_up()
    person.enroll()
    assert person.page.heading == "Verify Your Identity"
    assert person.page.alerts == []
    message = house.lab.sandbox.world.twilio.messages[house.messages()[0]["sid"]]
    assert (message.to, message.ending) == (E164, ("undelivered", 30034))
    assert house.events()[-1] == "gd_send_sms"


def test_a_phone_that_was_taken_away_is_enrolled_anew(house: House, member: Person) -> None:
    house.people.methods.clear()
    member.start()
    member.log_in()
    assert member.page.heading == "Secure Your Account"
    assert CALLBACK not in member.address
