"""The whole way: sign up, enrol, code, tokens; and the second login."""

import pytest

from support.hosted import E164, EMAIL, OTHER_PHONE, PHONE, House, Person


def test_the_first_login_enrolls_a_phone_on_either_stack(either: House) -> None:
    person = either.browser()
    person.start()
    assert person.page.heading == "Welcome"
    person.sign_up()
    assert person.page.heading == "Secure Your Account"
    person.enroll()
    assert person.page.heading == "Verify Your Identity"
    assert E164 in person.page.text
    message = either.messages()[0]
    assert (message["to"], message["from"]) == (E164, either.number)
    person.enter(either.code())
    assert person.answer["state"] == "some-state"
    claims = person.claims()
    assert claims["amr"] == ["mfa"]
    assert claims["nonce"] == "some-nonce"
    assert claims["email"] == EMAIL
    wanted = ["ss", "gd_start_enroll", "gd_send_sms", "gd_enrollment_complete", "s", "seacft"]
    assert either.events() == wanted


def test_the_second_login_asks_for_a_code_on_either_stack(either: House) -> None:
    either.browser().join()
    person = either.browser()
    person.start()
    person.log_in()
    assert person.page.heading == "Verify Your Identity"
    assert "XXXXXXXX2671" in person.page.text
    assert E164 not in person.page.text
    assert "your enrollment" not in either.messages()[0]["body"]
    person.enter(either.code())
    assert person.claims()["amr"] == ["mfa"]
    assert "gd_auth_succeed" in either.events()


def test_prompt_login_asks_for_password_and_code_again(member: Person, house: House) -> None:
    member.start()
    member.log_in()
    member.enter(house.code())
    member.start(prompt="login")
    assert member.page.heading == "Welcome"
    member.log_in()
    member.enter(house.code())
    assert member.claims()["amr"] == ["mfa"]


def test_a_session_is_not_asked_again_and_says_nothing_of_mfa(member: Person, house: House) -> None:
    member.start()
    member.log_in()
    member.enter(house.code())
    sent = len(house.messages())
    member.start()
    claims = member.claims()
    assert "amr" not in claims
    assert len(house.messages()) == sent


def test_a_session_older_than_the_policy_is_asked(house: House, person: Person) -> None:
    house.policy()
    person.start()
    person.sign_up()
    assert "code" in person.answer
    house.policy("all-applications")
    person.start()
    assert person.page.heading == "Secure Your Account"


def test_the_policy_never_asks_nothing(either: House) -> None:
    either.policy()
    person = either.browser()
    person.start()
    person.sign_up()
    assert "amr" not in person.claims()
    assert either.messages() == []


@pytest.mark.parametrize(("level", "asked"), [("low", False), ("high", True)])
def test_adaptive_asks_where_the_risk_is_high(house: House, person: Person, level: str, *, asked: bool) -> None:
    house.policy("confidence-score")
    house.lab.control("risk", {"level": level})
    person.start()
    person.sign_up()
    assert (person.page.heading == "Secure Your Account") is asked
    assert (person.callback is None) is asked


def test_a_wrong_code_is_refused_and_the_right_one_still_counts(person: Person, house: House) -> None:
    person.start()
    person.sign_up()
    person.enroll()
    right = house.code()
    person.enter(f"{(int(right) + 1) % 10**6:06d}")
    assert person.page.alerts == ["The code you entered is invalid"]
    assert person.response.status_code == 400
    person.enter(right[:3] + " " + right[3:])
    assert person.claims()["amr"] == ["mfa"]


def test_a_code_counts_once(member: Person, house: House) -> None:
    member.start()
    member.log_in()
    code = house.code()
    member.enter(code)
    again = house.browser()
    again.start()
    again.log_in()
    again.enter(code)
    assert again.page.alerts == ["The code you entered is invalid"]


def test_an_expired_code_is_refused(member: Person, house: House) -> None:
    member.start()
    member.log_in()
    house.forward(301)
    member.enter(house.code())
    assert member.page.alerts == ["Invalid or expired user code"]
    member.submit("Resend")
    member.enter(house.code())
    assert "code" in member.answer


def test_length_and_life_of_the_code_are_those_of_the_settings(member: Person, house: House) -> None:
    house.lab.auth0("PUT", "guardian/factors/phone/settings", {"otp_length": 8, "otp_expiration_time": 30})
    member.start()
    member.log_in()
    assert len(house.code()) == 8
    house.forward(31)
    member.fill("Enter the 8-digit code", house.code())
    member.submit()
    assert member.page.alerts == ["Invalid or expired user code"]


def test_resend_makes_the_code_before_worthless(member: Person, house: House) -> None:
    member.start()
    member.log_in()
    before = house.code()
    member.submit("Resend")
    assert "We've sent you a new code." in member.page.text
    after = house.code()
    if before != after:
        member.enter(before)
        assert member.page.alerts == ["The code you entered is invalid"]
    member.enter(after)
    assert "code" in member.answer


def test_reloading_the_page_after_resend_sends_nothing(member: Person, house: House) -> None:
    member.start()
    member.log_in()
    sent = len(house.messages())
    state = member.page.forms[0].fields[0].value
    answer = member.http.post("/u/mfa-sms-challenge", data={"state": state, "action": "resend-code"})
    assert answer.status_code == 302
    member.open(answer.headers["location"])
    assert "We've sent you a new code." in member.page.text
    member.open(answer.headers["location"])
    assert "We've sent you a new code." not in member.page.text
    assert len(house.messages()) == sent + 1


def test_the_page_for_the_code_links_to_the_inbox_of_the_phone(member: Person) -> None:
    member.start()
    member.log_in()
    assert E164 in member.http.get(member.page.links["inbox"]).text


def test_another_number_can_be_tried(person: Person, house: House) -> None:
    person.start()
    person.sign_up()
    person.enroll()
    person.submit("Try another number")
    person.enroll(OTHER_PHONE)
    assert house.messages()[0]["to"] == "+14155552672"
    person.enter(house.code())
    person.claims()
    person.start(prompt="login")
    person.log_in()
    assert "XXXXXXXX2672" in person.page.text


def test_an_enrolled_user_cannot_choose_another_number(member: Person) -> None:
    member.start()
    member.log_in()
    assert "Try another number" not in member.page.text
    state = member.page.forms[0].fields[0].value
    answer = member.http.post("/u/mfa-sms-challenge", data={"state": state, "action": "pick-phone"})
    assert answer.status_code == 400
    answer = member.http.post("/u/mfa-sms-enrollment", data={"state": state, "phone": PHONE, "country": "US"})
    assert answer.headers["location"].startswith("/u/mfa-sms-challenge")


def test_too_many_wrong_codes_lock_the_user_for_a_while(member: Person, house: House) -> None:
    member.start()
    member.log_in()
    right = house.code()
    for _ in range(10):
        member.enter("0" if right != "0" else "1")
    member.enter(right)
    assert member.page.alerts == ["Too many failed codes. Wait for some minutes before retrying."]
    assert "gd_otp_rate_limit_exceed" in house.events()
    house.forward(400)
    member.submit("Resend")
    member.enter(house.code())
    assert "code" in member.answer


def test_too_many_messages_are_not_sent(person: Person, house: House) -> None:
    person.start()
    person.sign_up()
    person.enroll()
    for _ in range(9):
        person.submit("Resend")
        assert person.page.alerts == []
    person.submit("Resend")
    assert person.page.alerts[0].startswith("You have exceeded the maximum number of phone messages per hour.")
    assert len(house.messages()) == 10
    house.forward(3601)
    person.submit("Resend")
    assert person.page.heading == "Page expired"
    person.start()
    person.log_in()
    person.enroll()
    assert len(house.messages()) == 11


@pytest.mark.parametrize(
    ("phone", "says"),
    [
        ("", "Please enter a phone number"),
        ("12", "It seems that your phone number is not valid. Please check and retry."),
        ("not a phone", "It seems that your phone number is not valid. Please check and retry."),
    ],
)
def test_a_number_that_cannot_be_is_refused(person: Person, house: House, phone: str, says: str) -> None:
    person.start()
    person.sign_up()
    person.enroll(phone)
    assert person.page.alerts == [says]
    assert house.messages() == []


@pytest.mark.parametrize(
    ("country", "phone"), [("Germany (+49)", "01512 3456789"), ("Albania (+355)", "+49 1512 3456789")]
)
def test_a_number_abroad_goes_by_the_country_or_its_own_prefix(
    person: Person, house: House, country: str, phone: str
) -> None:
    person.start()
    person.sign_up()
    person.enroll(phone, country)
    sent = [event for event in house.log() if event["type"].startswith("gd_send_sms")]
    assert sent[0]["details"]["to"] == "+4915123456789"
